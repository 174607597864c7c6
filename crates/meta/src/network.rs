//! Many treatments at once: network meta-analysis.
//!
//! - [`contrasts`]: from the arms of studies to their comparisons;
//! - [`Network`]: treatments, studies and comparisons, checked;
//! - [`network`]: estimates of the common and the random effects model, by the electrical analogy (Rücker 2012);
//!   [`Multivariate`]: the same model as a multivariate regression, for likelihoods;
//! - [`DesignModel`], [`decompose`], [`split`], [`heat`]: whether the network agrees with itself;
//! - [`contributions`], [`measures`]: where the evidence for an estimate comes from;
//! - [`p_scores`], [`ranks`], [`league`]: which treatment is better;
//! - [`binary`]: rare events without adding to empty cells; [`components`]: treatments made of components.
//!
//! ```
//! use euthymia_meta::network::{Contrast, Network, NetworkOptions, network};
//!
//! let against = |study: &str, treat1: &str, treat2: &str, te: f64, se: f64| Contrast {
//!     study: study.to_owned(),
//!     treat1: treat1.to_owned(),
//!     treat2: treat2.to_owned(),
//!     te: Some(te),
//!     se: Some(se),
//!     line: 0,
//!     arms: None,
//!     shared: None,
//! };
//! let studies = [
//!     against("1", "ketamine", "placebo", -8.0, 1.0),
//!     against("2", "midazolam", "placebo", -2.0, 1.0),
//! ];
//! let network_of = Network::new(&studies)?;
//! let fitted = network(&network_of, &NetworkOptions::default())?;
//! // Ketamine against midazolam, which no study compared.
//! assert!((fitted.common.effect(0, 1) + 6.0).abs() < 1e-12);
//! assert!((fitted.common.variance(0, 1) - 2.0).abs() < 1e-12);
//! # Ok::<(), euthymia_meta::MetaError>(())
//! ```

mod arms;
mod binary;
mod components;
mod contribution;
mod designs;
mod estimates;
mod graph;
mod heat;
mod hypergeometric;
mod league;
mod mantel_haenszel;
mod measure;
mod model;
mod multivariate;
mod ranking;
mod split;

pub use arms::{Arm, Contrast, Increment, Outcome, Where, contrasts};
pub use binary::{BinaryFit, BinaryMethod, EmptyArms, binary};
pub use components::{Additive, ComponentFit, Components, components};
pub use contribution::{Contributions, Measures, Streams, contributions, measures};
pub use designs::{Decomposition, Design, DesignModel, decompose};
pub use estimates::{
    Direct, Heterogeneity, Inconsistency, Intervals, NetworkFit, NetworkOptions, QTest, Sources, network,
};
pub use graph::{Comparison, Network, Study};
pub use heat::{Heat, heat};
pub use league::{Cell, League, league};
pub use measure::Measure;
pub use model::Model;
pub use multivariate::{Base, Covariance, Likelihood, Multivariate, MultivariateFit};
pub use ranking::{Ranks, p_scores, ranks};
pub use split::{Estimate, Split, Splitting, split};
