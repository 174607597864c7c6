//! The statistics of meta-analysis: from what studies report to effect sizes, pooled estimates and their diagnostics.
//!
//! - [`Frame`]: a table as a person has it; [`expression`] and [`formula`] compute columns and design matrices from it,
//!   written as in R;
//! - [`effect`]: effect sizes and their sampling variances;
//! - [`pool`]: one estimate out of many: the univariate model with and without moderators, and what follows from it;
//! - [`predict`], [`diagnostics`]: what follows a fit: predictions, intervals of tau2, influence, tests, refits;
//! - [`review`]: pooling as systematic reviews report it: common and random effects, subgroups, clusters;
//! - [`prediction`], [`bayes`], [`p_values`]: prediction intervals, Bayesian models and combined probabilities of their
//!   own;
//! - [`multilevel`], [`multivariate`], [`robust`]: effect sizes that depend on each other;
//! - [`dose_response`], [`accuracy`]: trends over doses, sensitivity and specificity of tests;
//! - [`network`]: many treatments at once;
//! - [`bias`]: tests of small-study effects and selection, and estimates that allow for them;
//! - [`synthesis`]: all that studies come to, in the one structure that tables and figures show;
//! - [`grade`]: how certain a body of evidence is;
//! - [`analysis`]: an analysis as data, and its values under the names that the reference packages give them.
//!
//! This crate knows no trial, no drug and no file. Everything is computed with `euthymia_vecmath` and sums in a fixed
//! order: the same bits on every machine.

pub mod accuracy;
pub mod analysis;
pub mod bayes;
pub mod bias;
pub mod counts;
pub mod diagnostics;
pub mod dose_response;
pub mod effect;
mod error;
pub mod expression;
pub mod formula;
mod frame;
pub mod grade;
pub mod linear;
pub mod multilevel;
pub mod multivariate;
pub mod network;
pub mod p_values;
pub mod pool;
pub mod predict;
pub mod prediction;
pub mod review;
pub mod robust;
mod sets;
pub mod synthesis;

pub use error::MetaError;
pub use frame::{Column, Frame};
