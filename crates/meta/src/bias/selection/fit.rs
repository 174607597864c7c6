//! The maximum of the likelihood, and what its curvature says.

use euthymia_stats::{gamma, normal, optimize};
use euthymia_vecmath::scalar::{exp, ln};
use nalgebra::{DMatrix, DVector};

use super::likelihood::Likelihood;
use super::weight::{Bounds, Form};
use super::{Integration, Options, Selection};
use crate::MetaError;
use crate::bias::{Alternative, check};
use crate::linear::inverse_spd;
use crate::pool::{self, Data, Method};

/// Fits a selection model.
///
/// # Errors
/// Fewer studies than parameters, variances that are not above 0, bounds or parameters that the form cannot have, or no
/// maximum.
pub fn fit(data: &Data, options: &Options) -> Result<Selection, MetaError> {
    check("a selection model", 1, &data.yi, &data.vi)?;
    if options
        .tau2
        .is_some_and(|tau2| !(tau2 >= 0.0 && tau2.is_finite()))
    {
        return Err(MetaError::field("tau2", "is 0 or above"));
    }
    if options.largest.is_nan() || options.largest <= 1.0 {
        return Err(MetaError::field("delta_max", "is above 1"));
    }
    let steps = steps(options)?;
    let bounds = options.form.bounds(steps.len(), options.largest);
    let known = known(options, bounds.len())?;
    let (k, p) = (data.yi.len(), data.x.ncols());
    let estimated = known.iter().filter(|delta| delta.is_none()).count();
    let needed = p + usize::from(options.tau2.is_none()) + estimated;
    if k < needed {
        return Err(MetaError::TooFew {
            what: "this selection model",
            needed,
            found: k,
        });
    }
    if let Some(precision) = &options.precision {
        let good = precision.len() == k && precision.iter().all(|x| *x >= 0.0 && x.is_finite());
        if !good || matches!(options.form, Form::Step { .. } | Form::Beta | Form::Truncated) {
            let reason = "is for curves that fall with the p-value, and has a number for each study";
            return Err(MetaError::field("prec", reason));
        }
    }
    let unselected = pool::fit(
        data,
        &pool::Options {
            method: if options.tau2 == Some(0.0) {
                Method::EqualEffects
            } else {
                Method::MaximumLikelihood
            },
            level: options.level,
            tau2: options.tau2,
            ..pool::Options::default()
        },
    )?;
    let scaling = Scaling::of(data);
    let x = &data.x * &scaling.columns;
    let start = scaling.inverse() * &unselected.beta;
    let problem = Problem {
        likelihood: Likelihood::new(&data.yi, &data.vi, &x, options, steps),
        p,
        bounds,
        known,
        decreasing: options.form == Form::Step { decreasing: true },
    };
    let from = |fixed| problem.maximum(start.as_slice(), unselected.tau2, fixed, options.integration);
    let mut found = from(options.tau2)?;
    let mut homogeneous = None;
    if options.tau2.is_none() {
        let zero = from(Some(0.0))?;
        homogeneous = Some(zero.ll);
        if zero.ll >= found.ll {
            found = zero;
        }
    }
    let ll = found.ll;
    let curvature = problem.curvature(&found, data, options);
    let ratio = |other: f64| (2.0 * (ll - other)).max(0.0);
    let lrt_tau2 = homogeneous.map(ratio);
    let lrt = ratio(unselected.ll);
    let beta = &scaling.columns * DVector::from_column_slice(&found.beta);
    let vcov = curvature
        .beta
        .map(|vcov| &scaling.columns * vcov * scaling.columns.transpose());
    let se: Vec<Option<f64>> = (0..p)
        .map(|j| {
            vcov.as_ref()
                .map(|vcov| vcov[(j, j)].sqrt())
                .filter(|se| se.is_finite())
        })
        .collect();
    let critical = normal::quantile(0.5 * (1.0 + options.level));
    let each = |f: &dyn Fn(f64, f64) -> f64| -> Vec<Option<f64>> {
        se.iter()
            .zip(&beta)
            .map(|(se, beta)| se.map(|se| f(*beta, se)))
            .collect()
    };
    Ok(Selection {
        pval: each(&|beta, se| normal::two_sided(beta / se)),
        ci_lb: each(&|beta, se| beta - critical * se),
        ci_ub: each(&|beta, se| beta + critical * se),
        beta,
        vcov,
        se,
        tau2: found.tau2,
        se_tau2: curvature.tau2,
        se_delta: curvature.delta,
        counts: if matches!(options.form, Form::Step { .. }) {
            problem.likelihood.counts()
        } else {
            Vec::new()
        },
        steps: problem.likelihood.steps.clone(),
        delta: found.delta,
        ll,
        lrt,
        lrt_df: estimated,
        lrt_p: (estimated > 0).then(|| gamma::chi_square_above(estimated as f64, lrt)),
        lrt_tau2,
        lrt_tau2_p: lrt_tau2.map(|lrt| gamma::chi_square_above(1.0, lrt)),
        ll_unselected: unselected.ll,
    })
}

