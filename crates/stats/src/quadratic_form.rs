//! The distribution of a positive quadratic form in normals, `Q = sum lambda_i X_i` with independent chi-squares `X_i`
//! of one degree of freedom.
//!
//! Its Laplace transform is `prod (1 + 2 lambda_i s)^(-1/2)`, whose singularities all lie on the negative real axis. The
//! distribution function is inverted along the parabola that leaves the saddle point in the direction of steepest
//! descent (Rice 1980, doi:10.1137/0901032; Helstrom 1996): there nothing cancels and the trapezoidal rule converges
//! geometrically, so that small probabilities keep their digits, whatever the weights and however many.

use euthymia_vecmath::scalar::{cos, exp, ln, sin};

/// A complex number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

impl Complex {
    /// The root with a positive real part.
    #[must_use]
    #[inline]
    pub fn sqrt(self) -> Self {
        let size = (self.re * self.re + self.im * self.im).sqrt();
        let re = (0.5 * (size + self.re.abs())).sqrt();
        let im = if re == 0.0 { 0.0 } else { 0.5 * self.im.abs() / re };
        if self.re >= 0.0 {
            Self {
                re,
                im: im.copysign(self.im),
            }
        } else {
            Self {
                re: im,
                im: re.copysign(self.im),
            }
        }
    }

    /// One over it.
    #[must_use]
    #[inline]
    pub fn inverse(self) -> Self {
        let square = self.re * self.re + self.im * self.im;
        Self {
            re: self.re / square,
            im: -self.im / square,
        }
    }
}

impl core::ops::Mul for Complex {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        Self {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

/// A distribution on the positive numbers, by its Laplace transform `M`, whose singularities are on the negative real
/// axis.
pub trait Transform {
    /// `ln M` at a positive number and its first three derivatives.
    fn logarithm(&self, s: f64) -> [f64; 4];

    /// `M` away from the negative real axis.
    fn at(&self, s: Complex) -> Complex;
}

/// Most points of the rule; a few dozen do it.
const MOST_POINTS: usize = 2000;

/// A distribution with the spread of a gamma of this shape or a larger one counts as a sum of many.
const SHAPE_OF_MANY: f64 = 5.0;

/// Distance of the points, in units of the width of the saddle.
const STEP: f64 = 0.25;

/// Probability below `q`; relative error below 1e-10. NaN where the saddle is not found or the rule
/// does not converge.
#[must_use]
pub fn below(distribution: &impl Transform, q: f64) -> f64 {
    if q.is_nan() || q <= 0.0 {
        return if q.is_nan() { f64::NAN } else { 0.0 };
    }
    if q == f64::INFINITY {
        return 1.0;
    }
    // The exponent `s q + ln M(s) - ln s` and its derivatives, in units where q is 1.
    let exponent = |s: f64| {
        let [k, k1, k2, k3] = distribution.logarithm(s / q);
        [
            s + k - ln(s),
            1.0 + k1 / q - 1.0 / s,
            k2 / (q * q) + 1.0 / (s * s),
            k3 / (q * q * q) - 2.0 / (s * s * s),
        ]
    };
    // Convex with a pole at 0 and a slope between 0 and 1 far away: the saddle is at 1 or above. Newton's steps from
    // below overshoot never, for the slope is concave; what is left to do shrinks by doubling first.
    let mut saddle = 1.0;
    while exponent(2.0 * saddle)[1] < 0.0 {
        saddle *= 2.0;
        if saddle > 1e300 {
            return f64::NAN;
        }
    }
    for _ in 0..100 {
        let [_, slope, curvature, _] = exponent(saddle);
        let step = slope / curvature;
        saddle -= step;
        if step.abs() <= 1e-3 * saddle {
            break;
        }
    }
    let [height, _, curvature, third] = exponent(saddle);
    let step = STEP / curvature.sqrt();
    let mut bend = -third / (6.0 * curvature);
    // Many chi-squares: far above the mean the pole at 0 bends the path towards the singularities, whose order is high.
    // There the transform itself falls like a normal density, on the path that it would have without the pole.
    let [_, slope, spread, _] = distribution.logarithm(0.0);
    let shape = slope * slope / spread;
    if shape > SHAPE_OF_MANY {
        let ratio = -q / slope;
        if ratio > 1.0 && shape * (ratio - 1.0 - ln(ratio)) > 60.0 {
            return 1.0;
        }
        let [_, _, k2, k3] = distribution.logarithm(saddle / q);
        bend = -k3 / (6.0 * k2 * q);
    }
    let mut sum = 0.5 * exp(height);
    for point in 1..MOST_POINTS {
        let t = step * point as f64;
        let s = Complex {
            re: saddle - bend * t * t,
            im: t,
        };
        let size = exp(s.re);
        let rotated = Complex {
            re: size * cos(t),
            im: size * sin(t),
        };
        let scaled = Complex {
            re: s.re / q,
            im: s.im / q,
        };
        let direction = Complex {
            re: 1.0,
            im: 2.0 * bend * t,
        };
        let term = rotated * distribution.at(scaled) * direction * s.inverse();
        sum += term.re;
        if term.re.abs() + term.im.abs() <= 1e-17 * sum.abs() {
            return (sum * step / core::f64::consts::PI).clamp(0.0, 1.0);
        }
    }
    f64::NAN
}

/// A weighted sum of chi-squares with one degree of freedom each.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedChiSquares(pub Vec<f64>);

impl Transform for WeightedChiSquares {
    fn logarithm(&self, s: f64) -> [f64; 4] {
        let mut sum = [0.0; 4];
        for weight in &self.0 {
            let x = 1.0 + 2.0 * weight * s;
            let ratio = weight / x;
            sum[0] -= 0.5 * ln(x);
            sum[1] -= ratio;
            sum[2] += 2.0 * ratio * ratio;
            sum[3] -= 8.0 * ratio * ratio * ratio;
        }
        sum
    }

