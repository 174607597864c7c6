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
) -> Result<Published<'e>, Option<String>> {
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
            format!(
                "published as {} only, which is no {}",
                super::arms::joined(&others),
                measure.word()
            )
        });
        return Err(reason);
    }
    let mut why = None;
    for row in of_measure {
        match read(row, query, measure, (treated, control)) {
            Ok(published) => return Ok(published),
            Err(reason) => why = why.or(Some(reason)),
        }
    }
    Err(why)
}

fn read<'e>(
    row: &'e Comparison,
    query: &Resolved,
    measure: Measure,
    (treated, control): (&str, &str),
) -> Result<Published<'e>, String> {
    let estimate = row
        .estimate
        .ok_or_else(|| "the published contrast has no estimate".to_owned())?;
    let ratio = of_meta(measure).is_some_and(|measure| measure.scale().is_ratio());
    if ratio && estimate <= 0.0 {
        return Err(format!("a ratio of {estimate} was published"));
    }
    let mut conversions = vec![format!("{treated} against {control}: the contrast as published")];
    let se = standard_error(row, ratio, &mut conversions)?;
    let note = row.note.as_deref().unwrap_or_default();
    let mut estimate = estimate;
    if row.arm_a == control {
        estimate = if ratio { 1.0 / estimate } else { -estimate };
        conversions.push("turned round: it was printed as the control less the treated".to_owned());
    }
    let favours = note.contains("positive favours");
    let lower_is_better = query.outcome.better.is_some_and(|better| better == Better::Lower);
    if favours && lower_is_better && !ratio {
        estimate = -estimate;
        conversions.push("sign turned: it was printed so that positive favours the treatment".to_owned());
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
fn standard_error(row: &Comparison, ratio: bool, told: &mut Vec<String>) -> Result<f64, String> {
    let note = row.note.as_deref().unwrap_or_default();
    if let Some(se) = number_after(note, "SE ").filter(|se| *se > 0.0 && !ratio) {
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
        let level = if note.contains("90%") { 0.90 } else { 0.95 };
        let upper = 0.5 + 0.5 * level;
        let (quantile, of) = match number_after(note, "df=").filter(|df| *df >= 1.0) {
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
        let one_sided = note.contains("one-sided");
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

/// The number behind some words of a note.
fn number_after(note: &str, words: &str) -> Option<f64> {
    let at = note.find(words)?;
    // `SE` must begin a word, so that `LSE ` or `PHASE ` is none.
    let before = note[..at].chars().next_back();
    if before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let rest = &note[at + words.len()..];
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(rest.len());
    rest[..end].trim_end_matches('.').parse().ok()
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
    fn numbers_in_notes() {
        assert_eq!(
            number_after("SE 3.03 (one-sided p); CI not printed", "SE "),
            Some(3.03)
        );
        assert_eq!(
            number_after("CI is 90%, Dunnett-adjusted; SE 2.25; one-sided", "SE "),
            Some(2.25)
        );
        assert_eq!(
            number_after("paired, SD of differences 15.08, df=15; SMD", "df="),
            Some(15.0)
        );
        assert_eq!(number_after("LSE 3", "SE "), None);
        assert_eq!(exact_p(".02"), Some(0.02));
        assert_eq!(exact_p("0.02 (adjusted 0.14)"), Some(0.02));
        assert_eq!(exact_p("<.001"), None);
    }
}
