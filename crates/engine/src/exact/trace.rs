//! The states of one subject at many times between two changes.
//!
//! Times are taken [`TIMES`] at once, a group, as one time and the distances of the others from it; groups are taken
//! [`GROUPS`] at once, in the same way. Observations are mostly equally spaced, so that the distances are those of the
//! times before, and the exponentials over them are known: what is left of a move is one exponential a mode, and the sums.

use std::ops::Range;

use euthymia_vecmath::{Kernel, Lanes};

use super::flows::{flown, moved};
use super::{Flows, Shape};

/// How many times are taken at once. Independent of the lane width, because results are not.
const TIMES: usize = 16;

type Times = Lanes<TIMES>;

/// How many groups of times are begun at once.
const GROUPS: usize = 8;

type Groups = Lanes<GROUPS>;

/// How many modes are brought to the first of the times at once.
const MODES: usize = 8;

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
    /// From the first time of a group to its others.
    within: Over<TIMES>,
    /// From the first group to the others.
    between: Over<GROUPS>,
    /// What flows into each mode.
    inflows: Vec<f64>,
    /// Modes at the first of all times.
    first: Vec<f64>,
    /// Modes at the first time of each group.
    starts: Vec<Groups>,
}

/// What becomes of modes over some distances.
#[derive(Clone, Debug, Default)]
struct Over<const N: usize> {
    /// None yet where they are NaN.
    distances: Lanes<N>,
    /// `e^(rate distance)` of each mode.
    grown: Vec<Lanes<N>>,
    /// `(e^(rate distance) - 1) / rate` of each mode, where something flowed in.
    flown: Vec<Lanes<N>>,
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
        self.within.forget(n);
        self.between.forget(n);
        self.inflows.resize(n, 0.0);
        self.first.resize(n, 0.0);
        self.starts.resize(n, Groups::splat(0.0));
    }
}

/// Writes the states of a lane at times of the move that its flows have just made.
pub(crate) struct Observe<'a, const L: usize> {
    pub(crate) shape: &'a Shape,
    /// Which of the states are written.
    pub(crate) is_written: &'a [bool],
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
            is_written,
            flows,
            lane,
            trace,
            start,
            times,
            values,
            first,
            stride,
        } = self;
        let mut flowing = false;
        for (own, inflow) in trace.inflows.iter_mut().zip(&flows.inflows) {
            *own = inflow.0[lane];
            flowing |= *own != 0.0;
        }
        let magnitude = times[0].abs().max(times[times.len() - 1].abs());
        let mut fastest = 0.0_f64;
        for rate in &trace.rates {
            fastest = fastest.max(rate.abs());
        }
        let same = (SAME * magnitude).min(UNNOTICED / fastest);
        for (number, times) in times.chunks(TIMES * GROUPS).enumerate() {
            trace.bring(flows, lane, times[0] - start);
            if times.len() == 1 {
                trace.write_first(
                    shape,
                    is_written,
                    &mut values[first + number * TIMES * GROUPS..],
                    stride,
                );
                continue;
            }
            trace.start_groups(times, same, flowing);
            let groups = times.len().div_ceil(TIMES);
            let mut group = 0;
            while group < groups {
                let from = group;
                let distances = distances(times, group, &trace.within);
                trace.within.measure(&trace.rates, distances, same, flowing);
                group += 1;
                while group < groups && (trace.within).are(self::distances(times, group, &trace.within), same)
                {
                    group += 1;
                }
                let end = times.len().min(group * TIMES);
                let place = first + number * TIMES * GROUPS + from * TIMES;
                let mut parts = trace.vectors.as_slice();
                for block in &shape.blocks {
                    for &state in &block.states {
                        let (own, rest) = parts.split_at(block.composed_of.len());
                        parts = rest;
                        if !is_written[state] {
                            continue;
                        }
                        let to = &mut values[place + state * stride..][..end - from * TIMES];
                        trace.write(&block.composed_of, own, from..group, flowing, to);
                    }
                }
            }
        }
    }
}

/// How far the times of a group are from its first. What it has less than others counts as what is known.
#[inline(always)]
fn distances(times: &[f64], group: usize, known: &Over<TIMES>) -> Times {
    let times = &times[group * TIMES..];
    match times.first_chunk() {
        Some(times) => Lanes(*times) - Times::splat(times[0]),
        None => {
            let mut distances = known.distances;
            for (distance, time) in distances.0.iter_mut().zip(times) {
                *distance = time - times[0];
            }
            distances
        }
    }
}

impl Trace {
    /// Makes the first modes what they are some time after the move began.
    #[inline(always)]
    fn bring<const L: usize>(&mut self, flows: &Flows<L>, lane: usize, elapsed: f64) {
        let mut mode = 0;
        while mode < self.rates.len() {
            let count = MODES.min(self.rates.len() - mode);
            let mut rates = Lanes::<MODES>::splat(0.0);
            let (mut amplitudes, mut inflows) = (rates, rates);
            for at in 0..count {
                rates.0[at] = self.rates[mode + at];
                amplitudes.0[at] = flows.amplitudes[mode + at].0[lane];
                inflows.0[at] = self.inflows[mode + at];
            }
            let modes = moved((amplitudes, inflows), rates, Lanes::splat(elapsed));
            self.first[mode..mode + count].copy_from_slice(&modes.0[..count]);
            mode += count;
        }
    }

