//! The draws that stand beside a model file.

use std::path::{Path, PathBuf};

use euthymia_diagnostics::Diagnostic;
use euthymia_model::{Model, check, syntax};
use euthymia_therapy::posterior::{self, ABOUT, DRAWS, Posterior};

use crate::exit::Failure;

/// The three files of a fitted model.
pub(crate) struct Files {
    model: PathBuf,
    draws: PathBuf,
    about: PathBuf,
}

impl Files {
    /// Those of a model file, of its draws or of what is said of them; `None` where `path` is none of these by its name, or
    /// a model that stands alone.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let (stem, is_model) = match [DRAWS, ABOUT].iter().find_map(|end| name.strip_suffix(end)) {
            Some(stem) => (stem, false),
            None => (name.strip_suffix(".R")?, true),
        };
        let beside = |end: &str| path.with_file_name(format!("{stem}{end}"));
        let files = Self {
            model: beside(".R"),
            draws: beside(DRAWS),
            about: beside(ABOUT),
        };
        (!is_model || files.draws.is_file() || files.about.is_file()).then_some(files)
    }

    /// What is wrong with any of them, and the posterior where nothing is. What is wrong with the model alone is left to
    /// whoever reads it.
    fn read(&self, model: &Model) -> Result<(Option<Posterior>, Vec<Diagnostic>), Failure> {
        let (rows, mut diagnostics) = euthymia_io::csv::rows(&euthymia_io::read_source(&self.draws)?);
        let (document, more) = euthymia_io::toml::document(&euthymia_io::read_source(&self.about)?);
        diagnostics.extend(more);
        let (Some(rows), Some(document)) = (rows, document) else {
            return Ok((None, diagnostics));
        };
        let (posterior, more) = posterior::read(model, &rows, &document);
        diagnostics.extend(more);
        Ok((posterior, diagnostics))
    }

    /// Everything that is wrong with them, the model included.
    pub(crate) fn check(&self) -> Result<Vec<Diagnostic>, Failure> {
        let source = euthymia_io::read_source(&self.model)?;
        let mut diagnostics = euthymia_model::diagnose(&source);
        if let (Some(model), _) = check::check(&syntax::parse(&source).0) {
            diagnostics.extend(self.read(&model)?.1);
        }
        Ok(diagnostics)
    }
}

/// The posterior beside a model file; `None` where the model stands alone.
pub(crate) fn beside(path: &Path, model: &Model) -> Result<Option<Posterior>, Failure> {
    let Some(files) = Files::of(path) else {
        return Ok(None);
    };
    match files.read(model)? {
        (Some(posterior), _) => Ok(Some(posterior)),
        (None, diagnostics) => Err(Failure::Input(diagnostics)),
    }
}
