//! Integrals over an interval, to the accuracy that the function's own digits allow, and over the whole line.

mod extrapolation;
mod whole_line;

use std::collections::BinaryHeap;

pub use whole_line::whole_line;

/// Nodes of Kronrod's rule with 15 points on [0, 1], those of Gauss's rule with 7 points at the odd places (Piessens et
/// al. 1983, QUADPACK).
const NODES: [f64; 8] = [
    0.991_455_371_120_812_6,
    0.949_107_912_342_758_5,
    0.864_864_423_359_769_1,
    0.741_531_185_599_394_4,
    0.586_087_235_467_691_1,
    0.405_845_151_377_397_2,
    0.207_784_955_007_898_47,
    0.0,
];
const KRONROD: [f64; 8] = [
    0.022_935_322_010_529_224,
    0.063_092_092_629_978_55,
    0.104_790_010_322_250_18,
    0.140_653_259_715_525_92,
    0.169_004_726_639_267_9,
    0.190_350_578_064_785_4,
    0.204_432_940_075_298_89,
    0.209_482_141_084_727_82,
];
const GAUSS: [f64; 4] = [
    0.129_484_966_168_869_7,
    0.279_705_391_489_276_64,
    0.381_830_050_505_118_94,
    0.417_959_183_673_469_4,
];

/// Most pieces that an interval is cut into.
const MOST_PIECES: usize = 500;

/// An integral and what it may be wrong by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Integral {
    /// Its value.
    pub value: f64,
    /// The difference of two rules, as a bound of the error.
    pub error: f64,
}

struct Piece {
    low: f64,
    high: f64,
    integral: Integral,
}

impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Piece {}

impl PartialOrd for Piece {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Piece {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.integral.error.total_cmp(&other.integral.error)
    }
}

/// The integral of `f` from `low` to `high`, both finite: the worst piece is halved until the error is below
/// `tolerance` of the value or `absolute`, whichever is larger.
///
/// NaN where `f` is.
#[must_use]
pub fn integrate(
    low: f64,
    high: f64,
    tolerance: f64,
    absolute: f64,
    mut f: impl FnMut(f64) -> f64,
) -> Integral {
    let mut pieces = BinaryHeap::new();
    let mut whole = rule(low, high, &mut f);
    pieces.push(Piece {
        low,
        high,
        integral: whole,
    });
    while whole.error > (tolerance * whole.value.abs()).max(absolute) && pieces.len() < MOST_PIECES {
        let Some(worst) = pieces.pop() else {
            break;
        };
        let middle = 0.5 * (worst.low + worst.high);
        if middle <= worst.low || middle >= worst.high {
            pieces.push(worst);
            break;
        }
        for (low, high) in [(worst.low, middle), (middle, worst.high)] {
            let integral = rule(low, high, &mut f);
            pieces.push(Piece { low, high, integral });
        }
        whole = total(&pieces);
    }
    whole
}

fn total(pieces: &BinaryHeap<Piece>) -> Integral {
    let mut sorted: Vec<&Piece> = pieces.iter().collect();
    sorted.sort_by(|a, b| a.low.total_cmp(&b.low));
    sorted.iter().fold(
        Integral {
            value: 0.0,
            error: 0.0,
        },
        |sum, piece| Integral {
            value: sum.value + piece.integral.value,
            error: sum.error + piece.integral.error,
        },
    )
}

fn rule(low: f64, high: f64, f: &mut impl FnMut(f64) -> f64) -> Integral {
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    let centre = f(middle);
    let (mut kronrod, mut gauss) = (KRONROD[7] * centre, GAUSS[3] * centre);
    for place in 0..7 {
        let both = f(middle - half * NODES[place]) + f(middle + half * NODES[place]);
        kronrod += KRONROD[place] * both;
        if place % 2 == 1 {
            gauss += GAUSS[place / 2] * both;
        }
    }
    Integral {
        value: kronrod * half,
        error: ((kronrod - gauss) * half).abs(),
    }
}

/// Nodes and weights of Gauss's rule with `n` points on [-1, 1], by Newton's method from Tricomi's approximation.
#[must_use]
pub fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let count = n as f64;
    (0..n)
        .map(|i| {
            let angle = core::f64::consts::PI * (i as f64 + 0.75) / (count + 0.5);
            let mut x = -euthymia_vecmath::scalar::cos(angle);
            let mut slope = 1.0;
            for _ in 0..20 {
                let (mut before, mut value) = (0.0, 1.0);
                for degree in 0..n {
                    let degree = degree as f64;
                    let next = ((2.0 * degree + 1.0) * x * value - degree * before) / (degree + 1.0);
                    (before, value) = (value, next);
                }
                slope = count * (x * value - before) / (x * x - 1.0);
                let step = value / slope;
                x -= step;
                if step.abs() < 1e-16 {
                    break;
                }
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use euthymia_vecmath::scalar::{exp, ln};

    #[test]
    fn known_integrals() {
        let close = |got: Integral, want: f64| assert!((got.value - want).abs() < 1e-12, "{got:?}, {want}");
        close(integrate(0.0, 1.0, 1e-13, 0.0, |x| x.powi(5)), 1.0 / 6.0);
        close(integrate(0.0, 30.0, 1e-13, 0.0, |x| exp(-x)), 1.0 - exp(-30.0));
        // A peak that the first nodes do not see well.
        let peak = |x: f64| exp(-0.5 * (x / 0.01) * (x / 0.01));
        close(
            integrate(-1.0, 1.0, 1e-13, 0.0, peak),
            0.01 * core::f64::consts::TAU.sqrt(),
        );
        // An end where the slope is infinite.
        assert!((integrate(0.0, 1.0, 1e-12, 0.0, |x| -ln(x)).value - 1.0).abs() < 1e-10);
    }

    /// Gauss's rule with n points is exact for polynomials of degree 2 n - 1.
    #[test]
    fn legendre_is_exact_for_polynomials() {
        for n in [1, 2, 5, 20, 64] {
            let nodes = gauss_legendre(n);
            let weights: f64 = nodes.iter().map(|(_, w)| w).sum();
            assert!((weights - 2.0).abs() < 1e-13);
            let power = 2 * (n as i32 - 1);
            let value: f64 = nodes.iter().map(|(x, w)| w * x.powi(power)).sum();
            assert!((value - 2.0 / f64::from(power + 1)).abs() < 1e-13, "{n}");
        }
    }
}
