//! One pass of the method over a lane group: a step is tried in every lane, part after part.

use euthymia_vecmath::{Isa, Kernel, Lanes};

use super::coefficients::{DEFECT, FROM, NODES, PAIRS, REAL, SLOPE, STAGES, TO};
use super::dense::shares;
use super::linear::{factorise, inverse, solve_pair, solve_real, times};
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

/// No iteration goes on for a relative tolerance below this: what it moves then is rounding.
const TIGHTEST: f64 = 1e-10;

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
        if let ([state], true) = (&part.states[..], part.linear) {
            return self.alone(part, *state, outcome, r);
        }
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

    /// Advances a linear part of one state, whose systems are divisions.
    #[inline(always)]
    fn alone(self, part: &Part, state: usize, outcome: &mut Outcome<L>, r: &mut Registers<L>) {
        let Self {
            parts, per_length, ..
        } = self;
        let zero = Lanes::splat(0.0);
        let (start, first) = (r[at(self.current + state)], parts.values + state * POINTS);
        for point in 0..POINTS {
            r[at(first + point)] = start;
        }
        self.slopes(part, r);
        let modes = parts.modes + state * STAGES;
        transform(&TO, parts.slopes + state * POINTS + 1, modes, r);

        let own = part.jacobian[0].map_or(zero, |entry| zero - r[usize::from(entry)]);
        let own = where_on(self.on, state, own, r);
        let reciprocal = Lanes::splat(1.0) / per_length.mul_add_twice(Lanes::splat(REAL), own);
        let mut usable = reciprocal.is_finite();
        r[at(modes)] = r[at(modes)] * reciprocal;
        for (number, (real, imaginary)) in PAIRS.into_iter().enumerate() {
            let real = per_length.mul_add_twice(Lanes::splat(real), own);
            let imaginary = per_length * Lanes::splat(-imaginary);
            let inverse = inverse((real, imaginary));
            usable = usable.and(inverse.0.is_finite());
            let (first, second) = (at(modes + 1 + 2 * number), at(modes + 2 + 2 * number));
            (r[first], r[second]) = times((r[first], r[second]), inverse);
        }
        outcome.usable = outcome.usable.and(usable);

        let mut slope = zero;
        let mut end = start;
        transform(&FROM, modes, first + 1, r);
        for (stage, &factor) in SLOPE.iter().enumerate() {
            let place = at(first + 1 + stage);
            let change = r[place];
            slope = change.mul_add_twice(Lanes::splat(factor), slope);
            end = start + change;
            r[place] = end;
        }
        let defect = slope.mul_sub_twice(per_length, r[at(parts.slopes + state * POINTS)]);
        self.judge(part, (start, end), defect * reciprocal, outcome);
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
        let start = r[at(current + state)];
        let (first, changes) = (parts.values + state * POINTS, parts.changes + state * STAGES);
        transform(&FROM, parts.modes + state * STAGES, changes, r);
        let mut slope = Lanes::splat(0.0);
        let mut moved = Lanes::splat(0.0);
        for (stage, &factor) in SLOPE.iter().enumerate() {
            let change = r[at(changes + stage)];
            slope = change.mul_add_twice(Lanes::splat(factor), slope);
            let (value, place) = (start + change, at(first + 1 + stage));
            if measured {
                let rtol = self.rtol.max(Lanes::splat(TIGHTEST));
                let tolerated = rtol.mul_add_twice(value.abs(), self.atol);
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
            transform(
                &TO,
                parts.changes + state * STAGES,
                parts.modes + state * STAGES,
                r,
            );
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
    fn iterate(
        self,
        part: &Part,
        known: Lanes<L>,
        once: Lanes<L>,
        outcome: &mut Outcome<L>,
        r: &mut Registers<L>,
    ) {
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
            transform(
                &TO,
                parts.slopes + state * POINTS + 1,
                parts.modes + state * STAGES,
                r,
            );
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
        for &state in &part.states {
            let start = r[at(self.current + state)];
            let end = r[at(parts.values + state * POINTS + STAGES)];
            self.judge(part, (start, end), r[at(parts.defects + state)], outcome);
        }
    }

    /// The error of a state between its values at the start and at the end of the step, from what the real system makes of
    /// its defect.
    #[inline(always)]
    fn judge(
        self,
        part: &Part,
        (start, end): (Lanes<L>, Lanes<L>),
        defect: Lanes<L>,
        outcome: &mut Outcome<L>,
    ) {
        let factor = Lanes::splat(DEFECT * REAL * if part.jumps { JUMPS } else { 1.0 });
        let magnitude = start.abs().max(end.abs());
        let own = (defect * factor).abs() / self.rtol.mul_add_twice(magnitude, self.atol);
        let infinite = Lanes::splat(f64::INFINITY);
        outcome.error = outcome
            .error
            .max(Lanes::select(magnitude.is_finite(), own, infinite));
    }
}

/// Multiplies the stages, or modes, from register `from` on by a matrix of the method.
#[inline(always)]
fn transform<const L: usize>(matrix: &[[f64; STAGES]; STAGES], from: usize, to: usize, r: &mut Registers<L>) {
    for (row, factors) in matrix.iter().enumerate() {
        r[at(to + row)] = combine(factors, from, r);
    }
}

/// The sum of the stages, or modes, from register `from` on, each with its factor. One loop over the lanes, in which what is
/// summed stays in a register.
#[inline(always)]
fn combine<const L: usize>(factors: &[f64; STAGES], from: usize, r: &Registers<L>) -> Lanes<L> {
    let mut parts = [&r[at(from)].0; STAGES];
    for (stage, part) in parts.iter_mut().enumerate() {
        *part = &r[at(from + stage)].0;
    }
    let mut out = [0.0; L];
    for (lane, out) in out.iter_mut().enumerate() {
        let mut value = parts[0][lane] * factors[0];
        for stage in 1..STAGES {
            value += parts[stage][lane] * factors[stage];
        }
        *out = value;
    }
    Lanes(out)
}
