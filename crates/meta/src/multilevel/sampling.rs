//! Sampling covariances of effect sizes that share people: blocks of rows, nothing between blocks.

use nalgebra::DMatrix;

use crate::MetaError;
use crate::sets::Sets;

/// Rows whose sampling errors are correlated, and their covariance matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct CovarianceBlock {
    /// Rows, in the order of the matrix.
    pub rows: Vec<usize>,
    /// Their covariances.
    pub matrix: DMatrix<f64>,
}

/// The sampling covariance matrix of all effect sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    blocks: Vec<CovarianceBlock>,
    size: usize,
}

impl Sampling {
    /// Effect sizes whose errors are independent.
    #[must_use]
    pub fn independent(vi: &[f64]) -> Self {
        let block = |(row, v): (usize, &f64)| CovarianceBlock {
            rows: vec![row],
            matrix: DMatrix::from_element(1, 1, *v),
        };
        Self {
            blocks: vi.iter().enumerate().map(block).collect(),
            size: vi.len(),
        }
    }

    /// Blocks that together hold every row from 0 to `size` once.
    ///
    /// # Errors
    /// A row is missing or in two blocks, or a matrix is not square.
    pub fn of_blocks(blocks: Vec<CovarianceBlock>, size: usize) -> Result<Self, MetaError> {
        let mut seen = vec![0_usize; size];
        for block in &blocks {
            let n = block.rows.len();
            if block.matrix.nrows() != n || block.matrix.ncols() != n {
                return Err(MetaError::NoAnswer(format!(
                    "a covariance block of {n} rows has a matrix of {} by {}",
                    block.matrix.nrows(),
                    block.matrix.ncols()
                )));
            }
            for row in &block.rows {
                match seen.get_mut(*row) {
                    Some(count) => *count += 1,
                    None => {
                        return Err(MetaError::NoAnswer(format!(
                            "covariances name row {row} of {size}"
                        )));
                    }
                }
            }
        }
        match seen.iter().position(|count| *count != 1) {
            Some(row) => Err(MetaError::NoAnswer(format!(
                "row {row} stands in {} covariance blocks, it must stand in one",
                seen[row]
            ))),
            None => Ok(Self { blocks, size }),
        }
    }

    /// A whole matrix, split into the blocks that it consists of.
    ///
    /// # Errors
    /// It is not square.
    pub fn of_matrix(matrix: &DMatrix<f64>) -> Result<Self, MetaError> {
        let size = matrix.nrows();
        if matrix.ncols() != size {
            return Err(MetaError::NoAnswer(
                "a covariance matrix must be square".to_owned(),
            ));
        }
        let mut sets = Sets::new(size);
        for i in 0..size {
            for j in 0..i {
                if matrix[(i, j)] != 0.0 {
                    sets.join(i, j);
                }
            }
        }
        let block = |rows: Vec<usize>| {
            let n = rows.len();
            let matrix = DMatrix::from_fn(n, n, |i, j| matrix[(rows[i], rows[j])]);
            CovarianceBlock { rows, matrix }
        };
        Ok(Self {
            blocks: sets.members().into_iter().map(block).collect(),
            size,
        })
    }

    /// How many effect sizes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The blocks.
    #[must_use]
    pub fn blocks(&self) -> &[CovarianceBlock] {
        &self.blocks
    }

    /// The variances.
    #[must_use]
    pub fn variances(&self) -> Vec<f64> {
        let mut vi = vec![0.0; self.size];
        for block in &self.blocks {
            for (place, row) in block.rows.iter().enumerate() {
                vi[*row] = block.matrix[(place, place)];
            }
        }
        vi
    }

    /// The whole matrix.
    #[must_use]
    pub fn to_matrix(&self) -> DMatrix<f64> {
        let mut matrix = DMatrix::zeros(self.size, self.size);
        for block in &self.blocks {
            for (i, row) in block.rows.iter().enumerate() {
                for (j, column) in block.rows.iter().enumerate() {
                    matrix[(*row, *column)] = block.matrix[(i, j)];
                }
            }
        }
        matrix
    }

    /// The covariances of the rows at `kept` alone, which are numbered anew in that order.
    #[must_use]
    pub fn take(&self, kept: &[usize]) -> Self {
        let mut place = vec![None; self.size];
        for (new, old) in kept.iter().enumerate() {
            place[*old] = Some(new);
        }
        let blocks = self.blocks.iter().filter_map(|block| {
            let inside: Vec<usize> = (0..block.rows.len())
                .filter(|i| place[block.rows[*i]].is_some())
                .collect();
            let n = inside.len();
            (n > 0).then(|| CovarianceBlock {
                rows: inside.iter().filter_map(|i| place[block.rows[*i]]).collect(),
                matrix: DMatrix::from_fn(n, n, |a, b| block.matrix[(inside[a], inside[b])]),
            })
        });
        Self {
            blocks: blocks.collect(),
            size: kept.len(),
        }
    }
}
