//! Linear compartments solved and not integrated: the exponentials that their amounts are sums of.
//!
//! Between two changes a linear model with constant rates is `x' = A x + b`. Compartments that exchange form blocks
//! ([`Shape`]), and blocks feed one another in one direction. A block whose exchanges balance in detail, which every tree of
//! compartments does, is similar to a symmetric matrix, so its rates are real and found to the last digits by rotations
//! (`symmetric`); the vectors of the whole system follow block after block. With `A = V diag(rates) W`, `W = V^-1`,
//!
//! `x(t) = V (e^(rates t) W x(0) + (e^(rates t) - 1)/rates W b)`.
//!
//! Where two rates are so close that the vectors nearly coincide (a rate of absorption equal to the rate of elimination, a
//! chain of equal transit rates), where exchanges do not balance, or where the system is large, there is no [`Flow`], and
//! the caller takes the exponential of the matrix, or integrates.

mod flow;
mod symmetric;

pub(crate) use flow::{Evaluate, Flow};

use euthymia_model::program::JacobianEntry;

/// Systems of more states than this are integrated.
pub(crate) const MOST_STATES: usize = 24;

/// Blocks of states that reach each other, in an order in which each is fed by earlier ones alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) blocks: Vec<Vec<usize>>,
}

impl Shape {
    /// The blocks of a system with these entries; `None` where it is too large.
    pub(crate) fn new(states: usize, entries: &[JacobianEntry]) -> Option<Self> {
        if states > MOST_STATES {
            return None;
        }
        // Row `to` is fed by column `from`.
        let mut reaches = vec![vec![false; states]; states];
        for entry in entries {
            reaches[usize::from(entry.column)][usize::from(entry.row)] = true;
        }
        for middle in 0..states {
            let onwards = reaches[middle].clone();
            for from in reaches.iter_mut().filter(|from| from[middle]) {
                from.iter_mut()
                    .zip(&onwards)
                    .for_each(|(to, onwards)| *to |= onwards);
            }
        }
        let mut blocks: Vec<Vec<usize>> = Vec::new();
        for (state, own) in reaches.iter().enumerate() {
            let same = |block: &&mut Vec<usize>| reaches[block[0]][state] && own[block[0]];
            match blocks.iter_mut().find(same) {
                Some(block) => block.push(state),
                None => blocks.push(vec![state]),
            }
        }
        // What feeds comes first; a block that nothing waiting feeds is always there, for no two feed each other.
        let mut ordered: Vec<Vec<usize>> = Vec::new();
        while !blocks.is_empty() {
            let free = |block: &Vec<usize>| {
                blocks
                    .iter()
                    .all(|other| other[0] == block[0] || !reaches[other[0]][block[0]])
            };
            let next = blocks.iter().position(free)?;
            ordered.push(blocks.remove(next));
        }
        Some(Self { blocks: ordered })
    }
}

#[cfg(test)]
mod tests;
