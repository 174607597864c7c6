//! Measures, widths and the finding of an ensemble in words; the page and the terminal say the same.

use euthymia_therapy::ensemble::{Ensemble, Spread, Width, WidthScale};
use euthymia_therapy::kinetics::REFERENCE;
use euthymia_therapy::result::{Measure, QuantityKind};

use crate::course::words;
use crate::figure::number::{fixed, percent, percent_range, significant};

/// The measure as the head of a column: `Ketamine in plasma, peak (ng/mL)`.
pub(crate) fn head(spread: &Spread) -> String {
    let unit = if spread.unit.is_empty() {
        String::new()
    } else {
        format!(" ({})", spread.unit)
    };
    match spread.measure {
        Measure::Peak => format!("{}, peak{unit}", spread.label),
        Measure::Area => format!("{}, area to {}{unit}", spread.label, words::span(spread.until_h)),
        Measure::AtEnd => format!("{} after {}{unit}", spread.label, words::span(spread.until_h)),
    }
}

/// A value of the measure without its unit; a fraction as a percentage.
pub(crate) fn value(spread: &Spread, value: f64) -> String {
    if spread.unit.is_empty() {
        percent(value)
    } else if spread.kind == QuantityKind::Score {
        fixed(value, 1)
    } else {
        significant(value, 3)
    }
}

/// Two ends without their unit.
pub(crate) fn ends(spread: &Spread, width: &Width) -> String {
    if spread.unit.is_empty() {
        percent_range(width.lower, width.upper)
    } else {
        format!("{} to {}", value(spread, width.lower), value(spread, width.upper))
    }
}

/// How wide: `1.7-fold`, `12 points`.
pub(crate) fn width(spread: &Spread, width: &Width) -> String {
    let Some(wide) = width.width else {
        return "no ratio".to_owned();
    };
    match spread.scale {
        WidthScale::Ratio => format!("{}-fold", significant(wide, 2)),
        WidthScale::Difference if spread.unit.is_empty() => {
            format!("{} percentage points", significant(100.0 * wide, 2))
        }
        WidthScale::Difference => format!("{} {}", significant(wide, 2), spread.unit),
    }
}

/// The measure that stands for the others: the peak of a concentration, in the laboratory's mass units if any is, else of
/// whatever comes first.
fn main(ensemble: &Ensemble) -> Option<&Spread> {
    let known = || {
        ensemble
            .spreads
            .iter()
            .filter(|spread| spread.between_models.is_some())
    };
    let peaks = || {
        known().filter(|spread| spread.kind == QuantityKind::Concentration && spread.measure == Measure::Peak)
    };
    let in_mass_units = |spread: &&Spread| spread.unit.contains("g/");
    peaks()
        .find(in_mass_units)
        .or_else(|| peaks().next())
        .or_else(|| known().next())
}

/// What the structures came to, in a sentence or two.
pub(crate) fn finding(ensemble: &Ensemble) -> String {
    let count = ensemble.members.len() as u64;
    let (Some(spread), true) = (main(ensemble), count > 1) else {
        return "One structure of the kinetics serves this course: there is nothing to compare it with."
            .to_owned();
    };
    // A spread with a width between models is there.
    let Some(models) = spread.between_models else {
        return String::new();
    };
    let with_unit = |text: String| {
        if spread.unit.is_empty() {
            text
        } else {
            format!("{text}\u{a0}{}", spread.unit)
        }
    };
    let known = spread.medians.iter().flatten().count() as u64;
    let what = match spread.measure {
        Measure::Peak => format!("peak of {}", words::in_sentence(&spread.label)),
        Measure::Area => format!("area under {}", words::in_sentence(&spread.label)),
        Measure::AtEnd => format!(
            "{} after {}",
            words::in_sentence(&spread.label),
            words::span(spread.until_h)
        ),
    };
    let mut text = format!(
        "Among {} of the kinetics the median {what} lies between {} ({}); among nine in ten patients of one structure, \
         between {} ({}).",
        words::counted(known, "published structure", "published structures"),
        with_unit(ends(spread, &models).replace(" to ", " and ")),
        width(spread, &models),
        with_unit(ends(spread, &spread.between_patients).replace(" to ", " and ")),
        width(spread, &spread.between_patients),
    );
    if let Some(ratio) = spread.models_to_patients {
        text.push_str(&if ratio > 1.0 {
            format!(
                " Models differ {} times as much as patients.",
                significant(ratio, 2)
            )
        } else {
            format!(
                " Models differ {} times as much as patients, that is less.",
                significant(ratio, 2)
            )
        });
    }
    text
}

/// How a structure is called in tables and legends.
pub(crate) fn name(structure: &euthymia_therapy::kinetics::Structure) -> String {
    if structure.key == REFERENCE {
        structure.name.clone()
    } else {
        format!("{} ({})", structure.name, structure.key)
    }
}
