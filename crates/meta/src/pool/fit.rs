//! Coefficients, tests, heterogeneity and likelihood, once tau2 is known.

use euthymia_stats::{f, gamma, normal, student};
use euthymia_vecmath::scalar::ln;
use nalgebra::{DMatrix, DVector};

use super::projection::{cross, fitted};
use super::{Data, Fit, Method, Options, Projection, Test, estimate};
use crate::MetaError;
use crate::linear::{check_rank, inverse_spd, ln_determinant};

/// Fits the model.
///
/// # Errors
/// No studies, moderators that depend on each other, or an estimator that does not converge.
pub fn fit(data: &Data, options: &Options) -> Result<Fit, MetaError> {
    let (k, p) = (data.yi.len(), data.x.ncols());
    if k == 0 {
        return Err(MetaError::TooFew {
            what: "a pooled estimate",
            needed: 1,
            found: 0,
        });
    }
    if k == 1 && options.test != Test::Z {
        // One study leaves no degree of freedom for t: its own standard error is all there is, as in metafor.
        let normal = Options {
            test: Test::Z,
            ..options.clone()
        };
        return fit(data, &normal);
    }
    check_rank(&data.x, &data.names)?;
    // Moderators as they come (a year beside a share) cost half of the digits in `X'WX`: everything is computed in an
    // orthonormal basis of the same space, which changes nothing but the coefficients, and these are turned back.
    let (basis, back) = orthonormal(&data.x);
    let given = data;
    let data = &Data {
        x: basis,
        ..given.clone()
    };
    let found = estimate(data, options)?;
    let tau2 = found.tau2;
    let singular = || MetaError::Singular {
        columns: data.names.join(", "),
    };
    let inverse_variances: Vec<f64> = data.vi.iter().map(|v| 1.0 / (v + tau2)).collect();
    let projection = Projection::new(&data.x, inverse_variances).ok_or_else(singular)?;
    let estimated = coefficients(data, options, &projection).ok_or_else(singular)?;
    let (k_real, p_real) = (k as f64, p as f64);
    let free = k_real - p_real;

    let mut scale = 1.0;
    if options.test.is_scaled() {
        let rest = projection.form(&data.yi);
        scale = if rest <= f64::EPSILON { 0.0 } else { rest / free };
        if options.test == Test::AdHoc {
            scale = scale.max(1.0);
        }
    }
    let vcov = &back * (estimated.variance * scale) * back.transpose();
    let beta = &back * &estimated.beta;
    let tests = Tests::of(&beta, &vcov, given, options, free);

    let at_zero = Projection::new(&data.x, data.vi.iter().map(|v| 1.0 / v).collect()).ok_or_else(singular)?;
    let heterogeneity = Heterogeneity::of(data, options.method, tau2, &at_zero, free);

    let rest: f64 = fitted(&data.x, &estimated.beta)
        .zip(&data.yi)
        .zip(&projection.a)
        .map(|((fitted, y), a)| a * (y - fitted) * (y - fitted))
        .sum();
    let likelihood = Likelihood::of(data, options, tau2, &projection, rest).ok_or_else(singular)?;

    let mut fit = Fit {
        k,
        p,
        se: tests.se,
        zval: tests.zval,
        pval: tests.pval,
        ci_lb: tests.ci_lb,
        ci_ub: tests.ci_ub,
        beta,
        vcov,
        tau2,
        se_tau2: found.se,
        i2: heterogeneity.i2,
        h2: heterogeneity.h2,
        vt: heterogeneity.vt,
        r2: None,
        qe: heterogeneity.qe,
        qe_p: heterogeneity.qe_p,
        qm: tests.qm,
        qm_df: tests.qm_df,
        qm_p: tests.qm_p,
        ddf: options.test.is_t().then_some(free),
        s2w: scale,
        ll: likelihood.ll,
        dev: likelihood.dev,
        aic: likelihood.aic,
        bic: likelihood.bic,
        aicc: likelihood.aicc,
        weights: estimated.weights,
        options: options.clone(),
    };
    if !is_intercept_only(given) && holds_intercept(&data.x) {
        fit.r2 = explained(given, options, &fit)?;
    }
    Ok(fit)
}

