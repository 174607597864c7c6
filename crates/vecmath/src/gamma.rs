//! `log_gamma`: rational approximations of fdlibm's `e_lgamma_r.c` (Sun Microsystems 1993). Not vectorised: branches
//! are allowed here.

use crate::error_function::polynomial;
use crate::logarithm::ln;
use crate::trigonometric::{cosine_near_zero, sine_near_zero};

/// Where the gamma function is smallest above 0.
const MINIMUM: f64 = 1.461_632_144_968_362_2;
/// Logarithm of the gamma function there, and what its rounding left out.
const AT_MINIMUM: f64 = -0.121_486_290_535_849_61;
const AT_MINIMUM_LOW: f64 = 3.638_676_997_039_505e-18;

/// Logarithm of |gamma(x)|; infinity at 0, the negative integers, and both infinities.
pub(crate) fn log_gamma(x: f64) -> f64 {
    if x.is_nan() {
        f64::NAN
    } else if x.is_infinite() || x == 0.0 {
        f64::INFINITY
    } else if x.abs() < 1e-21 {
        -ln(x.abs())
    } else if x > 0.0 {
        positive(x)
    } else {
        let sine = sine_of_pi_times(-x).abs();
        if sine == 0.0 {
            return f64::INFINITY;
        }
        ln(core::f64::consts::PI / (sine * -x)) - positive(-x)
    }
}

/// Sine of pi x, for x >= 0.
fn sine_of_pi_times(x: f64) -> f64 {
    // Exact: the remainder modulo 2, then modulo 1/2.
    let turn = x % 2.0;
    let quadrant = (2.0 * turn).round();
    let angle = (turn - 0.5 * quadrant) * core::f64::consts::PI;
    match quadrant as u8 % 4 {
        0 => sine_near_zero(angle, 0.0),
        1 => cosine_near_zero(angle, 0.0),
        2 => -sine_near_zero(angle, 0.0),
        _ => -cosine_near_zero(angle, 0.0),
    }
}

fn positive(x: f64) -> f64 {
    if x == 1.0 || x == 2.0 {
        0.0
    } else if x < 2.0 {
        below_two(x)
    } else if x < 8.0 {
        below_eight(x)
    } else if x < 2.9e17 {
        stirling(x)
    } else {
        x * (ln(x) - 1.0)
    }
}

fn below_two(x: f64) -> f64 {
    if x > 0.9 {
        return if x > 1.7316 {
            before_two(2.0 - x)
        } else if x > 1.23 {
            at_minimum(x - MINIMUM)
        } else {
            after_one(x - 1.0)
        };
    }
    // gamma(x) = gamma(x + 1) / x
    let shifted = if x > 0.7316 {
        before_two(1.0 - x)
    } else if x > 0.23164 {
        at_minimum(x - (MINIMUM - 1.0))
    } else {
        after_one(x)
    };
    shifted - ln(x)
}

/// log gamma(2 - y) for y in [0, 0.27].
fn before_two(y: f64) -> f64 {
    let series = polynomial(
        y,
        [
            0.077_215_664_901_532_87,
            0.322_467_033_424_113_6,
            0.067_352_301_053_129_27,
            0.020_580_808_432_516_733,
            0.007_385_550_860_814_029,
            0.002_890_513_836_734_156_3,
            0.001_192_707_631_833_620_7,
            0.000_510_069_792_153_511_3,
            0.000_220_862_790_713_908_39,
            0.000_108_011_567_247_583_94,
            2.521_445_654_512_573_3e-5,
            4.486_409_496_189_151_6e-5,
        ],
    );
    y * series - 0.5 * y
}

/// log gamma(MINIMUM + y) for |y| <= 0.27.
fn at_minimum(y: f64) -> f64 {
    let series = polynomial(
        y,
        [
            0.483_836_122_723_810_05,
            -0.147_587_722_994_593_9,
            0.064_624_940_239_133_39,
            -0.032_788_541_075_985_965,
            0.017_970_675_081_182_04,
            -0.010_314_224_129_834_144,
            0.006_100_538_702_462_913,
            -0.003_684_520_167_811_382_6,
            0.002_259_647_809_006_124_7,
            -0.001_403_464_699_892_328_4,
            0.000_881_081_882_437_654,
            -0.000_538_595_305_356_740_5,
            0.000_315_632_070_903_625_95,
            -0.000_312_754_168_375_120_86,
            0.000_335_529_192_635_519_1,
        ],
    );
    AT_MINIMUM + (y * y * series + AT_MINIMUM_LOW)
}

/// log gamma(1 + y) for y in [0, 0.24].
fn after_one(y: f64) -> f64 {
    let numerator = polynomial(
        y,
        [
            -0.077_215_664_901_532_87,
            0.632_827_064_025_093_4,
            1.454_922_501_372_347_7,
            0.977_717_527_963_372_7,
            0.228_963_728_064_692_45,
            0.013_381_091_853_678_766,
        ],
    );
    let denominator = polynomial(
        y,
        [
            1.0,
            2.455_977_937_130_411_3,
            2.128_489_763_798_934,
            0.769_285_150_456_672_8,
            0.104_222_645_593_369_13,
            0.003_217_092_422_824_239,
        ],
    );
    -0.5 * y + y * numerator / denominator
}

/// For x in [2, 8): gamma(n + y) = gamma(2 + y) (2 + y) ... (n - 1 + y).
fn below_eight(x: f64) -> f64 {
    let whole = x.floor();
    let y = x - whole;
    let numerator = polynomial(
        y,
        [
            -0.077_215_664_901_532_87,
            0.214_982_415_960_608_85,
            0.325_778_796_408_931,
            0.146_350_472_652_464_45,
            0.026_642_270_303_363_86,
            0.001_840_284_514_073_377_2,
            3.194_753_265_841_009e-5,
        ],
    );
    let denominator = polynomial(
        y,
        [
            1.0,
            1.392_005_334_676_210_5,
            0.721_935_547_567_138_1,
            0.171_933_865_632_803_08,
            0.018_645_919_171_565_29,
            0.000_777_942_496_381_893_6,
            7.326_684_307_446_256e-6,
        ],
    );
    let mut product = 1.0;
    let mut factor = 2.0;
    while factor < whole {
        product *= y + factor;
        factor += 1.0;
    }
    0.5 * y + y * numerator / denominator + ln(product)
}

/// Stirling's series, for x in [8, 2^58).
fn stirling(x: f64) -> f64 {
    let z = 1.0 / x;
    let series = polynomial(
        z * z,
        [
            0.083_333_333_333_332_97,
            -0.002_777_777_777_287_755_4,
            0.000_793_650_558_643_019_6,
            -0.000_595_187_557_450_34,
            0.000_836_339_918_996_282_1,
            -0.001_630_929_340_965_752_7,
        ],
    );
    (x - 0.5) * (ln(x) - 1.0) + (0.418_938_533_204_672_7 + z * series)
}
