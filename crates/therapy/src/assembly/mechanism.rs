//! Which models of the drugs' mechanism a course needs: those that define a quantity it asks for, and those that these
//! rest on in turn.

use crate::course::{Course, Mechanism};
use euthymia_diagnostics::Diagnostic;
use euthymia_model::Model;

/// The models that join, with their paths, in the order of composition. `paths` and `models` are those that the course
/// is composed of anyway.
pub(super) fn wanted(
    course: &Course,
    paths: &[String],
    models: &[Model],
    mut read: impl FnMut(&str) -> Result<Model, Vec<Diagnostic>>,
) -> Result<Vec<(String, Model)>, Vec<Diagnostic>> {
    let whole = course.report.mechanism == Mechanism::Whole;
    let asked = course.report.quantities.iter().map(|(name, _)| name.clone());
    let mut needed: Vec<String> = asked
        .filter(|name| !models.iter().any(|model| defines(model, name)))
        .collect();
    if needed.is_empty() && !whole {
        return Ok(Vec::new());
    }
    let mut candidates: Vec<String> = Vec::new();
    for stem in course
        .treatments
        .iter()
        .flat_map(|treatment| &treatment.drug.mechanism)
    {
        let path = format!("models/{stem}.R");
        if !candidates.contains(&path) && !paths.contains(&path) {
            candidates.push(path);
        }
    }
    let (mut wanted, mut wrong) = (Vec::new(), Vec::new());
    // From the last: what a model rests on comes before it.
    for path in candidates.into_iter().rev() {
        match read(&path) {
            Ok(model) if whole || needed.iter().any(|name| defines(&model, name)) => {
                needed.extend(model.covariates().iter().map(|covariate| covariate.name.clone()));
                wanted.push((path, model));
            }
            Ok(_) => {}
            Err(diagnostics) => wrong.extend(diagnostics),
        }
    }
    wanted.reverse();
    if wrong.is_empty() { Ok(wanted) } else { Err(wrong) }
}

fn defines(model: &Model, name: &str) -> bool {
    let variables = model.variables().iter().map(|variable| &variable.name);
    let compartments = model.compartments().iter().map(|compartment| &compartment.name);
    variables.chain(compartments).any(|own| own == name)
}
