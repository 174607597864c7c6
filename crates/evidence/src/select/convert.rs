//! From a row of the tables to people and events, or to people, mean and standard deviation; every step is named.

use crate::arm::Arm;
use crate::outcome::OutcomeRow;
use crate::tables::Evidence;
use crate::vocabulary::{DispersionType, Statistic, Verified};

use super::query::Resolved;
use super::study::No;

/// A score of one arm made comparable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Score {
    pub(super) mean: f64,
    pub(super) sd: f64,
    pub(super) n: f64,
}

/// Ways a score is reported, the preferred one first.
pub(super) const SCORES: [(Statistic, &str); 5] = [
    (Statistic::Change, "change"),
    (Statistic::ChangeModelled, "change by the source's model"),
    (Statistic::Mean, "final score"),
    (
        Statistic::ChangeCarriedForward,
        "change, last observation carried forward",
    ),
    (Statistic::ChangeApproximate, "change as printed, approximate"),
];

/// People of a row, else of its arm.
pub(super) fn people(row: &OutcomeRow, arm: &Arm, told: &mut Vec<String>) -> Option<f64> {
    if let Some(n) = row.n.filter(|n| *n > 0) {
        return Some(f64::from(n));
    }
    let n = arm.n.filter(|n| *n > 0)?;
    told.push(format!(
        "{}: the {n} people of the arm, for the row tells none",
        arm.arm_id
    ));
    Some(f64::from(n))
}

/// Events and people.
pub(super) fn events(row: &OutcomeRow, arm: &Arm, told: &mut Vec<String>) -> Result<(f64, f64), String> {
    let n = people(row, arm, told).ok_or_else(|| format!("no number of people in arm `{}`", arm.arm_id))?;
    if row.statistic == Statistic::Events {
        return Ok((row.value, n));
    }
    let counted = (row.value * n).round();
    told.push(format!(
        "{}: {} % of {n} people taken as {counted} with the event",
        arm.arm_id,
        (row.value * 1000.0).round() / 10.0
    ));
    Ok((counted, n))
}

/// Mean, standard deviation and people; of a final score the change, where a correlation with the baseline is given.
pub(super) fn score(
    evidence: &Evidence,
    row: &OutcomeRow,
    arm: &Arm,
    query: &Resolved,
    from_baseline: Option<f64>,
    told: &mut Vec<String>,
) -> Result<Score, No> {
    let n = people(row, arm, told).ok_or_else(|| format!("no number of people in arm `{}`", arm.arm_id))?;
    if n < 2.0 {
        return Err(format!("a single person in arm `{}`", arm.arm_id).into());
    }
    let sd = match row.dispersion {
        Some(dispersion) => match dispersion.kind {
            DispersionType::StandardDeviation => dispersion.value,
            DispersionType::StandardError => {
                let sd = dispersion.value * n.sqrt();
                told.push(format!(
                    "{}: SD {} from the SE {} of {n} people",
                    arm.arm_id,
                    rounded(sd),
                    dispersion.value
                ));
                sd
            }
        },
        None if query.impute_sd => {
            let (sd, from) = usual_sd(evidence, row, query).ok_or_else(|| {
                format!(
                    "no standard deviation in arm `{}`, and none to take from other studies",
                    arm.arm_id
                )
            })?;
            told.push(format!(
                "{}: SD {} IMPUTED, the median of {from} arms of other studies with {} on `{}`",
                arm.arm_id,
                rounded(sd),
                statistic_words(row.statistic),
                row.outcome
            ));
            sd
        }
        None => {
            return Err(No::unless_asked(format!(
                "no standard deviation in arm `{}` (`--impute-sd` would take one from other studies)",
                arm.arm_id
            )));
        }
    };
    if sd <= 0.0 {
        return Err(format!("a standard deviation of 0 in arm `{}`", arm.arm_id).into());
    }
    let mut score = Score {
        mean: row.value,
        sd,
        n,
    };
    if row.statistic != Statistic::Mean {
        told.push(format!("{}: {}", arm.arm_id, statistic_words(row.statistic)));
    } else if let (Some(r), Some(before)) = (from_baseline, baseline(evidence, row, arm, query)) {
        let variance = before.sd * before.sd + sd * sd - 2.0 * r * before.sd * sd;
        if !(variance > 0.0 && r > -1.0 && r < 1.0) {
            return Err(format!(
                "a correlation of {r} with the baseline leaves no variance in arm `{}`",
                arm.arm_id
            )
            .into());
        }
        score.mean = row.value - before.mean;
        score.sd = variance.sqrt();
        told.push(format!(
            "{}: change {} (SD {}) from {} at baseline and {} then, with the correlation {r} ASSUMED",
            arm.arm_id,
            rounded(score.mean),
            rounded(score.sd),
            before.mean,
            row.value
        ));
    }
    Ok(score)
}

