//! One pass of the method over a lane group: a step is tried in every lane, part after part.

use euthymia_vecmath::{Isa, Kernel, Lanes};

use super::coefficients::{DEFECT, FROM, NODES, PAIRS, REAL, SLOPE, STAGES, TO};
use super::dense::shares;
use super::linear::{factorise, solve_pair, solve_real};
use super::parts::{Part, Parts};
use super::wide::{POINTS, execute_wide};
use crate::executor::{Registers, at, execute};
use crate::step::{Attempt, Tried, where_on};

/// Order of the polynomial's error, which is what is controlled.
pub(crate) const ORDER: f64 = POINTS as f64;

/// Iterations after which a step that has not converged is given up.
const MOST_ITERATIONS: f64 = 10.0;
/// What may be left of the iteration, in units of what is tolerated.
const CONVERGED: f64 = 1e-3;

/// The polynomial of a step says where the next begins, unless that is longer by more than this factor.
const FARTHEST: f64 = 2.0;

/// Factor of the estimate where derivatives may jump inside a step: the defect at the start tells less of them then, as the
/// jump lies between two stages.
const JUMPS: f64 = 10.0;

/// A step of the method.
pub(crate) struct Step<'a, const L: usize>(pub(crate) Attempt<'a, L>, pub(crate) &'a Parts);

impl<const L: usize> Kernel for Step<'_, L> {
    type Output = Tried<L>;

    #[inline(always)]
    fn run(self) -> Tried<L> {
        let Self(mut attempt, parts) = self;
        let unknown = attempt.length.less_equal(Lanes::splat(0.0));
        if unknown.any() {
            attempt.linearise();
        }
        let length = attempt.length(unknown);
        let on = attempt.on();
        let Attempt {
            plan,
            isa,
            rtol,
            atol,
            time,
            previous,
            registers: r,
            ..
        } = attempt;
        for (point, node) in [0.0].into_iter().chain(NODES).enumerate() {
            r[at(parts.times + point)] = length.mul_add_twice(Lanes::splat(node), time);
        }
        if !parts.jacobian.is_empty() {
            r[usize::from(plan.program.time)] = time;
            for state in 0..plan.states {
                r[at(plan.arguments[state])] = r[at(plan.current + state)];
            }
            execute(isa, &parts.jacobian, r);
        }
        let ahead = Ahead {
            parts,
            isa,
            current: plan.current,
            infusions: plan.infusions,
            rtol: Lanes::splat(rtol),
            atol: Lanes::splat(atol),
            per_length: Lanes::splat(1.0) / length,
            on,
        };
        let ratio = length / previous;
        let guess = Guess {
            known: ratio.less_equal(Lanes::splat(FARTHEST)),
            stages: NODES.map(|node| ratio.mul_add_twice(Lanes::splat(node), Lanes::splat(1.0))),
        };
        let mut outcome = Outcome {
            error: Lanes::splat(0.0),
            usable: Lanes::splat(1.0),
            iterations: Lanes::splat(1.0),
        };
        for part in &parts.parts {
            ahead.advance(part, &guess, &mut outcome, r);
        }
        for state in 0..plan.states {
            r[at(plan.next + state)] = r[at(parts.values + state * POINTS + STAGES)];
        }
        let good = outcome.usable.and(outcome.error.is_finite());
        Tried {
            length,
            error: Lanes::select(good, outcome.error, Lanes::splat(f64::INFINITY)),
            derivatives: outcome.iterations * Lanes::splat(POINTS as f64),
        }
    }
}

/// What is known of the step once its length is.
#[derive(Clone, Copy)]
struct Ahead<'a, const L: usize> {
    parts: &'a Parts,
    isa: Isa,
    current: usize,
    infusions: usize,
    rtol: Lanes<L>,
    atol: Lanes<L>,
    per_length: Lanes<L>,
    on: Option<usize>,
}

/// What the polynomial of the step before says of this one.
struct Guess<const L: usize> {
    /// Not 0 in the lanes where there is one that reaches.
    known: Lanes<L>,
    /// Where on it the stages are.
    stages: [Lanes<L>; STAGES],
}

/// What has come of the parts so far.
struct Outcome<const L: usize> {
    error: Lanes<L>,
    usable: Lanes<L>,
    /// The most iterations that a part took.
    iterations: Lanes<L>,
}

