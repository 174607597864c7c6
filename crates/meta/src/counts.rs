//! Counts pooled as counts, without an effect size for each study: Mantel and Haenszel, Peto, and generalised linear
//! mixed models.
//!
//! - [`mantel_haenszel`], [`peto`]: closed forms that take studies without events as they are;
//! - [`stratified`]: the common ratios and differences behind them, from cells as they are given;
//! - [`glmm`]: logistic and Poisson models with random effects, and the conditional models.

pub mod glmm;
mod mantel_haenszel;
mod peto;
mod pooled;
pub mod stratified;

pub use mantel_haenszel::{Association, Homogeneity, MantelHaenszel, mantel_haenszel};
pub use peto::{Peto, peto};
pub use pooled::{Options, Pooled};
