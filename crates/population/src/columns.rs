//! Which columns are written: `cp, cm` from the command line.

use euthymia_diagnostics::{Diagnostic, Source, Span, nearest};
use euthymia_model::Model;

/// Columns that say who and when: they are there in any case.
pub(crate) const IDENTITY: [&str; 4] = ["sim.id", "id", "time", "CMT"];
/// What an endpoint predicts, and the same with residual error.
pub(crate) const OBSERVED: [&str; 2] = ["ipredSim", "sim"];

/// The names that are asked for; nothing where one of them is no column. `open` are the covariates that are written.
pub(crate) fn asked(
    source: &Source,
    model: &Model,
    open: &[&str],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<String>> {
    let variables = model.variables().iter().filter(|variable| variable.reported);
    let mut known: Vec<&str> = variables.map(|variable| variable.name.as_str()).collect();
    known.extend(model.compartments().iter().map(|state| state.name.as_str()));
    known.extend(open);
    if !model.endpoints().is_empty() {
        known.extend(OBSERVED);
    }
    let (mut names, mut right, mut start) = (Vec::new(), true, 0);
    for part in source.text().split(',') {
        let name = part.trim();
        let from = start + (part.len() - part.trim_start().len());
        start += part.len() + 1;
        if IDENTITY.contains(&name) {
            continue;
        }
        if known.contains(&name) {
            names.push(name.to_owned());
            continue;
        }
        let near = nearest(name, known.iter().copied());
        let help = near.map_or_else(
            || format!("there are: {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        let message = match name {
            "" => "expected the name of a column".to_owned(),
            _ => format!("the results have no column `{name}`"),
        };
        let span = Span::new(from, from + name.len().max(1));
        diagnostics.push(
            Diagnostic::error("R010", message)
                .at(source, span, "no such column")
                .help(help),
        );
        right = false;
    }
    right.then_some(names)
}
