//! Steady states: what one interval of a dose that has been going on for ever looks like, and the state it returns to. A
//! linear system's is solved for directly, from the exponentials of its Jacobian; others are searched for by `search`.

use crate::course::{CourseDose, SteadyState};
use crate::entry::Entry;

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

/// A smaller pivot, relative to the largest entry, is one of rounding.
pub(crate) const SMALLEST_PIVOT: f64 = 1e-14;

/// A linear system `x' = A x + b`.
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
                let (exponential, moved) = self.advance(next - phase, &inflow(rate));
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

    /// `exp(A h)` and where a state of zeros gets to in `h`.
    fn advance(&self, h: f64, inflow: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (n, m) = (self.states, self.states + 1);
        let mut augmented = vec![0.0; m * m];
        for row in 0..n {
            for column in 0..n {
                augmented[row * m + column] = self.matrix[row * n + column] * h;
            }
            augmented[row * m + n] = inflow[row] * h;
        }
        let exponential = exponential(augmented, n);
        let part = |row: usize| exponential[row * m..][..n].iter().copied();
        (
            (0..n).flat_map(part).collect(),
            (0..n).map(|row| exponential[row * m + n]).collect(),
        )
    }
}

/// Terms of the Taylor series: for a norm of 1/2 the next is below 1e-19.
const TERMS: u32 = 16;

/// Exponential of an augmented matrix by its Taylor series, scaled by the norm of its first `n` columns and squared.
pub(crate) fn exponential(mut matrix: Vec<f64>, n: usize) -> Vec<f64> {
    let m = n + 1;
    let mut norm = (0..n)
        .map(|row| matrix[row * m..][..n].iter().map(|value| value.abs()).sum())
        .fold(0.0, f64::max);
    let mut squarings = 0;
    while norm > 0.5 && norm.is_finite() {
        norm *= 0.5;
        squarings += 1;
    }
    for _ in 0..squarings {
        matrix.iter_mut().for_each(|value| *value *= 0.5);
    }
    let identity = |matrix: &mut [f64]| (0..m).for_each(|i| matrix[i * m + i] += 1.0);
    let mut sum = vec![0.0; m * m];
    identity(&mut sum);
    for term in (1..=TERMS).rev() {
        sum = product(&matrix, &sum, m);
        sum.iter_mut().for_each(|value| *value /= f64::from(term));
        identity(&mut sum);
    }
    for _ in 0..squarings {
        sum = product(&sum, &sum, m);
    }
    sum
}

fn product(a: &[f64], b: &[f64], n: usize) -> Vec<f64> {
    let mut product = vec![0.0; n * n];
    for row in 0..n {
        for inner in 0..n {
            let factor = a[row * n + inner];
            for column in 0..n {
                product[row * n + column] += factor * b[inner * n + column];
            }
        }
    }
    product
}

fn apply(a: &[f64], x: &[f64], n: usize) -> Vec<f64> {
    (0..n)
        .map(|row| a[row * n..][..n].iter().zip(x).map(|(a, x)| a * x).sum())
        .collect()
}

/// Solves a linear system with pivoting by rows; the column that has no pivot otherwise. A pivot is no smaller than this
/// part of the largest entry.
pub(crate) fn solve(mut a: Vec<f64>, mut right: Vec<f64>, smallest: f64) -> Result<Vec<f64>, usize> {
    let n = right.len();
    let scale = a.iter().fold(0.0_f64, |scale, value| scale.max(value.abs()));
    for column in 0..n {
        let largest = (column..n).fold(column, |best, row| {
            if a[row * n + column].abs() > a[best * n + column].abs() {
                row
            } else {
                best
            }
        });
        let pivot = a[largest * n + column];
        if !(pivot.is_finite() && pivot.abs() > smallest * scale) {
            return Err(column);
        }
        for place in 0..n {
            a.swap(largest * n + place, column * n + place);
        }
        right.swap(largest, column);
        for row in column + 1..n {
            let factor = a[row * n + column] / pivot;
            for place in column..n {
                a[row * n + place] -= factor * a[column * n + place];
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n)
            .map(|column| a[row * n + column] * right[column])
            .sum();
        right[row] = (right[row] - known) / a[row * n + row];
    }
    match right.iter().position(|value| !value.is_finite()) {
        Some(state) => Err(state),
        None => Ok(right),
    }
}
