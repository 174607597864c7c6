//! A progress bar on standard error, for sampling that takes more than a second.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::sampler::{Settings, Watch};

const SILENT_FOR: Duration = Duration::from_secs(1);

/// Shows how many draws of all chains are made, once sampling has taken a second, if a person is watching; stops the
/// chains when asked to.
pub struct Progress<'c> {
    bar: ProgressBar,
    started: Instant,
    watched: bool,
    done: Vec<AtomicUsize>,
    cancelled: &'c (dyn Fn() -> bool + Sync),
}

impl<'c> Progress<'c> {
    /// Of a run with `settings`, until `cancelled`.
    #[must_use]
    pub fn new(settings: &Settings, quiet: bool, cancelled: &'c (dyn Fn() -> bool + Sync)) -> Self {
        let total = settings.chains * (settings.tune + settings.draws);
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden());
        if let Ok(style) =
            ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} draws, {eta} left")
        {
            bar.set_style(style);
        }
        Self {
            bar,
            started: Instant::now(),
            watched: !quiet && std::io::stderr().is_terminal(),
            done: (0..settings.chains).map(|_| AtomicUsize::new(0)).collect(),
            cancelled,
        }
    }

    /// Draws of all chains so far.
    #[must_use]
    pub fn done(&self) -> usize {
        self.done.iter().map(|done| done.load(Ordering::Relaxed)).sum()
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress<'_> {
    fn drawn(&self, chain: usize, draws: usize) {
        if let Some(done) = self.done.get(chain) {
            done.store(draws, Ordering::Relaxed);
        }
        if !self.watched || self.started.elapsed() < SILENT_FOR {
            return;
        }
        self.bar.set_position(self.done() as u64);
        if self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    fn cancelled(&self) -> bool {
        (self.cancelled)()
    }
}