/// A basis Q of the columns of X with `Q'Q = 1`, and `R^-1` of `X = Q R`. A mean stays as it is.
fn orthonormal(x: &DMatrix<f64>) -> (DMatrix<f64>, DMatrix<f64>) {
    let p = x.ncols();
    if p == 1 {
        return (x.clone(), DMatrix::identity(1, 1));
    }
    let qr = x.clone().qr();
    match qr.r().try_inverse() {
        Some(back) => (qr.q(), back),
        None => (x.clone(), DMatrix::identity(p, p)),
    }
}

/// Whether the model is a mean and nothing else.
fn is_intercept_only(data: &Data) -> bool {
    data.x.ncols() == 1 && data.x.iter().all(|x| *x == 1.0)
}

/// Whether a combination of the columns is 1 everywhere.
fn holds_intercept(x: &DMatrix<f64>) -> bool {
    let ones = vec![1.0; x.nrows()];
    Projection::new(x, ones.clone())
        .is_some_and(|projection| projection.form(&ones) < 1e-10 * x.nrows() as f64)
}

struct Coefficients {
    beta: DVector<f64>,
    variance: DMatrix<f64>,
    weights: Vec<f64>,
}

/// By the inverse variances, by weights of the user, or all alike.
fn coefficients(data: &Data, options: &Options, projection: &Projection<'_>) -> Option<Coefficients> {
    let weights = match (&options.weights, options.weighted) {
        (_, false) => vec![1.0; data.yi.len()],
        (Some(weights), true) => weights.clone(),
        (None, true) => {
            return Some(Coefficients {
                beta: projection.coefficients(&data.yi),
                variance: projection.inverse.clone(),
                weights: projection.a.clone(),
            });
        }
    };
    let other = Projection::new(&data.x, weights)?;
    let middle = cross(
        &data.x,
        other
            .a
            .iter()
            .zip(&projection.a)
            .map(|(weight, a)| weight * weight / a),
    );
    Some(Coefficients {
        beta: other.coefficients(&data.yi),
        variance: &other.inverse * middle * &other.inverse,
        weights: other.a,
    })
}

struct Tests {
    se: Vec<f64>,
    zval: Vec<f64>,
    pval: Vec<f64>,
    ci_lb: Vec<f64>,
    ci_ub: Vec<f64>,
    qm: Option<f64>,
    qm_df: (f64, Option<f64>),
    qm_p: Option<f64>,
}

impl Tests {
    fn of(beta: &DVector<f64>, vcov: &DMatrix<f64>, data: &Data, options: &Options, free: f64) -> Self {
        let is_t = options.test.is_t();
        let se: Vec<f64> = vcov.diagonal().iter().map(|v| v.max(0.0).sqrt()).collect();
        let zval: Vec<f64> = beta.iter().zip(&se).map(|(b, se)| b / se).collect();
        let two_sided = |z: &f64| match is_t {
            true if free > 0.0 => student::two_sided(free, *z),
            true => f64::NAN,
            false => normal::two_sided(*z),
        };
        let upper = 0.5 * (1.0 + options.level);
        let critical = match is_t {
            true if free > 0.0 => student::quantile(free, upper),
            true => f64::NAN,
            false => normal::quantile(upper),
        };
        let bound = |sign: f64| {
            beta.iter()
                .zip(&se)
                .map(|(b, se)| b + sign * critical * se)
                .collect()
        };
        // All coefficients but the intercept; all of them where there is no other.
        let first = usize::from(data.intercept && beta.len() > 1);
        let m = beta.len() - first;
        let tested = beta.rows(first, m);
        let quadratic = inverse_spd(&vcov.view((first, first), (m, m)).clone_owned())
            .map(|inverse| (tested.transpose() * inverse * tested)[(0, 0)]);
        let m = m as f64;
        let (qm, qm_df, qm_p) = if is_t {
            let qm = quadratic.map(|q| q / m);
            let p = qm.filter(|_| free > 0.0).map(|q| f::above(m, free, q));
            (qm, (m, Some(free)), p)
        } else {
            (
                quadratic,
                (m, None),
                quadratic.map(|q| gamma::chi_square_above(m, q)),
            )
        };
        Self {
            pval: zval.iter().map(two_sided).collect(),
            ci_lb: bound(-1.0),
            ci_ub: bound(1.0),
            se,
            zval,
            qm,
            qm_df,
            qm_p,
        }
    }
}

