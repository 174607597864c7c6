//! Bayesian random-effects meta-analysis: the normal-normal model, exact by quadrature over tau (Röver 2020,
//! doi:10.18637/jss.v093.i06; Röver and Friede 2017, doi:10.1080/10618600.2016.1276840).
//!
//! Given tau, the mean and the true effects are normal; the posterior of tau is a density in one dimension. All that is
//! asked of the mean is a mixture of normals over the nodes of a Gauss rule for tau.

mod posterior;
mod prior;
mod reading;
mod rule;
mod summary;

pub use posterior::{Posterior, Theta};
pub use prior::{MeanPrior, TauPrior};
pub use summary::{IntervalKind, Summary};
