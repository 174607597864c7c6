//! What patients differ in and models differ in, as one number for each patient: peak and area under the curve of a
//! concentration, peak of an occupancy or an acute effect over the first day; the score at the end.

use super::Run;
use super::quantities::Reported;
use crate::result::{Exposure, Measure, QuantityKind};
use euthymia_stats::quantile::Sketch;

/// Length of the first day, h: every grid is fine there.
const FIRST_DAY_H: f64 = 24.0;

/// Sums up the measures of one quantity.
#[derive(Debug)]
pub(super) struct Measures {
    peak: Option<Sketch>,
    area: Option<Sketch>,
}

impl Measures {
    pub(super) fn new(kind: QuantityKind) -> Self {
        let (peak, area) = match kind {
            QuantityKind::Concentration => (true, true),
            QuantityKind::Occupancy | QuantityKind::AcuteEffect => (true, false),
            QuantityKind::Score | QuantityKind::Other => (false, false),
        };
        Self {
            peak: peak.then(Sketch::new),
            area: area.then(Sketch::new),
        }
    }

    /// Takes in the curve of one patient.
    pub(super) fn insert(&mut self, times_h: &[f64], values: &[f64]) {
        let day = times_h.partition_point(|time| *time <= FIRST_DAY_H);
        let (times_h, values) = (&times_h[..day], &values[..day]);
        if let Some(peak) = &mut self.peak {
            peak.insert(values.iter().copied().fold(0.0, f64::max));
        }
        if let Some(area) = &mut self.area {
            area.insert(trapezoids(times_h, values));
        }
    }

    /// The measures in their order.
    pub(super) fn exposures(&self, reported: &Reported, run: &Run<'_>) -> Vec<Exposure> {
        let until_h = FIRST_DAY_H.min(run.course.horizon_h);
        let exposure = |measure, unit: String, sketch: &Sketch| {
            let [p05, p50, p95] = sketch.quantiles([0.05, 0.5, 0.95]);
            Exposure {
                quantity: reported.name.clone(),
                label: reported.label.clone(),
                kind: reported.kind,
                measure,
                until_h,
                unit,
                p05,
                p50,
                p95,
            }
        };
        let peak = self
            .peak
            .iter()
            .map(|peak| exposure(Measure::Peak, reported.unit.clone(), peak));
        let area = self.area.iter().map(|area| {
            let unit = reported.unit.split_once('/').map_or_else(
                || format!("{} h", reported.unit),
                |(amount, volume)| format!("{amount} h/{volume}"),
            );
            exposure(Measure::Area, unit, area)
        });
        peak.chain(area).collect()
    }
}

fn trapezoids(times_h: &[f64], values: &[f64]) -> f64 {
    let pairs = times_h.array_windows().zip(values.array_windows());
    pairs
        .map(|([from, to], [first, second])| (to - from) * f64::midpoint(*first, *second))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule is exact for straight lines and stops at the end of the day.
    #[test]
    fn the_area_ends_with_the_day() {
        let mut measures = Measures::new(QuantityKind::Concentration);
        measures.insert(&[0.0, 6.0, 24.0, 48.0], &[0.0, 60.0, 0.0, 500.0]);
        let one = |sketch: &Option<Sketch>| sketch.as_ref().map(|sketch| sketch.quantiles([0.5])[0]);
        assert_eq!(one(&measures.peak), Some(60.0));
        assert_eq!(one(&measures.area), Some(180.0 + 540.0));
    }
}
