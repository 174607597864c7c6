//! Acute effects of a schedule, and how many of its people pass what must not be passed.

use super::keep::{Keep, Measure};
use super::people::{Kind, Patients};
use crate::cohort::Acute;
use crate::result::Design;
use euthymia_stats::quantile::type7;
use euthymia_stats::variance::NestedSums;

/// CADSS points beyond which a session counts as one with marked dissociation. A choice, no clinical limit.
pub(super) const MARKED_CADSS: f64 = 20.0;

/// A number of a schedule, with how it varies between studies where it does.
pub(super) struct Told {
    pub(super) value: f64,
    /// What is compared with a limit, study by study, and the limit that it is compared with.
    pub(super) by_study: Option<(NestedSums, f64)>,
}

/// The place of an effect among the peaks of a session.
pub(super) fn place(effect: Acute) -> usize {
    Acute::ALL.iter().position(|other| *other == effect).unwrap_or(0)
}

/// Sums for a design.
pub(super) fn sums(design: Design) -> NestedSums {
    NestedSums::new(
        design.draws.max(1) as usize,
        design.studies_per_draw.max(1) as usize,
    )
}

/// What a schedule comes to whose sessions are of these kinds, those of all and those of what is varied.
pub(super) fn told(
    keep: &Keep,
    (all, varied): (&[&Kind], &[&Kind]),
    patients: &Patients<'_>,
    design: Design,
) -> Told {
    let over = |effect: Acute, kinds: &[&Kind]| -> Vec<f64> {
        let at = place(effect);
        let peak = |index: u64| {
            let peaks = kinds.iter().map(|kind| kind.effects.of_patient(index).peaks[at]);
            peaks.fold(0.0, f64::max)
        };
        (0..patients.size()).map(peak).collect()
    };
    let (effect, any) = match keep.measure {
        Measure::Probability { effect, any, .. }
        | Measure::Mean { effect, any }
        | Measure::Quantile { effect, any, .. } => (effect, any),
        Measure::Sessions | Measure::Hours => {
            return Told {
                value: f64::NAN,
                by_study: None,
            };
        }
    };
    let of_peaks = |peaks: Vec<f64>| of_peaks(keep, peaks, patients, design);
    if any {
        return of_peaks(over(effect, all));
    }
    // It must hold of every session: the one that is farthest on the wrong side tells.
    let worst = |one: Told, other: Told| {
        let upper = matches!(keep.side, super::keep::Side::Below | super::keep::Side::AtMost);
        if (other.value > one.value) == upper {
            other
        } else {
            one
        }
    };
    let kinds = varied
        .iter()
        .map(|kind| of_peaks(over(effect, std::slice::from_ref(kind))));
    kinds.reduce(worst).unwrap_or(Told {
        value: f64::NAN,
        by_study: None,
    })
}

fn of_peaks(keep: &Keep, mut peaks: Vec<f64>, patients: &Patients<'_>, design: Design) -> Told {
    let summed = |of: &dyn Fn(f64) -> f64, peaks: &[f64]| {
        let mut sums = sums(design);
        for (index, peak) in peaks.iter().enumerate() {
            sums.push(patients.study_of(index), of(*peak));
        }
        sums
    };
    match keep.measure {
        Measure::Probability { side, value, .. } => {
            let passes = |peak: f64| if side.holds(peak, value) { 1.0 } else { 0.0 };
            let sums = summed(&passes, &peaks);
            Told {
                value: sums.mean(),
                by_study: Some((sums, keep.limit)),
            }
        }
        Measure::Quantile { level, .. } => {
            // A quantile lies below a limit where more people than its level do.
            let beyond = |peak: f64| if peak > keep.limit { 1.0 } else { 0.0 };
            let sums = summed(&beyond, &peaks);
            peaks.sort_by(f64::total_cmp);
            Told {
                value: type7(&peaks, level),
                by_study: Some((sums, 1.0 - level)),
            }
        }
        _ => {
            let sums = summed(&|peak| peak, &peaks);
            Told {
                value: sums.mean(),
                by_study: Some((sums, keep.limit)),
            }
        }
    }
}
