//! `exp`, `expm1` and `tanh`: e^x = 2^k e^r with |r| <= ln(2) / 2 and a polynomial for e^r.

use crate::numbers::{
    LN_2_HIGH, LN_2_LOW, exact_sum, exact_sum_ordered, nearest_integer, power_of_two, scale, select,
};

const LOG2_E: f64 = core::f64::consts::LOG2_E;

/// `(e^r - 1 - r) / r^2`: Chebyshev interpolation of `(e^r - 1 - r - r^2/2) / r^3` for |r| <= 0.365 with 75 digits (mpmath
/// `chebyfit`, 10 terms). The relative error of e^r is below 1.2e-18 for |r| <= ln(2) / 2, and below 1e-17 up to 0.38, where
/// only powers come.
#[inline(always)]
fn tail(r: f64) -> f64 {
    let r2 = r * r;
    let r4 = r2 * r2;
    let low = (0.166_666_666_666_666_69 + 0.041_666_666_666_666_664 * r)
        + r2 * (0.008_333_333_333_328_386 + 0.001_388_888_888_888_535_5 * r);
    let middle = (0.000_198_412_698_709_811_14 + 2.480_158_732_280_564_3e-5 * r)
        + r2 * (2.755_725_678_876_791e-6 + 2.755_727_463_497_950_5e-7 * r);
    let high = 2.510_565_021_449_833e-8 + 2.091_499_622_250_865_6e-9 * r;
    0.5 + r * (low + r4 * (middle + r4 * high))
}

/// The integer k nearest `x / ln 2`, what of `x - k ln 2` is exact, and the rest of it with `low` added.
#[inline(always)]
fn reduce(x: f64, low: f64) -> (f64, f64, f64) {
    let k = nearest_integer(x * LOG2_E);
    (k, x - k * LN_2_HIGH, low - k * LN_2_LOW)
}

/// k and `e^(x + low - k ln 2)`, where |x| is at most 746 and |low| at most 0.033.
#[inline(always)]
fn reduced(x: f64, low: f64) -> (f64, f64) {
    let (k, r, r_low) = reduce(x, low);
    let (one, rest) = exact_sum_ordered(1.0, r);
    let r = r + r_low;
    (k, one + (rest + (r * r * tail(r) + r_low)))
}

/// e^(x + low), where |low| is at most an ulp of `x`. `low` must be 0 where |x| is beyond the range of results.
#[inline(always)]
pub(crate) fn exp_of_sum(x: f64, low: f64) -> f64 {
    let x = select(x > 710.0, 710.0, x);
    let x = select(x < -746.0, -746.0, x);
    let (k, value) = reduced(x, low);
    scale(value, k)
}

/// e^(x + low), where |x| is at most 700 and |low| at most 0.033.
#[inline(always)]
pub(crate) fn exp_of_moderate_sum(x: f64, low: f64) -> f64 {
    let (k, value) = reduced(x, low);
    value * power_of_two(k)
}

/// e^x.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    exp_of_sum(x, 0.0)
}

/// e^x - 1.
#[inline(always)]
pub(crate) fn exp_m1(x: f64) -> f64 {
    let clipped = select(x > 710.0, 710.0, x);
    let clipped = select(clipped < -40.0, -40.0, clipped);
    let (k, r, r_low) = reduce(clipped, 0.0);
    let (r, r_low) = exact_sum_ordered(r, r_low);
    // e^r - 1 = e + e_low
    let (e, e_low) = exact_sum_ordered(r, r * r * tail(r) + r_low);
    // 2^k e^r - 1 = 2^k ((1 - 2^-k) + e); beyond k = 60, 2^-k is lost to rounding anyway.
    let lost = power_of_two(-select(k > 60.0, 60.0, k));
    let one = 1.0 - lost;
    let one_low = (1.0 - one) - lost;
    let (sum, sum_low) = exact_sum(one, e);
    scale(sum + (sum_low + (e_low + one_low)), k).copysign(x)
}

/// Hyperbolic tangent, from `expm1` of the doubled argument on the side where nothing cancels.
#[inline(always)]
pub(crate) fn tanh(x: f64) -> f64 {
    let magnitude = x.abs();
    let large = magnitude >= 1.0;
    let e = exp_m1(select(large, 2.0 * magnitude, -2.0 * magnitude));
    let quotient = select(large, 2.0, e) / (e + 2.0);
    select(large, 1.0 - quotient, -quotient).copysign(x)
}
