//! Predictions of the random effects, and how uncertain they are.

use nalgebra::{DMatrix, DVector};

use super::random::Loading;
use super::{DegreesOfFreedom, Fit, quantile};
use crate::pool::Test;

/// Predicted effects of a term: for a plain term one for each group, else one for each group and level that it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicted {
    /// Name of the term.
    pub term: String,
    /// Names of the effects.
    pub names: Vec<String>,
    /// Predictions.
    pub effects: Vec<f64>,
    /// Standard errors of prediction.
    pub se: Vec<f64>,
    /// Lower bounds.
    pub lower: Vec<f64>,
    /// Upper bounds.
    pub upper: Vec<f64>,
}

/// Best linear unbiased predictions of all terms with groups of effects that have names.
#[must_use]
pub fn blups(fit: &Fit) -> Vec<Predicted> {
    let k = fit.k;
    // P = W - W X (X'WX)^-1 X'W over all rows, and W e.
    let mut weights = DMatrix::zeros(k, k);
    for block in &fit.marginal {
        for (i, row) in block.rows.iter().enumerate() {
            for (j, column) in block.rows.iter().enumerate() {
                weights[(*row, *column)] = block.inverse[(i, j)];
            }
        }
    }
    let we = &weights * DVector::from_column_slice(&fit.residuals);
    let wx = &weights * &fit.x;
    let projection = weights - &wx * &fit.vcov * wx.transpose();
    (0..fit.random.len())
        .filter_map(|term| predict(fit, term, &we, &projection))
        .collect()
}

fn predict(fit: &Fit, place: usize, we: &DVector<f64>, projection: &DMatrix<f64>) -> Option<Predicted> {
    let (term, covariance) = (&fit.random[place], &fit.covariances[place]);
    // Each effect: its group and its level.
    let mut effects: Vec<(usize, usize)> = match &term.loading {
        Loading::Intercept => term.group.iter().map(|group| (*group, 0)).collect(),
        Loading::Level { codes, .. } => term.group.iter().copied().zip(codes.iter().copied()).collect(),
        Loading::Design { .. } => return None,
    };
    effects.sort_unstable();
    effects.dedup();
    let degrees = match fit.options.test {
        Test::Z => None,
        _ => {
            let mut groups = term.group.clone();
            groups.sort_unstable();
            groups.dedup();
            let count = match fit.options.degrees {
                DegreesOfFreedom::Residual => fit.k,
                // What is given are the degrees of freedom of coefficients; they are not those of a group's effect.
                DegreesOfFreedom::Contain | DegreesOfFreedom::Given(_) => groups.len(),
            };
            Some((count as f64 - fit.p as f64).max(1.0))
        }
    };
    let reach = quantile(degrees, fit.options.level);
    let mut predicted = Predicted {
        term: term.name.clone(),
        names: Vec::new(),
        effects: Vec::new(),
        se: Vec::new(),
        lower: Vec::new(),
        upper: Vec::new(),
    };
    for (group, level) in effects {
        // Covariances of the effect with all rows: D Z'.
        let with: Vec<(usize, f64)> = (0..fit.k)
            .filter(|row| term.group[*row] == group)
            .map(|row| {
                let sum = term
                    .weights(row)
                    .iter()
                    .map(|(to, x)| covariance[(level, *to)] * x)
                    .sum();
                (row, sum)
            })
            .collect();
        let effect: f64 = with.iter().map(|(row, c)| c * we[*row]).sum();
        let explained: f64 = with
            .iter()
            .flat_map(|(row, c)| {
                with.iter()
                    .map(move |(column, d)| c * projection[(*row, *column)] * d)
            })
            .sum();
        let se = (covariance[(level, level)] - explained).max(0.0).sqrt();
        predicted.names.push(match &term.loading {
            Loading::Level { names, .. } => format!("{} | {}", names[level], term.groups[group]),
            _ => term.groups[group].clone(),
        });
        predicted.effects.push(effect);
        predicted.se.push(se);
        predicted.lower.push(effect - reach * se);
        predicted.upper.push(effect + reach * se);
    }
    Some(predicted)
}
