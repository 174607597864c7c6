//! CR2: residuals of a cluster are multiplied by a matrix that makes the sandwich unbiased where the model is true, and
//! its degrees of freedom are those of the chi-square with the same mean and variance.

use euthymia_stats::f;
use nalgebra::DMatrix;

use super::{Fitted, Robust, describe, wald};
use crate::MetaError;

/// What is needed of a cluster: with `g = A' W X M` (rows of the cluster, a column for each coefficient).
struct Cluster {
    /// `g' e`: what its residuals contribute.
    score: nalgebra::DVector<f64>,
    /// `g' Phi g`.
    own: DMatrix<f64>,
    /// `X' g`.
    b: DMatrix<f64>,
    /// `X' W Phi g`.
    c: DMatrix<f64>,
}

pub(super) fn sandwich(
    fitted: &Fitted,
    members: &[Vec<usize>],
    wx: &DMatrix<f64>,
    inverse: &DMatrix<f64>,
    level: f64,
) -> Result<Robust, MetaError> {
    let p = fitted.x.ncols();
    let covariances = within(fitted, members)?;
    // X' W Phi W X over all clusters, between the inverses.
    let mut meat = DMatrix::zeros(p, p);
    for (rows, phi) in members.iter().zip(&covariances) {
        let own = wx.select_rows(rows.iter());
        meat += own.tr_mul(&(phi * &own));
    }
    let between = inverse * meat * inverse;
    let clusters: Vec<Cluster> = members
        .iter()
        .zip(&covariances)
        .map(|(rows, phi)| cluster(fitted, rows, phi, wx, inverse, &between))
        .collect::<Option<_>>()
        .ok_or_else(|| {
            MetaError::NoAnswer("the covariance matrix of a cluster is not positive definite".to_owned())
        })?;
    let mut vcov = DMatrix::zeros(p, p);
    for cluster in &clusters {
        vcov += &cluster.score * cluster.score.transpose();
    }
    // Covariance, under the model, of the contributions of clusters i and j to each pair of coefficients.
    let m = clusters.len();
    let pair = |i: usize, j: usize| -> DMatrix<f64> {
        let (a, z) = (&clusters[i], &clusters[j]);
        let mut all =
            -a.b.tr_mul(&(inverse * &z.c)) - a.c.tr_mul(&(inverse * &z.b)) + a.b.tr_mul(&(&between * &z.b));
        if i == j {
            all += &a.own;
        }
        all
    };
    let mut mean = DMatrix::zeros(p, p);
    let mut squares = vec![0.0; p];
    let mut pairs = Vec::with_capacity(m * m);
    for i in 0..m {
        for j in 0..m {
            let all = pair(i, j);
            if i == j {
                mean += &all;
            }
            for (c, sum) in squares.iter_mut().enumerate() {
                *sum += all[(c, c)] * all[(c, c)];
            }
            pairs.push(all);
        }
    }
    let ddf = (0..p).map(|c| mean[(c, c)] * mean[(c, c)] / squares[c]).collect();
    let mut robust = describe(&fitted.beta, vcov, ddf, m, level);
    let first = usize::from(fitted.intercept);
    if p > first {
        robust.omnibus = hotelling(fitted, &robust.vcov, &mean, &pairs, first);
    }
    Ok(robust)
}

/// The covariance of the rows of each cluster; rows of different clusters must be independent.
fn within(fitted: &Fitted, members: &[Vec<usize>]) -> Result<Vec<DMatrix<f64>>, MetaError> {
    let mut place = vec![(0, 0); fitted.x.nrows()];
    for (cluster, rows) in members.iter().enumerate() {
        for (at, row) in rows.iter().enumerate() {
            place[*row] = (cluster, at);
        }
    }
    let mut all: Vec<DMatrix<f64>> = members
        .iter()
        .map(|rows| DMatrix::zeros(rows.len(), rows.len()))
        .collect();
    for (rows, covariance) in &fitted.covariance {
        for (i, row) in rows.iter().enumerate() {
            let (cluster, a) = place[*row];
            for (j, column) in rows.iter().enumerate() {
                let (other, b) = place[*column];
                if cluster == other {
                    all[cluster][(a, b)] = covariance[(i, j)];
                } else if covariance[(i, j)] != 0.0 {
                    return Err(MetaError::NoAnswer(
                        "rows of different clusters share a random effect or sampling error; choose clusters that hold \
                         all rows that depend on each other"
                            .to_owned(),
                    ));
                }
            }
        }
    }
    Ok(all)
}

fn cluster(
    fitted: &Fitted,
    rows: &[usize],
    phi: &DMatrix<f64>,
    wx: &DMatrix<f64>,
    inverse: &DMatrix<f64>,
    between: &DMatrix<f64>,
) -> Option<Cluster> {
    let x = fitted.x.select_rows(rows.iter());
    let wx = wx.select_rows(rows.iter());
    // D' D = Phi with D upper triangular.
    let upper = phi.clone().cholesky()?.l().transpose();
    // The covariance of the cluster's residuals: (I - H) Phi (I - H)'.
    let wphi = wx.tr_mul(phi);
    let shared = &x * inverse * &wphi;
    let residual = phi - &shared - shared.transpose() + &x * between * x.transpose();
    let inner = &upper * residual * upper.transpose();
    let root = inverse_root(&(0.5 * (&inner + inner.transpose())));
    let adjust = upper.transpose() * root * &upper;
    let g = adjust.tr_mul(&(&wx * inverse));
    let e = nalgebra::DVector::from_fn(rows.len(), |i, _| fitted.residuals[rows[i]]);
    Some(Cluster {
        score: g.tr_mul(&e),
        own: g.tr_mul(&(phi * &g)),
        b: x.tr_mul(&g),
        c: &wphi * &g,
    })
}

/// The inverse of the symmetric root; directions without variance stay without.
fn inverse_root(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let eigen = matrix.clone().symmetric_eigen();
    let largest = eigen.eigenvalues.amax();
    let roots = eigen
        .eigenvalues
        .map(|x| if x > 1e-10 * largest { 1.0 / x.sqrt() } else { 0.0 });
    &eigen.eigenvectors * DMatrix::from_diagonal(&roots) * eigen.eigenvectors.transpose()
}

/// The F test of several coefficients as Hotelling's T2 whose degrees of freedom match the total variance of the
/// sandwich (Tipton and Pustejovsky 2015, doi:10.3102/1076998615606099: AHZ).
fn hotelling(
    fitted: &Fitted,
    vcov: &DMatrix<f64>,
    mean: &DMatrix<f64>,
    pairs: &[DMatrix<f64>],
    first: usize,
) -> Option<(f64, (f64, f64), f64)> {
    let n = fitted.beta.len() - first;
    let q = n as f64;
    let statistic = wald(&fitted.beta, vcov, first)?;
    let omega = mean.view((first, first), (n, n)).into_owned();
    let root = inverse_root(&(0.5 * (&omega + omega.transpose())));
    let mut total = 0.0;
    for pair in pairs {
        let scaled = &root * pair.view((first, first), (n, n)) * &root;
        for s in 0..n {
            for t in 0..n {
                total += scaled[(s, t)] * scaled[(t, s)] + scaled[(s, s)] * scaled[(t, t)];
            }
        }
    }
    let eta = q * (q + 1.0) / total;
    let lower = eta - q + 1.0;
    if lower.is_nan() || lower <= 0.0 {
        return None;
    }
    let scaled = lower / (eta * q) * statistic;
    Some((scaled, (q, lower), f::above(q, lower, scaled)))
}
