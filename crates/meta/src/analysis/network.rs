//! Kinds of network meta-analysis: arms or contrasts in, estimates under the keys of R's netmeta out.

mod binary;
mod designs;
mod estimates;
mod read;

use super::Runner;

/// The kinds and what answers them.
pub(crate) const KINDS: &[(&str, Runner)] = &[
    ("pairwise", estimates::pairwise),
    ("netmeta", estimates::netmeta),
    ("netmeta_rmamv", estimates::multivariate),
    ("netleague", estimates::netleague),
    ("netrank", estimates::netrank),
    ("netmetabin", binary::netmetabin),
    ("netsplit", designs::netsplit),
    ("net_decomp_design", designs::decomposition),
    ("netheat", designs::netheat),
    ("netcontrib", designs::netcontrib),
    ("netmeasures", designs::netmeasures),
    ("netcomb", designs::netcomb),
];
