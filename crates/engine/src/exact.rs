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

use crate::blocks::blocks;

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
        let mut feeds = vec![vec![false; states]; states];
        for entry in entries {
            feeds[usize::from(entry.column)][usize::from(entry.row)] = true;
        }
        Some(Self {
            blocks: blocks(feeds),
        })
    }
}

#[cfg(test)]
mod tests;
