//! One pass of Rodas5P over a lane group: a step is tried in every lane, each with its own time and length.

use euthymia_vecmath::{Isa, Kernel, Lanes};

use crate::executor::{Registers, at, execute};
use crate::lu::{factorise, solve};
use crate::plan::Plan;
use crate::step::{Attempt, Tried, slope};

use super::coefficients::{A, C, D, GAMMA, NODES, STAGES};

/// A step of the method.
pub(crate) struct Step<'a, const L: usize>(pub(crate) Attempt<'a, L>);

impl<const L: usize> Kernel for Step<'_, L> {
    type Output = Tried<L>;

    #[inline(always)]
    fn run(self) -> Tried<L> {
        let mut attempt = self.0;
        // At the start of the step: the Jacobian, the time derivatives and, from the same tape, the derivatives.
        attempt.linearise();
        let zero = Lanes::splat(0.0);
        let length = attempt.length(attempt.length.less_equal(zero));
        let on = attempt.on();
        let Attempt {
            plan,
            isa,
            rtol,
            atol,
            time,
            registers: r,
            ..
        } = attempt;
        let diagonal = Lanes::splat(1.0) / (length * Lanes::splat(GAMMA));
        let usable = factorise(&plan.pattern, plan.factor, diagonal, on, r);

        let step = Ahead {
            plan,
            isa,
            time,
            length,
            per_length: Lanes::splat(1.0) / length,
            on,
        };
        step.finish_stage::<L, 0>(r);
        step.stage::<L, 1>(r);
        step.stage::<L, 2>(r);
        step.stage::<L, 3>(r);
        step.stage::<L, 4>(r);
        step.stage::<L, 5>(r);
        step.stage::<L, 6>(r);
        step.stage::<L, 7>(r);

        let last = plan.stages + (STAGES - 1) * plan.states;
        let (rtol, atol) = (Lanes::splat(rtol), Lanes::splat(atol));
        let infinite = Lanes::splat(f64::INFINITY);
        let mut error = zero;
        for state in 0..plan.states {
            let correction = r[at(last + state)];
            let next = r[at(plan.arguments[state])] + correction;
            r[at(plan.next + state)] = next;
            let magnitude = r[at(plan.current + state)].abs().max(next.abs());
            let own = correction.abs() / rtol.mul_add_twice(magnitude, atol);
            error = error.max(Lanes::select(magnitude.is_finite(), own, infinite));
        }
        let good = usable.and(error.is_finite());
        Tried {
            length,
            error: Lanes::select(good, error, infinite),
            derivatives: Lanes::splat(STAGES as f64),
        }
    }
}

/// What is known of the step once its length is.
#[derive(Clone, Copy)]
struct Ahead<'a, const L: usize> {
    plan: &'a Plan<'a>,
    isa: Isa,
    time: Lanes<L>,
    length: Lanes<L>,
    per_length: Lanes<L>,
    on: Option<usize>,
}

impl<const L: usize> Ahead<'_, L> {
    /// Stage `I` (from 0): its argument, the derivatives there, and its solution.
    #[inline(always)]
    fn stage<const LANES: usize, const I: usize>(self, r: &mut Registers<L>) {
        let Self {
            plan,
            isa,
            time,
            length,
            ..
        } = self;
        let n = plan.states;
        for state in 0..n {
            let argument = at(plan.arguments[state]);
            r[argument] = if I < A.len() {
                let mut sum = r[at(plan.current + state)];
                let mut j = 0;
                while j < I {
                    sum = r[at(plan.stages + j * n + state)]
                        .mul_add_twice(Lanes::splat(A[I.min(5)][j.min(4)]), sum);
                    j += 1;
                }
                sum
            } else {
                r[argument] + r[at(plan.stages + (I - 1) * n + state)]
            };
        }
        r[usize::from(plan.program.time)] = length.mul_add_twice(Lanes::splat(NODES[I]), time);
        execute(isa, &plan.program.derivatives.instructions, r);
        self.finish_stage::<LANES, I>(r);
    }

    /// The right-hand side of stage `I` from the derivatives that stand in the registers, and its solution.
    #[inline(always)]
    fn finish_stage<const LANES: usize, const I: usize>(self, r: &mut Registers<L>) {
        let Self {
            plan,
            length,
            per_length,
            on,
            ..
        } = self;
        let n = plan.states;
        let to = plan.stages + I * n;
        for state in 0..n {
            let derivative = slope(plan, on, state, r);
            r[at(to + state)] = if I == 0 {
                derivative
            } else {
                let mut sum = r[at(plan.stages + state)] * Lanes::splat(C[I][0]);
                let mut j = 1;
                while j < I {
                    sum = r[at(plan.stages + j * n + state)].mul_add_twice(Lanes::splat(C[I][j.min(6)]), sum);
                    j += 1;
                }
                sum.mul_add_twice(per_length, derivative)
            };
        }
        if I < D.len() {
            let scale = length * Lanes::splat(D[I.min(4)]);
            for (place, &(state, _)) in plan.program.time_derivatives.iter().enumerate() {
                let row = at(to + usize::from(state));
                r[row] = scale.mul_add_twice(r[at(plan.time_derivatives + place)], r[row]);
            }
        }
        solve(&plan.pattern, plan.factor, to, r);
    }
}
