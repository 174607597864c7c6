//! A text that diagnostics point into, and positions in it.

use std::ops::Range;
use std::sync::Arc;

/// A named text: a file, an argument, a cell. Cheap to clone; two clones are the same text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    inner: Arc<SourceText>,
}

#[derive(Debug, PartialEq, Eq)]
struct SourceText {
    name: String,
    text: String,
}

impl Source {
    /// A text with the name that messages show (a path as the user wrote it).
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            inner: Arc::new(SourceText {
                name: name.into(),
                text: text.into(),
            }),
        }
    }

    /// The name that messages show.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// The text under a span, clipped to the text and to character boundaries.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        &self.text()[self.clipped(span)]
    }

    /// A span as a range that can index the text.
    pub(crate) fn clipped(&self, span: Span) -> Range<usize> {
        let start = floor_boundary(self.text(), span.start as usize);
        let end = floor_boundary(self.text(), span.end as usize).max(start);
        start..end
    }

    /// Line and column of a byte offset, both from 1, the column in characters; a byte order mark is
    /// none.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let text = self.text();
        let before = &text[..floor_boundary(text, offset as usize)];
        let before = before.strip_prefix('\u{feff}').unwrap_or(before);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// The largest character boundary not above `offset`.
fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Bytes `start..end` of one source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets; offsets beyond 4 GiB saturate.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clip = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            start: clip(start),
            end: clip(end.max(start)),
        }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}
