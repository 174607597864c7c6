//! The pooled estimate with one study left out, and as the studies come in.

use super::{is_mean, subset};
use crate::MetaError;
use crate::pool::{Data, Fit, Options, fit};

fn check(data: &Data, options: &Options) -> Result<(), MetaError> {
    data.check(options)?;
    if is_mean(data) {
        return Ok(());
    }
    Err(MetaError::field(
        "mods",
        "leave-one-out and cumulative estimates are of models without moderators",
    ))
}

/// The fits without the first, the second, ... study; nothing where there is none.
///
/// # Errors
/// The model has moderators, or lengths differ.
pub fn leave_one_out(data: &Data, options: &Options) -> Result<Vec<Option<Fit>>, MetaError> {
    check(data, options)?;
    let k = data.yi.len();
    let one = |out: usize| {
        let kept: Vec<usize> = (0..k).filter(|i| *i != out).collect();
        let (rest, options) = subset(data, options, &kept);
        fit(&rest, &options).ok()
    };
    Ok((0..k).map(one).collect())
}

/// The fits of the first, the first two, ... of the studies in `order`; nothing where there is none.
///
/// # Errors
/// The model has moderators, lengths differ, or `order` names a study that is not there.
pub fn cumulative(data: &Data, options: &Options, order: &[usize]) -> Result<Vec<Option<Fit>>, MetaError> {
    check(data, options)?;
    if let Some(place) = order.iter().find(|place| **place >= data.yi.len()) {
        return Err(MetaError::field(
            "order",
            format!("there is no study {}, there are {}", place + 1, data.yi.len()),
        ));
    }
    let one = |last: usize| {
        let (first, options) = subset(data, options, &order[..=last]);
        fit(&first, &options).ok()
    };
    Ok((0..order.len()).map(one).collect())
}
