//! Recorded numbers: what a formula over [`Real`] computes with when its gradient is wanted.
//!
//! Every operation on a [`Recorded`] appends to its [`Tape`] which numbers it depends on and with what partial
//! derivatives; one sweep backwards over the tape then gives the derivatives of the result with respect to all
//! inputs, for a few times the cost of the value, however many inputs there are. The tape keeps its memory: from the
//! second evaluation of a formula on, nothing is allocated.
//!
//! ```
//! use euthymia_calibrate::tape::Tape;
//! use euthymia_stats::real::Real;
//!
//! let mut tape = Tape::default();
//! let mut gradient = [0.0; 2];
//! let value = tape.gradient(&[2.0, 3.0], &mut gradient, |x| x[0] * x[1] + x[0].sqrt());
//! assert_eq!(value, 6.0 + 2f64.sqrt());
//! assert_eq!(gradient, [3.0 + 0.5 / 2f64.sqrt(), 2.0]);
//! ```

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};

use euthymia_stats::real::Real;

/// A number's dependence on two earlier ones. One that depends on fewer names itself, with derivative 0.
#[derive(Clone, Copy, Debug)]
struct Node {
    on: [u32; 2],
    partial: [f64; 2],
}

/// The memory of recorded numbers.
#[derive(Debug, Default)]
pub struct Tape {
    nodes: RefCell<Vec<Node>>,
    adjoints: Vec<f64>,
    /// Empty between evaluations; kept for its memory.
    inputs: Vec<Recorded<'static>>,
}

impl Tape {
    /// The value of `formula` at `position`; its derivatives are left in `gradient`, as long as `position`.
    ///
    /// # Panics
    ///
    /// If the two lengths differ, or if the formula takes more than 4 billion operations.
    pub fn gradient<F>(&mut self, position: &[f64], gradient: &mut [f64], formula: F) -> f64
    where
        F: for<'t> FnOnce(&[Recorded<'t>]) -> Recorded<'t>,
    {
        assert_eq!(position.len(), gradient.len(), "one derivative for each input");
        let nodes = &self.nodes;
        nodes.borrow_mut().clear();
        let mut inputs = recycled(std::mem::take(&mut self.inputs));
        inputs.extend(position.iter().map(|&value| Recorded::leaf(value, nodes)));
        let result = formula(&inputs);
        inputs.clear();
        self.inputs = recycled(inputs);

        let nodes = nodes.borrow();
        let end = result.index as usize + 1;
        self.adjoints.clear();
        self.adjoints.resize(end.max(position.len()), 0.0);
        self.adjoints[end - 1] = 1.0;
        let adjoints = &mut self.adjoints[..];
        for (i, node) in nodes[..end].iter().enumerate().skip(position.len()).rev() {
            let adjoint = adjoints[i];
            // What the result does not depend on may have infinite derivatives of its own.
            if adjoint != 0.0 {
                adjoints[node.on[0] as usize] += adjoint * node.partial[0];
                adjoints[node.on[1] as usize] += adjoint * node.partial[1];
            }
        }
        gradient.copy_from_slice(&self.adjoints[..position.len()]);
        result.value
    }

    /// How many operations the last evaluation recorded, its inputs among them.
    #[must_use]
    pub fn recorded(&self) -> usize {
        self.nodes.borrow().len()
    }
}

/// The memory of `numbers`, which is empty, for numbers of another tape.
fn recycled<'t>(numbers: Vec<Recorded<'_>>) -> Vec<Recorded<'t>> {
    debug_assert!(numbers.is_empty());
    // Collected in place; should the library cease to do so, only memory is allocated anew.
    numbers.into_iter().map_while(|_| None).collect()
}

/// A number and where its tape tells how it came about.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'t> {
    value: f64,
    index: u32,
    nodes: &'t RefCell<Vec<Node>>,
}

impl<'t> Recorded<'t> {
    #[inline]
    fn leaf(value: f64, nodes: &'t RefCell<Vec<Node>>) -> Self {
        let mut recorded = nodes.borrow_mut();
        let index = next_index(&recorded);
        recorded.push(Node {
            on: [index; 2],
            partial: [0.0; 2],
        });
        Self { value, index, nodes }
    }

