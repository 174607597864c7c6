//! `euthymia evidence`: the trials, asked.

pub(crate) mod arguments;
mod claims;
mod dose;
mod layer;
pub(crate) mod load;
mod pool;
mod question;
mod review;
mod studies;

use arguments::{Ask, Evidence};

use crate::arguments::Shared;
use crate::exit::Failure;

/// Answers what was asked of the trials.
pub(crate) fn run(options: &Evidence, shared: &Shared) -> Result<(), Failure> {
    let own = options.layer.as_deref();
    match &options.ask {
        Ask::Studies(asked) => studies::run(asked, own, shared),
        Ask::Pool(asked) => pool::run(asked, own, shared),
        Ask::Dose(asked) => dose::run(asked, own, shared),
        Ask::Claims(asked) => claims::claims(asked, own, shared),
        Ask::Questions => claims::questions(own, shared),
        Ask::Review(asked) => review::run(asked, own, shared),
        Ask::Rebuild => claims::rebuilt(own, shared),
        Ask::Add(asked) => layer::add(asked, own, shared),
        Ask::Remove(asked) => layer::remove(asked, own, shared),
    }
}

/// Prints a value as JSON.
fn print_json(value: &impl serde::Serialize) {
    println!("{}", crate::output::json(value));
}
