//! Estimates that studies report with a variance, a standard error or an interval; hazard ratios.

use euthymia_stats::normal;
use euthymia_vecmath::scalar::ln;

use super::reported::filled;
use super::{Computed, Given, Measure, Options, Reported};
use crate::MetaError;

/// The variance behind an interval of a normal estimate: `((ub - lb) / (2 z))^2`.
#[must_use]
pub(crate) fn variance_of_interval(low: f64, high: f64, level: f64) -> f64 {
    let se = (high - low) / (2.0 * normal::quantile(0.5 + 0.5 * level));
    se * se
}

fn check_interval(reported: &Reported, y: &[f64], low: &[f64], high: &[f64]) -> Result<(), MetaError> {
    reported.refuse(|i| {
        if low[i] > high[i] {
            return Some(format!(
                "the interval ends at {}, before it begins at {}",
                high[i], low[i]
            ));
        }
        (y[i] < low[i] || y[i] > high[i]).then(|| {
            format!(
                "the interval {} to {} does not contain the estimate {}",
                low[i], high[i], y[i]
            )
        })
    })
}

pub(crate) fn compute(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<Computed, MetaError> {
    let mut y = reported.get(Given::Yi);
    let [vi, sei, ni] = [Given::Vi, Given::Sei, Given::Ni].map(|what| reported.get(what));
    let [mut low, mut high] = [Given::CiLb, Given::CiUb].map(|what| reported.get(what));
    check_interval(reported, &y, &low, &high)?;
    if reported.has(Given::Hr) {
        let [hr, hr_low, hr_high] = [Given::Hr, Given::HrLb, Given::HrUb].map(|what| reported.get(what));
        check_interval(reported, &hr, &hr_low, &hr_high)?;
        reported.refuse(|i| {
            let bad = [hr[i], hr_low[i], hr_high[i]].into_iter().find(|x| *x <= 0.0);
            bad.map(|x| format!("a hazard ratio is {x}; it must be above 0"))
        })?;
        y = filled(&y, |i| ln(hr[i]));
        low = filled(&low, |i| ln(hr_low[i]));
        high = filled(&high, |i| ln(hr_high[i]));
    }
    reported.refuse(|i| {
        if vi[i] < 0.0 {
            return Some(format!(
                "the sampling variance is {}; it cannot be negative",
                vi[i]
            ));
        }
        (sei[i] < 0.0).then(|| format!("the standard error is {}; it cannot be negative", sei[i]))
    })?;
    let vi = filled(&filled(&vi, |i| sei[i] * sei[i]), |i| {
        variance_of_interval(low[i], high[i], options.level)
    });
    reported.need(measure, &[(Given::Yi, &y), (Given::Vi, &vi)])?;
    Ok(Computed { yi: y, vi, ni })
}

#[cfg(test)]
mod tests {
    use super::super::{Effects, Given, Measure, Options, Reported, one};

    #[test]
    fn a_hazard_ratio_with_its_interval() {
        let given = [(Given::Hr, 0.8), (Given::HrLb, 0.6), (Given::HrUb, 1.1)];
        let (y, v) = one(Measure::HazardRatio, &given, &Options::default())
            .unwrap()
            .unwrap();
        assert!((y + 0.223_143_551_314_209_7).abs() < 1e-14);
        assert!((v - 0.023_910_227_176_628_02).abs() < 1e-14);
    }

    #[test]
    fn bad_rows_are_told() {
        let studies = Reported::new(2)
            .with(Given::Yi, &[0.1, 0.9])
            .with(Given::CiLb, &[0.0, 0.0])
            .with(Given::CiUb, &[0.2, 0.2]);
        let error = Effects::of(Measure::Generic, &studies, &Options::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 3: the interval 0 to 0.2 does not contain the estimate 0.9"
        );
        let studies = Reported::new(1).with(Given::Yi, &[0.1]).with(Given::Vi, &[-0.1]);
        let error = Effects::of(Measure::Generic, &studies, &Options::default()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("line 2: the sampling variance is -0.1")
        );
    }
}
