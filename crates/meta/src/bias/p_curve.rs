//! The p-curve: whether significant results look as true effects make them look, and the power behind them.
//!
//! Simonsohn, Nelson and Simmons 2014 (doi:10.1037/a0033242; power: doi:10.1177/1745691614553988) and 2015
//! (doi:10.1037/xge0000104: the half p-curve, Stouffer's method). Results are z values tested on two sides at 0.05; those
//! that are not significant tell nothing here.

use euthymia_stats::{normal, optimize};

use crate::MetaError;

/// A test of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Stouffer's z over all results below 0.05.
    pub z: f64,
    /// Its probability, below `z`.
    pub pval: f64,
    /// The same over results below 0.025 alone; missing where there is none.
    pub z_half: Option<f64>,
    /// Its probability.
    pub pval_half: Option<f64>,
}

/// A p-curve.
#[derive(Clone, Debug, PartialEq)]
pub struct PCurve {
    /// Two-sided p-values below 0.05, in the order of the studies.
    pub p: Vec<f64>,
    /// How many of them are below 0.025.
    pub half: usize,
    /// Binomial probability of as many or more below 0.025 without an effect.
    pub binomial: f64,
    /// Steeper than without an effect: evidential value.
    pub right_skew: Shape,
    /// Flatter than with a power of 33 per cent: evidential value is missing.
    pub flatness: Shape,
    /// Binomial probability of as few or fewer below 0.025 with a power of 33 per cent.
    pub binomial_flat: f64,
    /// Whether the results have evidential value: the half curve is right-skewed at 0.05, or both curves are at 0.1.
    pub evidential: bool,
    /// Whether evidential value is inadequate: flatter than with 33 per cent at 0.05, or the half curve and the binomial
    /// test at 0.1.
    pub inadequate: bool,
    /// Power behind the results, corrected for their selection.
    pub power: f64,
    /// Lower bound of its interval of 90 per cent.
    pub power_lb: f64,
    /// Upper bound.
    pub power_ub: f64,
}

/// Below which a result is significant; and for the half curve.
const ALPHA: f64 = 0.05;

fn critical(alpha: f64) -> f64 {
    -normal::quantile(0.5 * alpha)
}

/// Probability of a result below `alpha` where z has the mean `mean`.
fn power(mean: f64, alpha: f64) -> f64 {
    let c = critical(alpha);
    normal::cdf(mean - c) + normal::cdf(-c - mean)
}

/// The mean of z with which a result is below 0.05 with the probability `wanted`.
fn mean_of_power(wanted: f64) -> f64 {
    // From 0.05 at a mean of 0 to 1 at 40: only what is wanted of 0.05 or less has no root, and its mean is 0.
    optimize::root(0.0, 40.0, 1e-13, |mean| power(mean, ALPHA) - wanted).unwrap_or(0.0)
}

/// Among results below `alpha` where z has the mean `mean`: probability of one with a larger p-value than z has.
fn conditional(z: f64, mean: f64, alpha: f64) -> f64 {
    let beyond = |c: f64| normal::cdf(mean - c) + normal::cdf(-c - mean);
    let (all, further) = (beyond(critical(alpha)), beyond(z.abs()));
    (all - further) / all
}

/// Stouffer's z of probabilities; those that are 0 or 1 but for rounding count as the last number that is not.
fn stouffer(probabilities: &[f64]) -> f64 {
    let bounded = |p: f64| p.clamp(1e-300, 1.0 - f64::EPSILON);
    let sum: f64 = probabilities.iter().map(|p| normal::quantile(bounded(*p))).sum();
    sum / (probabilities.len() as f64).sqrt()
}

fn shape(z: &[f64], probability: impl Fn(f64, f64) -> f64) -> Shape {
    let of = |alpha: f64| -> Vec<f64> {
        let kept = z.iter().filter(|z| z.abs() > critical(alpha));
        kept.map(|z| probability(*z, alpha)).collect()
    };
    let full = stouffer(&of(ALPHA));
    let half = of(0.5 * ALPHA);
    let z_half = (!half.is_empty()).then(|| stouffer(&half));
    Shape {
        z: full,
        pval: normal::cdf(full),
        z_half,
        pval_half: z_half.map(normal::cdf),
    }
}

