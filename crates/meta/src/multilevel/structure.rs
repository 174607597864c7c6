//! How the random effects of one group covary: structures and the parameters they are searched by.
//!
//! A parameter is free on the whole line, and the edge of what is allowed lies where the likelihood is smooth in it: a
//! variance is a square, a correlation a sine (the square of one where it cannot be negative), an unstructured matrix the
//! square of a triangle. So an estimate of 0 or a correlation of 1 is a minimum like any other. Standard deviations of structures in which a change of sign would mean
//! something else are exponentials.

use euthymia_vecmath::scalar::{cos, exp, ln, pow, sin};
use nalgebra::DMatrix;

/// A structure of the covariance matrix of a group's random effects.
#[derive(Clone, Debug, PartialEq)]
pub enum Structure {
    /// One variance, no correlation (ID).
    Identity,
    /// A variance each, no correlation (DIAG).
    Diagonal,
    /// One variance, one correlation (CS).
    CompoundSymmetry,
    /// A variance each, one correlation (HCS).
    HeteroscedasticCompoundSymmetry,
    /// A variance each, a correlation for each pair (UN).
    Unstructured,
    /// One variance, a correlation that falls with the distance of levels (AR).
    Autoregressive,
    /// A variance each, a correlation that falls with the distance of levels (HAR).
    HeteroscedasticAutoregressive,
    /// One variance, a correlation that falls with the distance of these values of the levels (CAR).
    ContinuousAutoregressive(Vec<f64>),
}

/// Variances and correlations of a term.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Components {
    /// One, or one for each level.
    pub variances: Vec<f64>,
    /// None, one, or one for each pair of levels: (2, 1), (3, 1), ..., (3, 2), ...
    pub correlations: Vec<f64>,
}

/// A covariance matrix and its derivatives by the parameters.
pub(crate) struct Covariance {
    pub(crate) matrix: DMatrix<f64>,
    pub(crate) derivatives: Vec<DMatrix<f64>>,
}

impl Structure {
    fn has_own_variances(&self) -> bool {
        matches!(
            self,
            Self::Diagonal
                | Self::HeteroscedasticCompoundSymmetry
                | Self::Unstructured
                | Self::HeteroscedasticAutoregressive
        )
    }

    /// How many variances `q` levels have.
    pub(crate) fn variances(&self, q: usize) -> usize {
        if self.has_own_variances() { q } else { 1 }
    }

    /// How many correlations `q` levels have.
    pub(crate) fn correlations(&self, q: usize) -> usize {
        match self {
            Self::Identity | Self::Diagonal => 0,
            Self::Unstructured => q * (q - 1) / 2,
            _ => 1,
        }
    }

    /// How many parameters.
    pub(crate) fn parameters(&self, q: usize) -> usize {
        self.variances(q) + self.correlations(q)
    }

    /// Parameters that stand for one variance everywhere and one correlation between any two levels.
    pub(crate) fn start(&self, q: usize, variance: f64, correlation: f64) -> Vec<f64> {
        let s = variance.sqrt();
        match self {
            Self::Identity => vec![s],
            Self::Diagonal => vec![s; q],
            Self::CompoundSymmetry | Self::Autoregressive => vec![s, arc_sine(correlation)],
            Self::ContinuousAutoregressive(_) => vec![s, arc_sine(correlation.clamp(0.01, 0.99).sqrt())],
            Self::HeteroscedasticCompoundSymmetry | Self::HeteroscedasticAutoregressive => {
                let mut all = vec![ln(s); q];
                all.push(arc_sine(correlation));
                all
            }
            Self::Unstructured => {
                let full = DMatrix::from_fn(q, q, |i, j| {
                    if i == j {
                        variance
                    } else {
                        variance * correlation.max(0.0)
                    }
                });
                // Positive definite: a correlation from 0 to below 1 between all.
                let lower = full
                    .cholesky()
                    .map_or_else(|| DMatrix::identity(q, q) * s, |factor| factor.l());
                (0..q)
                    .flat_map(|i| (0..=i).map(move |j| (i, j)))
                    .map(|place| lower[place])
                    .collect()
            }
        }
    }

    /// The matrix of `q` levels at these parameters.
    pub(crate) fn covariance(&self, q: usize, at: &[f64]) -> Covariance {
        match self {
            Self::Identity => Covariance {
                matrix: DMatrix::identity(q, q) * (at[0] * at[0]),
                derivatives: vec![DMatrix::identity(q, q) * (2.0 * at[0])],
            },
            Self::Diagonal => {
                let single = |i: usize, x: f64| {
                    let mut matrix = DMatrix::zeros(q, q);
                    matrix[(i, i)] = x;
                    matrix
                };
                let mut matrix = DMatrix::zeros(q, q);
                for i in 0..q {
                    matrix[(i, i)] = at[i] * at[i];
                }
                Covariance {
                    matrix,
                    derivatives: (0..q).map(|i| single(i, 2.0 * at[i])).collect(),
                }
            }
            Self::Unstructured => unstructured(q, at),
            Self::CompoundSymmetry | Self::Autoregressive => {
                let (s, rho, slope) = (at[0], sin(at[1]), cos(at[1]));
                homoscedastic(q, s, slope, |i, j| self.power(rho, i, j))
            }
            Self::ContinuousAutoregressive(values) => {
                // The correlation of the nearest two levels is the square of a sine, and that of others a power of it
                // that is not below 1: smooth down to 0.
                let unit = nearest(values);
                let (sine, cosine) = (sin(at[1]), cos(at[1]));
                let r = sine * sine;
                homoscedastic(q, at[0], 2.0 * sine * cosine, |i, j| {
                    let steps = (values[i] - values[j]).abs() / unit;
                    if i == j || steps == 0.0 {
                        (1.0, 0.0)
                    } else {
                        (pow(r, steps), steps * pow(r, steps - 1.0))
                    }
                })
            }
            Self::HeteroscedasticCompoundSymmetry | Self::HeteroscedasticAutoregressive => {
                let s: Vec<f64> = at[..q].iter().map(|x| exp(*x)).collect();
                let (rho, slope) = (sin(at[q]), cos(at[q]));
                let matrix = DMatrix::from_fn(q, q, |i, j| s[i] * s[j] * self.power(rho, i, j).0);
                let mut derivatives: Vec<DMatrix<f64>> = (0..q)
                    .map(|level| {
                        DMatrix::from_fn(q, q, |i, j| {
                            let times = f64::from(u8::from(i == level) + u8::from(j == level));
                            times * matrix[(i, j)]
                        })
                    })
                    .collect();
                derivatives.push(DMatrix::from_fn(q, q, |i, j| {
                    s[i] * s[j] * self.power(rho, i, j).1 * slope
                }));
                Covariance { matrix, derivatives }
            }
        }
    }

