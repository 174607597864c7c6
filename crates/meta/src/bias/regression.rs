//! Do small studies find other effects than large ones: the effect regressed on what measures size.
//!
//! Egger et al. 1997 (doi:10.1136/bmj.315.7109.629) with a multiplicative variance; with an additive one as in Thompson and
//! Sharp 1999; predictors after Sterne and Egger 2005 (doi:10.1002/0470870168.ch6). The intercept at a predictor of 0 is the
//! effect of a study of infinite size.

use euthymia_stats::student;
use nalgebra::{DMatrix, DVector};

use super::check;
use crate::MetaError;
use crate::linear::check_rank;
use crate::pool::{self, Data};

/// What measures the size of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Predictor {
    /// Standard error.
    #[default]
    StandardError,
    /// Sampling variance.
    Variance,
    /// People.
    Size,
    /// One over people.
    InverseSize,
    /// Square root of people.
    RootSize,
    /// One over the square root of people.
    InverseRootSize,
}

/// What the residual variance is.
#[derive(Clone, Debug, PartialEq)]
pub enum Variance {
    /// A multiple of the sampling variances: weighted least squares, t with k - p degrees of freedom.
    Multiplicative,
    /// The sampling variances and tau2.
    Additive(pool::Options),
}

/// An estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// The regression test.
#[derive(Clone, Debug, PartialEq)]
pub struct Regression {
    /// Coefficients, the predictor's last.
    pub beta: DVector<f64>,
    /// Their standard errors.
    pub se: Vec<f64>,
    /// The predictor's coefficient over its standard error.
    pub statistic: f64,
    /// Degrees of freedom; none where it refers to the normal distribution.
    pub df: Option<f64>,
    /// Two-sided.
    pub pval: f64,
    /// Effect of a study of infinite size, where the predictor is 0 there and no other moderator is in the model.
    pub limit: Option<Interval>,
    /// Residual standard deviation over the sampling error (multiplicative), or tau (additive).
    pub spread: f64,
}

impl Predictor {
    const NAMES: [(&'static str, Self); 6] = [
        ("sei", Self::StandardError),
        ("vi", Self::Variance),
        ("ni", Self::Size),
        ("ninv", Self::InverseSize),
        ("sqrtni", Self::RootSize),
        ("sqrtninv", Self::InverseRootSize),
    ];

    /// The predictor that metafor gives a name.
    ///
    /// # Errors
    /// There is none.
    pub fn parse(name: &str) -> Result<Self, MetaError> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, predictor)| *predictor).ok_or_else(|| {
            let reason = format!("`{name}` is none of sei, vi, ni, ninv, sqrtni, sqrtninv");
            MetaError::field("predictor", reason)
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(_, predictor)| *predictor == self);
        found.map_or("", |(name, _)| name)
    }

    /// Whether it is 0 for a study of infinite size.
    #[must_use]
    pub fn vanishes(self) -> bool {
        !matches!(self, Self::Size | Self::RootSize)
    }

    /// Its value for each study.
    ///
    /// # Errors
    /// The number of people is needed and not known, or not above 0.
    pub fn values(self, vi: &[f64], ni: &[Option<f64>]) -> Result<Vec<f64>, MetaError> {
        if vi.len() != ni.len() {
            return Err(MetaError::NoAnswer(format!(
                "there are {} sampling variances and {} numbers of people",
                vi.len(),
                ni.len()
            )));
        }
        let of = |(study, (v, n)): (usize, (&f64, &Option<f64>))| {
            let size = || match n {
                Some(n) if *n > 0.0 && n.is_finite() => Ok(*n),
                _ => Err(MetaError::NoAnswer(format!(
                    "the predictor `{}` needs the number of people, which study {} does not tell",
                    self.name(),
                    study + 1
                ))),
            };
            Ok(match self {
                Self::StandardError => v.sqrt(),
                Self::Variance => *v,
                Self::Size => size()?,
                Self::InverseSize => 1.0 / size()?,
                Self::RootSize => size()?.sqrt(),
                Self::InverseRootSize => 1.0 / size()?.sqrt(),
            })
        };
        vi.iter().zip(ni).enumerate().map(of).collect()
    }
}

