//! Every function against values computed with 400 bits, in units in the last place, and at its special values.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use euthymia_vecmath::scalar::{
    cos, erf, erfc, exp, exp_m1, ln, ln_1p, log_gamma, log2, log10, phi, pow, sin, tan, tanh,
};

const REFERENCE: &str = include_str!("data/elementary.txt");

fn number(word: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(word, 16).unwrap())
}

/// Distance to the next number away from zero.
fn ulp(x: f64) -> f64 {
    let x = x.abs();
    f64::from_bits(x.to_bits() + 1) - x
}

/// Largest error over the reference values of one function, in ulps of the correctly rounded value.
fn largest_error(name: &str, function: impl Fn(&[f64]) -> f64) -> f64 {
    let mut largest: f64 = 0.0;
    let mut count = 0;
    for line in REFERENCE.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        if words.next() != Some(name) {
            continue;
        }
        let numbers: Vec<f64> = words.map(number).collect();
        let (arguments, expected) = numbers.split_at(numbers.len() - 2);
        let value = function(arguments);
        let error = ((value - expected[0]) - expected[1]).abs() / ulp(expected[0]);
        // The rounded value of a subnormal result may be its neighbour.
        let error = if expected[0].abs() < f64::MIN_POSITIVE {
            error - 0.5
        } else {
            error
        };
        assert!(
            !error.is_nan() || value == expected[0],
            "{name}{arguments:?} = {value:e}, not {:e}",
            expected[0]
        );
        largest = largest.max(error);
        count += 1;
    }
    assert!(count > 100, "{name}: {count} reference values");
    println!("{name:>10}: {largest:.3} ulp over {count} values");
    largest
}

#[test]
fn errors_stay_within_the_documented_bounds() {
    let one = |function: fn(f64) -> f64| move |x: &[f64]| function(x[0]);
    assert!(largest_error("exp", one(exp)) <= 0.68);
    assert!(largest_error("exp_m1", one(exp_m1)) <= 1.1);
    assert!(largest_error("ln", one(ln)) <= 0.8);
    assert!(largest_error("ln_1p", one(ln_1p)) <= 0.8);
    assert!(largest_error("log10", one(log10)) <= 0.501);
    assert!(largest_error("log2", one(log2)) <= 0.501);
    assert!(largest_error("pow", |x| pow(x[0], x[1])) <= 0.7);
    assert!(largest_error("tanh", one(tanh)) <= 2.5);
    assert!(largest_error("sin", one(sin)) <= 0.8);
    assert!(largest_error("cos", one(cos)) <= 0.8);
    assert!(largest_error("tan", one(tan)) <= 2.0);
    assert!(largest_error("erf", one(erf)) <= 1.0);
    assert!(largest_error("erfc", one(erfc)) <= 2.6);
    assert!(largest_error("phi", one(phi)) <= 3.0);
    assert!(largest_error("log_gamma", one(log_gamma)) <= 2.5);
}

/// Equal bits, or both NaN.
#[track_caller]
fn same(value: f64, expected: f64) {
    assert!(
        value.to_bits() == expected.to_bits() || (value.is_nan() && expected.is_nan()),
        "{value:e}, not {expected:e}"
    );
}

const INFINITY: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
const SMALLEST: f64 = 5e-324;

#[test]
fn exponentials_at_their_edges() {
    same(exp(0.0), 1.0);
    same(exp(-0.0), 1.0);
    same(exp(INFINITY), INFINITY);
    same(exp(-INFINITY), 0.0);
    same(exp(NAN), NAN);
    same(exp(709.782_712_893_384), 1.797_693_134_862_273_2e308);
    same(exp(709.782_712_893_384_1), INFINITY);
    same(exp(-745.133_219_101_941_1), SMALLEST);
    same(exp(-745.133_219_101_941_2), 0.0);
    same(exp_m1(0.0), 0.0);
    same(exp_m1(-0.0), -0.0);
    same(exp_m1(SMALLEST), SMALLEST);
    same(exp_m1(-1e-310), -1e-310);
    same(exp_m1(INFINITY), INFINITY);
    same(exp_m1(-INFINITY), -1.0);
    same(exp_m1(-1000.0), -1.0);
    same(exp_m1(710.0), INFINITY);
    same(exp_m1(NAN), NAN);
    same(tanh(-0.0), -0.0);
    same(tanh(INFINITY), 1.0);
    same(tanh(-INFINITY), -1.0);
    same(tanh(NAN), NAN);
}

/// e^x has as many digits as a number has, and 1 is half a unit of the last: mpmath 1.3, 50 digits.
#[test]
fn what_is_left_of_one_counts() {
    same(exp_m1(37.166_541_845_238_78), 1.384_280_288_570_065_4e16);
    same(exp_m1(37.146_525_677_527_28), 1.356_847_765_040_513_8e16);
}

