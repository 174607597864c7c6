//! Steady states that no formula gives: the interval of the doses is run through until it ends where it began.
//!
//! The end of an interval is a function of its beginning, and a steady state is a fixed point of that. A few intervals in
//! plain succession come first, since a state that the doses themselves lead to is wanted. Then Newton's method goes to the
//! fixed point at once, with the slopes of the function from one more interval for each state, so that a state that would
//! take thousands of doses costs no more than one that takes ten. What Newton's method says is the remaining distance is the
//! error of the state, which the change from one interval to the next is not where a system is slow. Where it fails, more
//! intervals follow in plain succession. Whatever was found, a plain interval has confirmed it.
//!
//! Where equations read the time, what repeats is a cycle of as many intervals as the rhythm of the model takes: a day of two
//! doses where rates have a rhythm of a day. The clock is that of the intervals before the record.
//!
//! A constant infusion has no interval (`equilibrium`).
//!
//! A search runs on registers of its own with one lane, so that it has the same bits whatever runs beside it.

mod equilibrium;

use euthymia_vecmath::Lanes;

use crate::control::{Pace, advise};
use crate::executor::Registers;
use crate::matrix::solve;
use crate::options::Options;
use crate::plan::Plan;
use crate::statistics::Statistics;
use crate::steady::{Inside, Steady};
use crate::step::{Attempt, Method};

/// A search for one steady state.
pub(crate) struct Search<'a> {
    plan: &'a Plan<'a>,
    options: &'a Options,
    /// With the constants of the subject.
    registers: &'a mut Registers<1>,
    /// Where the search begins.
    initial: &'a [f64],
    /// Whether a compartment is off.
    masked: bool,
    /// Intervals after which everything repeats.
    cycle: u32,
    /// Steps that may be tried.
    pub(crate) budget: u32,
    /// Tolerances relative to those of the run.
    tighter: f64,
    pub(crate) statistics: Statistics,
    pub(crate) steps: u32,
    /// Intervals that were run through.
    pub(crate) intervals: u32,
    /// The state that changed most in the last plain interval, relative to what is tolerated.
    pub(crate) last: Change,
}

/// How a state changed in an interval.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Change {
    pub(crate) state: usize,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

/// Why there is no steady state.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    /// Steps or intervals are spent.
    Unsettled,
    /// No cycle of intervals is like the one before it.
    Timed,
    /// No step, however small, meets the tolerance.
    Step { time: f64, length: f64 },
}

/// Tolerances of a search relative to those of the run at first, and how much tighter they become where the noise of the
/// integration is in the way; no relative tolerance is below the last.
const TIGHTER: f64 = 1e-3;
const MUCH_TIGHTER: f64 = 0.1;
const TIGHTEST: f64 = 1e-12;

/// A change, and a distance, that has come to rest, relative to what the run tolerates.
const AT_REST: f64 = 0.1;
/// Intervals in plain succession before Newton's method is tried.
const PLAIN: u32 = 4;
/// The most intervals in which a rhythm of the model repeats: four weeks of daily doses.
const LONGEST_CYCLE: u32 = 28;
/// No search runs through more intervals.
const MOST_INTERVALS: u32 = 10_000;
/// Slopes are worked out anew this often before Newton's method is given up.
const MOST_SLOPES: u32 = 12;
/// Steps of Newton's method with the same slopes.
const MOST_CHORDS: u32 = 6;
/// Part of a state by which it is moved to see a slope.
const MOVED: f64 = 1e-3;
/// `1 -` an eigenvalue of an interval below this is that of a state that keeps what enters.
const SETTLES: f64 = 1e-8;

impl<'a> Search<'a> {
    pub(crate) fn new(
        plan: &'a Plan<'a>,
        options: &'a Options,
        registers: &'a mut Registers<1>,
        initial: &'a [f64],
        masked: bool,
    ) -> Self {
        Self {
            plan,
            options,
            registers,
            initial,
            masked,
            cycle: 1,
            budget: options.max_steps,
            tighter: 1.0,
            statistics: Statistics::default(),
            steps: 0,
            intervals: 0,
            last: Change::default(),
        }
    }

