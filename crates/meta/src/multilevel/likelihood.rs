//! The likelihood of variance components, block by block, with its gradient.
//!
//! Rows that share no sampling error and no random effect are independent: the marginal covariance matrix falls into
//! blocks, and everything is a sum over them. Gradients are exact (Harville 1977, doi:10.1080/01621459.1977.10480998).

use euthymia_vecmath::scalar::ln;
use nalgebra::{DMatrix, DVector};

use super::random::{Information, Random};
use super::sampling::Sampling;
use crate::linear::ln_determinant;
use crate::sets::Sets;

/// Rows that depend on each other.
struct Block {
    rows: Vec<usize>,
    y: DVector<f64>,
    x: DMatrix<f64>,
    v: DMatrix<f64>,
    /// For each term: the groups with rows here, each row with its weights.
    groups: Vec<Vec<Vec<Member>>>,
}

/// A row of a block within a group.
struct Member {
    place: usize,
    weights: Vec<(usize, f64)>,
}

/// What is maximised.
pub(crate) struct Problem<'d> {
    random: &'d [Random],
    information: Vec<Information>,
    blocks: Vec<Block>,
    k: usize,
    p: usize,
    restricted: bool,
    /// Half the logarithm of `|X'X|`.
    ln_cross: f64,
}

/// The model at given variance components.
pub(crate) struct Evaluation {
    pub(crate) ll: f64,
    pub(crate) beta: DVector<f64>,
    pub(crate) vcov: DMatrix<f64>,
    /// Covariance matrix, its inverse and the residuals of each block.
    pub(crate) blocks: Vec<Marginal>,
    wx: Vec<DMatrix<f64>>,
}

/// The marginal distribution of rows that depend on each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Marginal {
    /// Rows.
    pub rows: Vec<usize>,
    /// Their covariance matrix.
    pub covariance: DMatrix<f64>,
    /// Its inverse.
    pub inverse: DMatrix<f64>,
}

impl<'d> Problem<'d> {
    /// `None` where the restricted likelihood is asked for and the columns of `x` cannot be told apart.
    pub(crate) fn new(
        y: &[f64],
        x: &DMatrix<f64>,
        sampling: &Sampling,
        random: &'d [Random],
        restricted: bool,
    ) -> Option<Self> {
        let k = y.len();
        let mut sets = Sets::new(k);
        for block in sampling.blocks() {
            for pair in block.rows.windows(2) {
                sets.join(pair[0], pair[1]);
            }
        }
        for term in random {
            sets.join_groups(&term.group);
        }
        let mut place = vec![(0, 0); k];
        let mut blocks: Vec<Block> = Vec::new();
        for rows in sets.members() {
            let n = rows.len();
            for (at, row) in rows.iter().enumerate() {
                place[*row] = (blocks.len(), at);
            }
            blocks.push(Block {
                y: DVector::from_fn(n, |i, _| y[rows[i]]),
                x: x.select_rows(rows.iter()),
                v: DMatrix::zeros(n, n),
                groups: random.iter().map(|term| members(term, &rows)).collect(),
                rows,
            });
        }
        for given in sampling.blocks() {
            for (i, row) in given.rows.iter().enumerate() {
                let (block, a) = place[*row];
                for (j, column) in given.rows.iter().enumerate() {
                    blocks[block].v[(a, place[*column].1)] = given.matrix[(i, j)];
                }
            }
        }
        let ln_cross = if restricted {
            0.5 * ln_determinant(&(x.transpose() * x))?
        } else {
            0.0
        };
        Some(Self {
            random,
            information: random.iter().map(Random::information).collect(),
            blocks,
            k,
            p: x.ncols(),
            restricted,
            ln_cross,
        })
    }

    /// How many parameters all terms have.
    pub(crate) fn parameters(&self) -> usize {
        self.random
            .iter()
            .map(|term| term.structure.parameters(term.effects()))
            .sum()
    }

