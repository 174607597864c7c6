//! What surrounds a posterior: that it belongs to a model and the model draws nothing twice, and which draws a run takes.

use super::{ABOUT, DRAWS, FOLDER};
use crate::library::Library;
use euthymia_diagnostics::{Diagnostic, nearest};
use euthymia_document::Rows;
use euthymia_model::Model;
use euthymia_stats::random::{Purpose, Stream};

/// Which draw of a posterior a draw of the run takes.
const POSTERIOR_DRAWS: Purpose = Purpose(8);

/// The row of the posterior that each draw of a run takes: none twice before all were taken, and the first ones the same
/// however many are asked for.
pub(crate) fn rows_of(stream: Stream, rows: usize, draws: u32) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    let mut taken = Vec::with_capacity(draws as usize);
    for draw in 0..draws {
        let at = draw as usize % rows.max(1);
        if at == 0 {
            order = (0..rows).collect();
        }
        // One step of the shuffle of Fisher and Yates for each draw.
        let uniform = stream.at(POSTERIOR_DRAWS, draw, 0).uniform(0);
        let left = rows - at.min(rows);
        let other = at + ((uniform * left as f64) as usize).min(left.saturating_sub(1));
        if at < order.len() && other < order.len() {
            order.swap(at, other);
            taken.push(order[at]);
        }
    }
    taken
}

/// Reports every parameter that the model also gives a standard error: it would be drawn twice.
pub(super) fn also_uncertain(model: &Model, draws: &Rows) -> Vec<Diagnostic> {
    let lists = model
        .all_metadata()
        .filter(|(_, metadata)| metadata.name.text == "uncertainty");
    let names = lists.flat_map(|(file, metadata)| {
        let items = metadata.value.items().iter();
        items.filter_map(move |item| Some((file, item.name.as_ref()?)))
    });
    let column = |name: &str| draws.header.iter().find(|cell| cell.text.trim() == name);
    names
        .filter_map(|(file, name)| {
            let cell = column(&name.text)?;
            let message = format!("`{}` has both draws and a standard error", name.text);
            let diagnostic = Diagnostic::error("L045", message)
                .at(&file.source, name.span, "its standard error")
                .at(&draws.source, cell.span, "its draws");
            Some(diagnostic.help("remove it from `uncertainty`: the draws hold how uncertain it is"))
        })
        .collect()
}

/// That one of the two files is there and the other is not.
pub(super) fn alone(there: &str, missing: &str) -> Diagnostic {
    let message = format!("`{there}` is there, and `{missing}` is not");
    let help = if there.ends_with(DRAWS) {
        "add the file that says how the draws were made; library/README.md has its format"
    } else {
        "add the draws, or remove this file: without draws the model stands alone"
    };
    Diagnostic::error("L044", message).help(help)
}

/// Everything that is wrong with the posteriors of a library.
pub(crate) fn lint(library: &Library) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let models = library.stems(FOLDER, ".R");
    let mut stems = library.stems(FOLDER, DRAWS);
    stems.extend(library.stems(FOLDER, ABOUT));
    stems.sort();
    stems.dedup();
    for stem in stems {
        if !models.contains(&stem) {
            let message = format!("`{FOLDER}/{stem}{DRAWS}` or `{stem}{ABOUT}` belongs to no model");
            let diagnostic = Diagnostic::error("L043", message);
            diagnostics.push(match nearest(&stem, models.iter().map(String::as_str)) {
                Some(near) => diagnostic.help(format!("did you mean `{near}{DRAWS}`?")),
                None => diagnostic.help(format!("add `{FOLDER}/{stem}.R`, or remove the file")),
            });
            continue;
        }
        match library.posterior_and_warnings(&stem) {
            Err(wrong) => diagnostics.extend(wrong),
            Ok(None) => {}
            Ok(Some((posterior, found))) => {
                diagnostics.extend(found);
                diagnostics.extend(
                    posterior
                        .iter()
                        .flat_map(|posterior| posterior.fit.unknown_names(library)),
                );
            }
        }
    }
    diagnostics
}
