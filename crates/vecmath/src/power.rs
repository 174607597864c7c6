//! `pow`: e^(y ln x), and the special cases of C's `pow` (IEEE 754-2019, 9.2.1).
//!
//! An error of the logarithm counts y times, relative to 1. Where y is moderate, so is what the logarithm must be good to;
//! elsewhere it is known to twice the precision.

use crate::exponential::{exp_of_moderate_sum, exp_of_sum};
use crate::logarithm::{ONE, exponent, ln_double};
use crate::numbers::{MANTISSA, exact_product, select, upper};
use crate::power_table::TABLE;

/// 2^52: from here on every number is an integer; from twice this on every number is an even integer.
const INTEGERS: f64 = 4_503_599_627_370_496.0;
/// Beyond this exponent every base but 1 over- or underflows.
const LARGEST_EXPONENT: f64 = 1.0e30;

/// Logarithm of 2 to a multiple of 2^-19, and what that leaves out.
const LN_2_SHORT: f64 = 0.693_147_659_301_757_8;
const LN_2_REST: f64 = -4.787_418_125_030_827e-7;

/// Whether base and exponent are moderate: |ln x| is at most 88 and |y| at most 8, so the result is a normal number.
#[inline(always)]
pub(crate) fn is_moderate(x: f64, y: f64) -> bool {
    /// 2^-126 and 2^126.
    const SMALLEST: f64 = f32::MIN_POSITIVE as f64;
    const LARGEST: f64 = 1.0 / SMALLEST;
    // Without `&&` there is no branch.
    (x >= SMALLEST) & is_moderate_exponent(y) & (x <= LARGEST)
}

#[inline(always)]
fn is_moderate_exponent(y: f64) -> bool {
    y.abs() <= 8.0
}

/// x^y where they are [moderate](is_moderate).
///
/// `ln x = k ln 2 + ln c + ln(1 + r)` with the middle c of the significand's interval and `r = (z - c) / c`. Of the first two
/// terms, the parts that are multiples of 2^-19 add to 26 bits, whose product with half of the bits of y is exact; the rest
/// of the logarithm is at most 0.004 and known to 2^-59, so the sum's error is below 2^-55.
#[inline(always)]
pub(crate) fn moderate(x: f64, y: f64) -> f64 {
    /// Bits of the number, a little above 1/sqrt(2), where the intervals of [`TABLE`] begin.
    const START: u64 = 0x3fe6_a000_0000_0000;
    /// An interval has as many numbers as there are values of the lower 45 bits.
    const INTERVAL: u64 = 1 << 45;
    let bits = x.to_bits();
    let offset = bits.wrapping_sub(START);
    let z = f64::from_bits((offset & MANTISSA) + START);
    let c = f64::from_bits(z.to_bits() & !(INTERVAL - 1) | (INTERVAL / 2));
    let k = exponent(offset.wrapping_add(ONE));
    let [reciprocal, ln_c, ln_c_rest, _] = TABLE[(bits >> 45) as usize & 127];

    let r = (z - c) * reciprocal;
    let r2 = r * r;
    // (ln(1 + r) - r) / r^2: Chebyshev interpolation on |r| < 0.00392 with 90 digits, error below 2^-62 of 1 / r^2.
    let series = (-0.5 + 0.333_333_333_322_770_3 * r)
        + r2 * ((-0.249_999_999_990_757_34 + 0.200_002_746_833_576_97 * r) - r2 * 0.166_669_070_146_868_08);
    let short = k * LN_2_SHORT + ln_c;
    let rest = r + (r2 * series + (k * LN_2_REST + ln_c_rest));

    let y_upper = upper(y);
    exp_of_moderate_sum(y_upper * short, (y - y_upper) * short + y * rest)
}

/// Whether they are [moderate](is_moderate), or would be if the base were not 0, as concentrations often are.
#[inline(always)]
pub(crate) fn is_moderate_or_of_zero(x: f64, y: f64) -> bool {
    is_moderate(x, y) | ((x.to_bits() == 0) & is_moderate_exponent(y))
}

/// x^y where [`is_moderate_or_of_zero`].
#[inline(always)]
pub(crate) fn moderate_or_of_zero(x: f64, y: f64) -> f64 {
    let of_zero = select(y < 0.0, f64::INFINITY, select(y == 0.0, 1.0, 0.0));
    select(x == 0.0, of_zero, moderate(x, y))
}

/// x^y for positive finite x and y below [`LARGEST_EXPONENT`].
#[inline(always)]
fn finite(x: f64, y: f64) -> f64 {
    let (log, log_low) = ln_double(x);
    let (product, product_error) = exact_product(y, log);
    exp_of_sum(
        product,
        select(product.abs() < 1000.0, product_error + y * log_low, 0.0),
    )
}

/// x^y.
#[inline(always)]
pub(crate) fn pow(x: f64, y: f64) -> f64 {
    select(is_moderate(x, y), moderate(x, y), general(x, y))
}

/// x^y for any x and y.
#[inline(always)]
fn general(x: f64, y: f64) -> f64 {
    let base = x.abs();
    let magnitude = y.abs();
    let clipped = select(magnitude > LARGEST_EXPONENT, LARGEST_EXPONENT.copysign(y), y);
    let finite = finite(base, clipped);

    let at_zero = select(y < 0.0, f64::INFINITY, 0.0);
    let at_infinity = select(y < 0.0, 0.0, f64::INFINITY);
    let result = select(base == 0.0, at_zero, finite);
    let result = select(base == f64::INFINITY, at_infinity, result);

    let whole = (magnitude >= INTEGERS) | ((magnitude + INTEGERS) - INTEGERS == magnitude);
    let half = 0.5 * magnitude;
    let odd = whole & (magnitude < 2.0 * INTEGERS) & ((half + INTEGERS) - INTEGERS != half);
    let negative = x.is_sign_negative();
    let result = select(negative & odd, -result, result);
    let undefined = negative & !whole & (base > 0.0) & (base < f64::INFINITY);
    let result = select(undefined | x.is_nan() | y.is_nan(), f64::NAN, result);

    let one = (x == 1.0) | (y == 0.0) | ((x == -1.0) & (magnitude == f64::INFINITY));
    select(one, 1.0, result)
}
