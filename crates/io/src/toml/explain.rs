//! The parser's complaints in the words of someone who only wanted to write down a course.

use ::toml::de::Error;
use euthymia_diagnostics::{Diagnostic, Source, Span};
use euthymia_units::Quantity;

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
    if let Some(unclosed) = UnclosedList::find(source, &complaints) {
        explained.diagnostics.push(unclosed.diagnostic);
        explained.structure_lost = true;
        complaints.retain(|complaint| complaint.start < unclosed.start);
    }
    // The line of the last diagnostic, and whether the rest of that line was understood.
    let mut last: Option<(usize, bool)> = None;
    for complaint in &complaints {
        let same_line = last.is_some_and(|(line, _)| line == complaint.line_start);
        let understood = last.is_some_and(|(_, harmless)| harmless) && complaint.is_value();
        if (same_line && !understood) || complaint.follows_from(last.map(|(line, _)| line)) {
            continue;
        }
        let (diagnostic, harmless) = complaint.explain();
        last = Some((complaint.line_start, harmless));
        explained.structure_lost |= !harmless;
        explained.diagnostics.push(diagnostic);
    }
    explained
}

/// A list without its closing bracket: everything after it was read as part of it.
struct UnclosedList {
    start: usize,
    diagnostic: Diagnostic,
}

impl UnclosedList {
    fn find(source: &Source, complaints: &[Complaint<'_>]) -> Option<Self> {
        let inside = complaints
            .iter()
            .filter(|complaint| complaint.message.contains("array, expected"))
            .map(|complaint| complaint.start)
            .min()?;
        let mut open = Vec::new();
        for (at, byte) in source.text().bytes().enumerate().take(inside) {
            match byte {
                b'[' => open.push(at),
                b']' => {
                    open.pop();
                }
                _ => {}
            }
        }
        let start = open.pop()?;
        let noticed = complaints
            .iter()
            .map(|complaint| complaint.start)
            .filter(|at| *at > start)
            .min()?;
        let diagnostic = Diagnostic::error("D001", "a list is never closed")
            .at(source, Span::new(start, start + 1), "begins here")
            .at(source, Span::new(noticed, noticed), "expected `,` or `]`")
            .help("end it with `]`");
        Some(Self { start, diagnostic })
    }
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
            let word = self.slice().to_lowercase();
            return (
                self.error(format!("`{}` is not a value", self.slice()), "not a value")
                    .help(format!("write `{word}`, in small letters")),
                true,
            );
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
        } else if starts("invalid basic string") || starts("invalid literal string") {
            let quote = if starts("invalid basic") { '"' } else { '\'' };
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
            self.error("values are nested too deeply", "too deep")
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

    /// A value that would be right in quotes, or something that is no value at all.
    fn unquoted(&self) -> (Diagnostic, bool) {
        let written = self.slice();
        let key = self.line().split('=').next().unwrap_or_default().trim();
        if written.is_empty() {
            let place = self.line_start + self.line().len();
            let message = format!("`{key}` has no value");
            let diagnostic = self.at(
                place.saturating_sub(1),
                place,
                message,
                "expected a value after this",
            );
            return (
                diagnostic.help("write the value on the same line, or remove the line"),
                false,
            );
        }
        let after = self.source.text()[self.end..self.line_end.max(self.end)].trim_start();
        if after.starts_with('=') {
            let second = written.split_whitespace().next_back().unwrap_or_default();
            let message = "expected the end of the line after a value";
            let start = self.end - (self.end - self.start - written.len()) - second.len();
            let diagnostic = self.at(start, start + second.len(), message, "a second key on one line");
            return (
                diagnostic.help(format!("begin a new line before `{second}`")),
                false,
            );
        }
        let plain = written.trim_matches([
            '\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '"', '\'',
        ]);
        if plain.len() < written.len() {
            let message = "expected straight quotes";
            return (
                self.error(message, "not straight quotes")
                    .help(format!("write {plain:?}")),
                true,
            );
        }
        let diagnostic = match Quantity::parse(plain) {
            Ok(_) => self.error("a quantity with a unit is written in quotes", "not in quotes"),
            Err(_) => self.error("text is written in quotes", "not in quotes"),
        };
        let diagnostic = diagnostic.help(format!("write {plain:?}"));
        (
            match plain.to_lowercase().as_str() {
                "yes" | "on" => diagnostic.help("or `true`, if a yes was meant"),
                "no" | "off" => diagnostic.help("or `false`, if a no was meant"),
                _ => diagnostic,
            },
            true,
        )
    }

    /// A line that is no `key = value`.
    fn no_equals_sign(&self) -> Diagnostic {
        let line = self.line();
        let trimmed = line.trim_start();
        let start = self.line_start + (line.len() - trimmed.len());
        for comment in ["//", "--", ";", "/*", "%"] {
            if trimmed.starts_with(comment) {
                return self
                    .at(
                        start,
                        start + comment.len(),
                        format!("`{comment}` begins no comment"),
                        "not a comment",
                    )
                    .help("write `#` to begin a comment");
            }
        }
        let key = trimmed.split([':', ' ', '\t', '=']).next().unwrap_or_default();
        let after = &trimmed[key.len()..];
        if after.trim_start().starts_with(':') {
            let colon = start + key.len() + (after.len() - after.trim_start().len());
            let value = after.trim_start()[1..].trim();
            return self
                .at(
                    colon,
                    colon + 1,
                    format!("expected `=` after `{key}`, found `:`"),
                    "expected `=`",
                )
                .help(format!("write `{key} = {value}`"));
        }
        if self.message.starts_with("invalid unquoted key") {
            return self
                .at(
                    start,
                    start + key.len(),
                    format!("the key `{key}` must be in quotes"),
                    "not in quotes",
                )
                .note("only letters of the English alphabet, digits, `-` and `_` can stand without quotes");
        }
        let key_end = start + key.len();
        if let Some((name, _)) = trimmed.split_once('=') {
            let message = format!("a key cannot hold a blank: `{}`", name.trim());
            let joined = name.split_whitespace().collect::<Vec<_>>().join("_");
            return self
                .at(start, start + name.trim_end().len(), message, "two words")
                .help(format!("write `{joined}`"));
        }
        if !after.trim().is_empty() {
            let message = format!("expected `=` after `{key}`");
            return self
                .at(key_end, key_end + 1, message, "expected `=`")
                .help(format!("write `{key} = {}`", after.trim()));
        }
        self.at(
            start,
            key_end,
            format!("expected `=` and a value after `{key}`"),
            "a key without a value",
        )
    }

    /// Something after a whole value.
    fn trailing(&self) -> Diagnostic {
        let text = self.source.text();
        let rest = &text[self.start..self.line_end.max(self.start)];
        let value = self.written_value();
        let comma = text[..self.start].ends_with(',') || rest.starts_with(',');
        let digits = rest.trim_start_matches(',');
        if comma && digits.starts_with(|c: char| c.is_ascii_digit()) && !value.starts_with(['"', '\'']) {
            let pointed = value.replacen(',', ".", 1);
            let help = match value.split(',').nth(1).map(str::len) {
                Some(3) => format!(
                    "write `{}` for thousands, `{pointed}` for a decimal",
                    value.replace(',', "")
                ),
                _ => format!("write `{pointed}`"),
            };
            return self.value_error("a number has no comma in it", help);
        }
        if let Some(comment) = ["//", "--", ";"]
            .iter()
            .find(|comment| rest.starts_with(**comment))
        {
            return self
                .at(
                    self.start,
                    self.start + comment.len(),
                    format!("`{comment}` begins no comment"),
                    "not a comment",
                )
                .help("write `#` to begin a comment");
        }
        if self.line().trim_start().starts_with('[') {
            return self.at(
                self.start,
                self.start + rest.len(),
                "expected the end of the line after a table's name",
                "unexpected",
            );
        }
        let end = self.start + rest.len();
        self.at(
            self.start,
            end,
            "expected the end of the line after a value",
            "unexpected",
        )
        .help("text that belongs to the value goes inside its quotes; a remark begins with `#`")
    }

    fn number(&self) -> Diagnostic {
        let value = self.written_value();
        if matches!(value, "null" | "none" | "NA" | "nil") {
            return self.value_error("there is no empty value", "leave the key out".to_owned());
        }
        match value.strip_prefix('.').or_else(|| value.strip_suffix('.')) {
            Some(rest) if value.starts_with('.') => self.value_error(
                format!("the number `{value}` needs a digit before the point"),
                format!("write `0.{rest}`"),
            ),
            Some(rest) => self.value_error(
                format!("the number `{value}` needs a digit after the point"),
                format!("write `{rest}.0`"),
            ),
            None => self.value_error(
                format!("`{value}` is not a number"),
                format!("if it is text, write \"{value}\""),
            ),
        }
    }

    fn value_error(&self, message: impl Into<String>, help: String) -> Diagnostic {
        let value = self.written_value();
        let start = self.line().find('=').map_or(self.start, |equals| {
            let after = &self.line()[equals + 1..];
            self.line_start + equals + 1 + (after.len() - after.trim_start().len())
        });
        self.at(start, start + value.len(), message, "not a value")
            .help(help)
    }

    /// What stands between `=` and the end of the line or a remark.
    fn written_value(&self) -> &'s str {
        let after = self.line().split_once('=').map_or("", |(_, after)| after);
        after.split('#').next().unwrap_or_default().trim()
    }

