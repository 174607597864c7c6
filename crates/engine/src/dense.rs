//! Observations inside a step: the interpolating polynomial of the method.

use euthymia_vecmath::{Isa, Kernel, Lanes};

use crate::executor::Registers;
use crate::lu::at;
use crate::plan::Plan;
use crate::rodas5p::{H, STAGES};

/// Computes the coefficients of the polynomial of the step just tried.
struct Coefficients<'a, const L: usize> {
    plan: &'a Plan<'a>,
    registers: &'a mut Registers<L>,
}

/// Evaluates the polynomial.
struct Evaluate<'a, const L: usize> {
    plan: &'a Plan<'a>,
    /// Where in the step, 0 to 1.
    theta: Lanes<L>,
    registers: &'a mut Registers<L>,
}

/// Prepares the polynomial of the step just tried.
pub(crate) fn prepare<const L: usize>(isa: Isa, plan: &Plan<'_>, registers: &mut Registers<L>) {
    isa.dispatch(Coefficients { plan, registers });
}

/// Puts the states at `theta` of the step into the registers [`Plan::observed`].
pub(crate) fn evaluate<const L: usize>(
    isa: Isa,
    plan: &Plan<'_>,
    theta: Lanes<L>,
    registers: &mut Registers<L>,
) {
    isa.dispatch(Evaluate {
        plan,
        theta,
        registers,
    });
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
            theta,
            registers: r,
        } = self;
        let n = plan.states;
        let rest = Lanes::splat(1.0) - theta;
        for state in 0..n {
            let inner = theta.mul_add_twice(r[at(plan.dense + 2 * n + state)], r[at(plan.dense + n + state)]);
            let inner = theta.mul_add_twice(inner, r[at(plan.dense + state)]);
            let (start, end) = (r[at(plan.current + state)], r[at(plan.next + state)]);
            r[at(plan.observed + state)] = theta.mul_add_twice(rest.mul_add_twice(inner, end - start), start);
        }
    }
}
