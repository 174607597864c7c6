//! Contrasts as papers print them: an estimate with an interval, a standard error or a p value.

use euthymia_stats::{normal, student};
use euthymia_vecmath::scalar::ln;

use crate::comparison::Comparison;
use crate::tables::Evidence;
use crate::vocabulary::{Measure, Subset};
use crate::words::Better;

use super::contrast::{Contrast, Numbers, of_meta};
use super::convert::rounded;
use super::query::Resolved;
use super::study::No;

/// A published contrast, made comparable.
pub(super) struct Published<'e> {
    pub(super) row: &'e Comparison,
    pub(super) contrast: Contrast,
    pub(super) conversions: Vec<String>,
}

/// The contrast of two arms that a question asks for: of the preferred word, nearest to the time.
///
/// # Errors
/// Why there is none, where there is something near.
pub(super) fn find<'e>(
    evidence: &'e Evidence,
    query: &Resolved,
    measure: Measure,
    word: Option<&str>,
    (study, treated, control): (&str, &str, &str),
) -> Result<Published<'e>, Option<No>> {
    let wanted: Vec<&str> = match word {
        Some(word) => vec![word],
        None => query.outcome.words.iter().map(String::as_str).collect(),
    };
    let of_arms = |row: &&Comparison| {
        row.study_id == study
            && ((row.arm_a == treated && row.arm_b == control)
                || (row.arm_a == control && row.arm_b == treated))
            && wanted.contains(&row.outcome.as_str())
            && matches!(row.subset, None | Some(Subset::All))
            && query.time.admits(row.time_h)
            && super::usable(row.verified, query)
    };
    let rank = |row: &Comparison| wanted.iter().position(|word| *word == row.outcome);
    let mut found: Vec<&Comparison> = evidence.comparisons.iter().filter(of_arms).collect();
    found.sort_by(|a, b| {
        rank(a).cmp(&rank(b)).then(
            query
                .time
                .distance(a.time_h)
                .total_cmp(&query.time.distance(b.time_h)),
        )
    });
    let of_measure: Vec<&Comparison> = found
        .iter()
        .copied()
        .filter(|row| row.measure == measure)
        .collect();
    if of_measure.is_empty() {
        let others: Vec<&str> = found.iter().map(|row| row.measure.word()).collect();
        let reason = (!others.is_empty()).then(|| {
            No::unless_asked(format!(
                "published as {} only, which is no {}",
                super::arms::joined(&others),
                measure.word()
            ))
        });
        return Err(reason);
    }
    let drug = evidence.arm(study, treated).map_or("", |arm| arm.drug.as_str());
    let mut why = None;
    for row in of_measure {
        match read(row, query, measure, (treated, control, drug)) {
            Ok(published) => return Ok(published),
            Err(reason) => why = why.or(Some(No::because(reason))),
        }
    }
    Err(why)
}

fn read<'e>(
    row: &'e Comparison,
    query: &Resolved,
    measure: Measure,
    (treated, control, drug): (&str, &str, &str),
) -> Result<Published<'e>, String> {
    let estimate = row
        .estimate
        .ok_or_else(|| "the published contrast has no estimate".to_owned())?;
    let ratio = of_meta(measure).is_some_and(|measure| measure.scale().is_ratio());
    if ratio && estimate <= 0.0 {
        return Err(format!("a ratio of {estimate} was published"));
    }
    let mut conversions = vec![format!("{treated} against {control}: the contrast as published")];
    let printed = Printed::of(row.note.as_deref().unwrap_or_default());
    let se = standard_error(row, &printed, ratio, &mut conversions)?;
    let mut estimate = estimate;
    let favours = printed.favours.is_some_and(|side| is_named(side, treated, drug)) && !ratio;
    if favours {
        // Which arm came first no longer matters: the sign says what is better.
        if query.outcome.better == Some(Better::Lower) {
            estimate = -estimate;
            conversions.push("sign turned: it was printed so that positive favours the treatment".to_owned());
        }
    } else if row.arm_a == control {
        estimate = if ratio { 1.0 / estimate } else { -estimate };
        conversions.push("turned round: it was printed as the control less the treated".to_owned());
    }
    let numbers = Numbers::Published { estimate, se };
    let effect = numbers.effect(measure).map_err(|error| error.to_string())?;
    let (yi, vi) = effect.ok_or_else(|| "the published contrast has no standard error above 0".to_owned())?;
    Ok(Published {
        row,
        contrast: Contrast {
            treated: vec![treated.to_owned()],
            control: vec![control.to_owned()],
            numbers,
            yi,
            vi,
        },
        conversions,
    })
}

