//! The same model as a multivariate regression: the comparisons of each study with one of its arms, effects against a
//! reference as coefficients, and a variance between studies by (restricted) maximum likelihood.
//!
//! Random effects of two comparisons with a common arm are correlated by one half (Higgins and Whitehead 1996,
//! doi:10.1002/(SICI)1097-0258(19961230)15:24<2733::AID-SIM562>3.0.CO;2-0; Lu and Ades 2004, doi:10.1002/sim.1875).

use euthymia_stats::optimize::root;
use euthymia_vecmath::scalar::ln;
use nalgebra::{DMatrix, DVector};

use super::graph::{Network, Study};
use crate::MetaError;

/// Likelihood that is maximised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likelihood {
    /// Of the data.
    Full,
    /// Of what is left of them without the coefficients.
    Restricted,
}

/// Where the covariances of the comparisons of a study come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covariance {
    /// Variances of the arms, by least squares from those of the comparisons.
    Arms,
    /// What the arms say, where they do ([`super::Contrast::shared`]), else as `Arms`.
    Shared,
}

/// The arm of a study that its others are compared with. Estimates do not depend on it; the restricted likelihood does
/// by a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The reference, or else the last of its treatments.
    Reference,
    /// The first that was given ([`Study::first`]).
    First,
}

/// A network as a multivariate regression.
#[derive(Clone, Debug)]
pub struct Multivariate {
    blocks: Vec<Block>,
    reference: usize,
    coefficients: usize,
    rows: usize,
    /// Logarithm of the determinant of `X' X`.
    ln_plain: Option<f64>,
}

/// A study: comparisons of its other treatments with its base.
#[derive(Clone, Debug)]
struct Block {
    label: String,
    base: usize,
    others: Vec<usize>,
    y: DVector<f64>,
    v: DMatrix<f64>,
}

/// Coefficients and likelihood at a variance between studies.
#[derive(Clone, Debug, PartialEq)]
pub struct MultivariateFit {
    /// Variance between studies; `None` where one comparison cannot tell it.
    pub tau2: Option<f64>,
    /// Effects against the reference of all other treatments, in order.
    pub beta: DVector<f64>,
    /// Their covariance matrix.
    pub vcov: DMatrix<f64>,
    /// Sum of squares without a variance between studies: Cochran's Q.
    pub qe: f64,
    /// Its degrees of freedom.
    pub qe_df: f64,
    /// The likelihood that was maximised.
    pub ll: f64,
}

/// What is needed of one variance between studies.
struct At {
    beta: DVector<f64>,
    vcov: DMatrix<f64>,
    rss: f64,
    ll: f64,
    score: f64,
}

impl Multivariate {
    /// Of a network, with the effects of all treatments against `reference`.
    #[must_use]
    pub fn new(network: &Network, reference: usize, base: Base, covariance: Covariance) -> Self {
        let blocks: Vec<Block> = network
            .studies
            .iter()
            .map(|study| {
                let last = study.treatments.last().copied().unwrap_or(reference);
                let base = match base {
                    Base::First => study.first,
                    Base::Reference if study.treatments.contains(&reference) => reference,
                    Base::Reference => last,
                };
                Block::new(network, study, base, covariance)
            })
            .collect();
        let mut model = Self {
            rows: blocks.iter().map(|block| block.others.len()).sum(),
            coefficients: network.n() - 1,
            blocks,
            reference,
            ln_plain: None,
        };
        let mut plain = DMatrix::zeros(model.coefficients, model.coefficients);
        for block in &model.blocks {
            let k = block.others.len();
            model.spread(block, &DMatrix::identity(k, k), &mut plain);
        }
        model.ln_plain = plain.cholesky().map(|factor| ln_squares(factor.l_dirty()));
        model
    }

    /// Column of a treatment; `None` for the reference.
    fn column(&self, treatment: usize) -> Option<usize> {
        (treatment != self.reference).then(|| treatment - usize::from(treatment > self.reference))
    }

    /// Maximises the likelihood.
    ///
    /// # Errors
    /// Covariances that are none, or a likelihood that grows without end.
    pub fn fit(&self, likelihood: Likelihood) -> Result<MultivariateFit, MetaError> {
        let none = self.at(0.0, likelihood)?;
        let tau2 = if self.rows == self.coefficients && self.rows > 1 {
            // Every comparison is met exactly: what is left of them says nothing, and no variance is likeliest.
            Some(0.0)
        } else if self.rows > 1 {
            Some(self.maximise(likelihood, &none)?)
        } else {
            None
        };
        let best = match tau2 {
            Some(tau2) if tau2 > 0.0 => self.at(tau2, likelihood)?,
            _ => self.at(0.0, likelihood)?,
        };
        Ok(MultivariateFit {
            tau2,
            beta: best.beta,
            vcov: best.vcov,
            qe: none.rss,
            qe_df: (self.rows - self.coefficients) as f64,
            ll: best.ll,
        })
    }