    fn duplicate(&self) -> Diagnostic {
        let key = self.slice();
        let text = self.source.text();
        let is_header = self.line().trim_start().starts_with('[');
        let mut first = None;
        let mut line_start = 0;
        for line in text[..self.line_start].split_inclusive('\n') {
            let trimmed = line.trim();
            if is_header {
                let name = |line: &'s str| {
                    line.split('#')
                        .next()
                        .unwrap_or_default()
                        .trim_matches(['[', ']', ' ', '\r', '\n'])
                };
                if trimmed.starts_with('[') && name(trimmed) == name(self.line()) {
                    first = Some((line_start, line_start + line.trim_end().len()));
                }
            } else if trimmed.starts_with('[') {
                first = None;
            } else if let Some((before, _)) = line.split_once('=')
                && before.trim() == key
            {
                let at = line_start + before.find(key).unwrap_or(0);
                first = Some((at, at + key.len()));
            }
            line_start += line.len();
        }
        let what = if is_header { "the table" } else { "the key" };
        let message = format!("{what} `{key}` is given twice");
        let diagnostic =
            Diagnostic::error("D002", message).at(self.source, Span::new(self.start, self.end), "again here");
        let diagnostic = match first {
            Some((start, end)) => diagnostic.at(self.source, Span::new(start, end), "first here"),
            None => diagnostic,
        };
        if is_header {
            diagnostic.help(format!("if there can be several, write `[[{key}]]` each time"))
        } else {
            diagnostic.help("keep one of them")
        }
    }
}
