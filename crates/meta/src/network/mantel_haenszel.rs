//! Mantel and Haenszel's odds ratios of studies with the same two or more arms, with their covariances (Greenland 1989,
//! doi:10.2307/2531485; Efthimiou et al. 2019, doi:10.1002/sim.8158, appendix).

use euthymia_vecmath::scalar::ln;
use nalgebra::{DMatrix, DVector};

use super::binary::BinaryDesign;
use crate::MetaError;

/// Log odds ratios of the other treatments of a design against its first.
pub(super) struct DesignEffects {
    treatments: Vec<usize>,
    pub(super) effects: DVector<f64>,
    pub(super) covariance: DMatrix<f64>,
}

impl DesignEffects {
    /// Rows of the regression on effects against the first treatment of all.
    pub(super) fn rows(&self, n: usize) -> DMatrix<f64> {
        DMatrix::from_fn(self.effects.len(), n - 1, |row, column| {
            let treatment = column + 1;
            if treatment == self.treatments[row + 1] {
                1.0
            } else if treatment == self.treatments[0] {
                -1.0
            } else {
                0.0
            }
        })
    }
}

/// The odds ratios of all pairs, averaged so that they add up.
pub(super) fn generalised(design: &BinaryDesign) -> Result<DesignEffects, MetaError> {
    let k = design.treatments.len();
    let sums = Sums::of(design);
    if (0..k).any(|x| (0..k).any(|y| x != y && sums.cross[(x, y)] <= 0.0)) {
        return Err(MetaError::NoAnswer(
            "the tables of a design give no Mantel-Haenszel odds ratio: no study has events in one arm and people \
             without in the other"
                .to_owned(),
        ));
    }
    let log = |x: usize, y: usize| ln(sums.cross[(x, y)] / sums.cross[(y, x)]);
    let mean = |x: usize| (0..k).filter(|y| *y != x).map(|y| log(x, y)).sum::<f64>() / k as f64;
    // Sums of the covariances of all log odds ratios with `x`, and of those with `x` and with `y`.
    let own = |x: usize| -> f64 {
        let others = || (0..k).filter(move |y| *y != x);
        others()
            .map(|y| others().map(|z| sums.covariance(design, x, y, z)).sum::<f64>())
            .sum()
    };
    let both = |x: usize, y: usize| -> f64 {
        let apart = (0..k)
            .filter(|z| *z != x && *z != y)
            .map(|z| {
                sums.covariance(design, z, x, y)
                    - sums.covariance(design, x, y, z)
                    - sums.covariance(design, y, x, z)
            })
            .sum::<f64>();
        apart - sums.covariance(design, y, x, x)
    };
    let size = (k * k) as f64;
    let plus: Vec<f64> = (0..k).map(own).collect();
    let covariance = DMatrix::from_fn(k - 1, k - 1, |i, j| {
        let (x, y) = (i + 1, j + 1);
        if i == j {
            (plus[0] - 2.0 * both(0, x) + plus[x]) / size
        } else {
            (plus[0] - both(0, y) - both(x, 0) + both(x, y)) / size
        }
    });
    Ok(DesignEffects {
        treatments: design.treatments.clone(),
        effects: DVector::from_fn(k - 1, |i, _| mean(i + 1) - mean(0)),
        covariance,
    })
}

/// Sums over the studies of a design.
struct Sums {
    /// Events of the row times people without of the column, over all people of the study.
    cross: DMatrix<f64>,
}

impl Sums {
    fn of(design: &BinaryDesign) -> Self {
        let k = design.treatments.len();
        let mut cross = DMatrix::zeros(k, k);
        for tables in &design.studies {
            let n: f64 = tables.iter().map(super::binary::Table::n).sum();
            for x in 0..k {
                for y in 0..k {
                    cross[(x, y)] += tables[x].events * tables[y].others / n;
                }
            }
        }
        Self { cross }
    }

    /// Covariance of the log odds ratios of `x` against `y` and of `x` against `z`; their variance where these are one.
    fn covariance(&self, design: &BinaryDesign, x: usize, y: usize, z: usize) -> f64 {
        let c = &self.cross;
        let mut parts = [0.0; 4];
        for tables in &design.studies {
            let n: f64 = tables.iter().map(super::binary::Table::n).sum();
            let (one, two, three) = (&tables[x], &tables[y], &tables[z]);
            if y == z {
                let forth = (one.events * two.others / n, (one.events + two.others) / n);
                let back = (two.events * one.others / n, (two.events + one.others) / n);
                parts[0] += forth.0 * forth.1;
                parts[1] += forth.0 * back.1 + back.0 * forth.1;
                parts[2] += back.0 * back.1;
            } else {
                let size = n * n;
                parts[0] += one.events * two.others * three.others / size;
                parts[1] += one.n() * two.others * three.events / size;
                parts[2] += one.n() * two.events * three.others / size;
                parts[3] += one.others * two.events * three.events / size;
            }
        }
        let [a, b, d, e] = parts;
        let (xy, yx, xz, zx) = (c[(x, y)], c[(y, x)], c[(x, z)], c[(z, x)]);
        if y == z {
            a / (2.0 * xy * xy) + b / (2.0 * xy * yx) + d / (2.0 * yx * yx)
        } else {
            (a / (xy * xz) + b / (xy * zx) + d / (yx * xz) + e / (yx * zx)) / 3.0
        }
    }
}
