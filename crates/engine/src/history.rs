//! What a subject's doses leave behind for its equations, and where its steps must end: changes are gone through once
//! more, in their order, when everything that a subject receives is known.
//!
//! A dose that arrives becomes a new set of the values that the program asks for ([`Effect::History`]). Times at which
//! the derivatives may jump become changes too ([`Effect::Pass`]): a step ends a few units in the last place before such a
//! time and the next begins as far behind it, so that every stage of a step sees one side only. What happens within that
//! gap is far below the rounding of a step.

use euthymia_model::program::{HistoryKind, HistoryValue, Program};

use crate::events::{Change, Effect, Expanded};

/// Half of the gap, relative to the time and to that of the start, from which a step may come.
const GAP: f64 = 4.0 * f64::EPSILON;
/// No gap is shorter, relative to the time of the end.
const SHORTEST_GAP: f64 = f64::EPSILON;

/// Which part of what is expanded belongs to the subject.
#[derive(Clone, Copy, Debug)]
pub(crate) struct From {
    /// Its first change.
    pub(crate) change: usize,
    /// Its first observation.
    pub(crate) observation: usize,
    /// When it starts.
    pub(crate) start: f64,
    /// When it is observed last.
    pub(crate) end: f64,
}

/// Whether there is anything to do for a program.
pub(crate) fn is_followed(program: &Program) -> bool {
    !program.history.is_empty() || !program.stops.is_empty()
}

/// Goes through the changes of a subject, the last in `expanded`. `stop` gives the time of a stop of the program with a row of
/// inputs.
pub(crate) fn follow(
    program: &Program,
    from: From,
    stop: impl Fn(u32, usize) -> f64,
    expanded: &mut Expanded,
) {
    let before = expanded.changes.split_off(from.change);
    let mut follower = Follower {
        program,
        stop,
        row: 0,
        known: Known::new(program),
        reached: from.start,
        start: from.start.abs(),
        shortest: SHORTEST_GAP * from.end.abs(),
        stops: Vec::new(),
        observation: from.observation,
        first: from.change,
        snapshot: 0,
        expanded,
    };
    follower.keep();
    follower.look_ahead();
    for (place, change) in before.iter().enumerate() {
        let waits = matches!(change.effect, Effect::Reset);
        // What sets the clock back waits for the observations before it, whatever its own time.
        let until = if waits {
            change.time.max(follower.last_before(place))
        } else {
            change.time
        };
        follower.pass(place, until);
        follower.observe(place, f64::INFINITY);
        follower.change(*change);
    }
    follower.pass(before.len(), from.end);
    follower.observe(before.len(), f64::INFINITY);
}

struct Follower<'a, F> {
    program: &'a Program,
    stop: F,
    row: u32,
    known: Known<'a>,
    /// Every stop before this time is behind.
    reached: f64,
    /// Magnitude of the first time.
    start: f64,
    /// The shortest gap.
    shortest: f64,
    /// Stops that are ahead, the next one last.
    stops: Vec<f64>,
    /// Next observation.
    observation: usize,
    /// The subject's first change.
    first: usize,
    /// Number of the values that hold.
    snapshot: u32,
    expanded: &'a mut Expanded,
}

