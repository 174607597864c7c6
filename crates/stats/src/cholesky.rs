//! Cholesky factor of a small symmetric positive semi-definite matrix: correlated normals from independent ones.

/// Why a matrix has no Cholesky factor.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum CholeskyError {
    /// The number of entries is not the square of the size.
    #[error("{entries} entries are not a matrix of {size} by {size}")]
    Shape {
        /// Rows and columns asked for.
        size: usize,
        /// Entries given.
        entries: usize,
    },
    /// An entry is infinite or NaN.
    #[error("entry ({row}, {column}) is {value}")]
    NotFinite {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The entry.
        value: f64,
    },
    /// Two entries that must be equal are not.
    #[error("entries ({row}, {column}) and ({column}, {row}) differ")]
    NotSymmetric {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
    },
    /// The matrix is not positive semi-definite: some combination of the variables would have a negative variance.
    #[error(
        "pivot {pivot} is {value}: variable {pivot} varies less than its correlations with the ones before it require"
    )]
    NotPositive {
        /// Index of the variable, from 0.
        pivot: usize,
        /// What is left of its variance.
        value: f64,
    },
}

/// The lower triangular L with `L L' = matrix`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cholesky {
    size: usize,
    /// Row-major, zeros above the diagonal.
    lower: Vec<f64>,
}

/// What is left of a variance counts as nothing below this part of it.
const TOLERANCE: f64 = 1e-12;

impl Cholesky {
    /// Factors a row-major `size` by `size` matrix. A variable that the ones before it determine, or of variance 0,
    /// is allowed.
    ///
    /// # Errors
    /// [`CholeskyError`], naming the entry or the pivot.
    pub fn new(matrix: &[f64], size: usize) -> Result<Self, CholeskyError> {
        check(matrix, size)?;
        let mut lower = vec![0.0; size * size];
        for j in 0..size {
            let variance = matrix[j * size + j];
            let left = variance
                - (0..j)
                    .map(|k| lower[j * size + k] * lower[j * size + k])
                    .sum::<f64>();
            let nothing = TOLERANCE * variance.abs();
            if left < -nothing {
                return Err(CholeskyError::NotPositive {
                    pivot: j,
                    value: left,
                });
            }
            let pivot = if left > nothing { left.sqrt() } else { 0.0 };
            lower[j * size + j] = pivot;
            for i in j + 1..size {
                let left = matrix[i * size + j]
                    - (0..j)
                        .map(|k| lower[i * size + k] * lower[j * size + k])
                        .sum::<f64>();
                if pivot > 0.0 {
                    lower[i * size + j] = left / pivot;
                } else if left.abs() > 1e-6 * (variance * matrix[i * size + i]).abs().sqrt()
                    || variance == 0.0 && left != 0.0
                {
                    // A variable without variance of its own cannot be correlated with another.
                    return Err(CholeskyError::NotPositive {
                        pivot: i,
                        value: -left.abs(),
                    });
                }
            }
        }
        Ok(Self { size, lower })
    }

    /// Rows and columns.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Entry of L, 0 above the diagonal.
    #[must_use]
    pub fn lower(&self, row: usize, column: usize) -> f64 {
        self.lower[row * self.size + column]
    }

    /// `out = L z`: normals with the matrix as covariance from independent standard ones. Both slices are as long as
    /// the matrix; what is longer is left alone, what is missing counts as 0.
    pub fn correlate(&self, z: &[f64], out: &mut [f64]) {
        for (row, out) in self.lower.chunks_exact(self.size.max(1)).zip(out) {
            *out = row.iter().zip(z).map(|(l, z)| l * z).sum();
        }
    }
}

fn check(matrix: &[f64], size: usize) -> Result<(), CholeskyError> {
    if size.checked_mul(size) != Some(matrix.len()) {
        return Err(CholeskyError::Shape {
            size,
            entries: matrix.len(),
        });
    }
    for row in 0..size {
        for column in 0..size {
            let (value, mirrored) = (matrix[row * size + column], matrix[column * size + row]);
            if !value.is_finite() {
                return Err(CholeskyError::NotFinite { row, column, value });
            }
            if column < row && (value - mirrored).abs() > 1e-9 * (value.abs() + mirrored.abs()) {
                return Err(CholeskyError::NotSymmetric { row, column });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_of_a_published_block() {
        // Cholesky factor by numpy 2.4 (numpy.linalg.cholesky).
        let omega = [0.09, 0.03, -0.012, 0.03, 0.0625, 0.02, -0.012, 0.02, 0.04];
        let factor = Cholesky::new(&omega, 3).unwrap();
        let expected = [
            0.3,
            0.0,
            0.0,
            0.1,
            0.229_128_784_747_792,
            0.0,
            -0.04,
            0.104_744_587_313_276_3,
            0.165_615_734_242_165,
        ];
        for row in 0..3 {
            for column in 0..3 {
                assert!((factor.lower(row, column) - expected[row * 3 + column]).abs() < 1e-15);
            }
        }
        let mut out = [0.0; 3];
        factor.correlate(&[1.0, -1.0, 2.0], &mut out);
        assert!((out[1] - (0.1 - 0.229_128_784_747_792)).abs() < 1e-15);
    }

    #[test]
    fn semi_definite_is_allowed() {
        let zero_variance = Cholesky::new(&[0.0, 0.0, 0.0, 4.0], 2).unwrap();
        assert_eq!((zero_variance.lower(0, 0), zero_variance.lower(1, 1)), (0.0, 2.0));
        let same_twice = Cholesky::new(&[1.0, 1.0, 1.0, 1.0], 2).unwrap();
        assert_eq!((same_twice.lower(1, 0), same_twice.lower(1, 1)), (1.0, 0.0));
        assert_eq!(Cholesky::new(&[], 0).unwrap().size(), 0);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |matrix: &[f64], size| Cholesky::new(matrix, size).unwrap_err();
        assert_eq!(error(&[1.0; 5], 2), CholeskyError::Shape { size: 2, entries: 5 });
        assert!(matches!(
            error(&[1.0, 0.0, 0.0, f64::NAN], 2),
            CholeskyError::NotFinite {
                row: 1,
                column: 1,
                ..
            }
        ));
        assert_eq!(
            error(&[1.0, 0.5, 0.4, 1.0], 2),
            CholeskyError::NotSymmetric { row: 1, column: 0 }
        );
        assert!(matches!(
            error(&[1.0, 2.0, 2.0, 1.0], 2),
            CholeskyError::NotPositive { pivot: 1, .. }
        ));
        assert!(matches!(
            error(&[-1.0], 1),
            CholeskyError::NotPositive { pivot: 0, .. }
        ));
        assert!(matches!(
            error(&[0.0, 0.1, 0.1, 1.0], 2),
            CholeskyError::NotPositive { pivot: 1, .. }
        ));
    }
}
