//! A user's own folder over the library: one file for each thing that was added.

use std::path::{Path, PathBuf};

use crate::error::IoError;

/// The TOML files of the folder, sorted by name. Where it need not be there, a folder that is not there holds none.
///
/// # Errors
/// The folder must be there and is not, or cannot be read.
pub fn files(folder: &Path, must_be_there: bool) -> Result<Vec<PathBuf>, IoError> {
    if !must_be_there && !folder.exists() {
        return Ok(Vec::new());
    }
    let failed = |error: std::io::Error| IoError::new("read", folder, error);
    let mut paths = Vec::new();
    for entry in folder.read_dir().map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let hidden = path
            .file_name()
            .and_then(|name| name.to_str())
            .is_none_or(|name| name.starts_with('.'));
        if !hidden && path.is_file() && path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Removes a file of the folder.
///
/// # Errors
/// It is not there, or cannot be removed.
pub fn remove(path: &Path) -> Result<(), IoError> {
    std::fs::remove_file(path).map_err(|error| IoError::new("remove", path, error))
}
