//! The exponentials of a system and its amounts at any time between two changes.

use euthymia_vecmath::{Kernel, Lanes};

use super::symmetric::eigen;
use super::{MOST_STATES, Shape};
use crate::matrix::inverse;

/// A decomposition that loses more digits than this is not used.
const LARGEST_ERROR: f64 = 1e-11;

/// Exchanges that balance to this part of their size do.
const BALANCE: f64 = 1e-13;

/// `A = V diag(rates) W`, of one subject and one row of its inputs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flow {
    n: usize,
    rates: Vec<f64>,
    /// `V`, row by row.
    vectors: Vec<f64>,
    /// `W`, row by row.
    inverse: Vec<f64>,
}

/// A block's own decomposition, in the places of its states.
struct Own {
    rates: Vec<f64>,
    vectors: Vec<f64>,
    inverse: Vec<f64>,
}

impl Flow {
    /// The exponentials of a matrix of that shape, row by row; `None` where they are not known accurately.
    pub(crate) fn new(shape: &Shape, matrix: &[f64]) -> Option<Self> {
        let n = shape.blocks.iter().map(Vec::len).sum::<usize>();
        let own: Vec<Own> = shape
            .blocks
            .iter()
            .map(|block| Own::new(block, matrix, n))
            .collect::<Option<_>>()?;
        let mut flow = Self {
            n,
            rates: Vec::with_capacity(n),
            vectors: vec![0.0; n * n],
            inverse: Vec::new(),
        };
        for (at, (block, of_block)) in shape.blocks.iter().zip(&own).enumerate() {
            let k = block.len();
            for (mode, &rate) in of_block.rates.iter().enumerate() {
                let column = flow.rates.len();
                flow.rates.push(rate);
                for (i, &state) in block.iter().enumerate() {
                    flow.vectors[state * n + column] = of_block.vectors[i * k + mode];
                }
                flow.follow(shape, &own, at, column, rate, matrix);
            }
        }
        flow.inverse = inverse(&flow.vectors, n)?;
        (flow.error(matrix) <= LARGEST_ERROR).then_some(flow)
    }

    /// What a mode of block `from` brings about in the later ones.
    fn follow(&mut self, shape: &Shape, own: &[Own], from: usize, column: usize, rate: f64, matrix: &[f64]) {
        let n = self.n;
        let later = shape.blocks.iter().zip(own).enumerate().skip(from + 1);
        for (at, (block, of_block)) in later {
            let k = block.len();
            let fed: Vec<f64> = block
                .iter()
                .map(|&state| {
                    let earlier = shape.blocks[from..at].iter().flatten();
                    earlier.fold(0.0, |sum, &source| {
                        sum + matrix[state * n + source] * self.vectors[source * n + column]
                    })
                })
                .collect();
            if fed.iter().all(|value| *value == 0.0) {
                continue;
            }
            for mode in 0..k {
                let amount = (0..k).fold(0.0, |sum, j| sum + of_block.inverse[mode * k + j] * fed[j]);
                let amplitude = amount / (rate - of_block.rates[mode]);
                for (i, &state) in block.iter().enumerate() {
                    self.vectors[state * n + column] += of_block.vectors[i * k + mode] * amplitude;
                }
            }
        }
    }

    /// How many digits the decomposition loses: what it gives back for the matrix, and how much its terms cancel.
    fn error(&self, matrix: &[f64]) -> f64 {
        let n = self.n;
        let (mut size, mut off, mut cancelled) = (0.0_f64, 0.0_f64, 0.0_f64);
        for row in 0..n {
            for column in 0..n {
                let (mut sum, mut terms) = (0.0, 0.0);
                for mode in 0..n {
                    let product = self.vectors[row * n + mode] * self.inverse[mode * n + column];
                    sum += product * self.rates[mode];
                    terms += product.abs();
                }
                let own = matrix[row * n + column];
                size = size.max(own.abs());
                off = off.max((sum - own).abs());
                cancelled = cancelled.max(terms);
            }
        }
        let lost = cancelled * f64::EPSILON;
        // A system in which nothing moves is known.
        let relative = if size == 0.0 { off } else { off / size };
        let error = relative.max(lost);
        if error.is_nan() { f64::INFINITY } else { error }
    }

    /// What follows from a state and what flows in.
    pub(crate) fn segment(&self, state: impl Fn(usize) -> f64, inflow: impl Fn(usize) -> f64) -> Segment {
        let n = self.n;
        let apply = |of: &dyn Fn(usize) -> f64| -> Vec<f64> {
            (0..n)
                .map(|mode| (0..n).fold(0.0, |sum, at| sum + self.inverse[mode * n + at] * of(at)))
                .collect()
        };
        Segment {
            amplitudes: apply(&state),
            inflows: apply(&inflow),
        }
    }
}

