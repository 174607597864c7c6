//! How many studies without an effect nobody saw would make the effect go away.
//!
//! Rosenthal 1979 (doi:10.1037/0033-2909.86.3.638), Orwin 1983 (doi:10.3102/10769986008002157), Rosenberg 2005
//! (doi:10.1111/j.0014-3820.2005.tb01004.x), and by adding studies to the model itself (Viechtbauer's general method in
//! metafor).

use euthymia_stats::{gamma, normal};
use euthymia_vecmath::scalar::ln;

use super::refit::refit;
use super::{Stopping, check, common_effect};
use crate::MetaError;
use crate::pool::{Data, Method, Options};

/// A fail-safe number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FailSafe {
    /// Studies that would have to be added; infinite where none would do.
    pub count: f64,
    /// Probability of the effect as it is, where the method has one.
    pub pval: Option<f64>,
    /// The effect as it is, where the method has one.
    pub estimate: Option<f64>,
    /// The effect that is aimed at, where the method aims at one.
    pub target: Option<f64>,
}

/// A fail-safe number by the model itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct General {
    /// Studies that would have to be added.
    pub count: f64,
    /// The estimate as it is.
    pub estimate: f64,
    /// tau2 as it is.
    pub tau2: f64,
    /// Probability as it is.
    pub pval: f64,
    /// The estimate with the studies added.
    pub estimate_after: f64,
    /// tau2 then.
    pub tau2_after: f64,
    /// Probability then.
    pub pval_after: f64,
}

/// How z values or probabilities are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Combination {
    /// Sum of z over the root of their number.
    #[default]
    Stouffer,
    /// Sum of the logarithms of the one-sided probabilities; added studies have the probability 1/2.
    Fisher,
}

/// What the general method adds studies for.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneralOptions {
    /// The model.
    pub pool: Options,
    /// Probability above which the effect counts as gone.
    pub alpha: f64,
    /// An effect to come down to, instead of a probability to come up to.
    pub target: Option<f64>,
    /// Whether the model is fitted again for every number; otherwise tau2 is followed by its moments.
    pub exact: bool,
    /// Mean of the studies that are added.
    pub missing_mean: f64,
    /// When the search for tau2 ends.
    pub stopping: Stopping,
}

/// Upwards to the next whole number, unless rounding alone keeps it from being one.
fn whole(count: f64) -> f64 {
    if count.is_finite() && (count - count.round_ties_even()).abs() >= f64::EPSILON.sqrt() {
        count.ceil()
    } else {
        count.round_ties_even()
    }
}

/// Rosenthal's number: until the combined one-sided probability is `alpha`.
///
/// # Errors
/// Fewer than two studies, variances that are not above 0, or an `alpha` outside of (0, 1).
pub fn rosenthal(
    yi: &[f64],
    vi: &[f64],
    alpha: f64,
    combination: Combination,
) -> Result<FailSafe, MetaError> {
    check("a fail-safe number", 2, yi, vi)?;
    check_alpha(alpha)?;
    let k = yi.len() as f64;
    let z: Vec<f64> = yi.iter().zip(vi).map(|(y, v)| y / v.sqrt()).collect();
    let (pval, count) = match combination {
        Combination::Stouffer => {
            let combined = (z.iter().sum::<f64>() / k.sqrt()).abs();
            let ratio = combined / -normal::quantile(alpha);
            (normal::cdf(-combined), whole((k * ratio * ratio - k).max(0.0)))
        }
        Combination::Fisher => {
            let sum: f64 = z.iter().map(|z| -2.0 * ln(normal::cdf(-z.abs()))).sum();
            let with = |count: f64| {
                let added = count * 2.0 * core::f64::consts::LN_2;
                gamma::chi_square_above(2.0 * (k + count), sum + added)
            };
            let pval = with(0.0);
            let count = if pval >= alpha {
                0.0
            } else {
                first(|count| with(count) >= alpha)?
            };
            (pval, count)
        }
    };
    Ok(FailSafe {
        count,
        pval: Some(pval),
        estimate: None,
        target: None,
    })
}

