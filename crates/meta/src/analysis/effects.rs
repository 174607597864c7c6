//! Effect sizes and what they are made of: `escalc`, `conv`, `rcalc`.

mod conversions;
mod correlations;

use super::studies::{effects, prepared};
use super::{Analysis, Runner, Values};
use crate::MetaError;

pub(crate) const KINDS: &[(&str, Runner)] = &[
    ("escalc", escalc),
    ("conv", conversions::run),
    ("rcalc", correlations::run),
];

fn escalc(analysis: &Analysis) -> Result<Values, MetaError> {
    let frame = prepared(&analysis.inputs, analysis.frame()?)?;
    let effects = effects(&analysis.inputs, &frame)?;
    Ok(Values::new()
        .with("k", effects.yi.len())
        .with("yi", effects.yi)
        .with("vi", effects.vi))
}
