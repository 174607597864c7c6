//! Trim and fill: how many studies are missing on one side of the funnel, and the estimate with their mirror images.
//!
//! Duval and Tweedie 2000 (doi:10.1111/j.0006-341X.2000.00455.x, doi:10.1080/01621459.2000.10473905): L0, R0 and Q0. The
//! packages differ in the ranks of equal deviates and in rounding; [`trim_and_fill`] follows metafor, [`trim_and_fill_of_meta`]
//! the package meta.

use euthymia_vecmath::scalar::pow;

use super::refit::refit;
use super::regression::{Predictor, Variance, regression_test};
use super::{Stopping, check};
use crate::MetaError;
use crate::pool::{self, Data, Fit, Options};

/// Estimator of the number of missing studies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Estimator {
    /// From the rank sum, linear.
    #[default]
    L0,
    /// From the longest run of extreme ranks.
    R0,
    /// From the rank sum, quadratic.
    Q0,
}

/// Where studies are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Among small effects.
    Left,
    /// Among large ones.
    Right,
}

/// What was filled in, and the estimate with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// Number of missing studies.
    pub k0: usize,
    /// Its standard error, where it has one.
    pub se_k0: Option<f64>,
    /// Probability of as many or more missing studies if none is, for R0.
    pub p_k0: Option<f64>,
    /// Where they are missing.
    pub side: Side,
    /// Effects that were filled in.
    pub yi: Vec<f64>,
    /// Their sampling variances.
    pub vi: Vec<f64>,
    /// The model with them.
    pub fit: Fit,
}

impl Estimator {
    /// The estimator of a name.
    ///
    /// # Errors
    /// There is none.
    pub fn parse(name: &str) -> Result<Self, MetaError> {
        match name {
            "L0" | "L" => Ok(Self::L0),
            "R0" | "R" => Ok(Self::R0),
            "Q0" | "Q" => Ok(Self::Q0),
            _ => Err(MetaError::field(
                "estimator",
                format!("`{name}` is none of L0, R0, Q0"),
            )),
        }
    }
}

