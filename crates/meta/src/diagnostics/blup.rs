//! True effects of the studies, shrunken towards what the model expects of them (Raudenbush and Bryk 1985,
//! doi:10.3102/10769986010002075).

use crate::MetaError;
use crate::pool::{Data, Fit};

/// The true effect of one study.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blup {
    /// Best linear unbiased prediction.
    pub pred: f64,
    /// Its standard error.
    pub se: f64,
    /// Lower bound.
    pub pi_lb: f64,
    /// Upper bound.
    pub pi_ub: f64,
}

/// The true effects of all studies.
///
/// # Errors
/// The weights are not the inverse variances: then the predictions are not the best.
pub fn blup(data: &Data, fit: &Fit) -> Result<Vec<Blup>, MetaError> {
    if fit.options.weights.is_some() || !fit.options.weighted {
        return Err(MetaError::field(
            "weights",
            "effects of studies are predicted from inverse-variance weights only",
        ));
    }
    let critical = fit.critical();
    let one = |i: usize| {
        let row = data.x.row(i);
        let share = fit.tau2 / (fit.tau2 + data.vi[i]);
        let pred = share * data.yi[i] + (1.0 - share) * (row * &fit.beta)[(0, 0)];
        let spread = (row * &fit.vcov * row.transpose())[(0, 0)];
        let se = (share * data.vi[i] + (1.0 - share) * (1.0 - share) * spread).sqrt();
        Blup {
            pred,
            se,
            pi_lb: pred - critical * se,
            pi_ub: pred + critical * se,
        }
    };
    Ok((0..fit.k).map(one).collect())
}