    #[inline]
    fn one(self, value: f64, partial: f64) -> Self {
        let mut recorded = self.nodes.borrow_mut();
        let index = next_index(&recorded);
        recorded.push(Node {
            on: [self.index, index],
            partial: [partial, 0.0],
        });
        Self { value, index, ..self }
    }

    #[inline]
    fn two(self, other: Self, value: f64, partial: [f64; 2]) -> Self {
        debug_assert!(std::ptr::eq(self.nodes, other.nodes), "numbers of two tapes");
        let mut recorded = self.nodes.borrow_mut();
        let index = next_index(&recorded);
        recorded.push(Node {
            on: [self.index, other.index],
            partial,
        });
        Self { value, index, ..self }
    }

    /// Two inputs at a time; the value is of no use until the last.
    #[inline(never)]
    fn many(inputs: &[Self], value: f64, partials: &[f64]) -> Self {
        let mut sum = inputs[0].two(inputs[1], value, [partials[0], partials[1]]);
        for (&input, &partial) in inputs.iter().zip(partials).skip(2) {
            sum = sum.two(input, value, [1.0, partial]);
        }
        sum
    }
}

/// A tape of 2^32 operations would take 100 GB.
#[inline]
fn next_index(nodes: &[Node]) -> u32 {
    debug_assert!(u32::try_from(nodes.len()).is_ok());
    nodes.len() as u32
}

impl Real for Recorded<'_> {
    #[inline]
    fn value(self) -> f64 {
        self.value
    }

    #[inline]
    fn lift(inputs: &[Self], value: f64, partials: &[f64]) -> Self {
        assert_eq!(
            inputs.len(),
            partials.len(),
            "one partial derivative for each input"
        );
        match *inputs {
            [x] => x.one(value, partials[0]),
            [x, y] => x.two(y, value, [partials[0], partials[1]]),
            _ => Self::many(inputs, value, partials),
        }
    }
}

impl Add for Recorded<'_> {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        self.two(other, self.value + other.value, [1.0, 1.0])
    }
}

impl Sub for Recorded<'_> {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self.two(other, self.value - other.value, [1.0, -1.0])
    }
}

impl Mul for Recorded<'_> {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        self.two(other, self.value * other.value, [other.value, self.value])
    }
}

impl Div for Recorded<'_> {
    type Output = Self;
    #[inline]
    fn div(self, other: Self) -> Self {
        let quotient = self.value / other.value;
        self.two(other, quotient, [1.0 / other.value, -quotient / other.value])
    }
}

impl Neg for Recorded<'_> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        self.one(-self.value, -1.0)
    }
}

/// A number added keeps the place on the tape: the derivatives are the same.
impl Add<f64> for Recorded<'_> {
    type Output = Self;
    #[inline]
    fn add(self, other: f64) -> Self {
        Self {
            value: self.value + other,
            ..self
        }
    }
}

impl Sub<f64> for Recorded<'_> {
    type Output = Self;
    #[inline]
    fn sub(self, other: f64) -> Self {
        Self {
            value: self.value - other,
            ..self
        }
    }
}

impl Mul<f64> for Recorded<'_> {
    type Output = Self;
    #[inline]
    fn mul(self, other: f64) -> Self {
        self.one(self.value * other, other)
    }
}

impl Div<f64> for Recorded<'_> {
    type Output = Self;
    #[inline]
    fn div(self, other: f64) -> Self {
        self.one(self.value / other, 1.0 / other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the memory is, and how much of it.
    fn memory(tape: &Tape) -> [(usize, usize); 3] {
        let nodes = tape.nodes.borrow();
        [
            (nodes.as_ptr() as usize, nodes.capacity()),
            (tape.adjoints.as_ptr() as usize, tape.adjoints.capacity()),
            (tape.inputs.as_ptr() as usize, tape.inputs.capacity()),
        ]
    }

    #[test]
    fn a_second_evaluation_allocates_nothing() {
        let mut tape = Tape::default();
        let position = [0.5; 40];
        let mut gradient = [0.0; 40];
        let mut evaluate = |tape: &mut Tape| {
            tape.gradient(&position, &mut gradient, |x| {
                x.iter().fold(x[0], |sum, &x| sum + (x * x).exp())
            })
        };
        evaluate(&mut tape);
        let before = memory(&tape);
        evaluate(&mut tape);
        assert_eq!(memory(&tape), before);
    }
}