impl<const L: usize> Ahead<'_, L> {
    /// Advances a part over the step.
    #[inline(always)]
    fn advance(self, part: &Part, guess: &Guess<L>, outcome: &mut Outcome<L>, r: &mut Registers<L>) {
        let parts = self.parts;
        let factors = factorise(parts, part, self.per_length, self.on, r);
        outcome.usable = outcome.usable.and(factors.usable);
        // Of a linear part the first iteration is the solution, as far as its factorisation is good.
        let (known, once) = if part.linear {
            (Lanes::splat(0.0), factors.sound)
        } else {
            (guess.known, Lanes::splat(0.0))
        };
        if known.any() {
            self.guess(part, guess, r);
            self.rest(part, !known, r);
        } else {
            for &state in &part.states {
                let start = r[at(self.current + state)];
                for point in 0..POINTS {
                    r[at(parts.values + state * POINTS + point)] = start;
                }
            }
        }
        if once.all() {
            self.first(part, r);
            for &state in &part.states {
                self.place(state, false, r);
            }
        } else {
            self.iterate(part, known, once, outcome, r);
        }
        self.estimate(part, outcome, r);
    }

    /// The derivatives of a part at all points.
    #[inline(always)]
    fn slopes(self, part: &Part, r: &mut Registers<L>) {
        execute_wide(self.isa, &part.tape, r);
        for &state in &part.states {
            let infusion = r[at(self.infusions + state)];
            for point in 0..POINTS {
                let slope = at(self.parts.slopes + state * POINTS + point);
                r[slope] = where_on(self.on, state, r[slope] + infusion, r);
            }
        }
    }

    /// Solves the systems of a part for the right-hand sides from `vectors` on.
    #[inline(always)]
    fn solve(self, part: &Part, vectors: usize, r: &mut Registers<L>) {
        solve_real(self.parts, part, |state| vectors + state * STAGES, r);
        for number in 0..PAIRS.len() {
            let place = |state| vectors + state * STAGES + 1 + 2 * number;
            solve_pair(self.parts, part, number, place, r);
        }
    }

    /// The stages of a state from its modes, and the defect at the start of the step. If it is to be `measured`, what the
    /// stages have moved by since they were last placed, relative to what is tolerated.
    #[inline(always)]
    fn place(self, state: usize, measured: bool, r: &mut Registers<L>) -> Lanes<L> {
        let Self { parts, current, .. } = self;
        let (start, modes) = (r[at(current + state)], parts.modes + state * STAGES);
        let first = parts.values + state * POINTS;
        let mut slope = Lanes::splat(0.0);
        let mut moved = Lanes::splat(0.0);
        for stage in 0..STAGES {
            let mut change = r[at(modes)] * Lanes::splat(FROM[stage][0]);
            for mode in 1..STAGES {
                change = r[at(modes + mode)].mul_add_twice(Lanes::splat(FROM[stage][mode]), change);
            }
            slope = change.mul_add_twice(Lanes::splat(SLOPE[stage]), slope);
            let (value, place) = (start + change, at(first + 1 + stage));
            if measured {
                let tolerated = self.rtol.mul_add_twice(value.abs(), self.atol);
                moved = moved.max((value - r[place]).abs() / tolerated);
            }
            r[place] = value;
        }
        r[at(parts.defects + state)] =
            slope.mul_sub_twice(self.per_length, r[at(parts.slopes + state * POINTS)]);
        moved
    }

    /// The stages where the polynomial of the step before has them.
    #[inline(always)]
    fn guess(self, part: &Part, guess: &Guess<L>, r: &mut Registers<L>) {
        let parts = self.parts;
        for (stage, &theta) in guess.stages.iter().enumerate() {
            let shares = shares(theta);
            for &state in &part.states {
                let before = parts.values + state * POINTS;
                let start = r[at(before)];
                let mut value = start;
                for (stage, &share) in shares.iter().enumerate() {
                    value = share.mul_add_twice(r[at(before + 1 + stage)] - start, value);
                }
                r[at(parts.changes + state * STAGES + stage)] = value;
            }
        }
        for &state in &part.states {
            let start = r[at(self.current + state)];
            r[at(parts.values + state * POINTS)] = start;
            for stage in 0..STAGES {
                let place = at(parts.changes + state * STAGES + stage);
                r[at(parts.values + state * POINTS + 1 + stage)] = r[place];
                r[place] = r[place] - start;
            }
            transform(&TO, parts.changes + state * STAGES, parts.modes + state * STAGES, r);
        }
    }

    /// The stages where the step starts, in the lanes where `which` is not 0.
    #[inline(always)]
    fn rest(self, part: &Part, which: Lanes<L>, r: &mut Registers<L>) {
        let parts = self.parts;
        for &state in &part.states {
            let start = r[at(self.current + state)];
            for point in 0..POINTS {
                let place = at(parts.values + state * POINTS + point);
                r[place] = Lanes::select(which, start, r[place]);
            }
            for mode in 0..STAGES {
                let place = at(parts.modes + state * STAGES + mode);
                r[place] = Lanes::select(which, Lanes::splat(0.0), r[place]);
            }
        }
    }

    /// Simplified Newton iterations, in lanes where `once` is not 0 the first alone.
    #[inline(always)]
    fn iterate(self, part: &Part, known: Lanes<L>, once: Lanes<L>, outcome: &mut Outcome<L>, r: &mut Registers<L>) {
        let one = Lanes::splat(1.0);
        let mut before = if known.any() {
            self.iteration(part, one, r)
        } else {
            self.first(part, r);
            self.moved(part, r)
        };
        // An extrapolation may leave the region where the equations have values.
        let lost = known.and(!before.is_finite());
        if lost.any() {
            self.rest(part, lost, r);
            before = Lanes::select(lost, self.iteration(part, lost, r), before);
        }
        let mut converged = once;
        let mut going = (!once).and(before.is_finite());
        let mut iterations = one;
        while going.any() {
            iterations = iterations + going;
            let moved = self.iteration(part, going, r);
            // The iteration contracts by a constant factor; what is left is the sum of what will still be moved.
            let factor = moved / before;
            let left = moved * factor / (one - factor);
            let contracts = factor.less(one);
            let done = contracts
                .and(left.less_equal(Lanes::splat(CONVERGED)))
                .or(moved.less_equal(Lanes::splat(CONVERGED * CONVERGED)));
            converged = converged.or(going.and(done));
            let more = iterations.less(Lanes::splat(MOST_ITERATIONS));
            going = going.and(!done).and(contracts).and(more);
            before = moved;
        }
        outcome.usable = outcome.usable.and(converged);
        outcome.iterations = outcome.iterations.max(iterations);
    }

    /// The first iteration, from stages that all are at the start of the step, as far as the modes.
    #[inline(always)]
    fn first(self, part: &Part, r: &mut Registers<L>) {
        let parts = self.parts;
        self.slopes(part, r);
        for &state in &part.states {
            transform(&TO, parts.slopes + state * POINTS + 1, parts.modes + state * STAGES, r);
        }
        self.solve(part, parts.modes, r);
    }

    /// An iteration in the lanes where `going` is not 0; how far it moved the stages relative to what is tolerated.
    #[inline(always)]
    fn iteration(self, part: &Part, going: Lanes<L>, r: &mut Registers<L>) -> Lanes<L> {
        let parts = self.parts;
        self.slopes(part, r);
        for &state in &part.states {
            self.residual(state, r);
        }
        self.solve(part, parts.changes, r);
        for &state in &part.states {
            for mode in 0..STAGES {
                let to = at(parts.modes + state * STAGES + mode);
                let change = r[at(parts.changes + state * STAGES + mode)];
                r[to] = r[to] + Lanes::select(going, change, Lanes::splat(0.0));
            }
        }
        self.moved(part, r)
    }

    /// Places the stages of a part; how far they moved relative to what is tolerated.
    #[inline(always)]
    fn moved(self, part: &Part, r: &mut Registers<L>) -> Lanes<L> {
        let mut moved = Lanes::splat(0.0);
        for &state in &part.states {
            moved = moved.max(self.place(state, true, r));
        }
        moved
    }

    /// The right-hand side of an iteration for a state: what the stages leave of the equations.
    #[inline(always)]
    fn residual(self, state: usize, r: &mut Registers<L>) {
        let parts = self.parts;
        let (to, modes) = (parts.changes + state * STAGES, parts.modes + state * STAGES);
        transform(&TO, parts.slopes + state * POINTS + 1, to, r);
        let own = r[at(modes)] * Lanes::splat(REAL);
        r[at(to)] = own.mul_sub_twice(self.per_length, r[at(to)]);
        for (number, (real, imaginary)) in PAIRS.into_iter().enumerate() {
            let (real, imaginary) = (Lanes::splat(real), Lanes::splat(imaginary));
            let (first, second) = (1 + 2 * number, 2 + 2 * number);
            let (x, y) = (r[at(modes + first)], r[at(modes + second)]);
            let own = real.mul_add_twice(x, imaginary * y);
            r[at(to + first)] = own.mul_sub_twice(self.per_length, r[at(to + first)]);
            let own = imaginary.mul_sub_twice(x, real * y);
            r[at(to + second)] = own.mul_sub_twice(self.per_length, r[at(to + second)]);
        }
    }

    /// The error of a part from its defects.
    #[inline(always)]
    fn estimate(self, part: &Part, outcome: &mut Outcome<L>, r: &mut Registers<L>) {
        let parts = self.parts;
        solve_real(parts, part, |state| parts.defects + state, r);
        let caution = if part.jumps { JUMPS } else { 1.0 };
        let factor = Lanes::splat(caution * DEFECT * REAL);
        let infinite = Lanes::splat(f64::INFINITY);
        for &state in &part.states {
            let end = r[at(parts.values + state * POINTS + STAGES)];
            let magnitude = r[at(self.current + state)].abs().max(end.abs());
            let own = (r[at(parts.defects + state)] * factor).abs() / self.rtol.mul_add_twice(magnitude, self.atol);
            outcome.error = outcome.error.max(Lanes::select(magnitude.is_finite(), own, infinite));
        }
    }
}

/// Multiplies the stages from `from` on by a matrix of the method.
#[inline(always)]
fn transform<const L: usize>(matrix: &[[f64; STAGES]; STAGES], from: usize, to: usize, r: &mut Registers<L>) {
    for (row, factors) in matrix.iter().enumerate() {
        let mut sum = r[at(from)] * Lanes::splat(factors[0]);
        for stage in 1..STAGES {
            sum = r[at(from + stage)].mul_add_twice(Lanes::splat(factors[stage]), sum);
        }
        r[at(to + row)] = sum;
    }
}
