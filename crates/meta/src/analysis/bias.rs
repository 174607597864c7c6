//! Small-study effects, selection and fragility: metafor's `regtest`, `ranktest`, `trimfill`, `fsn`, `selmodel` and `tes`,
//! meta's `metabias` and `trimfill`, metasens' `copas` and `limitmeta`, weightr; and `pet_peese`, `pcurve`, `fragility`,
//! which are our own.

mod asymmetry;
mod robustness;
mod selection;
mod trials;

use super::Runner;

/// Kinds of this family.
pub(crate) const KINDS: &[(&str, Runner)] = &[
    ("regtest", asymmetry::regtest),
    ("ranktest", asymmetry::ranktest),
    ("metabias", asymmetry::metabias),
    ("limitmeta", asymmetry::limitmeta),
    ("pet_peese", asymmetry::pet_peese),
    ("trimfill", robustness::trimfill),
    ("metatrimfill", robustness::metatrimfill),
    ("fsn", robustness::fsn),
    ("tes", robustness::tes),
    ("pcurve", robustness::pcurve),
    ("fragility", robustness::fragility),
    ("selmodel", selection::selmodel),
    ("selmodel_weightr", selection::weightr),
    ("copas", selection::copas),
];
