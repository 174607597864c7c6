//! The coefficients against what defines them, and the parts of small programs.

use euthymia_model::program::Program;
use euthymia_model::tape::Op;

use super::coefficients::{DEFECT, FROM, NODES, PAIRS, REAL, SLOPE, STAGES, TO, WEIGHTS};
use super::parts::Parts;
use crate::testing::{Layer, Writer};

fn power(x: f64, exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |product, _| product * x)
}

/// Row of `FROM * value(Lambda)` where a pair's block is turned by `pair`.
fn row_times(row: usize, real: f64, pair: impl Fn((f64, f64)) -> [[f64; 2]; 2]) -> [f64; STAGES] {
    let mut out = [0.0; STAGES];
    out[0] = FROM[row][0] * real;
    for (number, eigenvalue) in PAIRS.into_iter().enumerate() {
        let block = pair(eigenvalue);
        let (x, y) = (FROM[row][1 + 2 * number], FROM[row][2 + 2 * number]);
        out[1 + 2 * number] = x * block[0][0] + y * block[1][0];
        out[2 + 2 * number] = x * block[0][1] + y * block[1][1];
    }
    out
}

/// The method's matrix: FROM * Lambda^-1 * TO.
fn matrix() -> [[f64; STAGES]; STAGES] {
    let mut a = [[0.0; STAGES]; STAGES];
    for (row, to) in a.iter_mut().enumerate() {
        let left = row_times(row, 1.0 / REAL, |(real, imaginary)| {
            let norm = real * real + imaginary * imaginary;
            [[real / norm, -imaginary / norm], [imaginary / norm, real / norm]]
        });
        for (column, value) in to.iter_mut().enumerate() {
            *value = (0..STAGES).map(|k| left[k] * TO[k][column]).sum();
        }
    }
    a
}

/// Sum_j a_ij c_j^(k-1) = c_i^k / k: the matrix integrates the polynomials through the stages.
#[test]
fn the_matrix_integrates_polynomials() {
    for (row, node) in matrix().iter().zip(NODES) {
        for k in 1..=STAGES {
            let sum: f64 = row.iter().zip(NODES).map(|(a, c)| a * power(c, k - 1)).sum();
            let expected = power(node, k) / k as f64;
            assert!(
                (sum - expected).abs() < 1e-13,
                "c = {node}, k = {k}: {sum} {expected}"
            );
        }
    }
}

/// The last row integrates powers up to 2 s - 2 exactly: that makes the points those of Radau and the order 13.
#[test]
fn the_end_of_a_step_is_of_order_thirteen() {
    let last = matrix()[STAGES - 1];
    for k in 1..2 * STAGES {
        let sum: f64 = last.iter().zip(NODES).map(|(b, c)| b * power(c, k - 1)).sum();
        assert!((sum - 1.0 / k as f64).abs() < 1e-13, "k = {k}: {sum}");
    }
    let sum: f64 = last
        .iter()
        .zip(NODES)
        .map(|(b, c)| b * power(c, 2 * STAGES - 1))
        .sum();
    assert!(
        (sum - 1.0 / (2 * STAGES) as f64).abs() > 1e-12,
        "no more than that: {sum}"
    );
}

#[test]
fn the_coordinates_are_turned_back() {
    for (row, from) in FROM.iter().enumerate() {
        for column in 0..STAGES {
            let product: f64 = from.iter().zip(TO).map(|(from, to)| from * to[column]).sum();
            let expected = f64::from(u8::from(row == column));
            assert!((product - expected).abs() < 1e-12, "{row}, {column}: {product}");
        }
    }
}

#[test]
fn slopes_and_weights_are_those_of_the_polynomial_through_start_and_stages() {
    for k in 1..=STAGES {
        let slope: f64 = SLOPE.iter().zip(NODES).map(|(w, c)| w * power(c, k)).sum();
        let expected = f64::from(u8::from(k == 1));
        assert!((slope - expected).abs() < 1e-12, "k = {k}: {slope}");
    }
    let points = [&[0.0][..], &NODES].concat();
    for (point, weight) in points.iter().zip(WEIGHTS) {
        let others = points.iter().filter(|other| *other != point);
        let product: f64 = others.map(|other| point - other).product();
        assert!((product * weight - 1.0).abs() < 1e-12, "{point}: {weight}");
    }
}

