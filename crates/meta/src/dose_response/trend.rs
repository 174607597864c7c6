//! A curve fitted in one stage, as it is read: coefficients with intervals, tests, and what it predicts at a dose.

use euthymia_stats::{gamma, normal};
use euthymia_vecmath::scalar::{exp, ln};
use nalgebra::{DMatrix, DVector};

use super::{Curve, Fit, Procedure, Study, fit, fit_emax};
use crate::MetaError;
use crate::linear::inverse_spd;
use crate::multivariate::Method;

/// Doses of a study against dose 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrasts {
    /// Doses other than 0.
    pub doses: Vec<f64>,
    /// Effects against dose 0.
    pub effects: Vec<f64>,
    /// Their covariances.
    pub covariance: DMatrix<f64>,
}

/// The shape of a curve, before anything about it is estimated.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Proportional to the dose.
    Linear,
    /// With the square of the dose.
    Quadratic,
    /// Cubic between knots, linear outside them.
    Spline(Vec<f64>),
    /// Rising to a maximum, half of it at a dose that is estimated.
    Emax,
}

/// A number of the curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficient {
    /// What it is: `dose`, `dose squared` ...
    pub name: String,
    /// Estimate.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Interval.
    pub lower: f64,
    /// Interval.
    pub upper: f64,
    /// Two-sided probability of so much where it is 0.
    pub p: f64,
}

/// Wald's test that coefficients are 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wald {
    /// Chi-square.
    pub statistic: f64,
    /// Coefficients tested.
    pub df: usize,
    /// Probability of so much where they are 0.
    pub p: f64,
}

/// The dose of half the maximum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HalfMaximum {
    /// By maximum likelihood.
    pub estimate: f64,
    /// Where the profile of the likelihood falls; `None` where it does not within the doses searched, or cannot be followed.
    pub lower: Option<f64>,
    /// The same above.
    pub upper: Option<f64>,
    /// Doses it was searched between.
    pub searched: (f64, f64),
    /// Whether it lies inside them.
    pub inside: bool,
    /// Whether the model could be fitted at all doses that the bounds were searched at: where it is not, a missing bound
    /// says nothing.
    pub followed: bool,
}

/// The curve at a dose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// The dose.
    pub dose: f64,
    /// Effect against dose 0.
    pub effect: f64,
    /// Its standard error.
    pub se: f64,
    /// Interval of the mean over studies.
    pub lower: f64,
    /// Interval of the mean over studies.
    pub upper: f64,
}

/// A fitted curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// The curve; of an Emax curve with its dose of half the maximum.
    pub curve: Curve,
    /// Its coefficients.
    pub coefficients: Vec<Coefficient>,
    /// Covariances of what is predicted from: the coefficients, and the dose of half the maximum behind them where that is
    /// known to lie inside the doses searched.
    pub vcov: DMatrix<f64>,
    /// Covariance of the coefficients between studies; `None` where none was estimated.
    pub psi: Option<DMatrix<f64>>,
    /// Log-likelihood, restricted where the method is.
    pub ll: Option<f64>,
    /// Akaike's criterion; `None` of a restricted likelihood, which cannot be compared between curves.
    pub aic: Option<f64>,
    /// That nothing depends on the dose.
    pub overall: Wald,
    /// That the curve is a line.
    pub nonlinear: Option<Wald>,
    /// Of an Emax curve.
    pub half_maximum: Option<HalfMaximum>,
    /// Whether the covariances allow for the dose of half the maximum having been estimated: where they do not, because it
    /// lies at an end of the doses searched or the information on both is singular, the band of an Emax curve is too
    /// narrow. True of curves without such a dose.
    pub half_maximum_in_band: bool,
    /// Coverage of intervals.
    pub level: f64,
}

impl Shape {
    /// Numbers of the curve that are estimated.
    #[must_use]
    pub fn parameters(&self) -> usize {
        match self {
            Self::Linear => 1,
            Self::Quadratic | Self::Emax => 2,
            Self::Spline(knots) => knots.len().saturating_sub(1),
        }
    }

    fn names(&self) -> Vec<String> {
        match self {
            Self::Linear => vec!["dose".to_owned()],
            Self::Quadratic => vec!["dose".to_owned(), "dose squared".to_owned()],
            Self::Emax => vec!["maximum".to_owned()],
            Self::Spline(knots) => core::iter::once("dose".to_owned())
                .chain((2..knots.len()).map(|place| format!("bend {}", place - 1)))
                .collect(),
        }
    }
}

