//! The parser's complaints in the words of someone who only wanted to write down a course.

use ::toml::de::Error;
use euthymia_diagnostics::{Diagnostic, Source, Span};

mod keys;
mod values;

pub(super) struct Explained {
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Whether values may have ended up under the wrong key.
    pub(super) structure_lost: bool,
}

/// One complaint with the line it is about.
struct Complaint<'s> {
    source: &'s Source,
    message: &'s str,
    /// The bytes complained about.
    start: usize,
    end: usize,
    /// The line that holds `start`.
    line_start: usize,
    line_end: usize,
}

/// More problems than this are counted only: to explain one may take a look at the whole text.
const MOST_EXPLAINED: usize = 100;

/// One diagnostic per line that cannot be read; what follows from it is left out.
pub(super) fn explain(source: &Source, errors: &[Error]) -> Explained {
    let mut complaints: Vec<Complaint<'_>> =
        errors.iter().map(|error| Complaint::new(source, error)).collect();
    // A complaint about a key explains the missing `=` after it, so it comes first in its line.
    complaints.sort_by_key(|complaint| (complaint.line_start, !complaint.is_value(), complaint.start));
    let mut explained = Explained {
        diagnostics: Vec::new(),
        structure_lost: false,
    };
    if let Some(unclosed) = Unclosed::find(source, &complaints) {
        explained.diagnostics.push(unclosed.diagnostic);
        explained.structure_lost = true;
        complaints.retain(|complaint| complaint.start < unclosed.start);
    }
    // The line of the last diagnostic, and whether the rest of that line was understood.
    let mut last: Option<(usize, bool)> = None;
    for (at, complaint) in complaints.iter().enumerate() {
        if explained.diagnostics.len() == MOST_EXPLAINED {
            let message = format!(
                "{} more complaints about how this file is written",
                complaints.len() - at
            );
            let more = Diagnostic::error("D001", message)
                .at(source, Span::new(complaint.start, complaint.end), "from here on")
                .help("mend those above first: many have the same cause");
            explained.diagnostics.push(more);
            explained.structure_lost = true;
            break;
        }
        let same_line = last.is_some_and(|(line, _)| line == complaint.line_start);
        let understood = last.is_some_and(|(_, harmless)| harmless) && complaint.is_value();
        if (same_line && !understood) || complaint.follows_from(last.map(|(line, _)| line)) {
            // Not worth a second line, but the rest of this one may have been read as something else.
            explained.structure_lost |= !complaint.is_value();
            continue;
        }
        let (diagnostic, harmless) = complaint.explain();
        last = Some((complaint.line_start, harmless));
        explained.structure_lost |= !harmless;
        explained.diagnostics.push(diagnostic);
    }
    explained
}

/// A list or a table in braces without its end: everything after it was read as part of it.
struct Unclosed {
    start: usize,
    diagnostic: Diagnostic,
}

impl Unclosed {
    fn find(source: &Source, complaints: &[Complaint<'_>]) -> Option<Self> {
        let says = |what: &str| {
            complaints
                .iter()
                .any(|complaint| complaint.message.contains(what))
        };
        let (list, braces) = (says("array, expected"), says("unclosed inline table"));
        let is_inside = |complaint: &&Complaint<'_>| {
            list && complaint.message.contains("array, expected")
                || braces
                    && (complaint.message.contains("inline table")
                        || complaint
                            .message
                            .starts_with("missing comma between key-value pairs"))
        };
        let inside = complaints
            .iter()
            .filter(is_inside)
            .map(|complaint| complaint.start)
            .min()?;
        let start = open_bracket(&source.text()[..inside])?;
        let (what, end) = match source.text().as_bytes().get(start) {
            Some(b'{') => ("a table in braces", '}'),
            _ => ("a list", ']'),
        };
        let noticed = complaints
            .iter()
            .map(|complaint| complaint.start)
            .filter(|at| *at > start)
            .min()?;
        let diagnostic = Diagnostic::error("D001", format!("{what} is never closed"))
            .at(source, Span::new(start, start + 1), "begins here")
            .at(
                source,
                Span::new(noticed, noticed),
                format!("expected `,` or `{end}`"),
            )
            .help(format!("end it with `{end}`"));
        Some(Self { start, diagnostic })
    }
}

/// The last bracket or brace of a text that is not closed in it, strings of one line left out.
fn open_bracket(text: &str) -> Option<usize> {
    let (mut open, mut quote) = (Vec::new(), None);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\n' => quote = None,
            b'"' | b'\'' if quote == Some(byte) => quote = None,
            _ if quote.is_some() => {}
            b'"' | b'\'' => quote = Some(byte),
            b'[' | b'{' => open.push(at),
            b']' | b'}' => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop()
}

/// A text without the typographic or straight quotes around it.
pub(super) fn without_quotes(text: &str) -> &str {
    text.trim_matches([
        '\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '"', '\'',
    ])
}

