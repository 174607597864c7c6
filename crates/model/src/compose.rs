//! Several models to one: files that are linked by the names they share.

use std::sync::Arc;

use euthymia_diagnostics::Diagnostic;

use crate::check::Checker;
use crate::model::{Model, Symbol};
use crate::syntax::tree::ModelFile;

/// Joins models in their order: `ini` blocks one after the other, then equations.
///
/// A name that a file uses and does not define is linked to what an earlier file defines under that name (parameter or
/// variable), or to a compartment of any file; covariates of one name are one. Two definitions of a name are an error
/// that points into both files. `constants` closes covariates that are still open: the name becomes that number. A
/// constant that some file defines is not needed and left aside.
#[must_use]
pub fn compose(models: &[Model], constants: &[(&str, f64)]) -> (Option<Model>, Vec<Diagnostic>) {
    let files: Vec<Arc<ModelFile>> = models
        .iter()
        .flat_map(|model| model.files.iter().cloned())
        .collect();
    let closed = models.iter().flat_map(|model| model.constants.iter().cloned());
    let given = constants.iter().map(|(name, value)| ((*name).to_owned(), *value));
    let constants: Vec<(String, f64)> = given.chain(closed).collect();
    let mut checker = Checker::new(&files, &constants);
    checker.run();
    compare_units(&files, &mut checker);
    // Each file was checked before: its own warnings have been given.
    checker.diagnostics.retain(Diagnostic::is_error);
    for (name, value) in &constants {
        let known = checker.model.symbols.contains_key(name);
        if !known {
            let diagnostic = Diagnostic::warning(
                "M063",
                format!("nothing uses `{name}`, which is given as {value}"),
            )
            .help("check its spelling");
            checker.report(diagnostic);
        }
    }
    let (model, diagnostics) = checker.finish();
    let model = model.map(|mut model| {
        let symbols = &model.symbols;
        model
            .constants
            .retain(|(name, _)| matches!(symbols.get(name), Some(Symbol::Constant(_))));
        model
    });
    (model, diagnostics)
}

/// Files of one model must count time in one unit.
fn compare_units(files: &[Arc<ModelFile>], checker: &mut Checker<'_>) {
    let time_of = |file: &ModelFile| {
        let units = file
            .metadata
            .iter()
            .find(|metadata| metadata.name.text == "units")?;
        let time = units.value.get("time")?;
        Some((time.as_text()?.to_owned(), time.span))
    };
    let mut first: Option<(&ModelFile, String, euthymia_diagnostics::Span)> = None;
    for file in files {
        let Some((unit, span)) = time_of(file) else {
            continue;
        };
        match &first {
            None => first = Some((file, unit, span)),
            Some((other, their, at)) if *their != unit => {
                let diagnostic = Diagnostic::error("M062", "the files count time in different units")
                    .at(&file.source, span, format!("`{unit}` here"))
                    .at(&other.source, *at, format!("`{their}` here"))
                    .help("convert one of the models");
                checker.report(diagnostic);
            }
            Some(_) => {}
        }
    }
}