/// The same by the sign test: pairs of studies with opposite signs are added until the signs tell nothing.
///
/// # Errors
/// As [`rosenthal`].
pub fn binomial(yi: &[f64], vi: &[f64], alpha: f64) -> Result<FailSafe, MetaError> {
    check("a fail-safe number", 2, yi, vi)?;
    check_alpha(alpha)?;
    let positive = yi.iter().filter(|y| **y > 0.0).count() as f64;
    let k = yi.len() as f64;
    let pval = super::excess::binomial_p(positive, k, 0.5, super::Alternative::TwoSided);
    // With every pair the probability grows: the lead of one sign stays, and the spread of the difference widens.
    let lead = positive.max(k - positive);
    let with = |pairs: f64| {
        let one_sided =
            super::excess::binomial_p(lead + pairs, k + 2.0 * pairs, 0.5, super::Alternative::Greater);
        (2.0 * one_sided).min(1.0)
    };
    let count = if pval >= alpha {
        0.0
    } else {
        2.0 * first(|pairs| with(pairs) >= alpha)?
    };
    Ok(FailSafe {
        count,
        pval: Some(pval),
        estimate: None,
        target: None,
    })
}

/// Orwin's number: until the mean effect is `target`, half of what it is if none is given.
///
/// # Errors
/// Fewer than two studies or variances that are not above 0.
pub fn orwin(yi: &[f64], vi: &[f64], target: Option<f64>) -> Result<FailSafe, MetaError> {
    check("a fail-safe number", 2, yi, vi)?;
    let mean = common_effect(yi, vi).0;
    let mut target = target.unwrap_or(0.5 * mean);
    if target * mean < 0.0 {
        target = -target;
    }
    let count = if target == 0.0 {
        f64::INFINITY
    } else {
        whole((yi.len() as f64 * (mean - target) / target).max(0.0))
    };
    Ok(FailSafe {
        count,
        pval: None,
        estimate: Some(mean),
        target: Some(target),
    })
}

/// Rosenberg's number: until the common effect is no longer significant at `alpha`.
///
/// # Errors
/// As [`rosenthal`].
pub fn rosenberg(yi: &[f64], vi: &[f64], alpha: f64) -> Result<FailSafe, MetaError> {
    check("a fail-safe number", 2, yi, vi)?;
    check_alpha(alpha)?;
    let (mean, variance) = common_effect(yi, vi);
    let total = 1.0 / variance;
    let ratio = mean * total / normal::quantile(0.5 * alpha);
    Ok(FailSafe {
        count: whole(((ratio * ratio - total) * typical(vi)).max(0.0)),
        pval: Some(normal::two_sided(mean / variance.sqrt())),
        estimate: Some(mean),
        target: None,
    })
}

/// The sampling variance of an added study: the harmonic mean.
fn typical(vi: &[f64]) -> f64 {
    vi.len() as f64 / vi.iter().map(|v| 1.0 / v).sum::<f64>()
}

fn check_alpha(alpha: f64) -> Result<(), MetaError> {
    if alpha > 0.0 && alpha < 1.0 {
        Ok(())
    } else {
        Err(MetaError::field(
            "alpha",
            format!("expected a number between 0 and 1, found {alpha}"),
        ))
    }
}

fn not_found() -> MetaError {
    MetaError::NotConverged {
        what: "the fail-safe number",
        reason: "no number of added studies below ten millions is enough".to_owned(),
    }
}