impl<'s> Complaint<'s> {
    fn new(source: &'s Source, error: &'s Error) -> Self {
        let text = source.text();
        let span = error.span().unwrap_or(text.len()..text.len());
        let mut start = span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = span.end.clamp(start, text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        // At the very end of a text the line that is not finished is the last one with something in it.
        let before = if text[start..].trim().is_empty() {
            text[..start].trim_end()
        } else {
            &text[..start]
        };
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[line_start..]
            .find('\n')
            .map_or(text.len(), |at| line_start + at);
        let line_end = line_start + text[line_start..line_end].trim_end().len();
        Self {
            source,
            message: error.message(),
            start,
            end,
            line_start,
            line_end,
        }
    }

    fn line(&self) -> &'s str {
        &self.source.text()[self.line_start..self.line_end]
    }

    fn slice(&self) -> &'s str {
        self.source.text()[self.start..self.end].trim_end()
    }

    fn is_value(&self) -> bool {
        self.message.starts_with("string values must be quoted")
    }

    /// Whether this only says that the value missing on the line before stands alone on this one.
    fn follows_from(&self, last_line: Option<usize>) -> bool {
        let before = &self.source.text()[..self.line_start];
        let ended = before.trim_end();
        let line_before = ended.rfind('\n').map_or(0, |at| at + 1);
        last_line == Some(line_before)
            && ended.ends_with('=')
            && self.message.starts_with("key with no value")
    }

    fn error(&self, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic::error("D001", message).at(self.source, Span::new(self.start, self.end), label)
    }

    fn at(
        &self,
        start: usize,
        end: usize,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error("D001", message).at(self.source, Span::new(start, end), label)
    }

    /// The diagnostic, and whether the rest of the text was understood all the same.
    fn explain(&self) -> (Diagnostic, bool) {
        let starts = |beginning: &str| self.message.starts_with(beginning);
        if self.is_value() {
            return self.unquoted();
        }
        if starts("duplicate key") {
            return (self.duplicate(), true);
        }
        if starts("invalid boolean") {
            return (self.not_boolean(), true);
        }
        let diagnostic = if starts("key with no value") || starts("invalid unquoted key") {
            self.no_equals_sign()
        } else if starts("unexpected key or value") {
            self.trailing()
        } else if starts("unclosed table") || starts("unclosed array table") {
            let wanted = if starts("unclosed array") { "]]" } else { "]" };
            let name = self.line().trim_matches(['[', ']', ' ']);
            let opening = "[".repeat(wanted.len());
            self.at(
                self.line_start,
                self.line_end,
                format!("expected `{wanted}` at the end of the table's name"),
                "not closed",
            )
            .help(format!("write `{opening}{name}{wanted}`"))
        } else if let Some(control) = self.control_character() {
            self.at(
                control,
                control + 1,
                "a string holds a control character",
                "not text",
            )
            .help("remove it; a tab is written `\\t`")
        } else if starts("invalid basic string") || starts("invalid literal string") {
            let quote = if starts("invalid basic") { '"' } else { '\'' };
            // The parser expects a quoted key where there is no quote at all.
            if !self.line().contains(quote) {
                return (self.no_key(), false);
            }
            let opening = self
                .line()
                .find(quote)
                .map_or(self.start, |at| self.line_start + at);
            self.at(
                opening,
                self.line_end.max(opening),
                "a string is not closed on its line",
                "begins here",
            )
            .help(format!("end it with `{quote}`"))
        } else if starts("invalid multi-line") {
            let text = self.source.text();
            let opening = text[..self.start]
                .rfind("\"\"\"")
                .or_else(|| text[..self.start].rfind("'''"));
            let opening = opening.unwrap_or(self.line_start);
            self.at(
                opening,
                opening + 3,
                "a string of several lines is never closed",
                "begins here",
            )
        } else if starts("missing comma") {
            self.error("expected a comma between two values", "expected `,`")
        } else if starts("missing escaped value") || starts("invalid escape") {
            self.error(
                "a backslash in a string must be doubled",
                "this backslash begins no known escape",
            )
            .help("write `\\\\` for one backslash, or put the string into single quotes")
        } else if starts("unexpected leading zero") {
            let digits = self.written_value();
            self.value_error(
                format!("the number `{digits}` begins with 0"),
                format!("write `{}`", digits.trim_start_matches('0')),
            )
        } else if starts("invalid mantissa")
            || starts("invalid fraction")
            || starts("`_` may only")
            || starts("invalid float")
            || starts("invalid integer")
        {
            self.number()
        } else if starts("unclosed inline table") {
            self.error("a table in braces is not closed", "expected `}`")
                .help("end it with `}`")
        } else if starts("carriage return") {
            self.error("a line ends with a carriage return alone", "not a line ending")
                .help("save the file with the line endings of Unix or Windows")
        } else if starts("unquoted keys cannot be empty") {
            self.at(self.line_start, self.line_end, "expected a key", "no key here")
        } else if starts("cannot recurse") || starts("recursion limit") {
            let (start, end) = self.deepest();
            self.at(start, end, "values are nested too deeply", "too deep")
        } else if starts("invalid key-value pair") {
            self.error("expected a key and its value", "no key begins so")
                .help("write `key = value`, one on a line")
        } else if starts("cannot extend value") {
            self.error(
                format!("`{}` has a value already, so it can hold no keys", self.slice()),
                "given a value before",
            )
        } else {
            self.error(self.message.to_owned(), "cannot be read")
        };
        (diagnostic, false)
    }
}