/// Fits a curve in one stage. One study alone has no variance between studies: it is fitted as [`Method::Fixed`].
///
/// # Errors
/// Doses or effects that cannot be, fewer distinct doses than the curve has numbers, or no maximum found.
pub fn trend(contrasts: &[Contrasts], shape: &Shape, method: Method, level: f64) -> Result<Trend, MetaError> {
    check(contrasts, shape)?;
    let method = if contrasts.len() == 1 {
        Method::Fixed
    } else {
        method
    };
    let of_curve = |curve: &Curve| studies(contrasts, curve);
    let (curve, found, half_maximum) = match shape {
        Shape::Linear => plain(Curve::Linear, method, of_curve)?,
        Shape::Quadratic => plain(Curve::Quadratic, method, of_curve)?,
        Shape::Spline(knots) => plain(Curve::Spline(knots.clone()), method, of_curve)?,
        Shape::Emax => emax(contrasts, method, level)?,
    };
    let z = normal::quantile(0.5 + 0.5 * level);
    let coefficients = shape
        .names()
        .into_iter()
        .zip(found.coefficients.iter())
        .enumerate()
        .map(|(place, (name, estimate))| {
            let se = found.vcov[(place, place)].max(0.0).sqrt();
            Coefficient {
                name,
                estimate: *estimate,
                se,
                lower: estimate - z * se,
                upper: estimate + z * se,
                p: 2.0 * normal::cdf(-(estimate / se).abs()),
            }
        })
        .collect();
    let terms = found.coefficients.len();
    let between = if found.psi.is_some() {
        terms * (terms + 1) / 2
    } else {
        0
    };
    let aic = found
        .ll
        .filter(|_| method != Method::Restricted)
        .map(|ll| 2.0 * ((shape.parameters() + between) as f64 - ll));
    let joint = half_maximum
        .filter(|half: &HalfMaximum| half.inside)
        .and_then(|half| with_half_maximum(contrasts, &found, half.estimate));
    Ok(Trend {
        overall: wald(&found, 0)?,
        nonlinear: (terms > 1).then(|| wald(&found, 1)).transpose()?,
        curve,
        coefficients,
        half_maximum_in_band: half_maximum.is_none() || joint.is_some(),
        vcov: joint.unwrap_or_else(|| found.vcov.clone()),
        psi: found.psi,
        ll: found.ll,
        aic,
        half_maximum,
        level,
    })
}

type Found = (Curve, Fit, Option<HalfMaximum>);

fn plain(
    curve: Curve,
    method: Method,
    studies: impl Fn(&Curve) -> Result<Vec<Study>, MetaError>,
) -> Result<Found, MetaError> {
    let found = fit(&studies(&curve)?, method, Procedure::OneStage)?;
    Ok((curve, found, None))
}

/// How far beyond the doses given the dose of half the maximum is searched, as a factor.
const BEYOND: f64 = 10.0;

fn emax(contrasts: &[Contrasts], method: Method, level: f64) -> Result<Found, MetaError> {
    let doses = || contrasts.iter().flat_map(|study| study.doses.iter().copied());
    let low = doses().fold(f64::INFINITY, f64::min) / BEYOND;
    let high = doses().fold(0.0, f64::max) * BEYOND;
    let found = fit_emax((low, high), method, |curve| studies(contrasts, curve))?;
    let compared = if method == Method::Fixed {
        Method::Fixed
    } else {
        Method::MaximumLikelihood
    };
    let likelihood = |log_dose: f64| -> Result<f64, MetaError> {
        let curve = Curve::Emax { ed50: exp(log_dose) };
        fit(&studies(contrasts, &curve)?, compared, Procedure::OneStage)?
            .ll
            .ok_or_else(|| MetaError::NoAnswer("the curve has no likelihood".to_owned()))
    };
    // Half the quantile of chi-square with one degree of freedom.
    let fall = gamma::quantile(0.5, level);
    // Where the profile has fallen by as much as the chi-square of one number allows, between the estimate and an end.
    let crossing = |end: f64| -> Result<Option<f64>, MetaError> {
        let best = likelihood(ln(found.ed50))?;
        let below = |x: f64| Ok::<bool, MetaError>(best - likelihood(x)? > fall);
        let (mut inside, mut outside) = (ln(found.ed50), ln(end));
        if !below(outside)? {
            return Ok(None);
        }
        while (outside - inside).abs() > 1e-5 {
            let middle = 0.5 * (inside + outside);
            if below(middle)? {
                outside = middle;
            } else {
                inside = middle;
            }
        }
        Ok(Some(exp(0.5 * (inside + outside))))
    };
    let (lower, upper) = (crossing(low), crossing(high));
    let half = HalfMaximum {
        estimate: found.ed50,
        followed: lower.is_ok() && upper.is_ok(),
        lower: lower.unwrap_or(None),
        upper: upper.unwrap_or(None),
        searched: (low, high),
        inside: found.inside,
    };
    Ok((Curve::Emax { ed50: found.ed50 }, found.fit, Some(half)))
}

