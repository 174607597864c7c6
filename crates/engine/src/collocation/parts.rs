//! What is worked out once for a program: the parts that its states form, what has to run for each of them, and where
//! everything lies in the register file.
//!
//! States that depend on each other form a part, and parts feed one another in one direction: the kinetics a site of effect,
//! that a turnover, that a score. A part is advanced over the whole step before the next begins, so that the systems to be
//! solved are as small as the parts, and a part that is linear in its own states is solved at once.

use std::collections::BTreeSet;

use euthymia_model::program::Program;
use euthymia_model::tape::{Instruction, Op, Register, Tape};

use super::coefficients::{PAIRS, STAGES};
use super::wide::{POINTS, Wide};
use crate::blocks::blocks;
use crate::executor::ADDRESSABLE;

/// A part of the states.
#[derive(Debug)]
pub(crate) struct Part {
    /// Its states.
    pub(crate) states: Vec<usize>,
    /// Leaves the derivatives of its states at all points.
    pub(crate) tape: Vec<Wide>,
    /// Registers of its own block of the Jacobian, row after row; `None` where it is 0.
    pub(crate) jacobian: Vec<Option<Register>>,
    /// Whether its derivatives are linear in its own states with factors that are constant for a subject.
    pub(crate) linear: bool,
    /// Whether its derivatives may jump inside a step.
    pub(crate) jumps: bool,
}

/// The parts, and the workspace, which follows that of the plan.
#[derive(Debug)]
pub(crate) struct Parts {
    /// Each is fed by earlier ones alone.
    pub(crate) parts: Vec<Part>,
    /// Leaves the entries of the parts' Jacobians that are not constant for a subject.
    pub(crate) jacobian: Vec<Instruction>,
    /// First register of the points' times.
    pub(crate) times: usize,
    /// First register of the states at the points: [`POINTS`] for the first state, then those of the second, and so on.
    pub(crate) values: usize,
    /// First register of the derivatives, laid out alike.
    pub(crate) slopes: usize,
    /// First register of the stages in the coordinates of the eigenvectors, [`STAGES`] for every state.
    pub(crate) modes: usize,
    /// First register of a right-hand side that becomes a solution, laid out alike.
    pub(crate) changes: usize,
    /// First register of the defects at the start, one for every state.
    pub(crate) defects: usize,
    /// First register of a part's factorisations.
    pub(crate) factors: usize,
    /// First register that is not used.
    pub(crate) end: usize,
    /// States of the largest part.
    pub(crate) largest: usize,
    /// States of the parts that are not linear.
    pub(crate) iterated: usize,
}

/// Instructions that leave what is wanted, in their order.
fn slice(tape: &Tape, wanted: impl IntoIterator<Item = Register>) -> (Vec<Instruction>, BTreeSet<Register>) {
    let mut live: BTreeSet<Register> = wanted.into_iter().collect();
    let mut kept = Vec::new();
    for instruction in tape.instructions.iter().rev() {
        if live.remove(&instruction.destination) {
            live.extend(operands(instruction));
            kept.push(*instruction);
        }
    }
    kept.reverse();
    (kept, live)
}

fn operands(instruction: &Instruction) -> impl Iterator<Item = Register> {
    [instruction.a, instruction.b, instruction.c]
        .into_iter()
        .take(instruction.op.arity())
}

impl Parts {
    /// The parts of a program, with the workspace from register `first` on; `None` where it has no room.
    pub(crate) fn new(program: &Program, first: usize) -> Option<Self> {
        let states = program.states.len();
        let state_of = |register: Register| program.states.iter().position(|s| s.register == register);
        let slices: Vec<_> = (program.states.iter())
            .map(|state| slice(&program.derivatives, [state.derivative]))
            .collect();
        let mut feeds = vec![vec![false; states]; states];
        for (to, (_, read)) in slices.iter().enumerate() {
            read.iter()
                .filter_map(|&register| state_of(register))
                .for_each(|from| feeds[from][to] = true);
        }
        for entry in &program.jacobian_entries {
            feeds[usize::from(entry.column)][usize::from(entry.row)] = true;
        }
        let blocks = blocks(feeds);
        let largest = blocks.iter().map(Vec::len).max()?;

        let mut end = first;
        let mut room = |count: usize| {
            let start = end;
            end += count;
            start
        };
        let mut parts = Self {
            parts: Vec::new(),
            jacobian: Vec::new(),
            times: room(POINTS),
            values: room(POINTS * states),
            slopes: room(POINTS * states),
            modes: room(STAGES * states),
            changes: room(STAGES * states),
            defects: room(states),
            factors: room((1 + 2 * PAIRS.len()) * largest * largest),
            end: 0,
            largest,
            iterated: 0,
        };
        if end > ADDRESSABLE {
            return None;
        }
        let later: BTreeSet<Register> = (program.derivatives.instructions.iter())
            .chain(&program.jacobian.instructions)
            .map(|instruction| instruction.destination)
            .collect();
        let mut varying = BTreeSet::new();
        let mut used = end;
        for states in blocks {
            let jacobian: Vec<Option<Register>> = (states.iter())
                .flat_map(|&row| states.iter().map(move |&column| (row, column)))
                .map(|(row, column)| {
                    (program.jacobian_entries.iter())
                        .find(|e| usize::from(e.row) == row && usize::from(e.column) == column)
                        .map(|entry| entry.register)
                })
                .collect();
            let changing = jacobian.iter().flatten().filter(|&r| later.contains(r));
            let before = varying.len();
            varying.extend(changing.copied());
            let wanted = states.iter().map(|&state| program.states[state].derivative);
            let (kept, _) = slice(&program.derivatives, wanted);
            let own = |register| state_of(register).is_some_and(|state| states.contains(&state));
            let linear = varying.len() == before && !chooses_by(&kept, own);
            let (tape, last) = parts.widen(program, &states, &kept, end)?;
            used = used.max(last);
            parts.iterated += if linear { 0 } else { states.len() };
            parts.parts.push(Part {
                states,
                tape,
                jacobian,
                linear,
                jumps: kept.iter().any(|instruction| instruction.op.jumps()),
            });
        }
        parts.jacobian = slice(&program.jacobian, varying).0;
        parts.end = used;
        Some(parts)
    }