/// The bounds of the p-values as the form needs them.
fn steps(options: &Options) -> Result<Vec<f64>, MetaError> {
    let wrong = |reason: &str| Err(MetaError::field("steps", reason.to_owned()));
    let mut steps = options.steps.clone();
    if steps.iter().any(|step| !step.is_finite()) {
        return wrong("holds what is no number");
    }
    steps.sort_by(f64::total_cmp);
    steps.dedup();
    if options.form == Form::Truncated {
        if options.alternative == Alternative::TwoSided {
            return Err(MetaError::field(
                "alternative",
                "truncation has a side: `greater` or `less`",
            ));
        }
        return match steps.len() {
            0 => Ok(vec![0.0]),
            1 => Ok(steps),
            _ => wrong("truncation is at one effect size"),
        };
    }
    if steps.iter().any(|step| !(0.0..=1.0).contains(step)) {
        return wrong("the bounds are p-values between 0 and 1");
    }
    match options.form {
        Form::Beta if steps.is_empty() => return Ok(vec![0.0, 1.0]),
        Form::Beta if steps.len() == 2 => return Ok(steps),
        Form::Beta => return wrong("the beta form has two bounds or none"),
        _ => {}
    }
    let step_function = matches!(options.form, Form::Step { .. });
    if steps.is_empty() {
        return if step_function {
            wrong("a step function needs bounds")
        } else {
            Ok(vec![0.0])
        };
    }
    if steps[0] == 0.0 {
        return wrong("the lowest bound must be above 0");
    }
    if steps[steps.len() - 1] != 1.0 {
        steps.push(1.0);
    }
    if step_function && steps.len() < 2 {
        return wrong("a step function needs a bound below 1");
    }
    if !step_function && steps.len() != 2 {
        return wrong("this form has one bound");
    }
    Ok(steps)
}

/// The parameters that are known.
fn known(options: &Options, count: usize) -> Result<Vec<Option<f64>>, MetaError> {
    let mut known = match options.delta.len() {
        0 => vec![None; count],
        1 => vec![options.delta[0]; count],
        given if given == count => options.delta.clone(),
        given => {
            let reason = format!("this form has {count} parameters, {given} are given");
            return Err(MetaError::field("delta", reason));
        }
    };
    if known
        .iter()
        .flatten()
        .any(|delta| !(*delta >= 0.0 && delta.is_finite()))
    {
        return Err(MetaError::field("delta", "a parameter is 0 or above"));
    }
    // Only ratios count: the first step is the measure of the others.
    if let Form::Step { decreasing } = options.form
        && (decreasing || known[0].is_none())
    {
        known[0] = Some(1.0);
    }
    Ok(known)
}

/// Columns that are no dummies, centred and scaled: what was one unit of money and one of years becomes alike.
struct Scaling {
    columns: DMatrix<f64>,
}

impl Scaling {
    fn of(data: &Data) -> Self {
        let p = data.x.ncols();
        let mut columns = DMatrix::identity(p, p);
        if data.intercept && p > 1 {
            for j in 1..p {
                let column: Vec<f64> = data.x.column(j).iter().copied().collect();
                if column.iter().all(|x| *x == 0.0 || *x == 1.0) {
                    continue;
                }
                let k = column.len() as f64;
                let mean = column.iter().sum::<f64>() / k;
                let sd = (column.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (k - 1.0)).sqrt();
                columns[(j, j)] = 1.0 / sd;
                columns[(0, j)] = -mean / sd;
            }
        }
        Self { columns }
    }

    /// It is a unit upper triangle but for its diagonal, which is above 0.
    fn inverse(&self) -> DMatrix<f64> {
        let p = self.columns.ncols();
        let mut inverse = DMatrix::identity(p, p);
        for j in 1..p {
            inverse[(j, j)] = 1.0 / self.columns[(j, j)];
            inverse[(0, j)] = -self.columns[(0, j)] / self.columns[(j, j)];
        }
        inverse
    }
}

struct Problem<'d> {
    likelihood: Likelihood<'d>,
    p: usize,
    bounds: Vec<Bounds>,
    known: Vec<Option<f64>>,
    decreasing: bool,
}

struct Found {
    beta: Vec<f64>,
    tau2: f64,
    delta: Vec<f64>,
    ll: f64,
}

/// What the curvature says of each part; `None` where there is no inverse.
struct Curvature {
    beta: Option<DMatrix<f64>>,
    tau2: Option<f64>,
    delta: Vec<Option<f64>>,
}

