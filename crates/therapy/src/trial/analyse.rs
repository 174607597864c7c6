//! What a trial's statistician finds in its people.

use super::people::Row;
use super::{Analysis, Trial};
use euthymia_stats::mmrm::{self, Rated};
use euthymia_stats::normal;

/// A difference between the two arms that are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Finding {
    /// Of the change in points, or of proportions.
    pub(super) estimate: f64,
    /// Two-sided.
    pub(super) p: f64,
}

/// Analyses a trial; nothing where it is too small to be analysed.
pub(super) fn analyse(trial: &Trial, rows: &[Row]) -> Option<Finding> {
    match trial.analysis {
        Analysis::Mmrm => changes(trial, rows, 0..trial.visits_h.len()),
        Analysis::Ancova => {
            let visit = trial.endpoint.visit;
            changes(trial, rows, visit..visit + 1)
        }
        Analysis::Responder => proportions(trial, rows),
    }
}

/// Changes at some visits, of which one is the endpoint. With that alone it is the analysis of covariance.
fn changes(trial: &Trial, rows: &[Row], visits: std::ops::Range<usize>) -> Option<Finding> {
    let count = visits.len();
    let change = |row: &Row| -> Vec<Option<f64>> {
        let scores = row.scores[visits.clone()].iter();
        scores
            .map(|score| score.map(|score| score - row.baseline))
            .collect()
    };
    let values: Vec<Vec<Option<f64>>> = rows.iter().map(change).collect();
    let people = rows.iter().zip(&values).map(|(row, values)| Rated {
        arm: row.arm,
        baseline: row.baseline,
        values,
    });
    let model = mmrm::fit(people, trial.arms.len(), count).ok()?;
    let (of, against) = trial.endpoint.arms;
    let contrast = model.contrast(trial.endpoint.visit - visits.start, of, against)?;
    Some(Finding {
        estimate: contrast.estimate,
        p: contrast.p,
    })
}

/// Two proportions by the normal test with their pooled variance, which is the chi-square test.
fn proportions(trial: &Trial, rows: &[Row]) -> Option<Finding> {
    let visit = trial.endpoint.visit;
    let of = |arm: usize| {
        let people = rows.iter().filter(|row| row.arm == arm);
        let (events, all) = people.fold((0.0, 0.0), |(events, all), row| {
            (events + f64::from(u8::from(row.counts(trial, visit))), all + 1.0)
        });
        (all > 0.0).then_some((events, all))
    };
    let (one, one_n) = of(trial.endpoint.arms.0)?;
    let (other, other_n) = of(trial.endpoint.arms.1)?;
    let estimate = one / one_n - other / other_n;
    let pooled = (one + other) / (one_n + other_n);
    let variance = pooled * (1.0 - pooled) * (1.0 / one_n + 1.0 / other_n);
    let p = if variance > 0.0 {
        normal::two_sided(estimate / variance.sqrt())
    } else {
        1.0
    };
    Some(Finding { estimate, p })
}
