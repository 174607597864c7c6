//! `ln`, `log1p`, and a logarithm of twice the precision for `pow`, `log10` and `log2`.

use crate::numbers::{MANTISSA, exact_product, exact_sum, exact_sum_ordered, select};

/// Logarithm of 2 to 33 bits.
const LN_2_UPPER: f64 = 0.693_147_180_485_539_1;
/// What [`LN_2_UPPER`] leaves out.
const LN_2_LOWER: f64 = 7.440_617_110_012_397e-11;
/// Logarithm of 3/2 to 32 bits.
const LN_3_2_UPPER: f64 = 0.405_465_107_993_222_8;
/// What [`LN_3_2_UPPER`] leaves out.
const LN_3_2_LOWER: f64 = 1.149_416_089_029_093_5e-10;

/// Bits of 1, and of the square root of 1/2.
const ONE: u64 = 0x3ff0_0000_0000_0000;
const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;

/// `x = 2^k m` with m in [sqrt(1/2), sqrt(2)), for positive finite x.
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    let subnormal = x < f64::MIN_POSITIVE;
    let normal = select(subnormal, x * 1.801_439_850_948_198_4e16, x);
    let bits = normal.to_bits().wrapping_add(ONE - SQRT_HALF);
    let m = f64::from_bits((bits & MANTISSA) + SQRT_HALF);
    (exponent(bits) - select(subnormal, 54.0, 0.0), m)
}

/// The unbiased exponent in the upper bits of a positive number, as a number.
#[inline(always)]
fn exponent(bits: u64) -> f64 {
    const TWO_52: f64 = 4_503_599_627_370_496.0;
    f64::from_bits((bits >> 52) | TWO_52.to_bits()) - (TWO_52 + 1023.0)
}

/// `ln(1 + f) - f + f^2/2` divided by `s = f / (2 + f)` and less `f^2/2`: the polynomial in s^2 of fdlibm's
/// `e_log.c` (Sun Microsystems 1993), error below 2^-58.45.
#[inline(always)]
fn polynomial(s: f64) -> f64 {
    let z = s * s;
    let w = z * z;
    let even = w * (0.399_999_999_994_094_2 + w * (0.222_221_984_321_497_84 + w * 0.153_138_376_992_093_73));
    let odd = z
        * (0.666_666_666_666_673_5
            + w * (0.285_714_287_436_623_9 + w * (0.181_835_721_616_180_5 + w * 0.147_981_986_051_165_86)));
    even + odd
}

/// ln of `2^k (1 + f)` plus a small correction.
#[inline(always)]
fn assemble(k: f64, f: f64, correction: f64) -> f64 {
    let s = f / (2.0 + f);
    let half_square = 0.5 * f * f;
    let low = k * LN_2_LOWER + correction;
    k * LN_2_UPPER - ((half_square - (s * (half_square + polynomial(s)) + low)) - f)
}

/// Natural logarithm.
#[inline(always)]
pub(crate) fn ln(x: f64) -> f64 {
    let (k, m) = split(x);
    edges(x, assemble(k, m - 1.0, 0.0))
}

/// The values a logarithm has at 0, below it, at infinity and at NaN.
#[inline(always)]
fn edges(x: f64, inside: f64) -> f64 {
    let positive = select(x < f64::INFINITY, inside, x);
    let non_negative = select(x == 0.0, f64::NEG_INFINITY, positive);
    select(x < 0.0, f64::NAN, non_negative)
}

/// ln(1 + x).
#[inline(always)]
pub(crate) fn ln_1p(x: f64) -> f64 {
    let (u, lost) = exact_sum(1.0, x);
    let (k, m) = split(u);
    let exact = k == 0.0;
    let inside = assemble(k, select(exact, x, m - 1.0), select(exact, 0.0, lost / u));
    edges(u, inside)
}

