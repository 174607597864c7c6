//! Observations inside a step: the polynomial through its start and its stages.

use euthymia_vecmath::{Kernel, Lanes};

use super::coefficients::{NODES, STAGES, WEIGHTS};
use super::parts::Parts;
use super::wide::POINTS;
use crate::executor::{Registers, at};

/// Evaluates the polynomial of one lane.
pub(crate) struct Evaluate<'a, const L: usize> {
    pub(crate) parts: &'a Parts,
    /// Which of the states are written.
    pub(crate) is_written: &'a [bool],
    pub(crate) lane: usize,
    /// Where in the step, 0 to 1.
    pub(crate) thetas: &'a [f64],
    pub(crate) registers: &'a Registers<L>,
    /// Receives the values: those of a state are together, in the order of `thetas`.
    pub(crate) values: &'a mut [f64],
    /// Place of the first state's first value.
    pub(crate) first: usize,
    /// Distance from a state's values to the next state's.
    pub(crate) stride: usize,
}

/// Observations that are evaluated together.
const TOGETHER: usize = 8;

impl<const L: usize> Kernel for Evaluate<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            parts,
            is_written,
            lane,
            thetas,
            registers: r,
            values,
            first,
            stride,
        } = self;
        for (chunk, thetas) in thetas.chunks(TOGETHER).enumerate() {
            let mut theta = [0.0; TOGETHER];
            theta[..thetas.len()].copy_from_slice(thetas);
            let shares = shares(Lanes(theta));
            for (state, _) in is_written.iter().enumerate().filter(|(_, is)| **is) {
                let of = |point: usize| r[at(parts.values + state * POINTS + point)].0[lane];
                let start = of(0);
                let mut value = Lanes::<TOGETHER>::splat(0.0);
                for (stage, &share) in shares.iter().enumerate() {
                    value = share.mul_add_twice(Lanes::splat(of(stage + 1) - start), value);
                }
                let value = value + Lanes::splat(start);
                let place = first + state * stride + chunk * TOGETHER;
                values[place..place + thetas.len()].copy_from_slice(&value.0[..thetas.len()]);
            }
        }
    }
}

/// The Lagrange polynomials of the stages at these points of the step.
#[inline(always)]
pub(super) fn shares<const P: usize>(theta: Lanes<P>) -> [Lanes<P>; STAGES] {
    // What is before a stage, and after it, multiplied up.
    let mut shares = [theta; STAGES];
    for stage in 1..STAGES {
        shares[stage] = shares[stage - 1] * (theta - Lanes::splat(NODES[stage - 1]));
    }
    let mut after = Lanes::splat(1.0);
    for stage in (0..STAGES).rev() {
        shares[stage] = shares[stage] * after * Lanes::splat(WEIGHTS[stage + 1]);
        after = after * (theta - Lanes::splat(NODES[stage]));
    }
    shares
}
