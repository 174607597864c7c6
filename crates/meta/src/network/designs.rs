//! The network by designs: studies with the same arms form a design; what differs within designs is heterogeneity, what
//! differs between them inconsistency (Krahn, Binder and König 2013, doi:10.1186/1471-2288-13-35).
//!
//! Each design is reduced to its estimates against its first treatment with their covariances; the network is a
//! regression of these. Leaving a design out (detaching it) shows what it does to the disagreement of the others.

use nalgebra::{DMatrix, DVector};

use super::estimates::QTest;
use super::graph::{Network, Study};
use super::multivariate::half;
use crate::MetaError;
use crate::formula::collate;

/// Studies with the same treatments, and what they say together.
#[derive(Clone, Debug)]
pub struct Design {
    /// Its treatments joined by colons, the reference or else the first ahead.
    pub name: String,
    /// Its treatments, in the order of the name.
    pub treatments: Vec<usize>,
    /// Its studies.
    pub studies: Vec<usize>,
    /// Effects of the others against the first.
    pub effects: DVector<f64>,
    /// Their covariance matrix.
    pub covariance: DMatrix<f64>,
    /// Its inverse.
    pub(super) weight: DMatrix<f64>,
    /// Heterogeneity between its studies.
    pub heterogeneity: QTest,
    /// Traces that say how heterogeneity grows with the variance between studies.
    traces: (f64, f64),
}

/// A regression of designs.
#[derive(Clone, Debug)]
pub struct DesignModel {
    /// Those of two arms before those of more, each in the order of their names.
    pub designs: Vec<Design>,
    /// Effects of all treatments but the first against it.
    beta: DVector<f64>,
    /// Their covariance matrix.
    pub(super) vcov: DMatrix<f64>,
    /// Heterogeneity and inconsistency.
    pub total: QTest,
}

/// Q and its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Decomposition {
    /// All.
    pub total: QTest,
    /// Heterogeneity within designs.
    pub within: QTest,
    /// Inconsistency between them.
    pub between: QTest,
    /// Inconsistency with the heterogeneity within designs taken into account: the full design-by-treatment interaction
    /// model.
    pub between_random: QTest,
    /// The standard deviation within designs for that.
    pub tau_within: f64,
}

impl DesignModel {
    /// Fits it with a variance between studies.
    ///
    /// # Errors
    /// Covariances of a study that are singular.
    pub fn fit(network: &Network, reference: Option<usize>, tau2: f64) -> Result<Self, MetaError> {
        let mut designs = group(network, reference);
        for design in &mut designs {
            design.pool(network, tau2)?;
        }
        let (beta, vcov) = solve(&designs, network.n(), None).ok_or_else(|| {
            MetaError::NoAnswer("the designs of the network do not tell all treatments apart".to_owned())
        })?;
        let mut model = Self {
            designs,
            beta,
            vcov,
            total: QTest { q: 0.0, df: 0.0 },
        };
        let within = model.within();
        let between = model.between();
        model.total = QTest {
            q: within.q + between.q,
            df: within.df + between.df,
        };
        Ok(model)
    }

    /// Rows: an estimate of a design.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.designs.iter().map(|design| design.effects.len()).sum()
    }

    /// The sum of heterogeneity within designs.
    #[must_use]
    pub fn within(&self) -> QTest {
        QTest {
            q: self.designs.iter().map(|design| design.heterogeneity.q).sum(),
            df: self.designs.iter().map(|design| design.heterogeneity.df).sum(),
        }
    }

    /// Disagreement of the designs.
    #[must_use]
    pub fn between(&self) -> QTest {
        let n = self.vcov.nrows() + 1;
        QTest {
            q: disagreement(&self.designs, &self.beta, None),
            df: self.rows() as f64 - (n - 1) as f64,
        }
    }

    /// Disagreement of the other designs when one is detached; `None` where they do not tell all treatments apart.
    #[must_use]
    pub fn detached(&self, design: usize) -> Option<QTest> {
        let n = self.vcov.nrows() + 1;
        let (beta, _) = solve(&self.designs, n, Some(design))?;
        let rest = self.rows() - self.designs[design].effects.len();
        Some(QTest {
            q: disagreement(&self.designs, &beta, Some(design)),
            df: rest as f64 - (n - 1) as f64,
        })
    }

    /// Distances of the estimates of the designs from the regression: all rows, or those left when one is detached
    /// (its own are 0); `None` as in [`Self::detached`].
    #[must_use]
    pub fn residuals(&self, detached: Option<usize>) -> Option<Vec<DVector<f64>>> {
        let n = self.vcov.nrows() + 1;
        let beta = match detached {
            None => self.beta.clone(),
            Some(design) => solve(&self.designs, n, Some(design))?.0,
        };
        Some(
            self.designs
                .iter()
                .enumerate()
                .map(|(at, design)| {
                    if detached == Some(at) {
                        DVector::zeros(design.effects.len())
                    } else {
                        &design.effects - design.fitted(&beta)
                    }
                })
                .collect(),
        )
    }

    /// Variance of the effect of `a` against `b`.
    #[must_use]
    pub fn variance(&self, a: usize, b: usize) -> f64 {
        let c = |a: usize, b: usize| {
            if a == 0 || b == 0 {
                0.0
            } else {
                self.vcov[(a - 1, b - 1)]
            }
        };
        c(a, a) + c(b, b) - 2.0 * c(a, b)
    }

    /// How each estimate of the network (rows: pairs in order, first minus second) is made of the estimates of the
    /// designs (columns).
    #[must_use]
    pub fn hat(&self) -> DMatrix<f64> {
        let n = self.vcov.nrows() + 1;
        let mut columns = DMatrix::zeros(n, self.rows());
        let mut at = 0;
        for design in &self.designs {
            let k = design.effects.len();
            let weighted = design.rows(n).transpose() * &design.weight;
            columns
                .view_mut((1, at), (n - 1, k))
                .copy_from(&(&self.vcov * weighted));
            at += k;
        }
        let pairs: Vec<(usize, usize)> = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect();
        DMatrix::from_fn(pairs.len(), self.rows(), |pair, column| {
            columns[(pairs[pair].0, column)] - columns[(pairs[pair].1, column)]
        })
    }
}

