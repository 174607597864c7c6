//! A step to try in every lane of a group, each with its own time and length, and what comes of it, whatever the method.

use euthymia_vecmath::{Isa, Lanes};

use crate::collocation::{self, Parts};
use crate::executor::{Registers, at, execute};
use crate::options::{Options, Solver};
use crate::plan::Plan;
use crate::rodas5p;

/// How steps are made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Method<'a> {
    /// By Rodas5P.
    Rodas5p,
    /// By collocation, part by part.
    Collocation(&'a Parts),
}

impl<'a> Method<'a> {
    /// The method that suits the program and the tolerance, if none is asked for; of a program that has no room for
    /// parts, Rodas5P.
    pub(crate) fn new(plan: &'a Plan<'_>, options: &Options) -> Self {
        let suits = |parts: &&Parts| match options.solver {
            Solver::Rodas5p => false,
            Solver::Collocation => true,
            Solver::Auto => {
                let iterates = 2 * parts.iterated > plan.states && options.rtol > LOOSE;
                parts.largest <= LARGEST_PART && !iterates
            }
        };
        match plan.parts.as_ref().filter(suits) {
            Some(parts) => Self::Collocation(parts),
            None => Self::Rodas5p,
        }
    }

    /// Order of the error of a step.
    pub(crate) fn order(self) -> f64 {
        match self {
            Self::Rodas5p => rodas5p::ORDER,
            Self::Collocation(_) => collocation::ORDER,
        }
    }
}

/// Parts of more states than this are not worth a dense factorisation: their models are integrated by Rodas5P, whose
/// factorisation is sparse.
const LARGEST_PART: usize = 8;

/// Above this tolerance Rodas5P takes less work where most states belong to parts that are iterated.
const LOOSE: f64 = 1e-7;

/// A step to try in every lane.
pub(crate) struct Attempt<'a, const L: usize> {
    pub(crate) plan: &'a Plan<'a>,
    pub(crate) method: Method<'a>,
    pub(crate) isa: Isa,
    pub(crate) rtol: f64,
    pub(crate) atol: f64,
    /// Where the step starts.
    pub(crate) time: Lanes<L>,
    /// Length to try; 0 where it is to be estimated from the solution, as after a change.
    pub(crate) length: Lanes<L>,
    /// Time to the next change or to the end, which no step may pass.
    pub(crate) room: Lanes<L>,
    /// Length of the step before, if it was taken and nothing has happened since; else 0.
    pub(crate) previous: Lanes<L>,
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
    /// Evaluations of the right-hand sides.
    pub(crate) derivatives: Lanes<L>,
}

impl<const L: usize> Attempt<'_, L> {
    /// Tries the step.
    pub(crate) fn run(self) -> Tried<L> {
        match self.method {
            Method::Rodas5p => self.isa.dispatch(rodas5p::Step(self)),
            Method::Collocation(parts) => self.isa.dispatch(collocation::Step(self, parts)),
        }
    }

    /// First register of what says which compartments are on, where one is off.
    #[inline(always)]
    pub(crate) fn on(&self) -> Option<usize> {
        self.masked.then_some(self.plan.on)
    }

    /// Runs the Jacobian's tape where the step starts. It leaves the derivatives too.
    #[inline(always)]
    pub(crate) fn linearise(&mut self) {
        let (plan, r) = (self.plan, &mut *self.registers);
        r[usize::from(plan.program.time)] = self.time;
        for state in 0..plan.states {
            r[at(plan.arguments[state])] = r[at(plan.current + state)];
        }
        execute(self.isa, &plan.program.jacobian.instructions, r);
        for (place, &(state, register)) in plan.program.time_derivatives.iter().enumerate() {
            let own = r[usize::from(register)];
            let on = self.masked.then_some(plan.on);
            r[at(plan.time_derivatives + place)] = where_on(on, usize::from(state), own, r);
        }
    }

    /// The lengths to try: those asked for, or estimates, which need the system [linearised](Self::linearise).
    #[inline(always)]
    pub(crate) fn length(&mut self, unknown: Lanes<L>) -> Lanes<L> {
        let mut length = self.length;
        if unknown.any() {
            let estimate = first_length(self);
            length = Lanes::select(unknown, estimate, length);
        }
        fit(length, self.room)
    }
}

/// The value in the lanes where the state's compartment is on, else 0.
#[inline(always)]
pub(crate) fn where_on<const L: usize>(
    on: Option<usize>,
    state: usize,
    value: Lanes<L>,
    r: &Registers<L>,
) -> Lanes<L> {
    match on {
        Some(on) => Lanes::select(r[at(on + state)], value, Lanes::splat(0.0)),
        None => value,
    }
}

/// The derivative of a state with what is infused.
#[inline(always)]
pub(crate) fn slope<const L: usize>(
    plan: &Plan<'_>,
    on: Option<usize>,
    state: usize,
    r: &Registers<L>,
) -> Lanes<L> {
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

/// The part of the room that a first step takes at least; if that is too much, it is rejected.
const SHORTEST_FIRST: f64 = 1e-9;

/// A length to begin with, from the derivatives and their own change at the start of the step.
///
/// With |y'| and |y''| relative to what is tolerated, the fastest motion seen has the rate `lambda = |y''|/|y'|` and the
/// amplitude `|y'|/lambda`. A method of order p makes an error of about amplitude * (h lambda)^p with a constant below
/// 1. Nothing moves: all the room there is.
#[inline(always)]
fn first_length<const L: usize>(attempt: &mut Attempt<'_, L>) -> Lanes<L> {
    let (plan, on, room, order) = (attempt.plan, attempt.on(), attempt.room, attempt.method.order());
    let n = plan.states;
    let (rtol, atol) = (Lanes::splat(attempt.rtol), Lanes::splat(attempt.atol));
    let r = &mut *attempt.registers;
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
    let reduction = amplitude.max(Lanes::splat(1.0)).ln() * Lanes::splat(-1.0 / order);
    let estimate = first / second * reduction.exp();
    let usable = estimate.is_finite().and(Lanes::splat(0.0).less(estimate));
    Lanes::select(
        usable,
        estimate.max(room * Lanes::splat(SHORTEST_FIRST)).min(room),
        room,
    )
}
