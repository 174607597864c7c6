//! The covariance between studies by moments: the matrix of sums `sum_i W_i r_i r_i'` of the fixed-effects residuals is
//! set equal to its expectation, which is linear in the covariance between studies.

use nalgebra::{DMatrix, DVector};

use super::Data;
use crate::{MetaError, multilevel};

/// An eigenvalue below 0 is set to this: the smallest that a covariance matrix keeps.
const LEAST_EIGENVALUE: f64 = 1.490_116_119_384_765_6e-8;

pub(super) fn moments(data: &Data, stacked: &multilevel::Data) -> Result<DMatrix<f64>, MetaError> {
    let (m, q) = (data.outcomes.len(), data.outcomes());
    let size = m * q;
    // Rows of outcomes that are missing stay, with 0 everywhere.
    let rows: Vec<usize> = data
        .outcomes
        .iter()
        .enumerate()
        .flat_map(|(i, row)| (0..q).filter(|j| row[*j].is_some()).map(move |j| i * q + j))
        .collect();
    let singular = || {
        MetaError::NoAnswer(
            "the covariance between studies cannot be estimated by moments: too few studies measure outcomes together"
                .to_owned(),
        )
    };
    let mut weights = DMatrix::zeros(size, size);
    for block in stacked.sampling.blocks() {
        let inverse = block.matrix.clone().cholesky().ok_or_else(singular)?.inverse();
        for (a, row) in block.rows.iter().enumerate() {
            for (b, column) in block.rows.iter().enumerate() {
                weights[(rows[*row], rows[*column])] = inverse[(a, b)];
            }
        }
    }
    let mut x = DMatrix::zeros(size, stacked.x.ncols());
    let mut y = DVector::zeros(size);
    let mut measured = DMatrix::zeros(size, size);
    for (place, row) in rows.iter().enumerate() {
        x.set_row(*row, &stacked.x.row(place));
        y[*row] = stacked.yi[place];
        measured[(*row, *row)] = 1.0;
    }
    let wx = &weights * &x;
    let cross = x.tr_mul(&wx).cholesky().ok_or_else(singular)?.inverse();
    let rest = DMatrix::identity(size, size) - &x * cross * wx.transpose();
    let r = &rest * y;
    let wr = &weights * &r;
    let a = rest.tr_mul(&weights);
    let b = rest.tr_mul(&measured);
    let mut difference = DMatrix::zeros(q, q);
    let mut system = DMatrix::zeros(q * q, q * q);
    for i in 0..m {
        let wr = wr.rows(i * q, q);
        let r = r.rows(i * q, q);
        difference += wr * r.transpose() - b.view((i * q, i * q), (q, q));
        for j in 0..m {
            let block_a = a.view((i * q, j * q), (q, q)).into_owned();
            let block_b = b.view((i * q, j * q), (q, q)).into_owned();
            system += block_b.kronecker(&block_a).transpose();
        }
    }
    let right = DVector::from_column_slice(difference.as_slice());
    let solved = system.lu().solve(&right).ok_or_else(singular)?;
    let raw = DMatrix::from_column_slice(q, q, solved.as_slice());
    let eigen = (0.5 * (&raw + raw.transpose())).symmetric_eigen();
    if eigen.eigenvalues.iter().any(|x| !x.is_finite()) {
        return Err(singular());
    }
    let kept = eigen
        .eigenvalues
        .map(|x| if x < 0.0 { LEAST_EIGENVALUE } else { x });
    Ok(&eigen.eigenvectors * DMatrix::from_diagonal(&kept) * eigen.eigenvectors.transpose())
}
