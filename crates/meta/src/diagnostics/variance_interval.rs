//! Confidence intervals of tau2.

use euthymia_stats::gamma::chi_square_quantile;
use euthymia_stats::normal;
use euthymia_stats::optimize::root;
use euthymia_vecmath::scalar::{exp, ln};

use crate::MetaError;
use crate::linear::ln_determinant;
use crate::pool::{Data, Fit, GeneralisedQ, Method, Projection};

/// How an interval of tau2 is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalMethod {
    /// Where Q lies between quantiles of chi-square (Viechtbauer 2007, doi:10.1002/sim.2514).
    QProfile,
    /// Where a generalised Q with the weights of the fit is not improbable (Jackson 2013, doi:10.1002/jrsm.1081).
    GeneralisedQ,
    /// Where the log-likelihood is not much less than at the estimate (Hardy and Thompson 1996).
    ProfileLikelihood,
    /// From the standard error of ln H (Higgins and Thompson 2002, doi:10.1002/sim.1186).
    HigginsThompson,
    /// Estimate and standard error.
    Wald,
    /// The same on the scale of ln tau2.
    WaldLog,
    /// The same on the scale of tau.
    WaldRoot,
}

/// Bounds of tau2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
    /// Whether no tau2 is in agreement with the data: the studies differ by less than chance lets them.
    pub empty: bool,
}

impl IntervalMethod {
    /// The method of a name of metafor's `type`.
    ///
    /// # Errors
    /// There is none.
    pub fn parse(name: &str) -> Result<Self, MetaError> {
        match name.to_ascii_lowercase().as_str() {
            "qp" => Ok(Self::QProfile),
            "genq" => Ok(Self::GeneralisedQ),
            "pl" => Ok(Self::ProfileLikelihood),
            "ht" => Ok(Self::HigginsThompson),
            "wald" => Ok(Self::Wald),
            "wald.log" => Ok(Self::WaldLog),
            "wald.sqrt" => Ok(Self::WaldRoot),
            _ => Err(MetaError::field(
                "type",
                format!("`{name}` is none of QP, GENQ, PL, HT, Wald, Wald.log, Wald.sqrt"),
            )),
        }
    }
}

/// The interval of tau2 with the coverage `level`.
///
/// # Errors
/// One study, no random effects, weights or a standard error that the method needs are missing, or a bound is not found.
pub fn variance_interval(
    data: &Data,
    fit: &Fit,
    method: IntervalMethod,
    level: f64,
) -> Result<Interval, MetaError> {
    if !fit.options.method.is_random() || fit.options.tau2.is_some() {
        return Err(MetaError::field(
            "method",
            "an interval of tau2 needs a model that estimates it",
        ));
    }
    if fit.k <= fit.p {
        return Err(MetaError::TooFew {
            what: "an interval of tau2",
            needed: fit.p + 1,
            found: fit.k,
        });
    }
    let outside = 1.0 - level;
    match method {
        IntervalMethod::QProfile => q_profile(data, fit, outside),
        IntervalMethod::GeneralisedQ => generalised_q(data, fit, outside),
        IntervalMethod::ProfileLikelihood => profile_likelihood(data, fit, level),
        IntervalMethod::HigginsThompson => higgins_thompson(fit, outside),
        IntervalMethod::Wald | IntervalMethod::WaldLog | IntervalMethod::WaldRoot => {
            wald(fit, method, outside)
        }
    }
}

fn no_bound(which: &'static str, fit: &Fit) -> MetaError {
    MetaError::NotConverged {
        what: which,
        reason: format!("no tau2 was found that far from {}", fit.tau2),
    }
}

fn at(data: &Data, tau2: f64) -> Option<Projection<'_>> {
    Projection::new(&data.x, data.vi.iter().map(|v| 1.0 / (v + tau2)).collect())
}

/// A size of tau2 to begin a search with.
fn scale(data: &Data, fit: &Fit) -> f64 {
    let mean = data.vi.iter().sum::<f64>() / data.vi.len() as f64;
    fit.tau2.max(mean).max(f64::MIN_POSITIVE)
}

/// The root of a function that is positive at `low` and falls below 0 somewhere above it.
fn falls_to_zero(low: f64, first: f64, f: impl Fn(f64) -> f64) -> Option<f64> {
    let mut high = low + first;
    while f(high) > 0.0 {
        high = low + (high - low) * 4.0;
        if high > 1e200 {
            return None;
        }
    }
    root(low, high, 0.0, f)
}

fn q_profile(data: &Data, fit: &Fit, outside: f64) -> Result<Interval, MetaError> {
    let free = fit.k as f64 - fit.p as f64;
    let q = |tau2: f64| at(data, tau2).map_or(f64::NAN, |projection| projection.form(&data.yi));
    let (small, large) = (
        chi_square_quantile(free, 0.5 * outside),
        chi_square_quantile(free, 1.0 - 0.5 * outside),
    );
    let at_zero = q(0.0);
    if at_zero < small {
        return Ok(Interval {
            lower: 0.0,
            upper: 0.0,
            empty: true,
        });
    }
    let bound = |target: f64| {
        if at_zero <= target {
            return Some(0.0);
        }
        falls_to_zero(0.0, scale(data, fit), |tau2| q(tau2) - target)
    };
    Ok(Interval {
        lower: bound(large).ok_or_else(|| no_bound("the lower bound of tau2", fit))?,
        upper: bound(small).ok_or_else(|| no_bound("the upper bound of tau2", fit))?,
        empty: false,
    })
}

