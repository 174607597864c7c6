//! Files as texts.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use euthymia_diagnostics::Source;

use crate::error::{IoError, IoErrorKind};

/// Larger texts are refused: every file a person writes for this program is far smaller.
const LARGEST: u64 = 256 * 1024 * 1024;

/// Reads a UTF-8 text; a byte order mark at its beginning is left out.
///
/// # Errors
/// The file cannot be opened, is a folder, is not UTF-8 or is larger than 256 MiB.
pub fn read_source(path: impl AsRef<Path>) -> Result<Source, IoError> {
    let path = path.as_ref();
    let failed = |kind: IoErrorKind| IoError::new("read", path, kind);
    let file = File::open(path).map_err(|error| failed(error.into()))?;
    if file.metadata().map_err(|error| failed(error.into()))?.is_dir() {
        return Err(failed(IoErrorKind::NotAFile));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(error.into()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(failed(IoErrorKind::TooLarge { limit: LARGEST }));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        failed(IoErrorKind::NotUtf8 {
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
        })
    })?;
    Ok(Source::new(
        path.display().to_string(),
        text.strip_prefix('\u{feff}').unwrap_or(&text),
    ))
}
