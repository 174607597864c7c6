//! Are more studies significant than their power allows (Ioannidis and Trikalinos 2007, doi:10.1177/1740774507079441).

use euthymia_stats::hypergeometric::binomial;
use euthymia_stats::{beta, gamma, normal, optimize, quadrature};

use super::{Alternative, check};
use crate::MetaError;

/// How observed and expected numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Pearson's chi-square.
    ChiSquare,
    /// The binomial distribution at the mean power.
    Binomial,
    /// The distribution of the sum of events with the power of each study.
    Exact,
}

/// What is tested.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The effect that the studies tested against.
    pub null: f64,
    /// What their tests were against.
    pub alternative: Alternative,
    /// The probability below which a study counts as significant.
    pub alpha: f64,
    /// The true effect, or one for each study; the mean weighted by precision if none is given.
    pub theta: Option<Vec<f64>>,
    /// Variance of true effects.
    pub tau2: f64,
    /// Comparison; exact where there are at most a million ways to it, else chi-square, if none is given.
    pub comparison: Option<Comparison>,
    /// Whether there are more significant studies than expected, fewer, or either.
    pub excess: Alternative,
    /// The probability at which the limit of the effect is found.
    pub excess_alpha: f64,
}

/// Observed and expected numbers of significant studies.
#[derive(Clone, Debug, PartialEq)]
pub struct Excess {
    /// Observed.
    pub observed: usize,
    /// Expected: the sum of the power of all studies.
    pub expected: f64,
    /// Power of each study.
    pub power: Vec<f64>,
    /// The effect, where one was used for all.
    pub theta: Option<f64>,
    /// Chi-square, if that is the comparison.
    pub chi_square: Option<f64>,
    /// Probability.
    pub pval: f64,
    /// Effects at which the probability is `excess_alpha`: how large the effect would have to be for the number not to
    /// surprise. Two where fewer and more are asked about, else one; missing where there is none.
    pub limits: Vec<Option<f64>>,
    /// The comparison that was used.
    pub comparison: Comparison,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            null: 0.0,
            alternative: Alternative::TwoSided,
            alpha: 0.05,
            theta: None,
            tau2: 0.0,
            comparison: None,
            excess: Alternative::Greater,
            excess_alpha: 0.1,
        }
    }
}

impl Comparison {
    /// The comparison of a name: `chi2`, `binom`, `exact`.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn parse(name: &str) -> Result<Self, MetaError> {
        match name {
            "chi2" => Ok(Self::ChiSquare),
            "binom" => Ok(Self::Binomial),
            "exact" => Ok(Self::Exact),
            _ => Err(MetaError::field(
                "test",
                format!("`{name}` is none of chi2, binom, exact"),
            )),
        }
    }
}

/// Tests for an excess of significant studies.
///
/// # Errors
/// No studies, variances that are not above 0, or probabilities outside of (0, 1).
pub fn excess_significance(yi: &[f64], vi: &[f64], options: &Options) -> Result<Excess, MetaError> {
    check("a test of excess significance", 1, yi, vi)?;
    for (name, alpha) in [("alpha", options.alpha), ("tes_alpha", options.excess_alpha)] {
        if !(alpha > 0.0 && alpha < 1.0) {
            return Err(MetaError::field(
                name,
                format!("expected a number between 0 and 1, found {alpha}"),
            ));
        }
    }
    if !(options.tau2 >= 0.0 && options.tau2.is_finite()) {
        return Err(MetaError::field("tau2", "is 0 or above"));
    }
    let k = yi.len();
    let single = match options.theta.as_deref() {
        Some([theta]) => Some(*theta),
        Some(_) => None,
        None => {
            let total: f64 = vi.iter().map(|v| 1.0 / (v + options.tau2)).sum();
            Some(
                yi.iter()
                    .zip(vi)
                    .map(|(y, v)| y / (v + options.tau2))
                    .sum::<f64>()
                    / total,
            )
        }
    };
    let theta = match (single, &options.theta) {
        (Some(theta), _) => vec![theta; k],
        (None, Some(theta)) if theta.len() == k => theta.clone(),
        _ => {
            return Err(MetaError::field(
                "theta",
                "expected one effect, or one for each study",
            ));
        }
    };
    let study = Tests::of(options);
    let observed = yi
        .iter()
        .zip(vi)
        .filter(|(y, v)| study.is_significant(**y, **v))
        .count();
    let comparison = options
        .comparison
        .unwrap_or_else(|| default_comparison(k, observed, options.excess));
    let at = |theta: &[f64]| -> Vec<f64> {
        theta
            .iter()
            .zip(vi)
            .map(|(theta, v)| study.power(*theta, v.sqrt(), options.tau2))
            .collect()
    };
    let power = at(&theta);
    let (chi_square, pval) = compare(observed, &power, comparison, options.excess);
    let limits = single.map_or_else(Vec::new, |theta| {
        let limit = |excess: Alternative, alpha: f64| {
            let p = |theta: f64| compare(observed, &at(&vec![theta; k]), comparison, excess).1 - alpha;
            find_limit(theta, options.null, excess, p)
        };
        match options.excess {
            Alternative::TwoSided => vec![
                limit(Alternative::Greater, 0.5 * options.excess_alpha),
                limit(Alternative::Less, 0.5 * options.excess_alpha),
            ],
            side => vec![limit(side, options.excess_alpha)],
        }
    });
    Ok(Excess {
        observed,
        expected: power.iter().sum(),
        power,
        theta: single,
        chi_square,
        pval,
        limits,
        comparison,
    })
}

