//! The states of one subject at many times between two changes.
//!
//! Times are taken [`TIMES`] at once, as one time and the distances of the others from it. Observations are mostly equally
//! spaced, so that the distances are those of the times before, and the exponentials over them are known: what is left is one
//! exponential a mode for all of them.

use euthymia_vecmath::{Kernel, Lanes};

use super::flows::{flown, moved};
use super::{Flows, Shape};

/// How many times are taken at once. Independent of the lane width, because results are not.
const TIMES: usize = 16;

type Times = Lanes<TIMES>;

/// How many groups of times are begun at once.
const GROUPS: usize = 8;

type Groups = Lanes<GROUPS>;

/// Distances that differ by no more than this part of the times are the same, as their rounding makes them,
const SAME: f64 = 4.0 * f64::EPSILON;
/// if it changes no exponential by more than this.
const UNNOTICED: f64 = 1e-11;

/// What is known of a subject, from when its rates are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    rates: Vec<f64>,
    /// The parts that the modes have in the states: of each state those of `Block::composed_of`, block after block.
    vectors: Vec<f64>,
    /// Distances from the first of some times; none yet where they are NaN.
    distances: Times,
    /// `e^(rate distance)` of each mode.
    grown: Vec<Times>,
    /// `(e^(rate distance) - 1) / rate` of each mode, where something flowed in.
    flown: Vec<Times>,
    /// Modes at the first time of each group, as many groups together as are begun at once.
    starts: Vec<Groups>,
    /// Modes at the times of a group.
    modes: Vec<Times>,
}

impl Trace {
    /// Takes the rates and vectors of a lane.
    pub(crate) fn begin<const L: usize>(&mut self, shape: &Shape, flows: &Flows<L>, lane: usize) {
        let n = flows.states();
        self.rates.clear();
        self.rates.extend(flows.rates.iter().map(|rate| rate.0[lane]));
        self.vectors.clear();
        for block in &shape.blocks {
            for &state in &block.states {
                let modes = block.composed_of.iter();
                self.vectors
                    .extend(modes.map(|&mode| flows.vectors[state * n + mode].0[lane]));
            }
        }
        self.distances = Times::splat(f64::NAN);
        self.flown.clear();
        self.modes.resize(n, Times::splat(0.0));
        self.grown.resize(n, Times::splat(0.0));
    }
}

/// Writes the states of a lane at times of the move that its flows have just made.
pub(crate) struct Observe<'a, const L: usize> {
    pub(crate) shape: &'a Shape,
    pub(crate) flows: &'a Flows<L>,
    pub(crate) lane: usize,
    pub(crate) trace: &'a mut Trace,
    /// When the move began.
    pub(crate) start: f64,
    /// When the subject is observed, ascending.
    pub(crate) times: &'a [f64],
    /// Receives the values: those of a state are together, in the order of the times.
    pub(crate) values: &'a mut [f64],
    /// Place of the first state's first value.
    pub(crate) first: usize,
    /// Distance from a state's values to the next state's.
    pub(crate) stride: usize,
}

impl<const L: usize> Kernel for Observe<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            shape,
            flows,
            lane,
            trace,
            start,
            times,
            values,
            first,
            stride,
        } = self;
        let n = shape.states;
        let flowing = flows.inflows.iter().any(|inflow| inflow.0[lane] != 0.0);
        trace.start_groups(flows, lane, times, start);
        let magnitude = times[0].abs().max(times[times.len() - 1].abs());
        let fastest = (trace.rates.iter()).fold(0.0_f64, |fastest, rate| fastest.max(rate.abs()));
        let same = (SAME * magnitude).min(UNNOTICED / fastest);
        for (group, own) in times.chunks(TIMES).enumerate() {
            let count = own.len();
            trace.measure(own, same, flowing);
            let starts = &trace.starts[group / GROUPS * n..][..n];
            let begun = trace.grown.iter().zip(starts);
            for (to, (grown, start)) in trace.modes.iter_mut().zip(begun) {
                *to = *grown * Times::splat(start.0[group % GROUPS]);
            }
            if flowing {
                let flown = trace.flown.iter().zip(&flows.inflows);
                for (to, (flown, inflow)) in trace.modes.iter_mut().zip(flown) {
                    let inflow = Times::splat(inflow.0[lane]);
                    let more = flown.mul_add_twice(inflow, *to);
                    *to = Times::select(inflow.not_equal(Times::splat(0.0)), more, *to);
                }
            }
            let mut parts = trace.vectors.as_slice();
            for block in &shape.blocks {
                for &state in &block.states {
                    let (own, rest) = parts.split_at(block.composed_of.len());
                    parts = rest;
                    let sum = combine(&trace.modes, &block.composed_of, own);
                    let to = &mut values[first + state * stride + group * TIMES..][..count];
                    match to.first_chunk_mut() {
                        Some(to) => *to = sum.0,
                        None => to.copy_from_slice(&sum.0[..count]),
                    }
                }
            }
        }
    }
}

