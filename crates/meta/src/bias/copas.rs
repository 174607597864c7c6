//! The Copas selection model: a study is seen if a latent score, `g0 + g1 / se`, correlated with its effect, is above 0.
//!
//! Copas and Shi 2000 (doi:10.1093/biostatistics/1.3.247) and 2001 (doi:10.1177/096228020101000402). The two selection
//! parameters cannot be estimated; the estimate is followed along a line across their contours, from no selection on, and
//! the first is taken at which what is left of the asymmetry no longer shows (Carpenter et al. 2009,
//! doi:10.1016/j.jclinepi.2008.12.002; Schwarzer, Carpenter and Rücker 2010).

mod contour;

use euthymia_stats::{gamma, normal, optimize};
use euthymia_vecmath::scalar::{exp, ln, tanh};
use nalgebra::DMatrix;

use super::check;
use super::regression::{Interval, Predictor, Variance, regression_test};
use crate::MetaError;
use crate::pool::{self, Data};
use contour::{Line, contours, pretty};

/// How the model is followed.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The random-effects model to begin with.
    pub pool: pool::Options,
    /// Range of `g0`; chosen from the standard errors if none is given.
    pub gamma0: Option<(f64, f64)>,
    /// Range of `g1`.
    pub gamma1: Option<(f64, f64)>,
    /// Points of each range.
    pub grid: usize,
    /// About how many contours.
    pub levels: usize,
    /// Largest magnitude of the correlation.
    pub rho_bound: f64,
    /// Probability below which asymmetry still shows.
    pub alpha: f64,
    /// Whether large effects of small studies are suspected; by Egger's regression if it is not said.
    pub left: Option<bool>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pool: pool::Options {
                method: pool::Method::MaximumLikelihood,
                ..pool::Options::default()
            },
            gamma0: None,
            gamma1: None,
            grid: 20,
            levels: 10,
            rho_bound: 0.9999,
            alpha: 0.1,
            left: None,
        }
    }
}

/// The model for one pair of selection parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// `g0`.
    pub gamma0: f64,
    /// `g1`.
    pub gamma1: f64,
    /// Probability that the study with the largest standard error is seen.
    pub seen: f64,
    /// The effect.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Whether that is the one of the step before (of the random-effects model for the first), as metasens takes it: the
    /// likelihood has no curvature here that would make a variance.
    pub se_borrowed: bool,
    /// Correlation of score and effect.
    pub rho: f64,
    /// Standard deviation between studies.
    pub tau: f64,
    /// Probability of the asymmetry that is left.
    pub pval: f64,
    /// About how many studies are unseen.
    pub unseen: f64,
}

/// The model along the line.
#[derive(Clone, Debug, PartialEq)]
pub struct Copas {
    /// From no selection to strong selection.
    pub steps: Vec<Step>,
    /// The step that is taken; none where asymmetry shows in all.
    pub chosen: Option<Step>,
    /// Its estimate with its interval.
    pub adjusted: Option<Interval>,
    /// Slope of the line over the rescaled ranges.
    pub slope: f64,
}

struct Model<'d> {
    yi: &'d [f64],
    sei: &'d [f64],
}

/// A fit with fixed selection parameters.
struct At {
    estimate: f64,
    rho: f64,
    tau: f64,
    value: f64,
}

