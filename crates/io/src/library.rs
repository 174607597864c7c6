//! The science as data: models, drugs, instruments, courses and evidence, shipped inside the program or in a folder.

use std::path::{Path, PathBuf};

use euthymia_diagnostics::{Source, nearest};
use include_dir::{Dir, include_dir};

use crate::error::{IoError, IoErrorKind};
use crate::read::read_source;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../library");

/// Where the files of the library come from.
#[derive(Clone, Debug)]
pub enum Library {
    /// The copy inside the program; its files are called `library/...`.
    Embedded,
    /// A folder of the same shape.
    Folder(PathBuf),
}

impl Library {
    /// The text of a file, by its path inside the library (`courses/saline.toml`).
    ///
    /// # Errors
    /// There is no such file, or it is not UTF-8 text.
    pub fn read(&self, path: &str) -> Result<Source, IoError> {
        match self {
            Self::Folder(folder) => read_source(folder.join(path)),
            Self::Embedded => {
                let name = format!("library/{path}");
                let file = EMBEDDED
                    .get_file(path)
                    .ok_or_else(|| self.absent("file", &name, path))?;
                let text = file.contents_utf8();
                let text =
                    text.ok_or_else(|| IoError::new("read", &name, IoErrorKind::NotUtf8 { line: 1 }))?;
                Ok(Source::new(name, text))
            }
        }
    }

    /// Whether the library holds a file.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        match self {
            Self::Embedded => EMBEDDED.get_file(path).is_some(),
            Self::Folder(folder) => folder.join(path).is_file(),
        }
    }

    /// Paths of the files directly in a folder of the library (`courses`) that end in `extension`, sorted; none if there
    /// is no such folder.
    ///
    /// # Errors
    /// The folder is there but cannot be read.
    pub fn list(&self, folder: &str, extension: &str) -> Result<Vec<String>, IoError> {
        let mut names: Vec<String> = match self {
            Self::Embedded => EMBEDDED.get_dir(folder).map_or_else(Vec::new, |dir| {
                dir.files()
                    .filter_map(|file| file.path().file_name()?.to_str().map(str::to_owned))
                    .collect()
            }),
            Self::Folder(root) => files_in(&root.join(folder))?,
        };
        names.retain(|name| Path::new(name).extension().is_some_and(|own| own == extension));
        names.sort();
        Ok(names.into_iter().map(|name| format!("{folder}/{name}")).collect())
    }

    /// Names of the courses, sorted.
    ///
    /// # Errors
    /// The folder of courses cannot be read.
    pub fn course_names(&self) -> Result<Vec<String>, IoError> {
        let stem = |path: String| Path::new(&path).file_stem()?.to_str().map(str::to_owned);
        Ok(self
            .list("courses", "toml")?
            .into_iter()
            .filter_map(stem)
            .collect())
    }

    /// A course by its name (`racemic-iv-twice-weekly`).
    ///
    /// # Errors
    /// There is no such course, or it is not UTF-8 text.
    pub fn course(&self, name: &str) -> Result<Source, IoError> {
        let path = format!("courses/{name}.toml");
        if self.has(&path) {
            self.read(&path)
        } else {
            Err(self.absent("course", name, name))
        }
    }

    fn absent(&self, kind: &'static str, shown: &str, wanted: &str) -> IoError {
        let candidates = match kind {
            "course" => self.course_names().unwrap_or_default(),
            _ => Path::new(wanted)
                .parent()
                .and_then(Path::to_str)
                .and_then(|folder| self.list(folder, Path::new(wanted).extension()?.to_str()?).ok())
                .unwrap_or_default(),
        };
        let nearest = nearest(wanted, candidates.iter().map(String::as_str)).map(str::to_owned);
        IoError::new("read", shown, IoErrorKind::NotInLibrary { kind, nearest })
    }
}

fn files_in(folder: &Path) -> Result<Vec<String>, IoError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let failed = |error: std::io::Error| IoError::new("read", folder, error);
    let mut names = Vec::new();
    for entry in folder.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.path().is_file()
            && let Ok(name) = entry.file_name().into_string()
        {
            names.push(name);
        }
    }
    Ok(names)
}
