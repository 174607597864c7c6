//! `calibrate --sensitivity`: what each prior choice moves.

use euthymia_calibrate::response::{Inputs, Target, sensitivity};
use euthymia_calibrate::sampler::Settings;
use serde_json::json;

use super::{Calibrate, sample, settings};
use crate::arguments::Shared;
use crate::exit::Failure;

/// Chains of a fit with another prior.
const CHAINS: usize = 2;
/// Its draws that tune it, and those that are kept, at most.
const DRAWS: (usize, usize) = (500, 1000);

pub(super) fn run(options: &Calibrate, shared: &Shared, inputs: &Inputs) -> Result<(), Failure> {
    let target = inputs.target();
    let draws = sample(&target, &settings(options, &target), shared, None)?;
    let moved = sensitivity(&target, &draws, |other: &Target| {
        let quick = Settings {
            chains: CHAINS,
            tune: options.tune.min(DRAWS.0),
            draws: options.draws.min(DRAWS.1),
            ..settings(options, other)
        };
        sample(other, &quick, shared, None)
    })?;
    if shared.json {
        println!("{}", json!(moved));
    } else if !shared.quiet {
        println!(
            "{:<20} {:>6}  {:<20} {:>7}",
            "prior", "width", "moves most", "by, SD"
        );
        for one in &moved {
            println!(
                "{:<20} {:>5}x  {:<20} {:>7.2}{}",
                one.prior,
                one.factor,
                one.moves_most,
                one.by_sd,
                if one.fitted_again { "  fitted again" } else { "" }
            );
        }
    }
    Ok(())
}