/// The general number: studies with the typical variance and the spread that the effects have are added to the model.
///
/// # Errors
/// As [`rosenthal`], and where the model cannot be fitted.
pub fn general(yi: &[f64], vi: &[f64], options: &GeneralOptions) -> Result<General, MetaError> {
    check("a fail-safe number", 2, yi, vi)?;
    check_alpha(options.alpha)?;
    let data = Data::without_moderators(yi.to_vec(), vi.to_vec());
    let fit = refit(&data, &options.pool, options.stopping)?;
    let now = State {
        estimate: fit.beta[0],
        tau2: fit.tau2,
        pval: fit.pval[0],
    };
    let model = Model {
        yi,
        vi,
        options,
        typical: typical(vi),
        now,
    };
    let most = 50.0 * yi.len() as f64;
    let count = match options.target {
        None if now.pval >= options.alpha => 0.0,
        None => search(0.0, most, 1.0, |count| {
            model
                .with(count)
                .map_or(f64::NAN, |state| state.pval - options.alpha)
        })?,
        Some(target) => {
            let target = if target * now.estimate < 0.0 {
                -target
            } else {
                target
            };
            if target == 0.0 {
                f64::INFINITY
            } else if target.abs() >= now.estimate.abs() {
                0.0
            } else {
                let direction = if now.estimate > 0.0 { -1.0 } else { 1.0 };
                search(0.0, most, direction, |count| {
                    model
                        .with(count)
                        .map_or(f64::NAN, |state| state.estimate - target)
                })?
            }
        }
    };
    let count = whole(count);
    let after = if count == 0.0 || count.is_infinite() {
        now
    } else {
        model.with(count)?
    };
    Ok(General {
        count,
        estimate: now.estimate,
        tau2: now.tau2,
        pval: now.pval,
        estimate_after: after.estimate,
        tau2_after: after.tau2,
        pval_after: after.pval,
    })
}

#[derive(Clone, Copy)]
struct State {
    estimate: f64,
    tau2: f64,
    pval: f64,
}

struct Model<'d> {
    yi: &'d [f64],
    vi: &'d [f64],
    options: &'d GeneralOptions,
    typical: f64,
    now: State,
}

impl Model<'_> {
    /// The model with whole studies added, as many as `count` says.
    fn with(&self, count: f64) -> Result<State, MetaError> {
        let count = count.floor().max(0.0);
        let exact = (self.options.exact || self.options.pool.test.is_t()) && count <= 5000.0;
        let mut state = if exact {
            self.fitted(count as usize)?
        } else {
            self.by_moments(count)
        };
        let mean = self.options.missing_mean;
        if self.options.target.is_none() && mean * state.estimate > 0.0 {
            state.pval = 1.0;
        }
        Ok(state)
    }

    fn fitted(&self, count: usize) -> Result<State, MetaError> {
        let spread = (self.typical + self.now.tau2).sqrt();
        // Any values with the mean 0 and the variance 1: the estimators know no more of studies of one variance.
        let half = count / 2;
        let size = if count > 1 {
            ((count - 1) as f64 / (2 * half) as f64).sqrt()
        } else {
            0.0
        };
        let added = (0..count).map(|i| {
            let sign = match i {
                i if i < half => 1.0,
                i if i < 2 * half => -1.0,
                _ => 0.0,
            };
            sign * size * spread + self.options.missing_mean
        });
        let data = Data::without_moderators(
            self.yi.iter().copied().chain(added).collect(),
            self.vi
                .iter()
                .copied()
                .chain(core::iter::repeat_n(self.typical, count))
                .collect(),
        );
        let fit = refit(&data, &self.options.pool, self.options.stopping)?;
        Ok(State {
            estimate: fit.beta[0],
            tau2: fit.tau2,
            pval: fit.pval[0],
        })
    }

    fn by_moments(&self, count: f64) -> State {
        let (k, mean) = (self.yi.len() as f64, self.options.missing_mean);
        let now = self.now;
        let tau2 = if self.options.pool.method == Method::EqualEffects {
            0.0
        } else if let Some(tau2) = self.options.pool.tau2 {
            tau2
        } else {
            let all = (k * now.estimate + count * mean) / (k + count);
            let within = (k - 1.0 + (count - 1.0).max(0.0)) * now.tau2;
            let between =
                k * (now.estimate - all) * (now.estimate - all) + count * (mean - all) * (mean - all);
            ((within + between) / (k + count - 1.0)).max(0.0)
        };
        let added = self.typical + tau2;
        let (estimate, se) = if self.options.pool.weighted {
            let total: f64 = self.vi.iter().map(|v| 1.0 / (v + tau2)).sum::<f64>() + count / added;
            let sum: f64 = self.yi.iter().zip(self.vi).map(|(y, v)| y / (v + tau2)).sum();
            ((sum + count * mean / added) / total, (1.0 / total).sqrt())
        } else {
            let variances: f64 = self.vi.iter().map(|v| v + tau2).sum::<f64>() + count * added;
            let sum: f64 = self.yi.iter().sum::<f64>() + count * mean;
            (sum / (k + count), variances.sqrt() / (k + count))
        };
        State {
            estimate,
            tau2,
            pval: normal::two_sided(estimate / se),
        }
    }
}