fn generalised_q(data: &Data, fit: &Fit, outside: f64) -> Result<Interval, MetaError> {
    let given = matches!(
        fit.options.method,
        Method::GeneralisedQ | Method::GeneralisedQMedian
    );
    let weights = fit.options.weights.clone().filter(|_| given).ok_or_else(|| {
        MetaError::field(
            "type",
            "GENQ needs a model fitted with method GENQ or GENQM and its weights",
        )
    })?;
    let form = GeneralisedQ::new(data, weights).ok_or_else(|| MetaError::Singular {
        columns: data.names.join(", "),
    })?;
    if form.above(0.0) > 1.0 - 0.5 * outside {
        return Ok(Interval {
            lower: 0.0,
            upper: 0.0,
            empty: true,
        });
    }
    Ok(Interval {
        lower: form
            .tau2_at(0.5 * outside)
            .ok_or_else(|| no_bound("the lower bound of tau2", fit))?,
        upper: form
            .tau2_at(1.0 - 0.5 * outside)
            .ok_or_else(|| no_bound("the upper bound of tau2", fit))?,
        empty: false,
    })
}

fn profile_likelihood(data: &Data, fit: &Fit, level: f64) -> Result<Interval, MetaError> {
    let restricted = fit.options.method == Method::Restricted;
    let height = |tau2: f64| {
        at(data, tau2).map_or(f64::NAN, |projection| {
            let logs: f64 = projection.a.iter().map(|a| ln(*a)).sum();
            let integrated = if restricted {
                ln_determinant(&projection.inverse).unwrap_or(f64::NAN)
            } else {
                0.0
            };
            0.5 * (logs + integrated - projection.form(&data.yi))
        })
    };
    let (top, critical) = (height(fit.tau2), chi_square_quantile(1.0, level));
    // Positive where tau2 is in agreement with the data.
    let room = |tau2: f64| critical - 2.0 * (top - height(tau2));
    let lower = if room(0.0) >= 0.0 {
        Some(0.0)
    } else {
        root(0.0, fit.tau2, 0.0, room)
    };
    Ok(Interval {
        lower: lower.ok_or_else(|| no_bound("the lower bound of tau2", fit))?,
        upper: falls_to_zero(fit.tau2, scale(data, fit), room)
            .ok_or_else(|| no_bound("the upper bound of tau2", fit))?,
        empty: false,
    })
}

fn higgins_thompson(fit: &Fit, outside: f64) -> Result<Interval, MetaError> {
    if fit.p != 1 || fit.k <= 2 {
        return Err(MetaError::field(
            "type",
            "HT is for three studies or more and models without moderators",
        ));
    }
    let k = fit.k as f64;
    let se = if fit.qe > k {
        0.5 * (ln(fit.qe) - ln(k - 1.0)) / ((2.0 * fit.qe).sqrt() - (2.0 * k - 3.0).sqrt())
    } else {
        let rest = k - 2.0;
        (1.0 / (2.0 * rest) * (1.0 - 1.0 / (3.0 * rest * rest))).sqrt()
    };
    let half = normal::quantile(1.0 - 0.5 * outside) * 2.0 * se;
    let bound = |sign: f64| (exp(ln(fit.h2) + sign * half) - 1.0) * fit.vt;
    Ok(Interval {
        lower: bound(-1.0).max(0.0),
        upper: bound(1.0).max(0.0),
        empty: false,
    })
}

fn wald(fit: &Fit, method: IntervalMethod, outside: f64) -> Result<Interval, MetaError> {
    let se = fit
        .se_tau2
        .ok_or_else(|| MetaError::NoAnswer("tau2 of this estimator has no standard error".to_owned()))?;
    let half = normal::quantile(1.0 - 0.5 * outside) * se;
    let tau2 = fit.tau2;
    let (lower, upper) = match method {
        IntervalMethod::WaldLog if tau2 > 0.0 => {
            let ratio = half / tau2;
            (exp(ln(tau2) - ratio), exp(ln(tau2) + ratio))
        }
        IntervalMethod::WaldRoot if tau2 > 0.0 => {
            let (tau, half) = (tau2.sqrt(), half / (2.0 * tau2.sqrt()));
            (
                (tau - half).max(0.0) * (tau - half).max(0.0),
                (tau + half) * (tau + half),
            )
        }
        IntervalMethod::WaldLog | IntervalMethod::WaldRoot => (0.0, 0.0),
        _ => ((tau2 - half).max(0.0), tau2 + half),
    };
    Ok(Interval {
        lower,
        upper,
        empty: false,
    })
}
