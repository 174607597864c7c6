//! Time by phase, for `--bench`.

use std::fmt::Write;
use std::ops::AddAssign;
use std::time::{Duration, Instant};

use euthymia_engine::Statistics;

/// Time that passed on the clock, and time that processors worked, where the system tells.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    elapsed: Duration,
    processor: Option<Duration>,
}

impl Spent {
    /// Of work that so many threads shared evenly: what of it passed on the clock.
    pub(crate) fn shared_by(self, threads: usize) -> Self {
        let threads = u32::try_from(threads.max(1)).unwrap_or(u32::MAX);
        Self {
            elapsed: self.elapsed / threads,
            ..self
        }
    }

    fn without(self, part: Self) -> Self {
        let processor = |whole: Duration| whole.saturating_sub(part.processor.unwrap_or_default());
        Self {
            elapsed: self.elapsed.saturating_sub(part.elapsed),
            processor: self.processor.map(processor),
        }
    }
}

impl AddAssign for Spent {
    fn add_assign(&mut self, more: Self) {
        self.elapsed += more.elapsed;
        self.processor = match (self.processor, more.processor) {
            (Some(sum), Some(more)) => Some(sum + more),
            (sum, more) => sum.or(more),
        };
    }
}

/// Whose processor time is meant.
#[derive(Clone, Copy, Debug)]
enum Whose {
    Process,
    Thread,
}

/// When something began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    clock: Instant,
    processor: Option<Duration>,
    whose: Whose,
}

impl Moment {
    /// Now, for what this thread does alone while others may work.
    pub(crate) fn of_thread() -> Self {
        Self::now(Whose::Thread)
    }

    fn now(whose: Whose) -> Self {
        Self {
            clock: Instant::now(),
            processor: processor_time(whose),
            whose,
        }
    }

    /// What was spent since.
    pub(crate) fn spent(self) -> Spent {
        let processor = processor_time(self.whose).zip(self.processor);
        Spent {
            elapsed: self.clock.elapsed(),
            processor: processor.map(|(now, then)| now.saturating_sub(then)),
        }
    }
}

/// A stop watch with named laps.
pub(crate) struct Watch {
    started: Moment,
    lap_started: Moment,
    laps: Vec<(&'static str, Spent)>,
    notes: Vec<(&'static str, String)>,
}

impl Watch {
    pub(crate) fn start() -> Self {
        let now = Moment::now(Whose::Process);
        Self {
            started: now,
            lap_started: now,
            laps: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Ends a phase.
    pub(crate) fn lap(&mut self, name: &'static str) {
        self.laps.push((name, self.lap_started.spent()));
        self.lap_started = Moment::now(Whose::Process);
    }

    /// Ends a phase that contained others, whose time was measured elsewhere.
    pub(crate) fn lap_except(&mut self, name: &'static str, parts: &[(&'static str, Spent)]) {
        let whole = self.lap_started.spent();
        let rest = parts.iter().fold(whole, |rest, &(_, part)| rest.without(part));
        self.laps.push((name, rest));
        self.laps.extend_from_slice(parts);
        self.lap_started = Moment::now(Whose::Process);
    }

    /// Notes a figure besides.
    pub(crate) fn note(&mut self, name: &'static str, value: String) {
        self.notes.push((name, value));
    }

    /// The laps (time on the clock, then of processors), the notes, the solver's work and the peak memory, a line each.
    pub(crate) fn table(&self, work: Option<&Statistics>) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: String| {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name:28} {value:>14}");
        };
        for (name, spent) in &self.laps {
            line(name, times(*spent));
        }
        let total = self.started.spent();
        line("total", times(total));
        for (name, value) in &self.notes {
            line(name, value.clone());
        }
        if let Some(work) = work {
            line("subjects", work.subjects.to_string());
            line(
                "subjects per second",
                format!("{:.0}", work.subjects as f64 / total.elapsed.as_secs_f64()),
            );
            line("steps taken", work.accepted.to_string());
            line("steps rejected", work.rejected.to_string());
            line("right-hand sides", work.derivatives.to_string());
            line("Jacobians", work.jacobians.to_string());
            line("factorisations", work.factorisations.to_string());
        }
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

/// `1.234 s       1.201 s of processors`.
fn times(spent: Spent) -> String {
    let elapsed = spent.elapsed.as_secs_f64();
    match spent.processor {
        Some(processor) => format!("{elapsed:.3} s {:>10.3} s of processors", processor.as_secs_f64()),
        None => format!("{elapsed:.3} s"),
    }
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn processor_time(whose: Whose) -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    let clock = match whose {
        Whose::Process => ClockId::ProcessCPUTime,
        Whose::Thread => ClockId::ThreadCPUTime,
    };
    Duration::try_from(clock_gettime(clock)).ok()
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn processor_time(_: Whose) -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleeping_is_not_working() {
        let moment = Moment::of_thread();
        std::thread::sleep(Duration::from_millis(50));
        let spent = moment.spent();
        assert!(spent.elapsed >= Duration::from_millis(50));
        assert!(
            spent
                .processor
                .is_none_or(|time| time < Duration::from_millis(25))
        );
        assert_eq!(
            spent.processor.is_some(),
            cfg!(any(target_os = "linux", target_os = "macos"))
        );
    }

    #[test]
    fn a_phase_does_not_count_what_it_contained() {
        let of = |elapsed, processor| Spent {
            elapsed: Duration::from_secs(elapsed),
            processor: Some(Duration::from_secs(processor)),
        };
        let mut part = of(1, 1);
        part += of(2, 1);
        let rest = of(10, 7).without(part);
        assert_eq!(times(rest), "7.000 s      5.000 s of processors");
    }
}
