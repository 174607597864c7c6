//! Steady states: what one interval of a dose that has been going on for ever looks like, and the state it returns to. A
//! linear system's is solved for directly, from the exponentials of its Jacobian; others are searched for by `search`.

use crate::course::{CourseDose, SteadyState};
use crate::entry::Entry;
use crate::matrix::{SMALLEST_PIVOT, advance, apply, product, solve};

/// A steady state to be found: that of the interval up to `time`, which ends where it began.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Steady {
    pub(crate) time: f64,
    pub(crate) compartment: u16,
    /// Whether its amounts are added to those that are there.
    pub(crate) add: bool,
    /// Length of the interval; 0 if nothing changes.
    pub(crate) period: f64,
    /// Rate of infusion at the beginning of the interval.
    pub(crate) rate: f64,
    /// What happens within it, and how long after its beginning.
    pub(crate) inside: Vec<(f64, Inside)>,
}

/// What happens within an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Inside {
    /// The amount grows.
    Add(f64),
    /// The infusion has this rate from here on.
    Rate(f64),
}

/// More infusions than this at once are refused.
const MOST_AT_ONCE: f64 = 1e5;

impl Steady {
    /// An infusion without beginning.
    pub(crate) fn constant(time: f64, dose: &CourseDose, rate: f64) -> Self {
        Self {
            time,
            compartment: dose.compartment,
            add: dose.steady_state == SteadyState::Add,
            period: 0.0,
            rate,
            inside: Vec::new(),
        }
    }

    /// A dose with its interval, which enters `lag` after the beginning. The rate is NaN where too many infusions overlap.
    pub(crate) fn repeated(time: f64, dose: &CourseDose, lag: f64, entry: Entry) -> Self {
        let period = dose.interval;
        let mut steady = Self {
            period,
            ..Self::constant(time, dose, 0.0)
        };
        match entry.pace {
            None => steady.inside.push((lag, Inside::Add(entry.amount))),
            Some(_) if entry.amount == 0.0 => {}
            Some((rate, duration)) => {
                let always = (duration / period).floor();
                if always > MOST_AT_ONCE {
                    steady.rate = f64::NAN;
                    return steady;
                }
                let rest = (duration - always * period).max(0.0);
                let (low, high) = (always * rate, (always + 1.0) * rate);
                let stop = lag + rest;
                if rest == 0.0 {
                    steady.rate = low;
                } else if stop > period {
                    steady.rate = high;
                    steady.inside = vec![(stop - period, Inside::Rate(low)), (lag, Inside::Rate(high))];
                } else {
                    steady.rate = low;
                    steady.inside = vec![(lag, Inside::Rate(high)), (stop, Inside::Rate(low))];
                }
            }
        }
        steady
    }
}

/// A linear system `x' = A x + b`.
#[derive(Debug)]
pub(crate) struct Linear {
    pub(crate) states: usize,
    /// `A`, row by row.
    pub(crate) matrix: Vec<f64>,
    /// `b`.
    pub(crate) constant: Vec<f64>,
}

impl Linear {
    /// The state at the end of the steady interval; the index of a state that has none otherwise.
    pub(crate) fn steady_state(&self, steady: &Steady) -> Result<Vec<f64>, usize> {
        let n = self.states;
        let into = usize::from(steady.compartment);
        let inflow = |rate: f64| {
            let mut inflow = self.constant.clone();
            inflow[into] += rate;
            inflow
        };
        if steady.period == 0.0 {
            let right = inflow(steady.rate).iter().map(|inflow| -inflow).collect();
            return solve(self.matrix.clone(), right, SMALLEST_PIVOT);
        }
        // The interval as a map `x -> P x + q`, composed from its parts.
        let mut p = vec![0.0; n * n];
        (0..n).for_each(|i| p[i * n + i] = 1.0);
        let mut q = vec![0.0; n];
        let (mut phase, mut rate) = (0.0, steady.rate);
        let end = (steady.period, Inside::Add(0.0));
        for &(next, inside) in steady.inside.iter().chain([&end]) {
            if next > phase {
                let (exponential, moved) = advance(&self.matrix, next - phase, &inflow(rate));
                p = product(&exponential, &p, n);
                q = apply(&exponential, &q, n)
                    .iter()
                    .zip(&moved)
                    .map(|(a, b)| a + b)
                    .collect();
                phase = next;
            }
            match inside {
                Inside::Add(amount) => q[into] += amount,
                Inside::Rate(new) => rate = new,
            }
        }
        for (place, value) in p.iter_mut().enumerate() {
            *value = f64::from(u8::from(place % (n + 1) == 0)) - *value;
        }
        solve(p, q, SMALLEST_PIVOT)
    }
}
