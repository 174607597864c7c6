//! A file that cannot be read or written: which, what was tried, why.

use std::path::{Path, PathBuf};

use euthymia_diagnostics::{Diagnostic, nearest};
use thiserror::Error;

/// A file that cannot be read or written.
#[derive(Debug, Error)]
#[error("cannot {action} `{}`: {kind}", path.display())]
pub struct IoError {
    /// What was tried: `read`, `write`.
    pub action: &'static str,
    /// The file, as the user named it.
    pub path: PathBuf,
    /// Why it failed.
    #[source]
    pub kind: IoErrorKind,
}

/// Why a file cannot be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IoErrorKind {
    /// The operating system refuses.
    #[error("{}", in_words(.0))]
    System(#[from] std::io::Error),
    /// Bytes that are no text.
    #[error("line {line}: it is not UTF-8 text")]
    NotUtf8 {
        /// Line of the first such byte, from 1.
        line: usize,
    },
    /// A text longer than positions can count.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// The largest size that is read.
        limit: u64,
    },
    /// A folder or device where a file was meant.
    #[error("it is not a file")]
    NotAFile,
    /// A name that the library does not hold.
    #[error("the library has no such {kind}")]
    NotInLibrary {
        /// What was looked for: `course`, `file`.
        kind: &'static str,
        /// The name most likely meant.
        nearest: Option<String>,
    },
    /// Columnar data that the Parquet writer refuses.
    #[error("{0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Columnar data that the Arrow writer refuses.
    #[cfg(feature = "arrow")]
    #[error("{0}")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// A file name whose extension is no format of results.
    #[error("its name does not end in a format of results")]
    Format,
    /// Values that do not fit the table they are written to.
    #[error("{found} values for {expected}")]
    Shape {
        /// How many were handed over.
        found: usize,
        /// What would have fitted.
        expected: String,
    },
}

/// The operating system's reason without its number.
fn in_words(error: &std::io::Error) -> String {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or_default();
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

impl IoError {
    pub(crate) fn new(action: &'static str, path: impl AsRef<Path>, kind: impl Into<IoErrorKind>) -> Self {
        Self {
            action,
            path: path.as_ref().to_path_buf(),
            kind: kind.into(),
        }
    }

    /// Whether the other end of a pipe has gone.
    #[must_use]
    pub fn is_broken_pipe(&self) -> bool {
        matches!(&self.kind, IoErrorKind::System(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
    }

    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            IoErrorKind::System(_) if self.action == "read" => "I001",
            IoErrorKind::System(_) => "I002",
            IoErrorKind::NotUtf8 { .. } => "I003",
            IoErrorKind::TooLarge { .. } => "I004",
            IoErrorKind::NotAFile => "I005",
            IoErrorKind::NotInLibrary { .. } => "L001",
            IoErrorKind::Parquet(_) => "I006",
            #[cfg(feature = "arrow")]
            IoErrorKind::Arrow(_) => "I006",
            IoErrorKind::Shape { .. } => "I007",
            IoErrorKind::Format => "I008",
        }
    }

    /// As a diagnostic, with the way out where one is known.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code(), self.to_string());
        match self.help() {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    fn help(&self) -> Option<String> {
        match &self.kind {
            IoErrorKind::System(error) if error.kind() == std::io::ErrorKind::NotFound => self.neighbour(),
            IoErrorKind::Format => Some("name the file `.csv`, `.parquet` or `.arrow`".to_owned()),
            IoErrorKind::NotUtf8 { .. } => Some("save the file as UTF-8 text".to_owned()),
            IoErrorKind::NotInLibrary {
                nearest: Some(nearest),
                ..
            } => Some(format!("did you mean `{nearest}`?")),
            _ => None,
        }
    }

    /// The file of the same folder whose name is most like the one that is not there.
    fn neighbour(&self) -> Option<String> {
        let folder = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            return Some(format!("there is no folder `{}`", folder.display()));
        }
        let entries = folder.read_dir().ok()?;
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        let wanted = self.path.file_name()?.to_str()?;
        let near = nearest(wanted, names.iter().map(String::as_str))?;
        Some(format!(
            "did you mean `{}`?",
            self.path.with_file_name(near).display()
        ))
    }
}
