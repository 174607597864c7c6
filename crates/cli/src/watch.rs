//! Time by phase, for `--bench`.

use std::fmt::Write;
use std::time::{Duration, Instant};

use euthymia_engine::Statistics;

/// A stop watch with named laps.
pub(crate) struct Watch {
    started: Instant,
    lap_started: Instant,
    laps: Vec<(&'static str, Duration)>,
}

impl Watch {
    pub(crate) fn start() -> Self {
        let now = Instant::now();
        Self {
            started: now,
            lap_started: now,
            laps: Vec::new(),
        }
    }

    /// Ends a phase.
    pub(crate) fn lap(&mut self, name: &'static str) {
        self.laps.push((name, self.lap_started.elapsed()));
        self.lap_started = Instant::now();
    }

    /// Ends a phase that contained another, whose time was measured elsewhere.
    pub(crate) fn lap_except(&mut self, name: &'static str, contained: &'static str, time: Duration) {
        self.laps
            .push((name, self.lap_started.elapsed().saturating_sub(time)));
        self.laps.push((contained, time));
        self.lap_started = Instant::now();
    }

    /// The laps, the solver's work and the peak memory, a line each.
    pub(crate) fn table(&self, work: &Statistics) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: String| {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name:28} {value:>14}");
        };
        for (name, time) in &self.laps {
            line(name, format!("{:.3} s", time.as_secs_f64()));
        }
        let total = self.started.elapsed().as_secs_f64();
        line("total", format!("{total:.3} s"));
        line("subjects", work.subjects.to_string());
        line(
            "subjects per second",
            format!("{:.0}", work.subjects as f64 / total),
        );
        line("steps taken", work.accepted.to_string());
        line("steps rejected", work.rejected.to_string());
        line("right-hand sides", work.derivatives.to_string());
        line("Jacobians", work.jacobians.to_string());
        line("factorisations", work.factorisations.to_string());
        if let Some(bytes) = peak_memory_bytes() {
            line("peak memory", format!("{:.1} MiB", bytes as f64 / 1_048_576.0));
        }
        text
    }
}

/// The largest resident size of this process so far, where the system tells.
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}