    fn at(&self, s: Complex) -> Complex {
        let mut product = Complex { re: 1.0, im: 0.0 };
        for weight in &self.0 {
            let factor = Complex {
                re: 1.0 + 2.0 * weight * s.re,
                im: 2.0 * weight * s.im,
            };
            // One by one: products would run out of the range of numbers.
            product = product * factor.sqrt().inverse();
        }
        product
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gamma::chi_square_cdf;

    #[test]
    fn equal_weights_are_a_chi_square() {
        for degrees in [1, 2, 3, 7, 10, 11, 12, 30, 100, 300, 1000] {
            let weights = vec![0.37; degrees];
            let quantiles = [1e-6, 0.01, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999_999];
            let near = quantiles.map(|p| 0.37 * crate::gamma::chi_square_quantile(degrees as f64, p));
            for q in [1e-3, 0.1, 1.0, 5.0, 20.0, 100.0, 120.0, 400.0, 1e4]
                .into_iter()
                .chain(near)
            {
                let (got, want) = (
                    below(&WeightedChiSquares(weights.clone()), q),
                    chi_square_cdf(degrees as f64, q / 0.37),
                );
                assert!((got - want).abs() <= 1e-11 * want, "{degrees} {q} {got} {want}");
            }
        }
    }

    /// Imhof (1961), table 1: probabilities above of six forms with central chi-squares.
    #[test]
    fn agrees_with_imhof() {
        let first = [0.6, 0.3, 0.1];
        let second = [0.6, 0.6, 0.3, 0.3, 0.1, 0.1];
        let third = [0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.3, 0.3, 0.3, 0.3, 0.1, 0.1];
        for (weights, q, above) in [
            (&first[..], 0.1, 0.9458),
            (&first[..], 0.7, 0.5064),
            (&first[..], 2.0, 0.1240),
            (&second[..], 0.2, 0.9936),
            (&second[..], 2.0, 0.3998),
            (&second[..], 6.0, 0.0161),
            (&third[..], 1.0, 0.9973),
            (&third[..], 5.0, 0.4353),
            (&third[..], 12.0, 0.0088),
        ] {
            assert!(
                (1.0 - below(&WeightedChiSquares(weights.to_vec()), q) - above).abs() < 6e-5,
                "{weights:?} {q}"
            );
        }
    }

    /// Two pairs of equal weights are a mixture of exponentials.
    #[test]
    fn pairs_are_exponentials() {
        let (a, b) = (3.0, 1e-4);
        for q in [1e-4, 1e-2, 1.0, 30.0] {
            let want = 1.0 - (a * exp(-q / (2.0 * a)) - b * exp(-q / (2.0 * b))) / (a - b);
            assert!(
                (below(&WeightedChiSquares(vec![a, a, b, b]), q) - want).abs() < 1e-12,
                "{q}"
            );
        }
    }

    /// Many equal weights and a pair of ten times their size: a chi-square plus an exponential, by another rule.
    #[test]
    fn one_heavy_pair_among_many() {
        let mut weights = vec![1.0; 100];
        weights.extend([10.0, 10.0]);
        for q in [60.0, 120.0, 180.0, 260.0, 400.0] {
            let part = crate::quadrature::integrate(0.0, q, 1e-13, 1e-15, |x| {
                chi_square_cdf(100.0, q - x) * 0.05 * exp(-0.05 * x)
            });
            let got = below(&WeightedChiSquares(weights.clone()), q);
            assert!((got - part.value).abs() < 2e-11, "{q} {got} {part:?}");
        }
    }
}
