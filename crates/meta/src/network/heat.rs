//! The net heat plot as numbers: which designs drive which estimates, and what becomes of the inconsistency of each when
//! another is detached (Krahn, Binder and König 2013, doi:10.1186/1471-2288-13-35).

use nalgebra::DMatrix;

use super::designs::DesignModel;
use super::graph::Network;
use crate::MetaError;

/// Squares of the plot. Rows and columns are the estimates of the designs.
#[derive(Clone, Debug, PartialEq)]
pub struct Heat {
    /// Comparison of each row; a design of three arms and more has several.
    pub comparisons: Vec<String>,
    /// Its design.
    pub designs: Vec<String>,
    /// Size of the grey square: how much the column's design adds to the estimate of the row's comparison.
    pub contribution: DMatrix<f64>,
    /// Part of each row in the inconsistency.
    pub inconsistency: Vec<f64>,
    /// Colour: by how much the row's inconsistency falls when the column's design is detached; `None` for columns whose
    /// design holds the network together.
    pub heat: DMatrix<Option<f64>>,
}

/// Computes it with a variance between studies: 0, or the one within designs
/// ([`super::designs::Decomposition::tau_within`]) for a plot that takes heterogeneity into account.
///
/// # Errors
/// As [`DesignModel::fit`]; a network whose designs cannot disagree.
pub fn heat(network: &Network, reference: Option<usize>, tau2: f64) -> Result<Heat, MetaError> {
    let model = DesignModel::fit(network, reference, tau2)?;
    if model.between().df < 1.0 {
        return Err(MetaError::NoAnswer(
            "no loop of this network is made of different designs: nothing can be inconsistent".to_owned(),
        ));
    }
    let rows = model.rows();
    let whole = model.residuals(None).unwrap_or_default();
    // Each row's part of the quadratic form.
    let parts = |residuals: &[nalgebra::DVector<f64>]| -> Vec<f64> {
        let designs = model.designs.iter().zip(residuals);
        designs
            .flat_map(|(design, rest)| (&design.weight * rest).component_mul(rest).as_slice().to_vec())
            .collect()
    };
    let inconsistency = parts(&whole);
    let mut columns: Vec<Option<Vec<f64>>> = Vec::with_capacity(rows);
    for (at, design) in model.designs.iter().enumerate() {
        let left = model.residuals(Some(at)).map(|residuals| parts(&residuals));
        columns.extend(core::iter::repeat_n(left, design.effects.len()));
    }
    let hat = model.hat();
    let n = network.n();
    let place = |a: usize, b: usize| {
        let (a, b) = (a.min(b), a.max(b));
        a * n - a * (a + 1) / 2 + b - a - 1
    };
    let (mut comparisons, mut designs, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
    for design in &model.designs {
        let first = design.treatments[0];
        for other in &design.treatments[1..] {
            comparisons.push(network.pair(first, *other));
            designs.push(design.name.clone());
            pairs.push(place(first, *other));
        }
    }
    Ok(Heat {
        contribution: DMatrix::from_fn(rows, rows, |row, column| hat[(pairs[row], column)].abs()),
        heat: DMatrix::from_fn(rows, rows, |row, column| {
            columns[column]
                .as_ref()
                .map(|left| inconsistency[row] - left[row])
        }),
        comparisons,
        designs,
        inconsistency,
    })
}
