//! Limit meta-analysis: the effect of a study whose precision grows without bound
//! (Rücker et al. 2011, doi:10.1093/biostatistics/kxq046, doi:10.1002/bimj.201000151).

use euthymia_stats::normal;

use super::check;
use super::regression::Interval;
use crate::MetaError;
use crate::pool::{self, Data, Options};

/// How the adjusted estimate is read from the radial plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Adjustment {
    /// Expected effect of a study of infinite precision, `beta + tau alpha`.
    #[default]
    Expectation,
    /// Slope of the limit radial plot.
    Slope,
    /// Slope of the limit radial plot through the origin.
    Mean,
}

/// A limit meta-analysis.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// The adjusted estimate.
    pub adjusted: Interval,
    /// Its standard error.
    pub se: f64,
    /// Intercept of the generalised radial plot: the bias.
    pub alpha: f64,
    /// Its slope.
    pub beta: f64,
    /// Effects in the limit, shrunk towards the regression.
    pub limits: Vec<f64>,
    /// Cochran's Q.
    pub q: f64,
    /// The part of it that goes with precision.
    pub q_small: f64,
    /// The rest.
    pub q_rest: f64,
    /// Heterogeneity that is left in the limit, between 0 and 1; `None` where all limits over their standard errors are the
    /// same, so that there is nothing to be explained.
    pub g2: Option<f64>,
}

impl Adjustment {
    /// The adjustment that metasens gives a name: `beta0`, `betalim`, `mulim`.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn parse(name: &str) -> Result<Self, MetaError> {
        match name {
            "beta0" => Ok(Self::Expectation),
            "betalim" => Ok(Self::Slope),
            "mulim" => Ok(Self::Mean),
            _ => Err(MetaError::field(
                "method_adjust",
                format!("`{name}` is none of beta0, betalim, mulim"),
            )),
        }
    }
}

/// A line through the radial plot: `y / se` over `1 / se`.
struct Radial {
    intercept: f64,
    slope: f64,
    /// Standard error of the slope for unit variance.
    se_slope: f64,
    rest: f64,
    r2: Option<f64>,
}

impl Radial {
    fn of(yi: &[f64], sei: &[f64]) -> Self {
        let k = yi.len() as f64;
        let x: Vec<f64> = sei.iter().map(|s| 1.0 / s).collect();
        let y: Vec<f64> = yi.iter().zip(sei).map(|(y, s)| y / s).collect();
        let (mx, my) = (x.iter().sum::<f64>() / k, y.iter().sum::<f64>() / k);
        let sxx: f64 = x.iter().map(|x| (x - mx) * (x - mx)).sum();
        let sxy: f64 = x.iter().zip(&y).map(|(x, y)| (x - mx) * (y - my)).sum();
        let syy: f64 = y.iter().map(|y| (y - my) * (y - my)).sum();
        let slope = sxy / sxx;
        let rest: f64 = x
            .iter()
            .zip(&y)
            .map(|(x, y)| {
                let off = y - my - slope * (x - mx);
                off * off
            })
            .sum();
        Self {
            intercept: my - slope * mx,
            slope,
            se_slope: 1.0 / sxx.sqrt(),
            rest,
            r2: (syy > 0.0).then(|| 1.0 - rest / syy),
        }
    }
}

/// The limit meta-analysis of studies.
///
/// # Errors
/// Fewer than three studies, variances that are not above 0 or all the same.
pub fn limit_analysis(
    yi: &[f64],
    vi: &[f64],
    options: &Options,
    adjustment: Adjustment,
) -> Result<Limit, MetaError> {
    check("a limit meta-analysis", 3, yi, vi)?;
    if vi.iter().all(|v| *v == vi[0]) {
        return Err(MetaError::NoAnswer(
            "a limit meta-analysis needs studies of different precision, all have the same".to_owned(),
        ));
    }
    let fit = pool::fit(&Data::without_moderators(yi.to_vec(), vi.to_vec()), options)?;
    let sei: Vec<f64> = vi.iter().map(|v| v.sqrt()).collect();
    let wide: Vec<f64> = vi.iter().map(|v| (v + fit.tau2).sqrt()).collect();
    let (plain, general) = (Radial::of(yi, &sei), Radial::of(yi, &wide));
    let tau = fit.tau2.sqrt();
    let limits: Vec<f64> = yi
        .iter()
        .zip(&wide)
        .map(|(y, s)| general.slope + tau / s * (y - general.slope))
        .collect();
    let limit = Radial::of(&limits, &sei);
    let (estimate, se) = match adjustment {
        Adjustment::Expectation => {
            // The regression's covariance with the variances taken as known.
            let k = yi.len() as f64;
            let x: Vec<f64> = wide.iter().map(|s| 1.0 / s).collect();
            let mean = x.iter().sum::<f64>() / k;
            let square = x.iter().map(|x| x * x).sum::<f64>() / k;
            let sxx: f64 = x.iter().map(|x| (x - mean) * (x - mean)).sum();
            let variance = (1.0 + fit.tau2 * square - 2.0 * tau * mean) / sxx;
            (general.slope + tau * general.intercept, variance.sqrt())
        }
        Adjustment::Slope => (limit.slope, limit.se_slope),
        Adjustment::Mean => {
            let (mean, variance) = super::common_effect(&limits, vi);
            (mean, variance.sqrt())
        }
    };
    let half = normal::quantile(0.5 * (1.0 + options.level)) * se;
    Ok(Limit {
        adjusted: Interval {
            estimate,
            lower: estimate - half,
            upper: estimate + half,
        },
        se,
        alpha: general.intercept,
        beta: general.slope,
        limits,
        q: fit.qe,
        q_small: fit.qe - plain.rest,
        q_rest: plain.rest,
        g2: limit.r2.map(|r2| 1.0 - r2),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_funnel_that_leans_exactly_has_no_rest() {
        let vi = [0.01_f64, 0.04, 0.09, 0.16, 0.25];
        let yi: Vec<f64> = vi.iter().map(|v| 0.3 + 2.0 * v.sqrt()).collect();
        let options = Options {
            tau2: Some(0.0),
            ..Options::default()
        };
        let found = limit_analysis(&yi, &vi, &options, Adjustment::Expectation).unwrap();
        assert!(found.q_rest < 1e-20 && (found.alpha - 2.0).abs() < 1e-11);
        assert!((found.adjusted.estimate - 0.3).abs() < 1e-11);
    }

    #[test]
    fn equal_precision_is_refused() {
        let options = Options::default();
        assert!(limit_analysis(&[0.1, 0.2, 0.3], &[0.1; 3], &options, Adjustment::Mean).is_err());
    }
}
