//! A validation in a terminal: rows by paper, then how the groups agree.

use euthymia_therapy::validation::{Folds, Group, Prediction, Row, Validation};

use super::words;
use crate::figure::number::percent;
use crate::lines::{Lines, Style, pad_left, pad_right, wrap};
use crate::terminal::Colour;

/// Columns of numbers: observed, predicted, its interval, the ratio, the verdict.
const WIDTHS: [usize; 5] = [13, 9, 17, 6, 11];
/// Narrowest column of names.
const NARROWEST: usize = 24;

/// The rows with their predictions, then the agreement of groups; lines at most `width` columns wide where that can be.
#[must_use]
pub fn table(validation: &Validation, width: usize, colour: Colour) -> String {
    let mut out = Lines {
        text: String::new(),
        width,
        colour,
    };
    let name = width
        .saturating_sub(2 + WIDTHS.iter().sum::<usize>() + 2 * WIDTHS.len())
        .max(NARROWEST);
    let head = ["observed", "predicted", "90 % interval", "ratio", ""].map(str::to_owned);
    out.line(&columns("", name, &head), Style::Dim);
    let mut paper = "";
    for row in &validation.rows {
        if row.paper != paper {
            paper = &row.paper;
            let told = format!("{paper}: {}; {}; {}", row.title, row.people, row.sampling.word());
            out.paragraph(&told, Style::Bold);
        }
        observation(&mut out, row, name);
    }
    summary(&mut out, validation);
    out.text
}

fn observation(out: &mut Lines, row: &Row, name: usize) {
    let names = wrap(&row.name, name);
    let Some((first, others)) = row.predictions.split_first() else {
        let cells = [
            words::observed(row),
            "none".to_owned(),
            String::new(),
            String::new(),
            String::new(),
        ];
        rows(out, &names, name, &cells);
        let why = row.problem.as_deref().unwrap_or("nothing predicts it");
        out.line(&format!("    {why}"), Style::Dim);
        return;
    };
    rows(out, &names, name, &cells(row, first, true));
    tell_problem(out, first);
    if !first.reference {
        out.line(&format!("    by {}", first.structure), Style::Dim);
    }
    for other in others {
        let label = [format!("  by {}", other.structure)];
        rows(out, &label, name, &cells(row, other, false));
        tell_problem(out, other);
    }
}

fn tell_problem(out: &mut Lines, prediction: &Prediction) {
    for problem in [&prediction.problem, &prediction.no_interval]
        .into_iter()
        .flatten()
    {
        out.line(&format!("    {problem}"), Style::Dim);
    }
}

fn cells(row: &Row, prediction: &Prediction, with_observed: bool) -> [String; 5] {
    [
        if with_observed {
            words::observed(row)
        } else {
            String::new()
        },
        words::predicted(prediction),
        words::interval(prediction),
        words::ratio(prediction),
        match prediction.counted {
            true => words::verdict(prediction).to_owned(),
            false => "(used)".to_owned(),
        },
    ]
}

/// A row whose name may run over several lines.
fn rows(out: &mut Lines, names: &[String], name: usize, cells: &[String; 5]) {
    for (index, line) in names.iter().enumerate() {
        if index == 0 {
            out.line(&columns(line, name, cells), Style::Plain);
        } else {
            out.line(&format!("  {line}"), Style::Plain);
        }
    }
}

fn columns(label: &str, name: usize, cells: &[String; 5]) -> String {
    let mut line = format!("  {}", pad_right(label, name));
    for (index, (cell, width)) in cells.iter().zip(WIDTHS).enumerate() {
        line.push_str("  ");
        line.push_str(&if index == 4 {
            cell.clone()
        } else {
            pad_left(cell, width)
        });
    }
    line.trim_end().to_owned()
}

fn summary(out: &mut Lines, validation: &Validation) {
    let summary = validation.summary();
    out.blank();
    let groups: [(&str, &[Group]); 5] = [
        ("parent drug in plasma by drug, reference", &summary.by_drug),
        ("by model", &summary.by_model),
        ("by route, reference", &summary.by_route),
        ("by what was measured, reference", &summary.by_moiety),
        ("by sampling, reference", &summary.by_sampling),
    ];
    let all = [
        Group {
            name: "parent drug in plasma".to_owned(),
            folds: summary.target,
        },
        Group {
            name: "everything".to_owned(),
            folds: summary.all,
        },
    ];
    let widest = groups.iter().flat_map(|(_, groups)| groups.iter()).chain(&all);
    let name = widest
        .map(|group| group.name.chars().count())
        .max()
        .unwrap_or(0)
        .max(32);
    let head = ["rows", "AFE", "AAFE", "1.25-fold", "2-fold"].map(str::to_owned);
    out.line(&numbers("Agreement (rows that count)", name, &head), Style::Bold);
    for group in &all {
        out.line(&numbers(&group.name, name, &folds(&group.folds)), Style::Plain);
    }
    for (title, groups) in groups {
        if !groups.is_empty() {
            out.line(title, Style::Dim);
        }
        for group in groups {
            out.line(&numbers(&group.name, name, &folds(&group.folds)), Style::Plain);
        }
    }
    out.blank();
    out.paragraph(&words::target(&summary), Style::Bold);
    let unserved = validation
        .rows
        .iter()
        .filter(|row| row.predictions.is_empty())
        .count();
    let mut told = format!("{} rows of {} papers", validation.rows.len(), validation.papers());
    if unserved > 0 {
        told.push_str(&format!("; nothing predicts {unserved} of them"));
    }
    out.paragraph(
        &format!(
            "{told}. AFE is the geometric mean of predicted over observed, AAFE of the larger over the smaller; (used): a \
             parameter of the model was set by the row, so it does not count."
        ),
        Style::Plain,
    );
}

fn folds(folds: &Folds) -> [String; 5] {
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), words::fold);
    [
        folds.rows.to_string(),
        number(folds.afe),
        number(folds.aafe),
        percent(folds.within_1_25),
        percent(folds.within_2),
    ]
}

fn numbers(label: &str, name: usize, cells: &[String; 5]) -> String {
    let mut line = format!("  {}", pad_right(label, name));
    for cell in cells {
        line.push_str("  ");
        line.push_str(&pad_left(cell, 9));
    }
    line
}
