//! Whole files or none: written beside their place under a temporary name, then moved there in one step.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempPath;

use crate::error::{IoError, IoErrorKind};

/// Temporary files that exist now, for [`remove_unfinished`].
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Removes every file that was begun and not finished: for a program about to end without unwinding.
pub fn remove_unfinished() {
    remove_unfinished_in(Path::new(""));
}

/// Removes the unfinished files below one folder.
pub fn remove_unfinished_in(folder: &Path) {
    let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    unfinished.retain(|path| {
        // Nothing can be done about a file that does not go; the program is ending.
        let removed = path.starts_with(folder) && std::fs::remove_file(path).is_ok();
        !removed
    });
}

/// Writes a whole file at once.
///
/// # Errors
/// The folder or the file cannot be written; a file that was there before is then unchanged.
pub fn write(path: impl AsRef<Path>, bytes: &[u8]) -> Result<(), IoError> {
    let path = path.as_ref();
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes)
        .map_err(|error| IoError::new("write", path, error))?;
    file.finish()
}

/// A file being written. It appears under its name when [finished](AtomicFile::finish) and leaves nothing behind
/// otherwise.
#[derive(Debug)]
pub struct AtomicFile {
    writer: BufWriter<File>,
    /// `None` once it is in place.
    temporary: Option<TempPath>,
    path: PathBuf,
}

impl AtomicFile {
    /// Begins a file; missing folders are made.
    ///
    /// # Errors
    /// The folder cannot be made or written, or the name belongs to a folder or device.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, IoError> {
        let path = path.as_ref();
        let failed = |error: std::io::Error| IoError::new("write", path, error);
        let name = path
            .file_name()
            .ok_or_else(|| IoError::new("write", path, IoErrorKind::NotAFile))?;
        if path.exists() && !path.is_file() {
            return Err(IoError::new("write", path, IoErrorKind::NotAFile));
        }
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let prefix = format!(".{}.", name.to_string_lossy());
        let (file, temporary) =
            with_usual_permissions(tempfile::Builder::new().prefix(&prefix).suffix(".part"))
                .tempfile_in(folder)
                .map_err(failed)?
                .into_parts();
        UNFINISHED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(temporary.to_path_buf());
        Ok(Self {
            writer: BufWriter::with_capacity(1 << 16, file),
            temporary: Some(temporary),
            path: path.to_path_buf(),
        })
    }

    /// Moves the file to its place once all of it is on the disk.
    ///
    /// # Errors
    /// The disk is full or the place cannot be written; nothing is left behind then.
    pub fn finish(mut self) -> Result<(), IoError> {
        let failed = |error: std::io::Error| IoError::new("write", &self.path, error);
        self.writer.flush().map_err(failed)?;
        self.writer.get_ref().sync_all().map_err(failed)?;
        let Some(temporary) = self.temporary.take() else {
            return Ok(());
        };
        forget(&temporary);
        temporary.persist(&self.path).map_err(|error| failed(error.error))
    }

    /// Where the file will be.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(temporary) = self.temporary.take() {
            forget(&temporary);
        }
    }
}

fn forget(temporary: &Path) {
    UNFINISHED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(temporary);
}

/// Readable as any new file is, where `tempfile` would keep it private.
#[cfg(unix)]
fn with_usual_permissions<'b, 'p, 's>(
    builder: &'b mut tempfile::Builder<'p, 's>,
) -> &'b mut tempfile::Builder<'p, 's> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn with_usual_permissions<'b, 'p, 's>(
    builder: &'b mut tempfile::Builder<'p, 's>,
) -> &'b mut tempfile::Builder<'p, 's> {
    builder
}
