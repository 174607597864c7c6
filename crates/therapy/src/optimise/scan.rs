//! What the small languages of `--vary`, `--keep` and `--aim` share: a place in a text, and what is wrong there.

use crate::definition::in_words;
use euthymia_diagnostics::nearest;
use std::fmt;

/// What is wrong with a text on the command line, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The option (`--keep`).
    pub option: &'static str,
    /// The whole text.
    pub text: String,
    /// Characters before the mistake.
    pub at: usize,
    /// What is wrong.
    pub message: String,
    /// What it might be instead.
    pub example: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            option,
            text,
            at,
            message,
            example,
        } = self;
        let caret = " ".repeat(*at);
        write!(
            out,
            "{option}: {message}\n  {text}\n  {caret}^\n  for example {option} '{example}'"
        )
    }
}

impl std::error::Error for Mistake {}

/// A place in a text.
#[derive(Clone, Debug)]
pub(super) struct Scan<'t> {
    option: &'static str,
    example: &'static str,
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    pub(super) fn new(option: &'static str, example: &'static str, text: &'t str) -> Self {
        let mut scan = Self {
            option,
            example,
            text,
            at: 0,
        };
        scan.skip();
        scan
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Where it stands, in bytes.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn skip(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// A mistake here.
    pub(super) fn mistake(&self, message: impl Into<String>) -> Mistake {
        self.mistake_at(self.at, message)
    }

    /// A mistake at a byte.
    pub(super) fn mistake_at(&self, at: usize, message: impl Into<String>) -> Mistake {
        Mistake {
            option: self.option,
            text: self.text.to_owned(),
            at: self.text[..at].chars().count(),
            message: message.into(),
            example: self.example.to_owned(),
        }
    }

    /// That something else was expected here.
    pub(super) fn expected(&self, what: &str) -> Mistake {
        let found = match self.rest().chars().next() {
            None => "the end".to_owned(),
            Some(found) => format!("`{found}`"),
        };
        self.mistake(format!("expected {what}, found {found}"))
    }

    /// Takes these characters, if they are next.
    pub(super) fn take(&mut self, what: &str) -> bool {
        let is_next = self.rest().starts_with(what);
        if is_next {
            self.at += what.len();
            self.skip();
        }
        is_next
    }

    /// The first of several that is next.
    pub(super) fn take_one<T: Copy>(&mut self, all: &[(&str, T)]) -> Option<T> {
        all.iter()
            .find(|(what, _)| self.take(what))
            .map(|(_, value)| *value)
    }

    /// These characters must be next.
    pub(super) fn need(&mut self, what: &str) -> Result<(), Mistake> {
        if self.take(what) {
            Ok(())
        } else {
            Err(self.expected(&format!("`{what}`")))
        }
    }

    /// A word of letters, digits, `_` and `-`, which begins with a letter; empty if none is next.
    pub(super) fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let is_word = |(at, character): (usize, char)| {
            character.is_ascii_alphabetic()
                || at > 0 && (character.is_ascii_digit() || matches!(character, '_' | '-'))
        };
        let end = rest
            .char_indices()
            .find(|place| !is_word(*place))
            .map_or(rest.len(), |(at, _)| at);
        self.at += end;
        self.skip();
        &rest[..end]
    }

    /// One of these words; `what` they are.
    pub(super) fn choice<T: Copy>(&mut self, what: &str, all: &[(&str, T)]) -> Result<T, Mistake> {
        let start = self.clone();
        let word = self.word();
        let same = |known: &str| known.eq_ignore_ascii_case(word) || known.replace('_', "-") == word;
        if let Some((_, value)) = all.iter().find(|(known, _)| same(known)) {
            return Ok(*value);
        }
        let known: Vec<&str> = all.iter().map(|(known, _)| *known).collect();
        let known = known.join(", ");
        if word.is_empty() {
            return Err(start.expected(&format!("{what} ({known})")));
        }
        let near = nearest(word, all.iter().map(|(known, _)| *known));
        let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
        Err(start.mistake(format!("`{word}` is no {what}; {near}known are {known}")))
    }

    /// A number without a sign.
    pub(super) fn number(&mut self) -> Result<f64, Mistake> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let digits = |from: usize| {
            let count = bytes[from..].iter().take_while(|byte| byte.is_ascii_digit());
            from + count.count()
        };
        let mut end = digits(0);
        // `0.25..1` is a range: a point belongs to the number where a digit follows.
        if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1);
        }
        let number: f64 = rest[..end].parse().map_err(|_| self.expected("a number"))?;
        self.at += end;
        self.skip();
        Ok(number)
    }

    /// Nothing may be left.
    pub(super) fn end(&self) -> Result<(), Mistake> {
        if self.rest().is_empty() {
            Ok(())
        } else {
            Err(self.expected("the end"))
        }
    }
}

/// A number and a unit as they are written together.
pub(super) fn with_unit(value: f64, unit: &str) -> String {
    format!("{} {unit}", in_words(value))
}