    /// The state at the end of the steady interval.
    pub(crate) fn run(&mut self, steady: &Steady) -> Result<Vec<f64>, Trouble> {
        self.tighten(TIGHTER);
        if steady.period == 0.0 {
            return self.equilibrium(steady);
        }
        let mut state = self.initial.to_vec();
        let mut plain = PLAIN;
        if self.plan.timed {
            self.cycle = self.rhythm(steady)?;
        }
        loop {
            for _ in 0..plain {
                let end = self.run_through(steady, 0, &state)?;
                self.note(&state, &end);
                state = end;
            }
            // A place that Newton's method has tried in vain may be one where no step succeeds.
            let found = match self.newton(steady, &state) {
                Ok(found) => found,
                Err(Trouble::Step { .. }) => None,
                Err(trouble) => return Err(trouble),
            };
            if let Some(found) = found {
                return self.confirmed(steady, found);
            }
            plain *= 2;
            self.tighten(MUCH_TIGHTER);
        }
    }

    fn tighten(&mut self, factor: f64) {
        let tightest = (TIGHTEST / self.options.rtol).min(1.0);
        self.tighter = (self.tighter * factor).max(tightest);
    }

    /// How many intervals it takes until what drives the system by the clock is as it was: as many as set the clock back for
    /// one interval without a difference.
    fn rhythm(&mut self, steady: &Steady) -> Result<u32, Trouble> {
        let from = self.run_through(steady, 0, self.initial)?;
        let now = self.run_through(steady, 0, &from)?;
        for cycle in 1..=LONGEST_CYCLE {
            let before = self.run_through(steady, cycle, &from)?;
            if self.size(&now, &before) <= AT_REST {
                return Ok(cycle);
            }
            self.note(&now, &before);
        }
        Err(Trouble::Timed)
    }

    /// Where what drives the system changes with time, the cycle before must end where this one does.
    fn confirmed(&mut self, steady: &Steady, found: Vec<f64>) -> Result<Vec<f64>, Trouble> {
        if self.plan.timed {
            let before = self.run_through(steady, self.cycle, &found)?;
            self.note(&found, &before);
            if self.size(&found, &before) > 1.0 {
                return Err(Trouble::Timed);
            }
        }
        Ok(found)
    }

    /// The fixed point near `from`, if Newton's method gets there.
    fn newton(&mut self, steady: &Steady, from: &[f64]) -> Result<Option<Vec<f64>>, Trouble> {
        let mut x = from.to_vec();
        let mut y = self.run_through(steady, 0, &x)?;
        let mut size = self.size(&x, &y);
        for _ in 0..MOST_SLOPES {
            let scales = self.scales(&x, &y);
            let slopes = self.slopes(steady, (&x, &y), &scales)?;
            for chord in 0..MOST_CHORDS {
                let change = (x.iter().zip(&y).zip(&scales)).map(|((x, y), scale)| (y - x) / scale);
                let Ok(distance) = solve(slopes.clone(), change.collect(), SETTLES) else {
                    return Ok(None);
                };
                let goal: Vec<f64> = (x.iter().zip(&distance).zip(&scales))
                    .map(|((&x, distance), scale)| toward(x, x + distance * scale))
                    .collect();
                if size <= AT_REST && self.size(&x, &goal) <= AT_REST {
                    self.note(&x, &y);
                    return Ok(Some(y));
                }
                let end = self.run_through(steady, 0, &goal)?;
                let now = self.size(&goal, &end);
                if now >= size {
                    if chord == 0 {
                        return Ok(None);
                    }
                    break;
                }
                let slow = now > 0.2 * size;
                (x, y, size) = (goal, end, now);
                if slow {
                    break;
                }
            }
        }
        Ok(None)
    }

    /// The magnitude of each state.
    fn scales(&self, x: &[f64], y: &[f64]) -> Vec<f64> {
        let magnitudes = x.iter().zip(y).map(|(x, y)| x.abs().max(y.abs()));
        let largest = magnitudes.clone().fold(self.options.atol, f64::max);
        magnitudes
            .map(|own| if own > 0.0 { own } else { largest })
            .collect()
    }

    /// The identity less the derivatives of the end `y` of the interval with respect to its beginning `x`, row by row, of
    /// states in units of their magnitudes.
    fn slopes(
        &mut self,
        steady: &Steady,
        (x, y): (&[f64], &[f64]),
        scales: &[f64],
    ) -> Result<Vec<f64>, Trouble> {
        let n = x.len();
        let mut slopes = vec![0.0; n * n];
        for column in 0..n {
            let mut beginning = x.to_vec();
            beginning[column] += MOVED * scales[column];
            let moved = (beginning[column] - x[column]) / scales[column];
            let end = self.run_through(steady, 0, &beginning)?;
            for row in 0..n {
                let change = (end[row] - y[row]) / scales[row];
                slopes[row * n + column] = f64::from(row == column) - change / moved;
            }
            if self.is_off(column) {
                slopes[column * n + column] = 1.0;
            }
        }
        Ok(slopes)
    }