/// The sum of some modes, each times its part, in order.
#[inline(always)]
fn combine(modes: &[Times], of: &[usize], parts: &[f64]) -> Times {
    let mut sum = Times::splat(0.0);
    let (eights, of) = of.as_chunks::<8>();
    let (eight_parts, parts) = parts.as_chunks::<8>();
    for (of, parts) in eights.iter().zip(eight_parts) {
        sum = add(sum, modes, of, parts);
    }
    macro_rules! rest {
        ($($count:literal)*) => {
            match of.len() {
                $($count => match (of.first_chunk::<$count>(), parts.first_chunk()) {
                    (Some(of), Some(parts)) => add(sum, modes, of, parts),
                    _ => sum,
                },)*
                _ => sum,
            }
        };
    }
    rest!(1 2 3 4 5 6 7)
}

/// One loop over the times, in which what is summed stays in a register.
#[inline(always)]
fn add<const K: usize>(sum: Times, modes: &[Times], of: &[usize; K], parts: &[f64; K]) -> Times {
    let mut own = [&modes[of[0]].0; K];
    for k in 1..K {
        own[k] = &modes[of[k]].0;
    }
    let mut out = [0.0; TIMES];
    for (at, out) in out.iter_mut().enumerate() {
        let mut value = sum.0[at];
        for k in 0..K {
            value += own[k][at] * parts[k];
        }
        *out = value;
    }
    Lanes(out)
}

impl Trace {
    /// Computes the modes at the first time of each group.
    #[inline(always)]
    fn start_groups<const L: usize>(&mut self, flows: &Flows<L>, lane: usize, times: &[f64], start: f64) {
        self.starts.clear();
        for together in times.chunks(TIMES * GROUPS) {
            let mut elapsed = Groups::splat(0.0);
            for (elapsed, own) in elapsed.0.iter_mut().zip(together.chunks(TIMES)) {
                *elapsed = own[0] - start;
            }
            for (mode, &rate) in self.rates.iter().enumerate() {
                let amplitude = Groups::splat(flows.amplitudes[mode].0[lane]);
                let inflow = Groups::splat(flows.inflows[mode].0[lane]);
                self.starts
                    .push(moved((amplitude, inflow), Groups::splat(rate), elapsed));
            }
        }
    }

    /// Makes the exponentials those over the distances of these times.
    #[inline(always)]
    fn measure(&mut self, times: &[f64], same: f64, flowing: bool) {
        let mut distances = self.distances;
        match times.first_chunk() {
            Some(times) => distances = Lanes(*times) - Times::splat(times[0]),
            None => {
                for (distance, time) in distances.0.iter_mut().zip(times) {
                    *distance = time - times[0];
                }
            }
        }
        let near = (distances - self.distances).abs().less_equal(Times::splat(same));
        let known = near.all();
        if !known {
            // What a group has less than others counts as its last.
            let last = distances.0[times.len() - 1];
            distances.0[times.len()..].fill(last);
            self.distances = distances;
            self.flown.clear();
            for (grown, &rate) in self.grown.iter_mut().zip(&self.rates) {
                *grown = (Times::splat(rate) * distances).exp();
            }
        }
        if flowing && self.flown.is_empty() {
            for &rate in &self.rates {
                let rate = Times::splat(rate);
                self.flown
                    .push(flown(rate * self.distances, rate, self.distances));
            }
        }
    }
}