/// The effect, on the side of the null on which the estimate is, at which `p` is 0.
fn find_limit(theta: f64, null: f64, excess: Alternative, p: impl Fn(f64) -> f64) -> Option<f64> {
    let at_null = p(null);
    let surprising = match excess {
        Alternative::Less => at_null > 0.0,
        _ => at_null < 0.0,
    };
    if !surprising {
        return None;
    }
    let mut step = theta - null;
    if step == 0.0 {
        step = 1e-3;
    }
    for _ in 0..60 {
        if (p(null + step) > 0.0) != (at_null > 0.0) {
            return optimize::root(null.min(null + step), null.max(null + step), 1e-12, p);
        }
        step *= 2.0;
    }
    None
}

/// What the studies tested.
struct Tests {
    null: f64,
    alternative: Alternative,
    critical: f64,
}

impl Tests {
    fn of(options: &Options) -> Self {
        let one_sided = options.alternative != Alternative::TwoSided;
        Self {
            null: options.null,
            alternative: options.alternative,
            critical: -normal::quantile(if one_sided {
                options.alpha
            } else {
                0.5 * options.alpha
            }),
        }
    }

    fn is_significant(&self, y: f64, v: f64) -> bool {
        let z = (y - self.null) / v.sqrt();
        match self.alternative {
            Alternative::TwoSided => z.abs() >= self.critical,
            Alternative::Greater => z >= self.critical,
            Alternative::Less => z <= -self.critical,
        }
    }

    fn power(&self, theta: f64, sei: f64, tau2: f64) -> f64 {
        let at = |theta: f64| {
            let shift = (theta - self.null) / sei;
            let above = normal::cdf(shift - self.critical);
            let below = normal::cdf(-self.critical - shift);
            match self.alternative {
                Alternative::TwoSided => above + below,
                Alternative::Greater => above,
                Alternative::Less => below,
            }
        };
        if tau2 <= 0.0 {
            return at(theta);
        }
        // Over five standard deviations of the true effects, as metafor does: what is beyond are six of ten million.
        let tau = tau2.sqrt();
        quadrature::integrate(-5.0, 5.0, 1e-12, 1e-15, |z| {
            at(theta + z * tau) * normal::density(z)
        })
        .value
    }
}

fn default_comparison(k: usize, observed: usize, excess: Alternative) -> Comparison {
    let counts = match excess {
        Alternative::TwoSided => 0..=k,
        Alternative::Greater => observed..=k,
        Alternative::Less => 0..=observed,
    };
    let (mut ways, mut total) = (1.0, 0.0);
    for j in 0..=k {
        if counts.contains(&j) {
            total += ways;
        }
        ways *= (k - j) as f64 / (j + 1) as f64;
    }
    if total <= 1e6 {
        Comparison::Exact
    } else {
        Comparison::ChiSquare
    }
}

/// Chi-square, where that is the comparison, and the probability.
fn compare(
    observed: usize,
    power: &[f64],
    comparison: Comparison,
    excess: Alternative,
) -> (Option<f64>, f64) {
    let (o, k) = (observed as f64, power.len() as f64);
    let expected: f64 = power.iter().sum();
    match comparison {
        Comparison::ChiSquare => {
            let off = o - expected;
            let chi_square = off * off / expected + off * off / (k - expected);
            let z = chi_square.sqrt().copysign(off);
            let p = match excess {
                Alternative::TwoSided => gamma::chi_square_above(1.0, chi_square),
                Alternative::Greater => normal::cdf(-z),
                Alternative::Less => normal::cdf(z),
            };
            (Some(chi_square), p)
        }
        Comparison::Binomial => (None, binomial_p(o, k, expected / k, excess)),
        Comparison::Exact => {
            let probabilities = of_counts(power);
            let sum = |counts: &[f64]| counts.iter().sum::<f64>().min(1.0);
            let p = match excess {
                Alternative::Greater => sum(&probabilities[observed..]),
                Alternative::Less => sum(&probabilities[..=observed]),
                Alternative::TwoSided => {
                    // Ties but for rounding count.
                    let limit = probabilities[observed] + f64::EPSILON.sqrt();
                    let unlikely: Vec<f64> = probabilities.iter().copied().filter(|p| *p <= limit).collect();
                    sum(&unlikely)
                }
            };
            (None, p)
        }
    }
}