/// The p-curve of effects and their sampling variances.
///
/// # Errors
/// No result is significant, or a variance is not above 0.
pub fn p_curve(yi: &[f64], vi: &[f64]) -> Result<PCurve, MetaError> {
    super::check("a p-curve", 1, yi, vi)?;
    let z: Vec<f64> = yi
        .iter()
        .zip(vi)
        .map(|(y, v)| y / v.sqrt())
        .filter(|z| z.abs() > critical(ALPHA))
        .collect();
    if z.is_empty() {
        return Err(MetaError::NoAnswer(
            "a p-curve needs results with p below 0.05, there is none".to_owned(),
        ));
    }
    let p: Vec<f64> = z.iter().map(|z| normal::two_sided(*z)).collect();
    let half = p.iter().filter(|p| **p < 0.5 * ALPHA).count();
    let third = mean_of_power(1.0 / 3.0);
    // Without an effect p is uniform below alpha; with one, larger p-values than seen speak for the effect.
    let right_skew = shape(&z, |z, alpha| normal::two_sided(z) / alpha);
    let flatness = shape(&z, |z, alpha| conditional(z, third, alpha));
    let (n, low) = (z.len() as f64, half as f64);
    let share = power(third, 0.5 * ALPHA) / power(third, ALPHA);
    let binomial = super::excess::binomial_p(low, n, 0.5, super::Alternative::Greater);
    let binomial_flat = super::excess::binomial_p(low, n, share, super::Alternative::Less);
    let below = |p: Option<f64>, limit: f64| p.is_some_and(|p| p < limit);
    let fit = |power: f64| {
        let mean = mean_of_power(power);
        let probabilities: Vec<f64> = z.iter().map(|z| conditional(*z, mean, ALPHA)).collect();
        stouffer(&probabilities)
    };
    // More power makes large z less surprising: Stouffer's z falls. The power is where it is the wanted quantile.
    let at = |quantile: f64| {
        let (low, high) = (0.0501, 0.9999);
        if fit(low) <= quantile {
            return ALPHA;
        }
        if fit(high) >= quantile {
            return high;
        }
        optimize::root(low, high, 1e-10, |power| fit(power) - quantile).unwrap_or(f64::NAN)
    };
    let bound = normal::quantile(0.95);
    Ok(PCurve {
        half,
        binomial,
        evidential: below(right_skew.pval_half, 0.05)
            || (right_skew.pval < 0.1 && below(right_skew.pval_half, 0.1)),
        inadequate: flatness.pval < 0.05 || (below(flatness.pval_half, 0.1) && binomial_flat < 0.1),
        right_skew,
        flatness,
        binomial_flat,
        power: at(0.0),
        power_lb: at(bound),
        power_ub: at(-bound),
        p,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// z values at the quantiles of what is significant where z has the mean `mean`.
    fn sample(mean: f64, n: usize) -> Vec<f64> {
        let all = normal::cdf(mean - critical(ALPHA));
        (0..n)
            .map(|i| (i as f64 + 0.5) / n as f64 * all)
            .map(|beyond| mean - normal::quantile(beyond))
            .collect()
    }

    #[test]
    fn strong_effects_are_skewed_and_their_power_is_found() {
        let mean = mean_of_power(0.8);
        let z = sample(mean, 60);
        let found = p_curve(&z, &vec![1.0; 60]).unwrap();
        assert!(found.evidential && !found.inadequate);
        assert!((found.power - 0.8).abs() < 0.02, "{}", found.power);
        assert!(found.power_lb < 0.8 && found.power_ub > 0.8);
    }

    #[test]
    fn no_effect_is_flat() {
        let z: Vec<f64> = (0..60)
            .map(|i| -normal::quantile(0.025 * (f64::from(i) + 0.5) / 60.0))
            .collect();
        let found = p_curve(&z, &vec![1.0; 60]).unwrap();
        assert!(!found.evidential && found.inadequate, "{found:?}");
        assert!((found.right_skew.z).abs() < 1e-9 && (found.power - 0.05).abs() < 0.01);
    }

    #[test]
    fn scaling_and_signs_do_not_matter_and_nothing_significant_is_refused() {
        let one = p_curve(&[0.5, 0.9, 0.1], &[0.02, 0.09, 0.3]).unwrap();
        let other = p_curve(&[-5.0, 9.0, 1.0], &[2.0, 9.0, 30.0]).unwrap();
        assert!((one.right_skew.z - other.right_skew.z).abs() < 1e-12);
        assert!(p_curve(&[0.1], &[1.0]).is_err());
    }
}