/// Splits Q into what is within designs and what is between them.
///
/// # Errors
/// As [`DesignModel::fit`].
pub fn decompose(network: &Network, reference: Option<usize>) -> Result<Decomposition, MetaError> {
    let plain = DesignModel::fit(network, reference, 0.0)?;
    let within = plain.within();
    // The method of moments within designs (Jackson et al. 2014, doi:10.1002/sim.6188).
    let (all, fitted) = plain.designs.iter().fold((0.0, 0.0), |sum, design| {
        (sum.0 + design.traces.0, sum.1 + design.traces.1)
    });
    let tau2 = if within.df > 0.0 && all - fitted > 1e-12 * all {
        ((within.q - within.df) / (all - fitted)).max(0.0)
    } else {
        0.0
    };
    let random = DesignModel::fit(network, reference, tau2)?;
    Ok(Decomposition {
        total: plain.total,
        within,
        between: plain.between(),
        between_random: random.between(),
        tau_within: tau2.sqrt(),
    })
}

fn group(network: &Network, reference: Option<usize>) -> Vec<Design> {
    let mut designs: Vec<Design> = Vec::new();
    for (at, study) in network.studies.iter().enumerate() {
        let mut treatments = study.treatments.clone();
        if let Some(place) = treatments.iter().position(|t| Some(*t) == reference) {
            let first = treatments.remove(place);
            treatments.insert(0, first);
        }
        match designs.iter_mut().find(|design| design.treatments == treatments) {
            Some(design) => design.studies.push(at),
            None => {
                let names: Vec<&str> = treatments
                    .iter()
                    .map(|t| network.treatments[*t].as_str())
                    .collect();
                designs.push(Design {
                    name: names.join(":"),
                    treatments,
                    studies: vec![at],
                    effects: DVector::zeros(0),
                    covariance: DMatrix::zeros(0, 0),
                    weight: DMatrix::zeros(0, 0),
                    heterogeneity: QTest { q: 0.0, df: 0.0 },
                    traces: (0.0, 0.0),
                });
            }
        }
    }
    designs.sort_by(|a, b| {
        let larger = |design: &Design| design.treatments.len() > 2;
        larger(a)
            .cmp(&larger(b))
            .then_with(|| collate(Some(&a.name), Some(&b.name)))
    });
    designs
}

impl Design {
    fn pool(&mut self, network: &Network, tau2: f64) -> Result<(), MetaError> {
        let k = self.treatments.len() - 1;
        let mut weight = DMatrix::zeros(k, k);
        let mut right = DVector::zeros(k);
        let mut parts = Vec::with_capacity(self.studies.len());
        for study in &self.studies {
            let study = &network.studies[*study];
            let (y, v) = against_first(network, study, &self.treatments);
            let w = inverse(v + half(k) * tau2).ok_or_else(|| {
                MetaError::NoAnswer(format!(
                    "the covariances of the comparisons of study `{}` are singular",
                    study.label
                ))
            })?;
            right += &w * &y;
            weight += &w;
            parts.push((y, w));
        }
        let covariance = inverse(weight.clone())
            .ok_or_else(|| MetaError::NoAnswer(format!("design `{}` is singular", self.name)))?;
        let effects = &covariance * right;
        let v0 = half(k);
        let (mut q, mut all, mut fitted) = (0.0, 0.0, 0.0);
        for (y, w) in &parts {
            let rest = y - &effects;
            q += (w * &rest).dot(&rest);
            let wv = w * &v0;
            all += wv.trace();
            fitted += (&covariance * wv * w).trace();
        }
        self.heterogeneity = QTest {
            q: if parts.len() > 1 { q } else { 0.0 },
            df: ((parts.len() - 1) * k) as f64,
        };
        self.effects = effects;
        self.covariance = covariance;
        self.weight = weight;
        self.traces = (all, fitted);
        Ok(())
    }