    fn maximise(&self, likelihood: Likelihood, none: &At) -> Result<f64, MetaError> {
        let variances = self
            .blocks
            .iter()
            .flat_map(|block| block.v.diagonal().iter().copied().collect::<Vec<_>>());
        let typical = variances.sum::<f64>() / self.rows as f64;
        let spread = self
            .blocks
            .iter()
            .map(|block| block.y.norm_squared())
            .sum::<f64>()
            / self.rows as f64;
        let most = 10.0 * (typical + spread);
        // The highest of a ladder of values; the maximum is between its neighbours.
        let mut ladder = vec![0.0];
        let mut step = most;
        while step > 1e-6 * typical && ladder.len() < 40 {
            ladder.insert(1, step);
            step *= 0.25;
        }
        let mut values = Vec::with_capacity(ladder.len());
        for (rung, tau2) in ladder.iter().enumerate() {
            values.push(if rung == 0 {
                none.ll
            } else {
                self.at(*tau2, likelihood)?.ll
            });
        }
        let best = (0..values.len()).fold(
            0,
            |best, rung| if values[rung] > values[best] { rung } else { best },
        );
        let low = ladder[best.saturating_sub(1)];
        let Some(high) = ladder.get(best + 1).copied() else {
            return Err(MetaError::NotConverged {
                what: "the variance between studies",
                reason: format!("the likelihood still grows at {most}"),
            });
        };
        if best == 0 && none.score <= 0.0 {
            return Ok(0.0);
        }
        let score = |tau2: f64| self.at(tau2, likelihood).map(|at| at.score);
        let falls = |low: f64, high: f64| Ok::<bool, MetaError>(score(low)? > 0.0 && score(high)? < 0.0);
        // Where the score goes from above 0 to below it is a maximum; the other way round it is a minimum.
        let middle = ladder[best];
        let (low, high) = if falls(low, high)? {
            (low, high)
        } else if falls(middle, high)? {
            (middle, high)
        } else {
            (low, middle)
        };
        let mut failed = None;
        let found = if falls(low, high)? {
            root(low, high, 1e-13 * high, |tau2| {
                score(tau2).unwrap_or_else(|error| {
                    failed = Some(error);
                    f64::NAN
                })
            })
        } else {
            None
        };
        match (found, failed) {
            (_, Some(error)) => Err(error),
            (Some(tau2), None) => Ok(tau2),
            (None, None) => Err(MetaError::NotConverged {
                what: "the variance between studies",
                reason: format!("the likelihood has no single maximum between {low} and {high}"),
            }),
        }
    }

    fn at(&self, tau2: f64, likelihood: Likelihood) -> Result<At, MetaError> {
        let p = self.coefficients;
        let mut information = DMatrix::zeros(p, p);
        let mut slope = DMatrix::zeros(p, p);
        let mut right = DVector::zeros(p);
        let mut inverses = Vec::with_capacity(self.blocks.len());
        let (mut ln_det, mut trace) = (0.0, 0.0);
        for block in &self.blocks {
            let k = block.others.len();
            if let ([other], Some(v)) = (block.others.as_slice(), block.v.get((0, 0))) {
                // Two arms, as most studies have: numbers instead of matrices.
                let total = v + tau2;
                let w = 1.0 / total;
                ln_det += ln(total);
                trace += w;
                let wy = w * block.y[0];
                for (row, left) in [(self.column(*other), 1.0), (self.column(block.base), -1.0)] {
                    let Some(row) = row else { continue };
                    right[row] += left * wy;
                    for (column, sign) in [(self.column(*other), 1.0), (self.column(block.base), -1.0)] {
                        if let Some(column) = column {
                            information[(row, column)] += left * sign * w;
                            slope[(row, column)] += left * sign * w * w;
                        }
                    }
                }
                inverses.push(None);
                continue;
            }
            let half = half(k);
            let total = &block.v + &half * tau2;
            let factor = total.cholesky().ok_or_else(|| {
                MetaError::NoAnswer(format!(
                    "the covariances of the comparisons of study `{}` are singular",
                    block.label
                ))
            })?;
            ln_det += ln_squares(factor.l_dirty());
            let w = factor.inverse();
            let wa = &w * &half;
            trace += wa.trace();
            let waw = wa * &w;
            let wy = &w * &block.y;
            self.spread(block, &w, &mut information);
            self.spread(block, &waw, &mut slope);
            let base = self.column(block.base);
            for (i, other) in block.others.iter().enumerate() {
                if let Some(column) = self.column(*other) {
                    right[column] += wy[i];
                }
                if let Some(column) = base {
                    right[column] -= wy[i];
                }
            }
            inverses.push(Some(w));
        }
        let singular = || MetaError::NoAnswer("the comparisons do not tell all treatments apart".to_owned());
        let factor = information.cholesky().ok_or_else(singular)?;
        let vcov = factor.inverse();
        let beta = &vcov * right;
        let (mut rss, mut moved) = (0.0, 0.0);
        for (block, w) in self.blocks.iter().zip(&inverses) {
            let k = block.others.len();
            let level = |treatment: usize| self.column(treatment).map_or(0.0, |column| beta[column]);
            let Some(w) = w else {
                let rest = block.y[0] - level(block.others[0]) + level(block.base);
                let weighted = rest / (block.v[(0, 0)] + tau2);
                rss += weighted * rest;
                moved += weighted * weighted;
                continue;
            };
            let rest = DVector::from_fn(k, |i, _| block.y[i] - level(block.others[i]) + level(block.base));
            let weighted = w * &rest;
            rss += weighted.dot(&rest);
            let sum = weighted.sum();
            moved += 0.5 * (weighted.norm_squared() + sum * sum);
        }
        let mut ll = -0.5 * (ln_det + rss);
        let mut score = 0.5 * (moved - trace);
        let free = match likelihood {
            Likelihood::Full => self.rows,
            Likelihood::Restricted => {
                ll += 0.5 * (self.ln_plain.ok_or_else(singular)? - ln_squares(factor.l_dirty()));
                score += 0.5 * vcov.component_mul(&slope).sum();
                self.rows - self.coefficients
            }
        };
        ll -= 0.5 * free as f64 * ln(2.0 * core::f64::consts::PI);
        Ok(At {
            beta,
            vcov,
            rss,
            ll,
            score,
        })
    }