/// Regresses the effects on a predictor, beside the moderators that the model already has.
///
/// # Errors
/// The predictor is unknown for a study or the same for all, or there are too few studies.
pub fn regression_test(
    data: &Data,
    ni: &[Option<f64>],
    predictor: Predictor,
    variance: &Variance,
) -> Result<Regression, MetaError> {
    check("a regression test", 1, &data.yi, &data.vi)?;
    let values = predictor.values(&data.vi, ni)?;
    let mut test = regress(data, &values, predictor.name(), variance, 0.95)?;
    if !predictor.vanishes() || !is_mean(data) {
        test.limit = None;
    }
    Ok(test)
}

fn is_mean(data: &Data) -> bool {
    data.x.ncols() == 1 && data.x.iter().all(|x| *x == 1.0)
}

/// The regression on any column. The `limit` is the interval of the first coefficient.
pub(crate) fn regress(
    data: &Data,
    values: &[f64],
    name: &str,
    variance: &Variance,
    level: f64,
) -> Result<Regression, MetaError> {
    let (k, p) = (data.yi.len(), data.x.ncols());
    if values.len() != k || data.vi.len() != k || data.x.nrows() != k || data.names.len() != p {
        return Err(MetaError::NoAnswer(format!(
            "variances, moderators and the predictor must be told for each of {k} effect sizes"
        )));
    }
    // People count in thousands, their inverse in ten-thousandths: of unit size the columns do not cost digits.
    let unit = values.iter().fold(0.0_f64, |unit, x| unit.max(x.abs()));
    let scale = if unit > 0.0 { unit } else { 1.0 };
    let mut x = data.x.clone().insert_column(p, 0.0);
    for (row, value) in values.iter().enumerate() {
        x[(row, p)] = value / scale;
    }
    let mut names = data.names.clone();
    names.push(name.to_owned());
    if k <= p + 1 {
        return Err(MetaError::TooFew {
            what: "a regression test",
            needed: p + 2,
            found: k,
        });
    }
    check_rank(&x, &names)?;
    let mut test = match variance {
        Variance::Multiplicative => least_squares(&x, data, level)?,
        Variance::Additive(options) => {
            let with = Data {
                yi: data.yi.clone(),
                vi: data.vi.clone(),
                x,
                names,
                intercept: data.intercept,
            };
            let fit = pool::fit(&with, options)?;
            Regression {
                statistic: fit.zval[p],
                pval: fit.pval[p],
                limit: Some(Interval {
                    estimate: fit.beta[0],
                    lower: fit.ci_lb[0],
                    upper: fit.ci_ub[0],
                }),
                df: fit.ddf,
                spread: fit.tau2.sqrt(),
                beta: fit.beta,
                se: fit.se,
            }
        }
    };
    test.beta[p] /= scale;
    test.se[p] /= scale;
    Ok(test)
}

