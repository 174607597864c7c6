//! What is wrong with a value, or after it.

use euthymia_diagnostics::Diagnostic;
use euthymia_units::Quantity;

use super::{Complaint, without_quotes};

impl<'s> Complaint<'s> {
    /// A value that would be right in quotes, or something that is no value at all.
    pub(super) fn unquoted(&self) -> (Diagnostic, bool) {
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
        let (_, line) = self.written();
        let alone = !line.starts_with(['{', '[']);
        let written = if alone && line.starts_with(written) && after.starts_with(',') {
            line
        } else {
            written
        };
        let plain = without_quotes(written);
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

    /// Something after a whole value.
    pub(super) fn trailing(&self) -> Diagnostic {
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

    /// A word that begins like `true` or `false`.
    pub(super) fn not_boolean(&self) -> Diagnostic {
        let word = self.slice();
        let small = word.to_lowercase();
        let diagnostic = self.error(format!("`{word}` is not a value"), "not a value");
        if matches!(small.as_str(), "true" | "false") {
            diagnostic.help(format!("write `{small}`, in small letters"))
        } else {
            diagnostic.help(format!("text is written in quotes: {word:?}"))
        }
    }

    /// A control character inside a string of this line, which the parser takes for the end of the string.
    pub(super) fn control_character(&self) -> Option<usize> {
        let is_string = self.message.starts_with("invalid basic string")
            || self.message.starts_with("invalid literal string");
        let found = self
            .line()
            .find(|character: char| character.is_ascii_control() && character != '\t')?;
        is_string.then_some(self.line_start + found)
    }

    /// The longest line where the parser gave up at the end of the text, else where it did.
    pub(super) fn deepest(&self) -> (usize, usize) {
        let text = self.source.text();
        if !text[self.start..].trim().is_empty() {
            return (self.start, self.end);
        }
        let mut longest = (self.start, self.start);
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end().len();
            if end - start > longest.1 - longest.0 {
                longest = (start, end);
            }
            start += line.len();
        }
        longest
    }

    pub(super) fn number(&self) -> Diagnostic {
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

    /// No key where a table in braces must have one: a decimal comma is the usual reason.
    pub(super) fn no_key(&self) -> Diagnostic {
        let before = self.source.text()[self.line_start..self.start].trim_end();
        let number = before.rsplit(['=', ' ', '{']).next().unwrap_or_default();
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match number.split_once(',') {
            Some((whole, fraction)) if is_digits(whole) && is_digits(fraction) => {
                let end = self.line_start + before.len();
                let message = "a number has no comma in it";
                self.at(end - number.len(), end, message, "not a value")
                    .help(format!("write `{whole}.{fraction}`"))
            }
            _ => self
                .error("expected a key and its value", "no key begins so")
                .help("write `key = value`, with a comma between two such"),
        }
    }

    pub(super) fn value_error(&self, message: impl Into<String>, help: String) -> Diagnostic {
        let (start, value) = self.written();
        self.at(start, start + value.len(), message, "not a value")
            .help(help)
    }

    /// What stands between `=` and the end of the line or a remark; inside brackets or braces, up to the next of them or
    /// a comma.
    pub(super) fn written_value(&self) -> &'s str {
        self.written().1
    }

    /// Where that begins, and what it is.
    fn written(&self) -> (usize, &'s str) {
        let line = self.line();
        let begin = line.find('=').map_or(line.len(), |equals| equals + 1);
        let whole = line[begin..].split('#').next().unwrap_or_default();
        let (mut begin, mut value) = (begin, whole);
        let at = self.start.saturating_sub(self.line_start);
        if whole.trim_start().starts_with(['{', '[']) && (begin..=begin + whole.len()).contains(&at) {
            let inside = ['=', ',', '{', '[', '}', ']'];
            let from = line[begin..at]
                .rfind(inside)
                .map_or(begin, |found| begin + found + 1);
            let to = line[at..]
                .find(inside)
                .map_or(begin + whole.len(), |found| at + found);
            (begin, value) = (from, &line[from..to.max(from)]);
        }
        let blanks = value.len() - value.trim_start().len();
        (self.line_start + begin + blanks, value.trim())
    }
}
