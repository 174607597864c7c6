//! The exponentials of a lane group, and how its lanes move from one change to the next.

use euthymia_vecmath::{Kernel, Lanes};

use super::Shape;
use crate::steady::Linear;

/// `x' = A x + b` with `A = V diag(rates) W` in each lane. Matrices row by row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flows<const L: usize> {
    /// `A`.
    pub(crate) matrix: Vec<Lanes<L>>,
    /// What of `b` is there always.
    pub(crate) constant: Vec<Lanes<L>>,
    pub(super) rates: Vec<Lanes<L>>,
    /// `V`.
    pub(super) vectors: Vec<Lanes<L>>,
    /// `W`.
    pub(super) inverse: Vec<Lanes<L>>,
    /// `W x` at the start of a move.
    pub(super) amplitudes: Vec<Lanes<L>>,
    /// `W b` of a move.
    pub(super) inflows: Vec<Lanes<L>>,
    /// Modes at the end of a move.
    pub(super) modes: Vec<Lanes<L>>,
    /// States at the end of a move.
    pub(crate) end: Vec<Lanes<L>>,
    /// Room for a block's decomposition.
    pub(super) scale: Vec<Lanes<L>>,
    pub(super) symmetric: Vec<Lanes<L>>,
    pub(super) orthogonal: Vec<Lanes<L>>,
}

impl<const L: usize> Flows<L> {
    pub(crate) fn states(&self) -> usize {
        self.constant.len()
    }

    /// The system in a lane.
    pub(crate) fn system(&self, lane: usize) -> Linear {
        Linear {
            states: self.states(),
            matrix: self.matrix.iter().map(|value| value.0[lane]).collect(),
            constant: self.constant.iter().map(|value| value.0[lane]).collect(),
        }
    }

    /// Whether the system in a lane consists of numbers.
    pub(crate) fn is_finite(&self, lane: usize) -> bool {
        let mut all = self.matrix.iter().chain(&self.constant);
        all.all(|value| value.0[lane].is_finite())
    }

    /// The largest of the rates in each lane.
    pub(crate) fn largest(&self) -> Lanes<L> {
        let zero = Lanes::splat(0.0);
        self.matrix
            .iter()
            .fold(zero, |largest, value| largest.max(value.abs()))
    }

    /// Room for systems of so many states.
    pub(super) fn make_room(&mut self, states: usize) {
        let zero = Lanes::splat(0.0);
        for list in [
            &mut self.rates,
            &mut self.amplitudes,
            &mut self.inflows,
            &mut self.modes,
            &mut self.end,
            &mut self.scale,
        ] {
            list.resize(states, zero);
        }
        for square in [
            &mut self.vectors,
            &mut self.inverse,
            &mut self.symmetric,
            &mut self.orthogonal,
        ] {
            square.resize(states * states, zero);
        }
    }
}

/// Moves every lane on by its length, from its states and what flows into each; [`Flows::end`] receives the states.
pub(crate) struct Move<'a, const L: usize> {
    pub(crate) shape: &'a Shape,
    pub(crate) flows: &'a mut Flows<L>,
    pub(crate) states: &'a [Lanes<L>],
    pub(crate) inflows: &'a [Lanes<L>],
    pub(crate) length: Lanes<L>,
}

impl<const L: usize> Kernel for Move<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            shape,
            flows,
            states,
            inflows,
            length,
        } = self;
        let n = flows.states();
        let zero = Lanes::splat(0.0);
        for block in &shape.blocks {
            for mode in block.modes.clone() {
                let (mut amplitude, mut inflow) = (zero, zero);
                for &state in &block.fed_by {
                    let part = flows.inverse[mode * n + state];
                    amplitude = part.mul_add_twice(states[state], amplitude);
                    inflow = part.mul_add_twice(inflows[state], inflow);
                }
                flows.amplitudes[mode] = amplitude;
                flows.inflows[mode] = inflow;
                flows.modes[mode] = moved((amplitude, inflow), flows.rates[mode], length);
            }
            for &state in &block.states {
                let mut sum = zero;
                for &mode in &block.composed_of {
                    sum = flows.modes[mode].mul_add_twice(flows.vectors[state * n + mode], sum);
                }
                flows.end[state] = sum;
            }
        }
    }
}

/// A mode after some time, from its amplitude and what flows in.
#[inline(always)]
pub(super) fn moved<const L: usize>(
    (amplitude, inflow): (Lanes<L>, Lanes<L>),
    rate: Lanes<L>,
    time: Lanes<L>,
) -> Lanes<L> {
    let exponent = rate * time;
    let value = exponent.exp() * amplitude;
    // Where nothing flows in, nothing is added, however long it takes.
    let flows = inflow.not_equal(Lanes::splat(0.0));
    if !flows.any() {
        return value;
    }
    let more = flown(exponent, rate, time).mul_add_twice(inflow, value);
    Lanes::select(flows, more, value)
}

/// What has become of an inflow of 1: `(e^(rate time) - 1) / rate`.
#[inline(always)]
pub(super) fn flown<const L: usize>(exponent: Lanes<L>, rate: Lanes<L>, time: Lanes<L>) -> Lanes<L> {
    Lanes::select(rate.equal(Lanes::splat(0.0)), time, exponent.expm1() / rate)
}