    /// Where a cycle leads that ends this many intervals before the record.
    fn run_through(&mut self, steady: &Steady, before: u32, from: &[f64]) -> Result<Vec<f64>, Trouble> {
        let mut state = from.to_vec();
        for interval in (before..before + self.cycle).rev() {
            let end = steady.time - f64::from(interval) * steady.period;
            state = self.interval(steady, end, &state)?;
        }
        Ok(state)
    }

    /// Where an interval that ends at `end` leads.
    fn interval(&mut self, steady: &Steady, end: f64, from: &[f64]) -> Result<Vec<f64>, Trouble> {
        if self.intervals >= MOST_INTERVALS {
            return Err(Trouble::Unsettled);
        }
        self.intervals += 1;
        let into = usize::from(steady.compartment);
        let start = end - steady.period;
        self.place(from, into, steady.rate);
        let mut time = start;
        for &(phase, inside) in &steady.inside {
            self.advance(time, start + phase)?;
            time = time.max(start + phase);
            match inside {
                Inside::Add(amount) => self.registers[self.plan.current + into].0[0] += amount,
                Inside::Rate(rate) => self.registers[self.plan.infusions + into].0[0] = rate,
            }
        }
        self.advance(time, end)?;
        Ok(self.state())
    }

    /// Puts the system into a state with an infusion into one compartment.
    fn place(&mut self, state: &[f64], into: usize, rate: f64) {
        for (place, &value) in state.iter().enumerate() {
            self.registers[self.plan.current + place].0[0] = value;
            self.registers[self.plan.infusions + place].0[0] = 0.0;
        }
        self.registers[self.plan.infusions + into].0[0] = rate;
    }

    fn state(&self) -> Vec<f64> {
        let current = &self.registers[self.plan.current..][..self.plan.states];
        current.iter().map(|value| value.0[0]).collect()
    }

    fn is_off(&self, state: usize) -> bool {
        self.masked && self.registers[self.plan.on + state].0[0] == 0.0
    }

    /// Advances the system.
    fn advance(&mut self, from: f64, to: f64) -> Result<(), Trouble> {
        let (plan, isa) = (self.plan, self.options.isa);
        let method = Method::new(plan, self.options);
        let (mut time, mut pace) = (from, Pace::new(0.0));
        while time < to {
            if self.steps >= self.budget {
                return Err(Trouble::Unsettled);
            }
            self.steps += 1;
            let attempt = Attempt {
                plan,
                method,
                isa,
                rtol: self.options.rtol * self.tighter,
                atol: self.options.atol * self.tighter,
                time: Lanes([time]),
                length: Lanes([pace.length]),
                room: Lanes([to - time]),
                previous: Lanes([pace.previous]),
                masked: self.masked,
                registers: &mut *self.registers,
            };
            let tried = attempt.run();
            let advice = advise(isa, method.order(), tried.error, Lanes([pace.log_error]));
            let length = tried.length.0[0];
            if pace.book(0, &tried, &advice, &mut self.statistics) {
                for state in 0..plan.states {
                    self.registers[plan.current + state] = self.registers[plan.next + state];
                }
                time = if length >= to - time { to } else { time + length };
            }
            if time < to && pace.is_stuck(time.abs().max(to.abs())) {
                return Err(Trouble::Step { time, length });
            }
        }
        Ok(())
    }

    /// The largest change relative to what the run tolerates; infinite if one is not finite.
    fn size(&self, from: &[f64], to: &[f64]) -> f64 {
        let parts = from.iter().zip(to).map(|(&from, &to)| self.part(from, to));
        parts.fold(0.0, f64::max)
    }

    fn part(&self, from: f64, to: f64) -> f64 {
        let part = (to - from).abs() / (self.options.rtol * from.abs().max(to.abs()) + self.options.atol);
        if part.is_finite() { part } else { f64::INFINITY }
    }

    fn note(&mut self, from: &[f64], to: &[f64]) {
        let mut largest = -1.0;
        for (state, (&from, &to)) in from.iter().zip(to).enumerate() {
            let part = self.part(from, to);
            if part > largest {
                largest = part;
                self.last = Change { state, from, to };
            }
        }
    }
}

/// The goal, or, where it is on the other side of 0, a tenth of the way that is left to 0: amounts are not negative, and an
/// equation may have no value where they are.
fn toward(from: f64, goal: f64) -> f64 {
    if from >= 0.0 && goal < 0.0 {
        0.1 * from
    } else {
        goal
    }
}
