//! Densities, special functions, quantiles, variance components and keyed random streams.
//!
//! What the layers above need to draw virtual patients and to say what a million of them came to:
//!
//! - [`random`]: draws that are addresses, not sequences: the same number for the same seed, purpose, replicate,
//!   subject and draw, in whatever order and on however many threads they are asked for;
//! - [`normal`], [`student`], [`f`], [`beta`], [`gamma`]: distribution functions and quantiles;
//! - [`convergence`]: whether chains of draws agree, and what their averages are worth;
//! - [`counts`]: quantiles of Poisson and binomial counts;
//! - [`quadrature`]: integrals; [`quadratic_form`]: the distribution of weighted sums of chi-squares;
//! - [`quantile`]: of samples, exactly, and of streams in bounded memory;
//! - [`moments`], [`variance`]: means and variances of streams, and their split into nested components;
//! - [`hermite`]: averages over the normal distribution by Gauss-Hermite quadrature;
//! - [`hypergeometric`]: events of one of two groups, given their sum;
//! - [`kendall`]: the distribution of Kendall's rank correlation;
//! - [`mmrm`]: the mixed model for repeated measures of trials, and with one visit the analysis of covariance;
//! - [`optimize`]: roots, minima and derivatives;
//! - [`proportion`]: intervals for proportions;
//! - [`survival`]: survival curves, medians and restricted means;
//! - [`real`]: numbers that a formula is written over once, for its value and for its gradient;
//! - [`economic`], [`voi`]: cost against effect of several options, and what it is worth to know more;
//! - [`Cholesky`]: correlated normals from independent ones.
//!
//! Everything is computed with `euthymia_vecmath` and sums in a fixed order: the same bits on every machine.

pub mod as241;
pub mod beta;
mod cholesky;
pub mod convergence;
pub mod counts;
pub mod economic;
pub mod f;
pub mod gamma;
pub mod hermite;
pub mod hypergeometric;
pub mod kendall;
pub mod mmrm;
pub mod moments;
pub mod normal;
pub mod optimize;
pub mod proportion;
pub mod quadratic_form;
pub mod quadrature;
pub mod quantile;
pub mod random;
pub mod real;
mod root;
pub mod student;
pub mod survival;
pub mod variance;
pub mod voi;

pub use cholesky::{Cholesky, CholeskyError};
