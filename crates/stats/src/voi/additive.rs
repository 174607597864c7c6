//! A sum of splines of several parameters and of products of two of them.
//!
//! Terms come in and go one after the other, each time the one that makes generalised cross-validation smallest, until none does.

use super::spline::{Fit, KNOTS, knots, row};

/// Draws for each term that a regression may have.
const DRAWS_A_TERM: usize = 4;
/// A score has to become smaller by this part.
const BETTER: f64 = 1e-9;

/// What a sum can be made of.
pub(super) struct Terms {
    draws: usize,
    /// By parameter and number of knots, the rows of its spline.
    splines: Vec<Vec<Vec<Vec<f64>>>>,
    /// By pair, their product.
    products: Vec<Vec<f64>>,
}

/// What a sum is made of.
#[derive(Clone)]
struct Choice {
    /// By parameter, which spline.
    splines: Vec<Option<usize>>,
    /// By pair, whether.
    products: Vec<bool>,
}

impl Terms {
    /// Of `parameters[which][draw]`.
    pub(super) fn new(parameters: &[&[f64]]) -> Self {
        let draws = parameters.first().map_or(0, |values| values.len());
        let spline = |values: &&[f64]| -> Vec<Vec<Vec<f64>>> {
            let mut sorted = values.to_vec();
            sorted.sort_by(f64::total_cmp);
            // The constant is in the sum once.
            let rows = |knots: &[f64]| values.iter().map(|x| row(*x, knots)[1..].to_vec()).collect();
            KNOTS.iter().map(|count| rows(&knots(&sorted, *count))).collect()
        };
        let scaled: Vec<Vec<f64>> = parameters.iter().map(|values| standardised(values)).collect();
        let mut products = Vec::new();
        for (at, one) in scaled.iter().enumerate() {
            for other in &scaled[..at] {
                products.push(one.iter().zip(other).map(|(one, other)| one * other).collect());
            }
        }
        Self {
            draws,
            splines: parameters.iter().map(spline).collect(),
            products,
        }
    }

    /// The sum that cross-validation finds best.
    pub(super) fn best(&self, y: &[f64]) -> Fit {
        let mut choice = Choice {
            splines: vec![None; self.splines.len()],
            products: vec![false; self.products.len()],
        };
        let mut best = self.fitted(&choice, y);
        // Every step makes the score smaller, so that none comes twice; the bound is for rounding.
        for _ in 0..8 * (self.splines.len() + self.products.len()) {
            let known = best.as_ref().map_or(f64::INFINITY, Fit::score);
            let mut found: Option<(Choice, Fit)> = None;
            for next in self.next(&choice) {
                let Some(fit) = self.fitted(&next, y) else {
                    continue;
                };
                let least = found
                    .as_ref()
                    .map_or(known * (1.0 - BETTER), |(_, fit)| fit.score());
                if fit.score() < least {
                    found = Some((next, fit));
                }
            }
            let Some((next, fit)) = found else { break };
            (choice, best) = (next, Some(fit));
        }
        best.unwrap_or_else(|| Fit::mean(y))
    }

    /// Everything that is one change away.
    fn next(&self, choice: &Choice) -> Vec<Choice> {
        let mut all = Vec::new();
        for at in 0..choice.splines.len() {
            for level in (0..KNOTS.len()).map(Some).chain([None]) {
                if level != choice.splines[at] {
                    let mut next = choice.clone();
                    next.splines[at] = level;
                    all.push(next);
                }
            }
        }
        for at in 0..choice.products.len() {
            let mut next = choice.clone();
            next.products[at] = !next.products[at];
            all.push(next);
        }
        all
    }

    /// Nothing where it has too many terms, or terms that depend on one another.
    fn fitted(&self, choice: &Choice, y: &[f64]) -> Option<Fit> {
        let rows = |draw: usize| {
            let mut row = vec![1.0];
            for (levels, level) in self.splines.iter().zip(&choice.splines) {
                row.extend(level.iter().flat_map(|level| &levels[*level][draw]));
            }
            let products = self.products.iter().zip(&choice.products);
            row.extend(
                products
                    .filter(|(_, taken)| **taken)
                    .map(|(values, _)| values[draw]),
            );
            row
        };
        let basis: Vec<Vec<f64>> = (0..self.draws).map(rows).collect();
        let terms = basis.first()?.len();
        (terms * DRAWS_A_TERM <= self.draws)
            .then(|| Fit::of(basis, y))
            .flatten()
    }
}

/// With mean 0 and variance 1, where they vary.
fn standardised(values: &[f64]) -> Vec<f64> {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let sd = (squares / n).sqrt();
    let scale = if sd > 0.0 { sd } else { 1.0 };
    values.iter().map(|value| (value - mean) / scale).collect()
}