struct Heterogeneity {
    qe: f64,
    qe_p: f64,
    i2: f64,
    h2: f64,
    vt: f64,
}

impl Heterogeneity {
    fn of(data: &Data, method: Method, tau2: f64, at_zero: &Projection<'_>, free: f64) -> Self {
        if free <= 0.0 {
            return Self {
                qe: 0.0,
                qe_p: 1.0,
                i2: 0.0,
                h2: 1.0,
                vt: 0.0,
            };
        }
        let qe = at_zero.form(&data.yi).max(0.0);
        let vt = free / at_zero.trace(|_| 1.0);
        let (i2, h2) = if method.is_random() {
            (100.0 * tau2 / (vt + tau2), tau2 / vt + 1.0)
        } else {
            let i2 = if qe > 0.0 {
                (100.0 * (qe - free) / qe).max(0.0)
            } else {
                0.0
            };
            (i2, qe / free)
        };
        Self {
            qe,
            qe_p: gamma::chi_square_above(free, qe),
            i2,
            h2,
            vt,
        }
    }
}

struct Likelihood {
    ll: f64,
    dev: f64,
    aic: f64,
    bic: f64,
    aicc: f64,
}

impl Likelihood {
    fn of(data: &Data, options: &Options, tau2: f64, projection: &Projection<'_>, rest: f64) -> Option<Self> {
        let ln_two_pi = ln(core::f64::consts::TAU);
        let (k, p) = (data.yi.len() as f64, data.x.ncols() as f64);
        let logs: f64 = data.vi.iter().map(|v| ln(v + tau2)).sum();
        let restricted = options.method == Method::Restricted;
        let estimated = options.method.is_random() && options.tau2.is_none();
        let parameters = p + f64::from(u8::from(estimated));
        let (ll, dev, n) = if restricted {
            let design = ln_determinant(&cross(&data.x, data.yi.iter().map(|_| 1.0)))?;
            let information = ln_determinant(&projection.inverse)?;
            let ll = -0.5 * (k - p) * ln_two_pi + 0.5 * design - 0.5 * logs + 0.5 * information - 0.5 * rest;
            (ll, -2.0 * ll, k - p)
        } else {
            let ll = -0.5 * k * ln_two_pi - 0.5 * logs - 0.5 * rest;
            let saturated: f64 = data.vi.iter().map(|v| -0.5 * (ln_two_pi + ln(*v))).sum();
            let dev = if k > p { -2.0 * (ll - saturated) } else { 0.0 };
            (ll, dev, k)
        };
        let most = n.max(parameters + 2.0);
        Some(Self {
            ll,
            dev,
            aic: -2.0 * ll + 2.0 * parameters,
            bic: -2.0 * ll + parameters * ln(n),
            aicc: -2.0 * ll + 2.0 * parameters * most / (most - parameters - 1.0),
        })
    }
}

/// Share of the variance that the moderators explain, in per cent: of tau2 (Raudenbush 1994); with equal effects the
/// adjusted R2 of the weighted regression.
fn explained(data: &Data, options: &Options, fit: &Fit) -> Result<Option<f64>, MetaError> {
    let (k, p) = (fit.k as f64, fit.p as f64);
    let share = if options.method.is_random() {
        let alone = Data {
            vi: data.vi.clone(),
            ..Data::without_moderators(data.yi.clone(), Vec::new())
        };
        let without = estimate(&alone, options)?.tau2;
        if without == 0.0 {
            0.0
        } else {
            (without - fit.tau2) / without
        }
    } else {
        let total: f64 = fit.weights.iter().sum();
        let mean = fit.weights.iter().zip(&data.yi).map(|(w, y)| w * y).sum::<f64>() / total;
        let all: f64 = fit
            .weights
            .iter()
            .zip(&data.yi)
            .map(|(w, y)| w * (y - mean) * (y - mean))
            .sum();
        let rest: f64 = fitted(&data.x, &fit.beta)
            .zip(data.yi.iter().zip(&fit.weights))
            .map(|(fitted, (y, w))| w * (y - fitted) * (y - fitted))
            .sum();
        1.0 - (rest / (k - p)) / (all / (k - 1.0))
    };
    Ok(Some((100.0 * share).max(0.0)).filter(|share| share.is_finite()))
}
