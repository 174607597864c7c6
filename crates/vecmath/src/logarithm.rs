//! `ln`, `log1p`, and a logarithm of twice the precision for `pow`, `log10` and `log2`.

use crate::logarithm_table::TABLE;
use crate::numbers::{LN_2_HIGH, LN_2_LOW, MANTISSA, exact_product, exact_sum, exact_sum_ordered, select};

/// Logarithm of 2 to 33 bits.
const LN_2_UPPER: f64 = 0.693_147_180_485_539_1;
/// What [`LN_2_UPPER`] leaves out.
const LN_2_LOWER: f64 = 7.440_617_110_012_397e-11;
/// 2^54: makes a subnormal number normal.
const TWO_54: f64 = 18_014_398_509_481_984.0;

/// Bits of 1.
pub(crate) const ONE: u64 = 0x3ff0_0000_0000_0000;
/// Bits of the square root of 1/2.
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
pub(crate) fn exponent(bits: u64) -> f64 {
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
    edges(u, inside).copysign(x)
}

/// Bits of the number, a little above 1/sqrt(2), where the intervals of [`TABLE`] begin.
const TABLE_START: u64 = 0x3fe6_9555_0000_0000;

/// ln x as an unevaluated sum, relative error below 2^-67, for positive finite x.
#[inline(always)]
pub(crate) fn ln_double(x: f64) -> (f64, f64) {
    let subnormal = x < f64::MIN_POSITIVE;
    ln_double_shifted(select(subnormal, x * TWO_54, x), select(subnormal, 54.0, 0.0))
}

/// ln(2^-shift x) for positive normal x.
///
/// The arrangement of the `pow` of Arm's optimized routines without fused multiply-add: `ln z = ln c + ln(z / c)`
/// for one of 128 numbers c near z whose reciprocal has so few bits that `z / c - 1` comes out exactly.
#[inline(always)]
fn ln_double_shifted(x: f64, shift: f64) -> (f64, f64) {
    let bits = x.to_bits();
    let offset = bits.wrapping_sub(TABLE_START);
    let [reciprocal, ln_c, ln_c_low, _] = TABLE[(offset >> 45) as usize & 127];
    let z = f64::from_bits((offset & MANTISSA) + TABLE_START);
    let k = exponent(offset.wrapping_add(ONE)) - shift;

    let z_upper = f64::from_bits((z.to_bits() + 0x8000_0000) & 0xffff_ffff_0000_0000);
    let r_upper = z_upper * reciprocal - 1.0;
    let r_lower = (z - z_upper) * reciprocal;
    let (r, r_error) = exact_sum_ordered(r_upper, r_lower);

    // k ln 2 + ln c + r - r^2 / 2, of which the first three and the upper part of the last without error.
    let constant = k * LN_2_HIGH + ln_c;
    let (linear, linear_low) = exact_sum_ordered(constant, r);
    let upper_square = -0.5 * r_upper * r_upper;
    let (high, high_low) = exact_sum_ordered(linear, upper_square);
    let lower_square = -0.5 * r_lower * (r + r_upper);

    // The rest of ln(1 + r): Chebyshev interpolation on |r| < 0.00527 with 60 digits, error below 2^-68 r.
    let r2 = r * r;
    let series = r
        * r2
        * ((0.333_333_333_333_333_4 - 0.250_000_000_000_000_06 * r)
            + r2 * ((0.199_999_999_952_151_45 - 0.166_666_666_623_602_94 * r)
                + r2 * (0.142_861_754_408_868_64 - 0.125_004_150_398_510_68 * r)));
    let low = (k * LN_2_LOW + ln_c_low) + (linear_low + high_low) + ((lower_square + r_error) + series);
    exact_sum_ordered(high, low)
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