    /// Writes the states at the first time, each `stride` behind the one before.
    #[inline(always)]
    fn write_first(&self, shape: &Shape, is_written: &[bool], values: &mut [f64], stride: usize) {
        let mut parts = self.vectors.iter();
        for block in &shape.blocks {
            for &state in &block.states {
                let mut sum = 0.0;
                for (&mode, part) in block.composed_of.iter().zip(parts.by_ref()) {
                    sum += self.first[mode] * part;
                }
                if is_written[state] {
                    values[state * stride] = sum;
                }
            }
        }
    }

    /// Computes the modes at the first time of each group from the first modes.
    #[inline(always)]
    fn start_groups(&mut self, times: &[f64], same: f64, flowing: bool) {
        let mut distances = self.between.distances;
        for (distance, group) in distances.0.iter_mut().zip(times.chunks(TIMES)) {
            *distance = group[0] - times[0];
        }
        self.between.measure(&self.rates, distances, same, flowing);
        for (mode, start) in self.starts.iter_mut().enumerate() {
            *start = self.between.grown[mode] * Groups::splat(self.first[mode]);
            let inflow = self.inflows[mode];
            if inflow != 0.0 {
                *start = self.between.flown[mode].mul_add_twice(Groups::splat(inflow), *start);
            }
        }
    }

    /// Writes a state, composed of these modes in these parts, at the times of some groups.
    #[inline(always)]
    fn write(&self, of: &[usize], parts: &[f64], groups: Range<usize>, flowing: bool, to: &mut [f64]) {
        // What flows in contributes the same to all groups.
        let mut base = Times::splat(0.0);
        if flowing {
            for (&mode, part) in of.iter().zip(parts) {
                let inflow = self.inflows[mode];
                if inflow != 0.0 {
                    base = self.within.flown[mode].mul_add_twice(Times::splat(part * inflow), base);
                }
            }
        }
        macro_rules! write {
            ($($count:literal)*) => {
                match of.len() {
                    $($count => self.write_sums::<$count>(of, parts, groups, base, to),)*
                    _ => self.write_long_sums(of, parts, groups, base, to),
                }
            };
        }
        write!(1 2 3 4 5 6 7 8);
    }

    /// Writes a state that is composed of `K` modes.
    #[inline(always)]
    fn write_sums<const K: usize>(
        &self,
        of: &[usize],
        parts: &[f64],
        groups: Range<usize>,
        base: Times,
        to: &mut [f64],
    ) {
        let mut grown = [Times::splat(0.0); K];
        let mut starts = [Groups::splat(0.0); K];
        for (k, (&mode, &part)) in of.iter().zip(parts).take(K).enumerate() {
            grown[k] = self.within.grown[mode];
            starts[k] = self.starts[mode] * Groups::splat(part);
        }
        let (full, rest) = to.as_chunks_mut();
        let mut group = groups.start;
        for to in full {
            *to = sum(&grown, &starts, group, base).0;
            group += 1;
        }
        if !rest.is_empty() {
            rest.copy_from_slice(&sum(&grown, &starts, group, base).0[..rest.len()]);
        }
    }

    /// Writes a state that is composed of any number of modes.
    #[inline(always)]
    fn write_long_sums(
        &self,
        of: &[usize],
        parts: &[f64],
        groups: Range<usize>,
        base: Times,
        to: &mut [f64],
    ) {
        for (to, group) in to.chunks_mut(TIMES).zip(groups) {
            let mut sum = base;
            for (&mode, part) in of.iter().zip(parts) {
                let start = self.starts[mode].0[group % GROUPS] * part;
                sum = self.within.grown[mode].mul_add_twice(Times::splat(start), sum);
            }
            to.copy_from_slice(&sum.0[..to.len()]);
        }
    }
}

/// What the modes of a group add up to, from what they grow by, their parts at its first time, and what is there anyway.
#[inline(always)]
fn sum<const K: usize>(grown: &[Times; K], starts: &[Groups; K], group: usize, base: Times) -> Times {
    let mut sum = base;
    for k in 0..K {
        sum = grown[k].mul_add_twice(Times::splat(starts[k].0[group % GROUPS]), sum);
    }
    sum
}

impl<const N: usize> Over<N> {
    /// Nothing is known of so many modes.
    fn forget(&mut self, modes: usize) {
        self.distances = Lanes::splat(f64::NAN);
        self.grown.resize(modes, Lanes::splat(0.0));
        self.flown.clear();
    }

    /// Whether these are the distances that are known.
    #[inline(always)]
    fn are(&self, distances: Lanes<N>, same: f64) -> bool {
        let off = (distances - self.distances).abs();
        off.less_equal(Lanes::splat(same)).all()
    }

    /// Makes the exponentials those over these distances. What is not known stands behind them as NaN.
    #[inline(always)]
    fn measure(&mut self, rates: &[f64], mut distances: Lanes<N>, same: f64, flowing: bool) {
        if !self.are(distances, same) {
            distances = Lanes::select(distances.equal(distances), distances, Lanes::splat(0.0));
            self.distances = distances;
            self.flown.clear();
            for (grown, &rate) in self.grown.iter_mut().zip(rates) {
                *grown = (Lanes::splat(rate) * distances).exp();
            }
        }
        if flowing && self.flown.is_empty() {
            for &rate in rates {
                let rate = Lanes::splat(rate);
                self.flown
                    .push(flown(rate * self.distances, rate, self.distances));
            }
        }
    }
}
