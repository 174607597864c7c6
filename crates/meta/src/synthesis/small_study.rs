//! Whether small studies show other effects than large ones.

use nalgebra::DMatrix;

use crate::pool::{self, Data};

/// With fewer studies the test has hardly any power (Sterne et al. 2011, doi:10.1136/bmj.d4002).
const FEWEST: usize = 10;

/// Egger's regression, or why it was not made.
#[derive(Clone, Debug, PartialEq)]
pub enum SmallStudy {
    /// Effects regressed on standard errors, in the model of the synthesis.
    Tested {
        /// The slope over its standard error.
        statistic: f64,
        /// Degrees of freedom of a t test.
        df: Option<f64>,
        /// Two-sided probability.
        p: f64,
        /// The effect that the line gives to a study without sampling error, on the scale that is pooled.
        limit: super::Estimate,
    },
    /// Not made.
    NotTested(String),
}

/// The test for studies without moderators.
pub(super) fn of(data: &Data, options: &pool::Options) -> SmallStudy {
    let k = data.yi.len();
    if k < FEWEST {
        return SmallStudy::NotTested(format!(
            "{k} studies; with fewer than {FEWEST} the test has hardly any power"
        ));
    }
    let sei: Vec<f64> = data.vi.iter().map(|v| v.sqrt()).collect();
    let moderated = Data {
        x: DMatrix::from_fn(k, 2, |row, column| if column == 0 { 1.0 } else { sei[row] }),
        names: vec!["intrcpt".to_owned(), "sei".to_owned()],
        ..data.clone()
    };
    match pool::fit(&moderated, options) {
        Ok(fit) => SmallStudy::Tested {
            statistic: fit.zval[1],
            df: fit.ddf,
            p: fit.pval[1],
            limit: super::Estimate {
                value: fit.beta[0],
                lower: fit.ci_lb[0],
                upper: fit.ci_ub[0],
            },
        },
        Err(error) => SmallStudy::NotTested(error.to_string()),
    }
}