/// Covariances of the maximum and the dose of half of it, from the expected information of both at the estimates.
fn with_half_maximum(contrasts: &[Contrasts], found: &Fit, ed50: f64) -> Option<DMatrix<f64>> {
    let maximum = found.coefficients[0];
    let between = found.psi.as_ref().map_or(0.0, |psi| psi[(0, 0)]);
    let mut information = DMatrix::zeros(2, 2);
    for study in contrasts {
        let gradient = DMatrix::from_fn(study.doses.len(), 2, |row, term| {
            of_half_maximum(study.doses[row], maximum, ed50)[term]
        });
        let rise = gradient.column(0).into_owned();
        let variance = &study.covariance + between * (&rise * rise.transpose());
        information += gradient.tr_mul(&(inverse_spd(&variance)? * &gradient));
    }
    inverse_spd(&information).filter(|vcov| vcov.iter().all(|x| x.is_finite()))
}

/// How the curve moves with its maximum and with the dose of half of it.
fn of_half_maximum(dose: f64, maximum: f64, ed50: f64) -> [f64; 2] {
    let whole = dose + ed50;
    [dose / whole, -maximum * dose / (whole * whole)]
}

fn studies(contrasts: &[Contrasts], curve: &Curve) -> Result<Vec<Study>, MetaError> {
    let of = |study: &Contrasts| {
        Ok(Study {
            // Every curve is 0 at dose 0 but for a spline whose first knot lies below it.
            terms: from_zero(curve, &study.doses)?,
            effects: DVector::from_column_slice(&study.effects),
            covariance: study.covariance.clone(),
        })
    };
    contrasts.iter().map(of).collect()
}

fn from_zero(curve: &Curve, doses: &[f64]) -> Result<DMatrix<f64>, MetaError> {
    let (columns, zero) = (curve.columns(doses)?, curve.columns(&[0.0])?);
    Ok(DMatrix::from_fn(columns.nrows(), columns.ncols(), |i, j| {
        columns[(i, j)] - zero[(0, j)]
    }))
}

fn check(contrasts: &[Contrasts], shape: &Shape) -> Result<(), MetaError> {
    if contrasts.is_empty() {
        return Err(MetaError::TooFew {
            what: "a dose-response curve",
            needed: 1,
            found: 0,
        });
    }
    let mut distinct: Vec<f64> = Vec::new();
    for (place, study) in contrasts.iter().enumerate() {
        let n = study.doses.len();
        if n == 0 || study.effects.len() != n || study.covariance.shape() != (n, n) {
            return Err(MetaError::NoAnswer(format!(
                "study {} needs a dose at least, an effect for each dose, and their covariances",
                place + 1
            )));
        }
        if let Some(dose) = study
            .doses
            .iter()
            .find(|dose| !(**dose > 0.0 && dose.is_finite()))
        {
            return Err(MetaError::NoAnswer(format!(
                "study {} has the dose {dose}: doses compared with dose 0 must be above it",
                place + 1
            )));
        }
        let numbers = study.effects.iter().chain(study.covariance.iter());
        if numbers.into_iter().any(|x| !x.is_finite()) {
            return Err(MetaError::NoAnswer(format!(
                "study {} has an effect or a covariance that is no number",
                place + 1
            )));
        }
        distinct.extend(&study.doses);
    }
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    if distinct.len() < shape.parameters() {
        return Err(MetaError::NoAnswer(format!(
            "a curve of {} numbers needs as many doses other than 0; there {} {}",
            shape.parameters(),
            if distinct.len() == 1 { "is" } else { "are" },
            distinct.len()
        )));
    }
    Ok(())
}

/// Of the coefficients from `first` on.
fn wald(found: &Fit, first: usize) -> Result<Wald, MetaError> {
    let df = found.coefficients.len() - first;
    let beta = found.coefficients.rows(first, df).into_owned();
    let vcov = found.vcov.view((first, first), (df, df)).into_owned();
    let inverse = inverse_spd(&vcov)
        .ok_or_else(|| MetaError::NoAnswer("the doses do not tell the coefficients apart".to_owned()))?;
    let statistic = beta.dot(&(inverse * &beta));
    Ok(Wald {
        statistic,
        df,
        p: gamma::cdf_and_complement(0.5 * df as f64, 0.5 * statistic).1,
    })
}

