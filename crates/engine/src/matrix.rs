//! Small dense matrices, row by row: linear systems, and the exponential of one. Sums run in a fixed order.

/// A smaller pivot, relative to the largest entry, is one of rounding.
pub(crate) const SMALLEST_PIVOT: f64 = 1e-14;

/// `exp(A h)`, and where a state of zeros gets to in `h` when so much flows in.
pub(crate) fn advance(matrix: &[f64], h: f64, inflow: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (n, m) = (inflow.len(), inflow.len() + 1);
    let mut augmented = vec![0.0; m * m];
    for row in 0..n {
        for column in 0..n {
            augmented[row * m + column] = matrix[row * n + column] * h;
        }
        augmented[row * m + n] = inflow[row] * h;
    }
    let exponential = exponential(augmented, n);
    let part = |row: usize| exponential[row * m..][..n].iter().copied();
    (
        (0..n).flat_map(part).collect(),
        (0..n).map(|row| exponential[row * m + n]).collect(),
    )
}

/// Terms of the Taylor series: for a norm of 1/2 the next is below 1e-19.
const TERMS: u32 = 16;

/// Exponential of an augmented matrix by its Taylor series, scaled by the norm of its first `n` columns and squared.
fn exponential(mut matrix: Vec<f64>, n: usize) -> Vec<f64> {
    let m = n + 1;
    let mut norm = (0..n)
        .map(|row| matrix[row * m..][..n].iter().map(|value| value.abs()).sum())
        .fold(0.0, f64::max);
    let mut squarings = 0;
    while norm > 0.5 && norm.is_finite() {
        norm *= 0.5;
        squarings += 1;
    }
    for _ in 0..squarings {
        matrix.iter_mut().for_each(|value| *value *= 0.5);
    }
    let identity = |matrix: &mut [f64]| (0..m).for_each(|i| matrix[i * m + i] += 1.0);
    let mut sum = vec![0.0; m * m];
    identity(&mut sum);
    for term in (1..=TERMS).rev() {
        sum = product(&matrix, &sum, m);
        sum.iter_mut().for_each(|value| *value /= f64::from(term));
        identity(&mut sum);
    }
    for _ in 0..squarings {
        sum = product(&sum, &sum, m);
    }
    sum
}

pub(crate) fn product(a: &[f64], b: &[f64], n: usize) -> Vec<f64> {
    let mut product = vec![0.0; n * n];
    for row in 0..n {
        for inner in 0..n {
            let factor = a[row * n + inner];
            for column in 0..n {
                product[row * n + column] += factor * b[inner * n + column];
            }
        }
    }
    product
}

pub(crate) fn apply(a: &[f64], x: &[f64], n: usize) -> Vec<f64> {
    (0..n)
        .map(|row| a[row * n..][..n].iter().zip(x).map(|(a, x)| a * x).sum())
        .collect()
}

/// Solves a linear system with pivoting by rows; the column that has no pivot otherwise. A pivot is no smaller than this
/// part of the largest entry.
pub(crate) fn solve(mut a: Vec<f64>, mut right: Vec<f64>, smallest: f64) -> Result<Vec<f64>, usize> {
    let n = right.len();
    let scale = a.iter().fold(0.0_f64, |scale, value| scale.max(value.abs()));
    for column in 0..n {
        let largest = pivot_row(&a, n, column);
        let pivot = a[largest * n + column];
        if !(pivot.is_finite() && pivot.abs() > smallest * scale) {
            return Err(column);
        }
        for place in 0..n {
            a.swap(largest * n + place, column * n + place);
        }
        right.swap(largest, column);
        for row in column + 1..n {
            let factor = a[row * n + column] / pivot;
            for place in column..n {
                a[row * n + place] -= factor * a[column * n + place];
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n)
            .map(|column| a[row * n + column] * right[column])
            .sum();
        right[row] = (right[row] - known) / a[row * n + row];
    }
    match right.iter().position(|value| !value.is_finite()) {
        Some(state) => Err(state),
        None => Ok(right),
    }
}

/// The row at or below the diagonal whose entry in this column is the largest.
fn pivot_row(a: &[f64], n: usize, column: usize) -> usize {
    (column..n).fold(column, |best, row| {
        if a[row * n + column].abs() > a[best * n + column].abs() {
            row
        } else {
            best
        }
    })
}
