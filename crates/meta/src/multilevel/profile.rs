//! Intervals of variance components by the profile of the likelihood.

use euthymia_stats::{gamma, optimize};
use euthymia_vecmath::scalar::{exp, ln};
use nalgebra::{DMatrix, DVector};

use super::likelihood::Problem;
use super::newton::minimize;
use super::random::{Loading, Random};
use super::structure::Structure;
use super::{Data, Fit, Method};

/// A variance or a correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComponentKind {
    /// A variance.
    Variance,
    /// A correlation.
    Correlation,
}

/// A component with the values that the data do not refuse.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentProfile {
    /// Its term, counted from 0.
    pub term: usize,
    /// Variance or correlation.
    pub kind: ComponentKind,
    /// Its place among the term's variances or correlations.
    pub place: usize,
    /// Its estimate.
    pub estimate: f64,
    /// The lowest value; none where the profile cannot be followed to it.
    pub lower: Option<f64>,
    /// The highest value; none where the profile cannot be followed to it.
    pub upper: Option<f64>,
}

/// Profile-likelihood intervals of all components that are estimated.
#[must_use]
pub fn profile_intervals(data: &Data, fit: &Fit, level: f64) -> Vec<ComponentProfile> {
    let crit = gamma::chi_square_quantile(1.0, level);
    let mut all = Vec::new();
    for (term, components) in fit.components.iter().enumerate() {
        let known = fit.random[term].information();
        let kinds = [
            (ComponentKind::Variance, &components.variances, &known.variances),
            (
                ComponentKind::Correlation,
                &components.correlations,
                &known.correlations,
            ),
        ];
        for (kind, values, known) in kinds {
            for (place, estimate) in values.iter().enumerate().filter(|(place, _)| known[*place]) {
                let profile = Profile::new(data, fit, term, kind, place);
                let drop = |x: f64| profile.ll(x).map(|ll| 2.0 * (fit.ll - ll) - crit);
                let (lower, upper) = match kind {
                    ComponentKind::Variance => (
                        below(*estimate, 0.0, &drop),
                        above(*estimate, estimate.max(1e-4), f64::INFINITY, &drop),
                    ),
                    ComponentKind::Correlation => {
                        let least = match &fit.random[term].structure {
                            Structure::ContinuousAutoregressive(_) => 0.0,
                            // Correlations that change their sign with every step are looked at where the estimate is one.
                            Structure::Autoregressive | Structure::HeteroscedasticAutoregressive
                                if *estimate >= 0.0 =>
                            {
                                0.0
                            }
                            _ => -1.0,
                        };
                        (below(*estimate, least, &drop), above(*estimate, 0.05, 1.0, &drop))
                    }
                };
                all.push(ComponentProfile {
                    term,
                    kind,
                    place,
                    estimate: *estimate,
                    lower,
                    upper,
                });
            }
        }
    }
    all
}

/// Where the drop of the likelihood below the estimate becomes too large; the edge where it never does.
fn below(estimate: f64, edge: f64, drop: &impl Fn(f64) -> Option<f64>) -> Option<f64> {
    if estimate <= edge {
        return Some(edge);
    }
    let mut low = edge;
    for _ in 0..40 {
        match drop(low) {
            // Inside of the edge such a value is no bound: the likelihood may fall between the two.
            Some(value) if value <= 0.0 => return (low == edge).then_some(low),
            Some(_) => return crossing(low, estimate, drop),
            // Not defined there: nearer to the estimate.
            None => low += 0.3 * (estimate - low),
        }
    }
    None
}

/// The same above the estimate.
fn above(estimate: f64, first: f64, edge: f64, drop: &impl Fn(f64) -> Option<f64>) -> Option<f64> {
    let mut inside = estimate;
    let mut step = first;
    for _ in 0..80 {
        let next = (inside + step).min(edge);
        match drop(next) {
            Some(value) if value > 0.0 => return crossing(inside, next, drop),
            Some(_) if next >= edge => return Some(edge),
            Some(_) => {
                inside = next;
                step *= 2.0;
            }
            None => step *= 0.3,
        }
        if step < 1e-9 {
            return None;
        }
    }
    None
}

fn crossing(low: f64, high: f64, drop: &impl Fn(f64) -> Option<f64>) -> Option<f64> {
    optimize::root(low, high, 1e-10, |x| drop(x).unwrap_or(f64::NAN))
}

/// Parameters with a component held: a point, and directions of length 1, orthogonal to each other, that are free.
struct Restriction {
    base: DVector<f64>,
    map: DMatrix<f64>,
    /// Directions that may be followed forwards only, because the other way the component held changes its sign: how far
    /// is an exponential.
    forwards: Vec<usize>,
}

impl Restriction {
    /// How far along each direction, from the free numbers.
    fn along(&self, free: &[f64]) -> DVector<f64> {
        let mut along = DVector::from_column_slice(free);
        for at in &self.forwards {
            along[*at] = exp(free[*at]);
        }
        along
    }

    /// The free numbers nearest to these parameters; away from 0, where a square has no slope.
    fn near(&self, theta: &[f64]) -> Vec<f64> {
        // What is held may be infinite, as the logarithm of a variance of 0 is; no direction leads there.
        let beyond = DVector::from_fn(self.base.len(), |i, _| {
            if self.base[i].is_finite() {
                theta[i] - self.base[i]
            } else {
                0.0
            }
        });
        let mut near = self
            .map
            .tr_mul(&beyond)
            .map(|u| if u.abs() < 1e-3 { 0.03 } else { u });
        for at in &self.forwards {
            near[*at] = ln(near[*at].abs());
        }
        near.as_slice().to_vec()
    }
}