impl Side {
    /// The side of a name; `None` for `auto`.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn parse(name: &str) -> Result<Option<Self>, MetaError> {
        match name {
            "left" => Ok(Some(Self::Left)),
            "right" => Ok(Some(Self::Right)),
            "auto" => Ok(None),
            _ => Err(MetaError::field(
                "side",
                format!("`{name}` is none of auto, left, right"),
            )),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

/// Studies by rising effect, mirrored where the right side is looked at.
struct Ordered {
    yi: Vec<f64>,
    vi: Vec<f64>,
    weights: Option<Vec<f64>>,
}

impl Ordered {
    fn of(yi: &[f64], vi: &[f64], weights: Option<&[f64]>, side: Side) -> Self {
        let sign = if side == Side::Right { -1.0 } else { 1.0 };
        let mut order: Vec<usize> = (0..yi.len()).collect();
        order.sort_by(|a, b| (sign * yi[*a]).total_cmp(&(sign * yi[*b])));
        let take = |x: &[f64]| order.iter().map(|i| x[*i]).collect::<Vec<f64>>();
        Self {
            yi: order.iter().map(|i| sign * yi[*i]).collect(),
            vi: take(vi),
            weights: weights.map(take),
        }
    }

    /// The estimate without the last `k0` studies.
    fn estimate(&self, k0: usize, options: &Options) -> Result<f64, MetaError> {
        let kept = self.yi.len() - k0;
        let data = Data::without_moderators(self.yi[..kept].to_vec(), self.vi[..kept].to_vec());
        let weights = self.weights.as_ref().map(|weights| weights[..kept].to_vec());
        let options = Options {
            weights,
            ..options.clone()
        };
        Ok(pool::fit(&data, &options)?.beta[0])
    }
}

/// The place of each magnitude among all, from 1; equal ones in their order.
fn ranks_in_order(x: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|a, b| x[*a].abs().total_cmp(&x[*b].abs()));
    let mut ranks = vec![0.0; x.len()];
    for (rank, i) in order.iter().enumerate() {
        ranks[*i] = (rank + 1) as f64;
    }
    ranks
}

/// The same with the mean rank for equal ones.
fn mean_ranks(x: &[f64]) -> Vec<f64> {
    let below = |a: f64| x.iter().filter(|b| b.abs() < a).count() as f64;
    let same = |a: f64| x.iter().filter(|b| b.abs() == a).count() as f64;
    x.iter()
        .map(|a| below(a.abs()) + 0.5 * (same(a.abs()) + 1.0))
        .collect()
}

/// Number of missing studies, not yet rounded, with its standard error.
fn missing(estimator: Estimator, deviates: &[f64]) -> (f64, f64) {
    let k = deviates.len() as f64;
    let ranks = ranks_in_order(deviates);
    if estimator == Estimator::R0 {
        let negative = deviates.iter().zip(&ranks).filter(|(d, _)| **d < 0.0);
        let most = negative.fold(0.0_f64, |most, (_, rank)| most.max(*rank));
        let k0 = k - most - 1.0;
        return (k0, (2.0 * k0.max(0.0) + 2.0).sqrt());
    }
    let positive = deviates.iter().zip(&ranks).filter(|(d, _)| **d > 0.0);
    let sum: f64 = positive.map(|(_, rank)| rank).sum();
    let k0 = if estimator == Estimator::L0 {
        (4.0 * sum - k * (k + 1.0)) / (2.0 * k - 1.0)
    } else {
        k - 0.5 - (2.0 * k * k - 4.0 * sum + 0.25).sqrt()
    };
    let variance = (k * (k + 1.0) * (2.0 * k + 1.0) + 10.0 * k0 * k0 * k0 + 27.0 * k0 * k0 + 17.0 * k0
        - 18.0 * k * k0 * k0
        - 18.0 * k * k0
        + 6.0 * k * k * k0)
        / 24.0;
    let se = if estimator == Estimator::L0 {
        4.0 * variance.sqrt() / (2.0 * k - 1.0)
    } else {
        2.0 * variance.sqrt() / ((k - 0.5) * (k - 0.5) - k0 * (2.0 * k - k0 - 1.0)).sqrt()
    };
    (k0, se)
}

/// The side that the regression of effects on standard errors points away from.
fn lighter_side(data: &Data, options: &Options) -> Result<Side, MetaError> {
    let variance = Variance::Additive(options.clone());
    let sei = Predictor::StandardError;
    let unknown = vec![None; data.yi.len()];
    let test = regression_test(data, &unknown, sei, &variance).map_err(|error| {
        let reason = format!("the side cannot be found by regression ({error}); say `left` or `right`");
        MetaError::field("side", reason)
    })?;
    Ok(if test.beta[1] < 0.0 {
        Side::Right
    } else {
        Side::Left
    })
}

/// Trims and fills as metafor does. `stopping` is when the search for tau2 ends in the data with what was filled in.
///
/// # Errors
/// Moderators in the model, fewer than two studies, or a number of missing studies that goes on changing.
pub fn trim_and_fill(
    data: &Data,
    options: &Options,
    estimator: Estimator,
    side: Option<Side>,
    stopping: Stopping,
) -> Result<Filled, MetaError> {
    check("trim and fill", 2, &data.yi, &data.vi)?;
    if data.x.ncols() != 1 || data.x.iter().any(|x| *x != 1.0) {
        return Err(MetaError::NoAnswer(
            "trim and fill is for models without moderators".to_owned(),
        ));
    }
    if options
        .weights
        .as_ref()
        .is_some_and(|weights| weights.len() != data.yi.len())
    {
        return Err(MetaError::field("weights", "has one weight for each study"));
    }
    let side = match side {
        Some(side) => side,
        None => lighter_side(data, options)?,
    };
    let ordered = Ordered::of(&data.yi, &data.vi, options.weights.as_deref(), side);
    let k = ordered.yi.len();
    let mut k0 = 0;
    let mut rounds = 0;
    let (center, se) = loop {
        rounds += 1;
        if rounds > 100 {
            return Err(MetaError::NotConverged {
                what: "trim and fill",
                reason: "the number of missing studies went on changing for 100 rounds".to_owned(),
            });
        }
        let center = ordered.estimate(k0, options)?;
        let deviates: Vec<f64> = ordered.yi.iter().map(|y| y - center).collect();
        let (estimate, se) = missing(estimator, &deviates);
        if estimate.is_nan() {
            let reason = "the deviates are so lopsided that Q0 is the root of a negative number; take L0";
            return Err(MetaError::NoAnswer(reason.to_owned()));
        }
        let next = estimate.round_ties_even().max(0.0);
        if next >= k as f64 {
            return Err(MetaError::NoAnswer(format!(
                "trim and fill finds as many missing studies as there are: {next} of {k}"
            )));
        }
        let next = next as usize;
        if next == k0 {
            break (center, se);
        }
        k0 = next;
    };
    let sign = if side == Side::Right { -1.0 } else { 1.0 };
    let yi: Vec<f64> = ordered.yi[k - k0..]
        .iter()
        .map(|y| sign * (2.0 * center - y))
        .collect();
    let vi = ordered.vi[k - k0..].to_vec();
    let with = Data::without_moderators(
        data.yi.iter().chain(&yi).copied().collect(),
        data.vi.iter().chain(&vi).copied().collect(),
    );
    let weights = options.weights.as_ref().zip(ordered.weights.as_ref());
    let weights = weights.map(|(all, ordered)| all.iter().chain(&ordered[k - k0..]).copied().collect());
    let options = Options {
        weights,
        ..options.clone()
    };
    // Half of the orders of two ranks, a quarter of three: the runs of R0 are geometric.
    let p_k0 = (estimator == Estimator::R0).then(|| pow(0.5, k0 as f64 + 1.0));
    Ok(Filled {
        k0,
        se_k0: (!se.is_nan()).then(|| se.max(0.0)),
        p_k0,
        side,
        yi,
        vi,
        fit: if k0 == 0 {
            pool::fit(&with, &options)?
        } else {
            refit(&with, &options, stopping)?
        },
    })
}

/// Trims and fills as the package meta does: by the common effect or the random effects, L0 or R0; the side by Egger's test.
///
/// # Errors
/// Fewer than three studies, Q0, or a number of missing studies that goes on changing.
pub fn trim_and_fill_of_meta(
    yi: &[f64],
    vi: &[f64],
    options: &Options,
    estimator: Estimator,
    common: bool,
    side: Option<Side>,
) -> Result<Filled, MetaError> {
    check("trim and fill", 3, yi, vi)?;
    if estimator == Estimator::Q0 {
        return Err(MetaError::field("type", "is `L` or `R`"));
    }
    let data = Data::without_moderators(yi.to_vec(), vi.to_vec());
    let side = match side {
        Some(side) => side,
        None => {
            let sei = Predictor::StandardError;
            let test = regression_test(&data, &vec![None; yi.len()], sei, &Variance::Multiplicative)?;
            if test.beta[1] > 0.0 {
                Side::Left
            } else {
                Side::Right
            }
        }
    };
    let ordered = Ordered::of(yi, vi, None, side);
    let k = yi.len();
    let trimming = Options {
        method: if common {
            pool::Method::EqualEffects
        } else {
            options.method
        },
        ..Options::default()
    };
    let (mut k0, mut last, mut rounds) = (0, None, 0);
    let mut center = 0.0;
    while last != Some(k0) && k0 < k && rounds < 50 {
        rounds += 1;
        last = Some(k0);
        center = ordered.estimate(k0, &trimming)?;
        let deviates: Vec<f64> = ordered.yi.iter().map(|y| y - center).collect();
        let ranks = mean_ranks(&deviates);
        let n = k as f64;
        let estimate = if estimator == Estimator::L0 {
            let positive = deviates.iter().zip(&ranks).filter(|(d, _)| **d > 0.0);
            let sum: f64 = positive.map(|(_, rank)| rank).sum();
            (4.0 * sum - n * (n + 1.0)) / (2.0 * n - 1.0)
        } else {
            let signed = deviates
                .iter()
                .zip(&ranks)
                .map(|(d, rank)| if *d < 0.0 { -rank } else { *rank });
            n - signed.fold(f64::INFINITY, f64::min).abs() - 1.5
        };
        k0 = (estimate + 0.5).max(0.0).floor() as usize;
    }
    if last != Some(k0) && k0 < k {
        return Err(MetaError::NotConverged {
            what: "trim and fill",
            reason: "the number of missing studies went on changing for 50 rounds".to_owned(),
        });
    }
    let k0 = k0.min(k - 1);
    let sign = if side == Side::Right { -1.0 } else { 1.0 };
    let filled: Vec<f64> = ordered.yi[k - k0..]
        .iter()
        .map(|y| sign * (2.0 * center - y))
        .collect();
    let variances = ordered.vi[k - k0..].to_vec();
    let with = Data::without_moderators(
        yi.iter().chain(&filled).copied().collect(),
        vi.iter().chain(&variances).copied().collect(),
    );
    Ok(Filled {
        k0,
        se_k0: None,
        p_k0: None,
        side,
        yi: filled,
        vi: variances,
        fit: pool::fit(&with, options)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lopsided() -> Data {
        // A funnel around 0.2 whose left lower corner is empty.
        let yi = vec![0.2, 0.22, 0.15, 0.3, 0.1, 0.45, 0.6, 0.75, 0.9];
        let vi = vec![0.002, 0.003, 0.005, 0.01, 0.01, 0.04, 0.06, 0.1, 0.15];
        Data::without_moderators(yi, vi)
    }

    #[test]
    fn both_packages_fill_the_empty_corner() {
        let data = lopsided();
        let options = Options {
            method: pool::Method::DerSimonianLaird,
            ..Options::default()
        };
        let filled = trim_and_fill(&data, &options, Estimator::L0, None, Stopping::Exact).unwrap();
        assert!(filled.k0 > 0 && filled.side == Side::Left);
        assert!(filled.yi.iter().all(|y| *y < 0.2));
        let before = pool::fit(&data, &options).unwrap();
        assert!(filled.fit.beta[0] < before.beta[0]);
        let other = trim_and_fill_of_meta(&data.yi, &data.vi, &options, Estimator::L0, true, None).unwrap();
        assert!(other.k0 > 0 && other.side == Side::Left);
    }

    #[test]
    fn the_mirrored_funnel_is_filled_on_the_other_side() {
        let data = lopsided();
        let mut mirrored = data.clone();
        mirrored.yi.iter_mut().for_each(|y| *y = -*y);
        let options = Options::default();
        let exact = Stopping::Exact;
        for estimator in [Estimator::L0, Estimator::R0, Estimator::Q0] {
            let one = trim_and_fill(&data, &options, estimator, None, exact).unwrap();
            let other = trim_and_fill(&mirrored, &options, estimator, None, exact).unwrap();
            assert_eq!((one.k0, other.side), (other.k0, Side::Right), "{estimator:?}");
            assert!(
                (one.fit.beta[0] + other.fit.beta[0]).abs() < 1e-10,
                "{estimator:?}"
            );
        }
    }

    #[test]
    fn moderators_and_single_studies_are_refused() {
        let options = Options::default();
        let one = Data::without_moderators(vec![0.1], vec![0.1]);
        assert!(trim_and_fill(&one, &options, Estimator::L0, None, Stopping::Exact).is_err());
        let mut data = lopsided();
        data.x[(0, 0)] = 2.0;
        assert!(trim_and_fill(&data, &options, Estimator::L0, None, Stopping::Exact).is_err());
    }
}