/// What a row reports, in words.
pub(super) fn statistic_words(statistic: Statistic) -> &'static str {
    SCORES
        .iter()
        .find(|(known, _)| *known == statistic)
        .map_or("another statistic", |(_, words)| words)
}

/// An arm before treatment on the scale of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Baseline {
    pub(super) mean: f64,
    pub(super) sd: f64,
    /// Whether the row that tells it was read on a page; what the arm itself tells is as sure as the arm.
    pub(super) verified: Verified,
}

/// Mean and standard deviation of an arm before treatment on the scale of a row, from what may be used.
pub(super) fn baseline(
    evidence: &Evidence,
    row: &OutcomeRow,
    arm: &Arm,
    query: &Resolved,
) -> Option<Baseline> {
    let measured = evidence.outcomes_of(arm).find(|other| {
        other.outcome == row.outcome
            && other.time_h == Some(0.0)
            && other.statistic == Statistic::Mean
            && super::usable(other.verified, query)
    });
    let of_row = measured.and_then(|other| {
        let dispersion = other.dispersion?;
        let sd = match dispersion.kind {
            DispersionType::StandardDeviation => dispersion.value,
            DispersionType::StandardError => dispersion.value * f64::from(other.n?).sqrt(),
        };
        Some(Baseline {
            mean: other.value,
            sd,
            verified: other.verified,
        })
    });
    of_row.or_else(|| {
        let baseline = arm.baseline.as_ref()?;
        (baseline.scale == row.outcome).then_some(())?;
        Some(Baseline {
            mean: baseline.mean?,
            sd: baseline.standard_deviation?,
            verified: arm.verified,
        })
    })
}

/// The median standard deviation of other studies' arms that report the same of the same scale, and of how many.
pub(super) fn usual_sd(evidence: &Evidence, row: &OutcomeRow, query: &Resolved) -> Option<(f64, usize)> {
    let is_final = |statistic: Statistic| statistic == Statistic::Mean;
    let alike = evidence.outcomes.iter().filter(|other| {
        other.study_id != row.study_id
            && other.outcome == row.outcome
            && is_final(other.statistic) == is_final(row.statistic)
            && SCORES.iter().any(|(statistic, _)| *statistic == other.statistic)
            && other.time_h.is_some_and(|time| time > 0.0)
            && super::usable(other.verified, query)
    });
    let mut found: Vec<f64> = alike
        .filter_map(|other| {
            let dispersion = other.dispersion?;
            Some(match dispersion.kind {
                DispersionType::StandardDeviation => dispersion.value,
                DispersionType::StandardError => dispersion.value * f64::from(other.n?).sqrt(),
            })
        })
        .filter(|sd| *sd > 0.0)
        .collect();
    found.sort_by(f64::total_cmp);
    let middle = found.len() / 2;
    let median = match found.len() {
        0..=2 => return None,
        odd if odd % 2 == 1 => found[middle],
        _ => 0.5 * (found[middle - 1] + found[middle]),
    };
    Some((median, found.len()))
}

/// Three significant digits, for words.
pub(crate) fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let digits = 2 - euthymia_vecmath::scalar::ln(value.abs()).div_euclid(core::f64::consts::LN_10) as i32;
    let scale = (0..digits.unsigned_abs()).fold(1.0, |scale, _| scale * 10.0);
    if digits >= 0 {
        (value * scale).round() / scale
    } else {
        (value / scale).round() * scale
    }
}
