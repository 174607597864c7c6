//! `euthymia evidence`: the trials, asked.

pub(crate) mod arguments;
mod load;
mod pool;
mod studies;

use arguments::{Ask, Evidence};

use crate::arguments::Shared;
use crate::exit::Failure;

/// Answers what was asked of the trials.
pub(crate) fn run(options: &Evidence, shared: &Shared) -> Result<(), Failure> {
    let layer = options.layer.as_deref();
    match &options.ask {
        Ask::Studies(asked) => studies::run(asked, layer, shared),
        Ask::Pool(asked) => pool::run(asked, layer, shared),
        _ => Ok(()),
    }
}

/// Prints a value as JSON.
fn print_json(value: &impl serde::Serialize) {
    println!("{}", crate::output::json(value));
}