#[test]
fn logarithms_at_their_edges() {
    for logarithm in [ln, log2, log10] {
        same(logarithm(1.0), 0.0);
        same(logarithm(0.0), -INFINITY);
        same(logarithm(-0.0), -INFINITY);
        same(logarithm(-1.0), NAN);
        same(logarithm(-INFINITY), NAN);
        same(logarithm(INFINITY), INFINITY);
        same(logarithm(NAN), NAN);
    }
    same(ln(SMALLEST), -744.440_071_921_381_2);
    same(log2(SMALLEST), -1074.0);
    for k in -1074..=1023 {
        let power: f64 = if k < -1022 {
            f64::from_bits(1 << (k + 1074))
        } else {
            f64::from_bits(((k + 1023) as u64) << 52)
        };
        same(log2(power), f64::from(k));
    }
    let mut power = 1.0;
    for k in 0..=22 {
        same(log10(power), f64::from(k));
        power *= 10.0;
    }
    same(ln_1p(0.0), 0.0);
    same(ln_1p(-0.0), -0.0);
    same(ln_1p(SMALLEST), SMALLEST);
    same(ln_1p(-1.0), -INFINITY);
    same(ln_1p(-1.5), NAN);
    same(ln_1p(INFINITY), INFINITY);
    same(ln_1p(NAN), NAN);
}

/// IEEE 754-2019, 9.2.1, and C17 F.10.4.4.
#[test]
fn powers_at_their_edges() {
    for x in [0.0, -0.0, 1.5, -3.0, INFINITY, -INFINITY, NAN, SMALLEST] {
        same(pow(x, 0.0), 1.0);
        same(pow(x, -0.0), 1.0);
        same(pow(1.0, x), 1.0);
    }
    same(pow(-1.0, INFINITY), 1.0);
    same(pow(-1.0, -INFINITY), 1.0);
    for (base, odd, even) in [
        (0.0, 0.0, 0.0),
        (-0.0, -0.0, 0.0),
        (INFINITY, INFINITY, INFINITY),
        (-INFINITY, -INFINITY, INFINITY),
    ] {
        same(pow(base, 3.0), odd);
        same(pow(base, 2.0), even);
        same(pow(base, 0.5), even);
        same(pow(base, INFINITY), even);
        same(pow(base, 9_007_199_254_740_991.0), odd);
        same(pow(base, 9_007_199_254_740_992.0), even);
        let reciprocal = |x: f64| {
            if x == 0.0 {
                INFINITY.copysign(x)
            } else {
                0.0f64.copysign(x)
            }
        };
        same(pow(base, -3.0), reciprocal(odd));
        same(pow(base, -2.0), reciprocal(even));
        same(pow(base, -0.5), reciprocal(even));
        same(pow(base, -INFINITY), reciprocal(even));
    }
    same(pow(0.5, INFINITY), 0.0);
    same(pow(0.5, -INFINITY), INFINITY);
    same(pow(2.0, INFINITY), INFINITY);
    same(pow(-2.0, -INFINITY), 0.0);
    same(pow(-8.0, 1.0 / 3.0), NAN);
    same(pow(-2.0, 3.0), -8.0);
    same(pow(-2.0, 4.0), 16.0);
    same(pow(-2.0, -1.0), -0.5);
    same(pow(2.0, 1e300), INFINITY);
    same(pow(2.0, -1e300), 0.0);
    same(pow(0.999, 1e300), 0.0);
    same(pow(-3.0, 1023.0), -INFINITY);
    same(pow(NAN, 1.0), NAN);
    same(pow(2.0, NAN), NAN);
    same(pow(2.0, -1074.0), SMALLEST);
    same(pow(2.0, -1075.5), 0.0);
    same(pow(2.0, 1023.0), 8.988_465_674_311_58e307);
    same(pow(SMALLEST, 0.5), 2.222_758_749_485_077_5e-162);
    same(pow(1.5, 1e-320), 1.0);
    for (base, exponent, value) in [
        (3.0, 2.0, 9.0),
        (10.0, 3.0, 1000.0),
        (7.0, 18.0, 1_628_413_597_910_449.0),
        (81.0, 0.25, 3.0),
        (0.125, -2.0, 64.0),
    ] {
        same(pow(base, exponent), value);
    }
}

#[test]
fn other_functions_at_their_edges() {
    for function in [sin, cos, tan] {
        same(function(INFINITY), NAN);
        same(function(-INFINITY), NAN);
        same(function(NAN), NAN);
    }
    same(sin(-0.0), -0.0);
    same(tan(-0.0), -0.0);
    same(cos(0.0), 1.0);
    same(erf(-0.0), -0.0);
    same(erf(INFINITY), 1.0);
    same(erf(-INFINITY), -1.0);
    same(erf(NAN), NAN);
    same(erfc(INFINITY), 0.0);
    same(erfc(-INFINITY), 2.0);
    same(erfc(NAN), NAN);
    same(phi(0.0), 0.5);
    same(phi(-INFINITY), 0.0);
    same(phi(INFINITY), 1.0);
    same(phi(NAN), NAN);
    same(log_gamma(1.0), 0.0);
    same(log_gamma(2.0), 0.0);
    same(log_gamma(0.0), INFINITY);
    same(log_gamma(-3.0), INFINITY);
    same(log_gamma(INFINITY), INFINITY);
    same(log_gamma(-INFINITY), INFINITY);
    same(log_gamma(NAN), NAN);
    // Between the poles, relative to 1 where the value is near 0: mpmath 1.3, 50 digits.
    for (x, value) in [
        (-0.5, 1.265_512_123_484_645_4),
        (-2.5, -0.056_243_716_497_674_054),
        (-10.3, -14.457_515_440_024_208),
    ] {
        assert!((log_gamma(x) - value).abs() < 1e-14, "{x}: {}", log_gamma(x));
    }
}
