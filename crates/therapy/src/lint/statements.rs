//! The check of what a model file says for and against its outputs: the source of every finding is in `sources.toml`.

use super::unknown_key;
use crate::sources::Sources;
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_model::syntax::tree::ModelFile;
use euthymia_model::{check, syntax};

/// Reports what is wrong with layer, badges and findings of a text, and whatever else keeps it from being a model.
pub(super) fn check(source: &Source, sources: &Sources) -> Vec<Diagnostic> {
    let (file, mut diagnostics) = syntax::parse(source);
    diagnostics.extend(check::check(&file).1);
    diagnostics.retain(Diagnostic::is_error);
    diagnostics.extend(unknown_findings(&file, sources));
    diagnostics
}

/// Reports findings whose source does not exist.
pub(crate) fn unknown_findings(file: &ModelFile, sources: &Sources) -> Vec<Diagnostic> {
    file.all_findings()
        .filter_map(|finding| {
            let wrong = unknown_key(&finding.key, sources)?;
            Some(wrong.at(&file.source, finding.span, "unknown key"))
        })
        .collect()
}