    /// The correlation of levels `i` and `j`, and its derivative by `rho`; of structures whose levels have no values.
    fn power(&self, rho: f64, i: usize, j: usize) -> (f64, f64) {
        if i == j {
            return (1.0, 0.0);
        }
        match self {
            Self::CompoundSymmetry | Self::HeteroscedasticCompoundSymmetry => (rho, 1.0),
            _ => {
                let steps = i.abs_diff(j) as i32;
                (rho.powi(steps), f64::from(steps) * rho.powi(steps - 1))
            }
        }
    }

    /// Variances and correlations of a matrix of this structure.
    pub(crate) fn components(&self, q: usize, at: &[f64]) -> Components {
        let matrix = self.covariance(q, at).matrix;
        let variances = (0..self.variances(q)).map(|i| matrix[(i, i)]).collect();
        let correlations = match self {
            Self::Identity | Self::Diagonal => Vec::new(),
            Self::Unstructured => (0..q)
                .flat_map(|j| (j + 1..q).map(move |i| (i, j)))
                .map(|(i, j)| {
                    let size = (matrix[(i, i)] * matrix[(j, j)]).sqrt();
                    if size > 0.0 { matrix[(i, j)] / size } else { 0.0 }
                })
                .collect(),
            Self::ContinuousAutoregressive(values) => {
                let sine = sin(at[1]);
                vec![pow(sine * sine, 1.0 / nearest(values))]
            }
            _ => vec![sin(at[self.variances(q)])],
        };
        Components {
            variances,
            correlations,
        }
    }

    /// The parameter that alone stands for the variance (or the correlation) at `place`, and its value where that
    /// variance (or correlation) is `x`; none for unstructured matrices.
    pub(crate) fn parameter_of(
        &self,
        q: usize,
        correlation: bool,
        place: usize,
        x: f64,
    ) -> Option<(usize, f64)> {
        let at = if correlation {
            self.variances(q) + place
        } else {
            place
        };
        let value = match self {
            Self::Unstructured => return None,
            Self::ContinuousAutoregressive(values) if correlation => arc_sine(pow(x, nearest(values)).sqrt()),
            _ if correlation => arc_sine(x),
            Self::HeteroscedasticCompoundSymmetry | Self::HeteroscedasticAutoregressive => 0.5 * ln(x),
            _ => x.sqrt(),
        };
        Some((at, value))
    }
}

/// The distance of the two values that are nearest to each other; 1 where there is one value alone.
fn nearest(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let least = sorted
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .filter(|distance| *distance > 0.0)
        .fold(f64::INFINITY, f64::min);
    if least.is_finite() { least } else { 1.0 }
}

fn homoscedastic(q: usize, s: f64, slope: f64, power: impl Fn(usize, usize) -> (f64, f64)) -> Covariance {
    Covariance {
        matrix: DMatrix::from_fn(q, q, |i, j| s * s * power(i, j).0),
        derivatives: vec![
            DMatrix::from_fn(q, q, |i, j| 2.0 * s * power(i, j).0),
            DMatrix::from_fn(q, q, |i, j| s * s * power(i, j).1 * slope),
        ],
    }
}

fn unstructured(q: usize, at: &[f64]) -> Covariance {
    let mut lower = DMatrix::zeros(q, q);
    let places: Vec<(usize, usize)> = (0..q).flat_map(|i| (0..=i).map(move |j| (i, j))).collect();
    for (place, x) in places.iter().zip(at) {
        lower[*place] = *x;
    }
    let derivatives = places
        .iter()
        .map(|(i, j)| {
            // E L' + L E' with E one at (i, j): row i and column i get column j of L.
            let mut matrix = DMatrix::zeros(q, q);
            for b in 0..q {
                matrix[(*i, b)] += lower[(b, *j)];
                matrix[(b, *i)] += lower[(b, *j)];
            }
            matrix
        })
        .collect();
    Covariance {
        matrix: &lower * lower.transpose(),
        derivatives,
    }
}

/// The angle between -90 and 90 degrees whose sine is `x`.
fn arc_sine(x: f64) -> f64 {
    // Bisection: the mathematics library of this house has no inverse sine, and this runs once a fit.
    let (mut low, mut high) = (-core::f64::consts::FRAC_PI_2, core::f64::consts::FRAC_PI_2);
    if x >= 1.0 {
        return high;
    }
    if x <= -1.0 {
        return low;
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if sin(middle) < x {
            low = middle
        } else {
            high = middle
        }
    }
    0.5 * (low + high)
}
