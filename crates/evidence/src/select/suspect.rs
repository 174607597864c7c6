//! A standard error that somebody wrote down as a standard deviation makes a small study look sure: suspected aloud.

use crate::arm::Arm;
use crate::outcome::OutcomeRow;
use crate::tables::Evidence;
use crate::vocabulary::{DispersionType, Statistic};

use super::convert::{baseline, rounded, usual_sd};
use super::query::Resolved;

/// A dispersion below this part of the usual one is too small to be believed as a standard deviation ...
const TOO_SMALL: f64 = 0.45;
/// ... and is a standard error if, times the root of the number of people, it comes to between these parts of it.
const AS_SE: core::ops::RangeInclusive<f64> = 0.6..=2.5;
/// A dispersion called a standard error that would make a standard deviation of more than this part is one already.
const TOO_LARGE: f64 = 2.8;

/// What is suspicious about the dispersion of a row, if anything.
pub(super) fn dispersion(
    evidence: &Evidence,
    row: &OutcomeRow,
    arm: &Arm,
    query: &Resolved,
) -> Option<String> {
    let dispersion = row.dispersion?;
    let n = f64::from(row.n.or(arm.n).filter(|n| *n >= 4)?);
    let (usual, whose) = match (
        usual_sd(evidence, row, query),
        baseline(evidence, row, arm, query),
    ) {
        (Some((usual, from)), _) => (
            usual,
            format!("the median of {from} arms of other studies is {}", rounded(usual)),
        ),
        (None, Some(before)) if row.statistic == Statistic::Mean && before.sd > 0.0 => (
            before.sd,
            format!("before treatment it was {}", rounded(before.sd)),
        ),
        _ => return None,
    };
    let root = n.sqrt();
    match dispersion.kind {
        DispersionType::StandardDeviation => {
            let small = dispersion.value < TOO_SMALL * usual;
            let as_se = dispersion.value * root / usual;
            (small && AS_SE.contains(&as_se)).then(|| {
                format!(
                    "`{}` of {}: the SD {} looks like a STANDARD ERROR: {whose}, and {} x sqrt({n}) = {}",
                    row.arm_id,
                    row.study_id,
                    dispersion.value,
                    dispersion.value,
                    rounded(dispersion.value * root)
                )
            })
        }
        DispersionType::StandardError => (dispersion.value * root > TOO_LARGE * usual).then(|| {
            format!(
                "`{}` of {}: the SE {} looks like a STANDARD DEVIATION: {whose}, and as an SE it would come from an SD of {}",
                row.arm_id,
                row.study_id,
                dispersion.value,
                rounded(dispersion.value * root)
            )
        }),
    }
}