impl Model<'_> {
    /// Minus the log-likelihood of what is seen, but for a constant; `trend` lets the effect depend on the standard error.
    fn value(&self, gamma: (f64, f64), mean: f64, rho: f64, tau: f64, trend: f64) -> f64 {
        let of = |(y, s): (&f64, &f64)| {
            let u = gamma.0 + gamma.1 / s;
            let mills = normal::density(u) / normal::cdf(u);
            let sigma2 = s * s / (1.0 - rho * rho * mills * (u + mills));
            let total = sigma2 + tau * tau;
            let shared = rho * (sigma2 / total).sqrt();
            let off = y - mean - trend * s;
            let v = (u + shared * off / total.sqrt()) / (1.0 - shared * shared).sqrt();
            0.5 * ln(total) + off * off / (2.0 * total) - ln(normal::cdf(v.max(-37.0)))
        };
        self.yi.iter().zip(self.sei).map(of).sum()
    }

    /// The minimum from a start: the correlation within its bounds, the standard deviation not below 0.
    fn fit(&self, gamma: (f64, f64), start: (f64, f64, f64), rho_range: (f64, f64), trend: bool) -> At {
        let (low, high) = rho_range;
        let rho = |x: f64| low + (high - low) * 0.5 * (1.0 + tanh(x));
        let inside = ((start.1 - low) / (high - low)).clamp(1e-6, 1.0 - 1e-6);
        let free = 0.5 * ln(inside / (1.0 - inside));
        let mut at = vec![start.0, free, ln(start.2.max(1e-3))];
        if trend {
            at.push(0.0);
        }
        let of = |at: &[f64]| {
            let trend = at.get(3).copied().unwrap_or(0.0);
            self.value(gamma, at[0], rho(at[1]), exp(at[2]), trend)
        };
        let found = optimize::descend(&at, of);
        At {
            estimate: found.x[0],
            rho: rho(found.x[1]),
            tau: exp(found.x[2]),
            value: found.value,
        }
    }

    /// Standard error of the effect from the curvature in the effect, the correlation and the standard deviation.
    fn se(&self, gamma: (f64, f64), at: &At) -> Option<f64> {
        let gradient = |x: &[f64]| optimize::gradient(x, |x| self.value(gamma, x[0], x[1], x[2], 0.0));
        let x = [at.estimate, at.rho, at.tau];
        // Differences of the gradient over a thousandth to both sides, at the bound of the correlation across it: the
        // likelihood goes on there.
        let mut hessian = DMatrix::zeros(3, 3);
        for j in 0..3 {
            let (mut above, mut below) = (x, x);
            above[j] += 1e-3;
            below[j] -= 1e-3;
            let (above, below) = (gradient(&above), gradient(&below));
            for i in 0..3 {
                hessian[(i, j)] = (above[i] - below[i]) / 2e-3;
            }
        }
        let symmetric = (&hessian + hessian.transpose()) * 0.5;
        let inverse = symmetric.add_scalar(1e-8).try_inverse()?;
        let variance = inverse[(0, 0)];
        (variance > 0.0 && variance.is_finite()).then(|| variance.sqrt())
    }
}

