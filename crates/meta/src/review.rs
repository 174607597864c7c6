//! Pooling as systematic reviews report it: the common effect and the random effects side by side, with the choice of
//! intervals, heterogeneity measures, subgroups and clusters that R's package meta and Review Manager offer.
//!
//! Nothing here estimates tau2 anew: [`crate::pool`], [`crate::diagnostics`] and [`crate::multilevel`] do.

mod inconsistency;
mod interval;
mod inverse_variance;
mod prediction;
mod random_interval;
mod subgroup;
mod three_level;

pub use inconsistency::{Bounded, cochran_q, h, i2, q_probability, rb};
pub use interval::Interval;
pub use inverse_variance::{
    CommonInterval, Heterogeneity, I2Source, InverseVariance, Options, Tau2Bounds, heterogeneity,
    inverse_variance, tau2_interval,
};
pub use prediction::{Prediction, prediction_interval};
pub use random_interval::{AdHoc, KenwardRoger, RandomEstimate, RandomInterval};
pub(crate) use subgroup::residual_tau2;
pub use subgroup::{Difference, Group, Subgroups, TauAcross, subgroups};
pub use three_level::{Component, ThreeLevel, is_clustered, three_level};
