//! What a fitted model expects: the mean at given moderators, its confidence interval, and where the true effect of a
//! new study lies there.

mod transformation;

pub use transformation::Transformation;

use euthymia_stats::{normal, student};
use nalgebra::DMatrix;

use crate::MetaError;
use crate::pool::Fit;

/// Which quantile a prediction interval is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Reference {
    /// That of the model's test: normal, or t with k - p degrees of freedom.
    #[default]
    OfTest,
    /// The normal one times tau alone: the mean counts as known.
    Simple,
    /// t with one degree of freedom less than k - p, for tau2 is estimated too (Higgins et al. 2009,
    /// doi:10.1111/j.1467-985X.2008.00552.x; Riley et al. 2011, doi:10.1136/bmj.d549).
    Riley,
    /// t with k - p degrees of freedom.
    T,
}

/// One expectation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// The mean.
    pub pred: f64,
    /// Its standard error; none once it is transformed.
    pub se: Option<f64>,
    /// Confidence interval.
    pub ci: (f64, f64),
    /// Prediction interval.
    pub pi: (f64, f64),
}

/// What is expected at one row of a design matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Expectation {
    pub(crate) pred: f64,
    pub(crate) variance: f64,
    /// Degrees of freedom of a t test; none for the normal.
    pub(crate) ddf: Option<f64>,
    /// Studies less coefficients.
    pub(crate) free: f64,
    /// Degrees of freedom that Riley's interval takes away from `free`: the parameters of the variance.
    pub(crate) variances: f64,
    /// Variance of the true effects.
    pub(crate) between: f64,
}

impl Reference {
    /// The reference of a name of metafor's `predtype`.
    ///
    /// # Errors
    /// There is none.
    pub fn parse(name: &str) -> Result<Self, MetaError> {
        match name.to_ascii_lowercase().as_str() {
            "default" => Ok(Self::OfTest),
            "simple" => Ok(Self::Simple),
            "riley" => Ok(Self::Riley),
            "t" => Ok(Self::T),
            _ => Err(MetaError::field(
                "predtype",
                format!("`{name}` is none of default, simple, riley, t"),
            )),
        }
    }
}

impl Expectation {
    pub(crate) fn intervals(&self, reference: Reference, level: f64) -> Prediction {
        let upper = 0.5 * (1.0 + level);
        let t = |df: f64| {
            if df > 0.0 {
                student::quantile(df, upper)
            } else {
                f64::NAN
            }
        };
        let of_test = self.ddf.map_or_else(|| normal::quantile(upper), t);
        let (critical, variance) = match reference {
            Reference::OfTest => (of_test, self.variance),
            Reference::Simple => (normal::quantile(upper), 0.0),
            Reference::Riley => (t((self.free - self.variances).max(1.0)), self.variance),
            Reference::T => (t(self.free.max(1.0)), self.variance),
        };
        let se = self.variance.max(0.0).sqrt();
        let around = |half: f64| (self.pred - half, self.pred + half);
        Prediction {
            pred: self.pred,
            se: Some(se),
            ci: around(of_test * se),
            pi: around(critical * (variance + self.between).max(0.0).sqrt()),
        }
    }
}

impl Prediction {
    /// On another scale; bounds stay in order.
    #[must_use]
    pub fn transformed(&self, transformation: &Transformation) -> Self {
        let both = |(low, high): (f64, f64)| {
            let (low, high) = (transformation.apply(low), transformation.apply(high));
            if low > high { (high, low) } else { (low, high) }
        };
        Self {
            pred: transformation.apply(self.pred),
            se: None,
            ci: both(self.ci),
            pi: both(self.pi),
        }
    }
}

/// The design matrix of new values of a model with `p` coefficients: rows of moderators without the intercept, to which it is added, or rows of all
/// columns.
///
/// # Errors
/// The rows have another number of values.
pub fn new_rows(p: usize, intercept: bool, rows: &[Vec<f64>]) -> Result<DMatrix<f64>, MetaError> {
    let add = usize::from(intercept);
    // One moderator: a row of as many values is a list of values.
    let single = p == 1 + add;
    let listed: Vec<Vec<f64>> = match rows {
        [row] if single && row.len() > 1 => row.iter().map(|value| vec![*value]).collect(),
        rows => rows.to_vec(),
    };
    let mut x = DMatrix::zeros(listed.len(), p);
    for (i, row) in listed.iter().enumerate() {
        let from = match row.len() {
            n if n + add == p => add,
            n if n == p => 0,
            n => {
                return Err(MetaError::field(
                    "newmods",
                    format!(
                        "row {} has {n} values, the model has {} moderators",
                        i + 1,
                        p - add
                    ),
                ));
            }
        };
        if from == 1 {
            x[(i, 0)] = 1.0;
        }
        for (j, value) in row.iter().enumerate() {
            x[(i, from + j)] = *value;
        }
    }
    Ok(x)
}

/// What the model expects at the rows of `x`.
#[must_use]
pub fn predict(fit: &Fit, x: &DMatrix<f64>, reference: Reference, level: f64) -> Vec<Prediction> {
    let estimated = fit.options.method.is_random() && fit.options.tau2.is_none();
    (0..x.nrows())
        .map(|i| {
            let row = x.row(i);
            let expectation = Expectation {
                pred: (row * &fit.beta)[(0, 0)],
                variance: (row * &fit.vcov * row.transpose())[(0, 0)],
                ddf: fit.ddf,
                free: fit.k as f64 - fit.p as f64,
                variances: f64::from(u8::from(estimated)),
                between: fit.tau2,
            };
            expectation.intervals(reference, level)
        })
        .collect()
}