/// Weighted least squares by a QR decomposition.
fn least_squares(x: &DMatrix<f64>, data: &Data, level: f64) -> Result<Regression, MetaError> {
    let (k, p) = x.shape();
    let roots: Vec<f64> = data.vi.iter().map(|v| 1.0 / v.sqrt()).collect();
    let weighted = DMatrix::from_fn(k, p, |row, column| x[(row, column)] * roots[row]);
    let y = DVector::from_fn(k, |row, _| data.yi[row] * roots[row]);
    let decomposition = weighted.clone().qr();
    let singular = || MetaError::Singular {
        columns: data.names.join(", "),
    };
    let r = decomposition.r();
    let right = decomposition.q().transpose() * &y;
    let beta = r.solve_upper_triangular(&right).ok_or_else(singular)?;
    let inverse = r
        .solve_upper_triangular(&DMatrix::identity(p, p))
        .ok_or_else(singular)?;
    let df = (k - p) as f64;
    let size = y.norm();
    let rest = y - weighted * &beta;
    if rest.norm().is_nan() || rest.norm() <= 1e-13 * size {
        return Err(MetaError::NoAnswer(
            "the effects lie on the line of the regression: without a residual variance there is no test"
                .to_owned(),
        ));
    }
    let sigma = (rest.norm_squared() / df).sqrt();
    let se: Vec<f64> = (0..p).map(|j| sigma * inverse.row(j).norm()).collect();
    let statistic = beta[p - 1] / se[p - 1];
    let half = student::quantile(df, 0.5 * (1.0 + level)) * se[0];
    Ok(Regression {
        statistic,
        df: Some(df),
        pval: student::two_sided(df, statistic),
        limit: Some(Interval {
            estimate: beta[0],
            lower: beta[0] - half,
            upper: beta[0] + half,
        }),
        spread: sigma,
        beta,
        se,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> Data {
        Data::without_moderators(vec![0.1, 0.5, 0.9, 0.2, 0.7], vec![0.01, 0.04, 0.09, 0.02, 0.16])
    }

    #[test]
    fn a_funnel_that_leans_exactly_gives_its_limit() {
        let vi = [0.01_f64, 0.04, 0.09, 0.16];
        let yi = vi.iter().map(|v| 0.2 + 1.5 * v.sqrt()).collect();
        let data = Data::without_moderators(yi, vi.to_vec());
        let sei = Predictor::StandardError;
        let common = Variance::Additive(pool::Options {
            tau2: Some(0.0),
            ..pool::Options::default()
        });
        let test = regression_test(&data, &[None; 4], sei, &common).unwrap();
        let limit = test.limit.unwrap();
        assert!((limit.estimate - 0.2).abs() < 1e-12 && (test.beta[1] - 1.5).abs() < 1e-11);
    }

    #[test]
    fn units_of_the_effect_do_not_matter() {
        let test = |data: &Data| {
            let sei = Predictor::StandardError;
            regression_test(data, &[None; 5], sei, &Variance::Multiplicative).unwrap()
        };
        let (one, mut ten) = (data(), data());
        ten.yi.iter_mut().for_each(|y| *y *= 10.0);
        ten.vi.iter_mut().for_each(|v| *v *= 100.0);
        assert!((test(&one).statistic - test(&ten).statistic).abs() < 1e-10);
    }

    #[test]
    fn what_cannot_be_tested_is_refused() {
        let sei = Predictor::StandardError;
        let multiplicative = Variance::Multiplicative;
        let same = Data::without_moderators(vec![0.1, 0.2, 0.4], vec![0.1; 3]);
        assert!(matches!(
            regression_test(&same, &[None; 3], sei, &multiplicative),
            Err(MetaError::Singular { .. })
        ));
        let line = Data::without_moderators(vec![0.1, 0.2, 0.4], vec![0.01, 0.04, 0.16]);
        let refused = regression_test(&line, &[None; 3], sei, &multiplicative).unwrap_err();
        assert!(refused.to_string().contains("residual variance"), "{refused}");
        assert!(regression_test(&data(), &[None; 3], sei, &multiplicative).is_err());
        let size = Predictor::Size;
        assert!(regression_test(&data(), &[None; 5], size, &multiplicative).is_err());
        let two = Data::without_moderators(vec![0.1, 0.2], vec![0.1, 0.2]);
        assert!(matches!(
            regression_test(&two, &[None; 2], sei, &multiplicative),
            Err(MetaError::TooFew { .. })
        ));
        let zero = Data::without_moderators(vec![0.1, 0.2, 0.4], vec![0.1, 0.0, 0.2]);
        assert!(regression_test(&zero, &[None; 3], sei, &multiplicative).is_err());
    }
}
