//! From the matrices of a lane group to their rates and vectors.

use euthymia_vecmath::{Kernel, Lanes};

use super::shape::Block;
use super::symmetric::eigen;
use super::{Flows, Shape};

/// A decomposition that loses more digits than this is not used.
const LARGEST_ERROR: f64 = 1e-11;

/// Exchanges that balance to this part of their size do.
const BALANCE: f64 = 1e-13;

/// Decomposes the matrices of all lanes. In which lanes the exponentials are known accurately.
pub(crate) struct Decompose<'a, const L: usize> {
    pub(crate) shape: &'a Shape,
    pub(crate) flows: &'a mut Flows<L>,
}

impl<const L: usize> Kernel for Decompose<'_, L> {
    type Output = Lanes<L>;

    #[inline(always)]
    fn run(self) -> Lanes<L> {
        let Self { shape, flows } = self;
        flows.make_room(shape.states);
        let mut good = Lanes::splat(1.0);
        for value in flows.matrix.iter().chain(&flows.constant) {
            good = good.and(value.is_finite());
        }
        for (at, block) in shape.blocks.iter().enumerate() {
            good = good.and(own(block, flows));
            for &source in &block.sources[..block.sources.len() - 1] {
                follow(shape, flows, source, at);
            }
            for &source in &block.sources[..block.sources.len() - 1] {
                invert(shape, flows, source, at);
            }
        }
        good.and(error(shape, flows).less_equal(Lanes::splat(LARGEST_ERROR)))
    }
}

/// A block's own rates and vectors. In which lanes they are known.
#[inline(always)]
fn own<const L: usize>(block: &Block, flows: &mut Flows<L>) -> Lanes<L> {
    let (n, k) = (flows.states(), block.states.len());
    let (zero, one) = (Lanes::splat(0.0), Lanes::splat(1.0));
    let Flows {
        matrix,
        scale,
        symmetric,
        orthogonal,
        rates,
        vectors,
        inverse,
        ..
    } = flows;
    macro_rules! entry {
        ($i:expr, $j:expr) => {
            matrix[block.states[$i] * n + block.states[$j]]
        };
    }

    // The scales in which exchanges are the same in both directions: x_other^2 back = x_known^2 there.
    let mut good = one;
    scale[0] = one;
    for exchange in &block.exchanges {
        let (there, back) = (
            entry!(exchange.other, exchange.known),
            entry!(exchange.known, exchange.other),
        );
        let none = there.equal(zero).and(back.equal(zero));
        let ratio = there / back;
        let wanted = scale[exchange.known] * ratio.sqrt();
        let balances = zero.less(ratio).and(ratio.is_finite());
        if exchange.first {
            scale[exchange.other] = Lanes::select(none, scale[exchange.known], wanted);
            good = good.and(none.or(balances));
        } else {
            let away = (scale[exchange.other] - wanted).abs();
            let same = away.less_equal(wanted * Lanes::splat(BALANCE));
            good = good.and(none.or(balances.and(same)));
        }
    }

    let (symmetric, orthogonal) = (&mut symmetric[..k * k], &mut orthogonal[..k * k]);
    for i in 0..k {
        for j in 0..k {
            let value = if i == j {
                entry!(i, i)
            } else {
                // The exchange in either direction is the root of the two rates.
                (entry!(i, j) * entry!(j, i)).sqrt().copysign(entry!(i, j))
            };
            symmetric[i * k + j] = Lanes::select(good.and(value.is_finite()), value, zero);
        }
    }
    let settled = eigen(symmetric, orthogonal, k);
    for (mode, at) in block.modes.clone().enumerate() {
        rates[at] = symmetric[mode * k + mode];
        for (i, &state) in block.states.iter().enumerate() {
            vectors[state * n + at] = orthogonal[i * k + mode] * scale[i];
            inverse[at * n + state] = orthogonal[i * k + mode] / scale[i];
        }
    }
    good.and(settled)
}

/// What the modes of block `from` bring about in the states of block `to`, once that is known of all blocks between.
#[inline(always)]
fn follow<const L: usize>(shape: &Shape, flows: &mut Flows<L>, from: usize, to: usize) {
    let n = flows.states();
    let (source, block) = (&shape.blocks[from], &shape.blocks[to]);
    for column in source.modes.clone() {
        for &state in &block.states {
            let mut fed = Lanes::splat(0.0);
            for &at in &block.sources {
                if at < from || at == to {
                    continue;
                }
                for &feeder in &shape.blocks[at].states {
                    let entry = flows.matrix[state * n + feeder];
                    fed = entry.mul_add_twice(flows.vectors[feeder * n + column], fed);
                }
            }
            flows.scale[state] = fed;
        }
        for &state in &block.states {
            flows.vectors[state * n + column] = Lanes::splat(0.0);
        }
        for mode in block.modes.clone() {
            let mut amount = Lanes::splat(0.0);
            for &state in &block.states {
                amount = flows.inverse[mode * n + state].mul_add_twice(flows.scale[state], amount);
            }
            let zero = Lanes::splat(0.0);
            let amplitude = amount / (flows.rates[column] - flows.rates[mode]);
            let amplitude = Lanes::select(amount.equal(zero), zero, amplitude);
            for &state in &block.states {
                let place = state * n + column;
                flows.vectors[place] =
                    flows.vectors[state * n + mode].mul_add_twice(amplitude, flows.vectors[place]);
            }
        }
    }
}

/// How much of the modes of block `to` the states of block `from` are, once that is known of all blocks between.
#[inline(always)]
fn invert<const L: usize>(shape: &Shape, flows: &mut Flows<L>, from: usize, to: usize) {
    let n = flows.states();
    let (source, block) = (&shape.blocks[from], &shape.blocks[to]);
    for &column in &source.states {
        for &state in &block.states {
            let mut known = Lanes::splat(0.0);
            for &at in &block.sources {
                if at < from || at == to {
                    continue;
                }
                for mode in shape.blocks[at].modes.clone() {
                    let part = flows.vectors[state * n + mode];
                    known = part.mul_add_twice(flows.inverse[mode * n + column], known);
                }
            }
            flows.scale[state] = known;
        }
        for mode in block.modes.clone() {
            let mut sum = Lanes::splat(0.0);
            for &state in &block.states {
                sum = flows.inverse[mode * n + state].mul_sub_twice(flows.scale[state], sum);
            }
            flows.inverse[mode * n + column] = sum;
        }
    }
}

/// How many digits the decomposition loses: what it gives back for the matrix, and how much its terms cancel.
#[inline(always)]
fn error<const L: usize>(shape: &Shape, flows: &Flows<L>) -> Lanes<L> {
    let n = flows.states();
    let zero = Lanes::splat(0.0);
    let (mut size, mut off, mut cancelled) = (zero, zero, zero);
    for block in &shape.blocks {
        for &row in &block.states {
            for &column in &block.fed_by {
                let (mut sum, mut terms) = (zero, zero);
                for &mode in &block.composed_of {
                    let product = flows.vectors[row * n + mode] * flows.inverse[mode * n + column];
                    sum = product.mul_add_twice(flows.rates[mode], sum);
                    terms = terms + product.abs();
                }
                let own = flows.matrix[row * n + column];
                size = size.max(own.abs());
                off = off.max((sum - own).abs());
                cancelled = cancelled.max(terms);
            }
        }
    }
    // A system in which nothing moves is known.
    let relative = Lanes::select(size.equal(zero), off, off / size);
    relative.max(cancelled * Lanes::splat(f64::EPSILON))
}