    fn parts<'t>(&self, theta: &'t [f64]) -> Vec<&'t [f64]> {
        let mut rest = theta;
        self.random
            .iter()
            .map(|term| {
                let (own, next) = rest.split_at(term.structure.parameters(term.effects()));
                rest = next;
                own
            })
            .collect()
    }

    /// Sets to 0 what the data cannot tell of a term's matrix.
    fn masked(&self, term: usize, mut matrix: DMatrix<f64>) -> DMatrix<f64> {
        let known = &self.information[term];
        let q = matrix.nrows();
        if known.variances.len() != q || q == 1 {
            return matrix;
        }
        for i in (0..q).filter(|i| !known.keeps(*i)) {
            matrix.row_mut(i).fill(0.0);
            matrix.column_mut(i).fill(0.0);
        }
        matrix
    }

    /// The covariance matrix of each term's effects.
    pub(crate) fn covariances(&self, theta: &[f64]) -> Vec<DMatrix<f64>> {
        self.parts(theta)
            .iter()
            .zip(self.random)
            .enumerate()
            .map(|(place, (own, term))| {
                self.masked(place, term.structure.covariance(term.effects(), own).matrix)
            })
            .collect()
    }

    /// The model at `theta`; `None` where a covariance matrix is not positive definite.
    pub(crate) fn evaluate(&self, theta: &[f64]) -> Option<Evaluation> {
        let covariances = self.covariances(theta);
        let (k, p) = (self.k as f64, self.p);
        let mut cross = DMatrix::zeros(p, p);
        let mut right = DVector::zeros(p);
        let mut ln_m = 0.0;
        let mut blocks = Vec::with_capacity(self.blocks.len());
        let mut wx = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            let mut m = block.v.clone();
            for (groups, covariance) in block.groups.iter().zip(&covariances) {
                add(&mut m, groups, covariance);
            }
            let n = m.nrows();
            let inverse = if n == 1 {
                if m[0] <= 0.0 || !m[0].is_finite() {
                    return None;
                }
                ln_m += ln(m[0]);
                DMatrix::from_element(1, 1, 1.0 / m[0])
            } else {
                let factor = m.clone().cholesky()?;
                let diagonal = factor.l_dirty().diagonal();
                if diagonal.iter().any(|x| !x.is_finite()) {
                    return None;
                }
                ln_m += 2.0 * diagonal.iter().map(|x| ln(*x)).sum::<f64>();
                factor.inverse()
            };
            let wx_block = &inverse * &block.x;
            cross += block.x.tr_mul(&wx_block);
            right += wx_block.tr_mul(&block.y);
            blocks.push(Marginal {
                rows: block.rows.clone(),
                covariance: m,
                inverse,
            });
            wx.push(wx_block);
        }
        let factor = cross.cholesky()?;
        let ln_c = 2.0 * factor.l_dirty().diagonal().iter().map(|x| ln(*x)).sum::<f64>();
        let vcov = factor.inverse();
        let beta = factor.solve(&right);
        let mut rss = 0.0;
        for (block, marginal) in self.blocks.iter().zip(&blocks) {
            let e = &block.y - &block.x * &beta;
            rss += e.dot(&(&marginal.inverse * &e));
        }
        let two_pi = ln(core::f64::consts::TAU);
        let ll = if self.restricted {
            -0.5 * (k - p as f64) * two_pi - 0.5 * ln_m - 0.5 * ln_c - 0.5 * rss + self.ln_cross
        } else {
            -0.5 * k * two_pi - 0.5 * ln_m - 0.5 * rss
        };
        ll.is_finite().then_some(Evaluation {
            ll,
            beta,
            vcov,
            blocks,
            wx,
        })
    }

    /// The value and the gradient of minus the log-likelihood.
    pub(crate) fn value(&self, theta: &[f64]) -> Option<(f64, Vec<f64>)> {
        let at = self.evaluate(theta)?;
        // For each term: half the sum over pairs of rows of (W e e' W - P) times what the pair has of its matrix.
        let mut slopes: Vec<DMatrix<f64>> = self
            .random
            .iter()
            .map(|term| DMatrix::zeros(term.effects(), term.effects()))
            .collect();
        for ((block, marginal), wx) in self.blocks.iter().zip(&at.blocks).zip(&at.wx) {
            let e = &block.y - &block.x * &at.beta;
            let r = &marginal.inverse * e;
            let wxc = wx * &at.vcov;
            for (groups, slope) in block.groups.iter().zip(&mut slopes) {
                for group in groups {
                    for a in group {
                        for b in group {
                            let (i, j) = (a.place, b.place);
                            let mut s = r[i] * r[j] - marginal.inverse[(i, j)];
                            if self.restricted {
                                s += (0..self.p).map(|c| wxc[(i, c)] * wx[(j, c)]).sum::<f64>();
                            }
                            for (from, x) in &a.weights {
                                for (to, z) in &b.weights {
                                    slope[(*from, *to)] += 0.5 * s * x * z;
                                }
                            }
                        }
                    }
                }
            }
        }
        let mut gradient = Vec::with_capacity(theta.len());
        for (place, (own, term)) in self.parts(theta).iter().zip(self.random).enumerate() {
            let covariance = term.structure.covariance(term.effects(), own);
            for derivative in covariance.derivatives {
                gradient.push(-slopes[place].dot(&self.masked(place, derivative)));
            }
        }
        Some((-at.ll, gradient))
    }

    /// What the data say of each term's components.
    pub(crate) fn information(&self) -> &[Information] {
        &self.information
    }

    /// Starting points: the variance that is left after the fixed effects and the sampling errors, shared by the terms.
    pub(crate) fn starts(&self) -> Vec<Vec<f64>> {
        let total = self.excess_variance();
        let count = self.random.len().max(1) as f64;
        let from = |share: &dyn Fn(usize) -> f64, correlation: f64| -> Vec<f64> {
            self.random
                .iter()
                .enumerate()
                .flat_map(|(place, term)| {
                    term.structure
                        .start(term.effects(), share(place) * total, correlation)
                })
                .collect()
        };
        vec![
            from(&|_| 1.0 / count, 0.5),
            from(&|place| if place == 0 { 0.9 } else { 0.1 / count }, 0.1),
            from(&|place| if place == 0 { 0.05 } else { 0.9 / count }, 0.9),
        ]
    }

    /// Variance of the residuals of least squares that the sampling variances do not explain, and at least some.
    fn excess_variance(&self) -> f64 {
        let (mut cross, mut right) = (DMatrix::zeros(self.p, self.p), DVector::zeros(self.p));
        for block in &self.blocks {
            cross += block.x.tr_mul(&block.x);
            right += block.x.tr_mul(&block.y);
        }
        let beta = cross
            .cholesky()
            .map_or_else(|| DVector::zeros(self.p), |factor| factor.solve(&right));
        let (mut rss, mut sampling) = (0.0, 0.0);
        for block in &self.blocks {
            rss += (&block.y - &block.x * &beta).norm_squared();
            sampling += block.v.trace();
        }
        let k = self.k as f64;
        let residual = rss / (k - self.p as f64).max(1.0);
        (residual - sampling / k).max(0.05 * residual).max(1e-8)
    }
}

/// The rows of a block by their groups.
fn members(term: &Random, rows: &[usize]) -> Vec<Vec<Member>> {
    let mut codes: Vec<usize> = Vec::new();
    let mut groups: Vec<Vec<Member>> = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let code = term.group[*row];
        let at = codes.iter().position(|found| *found == code).unwrap_or_else(|| {
            codes.push(code);
            groups.push(Vec::new());
            codes.len() - 1
        });
        groups[at].push(Member {
            place,
            weights: term.weights(*row),
        });
    }
    groups
}

/// Adds the covariances that rows of the same group have by their random effects.
fn add(m: &mut DMatrix<f64>, groups: &[Vec<Member>], covariance: &DMatrix<f64>) {
    for group in groups {
        for a in group {
            for b in group {
                let mut sum = 0.0;
                for (from, x) in &a.weights {
                    for (to, z) in &b.weights {
                        sum += x * covariance[(*from, *to)] * z;
                    }
                }
                m[(a.place, b.place)] += sum;
            }
        }
    }
}