impl Own {
    fn new(block: &[usize], matrix: &[f64], n: usize) -> Option<Self> {
        let k = block.len();
        let entry = |i: usize, j: usize| matrix[block[i] * n + block[j]];
        if !(0..k).all(|i| (0..k).all(|j| entry(i, j).is_finite())) {
            return None;
        }
        let scale = balance(k, entry)?;
        let mut symmetric = vec![0.0; k * k];
        for i in 0..k {
            for j in 0..k {
                symmetric[i * k + j] = if i == j {
                    entry(i, i)
                } else {
                    // The exchange in either direction is the root of the two rates.
                    (entry(i, j) * entry(j, i)).sqrt() * entry(i, j).signum()
                };
            }
        }
        let (rates, orthogonal) = eigen(symmetric, k)?;
        let mut own = Self {
            rates,
            vectors: vec![0.0; k * k],
            inverse: vec![0.0; k * k],
        };
        for i in 0..k {
            for mode in 0..k {
                own.vectors[i * k + mode] = orthogonal[i * k + mode] * scale[i];
                own.inverse[mode * k + i] = orthogonal[i * k + mode] / scale[i];
            }
        }
        Some(own)
    }
}

/// The scales of a block's states in which its exchanges are the same in both directions; `None` where there are none.
fn balance(k: usize, entry: impl Fn(usize, usize) -> f64) -> Option<Vec<f64>> {
    let mut scale: Vec<Option<f64>> = vec![None; k];
    scale[0] = Some(1.0);
    let mut known = vec![0];
    while let Some(i) = known.pop() {
        let own = scale[i]?;
        for (j, other) in scale.iter_mut().enumerate() {
            let (there, back) = (entry(j, i), entry(i, j));
            if i == j || (there == 0.0 && back == 0.0) {
                continue;
            }
            let ratio = there / back;
            if !(ratio.is_finite() && ratio > 0.0) {
                return None;
            }
            // x_j^2 back = x_i^2 there.
            let wanted = own * ratio.sqrt();
            match *other {
                None => {
                    *other = Some(wanted);
                    known.push(j);
                }
                Some(found) if (found - wanted).abs() > BALANCE * wanted => return None,
                Some(_) => {}
            }
        }
    }
    scale.into_iter().collect()
}

/// The course of a system from a state on, as amplitudes of its exponentials.
#[derive(Clone, Debug, Default)]
pub(crate) struct Segment {
    /// `W x(0)`.
    amplitudes: Vec<f64>,
    /// `W b`.
    inflows: Vec<f64>,
}

/// Evaluates the states at many times.
pub(crate) struct Evaluate<'a, const L: usize> {
    pub(crate) flow: &'a Flow,
    pub(crate) segment: &'a Segment,
    /// Times since the segment began.
    pub(crate) elapsed: &'a [f64],
    /// Receives the values: those of a state are together, in the order of `elapsed`.
    pub(crate) values: &'a mut [f64],
    /// Place of the first state's first value.
    pub(crate) first: usize,
    /// Distance from a state's values to the next state's.
    pub(crate) stride: usize,
}

impl<const L: usize> Kernel for Evaluate<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            flow,
            segment,
            elapsed,
            values,
            first,
            stride,
        } = self;
        let n = flow.n;
        let mut modes = [Lanes::<L>::splat(0.0); MOST_STATES];
        for (at, together) in elapsed.chunks(L).enumerate() {
            let mut time = Lanes::<L>::splat(0.0);
            time.0[..together.len()].copy_from_slice(together);
            for (mode, to) in modes.iter_mut().enumerate().take(n) {
                let rate = Lanes::splat(flow.rates[mode]);
                let exponent = rate * time;
                let mut value = exponent.exp() * Lanes::splat(segment.amplitudes[mode]);
                let inflow = segment.inflows[mode];
                if inflow != 0.0 {
                    let flown = if flow.rates[mode] == 0.0 {
                        time
                    } else {
                        exponent.expm1() / rate
                    };
                    value = flown.mul_add_twice(Lanes::splat(inflow), value);
                }
                *to = value;
            }
            for state in 0..n {
                let vector = &flow.vectors[state * n..][..n];
                let mut sum = Lanes::splat(0.0);
                for (mode, &part) in vector.iter().enumerate() {
                    sum = modes[mode].mul_add_twice(Lanes::splat(part), sum);
                }
                let place = first + state * stride + at * L;
                values[place..place + together.len()].copy_from_slice(&sum.0[..together.len()]);
            }
        }
    }
}