    /// Adds `X' m X` of a study.
    fn spread(&self, block: &Block, m: &DMatrix<f64>, sum: &mut DMatrix<f64>) {
        let base = self.column(block.base);
        let columns: Vec<Option<usize>> = block.others.iter().map(|t| self.column(*t)).collect();
        for (i, row) in columns.iter().enumerate() {
            for (j, column) in columns.iter().enumerate() {
                let value = m[(i, j)];
                for (a, left) in [(*row, 1.0), (base, -1.0)] {
                    for (b, right) in [(*column, 1.0), (base, -1.0)] {
                        if let (Some(a), Some(b)) = (a, b) {
                            sum[(a, b)] += left * right * value;
                        }
                    }
                }
            }
        }
    }
}

/// Logarithm of the determinant of the matrix with this Cholesky factor.
fn ln_squares(factor: &DMatrix<f64>) -> f64 {
    2.0 * factor.diagonal().iter().map(|x| ln(*x)).sum::<f64>()
}

/// Correlations of one half.
pub(super) fn half(k: usize) -> DMatrix<f64> {
    DMatrix::from_fn(k, k, |i, j| if i == j { 1.0 } else { 0.5 })
}

impl Block {
    fn new(network: &Network, study: &Study, base: usize, covariance: Covariance) -> Self {
        let others: Vec<usize> = study.treatments.iter().copied().filter(|t| *t != base).collect();
        let find = |a: usize, b: usize| {
            let found = study
                .comparisons
                .iter()
                .map(|at| &network.comparisons[*at])
                .find(|c| c.a == a.min(b) && c.b == a.max(b));
            // A study of a network has all of its pairs.
            found.unwrap_or(&network.comparisons[study.comparisons[0]])
        };
        let y = DVector::from_iterator(
            others.len(),
            others.iter().map(|t| {
                let comparison = find(*t, base);
                if comparison.a == *t {
                    comparison.te
                } else {
                    -comparison.te
                }
            }),
        );
        let arms = study.treatments.len();
        let v = if arms == 2 {
            DMatrix::from_element(1, 1, find(others[0], base).variance)
        } else {
            let (mut sums, mut total) = (vec![0.0; network.n()], 0.0);
            for at in &study.comparisons {
                let comparison = &network.comparisons[*at];
                sums[comparison.a] += comparison.variance;
                sums[comparison.b] += comparison.variance;
                total += comparison.variance;
            }
            let arm = |t: usize| (sums[t] - total / (arms - 1) as f64) / (arms - 2) as f64;
            let first = find(others[0], base);
            let shared = first
                .shared
                .filter(|_| covariance == Covariance::Shared)
                .map(|(a, b)| if first.a == base { a } else { b });
            DMatrix::from_fn(others.len(), others.len(), |i, j| match (i == j, covariance) {
                (true, Covariance::Arms) => arm(others[i]) + arm(base),
                (true, Covariance::Shared) => find(others[i], base).variance,
                (false, _) => shared.unwrap_or_else(|| arm(base)),
            })
        };
        Self {
            label: study.label.clone(),
            base,
            others,
            y,
            v,
        }
    }
}
