//! Numbers, routes and verdicts of a validation in words; table and page say the same.

use euthymia_therapy::validation::{Folds, Prediction, Row, Summary, TARGET};

use crate::figure::number::{percent, significant};

/// A number with its unit.
pub(super) fn quantity(value: f64, unit: &str) -> String {
    match unit {
        "" => significant(value, 3),
        unit => format!("{} {unit}", significant(value, 3)),
    }
}

/// The observed number.
pub(super) fn observed(row: &Row) -> String {
    quantity(row.observed, &row.unit)
}

/// The predicted number without its unit, which is that of the observed one.
pub(super) fn predicted(prediction: &Prediction) -> String {
    prediction
        .value
        .map_or_else(|| "none".to_owned(), |value| significant(value, 3))
}

/// The interval that the uncertainty of the parameters makes; empty where nothing is uncertain, `unknown` where it could not
/// be computed.
pub(super) fn interval(prediction: &Prediction) -> String {
    match (prediction.interval, &prediction.no_interval) {
        (Some((low, high)), _) => format!("{} to {}", significant(low, 3), significant(high, 3)),
        (None, Some(_)) => "unknown".to_owned(),
        (None, None) => String::new(),
    }
}

/// Predicted over observed.
pub(super) fn ratio(prediction: &Prediction) -> String {
    prediction.ratio.map_or_else(|| "-".to_owned(), fold)
}

/// A ratio or a fold error.
pub(super) fn fold(value: f64) -> String {
    format!("{value:.2}")
}

/// How far off it is.
pub(super) fn verdict(prediction: &Prediction) -> &'static str {
    let folds = Folds::of(std::iter::once(prediction.ratio));
    if folds.within_1_25 > 0.0 {
        "within 1.25"
    } else if folds.within_2 > 0.0 {
        "within 2"
    } else {
        "beyond 2"
    }
}

/// Whether the target is met, said plainly.
pub(super) fn target(summary: &Summary) -> String {
    let [(narrow, narrow_share), (wide, wide_share)] = TARGET;
    let wanted = format!(
        "{} within {narrow}-fold and {} within {wide}-fold",
        percent(narrow_share),
        percent(wide_share)
    );
    let folds = &summary.target;
    match summary.target_met {
        None => {
            format!("Nothing can be said of the target for parent drug in plasma ({wanted}): no row counts.")
        }
        Some(met) => format!(
            "Target for parent drug in plasma {}: {} of {} rows are within {narrow}-fold and {} within {wide}-fold; wanted \
             are {wanted}.",
            if met { "met" } else { "missed" },
            percent(folds.within_1_25),
            folds.rows,
            percent(folds.within_2),
        ),
    }
}

/// A route in words; a variant keeps its key.
pub(super) fn route(base: &str) -> &str {
    match base {
        "iv" => "intravenous",
        "im" => "intramuscular",
        "sc" => "subcutaneous",
        "in" => "nasal",
        "sl" => "sublingual",
        other => other,
    }
}
