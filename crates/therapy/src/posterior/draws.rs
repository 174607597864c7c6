//! The table of draws: a column for every parameter that the fit did not take as known, a row for every draw.

use euthymia_diagnostics::{Diagnostic, Span, nearest};
use euthymia_document::{Cell, Rows};
use euthymia_model::{Model, Theta};

/// More problems than this are counted only: they mostly have one cause.
const MOST_TOLD: usize = 50;

/// Names of the parameters, then their values row after row; `None` after anything wrong, which is reported.
pub(super) fn read(
    model: &Model,
    rows: &Rows,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Vec<String>, Vec<f64>)> {
    let before = diagnostics.len();
    let columns = columns(model, rows, diagnostics);
    if rows.rows().len() == 0 {
        let message = "the table holds no draw";
        let help = "write a line for every draw, or remove the file: without it the model stands alone";
        diagnostics.push(
            Diagnostic::error("L047", message)
                .at(&rows.source, header(rows), "only this header")
                .help(help),
        );
    }
    if diagnostics[before..].iter().any(Diagnostic::is_error) {
        return None;
    }
    let mut values = Vec::with_capacity(rows.rows().len() * columns.len());
    let mut wrong = 0_usize;
    for row in rows.rows() {
        for (theta, cell) in columns.iter().zip(row.cells()) {
            match value(theta, &cell) {
                Ok(value) => values.push(value),
                Err((message, label)) => {
                    wrong += 1;
                    if wrong <= MOST_TOLD {
                        // A blank cell has no width; the separator beside it shows where it is.
                        let span = Span {
                            end: cell.span.end.max(cell.span.start + 1),
                            ..cell.span
                        };
                        diagnostics.push(Diagnostic::error("L047", message).at(&rows.source, span, label).help(
                            "every cell of a draw is a finite number within the bounds of `ini`; leave the whole draw out otherwise",
                        ));
                    }
                }
            }
        }
    }
    if wrong > MOST_TOLD {
        let message = format!("{} more cells of these draws are not shown", wrong - MOST_TOLD);
        diagnostics.push(
            Diagnostic::error("L047", message).help("mend those above first: many have the same cause"),
        );
    }
    let names: Vec<String> = columns.iter().map(|theta| theta.name.clone()).collect();
    (wrong == 0).then(|| {
        outside(&columns, rows, &values, diagnostics);
        (names, values)
    })
}

/// The parameter of every column, as far as there is one.
fn columns<'m>(model: &'m Model, rows: &Rows, diagnostics: &mut Vec<Diagnostic>) -> Vec<&'m Theta> {
    let mut columns: Vec<&Theta> = Vec::new();
    let mut missing: Vec<&str> = model
        .thetas()
        .iter()
        .filter(|theta| !theta.fixed)
        .map(|theta| theta.name.as_str())
        .collect();
    missing.retain(|name| !rows.header.iter().any(|cell| cell.text.trim() == *name));
    for (at, cell) in rows.header.iter().enumerate() {
        let name = cell.text.trim();
        let same = |earlier: &&Cell<'_>| earlier.text.trim() == name;
        if let Some(first) = rows.header[..at].iter().find(same) {
            let message = format!("the column `{name}` stands twice");
            let diagnostic = Diagnostic::error("L046", message)
                .at(&rows.source, cell.span, "again here")
                .at(&rows.source, first.span, "first here")
                .help("remove one of them");
            diagnostics.push(diagnostic);
            continue;
        }
        match model.theta(name) {
            Some(theta) if theta.fixed => {
                let message = format!("`{name}` is fixed in the model, so it has no draws");
                let diagnostic = Diagnostic::error("L046", message)
                    .at(&rows.source, cell.span, "a fixed parameter")
                    .help(format!("remove this column, or the `fix()` of `{name}` in `ini`"));
                diagnostics.push(diagnostic);
            }
            Some(theta) => columns.push(theta),
            None => {
                let span = Span {
                    end: cell.span.end.max(cell.span.start + 1),
                    ..cell.span
                };
                let message = format!("`{name}` is no parameter of the model `{}`", model.name());
                let diagnostic =
                    Diagnostic::error("L046", message).at(&rows.source, span, "unknown parameter");
                let near = nearest(name, missing.iter().copied());
                diagnostics.push(match near {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic.help("name a column as `ini` names its parameter"),
                });
                missing.retain(|other| Some(*other) != near);
            }
        }
    }
    for name in missing {
        let message = format!("the parameter `{name}` of the model has no column");
        let diagnostic = Diagnostic::error("L046", message)
            .at(&rows.source, header(rows), "not in this header")
            .help(format!(
                "add its draws, or write `{name} <- fix(...)` in `ini` if it is taken as known"
            ));
        diagnostics.push(diagnostic);
    }
    columns
}

fn header(rows: &Rows) -> Span {
    rows.header
        .iter()
        .map(|cell| cell.span)
        .reduce(Span::to)
        .unwrap_or_default()
}

/// The number in a cell, or what is wrong with it: message and label.
fn value(theta: &Theta, cell: &Cell<'_>) -> Result<f64, (String, String)> {
    let text = cell.text.trim();
    let name = &theta.name;
    if text.is_empty() {
        return Err((
            format!("`{name}` is blank in this draw"),
            "expected a number".to_owned(),
        ));
    }
    match text.parse::<f64>() {
        Ok(value) if !value.is_finite() => Err((
            format!("`{name}` is not finite in this draw"),
            "expected a finite number".to_owned(),
        )),
        Ok(value) if !(theta.lower..=theta.upper).contains(&value) => Err((
            format!("`{name}` is out of its bounds in this draw"),
            format!("`ini` bounds it to {} .. {}", theta.lower, theta.upper),
        )),
        Ok(value) => Ok(value),
        Err(_) => Err((
            format!("`{name}` is no number in this draw"),
            "expected a number".to_owned(),
        )),
    }
}

/// Warns where the estimate of `ini` lies beyond all draws: then they are of another model.
fn outside(columns: &[&Theta], rows: &Rows, values: &[f64], diagnostics: &mut Vec<Diagnostic>) {
    for (at, theta) in columns.iter().enumerate() {
        let of_column = || values.iter().copied().skip(at).step_by(columns.len());
        let (low, high) = (
            of_column().fold(f64::INFINITY, f64::min),
            of_column().fold(f64::NEG_INFINITY, f64::max),
        );
        if of_column().len() > 1 && !(low..=high).contains(&theta.value) {
            let message = format!(
                "the estimate of `{}` in the model lies outside of all its draws",
                theta.name
            );
            let span = rows.header.get(at).map_or(Span::default(), |cell| cell.span);
            let diagnostic = Diagnostic::warning("L046", message)
                .at(&rows.source, span, format!("drawn from {low} to {high}, and {} in `ini`", theta.value))
                .help("write the median of the draws into `ini`, or fit the model again: these may be draws of another version of it");
            diagnostics.push(diagnostic);
        }
    }
}
