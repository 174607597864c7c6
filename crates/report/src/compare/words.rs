//! A comparison in words.

use crate::figure::number::{count, fixed, percent, percent_range, with_minus};
use euthymia_therapy::strategy::{Comparison, Estimate, Measure, Outcomes, Place};

/// Who was followed, and for how long.
pub(super) fn followed(comparison: &Comparison) -> String {
    let mut words = format!(
        "{} virtual patients, {} days, {} draws of what is uncertain with {} studies each, seed {}",
        count(comparison.subjects),
        comparison.horizon_days,
        comparison.draws,
        comparison.studies_per_draw,
        comparison.seed,
    );
    if comparison.failed > 0 {
        words.push_str(&format!("; {} steps have failed", comparison.failed));
    }
    if let Some(rates) = &comparison.rates {
        words.push_str(&format!("; rates: {rates}"));
    }
    words
}

/// A number of a measure.
pub(super) fn value(measure: Measure, value: f64, comparison: &Comparison) -> String {
    match measure {
        _ if measure.is_part() => percent(value),
        Measure::Cost | Measure::DrugCost | Measure::VisitCost => money(value, &comparison.currency),
        Measure::Qaly => fixed(value, 3),
        Measure::Relapses
        | Measure::Treatments
        | Measure::Dissociation
        | Measure::Pressure
        | Measure::Sedation => fixed(value, 2),
        Measure::DaysToResponse | Measure::DaysToRemission | Measure::DaysResponding | Measure::DaysWell => {
            fixed(value, 0)
        }
        _ => fixed(value, 1),
    }
}

/// An amount of money.
pub(super) fn money(value: f64, currency: &str) -> String {
    let whole = value.abs().round();
    let sign = if value < -0.5 { "\u{2212}" } else { "" };
    // Amounts beyond a u64 are not money.
    format!("{sign}{} {currency}", count(whole as u64))
}

/// A mean with its interval.
pub(super) fn estimate(measure: Measure, estimate: &Estimate, comparison: &Comparison) -> String {
    let mean = value(measure, estimate.mean, comparison);
    match estimate.interval {
        None => mean,
        Some([low, high]) if measure.is_part() => format!("{mean} ({})", percent_range(low, high)),
        Some([low, high]) => {
            let [low, high] = [low, high].map(|end| value(measure, end, comparison));
            let low = low
                .trim_end_matches(&format!(" {}", comparison.currency))
                .to_owned();
            format!("{mean} ({low} to {high})")
        }
    }
}

/// A difference with its interval.
pub(super) fn difference(measure: Measure, difference: &Estimate, comparison: &Comparison) -> String {
    let signed = |number: f64| {
        let (number, unit) = if measure.is_part() {
            (fixed(100.0 * number, 0), " %")
        } else {
            (value(measure, number, comparison), "")
        };
        let number = with_minus(&number);
        if number.starts_with('\u{2212}') || number.trim_start_matches(['0', '.']).is_empty() {
            format!("{number}{unit}")
        } else {
            format!("+{number}{unit}")
        }
    };
    match difference.interval {
        None => signed(difference.mean),
        Some([low, high]) => format!(
            "{} ({} to {})",
            signed(difference.mean),
            signed(low),
            signed(high)
        ),
    }
}

/// A text with a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// What the comparison comes to, in a few sentences.
pub(super) fn finding(comparison: &Comparison) -> String {
    let Some(first) = comparison.strategies.first() else {
        return String::new();
    };
    let well = |strategy: &Outcomes| {
        strategy
            .of(Measure::DaysWell)
            .map_or(0.0, |estimate| estimate.mean)
    };
    let told = |measure: Measure, strategy: &Outcomes| {
        strategy
            .of(measure)
            .map_or_else(String::new, |one| estimate(measure, one, comparison))
    };
    let mut text = format!(
        "{}: {} days of {} well, {} never.",
        first.title,
        told(Measure::DaysWell, first),
        comparison.horizon_days,
        told(Measure::NeverWell, first),
    );
    let best = comparison
        .strategies
        .iter()
        .max_by(|one, other| well(one).total_cmp(&well(other)));
    if let Some(best) = best.filter(|best| best.id != first.id) {
        let other = |measure: Measure| {
            best.difference(measure)
                .map_or_else(String::new, |one| difference(measure, one, comparison))
        };
        text.push_str(&format!(
            " Most days well: {}, {}; {} days, {} hours in a clinic and {} against the first.",
            best.title,
            told(Measure::DaysWell, best),
            other(Measure::DaysWell),
            other(Measure::ClinicHours),
            other(Measure::Cost),
        ));
    }
    text
}

/// Where a strategy stands among others.
pub(super) fn place(place: &Place, currency: &str) -> String {
    match place {
        Place::Cheapest => "the cheapest".to_owned(),
        Place::Frontier { ratio } => format!(
            "{} against the one before on the frontier",
            money(*ratio, currency)
        ),
        Place::Dominated => "another costs no more and brings no less".to_owned(),
        Place::ExtendedlyDominated => "a mixture of two others costs no more and brings no less".to_owned(),
    }
}

/// Which unknown matters most.
pub(super) fn worth(comparison: &Comparison) -> String {
    let decision = &comparison.decision;
    let perfect = |at: f64| {
        let place = comparison
            .thresholds
            .iter()
            .position(|threshold| *threshold == at);
        place
            .and_then(|place| decision.perfect.get(place))
            .copied()
            .unwrap_or(0.0)
    };
    let told = |value: f64| money(value, &comparison.currency);
    let mut text = format!(
        "If a quality-adjusted life-year may cost {}, knowing everything before choosing is worth {} a person.",
        told(decision.threshold),
        told(perfect(decision.threshold)),
    );
    if decision.doubtful != decision.threshold {
        text.push_str(&format!(
            " The choice is least certain at {}, where it is worth {}.",
            told(decision.doubtful),
            told(perfect(decision.doubtful)),
        ));
    }
    match decision.worth.first() {
        Some(most) if most.value - most.of_nothing > most.se => text.push_str(&format!(
            " Of single unknowns it is worth most to know: {} ({} alone).",
            most.label,
            told(most.value)
        )),
        _ => text.push_str(" No single unknown stands out from what a regression finds in nothing."),
    }
    text
}
