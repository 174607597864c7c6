//! Quantiles of counts: Poisson and binomial.

use crate::{beta, gamma};

/// The smallest count with `P(count <= it) >= p` of a Poisson distribution. NaN for a mean that is negative or not finite,
/// or a p outside of [0, 1); a mean of 0 gives 0.
///
/// `P(count <= k)` is the upper tail of the gamma distribution of shape `k + 1` at the mean (DLMF 8.4.10).
#[must_use]
pub fn poisson_quantile(mean: f64, p: f64) -> f64 {
    if !(mean >= 0.0 && mean.is_finite() && (0.0..1.0).contains(&p)) {
        return f64::NAN;
    }
    if mean == 0.0 {
        return 0.0;
    }
    smallest(mean.floor(), f64::INFINITY, |count| {
        gamma::cdf_and_complement(count + 1.0, mean).1 >= p
    })
}

/// The smallest count with `P(count <= it) >= p` among `trials` of a success probability. NaN where `trials` is no whole
/// number of 0 or more, or a probability is outside of [0, 1].
///
/// `P(count <= k)` is the distribution function of the beta distribution (DLMF 8.17.5).
#[must_use]
pub fn binomial_quantile(trials: f64, success: f64, p: f64) -> f64 {
    let whole = trials >= 0.0 && trials.is_finite() && trials.fract() == 0.0;
    if !(whole && (0.0..=1.0).contains(&success) && (0.0..=1.0).contains(&p)) {
        return f64::NAN;
    }
    if success == 0.0 {
        return 0.0;
    }
    if success == 1.0 {
        return trials;
    }
    smallest((trials * success).floor(), trials, |count| {
        count >= trials || beta::cdf(trials - count, count + 1.0, 1.0 - success) >= p
    })
}

/// The smallest whole number in [0, most] for which `holds`, which then holds for all above: by steps that double away from
/// `near`, then by halving.
fn smallest(near: f64, most: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let mut step = 1.0;
    // Holds at `above`, not at `below`; -1 stands for nothing.
    let (mut below, mut above);
    if holds(near) {
        above = near;
        loop {
            let next = above - step;
            if next < 0.0 {
                below = -1.0;
                break;
            }
            if !holds(next) {
                below = next;
                break;
            }
            above = next;
            step *= 2.0;
        }
    } else {
        below = near;
        loop {
            let next = (below + step).min(most);
            if next >= most || holds(next) {
                above = next;
                break;
            }
            below = next;
            step *= 2.0;
        }
    }
    while above - below > 1.0 {
        let middle = (below + 0.5 * (above - below)).floor();
        // Beyond 2^53 the numbers between are not whole steps apart.
        if middle <= below || middle >= above {
            break;
        }
        if holds(middle) {
            above = middle;
        } else {
            below = middle;
        }
    }
    above
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts by adding up the probabilities themselves, term from term.
    fn by_summing(first: f64, next: impl Fn(f64) -> f64, p: f64) -> f64 {
        let (mut count, mut term) = (0.0, first);
        let mut sum = term;
        while sum < p {
            term *= next(count);
            count += 1.0;
            sum += term;
        }
        count
    }

    #[test]
    fn quantiles_are_those_of_the_summed_probabilities() {
        for p in [0.001, 0.1, 0.37, 0.5, 0.803, 0.99, 0.9999] {
            for mean in [0.01_f64, 0.7, 3.2, 25.0, 180.0] {
                let first = euthymia_vecmath::scalar::exp(-mean);
                let expected = by_summing(first, |count| mean / (count + 1.0), p);
                assert_eq!(poisson_quantile(mean, p), expected, "Poisson {mean}, {p}");
            }
            for (trials, success) in [(1.0, 0.3), (7.0, 0.5), (40.0, 0.03), (300.0, 0.81)] {
                let failure: f64 = 1.0 - success;
                let first = euthymia_vecmath::scalar::pow(failure, trials);
                let next = |count: f64| (trials - count) / (count + 1.0) * success / failure;
                let expected = by_summing(first, next, p);
                assert_eq!(
                    binomial_quantile(trials, success, p),
                    expected,
                    "binomial {trials}, {success}, {p}"
                );
            }
        }
    }

    #[test]
    fn edges() {
        assert_eq!(poisson_quantile(0.0, 0.9), 0.0);
        assert!(poisson_quantile(-1.0, 0.5).is_nan() && poisson_quantile(1.0, 1.0).is_nan());
        assert_eq!(
            (binomial_quantile(5.0, 0.0, 0.9), binomial_quantile(5.0, 1.0, 0.1)),
            (0.0, 5.0)
        );
        assert!(binomial_quantile(2.5, 0.5, 0.5).is_nan() && binomial_quantile(3.0, 1.5, 0.5).is_nan());
        // Within five standard deviations, without a walk of millions of steps.
        let large = poisson_quantile(1e12, 0.5);
        assert!((large - 1e12).abs() < 5e6, "{large}");
    }
}
