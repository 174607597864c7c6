//! Observations inside a step: the interpolating polynomial of the method.

use euthymia_vecmath::{Isa, Kernel, Lanes};

use crate::executor::{Registers, at};
use crate::plan::Plan;

use super::coefficients::{H, STAGES};

/// Computes the coefficients of the polynomial of the step just tried.
struct Coefficients<'a, const L: usize> {
    plan: &'a Plan<'a>,
    registers: &'a mut Registers<L>,
}

/// Evaluates the polynomial of one lane.
pub(crate) struct Evaluate<'a, const L: usize> {
    pub(crate) plan: &'a Plan<'a>,
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

/// Prepares the polynomials of the step just tried.
pub(crate) fn prepare<const L: usize>(isa: Isa, plan: &Plan<'_>, registers: &mut Registers<L>) {
    isa.dispatch(Coefficients { plan, registers });
}

impl<const L: usize> Kernel for Coefficients<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { plan, registers: r } = self;
        let n = plan.states;
        for state in 0..n {
            for (place, row) in H.iter().enumerate() {
                let mut sum = r[at(plan.stages + state)] * Lanes::splat(row[0]);
                for j in 1..STAGES {
                    sum = r[at(plan.stages + j * n + state)].mul_add_twice(Lanes::splat(row[j]), sum);
                }
                r[at(plan.dense + place * n + state)] = sum;
            }
        }
    }
}

impl<const L: usize> Kernel for Evaluate<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            plan,
            lane,
            thetas,
            registers: r,
            values,
            first,
            stride,
        } = self;
        let n = plan.states;
        for state in plan.written() {
            let of = |place: usize| r[at(place + state)].0[lane];
            let (start, change) = (of(plan.current), of(plan.next) - of(plan.current));
            let (k1, k2, k3) = (of(plan.dense), of(plan.dense + n), of(plan.dense + 2 * n));
            let place = first + state * stride;
            for (value, &theta) in values[place..place + thetas.len()].iter_mut().zip(thetas) {
                let inner = theta * (theta * k3 + k2) + k1;
                *value = theta * ((1.0 - theta) * inner + change) + start;
            }
        }
    }
}
