//! Which entries of the step matrix `I/(h gamma) - J` are not zero, in what order to eliminate, and where fill appears:
//! worked out once for a model, so that the numeric part (`lu`) is straight-line code.
//!
//! Pivots are taken from the diagonal only, in the order of least Markowitz cost `(r - 1)(c - 1)` (Markowitz 1957;
//! ties to the lower index), and never exchanged at run time: `1/(h gamma)` dominates the diagonal once `h` is small
//! enough, and a step with a useless pivot is rejected.

use std::ops::Range;

use euthymia_model::program::JacobianEntry;
use euthymia_model::tape::Register;

/// An off-diagonal entry with its place in the list of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Place among the factor's values.
    pub(crate) slot: u16,
    /// State of the column.
    pub(crate) column: u16,
}

/// Entries of one row on one side of the diagonal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// State of the row.
    pub(crate) state: u16,
    /// Its entries in [`Pattern::lower`] or [`Pattern::upper`].
    pub(crate) entries: Range<usize>,
}

/// Subtracts a multiple of a pivot row: `values[factor] *= 1/pivot`, then for every update
/// `values[target] -= values[factor] * values[source]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Elimination {
    /// Slot of the entry that is eliminated and becomes the multiplier.
    pub(crate) factor: u16,
    /// Slot of the pivot's reciprocal.
    pub(crate) pivot: u16,
    /// Its updates in [`Pattern::updates`].
    pub(crate) updates: Range<usize>,
}

/// What to do for one row of the factorisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pivot {
    /// Slot of the diagonal.
    pub(crate) slot: u16,
    /// Its eliminations in [`Pattern::eliminations`].
    pub(crate) eliminations: Range<usize>,
}

/// The symbolic factorisation. Slots: the diagonal by state, then the lower entries, then the upper ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// Number of slots.
    pub(crate) slots: usize,
    /// For every slot the register of the Jacobian's entry that it starts from, if any.
    pub(crate) source: Vec<Option<Register>>,
    /// Rows in the order of elimination.
    pub(crate) pivots: Vec<Pivot>,
    /// Of all rows.
    pub(crate) eliminations: Vec<Elimination>,
    /// (target, source) of all eliminations.
    pub(crate) updates: Vec<(u16, u16)>,
    /// Rows of the forward substitution in their order, those without entries left out.
    pub(crate) lower_rows: Vec<Row>,
    /// Entries of the lower rows.
    pub(crate) lower: Vec<Entry>,
    /// Rows of the backward substitution in their order, all states.
    pub(crate) upper_rows: Vec<Row>,
    /// Entries of the upper rows.
    pub(crate) upper: Vec<Entry>,
}

/// Order of elimination and the pattern with fill, as rows of flags.
fn order(states: usize, mut filled: Vec<Vec<bool>>) -> (Vec<usize>, Vec<Vec<bool>>) {
    let mut left: Vec<usize> = (0..states).collect();
    let mut order = Vec::with_capacity(states);
    while !left.is_empty() {
        let cost = |pivot: usize| {
            let row = left.iter().filter(|&&j| j != pivot && filled[pivot][j]).count();
            let column = left.iter().filter(|&&i| i != pivot && filled[i][pivot]).count();
            row * column
        };
        let Some((place, &pivot)) = left.iter().enumerate().min_by_key(|&(_, &state)| cost(state)) else {
            break;
        };
        left.remove(place);
        order.push(pivot);
        for &row in &left {
            if filled[row][pivot] {
                for &column in &left {
                    filled[row][column] |= filled[pivot][column];
                }
            }
        }
    }
    (order, filled)
}

impl Pattern {
    /// The factorisation of a matrix with a full diagonal and the off-diagonal entries among `entries`.
    /// `None` if the slots or their number cannot be addressed.
    pub(crate) fn new(states: usize, entries: &[JacobianEntry]) -> Option<Self> {
        let mut filled = vec![vec![false; states]; states];
        for entry in entries {
            filled[usize::from(entry.row)][usize::from(entry.column)] = true;
        }
        let (order, filled) = order(states, filled);

        let address = |slot: usize| u16::try_from(slot).ok();
        let mut slot_of = vec![vec![u16::MAX; states]; states];
        let mut slots = states;
        for (state, row) in slot_of.iter_mut().enumerate() {
            row[state] = address(state)?;
        }
        let (mut lower, mut lower_rows) = (Vec::new(), Vec::new());
        for (place, &row) in order.iter().enumerate() {
            let start = lower.len();
            for &column in order[..place].iter().filter(|&&column| filled[row][column]) {
                slot_of[row][column] = address(slots)?;
                lower.push(Entry {
                    slot: address(slots)?,
                    column: address(column)?,
                });
                slots += 1;
            }
            if lower.len() > start {
                lower_rows.push(Row {
                    state: address(row)?,
                    entries: start..lower.len(),
                });
            }
        }
        let (mut upper, mut upper_rows) = (Vec::new(), Vec::new());
        for (place, &row) in order.iter().enumerate().rev() {
            let start = upper.len();
            for &column in order[place + 1..].iter().filter(|&&column| filled[row][column]) {
                slot_of[row][column] = address(slots)?;
                upper.push(Entry {
                    slot: address(slots)?,
                    column: address(column)?,
                });
                slots += 1;
            }
            upper_rows.push(Row {
                state: address(row)?,
                entries: start..upper.len(),
            });
        }

        let mut source = vec![None; slots];
        for entry in entries {
            let slot = slot_of[usize::from(entry.row)][usize::from(entry.column)];
            source[usize::from(slot)] = Some(entry.register);
        }
        let (mut pivots, mut eliminations, mut updates) = (Vec::new(), Vec::new(), Vec::new());
        for (place, &row) in order.iter().enumerate() {
            let first = eliminations.len();
            for (before, &pivot) in order[..place].iter().enumerate() {
                if !filled[row][pivot] {
                    continue;
                }
                let start = updates.len();
                for &column in order[before + 1..]
                    .iter()
                    .filter(|&&column| filled[pivot][column])
                {
                    updates.push((slot_of[row][column], slot_of[pivot][column]));
                }
                eliminations.push(Elimination {
                    factor: slot_of[row][pivot],
                    pivot: slot_of[pivot][pivot],
                    updates: start..updates.len(),
                });
            }
            pivots.push(Pivot {
                slot: slot_of[row][row],
                eliminations: first..eliminations.len(),
            });
        }
        Some(Self {
            slots,
            source,
            pivots,
            eliminations,
            updates,
            lower_rows,
            lower,
            upper_rows,
            upper,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(states: u16, entries: impl IntoIterator<Item = (u16, u16)>) -> Pattern {
        let entry = |(row, column)| JacobianEntry {
            row,
            column,
            register: 0,
        };
        Pattern::new(
            usize::from(states),
            &entries.into_iter().map(entry).collect::<Vec<_>>(),
        )
        .unwrap()
    }

    /// An arrow that points the wrong way fills up in natural order and not at all in the right one.
    #[test]
    fn least_cost_order_avoids_the_fill_of_an_arrow() {
        let pattern = pattern(6, (1..6).flat_map(|i| [(0, i), (i, 0), (i, i)]));
        assert_eq!(pattern.slots, 6 + 10);
        assert_eq!(pattern.updates.len(), 5);
    }

    #[test]
    fn a_cascade_needs_no_updates() {
        assert!(
            pattern(10, (1..10).flat_map(|i| [(i, i - 1), (i, i)]))
                .updates
                .is_empty()
        );
    }
}
