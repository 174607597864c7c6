//! Distributions with cut-offs: the mass between them, and the value at a probability.

use crate::course::Distribution;
use euthymia_stats::normal;
use euthymia_vecmath::scalar;

/// Mass of a normal distribution between its cut-offs.
pub(crate) fn normal_mass(distribution: &Distribution) -> f64 {
    let (low, high) = normal_probabilities(distribution);
    high - low
}

fn normal_probabilities(distribution: &Distribution) -> (f64, f64) {
    let at = |value: f64| normal::cdf((value - distribution.mean) / distribution.sd);
    (at(distribution.minimum), at(distribution.maximum))
}

/// Mass of a lognormal distribution, given by its own mean and standard deviation, between its cut-offs.
pub(crate) fn lognormal_mass(distribution: &Distribution) -> f64 {
    normal_mass(&logarithm(distribution))
}

/// The normal distribution of the logarithm.
fn logarithm(distribution: &Distribution) -> Distribution {
    let ratio = distribution.sd / distribution.mean;
    let variance = scalar::ln_1p(ratio * ratio);
    Distribution {
        mean: scalar::ln(distribution.mean) - 0.5 * variance,
        sd: variance.sqrt(),
        minimum: scalar::ln(distribution.minimum),
        maximum: scalar::ln(distribution.maximum),
        source: String::new(),
    }
}
/// Value at probability `p` of a normal distribution restricted to its cut-offs.
pub(crate) fn normal_value(distribution: &Distribution, p: f64) -> f64 {
    let (low, high) = normal_probabilities(distribution);
    let value = distribution.mean + distribution.sd * normal::quantile(low + p * (high - low));
    value.clamp(distribution.minimum, distribution.maximum)
}

/// Value at probability `p` of a lognormal distribution restricted to its cut-offs.
pub(crate) fn lognormal_value(distribution: &Distribution, p: f64) -> f64 {
    let value = scalar::exp(normal_value(&logarithm(distribution), p));
    // The exponential of a logarithm may leave the cut-offs by a rounding.
    value.clamp(distribution.minimum, distribution.maximum)
}
