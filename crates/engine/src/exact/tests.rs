//! Flows against the exponential of the matrix, and shapes against what feeds what.
#![allow(clippy::unwrap_used)]

use euthymia_model::program::JacobianEntry;
use euthymia_vecmath::Isa;
use proptest::prelude::*;

use super::{Evaluate, Flow, Shape};
use crate::matrix::advance;

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
    let (shape, _) = matrix(&[1.0; 8]);
    assert_eq!(shape.blocks, [vec![0], vec![1, 2, 3], vec![4, 5]]);
    // A cycle of three, entered by the last state.
    let shape = Shape::new(4, &entries(&[(1, 0), (2, 1), (0, 2), (0, 3)])).unwrap();
    assert_eq!(shape.blocks, [vec![3], vec![0, 1, 2]]);
    assert!(Shape::new(25, &[]).is_none());
}

fn rate() -> impl Strategy<Value = f64> {
    (-4.0..4.0_f64).prop_map(euthymia_vecmath::scalar::exp)
}

proptest! {
    /// The exponential of the matrix is computed by a series that knows nothing of eigenvalues; its own error grows with
    /// the number of squarings.
    #[test]
    fn a_flow_is_the_exponential_of_its_matrix(
        rates in prop::array::uniform8(rate()),
        state in prop::array::uniform6(0.0..10.0_f64),
        inflow in prop::array::uniform6(0.0..3.0_f64),
        time in 0.01..20.0_f64,
    ) {
        let (shape, a) = matrix(&rates);
        let Some(flow) = Flow::new(&shape, &a) else {
            // Two rates so close that the vectors coincide.
            return Ok(());
        };
        let segment = flow.segment(|at| state[at], |at| inflow[at]);
        let mut values = vec![0.0; 6 * 2];
        let evaluate = Evaluate::<8> {
            flow: &flow,
            segment: &segment,
            elapsed: &[0.0, time],
            values: &mut values,
            first: 0,
            stride: 2,
        };
        Isa::Portable.dispatch(evaluate);
        let (exponential, moved) = advance(&a, time, &inflow);
        // A decomposition gives its matrix back to 1e-11, which the longest time multiplies by the largest rate.
        let largest = a.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let tolerated = 1e-11 * (1.0 + largest * time);
        let size: f64 = state.iter().chain(&inflow).sum::<f64>() * (1.0 + time);
        for row in 0..6 {
            let expected = moved[row]
                + (0..6).map(|column| exponential[row * 6 + column] * state[column]).sum::<f64>();
            prop_assert!((values[row * 2] - state[row]).abs() < tolerated * size, "{row} at 0: {} for {}", values[row * 2], state[row]);
            prop_assert!((values[row * 2 + 1] - expected).abs() < tolerated * size, "{row}: {} for {expected}", values[row * 2 + 1]);
        }
    }
}

#[test]
fn what_has_no_accurate_exponentials_is_refused() {
    let mut rates = [1.0, 0.3, 0.2, 0.1, 0.05, 0.01, 0.4, 0.6];
    let (shape, a) = matrix(&rates);
    assert!(Flow::new(&shape, &a).is_some());
    // A chain of two equal rates.
    let chain = Shape::new(2, &entries(&[(0, 0), (1, 0), (1, 1)])).unwrap();
    assert!(Flow::new(&chain, &[-1.0, 0.0, 1.0, -1.0]).is_none());
    assert!(Flow::new(&chain, &[-1.0, 0.0, 1.0, -1.0 - 1e-7]).is_none());
    assert!(Flow::new(&chain, &[-1.0, 0.0, 1.0, -1.001]).is_some());
    rates[0] = f64::NAN;
    let (_, a) = matrix(&rates);
    assert!(Flow::new(&shape, &a).is_none());
    // A one-way cycle has complex rates.
    let cycle = Shape::new(3, &entries(&[(0, 0), (1, 1), (2, 2), (1, 0), (2, 1), (0, 2)])).unwrap();
    assert!(Flow::new(&cycle, &[-1.0, 0.0, 1.0, 1.0, -1.0, 0.0, 0.0, 1.0, -1.0]).is_none());
    // Nothing moves.
    let still = Shape::new(2, &[]).unwrap();
    assert!(Flow::new(&still, &[0.0; 4]).is_some());
}