/// The integral of the polynomial that vanishes at the stages, by a sum over many small pieces.
#[test]
fn the_defect_integrates_to_what_is_said() {
    let defect = |t: f64| NODES.iter().map(|c| t - c).product::<f64>();
    let pieces = 100_000;
    let (mut sum, mut largest) = (0.0_f64, 0.0_f64);
    for piece in 0..pieces {
        sum += defect((f64::from(piece) + 0.5) / f64::from(pieces)) / f64::from(pieces);
        largest = largest.max(sum.abs());
    }
    let expected = largest / defect(0.0).abs();
    assert!((DEFECT - expected).abs() < 1e-6 * expected, "{DEFECT} {expected}");
}

/// x0' = -x0 + x1, x1' = -x1 + x0, y' = x1 - y, z' = y z
fn program() -> Program {
    let mut w = Writer::new();
    let x = [w.state("x0"), w.state("x1")];
    let (y, z) = (w.state("y"), w.state("z"));
    let (one, minus) = (w.constant(1.0), w.constant(-1.0));
    let both = w.emit(Layer::Derivatives, Op::Sub, &[x[1], x[0]]);
    w.derivative(0, both);
    let other = w.emit(Layer::Derivatives, Op::Neg, &[both]);
    w.derivative(1, other);
    let slope = w.emit(Layer::Derivatives, Op::Sub, &[x[1], y]);
    w.derivative(2, slope);
    let slope = w.emit(Layer::Derivatives, Op::Mul, &[y, z]);
    w.derivative(3, slope);
    for (row, column, entry) in [
        (0, 0, minus),
        (0, 1, one),
        (1, 0, one),
        (1, 1, minus),
        (2, 1, one),
        (2, 2, minus),
    ] {
        w.entry(row, column, entry);
    }
    let entry = w.emit(Layer::Jacobian, Op::Copy, &[z]);
    w.entry(3, 2, entry);
    let entry = w.emit(Layer::Jacobian, Op::Copy, &[y]);
    w.entry(3, 3, entry);
    w.finish()
}

#[test]
fn states_that_depend_on_each_other_form_a_part_and_what_feeds_comes_first() {
    let program = program();
    let parts = Parts::new(&program, program.registers).unwrap();
    let states: Vec<&[usize]> = parts.parts.iter().map(|part| &part.states[..]).collect();
    assert_eq!(states, [&[0, 1][..], &[2], &[3]]);
    let linear: Vec<bool> = parts.parts.iter().map(|part| part.linear).collect();
    assert_eq!(linear, [true, true, false]);
    assert_eq!((parts.largest, parts.iterated), (2, 1));
    // Of the Jacobian's tape, the part that is not linear needs d(z')/dz alone.
    assert_eq!(parts.jacobian.len(), 1);
    // The first part computes its difference once for both of its states.
    assert_eq!(parts.parts[0].tape.len(), 2);
    assert_eq!(parts.parts[1].tape.len(), 1);
}

/// A condition on a state of the part itself: the constant entry of the Jacobian does not tell all.
#[test]
fn what_chooses_by_its_own_states_is_not_linear() {
    let mut w = Writer::new();
    let x = w.state("x");
    let (one, minus) = (w.constant(1.0), w.constant(-1.0));
    let much = w.emit(Layer::Derivatives, Op::Less, &[one, x]);
    let gain = w.emit(Layer::Derivatives, Op::Select, &[much, minus, one]);
    let slope = w.emit(Layer::Derivatives, Op::Sub, &[gain, x]);
    w.derivative(0, slope);
    w.entry(0, 0, minus);
    let program = w.finish();
    let parts = Parts::new(&program, program.registers).unwrap();
    assert!(!parts.parts[0].linear);
    assert!(parts.parts[0].jumps);
}

#[test]
fn what_has_no_room_has_no_parts() {
    let program = program();
    assert!(Parts::new(&program, crate::executor::ADDRESSABLE - 8).is_none());
}