/// ln x as an unevaluated sum, relative error below 2^-67, for positive finite x.
///
/// The significand is measured from 1 or 3/2, whichever is nearer, so that |s| <= 0.101 in `ln = 2 atanh s`
/// (the arrangement of fdlibm's `e_pow.c`).
#[inline(always)]
pub(crate) fn ln_double(x: f64) -> (f64, f64) {
    let subnormal = x < f64::MIN_POSITIVE;
    let normal = select(subnormal, x * 1.801_439_850_948_198_4e16, x);
    let bits = normal.to_bits();
    let significand = f64::from_bits((bits & MANTISSA) | ONE);
    let upper_third = significand >= 1.732_050_807_568_877_2;
    let lower_third = significand < 1.224_744_871_391_589;
    let middle = !(upper_third | lower_third);
    let z = select(upper_third, 0.5 * significand, significand);
    let k = exponent(bits) + select(upper_third, 1.0, 0.0) - select(subnormal, 54.0, 0.0);
    let anchor = select(middle, 1.5, 1.0);

    // s = (z - anchor) / (z + anchor)
    let numerator = z - anchor;
    let (denominator, denominator_low) = exact_sum_ordered(anchor, z);
    let reciprocal = 1.0 / denominator;
    let s = numerator * reciprocal;
    let (product, product_low) = exact_product(s, denominator);
    let s_low = (((numerator - product) - product_low) - s * denominator_low) * reciprocal;

    // ln = 2/3 s (3 + s^2 + 3 s^4 (1/5 + s^2/7 + ...)). Polynomial of fdlibm's `e_pow.c`.
    let (square, square_error) = exact_product(s, s);
    let square_low = square_error + 2.0 * s * s_low;
    let square2 = square * square;
    let series = square2
        * ((0.599_999_999_999_994_6 + square * 0.428_571_428_578_550_2)
            + square2
                * ((0.333_333_329_818_377_43 + square * 0.272_728_123_808_534)
                    + square2 * (0.230_660_745_775_561_75 + square * 0.206_975_017_800_338_42)));
    let (bracket, bracket_error) = exact_sum_ordered(3.0, square);
    let bracket_low = bracket_error + (square_low + series);
    let (half, half_error) = exact_product(s, bracket);
    let half_low = half_error + (s * bracket_low + s_low * bracket);
    const TWO_THIRDS: f64 = 0.666_666_666_666_666_6;
    const TWO_THIRDS_LOW: f64 = 3.700_743_415_417_188e-17;
    let (main, main_error) = exact_product(half, TWO_THIRDS);
    let main_low = main_error + (half * TWO_THIRDS_LOW + half_low * TWO_THIRDS);

    // The constants' upper parts lie on one grid of 2^-33, so their sum is exact.
    let base = k * LN_2_UPPER + select(middle, LN_3_2_UPPER, 0.0);
    let base_low = k * LN_2_LOWER + select(middle, LN_3_2_LOWER, 0.0);
    let (sum, sum_low) = exact_sum_ordered(base, main);
    exact_sum_ordered(sum, sum_low + (base_low + main_low))
}

/// A logarithm to another base, whose reciprocal natural logarithm is `factor + factor_low`.
#[inline(always)]
fn other_base(x: f64, factor: f64, factor_low: f64) -> f64 {
    let (high, low) = ln_double(x);
    let (product, product_low) = exact_product(high, factor);
    edges(x, product + (product_low + (high * factor_low + low * factor)))
}

/// Logarithm to base 10; exact for powers of ten.
#[inline(always)]
pub(crate) fn log10(x: f64) -> f64 {
    other_base(x, core::f64::consts::LOG10_E, 1.098_319_650_216_765e-17)
}

/// Logarithm to base 2; exact for powers of two.
#[inline(always)]
pub(crate) fn log2(x: f64) -> f64 {
    other_base(x, core::f64::consts::LOG2_E, 2.035_527_374_093_103_3e-17)
}
