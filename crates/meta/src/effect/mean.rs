//! Mean and standard deviation of one group.

use euthymia_vecmath::scalar::ln;

use super::means::correction;
use super::{Computed, Given, Measure, Options, Reported, Variance};
use crate::MetaError;

pub(crate) fn compute(
    measure: Measure,
    reported: &Reported,
    options: &Options,
) -> Result<Computed, MetaError> {
    let [m, sd, n] = [Given::Mi, Given::Sdi, Given::Ni].map(|what| reported.get(what));
    if measure != Measure::DeviationLog {
        reported.need(measure, &[(Given::Mi, &m)])?;
    }
    reported.need(measure, &[(Given::Sdi, &sd), (Given::Ni, &n)])?;
    let positive = matches!(measure, Measure::MeanLog | Measure::VariationLog);
    reported.refuse(|i| {
        if sd[i] < 0.0 {
            return Some(format!(
                "the standard deviation is {}; it cannot be negative",
                sd[i]
            ));
        }
        if positive && m[i] < 0.0 {
            return Some(format!("the mean is {}; its logarithm needs one above 0", m[i]));
        }
        (n[i] <= 0.0).then(|| format!("the group has {} people", n[i]))
    })?;
    let pooled = if measure == Measure::Mean {
        options.check(measure, &[Variance::LargeSample, Variance::Equal])?;
        let squares: Vec<f64> = sd.iter().map(|sd| sd * sd).collect();
        let degrees: Vec<f64> = n.iter().map(|n| n - 1.0).collect();
        super::two_by_two::average(&squares, &degrees)
    } else {
        f64::NAN
    };
    let (yi, vi) = (0..n.len())
        .map(|i| {
            let (m, sd, n) = (m[i], sd[i], n[i]);
            let small = if options.correct {
                1.0 / (2.0 * (n - 1.0))
            } else {
                0.0
            };
            let relative = sd * sd / (n * m * m);
            match measure {
                Measure::Mean if options.variance == Variance::Equal => (m, pooled / n),
                Measure::Mean => (m, sd * sd / n),
                Measure::StandardizedMean => {
                    let y = correction(n - 1.0, options.correct) * m / sd;
                    (y, 1.0 / n + y * y / (2.0 * n))
                }
                Measure::MeanLog => (ln(m), relative),
                Measure::DeviationLog => (ln(sd) + small, 1.0 / (2.0 * (n - 1.0))),
                _ => (ln(sd / m) + small, 1.0 / (2.0 * (n - 1.0)) + relative),
            }
        })
        .unzip();
    Ok(Computed { yi, vi, ni: n })
}