/// Fits the model along the line.
///
/// # Errors
/// Fewer than three studies, variances that are not above 0 or all the same, or no contour to follow.
pub fn copas(yi: &[f64], vi: &[f64], options: &Options) -> Result<Copas, MetaError> {
    check("a Copas model", 3, yi, vi)?;
    let data = Data::without_moderators(yi.to_vec(), vi.to_vec());
    let random = pool::fit(&data, &options.pool)?;
    let sei: Vec<f64> = vi.iter().map(|v| v.sqrt()).collect();
    let smallest = sei.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = sei.iter().copied().fold(0.0, f64::max);
    let sei_predictor = Predictor::StandardError;
    let left = match options.left {
        Some(left) => left,
        None => {
            let unknown = vec![None; yi.len()];
            regression_test(&data, &unknown, sei_predictor, &Variance::Multiplicative)?.beta[1] > 0.0
        }
    };
    let range1 = options
        .gamma1
        .unwrap_or((0.0, 1.29 / (1.0 / smallest - 1.0 / largest)));
    let range0 = options.gamma0.unwrap_or((-0.25 - range1.1 / largest, 2.0));
    if options.grid < 2 || !(range0.1 > range0.0 && range1.1 > range1.0 && range1.1.is_finite()) {
        let reason =
            "the ranges of the selection parameters are empty: the studies differ too little in precision";
        return Err(MetaError::NoAnswer(reason.to_owned()));
    }
    let model = Model { yi, sei: &sei };
    let rho = options.rho_bound / 2.0 * if left { 1.0 } else { -1.0 };
    let start = (random.beta[0], rho, random.tau2.sqrt());
    let both = (-options.rho_bound, options.rho_bound);
    let one = if left {
        (0.0, options.rho_bound)
    } else {
        (-options.rho_bound, 0.0)
    };
    let place =
        |i: usize, range: (f64, f64)| range.0 + (range.1 - range.0) * i as f64 / (options.grid - 1) as f64;
    let surface = DMatrix::from_fn(options.grid, options.grid, |i, j| {
        model
            .fit((place(i, range0), place(j, range1)), start, both, false)
            .estimate
    });
    let lines: Vec<Line> = pretty(surface.min(), surface.max(), options.levels)
        .into_iter()
        .flat_map(|level| contours(&surface, level))
        .filter(|line| line.points > 1)
        .collect();
    // The mean slope of the contours that are straight at all, weighted by their points; the line is across it.
    let (mut sum, mut total) = (0.0, 0.0);
    for line in lines.iter().filter(|line| line.adjusted_r2 > 0.0) {
        sum += line.slope * line.points as f64;
        total += line.points as f64;
    }
    if total == 0.0 || sum == 0.0 {
        return Err(MetaError::NotConverged {
            what: "the Copas model",
            reason: "the estimates over the selection parameters have no contour that is a line".to_owned(),
        });
    }
    let slope = -1.0 / (sum / total);
    let mut gammas: Vec<(f64, f64)> = lines
        .iter()
        .map(|line| {
            let x = (1.0 - slope - line.intercept) / (line.slope - slope);
            (x, 1.0 + slope * (x - 1.0))
        })
        .filter(|(x, y)| (0.0..=1.0).contains(x) && (0.0..=1.0).contains(y))
        .map(|(x, y)| {
            (
                range0.0 + x * (range0.1 - range0.0),
                range1.0 + y * (range1.1 - range1.0),
            )
        })
        .collect();
    let seen = |gamma: (f64, f64)| normal::cdf(gamma.0 + gamma.1 / largest);
    gammas.sort_by(|a, b| seen(*b).total_cmp(&seen(*a)));
    // All studies are seen: the usual model.
    gammas.insert(0, (10.0, 0.0));
    let mut steps: Vec<Step> = Vec::new();
    for gamma in gammas {
        let at = model.fit(gamma, start, both, false);
        let trend = model.fit(gamma, start, one, true);
        let own = model.se(gamma, &at);
        let before = steps.last().map_or(random.se[0], |step| step.se);
        let unseen = |s: &f64| {
            let p = normal::cdf(gamma.0 + gamma.1 / s);
            (1.0 - p) / p
        };
        steps.push(Step {
            gamma0: gamma.0,
            gamma1: gamma.1,
            seen: seen(gamma),
            estimate: at.estimate,
            se: own.unwrap_or(before),
            se_borrowed: own.is_none(),
            rho: at.rho,
            tau: at.tau,
            pval: gamma::chi_square_above(1.0, (2.0 * (at.value - trend.value)).max(0.0)),
            unseen: sei.iter().map(unseen).sum(),
        });
    }
    let chosen = steps.iter().find(|step| step.pval > options.alpha).copied();
    let critical = normal::quantile(0.5 * (1.0 + options.pool.level));
    Ok(Copas {
        adjusted: chosen.map(|step| Interval {
            estimate: step.estimate,
            lower: step.estimate - critical * step.se,
            upper: step.estimate + critical * step.se,
        }),
        chosen,
        steps,
        slope,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_selection_it_is_the_random_effects_model() {
        let yi = [0.1, 0.35, 0.5, 0.2, 0.9, 0.7, 0.3];
        let vi = [0.01, 0.02, 0.05, 0.012, 0.2, 0.1, 0.03];
        let found = copas(&yi, &vi, &Options::default()).unwrap();
        let random = pool::fit(
            &Data::without_moderators(yi.to_vec(), vi.to_vec()),
            &Options::default().pool,
        )
        .unwrap();
        let first = found.steps[0];
        assert!(
            (first.estimate - random.beta[0]).abs() < 1e-3,
            "{first:?} {}",
            random.beta[0]
        );
        // Small studies with large effects: selection takes the estimate down.
        assert!(found.steps.last().unwrap().estimate < first.estimate);
    }

    #[test]
    fn equal_precision_is_refused() {
        assert!(copas(&[0.1, 0.2, 0.3], &[0.1; 3], &Options::default()).is_err());
    }
}
