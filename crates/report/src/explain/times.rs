//! When effects come and go: the table of a layer, and the words for one effect.

use euthymia_therapy::explain::{EffectTimes, Explained, LayerPart, Range};
use euthymia_therapy::result::{CourseResult, Quantity};

use super::curve;
use crate::course::series;
use crate::course::tables::{Cell, Table};
use crate::course::words;
use crate::figure::number::{percent, significant};

/// The table of a layer; `None` without an effect in it.
pub(super) fn table(result: &CourseResult, layer: &LayerPart) -> Option<Table> {
    let rows: Vec<Vec<Cell>> = layer
        .quantities
        .iter()
        .filter_map(|explained| {
            let times = explained.times?;
            let quantity = result.quantities.iter().find(|one| one.id == explained.id)?;
            Some(row(explained, quantity, &times))
        })
        .collect();
    let until = layer
        .quantities
        .iter()
        .find_map(|explained| explained.times)?
        .until_h;
    Some(Table {
        caption: format!(
            "When each effect comes and goes: the median of {}, with the range of nine in ten in brackets",
            series::counted_as(result)
        ),
        head: ["Effect", "Onset", "At its greatest", "When that is", "Return"]
            .map(str::to_owned)
            .to_vec(),
        rows,
        note: format!(
            "Counted in each of the {} from the value at the first dose. Onset: a tenth of the greatest effect. Return: less \
             than a tenth of it is left. Looked at for {} after the first dose.",
            series::counted_as(result),
            words::span(until)
        ),
    })
}

fn row(explained: &Explained, quantity: &Quantity, times: &EffectTimes) -> Vec<Cell> {
    let until = words::span(times.until_h);
    let (name, _) = series::name_and_explanation(&explained.label);
    let start = match times.start.p50 {
        Some(start) if start != 0.0 => format!(", from {}", value(start, quantity)),
        _ => String::new(),
    };
    vec![
        Cell::text(words::capitalised(name)),
        Cell::text(spread(&times.onset_h, &until)),
        Cell::text(format!("{}{start}", greatest(times, quantity))),
        Cell::text(spread(&times.peak_h, &until)),
        Cell::text(spread(&times.return_h, &until)),
    ]
}

/// `49 % (35 to 60 %)`.
pub(super) fn greatest(times: &EffectTimes, quantity: &Quantity) -> String {
    let Some(median) = times.peak.p50 else {
        return "unknown".to_owned();
    };
    match (times.peak.p05, times.peak.p95) {
        (Some(low), Some(high)) => {
            let range = series::range(low, high, quantity);
            format!("{} ({range})", value(median, quantity))
        }
        _ => value(median, quantity),
    }
}

fn value(value: f64, quantity: &Quantity) -> String {
    if quantity.unit.is_empty() {
        percent(value)
    } else {
        format!("{}\u{a0}{}", significant(value, 3), quantity.unit)
    }
}

/// `5 min (4 to 7 min)`; what does not happen in the stretch that was looked at is said.
fn spread(range: &Range, until: &str) -> String {
    let Some(median) = range.p50 else {
        return format!("not within {until}");
    };
    let high = range.p95.map_or_else(|| "later".to_owned(), moment);
    match range.p05.map(moment) {
        Some(low) if low == high => moment(median),
        Some(low) => {
            // One unit for both ends where it is the same.
            let unit = high.rsplit('\u{a0}').next().filter(|_| high.contains('\u{a0}'));
            let low = unit
                .and_then(|unit| low.strip_suffix(unit))
                .unwrap_or(&low)
                .trim_end();
            format!("{} ({low} to {high})", moment(median))
        }
        None => moment(median),
    }
}

/// A moment of a table: minutes without decimals, for the times of the run are minutes apart.
pub(super) fn moment(hours: f64) -> String {
    if hours < 1.95 {
        format!("{}\u{a0}min", (hours * 60.0).round())
    } else {
        words::short_instant((hours * 10.0).round() / 10.0)
    }
}

/// An effect in one line of a terminal.
pub(super) fn in_a_line(times: &EffectTimes, quantity: &Quantity) -> String {
    let (Some(onset), Some(peak)) = (times.onset_h.p50, times.peak_h.p50) else {
        return "no effect in the median".to_owned();
    };
    let gone = times.return_h.p50.map_or_else(
        || format!("still there after {}", words::span(times.until_h)),
        |time| format!("gone at {}", moment(time)),
    );
    format!(
        "onset {}, greatest {} at {}, {gone}",
        moment(onset),
        greatest(times, quantity),
        moment(peak)
    )
}

/// What a quantity does, in one line of a terminal.
pub(super) fn told(explained: &Explained, quantity: &Quantity) -> String {
    if let Some(times) = &explained.times {
        return in_a_line(times, quantity);
    }
    match &explained.extreme {
        Some(extreme) => format!(
            "{} {} at {} ({})",
            if extreme.low { "lowest" } else { "peak" },
            value(extreme.median, quantity),
            words::short_instant(extreme.time_h),
            curve::spread(extreme, quantity)
        ),
        None => "does not move".to_owned(),
    }
}
