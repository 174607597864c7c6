//! Tables of a search.

use euthymia_therapy::optimise::{Optimised, Point};

use super::words;
use crate::course::{Cell, Table};

/// The frontier, a row a schedule, then the course as given.
pub(super) fn points(result: &Optimised) -> Table {
    let given = (!result.frontier.iter().any(|point| point.is_given)).then_some(&result.given);
    let note = "Intervals hold nine in ten groups of such people: over the parameters, and over studies. A difference is to the course as \
                given, in the same people (percentage points of a proportion). On the frontier: in so many of the simulated studies no \
                schedule that holds what must has more benefit for no more burden.";
    table(result, "The frontier", note, result.frontier.iter().chain(given))
}

/// Those that come nearest to holding what must.
pub(super) fn nearest(result: &Optimised) -> Table {
    table(
        result,
        "What comes nearest to holding what must",
        "",
        result.nearest.iter(),
    )
}

fn table<'p>(
    result: &Optimised,
    caption: &str,
    note: &str,
    points: impl Iterator<Item = &'p Point>,
) -> Table {
    let mut head = vec!["Schedule".to_owned(), result.against.label.clone()];
    for aim in &result.aims {
        head.push(aim.label.clone());
        head.push("Difference".to_owned());
        head.push("Better than given".to_owned());
    }
    head.extend(result.keeps.iter().map(|keep| keep.text.clone()));
    head.push("On the frontier".to_owned());
    let row = |(at, point): (usize, &Point)| {
        let label = if point.is_given {
            format!("{} (as given)", point.label)
        } else {
            format!("{}. {}", at + 1, point.label)
        };
        let mut cells = vec![Cell::text(label), Cell::number(words::burden(point.burden))];
        for (aim, benefit) in result.aims.iter().zip(&point.benefits) {
            cells.push(Cell::number(words::estimate(aim, &benefit.estimate)));
            let (difference, better) = if point.is_given {
                (String::new(), String::new())
            } else {
                (words::difference(aim, benefit), words::chance(benefit.better))
            };
            cells.push(Cell::number(difference));
            cells.push(Cell::number(better));
        }
        let keeps = result.keeps.iter().zip(&point.keeps);
        cells.extend(keeps.map(|(keep, kept)| Cell::number(words::kept(keep, kept))));
        cells.push(Cell::number(if point.holds {
            words::chance(point.on_frontier)
        } else {
            "does not hold".to_owned()
        }));
        cells
    };
    Table {
        caption: caption.to_owned(),
        head,
        rows: points.enumerate().map(row).collect(),
        note: note.to_owned(),
    }
}

/// What must hold, and what it took away.
pub(super) fn limits(result: &Optimised) -> Table {
    let head = ["Must hold", "What it is", "Schedules excluded", "By it alone"];
    let row = |keep: &euthymia_therapy::optimise::KeepTold| {
        vec![
            Cell::text(&keep.text),
            Cell::text(&keep.label),
            Cell::number(keep.excludes.to_string()),
            Cell::number(keep.excludes_alone.to_string()),
        ]
    };
    let sure = result.certainty.map_or_else(
        || "Each must hold in the mean; the table of the frontier says how likely it is.".to_owned(),
        |certainty| {
            let percent = crate::figure::number::percent(certainty);
            format!("Each must hold with a probability of {percent}.")
        },
    );
    Table {
        caption: format!("What excluded schedules, of {} that were tried", result.schedules),
        head: head.map(str::to_owned).to_vec(),
        rows: result.keeps.iter().map(row).collect(),
        note: sure,
    }
}
