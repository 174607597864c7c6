//! Which file answers which kinds.

use super::Runner;

/// The kinds of each family with what answers them.
#[rustfmt::skip]
pub(crate) const ALL: &[&[(&str, Runner)]] = &[
    super::univariate::KINDS,
    super::follow::KINDS,
    super::effects::KINDS,
    super::counts::KINDS,
    super::multilevel::KINDS,
    super::bias::KINDS,
];
