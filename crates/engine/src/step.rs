//! One pass of Rodas5P over a lane group: a step is tried in every lane, each with its own time and length.

use euthymia_vecmath::{Isa, Kernel, Lanes};

use crate::executor::{Registers, execute};
use crate::lu::{at, factorise, solve};
use crate::plan::Plan;
use crate::rodas5p::{A, C, D, GAMMA, NODES, ORDER, STAGES};

/// A step to try in every lane.
pub(crate) struct Attempt<'a, const L: usize> {
    pub(crate) plan: &'a Plan<'a>,
    pub(crate) isa: Isa,
    pub(crate) rtol: f64,
    pub(crate) atol: f64,
    /// Where the step starts.
    pub(crate) time: Lanes<L>,
    /// Length to try; 0 where it is to be estimated from the solution, as after a change.
    pub(crate) length: Lanes<L>,
    /// Time to the next change or to the end, which no step may pass.
    pub(crate) room: Lanes<L>,
    /// Whether a compartment is off in any lane.
    pub(crate) masked: bool,
    pub(crate) registers: &'a mut Registers<L>,
}

/// What came of it.
pub(crate) struct Tried<const L: usize> {
    /// Length tried.
    pub(crate) length: Lanes<L>,
    /// Largest error of a state relative to what is tolerated; infinite where the step is of no use.
    pub(crate) error: Lanes<L>,
}

impl<const L: usize> Kernel for Attempt<'_, L> {
    type Output = Tried<L>;

    #[inline(always)]
    fn run(self) -> Tried<L> {
        let Self {
            plan,
            isa,
            rtol,
            atol,
            time,
            length,
            room,
            masked,
            registers: r,
        } = self;
        let program = plan.program;
        let on = masked.then_some(plan.on);

        // At the start of the step: the Jacobian, the time derivatives and, from the same tape, the derivatives.
        r[usize::from(program.time)] = time;
        for state in 0..plan.states {
            r[at(plan.arguments[state])] = r[at(plan.current + state)];
        }
        execute(isa, &program.jacobian.instructions, r);
        for (place, &(state, register)) in program.time_derivatives.iter().enumerate() {
            let own = r[usize::from(register)];
            r[at(plan.time_derivatives + place)] = where_on(on, usize::from(state), own, r);
        }

        let zero = Lanes::splat(0.0);
        let mut length = length;
        let unknown = length.less_equal(zero);
        if unknown.any() {
            let estimate = first_length(plan, on, rtol, atol, room, r);
            length = Lanes::select(unknown, estimate, length);
        }
        let length = fit(length, room);
        let diagonal = Lanes::splat(1.0) / (length * Lanes::splat(GAMMA));
        let usable = factorise(&plan.pattern, plan.factor, diagonal, on, r);

        let step = Step {
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
        }
    }
}

/// The value in the lanes where the state's compartment is on, else 0.
#[inline(always)]
fn where_on<const L: usize>(on: Option<usize>, state: usize, value: Lanes<L>, r: &Registers<L>) -> Lanes<L> {
    match on {
        Some(on) => Lanes::select(r[at(on + state)], value, Lanes::splat(0.0)),
        None => value,
    }
}

/// The derivative of a state with what is infused.
#[inline(always)]
fn slope<const L: usize>(plan: &Plan<'_>, on: Option<usize>, state: usize, r: &Registers<L>) -> Lanes<L> {
    let slope = r[at(plan.derivatives[state])] + r[at(plan.infusions + state)];
    where_on(on, state, slope, r)
}

/// The whole room if the length nearly fills it, half of it if the length fills more than half, else the length.
#[inline(always)]
fn fit<const L: usize>(length: Lanes<L>, room: Lanes<L>) -> Lanes<L> {
    let half = room * Lanes::splat(0.5);
    let within = Lanes::select(half.less(length), half, length);
    Lanes::select((room * Lanes::splat(0.99)).less(length), room, within)
}

/// What is known of the step once its length is.
#[derive(Clone, Copy)]
struct Step<'a, const L: usize> {
    plan: &'a Plan<'a>,
    isa: Isa,
    time: Lanes<L>,
    length: Lanes<L>,
    per_length: Lanes<L>,
    on: Option<usize>,
}

impl<const L: usize> Step<'_, L> {
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

/// The part of the room that a first step takes at least; if that is too much, it is rejected.
const SHORTEST_FIRST: f64 = 1e-9;

/// A length to begin with, from the derivatives and their own change at the start of the step.
///
/// With |y'| and |y''| relative to what is tolerated, the fastest motion seen has the rate `lambda = |y''|/|y'|` and the
/// amplitude `|y'|/lambda`. A method of order p makes an error of about amplitude * (h lambda)^p with a constant below
/// 1. Nothing moves: all the room there is.
#[inline(always)]
fn first_length<const L: usize>(
    plan: &Plan<'_>,
    on: Option<usize>,
    rtol: f64,
    atol: f64,
    room: Lanes<L>,
    r: &mut Registers<L>,
) -> Lanes<L> {
    let n = plan.states;
    let (rtol, atol) = (Lanes::splat(rtol), Lanes::splat(atol));
    // `next` is free here: it takes y''.
    for state in 0..n {
        r[at(plan.next + state)] = Lanes::splat(0.0);
    }
    for (place, &(state, _)) in plan.program.time_derivatives.iter().enumerate() {
        r[at(plan.next + usize::from(state))] = r[at(plan.time_derivatives + place)];
    }
    for entry in &plan.program.jacobian_entries {
        let column = usize::from(entry.column);
        let row = at(plan.next + usize::from(entry.row));
        r[row] = slope(plan, on, column, r).mul_add_twice(r[usize::from(entry.register)], r[row]);
    }
    let (mut first, mut second) = (Lanes::splat(0.0), Lanes::splat(0.0));
    for state in 0..n {
        let tolerated = rtol.mul_add_twice(r[at(plan.current + state)].abs(), atol);
        first = first.max(slope(plan, on, state, r).abs() / tolerated);
        let change = where_on(on, state, r[at(plan.next + state)], r);
        second = second.max(change.abs() / tolerated);
    }
    let amplitude = first * first / second;
    let reduction = amplitude.max(Lanes::splat(1.0)).ln() * Lanes::splat(-1.0 / ORDER);
    let estimate = first / second * reduction.exp();
    let usable = estimate.is_finite().and(Lanes::splat(0.0).less(estimate));
    Lanes::select(
        usable,
        estimate.max(room * Lanes::splat(SHORTEST_FIRST)).min(room),
        room,
    )
}
