//! The check of a model file, line by line: it works on any text, also on one that does not parse.

use super::{Comment, unknown_key};
use crate::sources::Sources;
use euthymia_diagnostics::{Diagnostic, Source, Span};

/// Numbers that need no source: they are structure, not measurement.
const STRUCTURAL: [f64; 2] = [0.0, 1.0];

/// What one line of a model file holds.
#[derive(Debug, Default)]
struct Line {
    /// The first number that needs a source.
    number: Option<Span>,
    /// The comment with its `#`.
    comment: Option<Span>,
}

/// Reports every line with a number whose comment does not say where it comes from.
pub(super) fn check(source: &Source, sources: &Sources) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for line in lines(source.text()) {
        let Some(number) = line.number else { continue };
        let found = source.slice(number);
        let Some(place) = line.comment else {
            let message = format!("the number {found} has no source");
            diagnostics.push(
                Diagnostic::error("L030", message)
                    .at(source, number, "where does it come from?")
                    .help(
                        "end the line with `# [grade] key: locator`, as in `# [seen] simons-2022: Table 4`",
                    ),
            );
            continue;
        };
        match Comment::parse(source.slice(place)) {
            Err(why) => {
                let message =
                    format!("the comment behind the number {found} does not say where it comes from");
                diagnostics.push(Diagnostic::error("L031", message).at(source, place, why));
            }
            Ok(comment) => diagnostics.extend(
                unknown_key(&comment.key, sources).map(|wrong| wrong.at(source, place, "unknown key")),
            ),
        }
    }
    diagnostics
}

/// The comments of a model file that say where a number comes from.
pub(crate) fn comments(source: &Source) -> Vec<Comment> {
    let numbered = lines(source.text())
        .into_iter()
        .filter(|line| line.number.is_some());
    numbered
        .filter_map(|line| Comment::parse(source.slice(line.comment?)).ok())
        .collect()
}

/// Numbers and comments of every line. Strings may run over lines; a number inside one does not count.
fn lines(text: &str) -> Vec<Line> {
    let bytes = text.as_bytes();
    let mut lines = vec![Line::default()];
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let start = at;
        at += 1;
        match byte {
            b'\n' => lines.push(Line::default()),
            b'#' => {
                at = text[start..].find('\n').map_or(bytes.len(), |end| start + end);
                if let Some(line) = lines.last_mut() {
                    line.comment = Some(Span::new(start, at));
                }
            }
            b'"' | b'\'' | b'`' => {
                while at < bytes.len() && bytes[at] != byte {
                    if bytes[at] == b'\n' {
                        lines.push(Line::default());
                    }
                    at += if bytes[at] == b'\\' && byte != b'`' { 2 } else { 1 };
                }
                at += 1;
            }
            b'0'..=b'9' => {
                at = end_of_number(bytes, start);
                note(&mut lines, text, start, at);
            }
            b'.' if bytes.get(at).is_some_and(u8::is_ascii_digit) => {
                at = end_of_number(bytes, start);
                note(&mut lines, text, start, at);
            }
            _ if is_word(byte) => {
                while at < bytes.len() && is_word(bytes[at]) {
                    at += 1;
                }
            }
            _ => {}
        }
    }
    lines
}

fn note(lines: &mut [Line], text: &str, start: usize, end: usize) {
    let structural = text[start..end]
        .parse::<f64>()
        .is_ok_and(|value| STRUCTURAL.contains(&value));
    if let Some(line) = lines.last_mut()
        && !structural
        && line.number.is_none()
    {
        line.number = Some(Span::new(start, end));
    }
}

fn end_of_number(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() {
        let exponent_sign =
            matches!(bytes[at], b'+' | b'-') && matches!(bytes[at - 1], b'e' | b'E') && at > start;
        if !(bytes[at].is_ascii_digit()
            || bytes[at] == b'.'
            || matches!(bytes[at], b'e' | b'E')
            || exponent_sign)
        {
            break;
        }
        at += 1;
    }
    at
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || byte >= 0x80
}