/// The likelihood with one component held: its parameters are a function of those that stay free.
struct Profile<'d> {
    data: &'d Data,
    random: Vec<Random>,
    restricted: bool,
    kind: ComponentKind,
    place: usize,
    term: usize,
    /// Where the term's parameters begin.
    first: usize,
    theta: Vec<f64>,
}

impl<'d> Profile<'d> {
    fn new(data: &'d Data, fit: &Fit, term: usize, kind: ComponentKind, place: usize) -> Self {
        let mut random = fit.random.clone();
        let mut theta = fit.theta.clone();
        let sizes: Vec<usize> = random
            .iter()
            .map(|term| term.structure.parameters(term.effects()))
            .collect();
        let first: usize = sizes[..term].iter().sum();
        if random[term].structure == Structure::Unstructured {
            // The levels of the component come first, so that it stands in the first rows of the triangle.
            let q = random[term].effects();
            let leading = match kind {
                ComponentKind::Variance => vec![place],
                ComponentKind::Correlation => {
                    let mut pairs = (0..q).flat_map(|j| (j + 1..q).map(move |i| vec![j, i]));
                    pairs.nth(place).unwrap_or_default()
                }
            };
            let order: Vec<usize> = leading
                .iter()
                .copied()
                .chain((0..q).filter(|level| !leading.contains(level)))
                .collect();
            reorder(&mut random[term], &order);
            let matrix = &fit.covariances[term];
            let sorted = DMatrix::from_fn(q, q, |i, j| matrix[(order[i], order[j])]);
            let lower = triangle(&sorted);
            let own = (0..q)
                .flat_map(|i| (0..=i).map(move |j| (i, j)))
                .map(|at| lower[at]);
            theta.splice(first..first + sizes[term], own);
        }
        Self {
            data,
            random,
            restricted: fit.options.method == Method::Restricted,
            kind,
            place,
            term,
            first,
            theta,
        }
    }

    /// Parameters with the component at `x`.
    fn restriction(&self, x: f64) -> Restriction {
        let n = self.theta.len();
        let term = &self.random[self.term];
        let correlation = self.kind == ComponentKind::Correlation;
        let mut base = DVector::zeros(n);
        let own = term
            .structure
            .parameter_of(term.effects(), correlation, self.place, x);
        let (held, along): (Vec<usize>, Option<DVector<f64>>) = match own {
            Some((at, value)) => {
                base[self.first + at] = value;
                (vec![self.first + at], None)
            }
            None if correlation => {
                // Row 2 of the triangle is a length times (x, sqrt(1 - x^2)).
                let mut along = DVector::zeros(n);
                along[self.first + 1] = x;
                along[self.first + 2] = (1.0 - x * x).max(0.0).sqrt();
                (vec![self.first + 1, self.first + 2], Some(along))
            }
            None => {
                base[self.first] = x.sqrt();
                (vec![self.first], None)
            }
        };
        let mut free: Vec<DVector<f64>> = (0..n)
            .filter(|i| !held.contains(i))
            .map(|i| DVector::from_fn(n, |j, _| f64::from(u8::from(i == j))))
            .collect();
        let forwards = if along.is_some() {
            // The first row of the triangle and the length of the second.
            vec![self.first, free.len()]
        } else {
            Vec::new()
        };
        free.extend(along);
        let map = if free.is_empty() {
            DMatrix::zeros(n, 0)
        } else {
            DMatrix::from_columns(&free)
        };
        Restriction { base, map, forwards }
    }

    /// The highest log-likelihood with the component at `x`.
    fn ll(&self, x: f64) -> Option<f64> {
        let problem = Problem::new(
            &self.data.yi,
            &self.data.x,
            &self.data.sampling,
            &self.random,
            self.restricted,
        )?;
        let held = self.restriction(x);
        if held.map.ncols() == 0 {
            return problem.evaluate(held.base.as_slice()).map(|at| at.ll);
        }
        let value = |free: &[f64]| {
            let along = held.along(free);
            let theta = &held.base + &held.map * &along;
            let (value, slope) = problem.value(theta.as_slice())?;
            let mut slope = held.map.tr_mul(&DVector::from_vec(slope));
            for at in &held.forwards {
                slope[*at] *= along[*at];
            }
            Some((value, slope.as_slice().to_vec()))
        };
        let mut starts = vec![held.near(&self.theta)];
        starts.extend(problem.starts().iter().take(2).map(|theta| held.near(theta)));
        starts
            .iter()
            .filter_map(|start| minimize(start, value))
            .map(|found| -found.value)
            .fold(None, |best: Option<f64>, ll| {
                Some(best.map_or(ll, |best| best.max(ll)))
            })
    }
}

fn reorder(term: &mut Random, order: &[usize]) {
    match &mut term.loading {
        Loading::Intercept => {}
        Loading::Level { codes, names } => {
            for code in codes.iter_mut() {
                *code = order.iter().position(|old| old == code).unwrap_or(*code);
            }
            *names = order.iter().map(|old| names[*old].clone()).collect();
        }
        Loading::Design { columns, names } => {
            *columns = columns.select_columns(order.iter());
            *names = order.iter().map(|old| names[*old].clone()).collect();
        }
    }
}

/// The triangle whose square is a matrix that may be singular.
fn triangle(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let q = matrix.nrows();
    let mut lower = DMatrix::zeros(q, q);
    for j in 0..q {
        for i in j..q {
            let rest: f64 = matrix[(i, j)] - (0..j).map(|c| lower[(i, c)] * lower[(j, c)]).sum::<f64>();
            lower[(i, j)] = if i == j {
                rest.max(0.0).sqrt()
            } else if lower[(j, j)] > 0.0 {
                rest / lower[(j, j)]
            } else {
                0.0
            };
        }
    }
    lower
}
