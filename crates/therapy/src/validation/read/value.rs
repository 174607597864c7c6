//! The observed number of a row: which units its measure takes, and what stands beside it.

use crate::course::quantity::{DURATION, TIME, in_unit};
use crate::validation::study::{Analyte, Measure};
use euthymia_document::{Reader, Wanted};
use euthymia_units::Quantity;

const CONCENTRATION: Wanted = Wanted::new("a concentration", &["273 ng/mL", "1.2 nmol/mL"]).positive();
const EXPOSURE: Wanted = Wanted::new("an area", &["210 ng*h/mL", "0.9 nmol*h/mL"]).positive();
const CLEARANCE: Wanted = Wanted::new("a clearance", &["1.3 L/min", "18.4 mL/min/kg"]).positive();
const RATIO: Wanted = Wanted::new("a ratio", &["0.45", "45 %"]).positive();
/// Units that acute effects are measured in.
const EFFECT: Wanted = Wanted::new(
    "an effect",
    &["0.35", "35 %", "40 points", "20 mmHg", "1.6 L/min", "12 1/min"],
);

/// What `value` of a measure of something must be.
fn wanted(measure: &Measure, what: &Analyte) -> &'static Wanted {
    match (measure, what) {
        (Measure::Tmax | Measure::HalfLife { .. }, _) => &DURATION,
        (Measure::Auc, Analyte::Moiety(_)) => &EXPOSURE,
        (Measure::Clearance, _) => &CLEARANCE,
        (
            Measure::Bioavailability
            | Measure::AucRatio
            | Measure::CmaxRatio
            | Measure::MetaboliteRatio { .. },
            _,
        ) => &RATIO,
        (_, Analyte::Moiety(_)) => &CONCENTRATION,
        (_, Analyte::Effect(_)) => &EFFECT,
    }
}

/// The number, its standard deviation, its interval.
pub(super) type Values = (Quantity, Option<Quantity>, Option<(Quantity, Quantity)>);

/// Reads `value`, `sd` and `interval`.
pub(super) fn read(reader: &mut Reader<'_, '_>, measure: &Measure, what: &Analyte) -> Option<Values> {
    let wanted = wanted(measure, what);
    let value = reader.required_quantity("value", wanted);
    let sd_given = reader.has("sd");
    let sd = reader.optional_quantity("sd", wanted);
    let interval_given = reader.has("interval");
    let ends = reader.optional_array("interval", |item| item.quantity(wanted));
    let interval = match ends.as_deref() {
        Some([low, high]) if low.value <= high.value => Some((low.clone(), high.clone())),
        Some(_) => {
            reader.report(
                "interval",
                "V005",
                "`interval` must hold a low and a high end",
                "expected two values, the lower one first",
            );
            None
        }
        None => None,
    };
    if sd_given && sd.is_none() || interval_given && interval.is_none() {
        return None;
    }
    Some((value?, sd, interval))
}

/// Allows a key that has been reported about, whatever its value.
pub(super) fn skip(reader: &mut Reader<'_, '_>) {
    reader.allow(&["value", "sd", "interval"]);
}

/// The two ends of the stretch of a half-life, h.
pub(super) fn stretch(reader: &mut Reader<'_, '_>) -> Option<(f64, f64)> {
    let ends = reader.optional_array("terminal", |item| in_unit(&item.quantity(&TIME)?, "h").ok())?;
    match ends.as_slice() {
        [from, to] if from < to => Some((*from, *to)),
        _ => {
            reader.report(
                "terminal",
                "V005",
                "`terminal` must hold the beginning and the end of a stretch of time",
                "expected two times, the earlier one first",
            );
            None
        }
    }
}
