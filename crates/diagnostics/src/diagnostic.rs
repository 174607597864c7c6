//! The one structure of every error and warning.

use crate::source::{Source, Span};

/// Messages and labels are cut to so many characters: what they quote may be as long as a file.
const LONGEST_MESSAGE: usize = 400;
/// Notes and help, which list what there is, are cut to so many characters.
const LONGEST_ADVICE: usize = 2000;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Works, but perhaps not as meant.
    Warning,
    /// Cannot go on with this.
    Error,
}

/// A place in a source with what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The text pointed into.
    pub source: Source,
    /// The bytes pointed at.
    pub span: Span,
    /// What is here; may be empty.
    pub message: String,
}

/// What is wrong, where, why, and the way out.
///
/// The first label is the primary place. Messages are lower case without a final full stop, code in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable code: a letter for the kind of text and three digits (`C012`).
    pub code: &'static str,
    /// The fact, in one line.
    pub message: String,
    /// Places, the primary one first.
    pub labels: Vec<Label>,
    /// Background: the rule, what was expected.
    pub notes: Vec<String>,
    /// What to write or do instead.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error without a place yet.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning without a place yet.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            message: clipped(message.into(), LONGEST_MESSAGE),
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, source: &Source, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label {
            source: source.clone(),
            span,
            message: clipped(message.into(), LONGEST_MESSAGE),
        });
        self
    }

    /// Adds background.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(clipped(note.into(), LONGEST_ADVICE));
        self
    }

    /// Adds a way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(clipped(help.into(), LONGEST_ADVICE));
        self
    }

    /// Whether it stops the work.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A text, cut where it is longer than anybody reads.
fn clipped(mut text: String, longest: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(longest) {
        text.truncate(end);
        text.push('…');
    }
    text
}
