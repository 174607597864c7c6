//! Kinds of R's package meta: generic inverse variance, two groups and one, and subgroups.

mod binary;
mod continuous;
mod generic;
mod one_group;
mod pooled;
mod rates;
mod settings;
mod subgroup;

use super::Runner;

/// Kinds of this family.
pub(crate) const KINDS: &[(&str, Runner)] = &[
    ("metagen", generic::metagen),
    ("metabin", binary::metabin),
    ("metacont", continuous::metacont),
    ("metacor", one_group::metacor),
    ("metainc", rates::metainc),
    ("metamean", one_group::metamean),
    ("metaprop", one_group::metaprop),
    ("metarate", one_group::metarate),
    ("subgroup", subgroup::subgroup),
];
