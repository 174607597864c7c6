//! Flows against the exponential of the matrix, and shapes against what feeds what.
#![allow(clippy::unwrap_used)]

use std::array::from_fn;

use euthymia_model::program::JacobianEntry;
use euthymia_vecmath::{Isa, Lanes};
use proptest::prelude::*;

use super::{Decompose, Flows, Move, Observe, Shape, Trace};
use crate::matrix::advance;

/// The decompositions of one matrix for each lane, and whether they are known.
fn flows<const L: usize>(shape: &Shape, matrices: &[Vec<f64>; L]) -> (Flows<L>, Lanes<L>) {
    let mut flows = Flows {
        matrix: (0..shape.states * shape.states)
            .map(|place| Lanes(from_fn(|lane| matrices[lane][place])))
            .collect(),
        constant: vec![Lanes::splat(0.0); shape.states],
        ..Flows::default()
    };
    let known = Isa::detect().dispatch(Decompose {
        shape,
        flows: &mut flows,
    });
    (flows, known)
}

/// Whether one matrix has exponentials.
fn is_known(shape: &Shape, matrix: &[f64]) -> bool {
    flows::<1>(shape, &[matrix.to_vec()]).1.any()
}

fn entries(pairs: &[(u16, u16)]) -> Vec<JacobianEntry> {
    pairs
        .iter()
        .map(|&(row, column)| JacobianEntry {
            row,
            column,
            register: 0,
        })
        .collect()
}

/// Depot, central, two peripheral compartments, and a metabolite with one of its own: rates in that order.
fn matrix(r: &[f64; 8]) -> (Shape, Vec<f64>) {
    let [ka, k10, k12, k21, k13, k31, k20, k45] = *r;
    let n = 6;
    let mut a = vec![0.0; n * n];
    let mut set = |row: usize, column: usize, value: f64| a[row * n + column] = value;
    set(0, 0, -ka);
    set(1, 0, ka);
    set(1, 1, -(k10 + k12 + k13));
    set(1, 2, k21);
    set(2, 1, k12);
    set(2, 2, -k21);
    set(1, 3, k31);
    set(3, 1, k13);
    set(3, 3, -k31);
    set(4, 1, 0.7 * k10);
    set(4, 4, -(k20 + k45));
    set(4, 5, 0.5 * k45);
    set(5, 4, k45);
    set(5, 5, -0.5 * k45);
    let pairs: Vec<(u16, u16)> = (0..n as u16)
        .flat_map(|row| (0..n as u16).map(move |column| (row, column)))
        .filter(|&(row, column)| a[usize::from(row) * n + usize::from(column)] != 0.0)
        .collect();
    (Shape::new(n, &entries(&pairs)).unwrap(), a)
}

#[test]
fn blocks_come_after_what_feeds_them() {
    let states = |shape: &Shape| -> Vec<Vec<usize>> {
        let blocks = shape.blocks.iter();
        blocks.map(|block| block.states.clone()).collect()
    };
    let (shape, _) = matrix(&[1.0; 8]);
    assert_eq!(states(&shape), [vec![0], vec![1, 2, 3], vec![4, 5]]);
    assert_eq!(shape.blocks[2].sources, [0, 1, 2]);
    // A cycle of three, entered by the last state.
    let shape = Shape::new(4, &entries(&[(1, 0), (2, 1), (0, 2), (0, 3)])).unwrap();
    assert_eq!(states(&shape), [vec![3], vec![0, 1, 2]]);
    assert!(Shape::new(25, &[]).is_none());
}

fn rate() -> impl Strategy<Value = f64> {
    (-4.0..4.0_f64).prop_map(euthymia_vecmath::scalar::exp)
}

const STATES: usize = 6;

/// States after a move and those observed on the way, state by state.
type Moved = (Vec<f64>, Vec<f64>);

/// Moves lanes of their own systems, and observes each.
fn moved<const L: usize>(
    (shape, flows): (&Shape, &mut Flows<L>),
    (states, inflows): (&[Lanes<L>], &[Lanes<L>]),
    length: f64,
    times: &[f64],
    isa: Isa,
) -> Vec<Moved> {
    isa.dispatch(Move {
        shape,
        flows: &mut *flows,
        states,
        inflows,
        length: Lanes::splat(length),
    });
    (0..L)
        .map(|lane| {
            let mut trace = Trace::default();
            trace.begin(shape, flows, lane);
            let mut values = vec![0.0; STATES * times.len()];
            isa.dispatch(Observe {
                shape,
                is_written: &[true; STATES],
                flows,
                lane,
                trace: &mut trace,
                start: 3.0,
                times,
                values: &mut values,
                first: 0,
                stride: times.len(),
            });
            (flows.end.iter().map(|value| value.0[lane]).collect(), values)
        })
        .collect()
}

