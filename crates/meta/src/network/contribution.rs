//! How much each direct comparison contributes to each estimate of the network: flows of evidence from one treatment to
//! another, split into paths.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};

use super::graph::Network;
use super::model::Model;
use crate::MetaError;
use crate::linear::pseudo_inverse;

/// How flows are split into paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Streams {
    /// The shortest first (Papakonstantinou et al. 2018, doi:10.12688/f1000research.14770.3).
    #[default]
    ShortestPath,
    /// As a walker would take them who follows the flow (Davies et al. 2022, doi:10.1002/sim.9346).
    RandomWalk,
    /// All paths, with the smallest squares (Rücker et al. 2024, doi:10.1002/sim.9937).
    LeastSquares,
}

/// Contributions.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributions {
    /// Pairs of treatments that studies compare: columns.
    pub comparisons: Vec<(usize, usize)>,
    /// Rows are all pairs of treatments, in order; each adds up to 1.
    pub weights: DMatrix<f64>,
}

/// Paths that are written down at most.
const MOST_PATHS: usize = 200_000;

/// Contributions to the estimates of a model.
///
/// # Errors
/// More paths than can be written down.
pub fn contributions(network: &Network, model: &Model, streams: Streams) -> Result<Contributions, MetaError> {
    let (edges, hat) = aggregated_hat(network, model);
    let n = network.n();
    let mut weights = DMatrix::zeros(hat.nrows(), edges.len());
    for (row, (source, sink)) in network.pairs().enumerate() {
        let flows: Vec<f64> = hat.row(row).iter().copied().collect();
        let found = match streams {
            Streams::ShortestPath => shortest(&edges, &flows, source, sink),
            Streams::RandomWalk => walk(n, &edges, &flows, source, sink),
            Streams::LeastSquares => squares(n, &edges, &flows, source, sink)?,
        };
        for (column, weight) in found.into_iter().enumerate() {
            weights[(row, column)] = if weight.abs() < 10.0 * f64::EPSILON {
                0.0
            } else {
                weight
            };
        }
    }
    Ok(Contributions {
        comparisons: edges,
        weights,
    })
}

/// Pairs that studies compare, and how each estimate (rows, all pairs) is made of their pooled effects.
fn aggregated_hat(network: &Network, model: &Model) -> (Vec<(usize, usize)>, DMatrix<f64>) {
    let mut sums: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for (comparison, w) in network.comparisons.iter().zip(&model.weights) {
        *sums.entry((comparison.a, comparison.b)).or_default() += w;
    }
    let edges: Vec<(usize, usize)> = sums.keys().copied().collect();
    let pairs: Vec<(usize, usize)> = network.pairs().collect();
    let c = &model.covariance;
    let hat = DMatrix::from_fn(pairs.len(), edges.len(), |row, column| {
        let ((a, b), (x, y)) = (pairs[row], edges[column]);
        (c[(a, x)] - c[(a, y)] - c[(b, x)] + c[(b, y)]) * sums[&edges[column]]
    });
    (edges, hat)
}

/// Takes the shortest path again and again, with as much flow as it has.
fn shortest(edges: &[(usize, usize)], flows: &[f64], source: usize, sink: usize) -> Vec<f64> {
    struct Directed {
        from: usize,
        to: usize,
        flow: f64,
    }
    // Of equally short paths the first is taken in the order in which their treatments occur here.
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    let mut left: Vec<Option<Directed>> = Vec::with_capacity(edges.len());
    for ((a, b), flow) in edges.iter().zip(flows) {
        let (from, to) = if *flow > 0.0 { (*a, *b) } else { (*b, *a) };
        for treatment in [from, to] {
            let next = numbers.len();
            numbers.entry(treatment).or_insert(next);
        }
        left.push(Some(Directed {
            from: numbers[&from],
            to: numbers[&to],
            flow: flow.abs(),
        }));
    }
    let mut weights = vec![0.0; edges.len()];
    let (Some(source), Some(sink)) = (numbers.get(&source).copied(), numbers.get(&sink).copied()) else {
        return weights;
    };
    loop {
        let mut parent: Vec<Option<usize>> = vec![None; numbers.len()];
        let mut seen = vec![false; numbers.len()];
        seen[source] = true;
        let mut queue = std::collections::VecDeque::from([source]);
        while let Some(at) = queue.pop_front() {
            if at == sink {
                break;
            }
            let mut next: Vec<(usize, usize)> = left
                .iter()
                .enumerate()
                .filter_map(|(place, edge)| {
                    let edge = edge.as_ref()?;
                    (edge.from == at && !seen[edge.to]).then_some((edge.to, place))
                })
                .collect();
            next.sort_unstable();
            for (to, place) in next {
                seen[to] = true;
                parent[to] = Some(place);
                queue.push_back(to);
            }
        }
        let mut path = Vec::new();
        let mut at = sink;
        while let Some(place) = parent[at] {
            path.push(place);
            // A parent is an edge that is left.
            at = left[place].as_ref().map_or(source, |edge| edge.from);
        }
        if path.is_empty() {
            return weights;
        }
        let flow = path
            .iter()
            .filter_map(|place| left[*place].as_ref().map(|edge| edge.flow))
            .fold(f64::INFINITY, f64::min);
        for place in &path {
            weights[*place] += flow / path.len() as f64;
            if let Some(edge) = &mut left[*place] {
                edge.flow -= flow;
                if edge.flow <= 0.0 {
                    left[*place] = None;
                }
            }
        }
    }
}