/// Probability of each number of events that happen independently with the given probabilities.
fn of_counts(power: &[f64]) -> Vec<f64> {
    let mut probabilities = vec![1.0];
    for p in power {
        probabilities.push(0.0);
        for j in (0..probabilities.len()).rev() {
            let before = if j > 0 { probabilities[j - 1] } else { 0.0 };
            probabilities[j] = probabilities[j] * (1.0 - p) + before * p;
        }
    }
    probabilities
}

/// Exact binomial test of `successes` among `n` for the probability `p`.
#[must_use]
pub fn binomial_p(successes: f64, n: f64, p: f64, alternative: Alternative) -> f64 {
    let below = |k: f64| {
        if k < 0.0 {
            0.0
        } else if k >= n {
            1.0
        } else {
            beta::cdf(n - k, k + 1.0, 1.0 - p)
        }
    };
    let above = |k: f64| {
        if k <= 0.0 {
            1.0
        } else {
            beta::cdf(k, n - k + 1.0, p)
        }
    };
    match alternative {
        Alternative::Greater => above(successes),
        Alternative::Less => below(successes),
        Alternative::TwoSided => {
            let limit = binomial(n, successes, p) * (1.0 + 1e-7);
            let mean = n * p;
            if successes == mean {
                return 1.0;
            }
            // All counts on the other side that are at least as unlikely.
            let unlikely = |from: f64, to: f64| {
                let mut count = 0.0;
                let mut at = from;
                while at <= to {
                    count += f64::from(u8::from(binomial(n, at, p) <= limit));
                    at += 1.0;
                }
                count
            };
            let both = if successes < mean {
                let others = unlikely(mean.ceil(), n);
                below(successes) + above(n - others + 1.0)
            } else {
                let others = unlikely(0.0, mean.floor());
                above(successes) + below(others - 1.0)
            };
            both.min(1.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_tosses_of_a_coin() {
        let p = |k, alternative| binomial_p(k, 10.0, 0.5, alternative) * 1024.0;
        assert!((p(8.0, Alternative::Greater) - 56.0).abs() < 1e-9);
        assert!((p(8.0, Alternative::TwoSided) - 112.0).abs() < 1e-9);
        assert!((p(2.0, Alternative::TwoSided) - 112.0).abs() < 1e-9);
        assert!((p(1.0, Alternative::Less) - 11.0).abs() < 1e-9);
        assert_eq!(binomial_p(5.0, 10.0, 0.5, Alternative::TwoSided), 1.0);
    }

    #[test]
    fn exact_with_equal_power_is_binomial() {
        let power = [0.3; 12];
        for excess in [Alternative::Greater, Alternative::Less, Alternative::TwoSided] {
            let exact = compare(6, &power, Comparison::Exact, excess).1;
            let binomial = compare(6, &power, Comparison::Binomial, excess).1;
            assert!((exact - binomial).abs() < 1e-12, "{excess:?}");
        }
    }

    #[test]
    fn the_limit_makes_the_number_unsurprising() {
        let yi = [0.5, 0.45, 0.6, 0.4, 0.7];
        let vi = [0.05, 0.05, 0.08, 0.04, 0.12];
        let options = Options {
            comparison: Some(Comparison::Exact),
            ..Options::default()
        };
        let found = excess_significance(&yi, &vi, &options).unwrap();
        assert!(found.observed as f64 > found.expected);
        let limit = found.limits[0].unwrap();
        let there = Options {
            theta: Some(vec![limit]),
            ..options
        };
        let p = excess_significance(&yi, &vi, &there).unwrap().pval;
        assert!((p - 0.1).abs() < 1e-9);
        let wide = Options {
            tau2: 1e-8,
            ..Options::default()
        };
        let narrow = excess_significance(&yi, &vi, &Options::default()).unwrap();
        let near = excess_significance(&yi, &vi, &wide).unwrap();
        assert!((near.expected - narrow.expected).abs() < 1e-5);
    }

    #[test]
    fn nonsense_is_refused() {
        let wrong = Options {
            alpha: 0.0,
            ..Options::default()
        };
        assert!(excess_significance(&[0.1], &[0.1], &wrong).is_err());
        assert!(excess_significance(&[], &[], &Options::default()).is_err());
    }
}
