//! A progress bar on standard error, for work that takes more than a second.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const SILENT_FOR: Duration = Duration::from_secs(1);

/// Shows how many subjects are done, once the work has taken a second, if a person is watching.
pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
    watched: bool,
}

impl Progress {
    /// Of `total` of `what`.
    pub(crate) fn new(total: u64, what: &str, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let template = format!("{{wide_bar}} {{human_pos}}/{{human_len}} {what}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Self {
            bar,
            started: Instant::now(),
            watched: !quiet && std::io::stderr().is_terminal(),
        }
    }

    /// `done` subjects are finished in all.
    fn advance(&self, done: u64) {
        self.bar.set_position(done);
        if self.watched && self.bar.is_hidden() && self.started.elapsed() >= SILENT_FOR {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// A part of the work, before which so many subjects were done.
    pub(crate) fn after(&self, before: u64) -> Part<'_> {
        Part { whole: self, before }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl euthymia_engine::Progress for Progress {
    fn done(&self, subjects: u64) {
        self.advance(subjects);
    }

    fn cancelled(&self) -> bool {
        crate::interrupt::requested()
    }
}

/// One of several runs that a bar shows as one.
pub(crate) struct Part<'p> {
    whole: &'p Progress,
    before: u64,
}

impl euthymia_engine::Progress for Part<'_> {
    fn done(&self, subjects: u64) {
        self.whole.advance(self.before + subjects);
    }

    fn cancelled(&self) -> bool {
        crate::interrupt::requested()
    }
}