proptest! {
    /// The exponential of the matrix is computed by a series that knows nothing of eigenvalues; its own error grows with
    /// the number of squarings. Some observations are equally spaced, others are not; none knows of other lanes.
    #[test]
    fn a_flow_is_the_exponential_of_its_matrix(
        rates in prop::array::uniform4(prop::array::uniform8(rate())),
        state in prop::array::uniform6(0.0..10.0_f64),
        inflow in prop::array::uniform6(prop_oneof![Just(0.0), 0.0..3.0_f64]),
        spacing in 0.01..0.3_f64,
        odd in 0.0..4.0_f64,
    ) {
        let systems = rates.map(|rates| matrix(&rates));
        let shape = &systems[0].0;
        let matrices = from_fn(|lane| systems[lane].1.clone());
        let (mut four, known) = flows::<4>(shape, &matrices);
        let states: Vec<Lanes<4>> = state.iter().map(|value| Lanes([*value, 0.0, 2.0 * value, -value])).collect();
        let inflows: Vec<Lanes<4>> = inflow.iter().map(|value| Lanes([*value, 0.0, 2.0 * value, *value])).collect();
        // Elapsed: 60 times of the same distance, and after one that is not, 20 more.
        let mut elapsed: Vec<f64> = (0..60).map(|at| f64::from(at) * spacing).collect();
        elapsed.extend((0..20).map(|at| 60.0 * spacing + odd + f64::from(at) * spacing));
        let times: Vec<f64> = elapsed.iter().map(|time| 3.0 + time).collect();
        let length = elapsed[79] + spacing;
        let found = moved((shape, &mut four), (&states, &inflows), length, &times, Isa::detect());
        for lane in (0..4).filter(|&lane| known.0[lane] != 0.0) {
            // Alone and portably it is the same.
            let (mut alone, _) = flows::<1>(shape, &[matrices[lane].clone()]);
            let of = |all: &[Lanes<4>]| -> Vec<Lanes<1>> { all.iter().map(|value| Lanes([value.0[lane]])).collect() };
            let (states, inflows) = (of(&states), of(&inflows));
            let own = moved((shape, &mut alone), (&states, &inflows), length, &times, Isa::Portable);
            prop_assert_eq!(&own[0], &found[lane]);

            let a = &matrices[lane];
            let inflow: Vec<f64> = inflows.iter().map(|value| value.0[0]).collect();
            // A decomposition gives its matrix back to 1e-11, which the longest time multiplies by the largest rate.
            let largest = a.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
            let size = states.iter().map(|value| value.0[0].abs()).chain(inflow.iter().copied()).sum::<f64>() * (1.0 + length);
            for (at, &time) in elapsed.iter().chain([&length]).enumerate() {
                let (exponential, moved) = advance(a, time, &inflow);
                let tolerated = 1e-11 * (1.0 + largest * time) * size;
                for row in 0..STATES {
                    let parts = (0..STATES).map(|column| exponential[row * STATES + column] * states[column].0[0]);
                    let expected = moved[row] + parts.sum::<f64>();
                    let value = if at < times.len() { found[lane].1[row * times.len() + at] } else { found[lane].0[row] };
                    prop_assert!((value - expected).abs() <= tolerated, "{row} at {time}: {value} for {expected}");
                }
            }
        }
    }
}

#[test]
fn what_has_no_accurate_exponentials_is_refused() {
    let mut rates = [1.0, 0.3, 0.2, 0.1, 0.05, 0.01, 0.4, 0.6];
    let (shape, a) = matrix(&rates);
    assert!(is_known(&shape, &a));
    // A chain of two equal rates.
    let chain = Shape::new(2, &entries(&[(0, 0), (1, 0), (1, 1)])).unwrap();
    assert!(!is_known(&chain, &[-1.0, 0.0, 1.0, -1.0]));
    assert!(!is_known(&chain, &[-1.0, 0.0, 1.0, -1.0 - 1e-7]));
    assert!(is_known(&chain, &[-1.0, 0.0, 1.0, -1.001]));
    rates[0] = f64::NAN;
    let (_, a) = matrix(&rates);
    assert!(!is_known(&shape, &a));
    // A one-way cycle has complex rates.
    let cycle = Shape::new(3, &entries(&[(0, 0), (1, 1), (2, 2), (1, 0), (2, 1), (0, 2)])).unwrap();
    assert!(!is_known(
        &cycle,
        &[-1.0, 0.0, 1.0, 1.0, -1.0, 0.0, 0.0, 1.0, -1.0]
    ));
    // Nothing moves.
    let still = Shape::new(2, &[]).unwrap();
    assert!(is_known(&still, &[0.0; 4]));
}
