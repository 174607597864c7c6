//! Text with the lines in question and carets under the place, as rustc prints it.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::renderer::Renderer;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Snippet};

use super::{counted, in_reading_order};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::Source;

/// How text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours are written. Nothing is said by colour alone.
    pub colour: bool,
    /// Width of the terminal in characters, to which long source lines are cut.
    pub width: usize,
}

/// More diagnostics than this are counted, not shown: a person mends the first ones and runs again.
const MOST_SHOWN: usize = 50;

/// The diagnostics one after the other, and a last line that counts them; empty without any.
#[must_use]
pub fn text(diagnostics: &[Diagnostic], style: Style) -> String {
    let renderer = if style.colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.term_width(style.width.max(40));
    let mut out = String::new();
    for diagnostic in in_reading_order(diagnostics).into_iter().take(MOST_SHOWN) {
        out.push_str(&one(diagnostic, &renderer));
        out.push_str("\n\n");
    }
    if let Some(surplus) = diagnostics
        .len()
        .checked_sub(MOST_SHOWN)
        .filter(|surplus| *surplus > 0)
    {
        out.push_str(&format!("and {surplus} more\n\n"));
    }
    if let Some(counted) = counted(diagnostics) {
        out.push_str(&counted);
        out.push('\n');
    }
    out
}

fn one(diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(
        level
            .primary_title(printable(&diagnostic.message))
            .id(diagnostic.code),
    );
    // One excerpt for each text, in the order of its first label, so that the primary place comes first.
    let mut sources: Vec<&Source> = Vec::new();
    for label in &diagnostic.labels {
        if !sources.contains(&&label.source) {
            sources.push(&label.source);
        }
    }
    for source in sources {
        let labels: Vec<(usize, &Label)> = diagnostic
            .labels
            .iter()
            .enumerate()
            .filter(|(_, label)| label.source == *source)
            .collect();
        group = group.element(excerpt(source, &labels));
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(printable(note)));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    renderer.render(&[group])
}

/// The lines that the labels touch, with the labels.
fn excerpt<'s>(source: &'s Source, labels: &[(usize, &'s Label)]) -> Snippet<'s, Annotation<'s>> {
    let text = source.text();
    let ranges: Vec<(usize, &Label, Range<usize>)> = labels
        .iter()
        .map(|(at, label)| (*at, *label, source.clipped(label.span)))
        .collect();
    let first = ranges.iter().map(|(_, _, range)| range.start).min().unwrap_or(0);
    let last = ranges.iter().map(|(_, _, range)| range.end).max().unwrap_or(0);
    let mut start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let line_start = text[..start].bytes().filter(|byte| *byte == b'\n').count() + 1;
    if start == 0 && text.starts_with('\u{feff}') {
        // The mark is no character of the line.
        start = '\u{feff}'.len_utf8();
    }
    let end = text[last..]
        .find('\n')
        .map_or(text.len(), |at| last + at)
        .max(start);
    let annotations = ranges.into_iter().map(|(at, label, range)| {
        let kind = if at == 0 {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let range = range.start.max(start) - start..range.end.max(start) - start;
        let annotation = kind.span(range);
        if label.message.is_empty() {
            annotation
        } else {
            annotation.label(printable(&label.message))
        }
    });
    Snippet::source(&text[start..end])
        .line_start(line_start)
        .path(printable(source.name()))
        .annotations(annotations)
}

/// Without control characters, which could move the cursor or change colours.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let is_harmful = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let escaped = text.chars().map(|c| {
        if is_harmful(c) {
            c.escape_debug().to_string()
        } else {
            c.to_string()
        }
    });
    Cow::Owned(escaped.collect())
}
