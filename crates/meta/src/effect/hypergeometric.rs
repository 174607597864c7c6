//! Gauss' hypergeometric function, for what unbiased correlations need: real arguments between 0 and 1.

use euthymia_vecmath::scalar::{exp, ln, log_gamma, pow};

/// `2F1(a, b; c; x)` for positive a and b, `c > a + b` and `0 <= x <= 1`; NaN where it is not so.
///
/// The series about 0, and about 1 where that one would be long (Abramowitz and Stegun 15.3.6, 15.3.11).
pub(crate) fn hypergeometric(a: f64, b: f64, c: f64, x: f64) -> f64 {
    let s = c - a - b;
    if s.is_nan() || s <= 0.0 || !(0.0..=1.0).contains(&x) {
        return f64::NAN;
    }
    if x <= 0.9 || s > 30.0 {
        return series(a, b, c, x);
    }
    let nearest = s.round();
    if s == nearest {
        with_logarithm(a, b, nearest, 1.0 - x)
    } else if (s - nearest).abs() > 0.1 {
        about_one(a, b, c, 1.0 - x)
    } else {
        series(a, b, c, x)
    }
}

fn series(a: f64, b: f64, c: f64, x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 0..2_000_000 {
        let k = f64::from(k);
        term *= (a + k) * (b + k) / ((c + k) * (k + 1.0)) * x;
        sum += term;
        if f64::abs(term) < 1e-17 * f64::abs(sum) {
            break;
        }
    }
    sum
}

/// The gamma function with its sign as `(ln, sign)`.
fn gamma(x: f64) -> (f64, f64) {
    let odd = x < 0.0 && x.floor().rem_euclid(2.0) != 0.0;
    (log_gamma(x), if odd { -1.0 } else { 1.0 })
}

fn gamma_ratio(up: [f64; 2], down: [f64; 2]) -> f64 {
    let (mut log, mut sign) = (0.0, 1.0);
    for (x, way) in up.map(|x| (x, 1.0)).into_iter().chain(down.map(|x| (x, -1.0))) {
        let (ln, s) = gamma(x);
        log += way * ln;
        sign *= s;
    }
    sign * exp(log)
}

fn about_one(a: f64, b: f64, c: f64, rest: f64) -> f64 {
    let s = c - a - b;
    let first = gamma_ratio([c, s], [c - a, c - b]) * series(a, b, 1.0 - s, rest);
    if rest == 0.0 {
        return first;
    }
    first + gamma_ratio([c, -s], [a, b]) * pow(rest, s) * series(c - a, c - b, 1.0 + s, rest)
}

/// `c - a - b = m`, a whole number above 0.
fn with_logarithm(a: f64, b: f64, m: f64, rest: f64) -> f64 {
    let c = a + b + m;
    let mut sum = 0.0;
    let mut term = 1.0;
    let mut n = 0.0;
    while n < m {
        sum += term;
        term *= (a + n) * (b + n) / ((n + 1.0) * (1.0 - m + n)) * rest;
        n += 1.0;
    }
    let first = gamma_ratio([m, c], [a + m, b + m]) * sum;
    if rest == 0.0 {
        return first;
    }
    let (mut sum, mut term) = (0.0, exp(-log_gamma(m + 1.0)));
    for n in 0..2_000 {
        let n = f64::from(n);
        let factor =
            ln(rest) - digamma(n + 1.0) - digamma(n + m + 1.0) + digamma(a + n + m) + digamma(b + n + m);
        sum += term * factor;
        term *= (a + m + n) * (b + m + n) / ((n + 1.0) * (n + m + 1.0)) * rest;
        if f64::abs(term * factor) < 1e-18 * f64::abs(sum) {
            break;
        }
    }
    let sign = if m.rem_euclid(2.0) == 0.0 { 1.0 } else { -1.0 };
    first - sign * pow(rest, m) * exp(log_gamma(c) - log_gamma(a) - log_gamma(b)) * sum
}

/// The derivative of `log_gamma` for x above 0.
fn digamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 12.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let tail = square
        * (1.0 / 12.0
            - square * (1.0 / 120.0 - square * (1.0 / 252.0 - square * (1.0 / 240.0 - square / 132.0))));
    sum + ln(x) - 0.5 / x - tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_forms() {
        // 2F1(1/2, 1/2; 3/2; x^2) = asin(x) / x; c - a - b = 1/2.
        for x in [0.1_f64, 0.5, 0.9, 0.97, 1.0] {
            let wanted = crate::effect::arcsine::angle(x, (1.0 - x * x).sqrt()) / x;
            assert!(
                (hypergeometric(0.5, 0.5, 1.5, x * x) - wanted).abs() < 2e-14 * wanted,
                "{x}"
            );
        }
        // 2F1(1, 1; 3; x) = 2 (x + (1 - x) ln(1 - x)) / x^2; c - a - b = 1.
        for x in [0.2, 0.9, 0.95, 0.999_999] {
            let wanted = 2.0 * (x + (1.0 - x) * ln(1.0 - x)) / (x * x);
            assert!(
                (hypergeometric(1.0, 1.0, 3.0, x) - wanted).abs() < 1e-13 * wanted,
                "{x}"
            );
        }
        // Gauss' sum at 1.
        for (c, wanted) in [
            (2.0, 4.0 / core::f64::consts::PI),
            (3.0, 32.0 / (9.0 * core::f64::consts::PI)),
        ] {
            assert!((hypergeometric(0.5, 0.5, c, 1.0) - wanted).abs() < 1e-14, "{c}");
        }
        // Both series agree where they meet.
        for c in [2.0, 2.5, 4.0, 7.5] {
            let near = hypergeometric(0.5, 0.5, c, 0.900_000_1);
            assert!((near - series(0.5, 0.5, c, 0.900_000_1)).abs() < 1e-13, "{c}");
        }
        assert!(hypergeometric(0.5, 0.5, 1.0, 0.5).is_nan());
    }

    /// Values by mpmath with 30 digits.
    #[test]
    fn near_one() {
        for (a, c, x, wanted) in [
            (0.5, 1.5, 0.999, 1.539_938_439_165_518_9),
            (0.5, 2.0, 0.9999, 1.272_953_576_453_402_9),
            (0.5, 2.0, 0.95, 1.226_406_933_302_572_7),
            (0.5, 3.5, 0.97, 1.099_197_605_587_407),
            (0.5, 9.0, 0.999, 1.031_685_673_763_538_7),
            (0.5, 10.5, 0.9999, 1.026_649_655_540_547),
            (0.5, 25.0, 0.99, 1.010_360_570_372_154_3),
            (1.0, 4.0, 0.999, 1.498_516_278_049_668_1),
            (1.0, 2.5, 0.95, 2.183_276_625_596_639),
            (1.0, 11.0, 0.9999, 1.111_097_222_619_027_8),
        ] {
            let got = hypergeometric(a, a, c, x);
            assert!((got - wanted).abs() < 1e-13 * wanted, "{a} {c} {x}: {got}");
        }
    }
}
