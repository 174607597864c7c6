//! The comment behind a number of a model file: `# [seen] simons-2022: Table 4, 1.48 L/min`.

use super::GRADES;
use euthymia_diagnostics::nearest;
use std::fmt;

/// How a number was come by, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Read in the source or in a transcription of it.
    Seen,
    /// Read off a figure.
    Digitised,
    /// Computed from numbers that were seen.
    Derived,
    /// Known from memory.
    Memory,
    /// Chosen; no source gives it.
    Assumed,
}

impl Grade {
    /// All grades, in the order of [`GRADES`].
    pub const ALL: [Self; 5] = [
        Self::Seen,
        Self::Digitised,
        Self::Derived,
        Self::Memory,
        Self::Assumed,
    ];

    /// The grade of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        GRADES
            .iter()
            .zip(Self::ALL)
            .find(|(name, _)| **name == word)
            .map(|(_, grade)| grade)
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(GRADES[*self as usize])
    }
}

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// How it was come by.
    pub grade: Grade,
    /// Key of `sources.toml`.
    pub key: String,
    /// Where in the source, or how it was computed.
    pub locator: String,
}

impl Comment {
    /// Reads the words of a comment, without its `#`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_start_matches('#').trim();
        let Some((grade, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
            return Err("expected `# [grade] key: locator`".to_owned());
        };
        let Some(parsed) = Grade::parse(grade.trim()) else {
            let near = nearest(grade.trim(), GRADES);
            let near = near.map_or_else(|| GRADES.join(", "), |near| format!("did you mean `{near}`?"));
            return Err(format!("`{}` is no grade: {near}", grade.trim()));
        };
        match rest.trim().split_once(':') {
            Some((key, locator)) if !key.trim().is_empty() && !locator.trim().is_empty() => Ok(Self {
                grade: parsed,
                key: key.trim().to_owned(),
                locator: locator.trim().to_owned(),
            }),
            _ => Err("expected `key: locator` after the grade".to_owned()),
        }
    }
}
