//! `erf`, `erfc` and the normal distribution function `phi`: rational approximations of fdlibm's `s_erf.c` (Sun
//! Microsystems 1993). Not vectorised: branches are allowed here.

use core::f64::consts::FRAC_1_SQRT_2;

use crate::exponential::{exp, exp_of_sum};
use crate::numbers::{exact_product, exact_sum};

/// What [`FRAC_1_SQRT_2`] leaves out of 1/sqrt(2).
const FRAC_1_SQRT_2_LOW: f64 = -4.833_646_656_726_457e-17;

/// Value of the polynomial with these coefficients, constant term first.
pub(crate) fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    let mut sum = 0.0;
    for coefficient in coefficients.into_iter().rev() {
        sum = sum * x + coefficient;
    }
    sum
}

/// `erf(x) / x - 1` for |x| < 0.84375.
fn center(x: f64) -> f64 {
    let z = x * x;
    let numerator = polynomial(
        z,
        [
            0.128_379_167_095_512_56,
            -0.325_042_107_247_001_5,
            -0.028_481_749_575_598_51,
            -0.005_770_270_296_489_442,
            -2.376_301_665_665_016_3e-5,
        ],
    );
    let denominator = polynomial(
        z,
        [
            1.0,
            0.397_917_223_959_155_35,
            0.065_022_249_988_767_3,
            0.005_081_306_281_875_766,
            0.000_132_494_738_004_321_64,
            -3.960_228_278_775_368e-6,
        ],
    );
    numerator / denominator
}

/// `erf(x) - ERF_AT_ONE` for x in [0.84375, 1.25).
fn shoulder(x: f64) -> f64 {
    let s = x - 1.0;
    let numerator = polynomial(
        s,
        [
            -0.002_362_118_560_752_659_4,
            0.414_856_118_683_748_33,
            -0.372_207_876_035_701_3,
            0.318_346_619_901_161_75,
            -0.110_894_694_282_396_68,
            0.035_478_304_325_618_236,
            -0.002_166_375_594_868_791,
        ],
    );
    let denominator = polynomial(
        s,
        [
            1.0,
            0.106_420_880_400_844_23,
            0.540_397_917_702_171,
            0.071_828_654_414_196_27,
            0.126_171_219_808_761_64,
            0.013_637_083_912_029_05,
            0.011_984_499_846_799_107,
        ],
    );
    numerator / denominator
}

/// erf(1) to 24 bits.
const ERF_AT_ONE: f64 = 0.845_062_911_510_467_5;

/// `ln(x e^(x^2) erfc(x))` for x >= 1.25, as a function of 1/x^2.
fn tail(inverse_square: f64) -> f64 {
    let near = inverse_square > 0.35 * 0.35;
    let numerator = if near {
        polynomial(
            inverse_square,
            [
                -0.009_864_944_034_847_148,
                -0.693_858_572_707_181_8,
                -10.558_626_225_323_291,
                -62.375_332_450_326_006,
                -162.396_669_462_573_47,
                -184.605_092_906_711_04,
                -81.287_435_506_306_6,
                -9.814_329_344_169_145,
            ],
        )
    } else {
        polynomial(
            inverse_square,
            [
                -0.009_864_942_924_700_1,
                -0.799_283_237_680_523,
                -17.757_954_917_754_752,
                -160.636_384_855_821_92,
                -637.566_443_368_389_6,
                -1_025.095_131_611_077_2,
                -483.519_191_608_651_4,
            ],
        )
    };
    let denominator = if near {
        polynomial(
            inverse_square,
            [
                1.0,
                19.651_271_667_439_257,
                137.657_754_143_519_04,
                434.565_877_475_229_23,
                645.387_271_733_267_9,
                429.008_140_027_567_83,
                108.635_005_541_779_44,
                6.570_249_770_319_282,
                -0.060_424_415_214_858_1,
            ],
        )
    } else {
        polynomial(
            inverse_square,
            [
                1.0,
                30.338_060_743_482_46,
                325.792_512_996_573_9,
                1_536.729_586_084_437,
                3_199.858_219_508_595_5,
                2_553.050_406_433_164_4,
                474.528_541_206_955_37,
                -22.440_952_446_585_82,
            ],
        )
    };
    numerator / denominator
}

/// e^(-x^2 times `factor`) times e^`tail`, the square taken without error; `factor` is 1 or 1/2.
fn gaussian(x: f64, factor: f64, tail: f64) -> f64 {
    let rough = f64::from_bits(x.to_bits() & 0xffff_ffff_0000_0000);
    let main = -rough * rough * factor - 0.5625;
    let (sum, sum_low) = exact_sum(main, (rough - x) * (rough + x) * factor + tail);
    if sum < -746.0 {
        0.0
    } else {
        exp_of_sum(sum, sum_low)
    }
}

/// Error function.
pub(crate) fn erf(x: f64) -> f64 {
    let magnitude = x.abs();
    if x.is_nan() {
        f64::NAN
    } else if magnitude < 0.84375 {
        x + x * center(x)
    } else if magnitude < 1.25 {
        (ERF_AT_ONE + shoulder(magnitude)).copysign(x)
    } else if magnitude < 6.0 {
        (1.0 - erfc(magnitude)).copysign(x)
    } else {
        1.0f64.copysign(x)
    }
}

/// 1 - erf(x), accurate where that is small.
pub(crate) fn erfc(x: f64) -> f64 {
    let magnitude = x.abs();
    if x.is_nan() {
        f64::NAN
    } else if x < 0.25 && magnitude < 0.84375 {
        1.0 - (x + x * center(x))
    } else if magnitude < 0.84375 {
        0.5 - ((x - 0.5) + x * center(x))
    } else {
        let upper = if magnitude < 1.25 {
            (1.0 - ERF_AT_ONE) - shoulder(magnitude)
        } else if magnitude < 28.0 {
            gaussian(magnitude, 1.0, tail(1.0 / (magnitude * magnitude))) / magnitude
        } else {
            0.0
        };
        if x < 0.0 { 2.0 - upper } else { upper }
    }
}

/// Distribution function of the standard normal.
pub(crate) fn phi(x: f64) -> f64 {
    let magnitude = x.abs();
    if x.is_nan() {
        return f64::NAN;
    }
    if magnitude < 1.775 {
        // The rounding of the scaled argument would be multiplied in the result: it is put back to first order.
        let (scaled, product_low) = exact_product(-x, FRAC_1_SQRT_2);
        let scaled_low = product_low - x * FRAC_1_SQRT_2_LOW;
        let slope = -core::f64::consts::FRAC_2_SQRT_PI * exp(-scaled * scaled);
        return 0.5 * (erfc(scaled) + slope * scaled_low);
    }
    let lower = if magnitude < 39.0 {
        let scaled = magnitude * FRAC_1_SQRT_2;
        0.5 * (gaussian(magnitude, 0.5, tail(2.0 / (magnitude * magnitude))) / scaled)
    } else {
        0.0
    };
    if x < 0.0 { lower } else { 1.0 - lower }
}
