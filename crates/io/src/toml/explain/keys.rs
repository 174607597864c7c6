//! What is wrong with a key, a table's name, or a line that has none.

use euthymia_diagnostics::{Diagnostic, Span};

use super::Complaint;

impl<'s> Complaint<'s> {
    /// A line that is no `key = value`.
    pub(super) fn no_equals_sign(&self) -> Diagnostic {
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

    pub(super) fn duplicate(&self) -> Diagnostic {
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
