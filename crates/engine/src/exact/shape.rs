//! Which states exchange, and which feed which: known of a model before any of its numbers are.

use std::ops::Range;

use euthymia_model::program::JacobianEntry;

/// Systems of more states than this are integrated.
const MOST_STATES: usize = 24;

/// Blocks of states that reach each other, in an order in which each is fed by earlier ones alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) states: usize,
    pub(crate) blocks: Vec<Block>,
}

/// States that reach each other. There are as many modes as states; those of a block follow those of the block before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) states: Vec<usize>,
    pub(crate) modes: Range<usize>,
    /// The blocks that its states are reached from, itself the last.
    pub(crate) sources: Vec<usize>,
    /// The modes that its states are made of.
    pub(crate) composed_of: Vec<usize>,
    /// The states that its modes are made of.
    pub(crate) fed_by: Vec<usize>,
    pub(crate) exchanges: Vec<Exchange>,
}

/// Two states of a block one of which feeds the other, as places in the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    pub(crate) known: usize,
    pub(crate) other: usize,
    /// Whether no exchange before has the other.
    pub(crate) first: bool,
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
        let mut blocks: Vec<Block> = Vec::new();
        for own in crate::blocks::blocks(feeds.clone()) {
            let feeds_own = |block: &Block| {
                let mut from = block.states.iter();
                from.any(|&from| own.iter().any(|&to| feeds[from][to]))
            };
            let direct = blocks.iter().filter(|block| feeds_own(block));
            let earlier = direct.flat_map(|block| block.sources.iter().copied());
            let mut sources: Vec<usize> = earlier.collect();
            sources.push(blocks.len());
            sources.sort_unstable();
            sources.dedup();
            let first = blocks.last().map_or(0, |block| block.modes.end);
            let modes = first..first + own.len();
            let feeding = || sources.iter().filter_map(|&source| blocks.get(source));
            blocks.push(Block {
                composed_of: feeding()
                    .flat_map(|block| block.modes.clone())
                    .chain(modes.clone())
                    .collect(),
                fed_by: feeding()
                    .flat_map(|block| &block.states)
                    .chain(&own)
                    .copied()
                    .collect(),
                modes,
                exchanges: exchanges(&own, &feeds),
                states: own,
                sources,
            });
        }
        Some(Self { states, blocks })
    }
}

/// The exchanges of a block, so ordered that one side of each is known from those before.
fn exchanges(states: &[usize], feeds: &[Vec<bool>]) -> Vec<Exchange> {
    let mut exchanges = Vec::new();
    let (mut known, mut next) = (vec![0], 0);
    while let Some(&own) = known.get(next) {
        for other in 0..states.len() {
            let (a, b) = (states[own], states[other]);
            let done = known[..next].contains(&other);
            if own == other || done || !(feeds[a][b] || feeds[b][a]) {
                continue;
            }
            let first = !known.contains(&other);
            if first {
                known.push(other);
            }
            exchanges.push(Exchange {
                known: own,
                other,
                first,
            });
        }
        next += 1;
    }
    exchanges
}