/// The standard error on the scale that is pooled: as printed in the note, from the interval, or from the p value.
fn standard_error(
    row: &Comparison,
    printed: &Printed<'_>,
    ratio: bool,
    told: &mut Vec<String>,
) -> Result<f64, String> {
    if let Some(se) = printed.se.filter(|_| !ratio) {
        told.push(format!("SE {se} as printed"));
        return Ok(se);
    }
    if let (Some(low), Some(high)) = (row.ci_low, row.ci_high) {
        let (low, high) = if ratio {
            if low <= 0.0 {
                return Err(format!("the interval of the ratio begins at {low}"));
            }
            (ln(low), ln(high))
        } else {
            (low, high)
        };
        let level = printed.level.unwrap_or(0.95);
        let upper = 0.5 + 0.5 * level;
        let (quantile, of) = match printed.df {
            Some(df) => (
                student::quantile(df, upper),
                format!("t with {df} degrees of freedom"),
            ),
            None => (normal::quantile(upper), "normal".to_owned()),
        };
        let se = (high - low) / (2.0 * quantile);
        told.push(format!(
            "SE {} from the {} % interval ({of}{})",
            rounded(se),
            (level * 100.0_f64).round(),
            if ratio { ", logarithms" } else { "" }
        ));
        return Ok(se);
    }
    let p = row.p.as_deref().and_then(exact_p);
    if let (Some(p), Some(estimate)) = (p, row.estimate) {
        let effect = if ratio { ln(estimate) } else { estimate };
        let one_sided = printed.one_sided;
        let z = normal::quantile(1.0 - if one_sided { p } else { 0.5 * p });
        let se = (effect / z).abs();
        if se.is_finite() && se > 0.0 {
            told.push(format!(
                "SE {} from the {} p value {p}",
                rounded(se),
                if one_sided { "one-sided" } else { "two-sided" }
            ));
            return Ok(se);
        }
    }
    Err("the published contrast has neither interval, standard error nor exact p value".to_owned())
}

/// What the note of a contrast says of its number, in the forms that the tables write; every other word of it is a remark.
#[derive(Debug, Default, PartialEq)]
struct Printed<'n> {
    /// `SE 2.25`.
    se: Option<f64>,
    /// `CI is 90%`.
    level: Option<f64>,
    /// `df=15`.
    df: Option<f64>,
    /// `one-sided p`, `one-sided p 0.475`, `SE 3.03 (one-sided p)`.
    one_sided: bool,
    /// `positive favours ketamine`, `sign as printed (positive favours ketamine)`: whom.
    favours: Option<&'n str>,
}

impl<'n> Printed<'n> {
    fn of(note: &'n str) -> Self {
        let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
        let mut printed = Self::default();
        for part in note.split([';', ',']).map(str::trim) {
            let (words, bracket) = match part.split_once(" (") {
                Some((words, rest)) => (words, rest.strip_suffix(')')),
                None => (part, None),
            };
            if let Some(se) = words.strip_prefix("SE ").and_then(number).filter(|se| *se > 0.0) {
                printed.se = Some(se);
                printed.one_sided |= bracket == Some("one-sided p");
            }
            if let Some(percent) = words
                .strip_prefix("CI is ")
                .and_then(|rest| number(rest.strip_suffix('%')?))
                .filter(|percent| (50.0..100.0).contains(percent))
            {
                printed.level = Some(percent / 100.0);
            }
            if let Some(df) = words.strip_prefix("df=").and_then(number).filter(|df| *df >= 1.0) {
                printed.df = Some(df);
            }
            let p = words.strip_prefix("one-sided p").map(str::trim);
            printed.one_sided |= p.is_some_and(|p| p.is_empty() || number(p).is_some());
            let side = match words {
                "sign as printed" => bracket,
                other => Some(other),
            };
            let side = side.and_then(|side| side.strip_prefix("positive favours "));
            printed.favours = side.or(printed.favours);
        }
        printed
    }
}

/// Whether a word names the treated arm: its key, its drug or a part of the drug's name.
fn is_named(side: &str, arm: &str, drug: &str) -> bool {
    side == arm || side == drug || drug.split('-').any(|part| part == side)
}

/// A p value that is a number: `0.02`, `.02`; not `<.001`.
fn exact_p(text: &str) -> Option<f64> {
    let first = text.split_whitespace().next()?;
    let p: f64 = first.parse().ok()?;
    (p > 0.0 && p < 1.0).then_some(p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read_in_the_forms_of_the_tables_alone() {
        let first = Printed::of("SE 3.03 (one-sided p); CI not printed");
        assert_eq!((first.se, first.one_sided), (Some(3.03), true));
        let second = Printed::of("CI is 90%, Dunnett-adjusted; SE 2.25; one-sided p 0.475");
        assert_eq!(
            (second.se, second.level, second.one_sided),
            (Some(2.25), Some(0.9), true)
        );
        let third = Printed::of("paired, SD of differences 15.08, df=15; SMD 0.78 printed");
        assert_eq!((third.df, third.se), (Some(15.0), None));
        for note in [
            "Cohen's d, sign as printed (positive favours ketamine)",
            "positive favours ketamine, sign as printed",
        ] {
            assert_eq!(Printed::of(note).favours, Some("ketamine"));
        }
        // Words that only look like it.
        for note in [
            "LSE 3",
            "90% of people completed",
            "the SE 4 wards took part",
            "SE of the mean; p one-sided",
            "a one-sided story",
            "df=few",
            "the paper says that positive favours nobody",
            "SE 0",
        ] {
            assert_eq!(Printed::of(note), Printed::default(), "{note}");
        }
        assert!(is_named("ketamine", "ket", "racemic-ketamine"));
        assert!(!is_named("midazolam", "ket", "racemic-ketamine"));
        assert_eq!(exact_p(".02"), Some(0.02));
        assert_eq!(exact_p("0.02 (adjusted 0.14)"), Some(0.02));
        assert_eq!(exact_p("<.001"), None);
    }
}