    /// The tape of a part, with results of instructions from register `first` on; and where they end. `None` where there is
    /// no room.
    fn widen(
        &self,
        program: &Program,
        states: &[usize],
        kept: &[Instruction],
        first: usize,
    ) -> Option<(Vec<Wide>, usize)> {
        let mut places = Places::new(first);
        let mut tape = Vec::with_capacity(kept.len() + states.len());
        // Registers are read here for the last time.
        let wanted: BTreeSet<Register> = states.iter().map(|&s| program.states[s].derivative).collect();
        let last_read = |register: Register, after: usize| {
            !wanted.contains(&register)
                && !(kept[after + 1..].iter())
                    .take_while(|next| next.destination != register || operands(next).any(|r| r == register))
                    .any(|next| operands(next).any(|r| r == register))
        };
        let mut now: Vec<(Register, usize)> = Vec::new();
        let place = |register: Register, now: &[(Register, usize)]| -> (usize, bool) {
            if let Some(&(_, place)) = now.iter().find(|(own, _)| *own == register) {
                return (place, true);
            }
            if register == program.time {
                return (self.times, true);
            }
            match program.states.iter().position(|s| s.register == register) {
                Some(state) => (self.values + state * POINTS, true),
                None => (usize::from(register), false),
            }
        };
        for (number, instruction) in kept.iter().enumerate() {
            let all = [instruction.a, instruction.b, instruction.c];
            let from = std::array::from_fn(|k| match k < instruction.op.arity() {
                true => place(all[k], &now),
                false => (0, false),
            });
            for register in operands(instruction) {
                let result = now.iter().position(|(own, _)| *own == register);
                if let Some(at) = result.filter(|_| last_read(register, number)) {
                    places.free(now.remove(at).1);
                }
            }
            if let Some(at) = now.iter().position(|(own, _)| *own == instruction.destination) {
                places.free(now.remove(at).1);
            }
            // A derivative goes at once where it is wanted.
            let wanted = states
                .iter()
                .find(|&&s| program.states[s].derivative == instruction.destination);
            let to = wanted.map_or_else(|| places.take(), |state| self.slopes + state * POINTS);
            now.push((instruction.destination, to));
            tape.push(Wide::new(instruction.op, to, from)?);
        }
        for &state in states {
            let (from, to) = (
                place(program.states[state].derivative, &now),
                self.slopes + state * POINTS,
            );
            if from.0 != to {
                tape.push(Wide::new(Op::Copy, to, [from, (0, false), (0, false)])?);
            }
        }
        (places.end <= ADDRESSABLE).then_some((tape, places.end))
    }
}

/// Whether an instruction that chooses, or rounds, looks at what depends on registers of which `own` is true.
fn chooses_by(tape: &[Instruction], own: impl Fn(Register) -> bool) -> bool {
    let mut touched: BTreeSet<Register> = BTreeSet::new();
    for instruction in tape {
        let touches = operands(instruction).any(|r| own(r) || touched.contains(&r));
        if touches && instruction.op.chooses() {
            return true;
        }
        if touches {
            touched.insert(instruction.destination);
        } else {
            touched.remove(&instruction.destination);
        }
    }
    false
}

/// Places for the results of instructions, taken again once they are free.
struct Places {
    first: usize,
    free: Vec<usize>,
    end: usize,
}

impl Places {
    fn new(first: usize) -> Self {
        Self {
            first,
            free: Vec::new(),
            end: first,
        }
    }

    fn take(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.end += POINTS;
            self.end - POINTS
        })
    }

    fn free(&mut self, place: usize) {
        if place >= self.first {
            self.free.push(place);
        }
    }
}