impl Trend {
    /// The curve at a dose, against dose 0.
    ///
    /// # Errors
    /// A dose that is negative or no number.
    pub fn predict(&self, dose: f64) -> Result<Prediction, MetaError> {
        if !(dose >= 0.0 && dose.is_finite()) {
            return Err(MetaError::NoAnswer(format!("{dose} is no dose")));
        }
        let row = from_zero(&self.curve, &[dose])?;
        let effect = (0..row.ncols())
            .map(|term| row[(0, term)] * self.coefficients[term].estimate)
            .sum();
        let gradient = match self.curve {
            Curve::Emax { ed50 } if self.vcov.nrows() == 2 => {
                let moves = of_half_maximum(dose, self.coefficients[0].estimate, ed50);
                DVector::from_column_slice(&moves)
            }
            _ => row.transpose().column(0).into_owned(),
        };
        let se = gradient.dot(&(&self.vcov * &gradient)).max(0.0).sqrt();
        let z = normal::quantile(0.5 + 0.5 * self.level);
        Ok(Prediction {
            dose,
            effect,
            se,
            lower: effect - z * se,
            upper: effect + z * se,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn one(doses: &[f64], effects: &[f64], covariance: &[f64]) -> Contrasts {
        let n = doses.len();
        Contrasts {
            doses: doses.to_vec(),
            effects: effects.to_vec(),
            covariance: DMatrix::from_row_slice(n, n, covariance),
        }
    }

    #[test]
    fn two_doses_and_a_control_have_the_slope_of_generalised_least_squares() {
        // Variances 2 and 3, covariance 1 of the control they share: the inverse is [3, -1; -1, 2] / 5.
        let study = one(&[1.0, 2.0], &[3.0, 8.0], &[2.0, 1.0, 1.0, 3.0]);
        let found = trend(&[study], &Shape::Linear, Method::Restricted, 0.95).unwrap();
        // d'Wd = (3 - 4 + 8) / 5 = 7/5; d'Wy = (9 - 8 - 6 + 32) / 5 = 27/5.
        let slope = &found.coefficients[0];
        assert!((slope.estimate - 27.0 / 7.0).abs() < 1e-12);
        assert!((slope.se * slope.se - 5.0 / 7.0).abs() < 1e-12);
        let at = found.predict(0.5).unwrap();
        assert!((at.effect - 13.5 / 7.0).abs() < 1e-12 && (at.se - 0.5 * slope.se).abs() < 1e-12);
        assert_eq!(found.psi, None);
        assert_eq!(found.predict(0.0).unwrap().effect, 0.0);
    }

    #[test]
    fn one_effect_alone_has_its_own_slope() {
        let found = trend(
            &[one(&[0.5], &[-3.0], &[4.0])],
            &Shape::Linear,
            Method::Restricted,
            0.95,
        )
        .unwrap();
        let slope = &found.coefficients[0];
        assert!((slope.estimate + 6.0).abs() < 1e-12 && (slope.se - 4.0).abs() < 1e-12);
    }

    #[test]
    fn equal_studies_of_one_dose_have_the_mean_and_the_variance_of_their_effects() {
        // REML of k effects with the same variance 1: between them S^2 - 1 with S^2 = 20/3.
        let studies: Vec<Contrasts> = [2.0, 4.0, 6.0, 8.0]
            .iter()
            .map(|y| one(&[0.5], &[*y], &[1.0]))
            .collect();
        let found = trend(&studies, &Shape::Linear, Method::Restricted, 0.95).unwrap();
        let slope = &found.coefficients[0];
        assert!((slope.estimate - 10.0).abs() < 1e-7);
        assert!((slope.se * slope.se - (20.0 / 3.0) / 4.0 / 0.25).abs() < 1e-5);
        assert!((found.psi.unwrap()[(0, 0)] - (20.0 / 3.0 - 1.0) / 0.25).abs() < 1e-4);
    }

    #[test]
    fn a_parabola_through_two_doses_meets_both() {
        let study = one(&[1.0, 2.0], &[3.0, 4.0], &[2.0, 1.0, 1.0, 3.0]);
        let found = trend(&[study], &Shape::Quadratic, Method::MaximumLikelihood, 0.9).unwrap();
        for (dose, effect, variance) in [(1.0, 3.0, 2.0_f64), (2.0, 4.0, 3.0)] {
            let at = found.predict(dose).unwrap();
            assert!((at.effect - effect).abs() < 1e-10 && (at.se - variance.sqrt()).abs() < 1e-10);
        }
        assert_eq!(found.nonlinear.unwrap().df, 1);
    }

    #[test]
    fn an_emax_curve_is_found_again_and_its_band_knows_that_its_half_was_estimated() {
        let doses = [0.5, 1.0, 2.0, 4.0];
        let effects: Vec<f64> = doses.iter().map(|x| -6.0 * x / (x + 1.5)).collect();
        let covariance = DMatrix::from_fn(4, 4, |i, j| if i == j { 0.02 } else { 0.01 });
        let study = one(&doses, &effects, covariance.as_slice());
        let found = trend(&[study], &Shape::Emax, Method::MaximumLikelihood, 0.95).unwrap();
        let half = found.half_maximum.unwrap();
        assert!(half.inside && (half.estimate - 1.5).abs() < 1e-3);
        assert!((found.coefficients[0].estimate + 6.0).abs() < 1e-2);
        assert!(half.lower.unwrap() < 1.5 && half.upper.unwrap() > 1.5);
        let at = found.predict(4.0).unwrap();
        assert!(at.se > 4.0 / 5.5 * found.coefficients[0].se);
        assert!(half.followed && found.half_maximum_in_band);
        // A line has no half: the band cannot know of it.
        let line = one(&doses, &doses.map(|x| -x), covariance.as_slice());
        let found = trend(&[line], &Shape::Emax, Method::MaximumLikelihood, 0.95).unwrap();
        assert!(!found.half_maximum.unwrap().inside && !found.half_maximum_in_band);
    }

    #[test]
    fn an_emax_curve_without_a_fit_at_any_dose_says_why() {
        let reason = || MetaError::NoAnswer("the doses are in another place".to_owned());
        let found = fit_emax((0.1, 10.0), Method::Fixed, |_| Err(reason()));
        assert_eq!(found.unwrap_err(), reason());
        // At the first doses of the search there are none.
        let study = one(
            &[0.5, 1.0, 2.0],
            &[-1.5, -2.4, -3.4],
            &[0.2, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1, 0.2],
        );
        let found = fit_emax((0.01, 10.0), Method::Fixed, |curve| match curve {
            Curve::Emax { ed50 } if *ed50 < 0.02 => Err(reason()),
            _ => studies(std::slice::from_ref(&study), curve),
        });
        assert!(found.unwrap().inside);
        // The search between two doses without a fit does not lose the one that has it.
        let only = fit_emax((0.25, 4.0), Method::Fixed, |curve| match curve {
            Curve::Emax { ed50 } if (ed50 - 1.0).abs() > 1e-3 => Err(reason()),
            _ => studies(std::slice::from_ref(&study), curve),
        });
        assert!((only.unwrap().ed50 - 1.0).abs() < 1e-3);
    }

    #[test]
    fn the_unit_of_the_dose_changes_no_prediction() {
        let make = |unit: f64| {
            [
                one(&[0.1 * unit, 0.5 * unit], &[-2.0, -6.0], &[2.0, 1.0, 1.0, 3.0]),
                one(&[0.5 * unit], &[-9.0], &[2.0]),
                one(&[1.0 * unit], &[-5.0], &[2.0]),
            ]
        };
        for shape in [Shape::Linear, Shape::Quadratic] {
            let at = |unit: f64| {
                let found = trend(&make(unit), &shape, Method::MaximumLikelihood, 0.95).unwrap();
                found.predict(0.4 * unit).unwrap()
            };
            let (a, b) = (at(1.0), at(70.0));
            assert!((a.effect - b.effect).abs() < 1e-3, "{shape:?}: {a:?} {b:?}");
        }
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        let study = || one(&[0.5], &[-3.0], &[1.0]);
        let told = |studies: &[Contrasts], shape| {
            trend(studies, &shape, Method::MaximumLikelihood, 0.95)
                .unwrap_err()
                .to_string()
        };
        assert!(told(&[], Shape::Linear).contains("dose-response"));
        assert!(told(&[study(), study()], Shape::Quadratic).contains("there is 1"));
        assert!(told(&[one(&[0.0], &[1.0], &[1.0])], Shape::Linear).contains("the dose 0"));
        assert!(told(&[one(&[1.0], &[f64::NAN], &[1.0])], Shape::Linear).contains("no number"));
        assert!(told(&[one(&[1.0], &[1.0, 2.0], &[1.0])], Shape::Linear).contains("an effect for each"));
    }
}