/// The first whole number for which `holds`, which then holds for all above.
fn first(holds: impl Fn(f64) -> bool) -> Result<f64, MetaError> {
    let (mut below, mut above) = (0.0, 1.0);
    while !holds(above) {
        (below, above) = (above, 2.0 * above);
        if above > 1e9 {
            return Err(not_found());
        }
    }
    while above - below > 1.0 {
        let middle = (0.5 * (below + above)).floor();
        if holds(middle) {
            above = middle;
        } else {
            below = middle;
        }
    }
    Ok(above)
}

/// Where `f`, which changes at whole numbers only, changes its sign, from below 0 to above if `direction` is 1: by the
/// root finder of Dekker and Brent with the bounds, the widening and the tolerance that R's `uniroot` has. On a function
/// with steps it ends on the side of the step that is nearer to 0: which of two neighbouring counts is told depends on it,
/// and the packages tell that one.
fn search(low: f64, high: f64, direction: f64, mut f: impl FnMut(f64) -> f64) -> Result<f64, MetaError> {
    const MOST: f64 = 1e7;
    // At the limit the search ends, without an answer.
    let mut f = |x: f64| if x.floor() >= MOST { 0.0 } else { f(x) };
    let told = |x: f64| {
        if x.floor() >= MOST {
            Err(not_found())
        } else {
            Ok(x)
        }
    };
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (f(a), f(b));
    let mut step = 0.01 * b.abs().max(1e-4);
    while direction * fb < 0.0 {
        b += step;
        fb = f(b);
        step *= 2.0;
    }
    if fa.is_nan() || fb.is_nan() || fa * fb > 0.0 {
        return Err(not_found());
    }
    let tolerance = f64::EPSILON.sqrt().sqrt();
    if fa == 0.0 {
        return Ok(a);
    }
    if fb == 0.0 {
        return told(b);
    }
    let (mut c, mut fc) = (a, fa);
    for _ in 0..1000 {
        let before = b - a;
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let near = 2.0 * f64::EPSILON * b.abs() + 0.5 * tolerance;
        let mut step = 0.5 * (c - b);
        if step.abs() <= near || fb == 0.0 {
            return told(b);
        }
        if before.abs() >= near && fa.abs() > fb.abs() {
            let whole = c - b;
            let (mut p, mut q);
            if a == c {
                let t = fb / fa;
                p = whole * t;
                q = 1.0 - t;
            } else {
                let (r, s, t) = (fa / fc, fb / fc, fb / fa);
                p = t * (whole * r * (r - s) - (b - a) * (s - 1.0));
                q = (r - 1.0) * (s - 1.0) * (t - 1.0);
            }
            if p > 0.0 {
                q = -q;
            } else {
                p = -p;
            }
            if p < 0.75 * whole * q - (near * q).abs() / 2.0 && p < (before * q / 2.0).abs() {
                step = p / q;
            }
        }
        if step.abs() < near {
            step = near.copysign(step);
        }
        (a, fa) = (b, fb);
        b += step;
        fb = f(b);
        if fb.is_nan() {
            return Err(not_found());
        }
        if (fb > 0.0) == (fc > 0.0) {
            (c, fc) = (a, fa);
        }
    }
    told(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const YI: [f64; 5] = [0.6, 0.4, 0.8, 0.3, 0.5];
    const VI: [f64; 5] = [0.04, 0.03, 0.05, 0.02, 0.04];

    #[test]
    fn adding_rosenthals_number_of_null_studies_does_what_it_says() {
        let n = rosenthal(&YI, &VI, 0.05, Combination::Stouffer).unwrap().count;
        let sum: f64 = YI.iter().zip(VI).map(|(y, v): (&f64, f64)| y / v.sqrt()).sum();
        let p = |added: f64| normal::cdf(-sum / (5.0 + added).sqrt());
        assert!(p(n) >= 0.05 && p(n - 1.0) < 0.05, "{n}");
    }

    #[test]
    fn orwin_halves_by_doubling_the_studies() {
        let found = orwin(&YI, &VI, None).unwrap();
        assert_eq!(found.count, 5.0);
        assert_eq!(orwin(&YI, &VI, Some(0.0)).unwrap().count, f64::INFINITY);
        assert_eq!(orwin(&YI, &VI, Some(-0.1)).unwrap().target, Some(0.1));
    }

    #[test]
    fn the_general_number_takes_the_effect_away() {
        for exact in [false, true] {
            let options = GeneralOptions {
                pool: Options::default(),
                alpha: 0.05,
                target: None,
                exact,
                missing_mean: 0.0,
                stopping: Stopping::Exact,
            };
            let found = general(&YI, &VI, &options).unwrap();
            assert!(
                found.count > 5.0 && found.pval < 0.05 && found.pval_after >= 0.05,
                "{found:?}"
            );
            let down = GeneralOptions {
                target: Some(0.2),
                ..options
            };
            let found = general(&YI, &VI, &down).unwrap();
            assert!(
                found.estimate_after <= 0.2 && found.estimate_after > 0.15,
                "{found:?}"
            );
        }
    }

    #[test]
    fn the_sign_test_adds_the_first_pairs_that_tell_nothing() {
        let of = |yi: &[f64]| binomial(yi, &vec![0.1; yi.len()], 0.05).unwrap().count;
        for positive in 6..40 {
            let yi: Vec<f64> = (0..positive + 2)
                .map(|i| if i < positive { 0.3 } else { -0.3 })
                .collect();
            let p = |added: f64| {
                super::super::excess::binomial_p(
                    positive as f64 + added / 2.0,
                    (positive + 2) as f64 + added,
                    0.5,
                    super::super::Alternative::TwoSided,
                )
            };
            let mut one_by_one = 0.0;
            while p(one_by_one) < 0.05 {
                one_by_one += 2.0;
            }
            assert_eq!(of(&yi), one_by_one, "{positive}");
        }
        // Three thousand studies with one sign.
        assert!(of(&vec![0.3; 3000]) > 2e6);
    }

    #[test]
    fn the_limit_of_the_search_is_no_answer() {
        let options = GeneralOptions {
            pool: Options {
                method: Method::EqualEffects,
                ..Options::default()
            },
            alpha: 0.05,
            target: Some(1e-9),
            exact: false,
            missing_mean: 0.0,
            stopping: Stopping::Exact,
        };
        let refused = general(&YI, &VI, &options);
        assert!(
            matches!(refused, Err(MetaError::NotConverged { .. })),
            "{refused:?}"
        );
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(rosenthal(&[0.1], &[0.1], 0.05, Combination::Stouffer).is_err());
        assert!(rosenthal(&YI, &VI, 1.5, Combination::Fisher).is_err());
        assert!(rosenberg(&YI, &[0.1, 0.1, 0.0, 0.1, 0.1], 0.05).is_err());
    }
}
