//! The numeric part of the sparse factorisation: straight-line lane operations along a [`Pattern`].

use euthymia_vecmath::Lanes;

use crate::executor::{Registers, at};
use crate::symbolic::Pattern;

/// Factorises `diagonal * I - J` into the registers from `first` on; the Jacobian stands where the program left it. The result is not 0 in the lanes whose pivots are all usable.
///
/// With `on`, rows of the Jacobian count as 0 in the lanes where the register of their state from there on is 0.
#[inline(always)]
pub(crate) fn factorise<const L: usize>(
    pattern: &Pattern,
    first: usize,
    diagonal: Lanes<L>,
    on: Option<usize>,
    r: &mut Registers<L>,
) -> Lanes<L> {
    let states = pattern.pivots.len();
    let zero = Lanes::splat(0.0);
    for (slot, &source) in pattern.source.iter().enumerate() {
        let start = if slot < states { diagonal } else { zero };
        r[at(first + slot)] = match source {
            Some(entry) => start - r[usize::from(entry)],
            None => start,
        };
    }
    if let Some(on) = on {
        for state in 0..states {
            let slot = at(first + state);
            r[slot] = Lanes::select(r[at(on + state)], r[slot], diagonal);
        }
        for (rows, entries) in [
            (&pattern.lower_rows, &pattern.lower),
            (&pattern.upper_rows, &pattern.upper),
        ] {
            for row in rows {
                let own = r[at(on + usize::from(row.state))];
                for entry in &entries[row.entries.clone()] {
                    let slot = at(first + usize::from(entry.slot));
                    r[slot] = Lanes::select(own, r[slot], zero);
                }
            }
        }
    }
    let one = Lanes::splat(1.0);
    let mut usable = one;
    for pivot in &pattern.pivots {
        for elimination in &pattern.eliminations[pivot.eliminations.clone()] {
            let factor = at(first + usize::from(elimination.factor));
            let multiplier = r[factor] * r[at(first + usize::from(elimination.pivot))];
            r[factor] = multiplier;
            for &(target, source) in &pattern.updates[elimination.updates.clone()] {
                let target = at(first + usize::from(target));
                r[target] = multiplier.mul_sub_twice(r[at(first + usize::from(source))], r[target]);
            }
        }
        let slot = at(first + usize::from(pivot.slot));
        let reciprocal = one / r[slot];
        usable = usable.and(reciprocal.is_finite());
        r[slot] = reciprocal;
    }
    usable
}

/// Solves with the factorisation from `first` on for the right-hand side that stands in the registers from `vector` on, and leaves the solution there.
#[inline(always)]
pub(crate) fn solve<const L: usize>(pattern: &Pattern, first: usize, vector: usize, r: &mut Registers<L>) {
    for row in &pattern.lower_rows {
        let to = at(vector + usize::from(row.state));
        let mut value = r[to];
        for entry in &pattern.lower[row.entries.clone()] {
            let factor = r[at(first + usize::from(entry.slot))];
            value = factor.mul_sub_twice(r[at(vector + usize::from(entry.column))], value);
        }
        r[to] = value;
    }
    for row in &pattern.upper_rows {
        let state = usize::from(row.state);
        let mut value = r[at(vector + state)];
        for entry in &pattern.upper[row.entries.clone()] {
            let factor = r[at(first + usize::from(entry.slot))];
            value = factor.mul_sub_twice(r[at(vector + usize::from(entry.column))], value);
        }
        r[at(vector + state)] = value * r[at(first + state)];
    }
}
