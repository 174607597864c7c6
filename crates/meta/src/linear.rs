//! Small dense matrices: what least squares with weights needs, on `nalgebra`.

use nalgebra::{DMatrix, DVector};

use crate::MetaError;

/// The inverse of a symmetric positive definite matrix; `None` where it is not one.
#[must_use]
pub fn inverse_spd(matrix: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let inverse = matrix.clone().cholesky()?.inverse();
    inverse.iter().all(|x| x.is_finite()).then_some(inverse)
}

/// The Moore-Penrose inverse of a symmetric matrix, by its eigenvalues; those below `1e-10` of the largest count as 0.
#[must_use]
pub fn pseudo_inverse(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let eigen = matrix.clone().symmetric_eigen();
    let largest = eigen
        .eigenvalues
        .iter()
        .fold(0.0_f64, |largest, x| largest.max(x.abs()));
    let inverted = eigen
        .eigenvalues
        .map(|x| if x.abs() > 1e-10 * largest { 1.0 / x } else { 0.0 });
    &eigen.eigenvectors * DMatrix::from_diagonal(&inverted) * eigen.eigenvectors.transpose()
}

/// Logarithm of the determinant of a symmetric positive definite matrix.
#[must_use]
pub fn ln_determinant(matrix: &DMatrix<f64>) -> Option<f64> {
    let factor = matrix.clone().cholesky()?;
    Some(
        2.0 * factor
            .l_dirty()
            .diagonal()
            .iter()
            .map(|x| euthymia_vecmath::scalar::ln(*x))
            .sum::<f64>(),
    )
}

/// The columns that are combinations of those before them.
#[must_use]
pub fn redundant(x: &DMatrix<f64>) -> Vec<usize> {
    let mut kept: Vec<DVector<f64>> = Vec::new();
    let mut repeated = Vec::new();
    for (place, column) in x.column_iter().enumerate() {
        let size = column.norm();
        let mut rest = column.clone_owned();
        // Twice: the first pass leaves rounding of the size of what it takes away.
        for _ in 0..2 {
            for basis in &kept {
                let along = basis.dot(&rest);
                rest -= basis * along;
            }
        }
        if rest.norm() <= 1e-9 * size || size == 0.0 {
            repeated.push(place);
        } else {
            kept.push(rest.normalize());
        }
    }
    repeated
}

/// Refuses a design matrix whose columns depend on each other, naming those that repeat the ones before them.
///
/// # Errors
/// The columns.
pub fn check_rank(x: &DMatrix<f64>, names: &[String]) -> Result<(), MetaError> {
    let repeated = redundant(x);
    if repeated.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = repeated
        .iter()
        .map(|place| format!("`{}`", names[*place]))
        .collect();
    let reason = if x.nrows() < x.ncols() {
        " (there are more coefficients than studies)"
    } else {
        ""
    };
    Err(MetaError::Singular {
        columns: named.join(", ") + reason,
    })
}

/// Weighted least squares with independent rows.
#[derive(Clone, Debug)]
pub struct Weighted {
    /// Coefficients.
    pub beta: DVector<f64>,
    /// `(X' W X)^-1`.
    pub unscaled: DMatrix<f64>,
    /// Sum of `w r^2`.
    pub rss: f64,
}

/// Fits `y` on `x` with the weights `w`. `None` where `X' W X` is singular.
#[must_use]
pub fn weighted(x: &DMatrix<f64>, y: &[f64], w: &[f64]) -> Option<Weighted> {
    let p = x.ncols();
    let mut cross = DMatrix::zeros(p, p);
    let mut right = DVector::zeros(p);
    for (i, (y, w)) in y.iter().zip(w).enumerate() {
        for a in 0..p {
            let xw = x[(i, a)] * w;
            right[a] += xw * y;
            for b in 0..=a {
                cross[(a, b)] += xw * x[(i, b)];
            }
        }
    }
    for a in 0..p {
        for b in a + 1..p {
            cross[(a, b)] = cross[(b, a)];
        }
    }
    let unscaled = inverse_spd(&cross)?;
    let beta = &unscaled * right;
    let rss = (0..y.len())
        .map(|i| {
            let fitted: f64 = (0..p).map(|a| x[(i, a)] * beta[a]).sum();
            w[i] * (y[i] - fitted) * (y[i] - fitted)
        })
        .sum();
    Some(Weighted { beta, unscaled, rss })
}
