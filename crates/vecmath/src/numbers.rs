//! Small pieces that the functions share: splitting, exact products and sums, powers of two. All are free of branches
//! and of integer-to-float conversions, which AVX2 does not have.

/// 1.5 * 2^52: adding it to a number of magnitude below 2^51 rounds that number to an integer, ties to even, and
/// leaves the integer in the low bits.
pub(crate) const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Logarithm of 2 to 42 bits: a product with an integer of 11 bits is exact.
pub(crate) const LN_2_HIGH: f64 = 0.693_147_180_559_890_3;
/// What [`LN_2_HIGH`] leaves out.
pub(crate) const LN_2_LOW: f64 = 5.497_923_018_708_371e-14;

/// Bits of the mantissa.
pub(crate) const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;

/// `a` where the condition holds, else `b`; compiles to a blend.
#[inline(always)]
pub(crate) fn select(condition: bool, a: f64, b: f64) -> f64 {
    if condition { a } else { b }
}

/// The nearest integer, ties to even, for magnitudes below 2^51.
#[inline(always)]
pub(crate) fn nearest_integer(x: f64) -> f64 {
    (x + ROUNDER) - ROUNDER
}

/// 2^n for an integer `n` in -1022..=1023.
#[inline(always)]
pub(crate) fn power_of_two(n: f64) -> f64 {
    f64::from_bits((n + (ROUNDER + 1023.0)).to_bits() << 52)
}

/// y * 2^n for an integer `n` in -2044..=2046, rounded once.
#[inline(always)]
pub(crate) fn scale(y: f64, n: f64) -> f64 {
    let half = nearest_integer(0.5 * n);
    (y * power_of_two(half)) * power_of_two(n - half)
}

/// The upper 26 bits of the significand; the rest, 27 bits at most, is `x - upper(x)`, exactly.
#[inline(always)]
pub(crate) fn upper(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !0x07ff_ffff)
}

/// The product and its rounding error (Dekker 1971): `a * b = p + e` up to 2^-106, barring over- and underflow.
#[inline(always)]
pub(crate) fn exact_product(a: f64, b: f64) -> (f64, f64) {
    let (a_upper, b_upper) = (upper(a), upper(b));
    let (a_lower, b_lower) = (a - a_upper, b - b_upper);
    let p = a * b;
    let e = ((a_upper * b_upper - p) + a_upper * b_lower + a_lower * b_upper) + a_lower * b_lower;
    (p, e)
}

/// The sum and its rounding error, for |a| >= |b| or a = 0.
#[inline(always)]
pub(crate) fn exact_sum_ordered(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    (s, b - (s - a))
}

/// The sum and its rounding error, for any order (Knuth).
#[inline(always)]
pub(crate) fn exact_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let b_in = s - a;
    (s, (a - (s - b_in)) + (b - b_in))
}