    /// Rows of the regression.
    fn rows(&self, n: usize) -> DMatrix<f64> {
        let first = self.treatments[0];
        DMatrix::from_fn(self.treatments.len() - 1, n - 1, |row, column| {
            let treatment = column + 1;
            if treatment == self.treatments[row + 1] {
                1.0
            } else if treatment == first {
                -1.0
            } else {
                0.0
            }
        })
    }

    fn fitted(&self, beta: &DVector<f64>) -> DVector<f64> {
        let level = |treatment: usize| if treatment == 0 { 0.0 } else { beta[treatment - 1] };
        DVector::from_iterator(
            self.treatments.len() - 1,
            self.treatments[1..]
                .iter()
                .map(|t| level(*t) - level(self.treatments[0])),
        )
    }
}

/// Effects of the other treatments of a study against the first, and the covariances that the variances of all its
/// comparisons imply.
fn against_first(network: &Network, study: &Study, treatments: &[usize]) -> (DVector<f64>, DMatrix<f64>) {
    let find = |a: usize, b: usize| {
        let mut comparisons = study.comparisons.iter().map(|at| &network.comparisons[*at]);
        let found = comparisons.find(|c| c.a == a.min(b) && c.b == a.max(b));
        // A study of a network has all of its pairs.
        found.unwrap_or(&network.comparisons[study.comparisons[0]])
    };
    let first = treatments[0];
    let k = treatments.len() - 1;
    let y = DVector::from_iterator(
        k,
        treatments[1..].iter().map(|t| {
            let comparison = find(first, *t);
            if comparison.a == first {
                -comparison.te
            } else {
                comparison.te
            }
        }),
    );
    let v = DMatrix::from_fn(k, k, |i, j| {
        let (a, b) = (treatments[i + 1], treatments[j + 1]);
        let variance = |a: usize| find(first, a).variance;
        if i == j {
            variance(a)
        } else {
            0.5 * (variance(a) + variance(b) - find(a, b).variance)
        }
    });
    (y, v)
}

fn inverse(matrix: DMatrix<f64>) -> Option<DMatrix<f64>> {
    match matrix.clone().cholesky() {
        Some(factor) => Some(factor.inverse()),
        None => matrix.try_inverse(),
    }
}

/// Coefficients and their covariances from all designs but one; `None` where they are not told apart.
fn solve(designs: &[Design], n: usize, without: Option<usize>) -> Option<(DVector<f64>, DMatrix<f64>)> {
    let kept = || {
        designs
            .iter()
            .enumerate()
            .filter(move |(at, _)| Some(*at) != without)
            .map(|(_, design)| design)
    };
    // Whether they are told apart is a question of the graph, not of the numbers.
    let mut part: Vec<usize> = (0..n).collect();
    for design in kept() {
        let joined: Vec<usize> = design.treatments.iter().map(|t| part[*t]).collect();
        let lowest = *joined.iter().min()?;
        for found in &mut part {
            if joined.contains(found) {
                *found = lowest;
            }
        }
    }
    if part.iter().any(|found| *found != 0) {
        return None;
    }
    let mut information = DMatrix::zeros(n - 1, n - 1);
    let mut right = DVector::zeros(n - 1);
    for design in kept() {
        let weighted = &design.weight * &design.effects;
        let k = design.effects.len();
        for i in 0..k {
            for (a, left) in [(design.treatments[i + 1], 1.0), (design.treatments[0], -1.0)] {
                if a == 0 {
                    continue;
                }
                right[a - 1] += left * weighted[i];
                for j in 0..k {
                    for (b, sign) in [(design.treatments[j + 1], 1.0), (design.treatments[0], -1.0)] {
                        if b > 0 {
                            information[(a - 1, b - 1)] += left * sign * design.weight[(i, j)];
                        }
                    }
                }
            }
        }
    }
    let vcov = inverse(information)?;
    let beta = &vcov * right;
    beta.iter().all(|x| x.is_finite()).then_some((beta, vcov))
}

fn disagreement(designs: &[Design], beta: &DVector<f64>, without: Option<usize>) -> f64 {
    let mut q = 0.0;
    for (at, design) in designs.iter().enumerate() {
        if Some(at) != without {
            let rest = &design.effects - design.fitted(beta);
            q += (&design.weight * &rest).dot(&rest);
        }
    }
    q
}
