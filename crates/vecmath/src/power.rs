//! `pow`: e^(y ln x) with the logarithm to twice the precision, and the special cases of C's `pow` (IEEE 754-2019,
//! 9.2.1).

use crate::exponential::exp_of_sum;
use crate::logarithm::{ln_double, ln_double_of_normal};
use crate::numbers::{exact_product, select};

/// 2^52: from here on every number is an integer; from twice this on every number is an even integer.
const INTEGERS: f64 = 4_503_599_627_370_496.0;
/// Beyond this exponent every base but 1 over- or underflows.
const LARGEST_EXPONENT: f64 = 1.0e30;

/// Whether neither argument is a special case: a positive normal base and an exponent that is not huge.
#[inline(always)]
pub(crate) fn is_ordinary(x: f64, y: f64) -> bool {
    let positive_normal = (x >= f64::MIN_POSITIVE) & (x != f64::INFINITY);
    positive_normal & (y.abs() < LARGEST_EXPONENT)
}

/// x^y where [`is_ordinary`], from the logarithm of x.
#[inline(always)]
fn power_of_logarithm((log, log_low): (f64, f64), y: f64) -> f64 {
    let (product, product_error) = exact_product(y, log);
    exp_of_sum(
        product,
        select(product.abs() < 1000.0, product_error + y * log_low, 0.0),
    )
}

/// x^y where [`is_ordinary`].
#[inline(always)]
pub(crate) fn ordinary(x: f64, y: f64) -> f64 {
    power_of_logarithm(ln_double_of_normal(x), y)
}

/// x^y.
#[inline(always)]
pub(crate) fn pow(x: f64, y: f64) -> f64 {
    let base = x.abs();
    let magnitude = y.abs();
    let clipped = select(magnitude > LARGEST_EXPONENT, LARGEST_EXPONENT.copysign(y), y);
    let finite = power_of_logarithm(ln_double(base), clipped);

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
