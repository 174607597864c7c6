//! Treatments made of components whose effects add up (Welton et al. 2009, doi:10.1093/aje/kwp014; Rücker, Petropoulou and
//! Schwarzer 2020, doi:10.1002/bimj.201800167). Networks in several parts can be joined by common components.

use nalgebra::{DMatrix, DVector};

use super::estimates::QTest;
use super::graph::{Network, sorted};
use super::model::{Model, moments, weights};
use crate::MetaError;
use crate::linear::pseudo_inverse;

/// What treatments are made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    /// Names of the components, in R's order.
    pub names: Vec<String>,
    /// Rows are treatments, columns components: 1 where the treatment has it.
    pub matrix: DMatrix<f64>,
}

impl Components {
    /// Reads the components from the labels of the treatments, joined by `separator`; `inactive` has no effect and is
    /// no component.
    ///
    /// # Errors
    /// Nothing but the inactive one.
    pub fn read(network: &Network, separator: &str, inactive: Option<&str>) -> Result<Self, MetaError> {
        let separator = separator.trim();
        let parts: Vec<Vec<&str>> = network
            .treatments
            .iter()
            .map(|treatment| {
                if separator.is_empty() {
                    vec![treatment.trim()]
                } else {
                    treatment.split(separator).map(str::trim).collect()
                }
            })
            .collect();
        if let Some(inactive) = inactive
            && !parts.iter().flatten().any(|part| *part == inactive)
        {
            return Err(MetaError::field(
                "inactive",
                format!("no treatment is or has `{inactive}`"),
            ));
        }
        let names = sorted(
            parts
                .iter()
                .flatten()
                .copied()
                .filter(|part| Some(*part) != inactive),
        );
        if names.is_empty() {
            return Err(MetaError::NoAnswer("all treatments are inactive".to_owned()));
        }
        let matrix = DMatrix::from_fn(parts.len(), names.len(), |row, column| {
            f64::from(u8::from(parts[row].contains(&names[column].as_str())))
        });
        Ok(Self { names, matrix })
    }
}

/// Estimates with one variance between studies.
#[derive(Clone, Debug, PartialEq)]
pub struct Additive {
    /// Effects of the components; `None` for those that cannot be told apart.
    pub te: Vec<Option<f64>>,
    /// Their standard errors.
    pub se: Vec<Option<f64>>,
    /// Effects of the treatments, rows against columns.
    pub effects: DMatrix<f64>,
    /// Their standard errors.
    pub standard_errors: DMatrix<f64>,
}

/// A network meta-analysis of components.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentFit {
    /// Without variance between studies.
    pub common: Additive,
    /// With it.
    pub random: Additive,
    /// The variance between studies; `None` where nothing tells it.
    pub tau2: Option<f64>,
    /// Q of the additive model.
    pub additive: QTest,
    /// Q of the model with an effect for each treatment; `None` where the network is in parts.
    pub standard: Option<QTest>,
    /// What additivity costs.
    pub difference: Option<QTest>,
}

/// Fits the additive model. `tau` is a standard deviation between studies that is known.
///
/// # Errors
/// Variances of a study that contradict each other.
pub fn components(
    network: &Network,
    parts: &Components,
    tau: Option<f64>,
) -> Result<ComponentFit, MetaError> {
    let m = network.comparisons.len();
    let c = parts.names.len();
    let x = DMatrix::from_fn(m, c, |row, column| {
        let comparison = &network.comparisons[row];
        parts.matrix[(comparison.a, column)] - parts.matrix[(comparison.b, column)]
    });
    let rank = rank(&x);
    let arms: usize = network
        .studies
        .iter()
        .map(|study| study.treatments.len() - 1)
        .sum();
    let mut additive = QTest {
        q: 0.0,
        df: arms as f64 - rank as f64,
    };
    let identified = identified(&x);
    let fit = |tau2: f64| -> Result<(Additive, f64, Option<f64>), MetaError> {
        let w = weights(network, tau2)?;
        let y = DVector::from_iterator(m, network.comparisons.iter().map(|comparison| comparison.te));
        let weighted = DMatrix::from_fn(m, c, |row, column| x[(row, column)] * w[row]);
        let covariance = pseudo_inverse(&(x.transpose() * &weighted));
        let beta = &covariance * weighted.transpose() * &y;
        let rest = &y - &x * &beta;
        let q: f64 = rest.iter().zip(&w).map(|(rest, w)| w * rest * rest).sum();
        let trace = growth(network, &x, &covariance, &w);
        let tau2 = (additive.df > 0.0)
            .then(|| moments(q, additive.df, trace))
            .transpose()?;
        let n = network.n();
        let potentials = &parts.matrix * &beta;
        let joint = &parts.matrix * &covariance * parts.matrix.transpose();
        let some = |at: usize, x: f64| identified[at].then_some(x);
        Ok((
            Additive {
                te: (0..c).map(|at| some(at, beta[at])).collect(),
                se: (0..c)
                    .map(|at| some(at, covariance[(at, at)].max(0.0).sqrt()))
                    .collect(),
                effects: DMatrix::from_fn(n, n, |a, b| potentials[a] - potentials[b]),
                standard_errors: DMatrix::from_fn(n, n, |a, b| {
                    (joint[(a, a)] + joint[(b, b)] - 2.0 * joint[(a, b)])
                        .max(0.0)
                        .sqrt()
                }),
            },
            q,
            tau2,
        ))
    };
    let (common, q, moment) = fit(0.0)?;
    additive.q = q;
    let tau2 = tau.map(|tau| tau * tau).or(moment);
    let random = match tau2 {
        Some(tau2) if tau2 > 0.0 => fit(tau2)?.0,
        _ => common.clone(),
    };
    let standard = if network.parts().len() == 1 {
        let model = Model::fit(network, 0.0)?;
        Some(QTest {
            q: model.contributions(network).iter().sum(),
            df: network.degrees(),
        })
    } else {
        None
    };
    let difference = standard.map(|standard| QTest {
        q: additive.q - standard.q,
        df: additive.df - standard.df,
    });
    Ok(ComponentFit {
        common,
        random,
        tau2,
        additive,
        standard,
        difference,
    })
}

/// How much Q is expected to grow with the variance between studies.
fn growth(network: &Network, x: &DMatrix<f64>, covariance: &DMatrix<f64>, w: &[f64]) -> f64 {
    let projected = x * covariance;
    let mut trace = 0.0;
    for study in &network.studies {
        for k in &study.comparisons {
            for l in &study.comparisons {
                let (one, two) = (&network.comparisons[*k], &network.comparisons[*l]);
                let same = |a: usize, b: usize| f64::from(u8::from(a == b));
                let common =
                    0.5 * (same(one.a, two.a) - same(one.a, two.b) - same(one.b, two.a) + same(one.b, two.b));
                let hat = projected.row(*k).dot(&x.row(*l)) * w[*l];
                trace += (same(*k, *l) - hat) * common * w[*k];
            }
        }
    }
    trace
}

fn rank(x: &DMatrix<f64>) -> usize {
    let values = (x.transpose() * x).symmetric_eigenvalues();
    let largest = values.iter().copied().fold(0.0, f64::max);
    values.iter().filter(|value| **value > 1e-10 * largest).count()
}

/// Which components the comparisons tell apart: those that no combination without effect contains.
fn identified(x: &DMatrix<f64>) -> Vec<bool> {
    let cross = x.transpose() * x;
    let projection = pseudo_inverse(&cross) * &cross;
    (0..x.ncols())
        .map(|at| (1.0 - projection[(at, at)]).abs() < 1e-9)
        .collect()
}
