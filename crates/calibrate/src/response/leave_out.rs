//! Every study predicted by a fit to all the others.

use super::held_out::{self, Prediction};
use super::inputs::Inputs;
use super::target::Target;
use crate::sampler::{self, SampleError, Settings, Watch};
use crate::target::LogDensity;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Draws of the parameters that predictions are made with.
const DRAWS: usize = 500;

/// Leaves each study out in turn. `watch` hears of chain 0 how many studies are done.
///
/// # Errors
/// A fit fails, or is stopped.
pub fn leave_out(
    inputs: &Inputs,
    settings: &Settings,
    watch: &dyn Watch,
) -> Result<Vec<Prediction>, SampleError> {
    let studies = inputs.data(&[]).studies;
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let found = Mutex::new(vec![None; studies.len()]);
    let work = || {
        loop {
            let place = next.fetch_add(1, Ordering::SeqCst);
            let Some(study) = studies.get(place) else {
                break;
            };
            let predicted = one(inputs, settings, &studies, study, watch);
            found.lock().unwrap_or_else(PoisonError::into_inner)[place] = Some(predicted);
            watch.drawn(0, done.fetch_add(1, Ordering::SeqCst) + 1);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..settings.threads.max(1) {
            scope.spawn(work);
        }
    });
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut predictions = Vec::new();
    for predicted in found.into_iter().flatten() {
        predictions.extend(predicted?);
    }
    Ok(predictions)
}

fn one(
    inputs: &Inputs,
    settings: &Settings,
    studies: &[String],
    study: &str,
    watch: &dyn Watch,
) -> Result<Vec<Prediction>, SampleError> {
    let without: Vec<&str> = studies
        .iter()
        .map(String::as_str)
        .filter(|other| *other != study)
        .collect();
    let held = inputs.data(&without);
    let target = Target::new(inputs.data(&[study]), inputs.priors.clone());
    let settings = Settings {
        threads: 1,
        start: vec![0.0; target.dimension()],
        ..settings.clone()
    };
    let draws = sampler::sample(&target, &settings, &Stops(watch))?;
    let thetas = held_out::thinned(&target, draws.positions(), DRAWS);
    Ok(held_out::predict(&held, &target.data, &thetas, settings.seed))
}

/// Says when to stop, and nothing of single draws.
struct Stops<'w>(&'w dyn Watch);

impl Watch for Stops<'_> {
    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}
