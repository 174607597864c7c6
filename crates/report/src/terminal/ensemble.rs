//! One course with several structures of the kinetics, in the lines of a terminal.

use euthymia_therapy::ensemble::{Ensemble, Spread};
use euthymia_therapy::result::{Measure, QuantityKind};

use super::{Colour, Lines, NARROWEST, Style, pad_left, pad_right};
use crate::course::{name_and_explanation, words};
use crate::ensemble::{finding, value, width};
use crate::figure::number::significant;

/// The finding, the median patient of every structure, how far structures and patients lie apart, and which structures
/// took no part; each line ended by a newline and, words permitting, at most `columns` wide.
#[must_use]
pub fn ensemble(ensemble: &Ensemble, columns: usize, colour: Colour) -> String {
    let mut out = Lines {
        text: String::new(),
        width: columns.max(NARROWEST),
        colour,
    };
    out.paragraph(&finding(ensemble), Style::Bold);
    out.blank();
    table(&mut out, ensemble);
    if !ensemble.left_out.is_empty() {
        out.blank();
        let rows: Vec<(String, String)> = ensemble
            .left_out
            .iter()
            .map(|left_out| {
                let what = format!("{}: {}", left_out.structure.key, left_out.why);
                ("Not run".to_owned(), what)
            })
            .collect();
        out.rows(&rows);
    }
    out.text
}

/// Peak and area of one concentration, in the laboratory's mass units if any is; peak of the occupancy; the score.
fn shown(ensemble: &Ensemble) -> Vec<&Spread> {
    let of = |kind| ensemble.spreads.iter().filter(move |spread| spread.kind == kind);
    let concentrations = || of(QuantityKind::Concentration);
    let chosen = concentrations()
        .find(|spread| spread.unit.contains("g/") || spread.unit.contains("g h/"))
        .or_else(|| concentrations().next());
    let mut shown: Vec<&Spread> = concentrations()
        .filter(|spread| chosen.is_some_and(|chosen| chosen.quantity == spread.quantity))
        .collect();
    shown.extend(of(QuantityKind::Occupancy));
    shown.extend(of(QuantityKind::Score).take(1));
    shown
}

/// A label without what explains it and without the medium, of which structures may have another.
fn short(label: &str) -> &str {
    let (name, _) = name_and_explanation(label);
    name.split_once(" in ").map_or(name, |(name, _)| name)
}

fn table(out: &mut Lines, ensemble: &Ensemble) {
    let shown = shown(ensemble);
    let row = |first: &str, cell: &dyn Fn(&Spread) -> String| {
        let mut cells = vec![first.to_owned()];
        cells.extend(shown.iter().map(|spread| cell(spread)));
        cells
    };
    let unit = |spread: &Spread| match (spread.unit.as_str(), spread.kind) {
        ("", _) | (_, QuantityKind::Score) => String::new(),
        (unit, _) => format!(", {unit}"),
    };
    let mut rows = vec![
        row("", &|spread| short(&spread.label).to_owned()),
        row("Median patient of", &|spread| match spread.measure {
            Measure::Peak => format!("peak{}", unit(spread)),
            Measure::Area => format!("0 to {}{}", words::short_instant(spread.until_h), unit(spread)),
            Measure::AtEnd => format!("after {}", words::short_instant(spread.until_h)),
        }),
    ];
    let heads = rows.len();
    for (at, member) in ensemble.members.iter().enumerate() {
        rows.push(row(
            &member.structure.key,
            &|spread| match spread.medians.get(at) {
                Some(Some(median)) => value(spread, *median),
                _ => "not modelled".to_owned(),
            },
        ));
    }
    let last_of_members = rows.len();
    if ensemble.members.len() > 1 {
        rows.push(row("Between models", &|spread| {
            let models = spread.between_models.as_ref();
            models.map_or_else(String::new, |models| width(spread, models))
        }));
    }
    rows.push(row("Between patients", &|spread| {
        width(spread, &spread.between_patients)
    }));
    if ensemble.members.len() > 1 {
        rows.push(row("Models over patients", &|spread| {
            spread
                .models_to_patients
                .map_or_else(String::new, |ratio| significant(ratio, 2))
        }));
    }
    let widths: Vec<usize> = (0..=shown.len())
        .map(|column| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or(0)
        })
        .collect();
    // Where the terminal is too narrow the last columns go.
    let mut columns = widths.len();
    while columns > 2 && widths[..columns].iter().sum::<usize>() + 2 * (columns - 1) > out.width {
        columns -= 1;
    }
    for (at, row) in rows.iter().enumerate() {
        let mut line = pad_right(&row[0], widths[0]);
        for column in 1..columns {
            line.push_str("  ");
            line.push_str(&pad_left(&row[column], widths[column]));
        }
        if at == last_of_members {
            out.blank();
        }
        out.line(
            line.trim_end(),
            if at < heads { Style::Dim } else { Style::Plain },
        );
    }
}