impl Problem<'_> {
    /// Parameters without bounds: coefficients, ln tau2 where it is not fixed, each unknown delta mapped from its interval.
    fn split(&self, at: &[f64], fixed: Option<f64>) -> (f64, Vec<f64>) {
        let mut rest = at[self.p..].iter().copied();
        let tau2 = fixed.unwrap_or_else(|| rest.next().map_or(0.0, exp));
        let tau2 = if tau2 < 10.0 * f64::EPSILON { 0.0 } else { tau2 };
        let mut before = 1.0;
        let delta = self.known.iter().zip(&self.bounds).map(|(known, bounds)| {
            let value = match known {
                Some(known) => *known,
                None => {
                    let free = rest.next().unwrap_or(0.0);
                    if self.decreasing {
                        before * exp(-exp(free))
                    } else {
                        bounds.inside(free)
                    }
                }
            };
            before = value;
            value
        });
        let delta = delta.collect();
        (tau2, delta)
    }

    fn start(&self, beta: &[f64], tau2: f64, fixed: Option<f64>) -> Vec<f64> {
        let mut at = beta.to_vec();
        if fixed.is_none() {
            at.push(ln(tau2 + 1e-3));
        }
        for bounds in self
            .known
            .iter()
            .zip(&self.bounds)
            .filter_map(|(known, b)| known.is_none().then_some(b))
        {
            at.push(if self.decreasing {
                -2.0
            } else {
                bounds.free(bounds.start)
            });
        }
        at
    }

    fn maximum(
        &self,
        beta: &[f64],
        tau2: f64,
        fixed: Option<f64>,
        integration: Integration,
    ) -> Result<Found, MetaError> {
        let start = self.start(beta, tau2, fixed);
        let ln_at = |at: &[f64], integration| {
            let (tau2, delta) = self.split(at, fixed);
            self.likelihood.ln(&at[..self.p], tau2, &delta, integration)
        };
        let mut found = optimize::minimize(&start, |at| -ln_at(at, Integration::Exact));
        // There may be more than one maximum, as one where effects do not vary: other ways down from here, and from effects
        // that vary more.
        let mut others = vec![start.clone()];
        if fixed.is_none() {
            let vi: f64 = self.likelihood.mean_variance();
            others.push(self.start(beta, tau2.max(vi), fixed));
        }
        for other in others {
            let other = optimize::descend(&other, |at| -ln_at(at, Integration::Exact));
            if other.value < found.value - 1e-8 {
                found = optimize::minimize(&other.x, |at| -ln_at(at, Integration::Exact));
            }
        }
        if !found.value.is_finite() {
            return Err(MetaError::NotConverged {
                what: "the selection model",
                reason: "its likelihood is 0 wherever it was looked at; try fewer bounds, or another form"
                    .to_owned(),
            });
        }
        // What is reported is computed with another integral: its maximum is beside, and its slopes there are 0.
        let mut at = found.x;
        let mut value = found.value;
        if integration != Integration::Exact && self.likelihood.has_curve() {
            let nearby = optimize::descend_nearby(&at, |at| -ln_at(at, integration));
            if nearby.value.is_finite() {
                (at, value) = (nearby.x, nearby.value);
            }
        }
        let (tau2, delta) = self.split(&at, fixed);
        Ok(Found {
            beta: at[..self.p].to_vec(),
            tau2,
            delta,
            ll: -value,
        })
    }

    /// Second derivatives by what is reported, not by what was searched in. A variance that is 0, and a step that is 0, lie
    /// at the edge: they count as known.
    fn curvature(&self, found: &Found, data: &Data, options: &Options) -> Curvature {
        let least = data.vi.iter().fold(1e-4_f64, |least, v| least.min(v / 10.0));
        let free_tau2 = options.tau2.is_none() && found.tau2 >= least;
        let step = matches!(options.form, Form::Step { .. });
        let free: Vec<usize> = (0..self.known.len())
            .filter(|j| self.known[*j].is_none() && !(step && found.delta[*j] < 1e-4))
            .collect();
        let mut at = found.beta.clone();
        at.extend(free_tau2.then_some(found.tau2));
        at.extend(free.iter().map(|j| found.delta[*j]));
        let hessian = optimize::hessian_wide(&at, |at| {
            let mut rest = at[self.p..].iter().copied();
            let tau2 = if free_tau2 {
                rest.next().unwrap_or(0.0)
            } else {
                found.tau2
            };
            let mut delta = found.delta.clone();
            for (j, value) in free.iter().zip(rest) {
                delta[*j] = value;
            }
            -self
                .likelihood
                .ln(&at[..self.p], tau2, &delta, options.integration)
        });
        let n = at.len();
        let hessian = DMatrix::from_row_slice(n, n, &hessian);
        let inverse = hessian
            .iter()
            .all(|x| x.is_finite())
            .then(|| inverse_spd(&hessian))
            .flatten();
        let sd = |place: usize| inverse.as_ref().map(|inverse| inverse[(place, place)].sqrt());
        let mut delta = vec![None; self.known.len()];
        for (place, j) in free.iter().enumerate() {
            delta[*j] = sd(self.p + usize::from(free_tau2) + place);
        }
        Curvature {
            beta: inverse
                .as_ref()
                .map(|inverse| inverse.view((0, 0), (self.p, self.p)).into_owned()),
            tau2: free_tau2.then(|| sd(self.p)).flatten(),
            delta,
        }
    }
}