impl<F: Fn(u32, usize) -> f64> Follower<'_, F> {
    /// Makes what is known a set of values of its own.
    fn keep(&mut self) {
        let sets = self
            .expanded
            .histories
            .len()
            .checked_div(self.program.history.len());
        self.snapshot = sets.unwrap_or(0) as u32;
        self.expanded.histories.extend_from_slice(&self.known.values);
    }

    fn push(&mut self, time: f64, effect: Effect) {
        self.expanded.changes.push(Change {
            time,
            compartment: 0,
            effect,
        });
    }

    /// Works out the stops that are ahead.
    fn look_ahead(&mut self) {
        self.stops.clear();
        for (number, stop) in self.program.stops.iter().enumerate() {
            let since = stop
                .since
                .and_then(|since| self.known.values.get(usize::from(since)));
            let time = (self.stop)(self.row, number) + since.copied().unwrap_or(0.0);
            if time.is_finite() && time >= self.reached {
                self.stops.push(time);
            }
        }
        self.stops.sort_by(|a, b| b.total_cmp(a));
        self.stops.dedup();
    }

    /// Passes the stops up to a time; `place` is the number of the change that comes next.
    fn pass(&mut self, place: usize, until: f64) {
        while let Some(time) = self.stops.pop_if(|time| *time <= until) {
            self.observe(place, time);
            let gap = (GAP * time.abs().max(self.start)).max(self.shortest);
            let behind = (time + gap).max(time.next_up());
            self.push((time - gap).min(time.next_down()), Effect::Pass(behind));
            self.reached = behind;
        }
    }

    /// Observations that come before the change of number `place` and before a time.
    fn observe(&mut self, place: usize, time: f64) {
        let before = (self.expanded.changes.len() - self.first) as u32;
        while let Some(next) = self.expanded.observations.get_mut(self.observation)
            && next.before as usize <= place
            && self.expanded.times[self.observation] < time
        {
            next.before = before;
            next.history = self.snapshot;
            self.observation += 1;
        }
    }

    /// Time of the last observation before the change of number `place`.
    fn last_before(&self, place: usize) -> f64 {
        let waiting = self.expanded.observations[self.observation..].iter();
        let before = waiting.take_while(|next| next.before as usize <= place);
        let times = self.expanded.times[self.observation..].iter().zip(before);
        times.fold(f64::NEG_INFINITY, |last, (&time, _)| last.max(time))
    }

    fn change(&mut self, change: Change) {
        let changed = match change.effect {
            Effect::Dose(amount) => {
                let counts = self.known.dose(change.compartment, change.time, amount);
                if counts {
                    self.keep();
                    self.push(change.time, Effect::History(self.snapshot));
                }
                counts
            }
            Effect::Reset => {
                self.expanded.changes.push(change);
                self.reached = f64::NEG_INFINITY;
                if self.known.reset() {
                    self.keep();
                    self.push(change.time, Effect::History(self.snapshot));
                }
                true
            }
            Effect::Row(row) => {
                self.expanded.changes.push(change);
                self.row = row;
                true
            }
            _ => {
                self.expanded.changes.push(change);
                false
            }
        };
        self.reached = self.reached.max(change.time);
        if changed && !self.program.stops.is_empty() {
            self.look_ahead();
        }
    }
}

/// What is known of the doses, as the program asks for it.
struct Known<'a> {
    asked: &'a [HistoryValue],
    values: Vec<f64>,
    /// When each compartment received its last dose; NaN if it has not.
    last: Vec<f64>,
}

impl<'a> Known<'a> {
    fn new(program: &'a Program) -> Self {
        Self {
            asked: &program.history,
            // While states move the subject's first record is behind.
            values: program
                .history
                .iter()
                .map(|value| match value.kind {
                    HistoryKind::Newness => 2.0,
                    kind => kind.at_first(),
                })
                .collect(),
            last: vec![f64::NAN; program.states.len()],
        }
    }

    /// A dose arrives; whether it counts: a second one in the same compartment at the same time does not.
    fn dose(&mut self, compartment: u16, time: f64, amount: f64) -> bool {
        let last = self.last.get_mut(usize::from(compartment));
        if last.as_ref().is_none_or(|last| **last == time) {
            return false;
        }
        if let Some(last) = last {
            *last = time;
        }
        for (asked, value) in self.asked.iter().zip(&mut self.values) {
            if asked.compartment.is_none_or(|asked| asked == compartment) {
                match asked.kind {
                    HistoryKind::LastTime => *value = time,
                    HistoryKind::FirstTime if value.is_nan() => *value = time,
                    HistoryKind::LastAmount => *value = amount,
                    HistoryKind::Count => *value += 1.0,
                    HistoryKind::FirstTime | HistoryKind::Newness | HistoryKind::RecordAmount => {}
                }
            }
        }
        true
    }

    /// All compartments were reset; whether anything is to be forgotten.
    fn reset(&mut self) -> bool {
        self.last.fill(f64::NAN);
        let mut forgotten = false;
        for (asked, value) in self.asked.iter().zip(&mut self.values) {
            if matches!(asked.kind, HistoryKind::LastTime | HistoryKind::LastAmount) {
                forgotten |= !value.is_nan();
                *value = f64::NAN;
            }
        }
        forgotten
    }
}