/// Probabilities that a walker goes from `a` to `b` next, with the place of the edge: along the flow only.
fn steps(n: usize, edges: &[(usize, usize)], flows: &[f64], sink: usize) -> Vec<Vec<(usize, f64, usize)>> {
    let mut out: Vec<Vec<(usize, f64, usize)>> = vec![Vec::new(); n];
    for (place, ((a, b), flow)) in edges.iter().zip(flows).enumerate() {
        let (from, to) = if *flow > 0.0 { (*a, *b) } else { (*b, *a) };
        if from != sink && flow.abs() > 0.0 {
            out[from].push((to, flow.abs(), place));
        }
    }
    for next in &mut out {
        let sum: f64 = next.iter().map(|(_, flow, _)| flow).sum();
        for (_, flow, _) in next.iter_mut() {
            *flow /= sum;
        }
        // Less than rounding is no flow.
        next.retain(|(_, p, _)| *p >= 1000.0 * f64::EPSILON);
        next.sort_unstable_by_key(|(to, ..)| *to);
    }
    out
}

/// Each path counts with the product of the probabilities of its steps, shared among them. Paths are counted by their
/// lengths, not one by one.
fn walk(n: usize, edges: &[(usize, usize)], flows: &[f64], source: usize, sink: usize) -> Vec<f64> {
    let out = steps(n, edges, flows, sink);
    // Probability to be at a treatment after so many steps, and to need so many more.
    let mut here = vec![vec![0.0; n]; n];
    here[0][source] = 1.0;
    for length in 1..n {
        for from in 0..n {
            for (to, p, _) in &out[from] {
                let arrives = here[length - 1][from] * p;
                here[length][*to] += arrives;
            }
        }
    }
    let mut there = vec![vec![0.0; n]; n];
    there[0][sink] = 1.0;
    for length in 1..n {
        for from in 0..n {
            there[length][from] = out[from]
                .iter()
                .map(|(to, p, _)| p * there[length - 1][*to])
                .sum();
        }
    }
    let mut weights = vec![0.0; edges.len()];
    for (from, next) in out.iter().enumerate() {
        for (to, p, place) in next {
            for (before, arrived) in here.iter().enumerate() {
                for (after, left) in there.iter().enumerate() {
                    let length = before + 1 + after;
                    if length < n {
                        weights[*place] += arrived[from] * p * left[*to] / length as f64;
                    }
                }
            }
        }
    }
    weights
}

/// Weights of all paths such that they add up to the flows, with the smallest sum of squares.
fn squares(
    n: usize,
    edges: &[(usize, usize)],
    flows: &[f64],
    source: usize,
    sink: usize,
) -> Result<Vec<f64>, MetaError> {
    let out = steps(n, edges, flows, sink);
    let mut paths: Vec<Vec<(usize, f64)>> = Vec::new();
    let mut on_path = vec![false; n];
    on_path[source] = true;
    let mut trail: Vec<(usize, usize)> = vec![(source, 0)];
    let mut path: Vec<(usize, f64)> = Vec::new();
    while let Some((at, next)) = trail.last_mut() {
        let at = *at;
        let Some((to, _, place)) = out[at].get(*next) else {
            on_path[at] = false;
            trail.pop();
            path.pop();
            continue;
        };
        *next += 1;
        if on_path[*to] {
            continue;
        }
        path.push((*place, if edges[*place].0 == at { 1.0 } else { -1.0 }));
        if *to == sink {
            paths.push(path.clone());
            path.pop();
            if paths.len() > MOST_PATHS {
                return Err(MetaError::NoAnswer(format!(
                    "the network has more than {MOST_PATHS} paths between two treatments; split flows by random walks"
                )));
            }
        } else {
            on_path[*to] = true;
            trail.push((*to, 0));
        }
    }
    let m = edges.len();
    let mut joint = DMatrix::zeros(m, m);
    for path in &paths {
        for (e, s) in path {
            for (f, t) in path {
                joint[(*e, *f)] += s * t;
            }
        }
    }
    let solved = pseudo_inverse(&joint) * DVector::from_column_slice(flows);
    let mut weights = vec![0.0; m];
    for path in &paths {
        let share: f64 = path.iter().map(|(e, s)| s * solved[*e]).sum::<f64>() / path.len() as f64;
        for (e, _) in path {
            weights[*e] += share;
        }
    }
    Ok(weights)
}

/// Properties of the estimate of a pair (König, Krahn and Binder 2013, doi:10.1002/sim.6001).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measures {
    /// Share of direct evidence.
    pub proportion: f64,
    /// Mean length of the paths that the evidence takes.
    pub mean_path: f64,
    /// How many designs it comes from at least, side by side.
    pub minimal_parallelism: f64,
}

/// These properties of all pairs, in order, with a variance between studies.
///
/// # Errors
/// As [`super::designs::DesignModel::fit`].
pub fn measures(network: &Network, tau2: f64) -> Result<Vec<Measures>, MetaError> {
    let designs = super::designs::DesignModel::fit(network, None, tau2)?;
    let direct = super::Direct::of(network, tau2);
    let hat = designs.hat();
    let widths: Vec<usize> = designs
        .designs
        .iter()
        .map(|design| design.effects.len())
        .collect();
    Ok(network
        .pairs()
        .enumerate()
        .map(|(row, (a, b))| {
            let mut at = 0;
            let flows: Vec<f64> = widths
                .iter()
                .map(|width| {
                    let part = hat.view((row, at), (1, *width));
                    at += width;
                    0.5 * (part.sum().abs() + part.iter().map(|x| x.abs()).sum::<f64>())
                })
                .collect();
            Measures {
                proportion: direct.se[(a, b)].map_or(0.0, |se| designs.variance(a, b) / (se * se)),
                mean_path: flows.iter().sum(),
                minimal_parallelism: 1.0 / flows.iter().copied().fold(0.0, f64::max),
            }
        })
        .collect())
}
