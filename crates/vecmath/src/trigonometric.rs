//! `sin`, `cos` and `tan`. These are rare in models and not vectorised: branches are allowed here.

use crate::numbers::{exact_product, exact_sum, exact_sum_ordered, nearest_integer, power_of_two};

/// pi/2 in parts of 33 bits, and what they leave out.
const HALF_PI: [f64; 4] = [
    1.570_796_326_734_125_6,
    6.077100506303966e-11,
    2.022_266_248_711_166_5e-21,
    8.4784276603689e-32,
];
/// pi/2 as an unevaluated sum.
const HALF_PI_SUM: (f64, f64) = (core::f64::consts::FRAC_PI_2, 6.123233995736766e-17);
/// Up to here the nearest multiple of pi/2 has 20 bits, and its product with a part is exact.
const CODY_WAITE_LIMIT: f64 = 800_000.0;

/// The bits of 2/pi after the point, with one word of zeros before it.
const TWO_OVER_PI: [u64; 21] = [
    0,
    0xa2f9_836e_4e44_1529,
    0xfc27_57d1_f534_ddc0,
    0xdb62_9599_3c43_9041,
    0xfe51_63ab_debb_c561,
    0xb724_6e3a_424d_d2e0,
    0x0649_2eea_09d1_921c,
    0xfe1d_eb1c_b129_a73e,
    0xe882_35f5_2ebb_4484,
    0xe99c_7026_b45f_7e41,
    0x3991_d639_8353_39f4,
    0x9c84_5f8b_bdf9_283b,
    0x1ff8_97ff_de05_980f,
    0xef2f_118b_5a0a_6d1f,
    0x6d36_7ecf_27cb_09b7,
    0x4f46_3f66_9e5f_ea2d,
    0x7527_bac7_ebe5_f17b,
    0x3d07_39f7_8a52_92ea,
    0x6bfb_5fb1_1f8d_5d08,
    0x5603_3046_fc7b_6bab,
    0xf0cf_bc20_9af4_361d,
];

/// `x = quadrant * pi/2 + (r + r_low)` with |r| a little above pi/4 at most; quadrant modulo 4. `x` is finite.
fn reduce(x: f64) -> (u64, f64, f64) {
    if x.abs() <= core::f64::consts::FRAC_PI_4 {
        return (0, x, 0.0);
    }
    if x.abs() <= CODY_WAITE_LIMIT {
        let k = nearest_integer(x * core::f64::consts::FRAC_2_PI);
        let (b, b_low) = exact_sum(x - k * HALF_PI[0], -k * HALF_PI[1]);
        let (c, c_low) = exact_sum(b, -k * HALF_PI[2]);
        let (r, r_low) = exact_sum_ordered(c, (b_low + c_low) - k * HALF_PI[3]);
        return (k.rem_euclid(4.0) as u64, r, r_low);
    }
    let (quadrant, r, r_low) = payne_hanek(x.abs());
    if x > 0.0 {
        (quadrant, r, r_low)
    } else {
        ((4 - quadrant) % 4, -r, -r_low)
    }
}

/// Payne and Hanek (1983): only those bits of 2/pi are multiplied that matter modulo 4. For x from 2 to infinity.
fn payne_hanek(x: f64) -> (u64, f64, f64) {
    let bits = x.to_bits();
    let mantissa = u128::from((bits & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000);
    // x = mantissa * 2^(exponent); bits of 2/pi of weight 2^-j with exponent - j >= 2 contribute multiples of 4.
    let exponent = (bits >> 52) as usize;
    let start = exponent + 64 - 2 - 1075;
    let word = |i: usize| {
        let (at, shift) = (start / 64 + i, start % 64);
        let next = if shift == 0 {
            0
        } else {
            TWO_OVER_PI[at + 1] >> (64 - shift)
        };
        u128::from((TWO_OVER_PI[at] << shift) | next)
    };
    // The product modulo 2^192, in words from the low end; its value is that / 2^190.
    let low = word(2) * mantissa;
    let middle = word(1) * mantissa + (low >> 64);
    let high = (word(0) * mantissa + (middle >> 64)) as u64;
    let fraction_high = (high << 2) | ((middle as u64) >> 62);
    let fraction_low = ((middle as u64) << 2) | ((low as u64) >> 62);
    let fraction = (u128::from(fraction_high) << 64) | u128::from(fraction_low);
    // To the nearest quadrant: a fraction of a half or more counts back from the next one.
    let back = fraction >> 127 == 1;
    let quadrant = ((high >> 62) + u64::from(back)) % 4;
    let magnitude = if back { fraction.wrapping_neg() } else { fraction };
    let sign = if back { -1.0 } else { 1.0 };
    // Two pieces of 53 bits make the sum exact.
    let leading = magnitude.leading_zeros();
    let normal = magnitude << leading.min(127);
    let unit = f64::from_bits(u64::from(1023 - leading) << 52);
    let upper = (normal >> 75) as f64 * (unit * power_of_two(-53.0));
    let lower = ((normal >> 22) & 0x001f_ffff_ffff_ffff) as f64 * (unit * power_of_two(-106.0));
    let (product, product_low) = exact_product(upper, HALF_PI_SUM.0);
    let (r, r_low) = exact_sum_ordered(
        product,
        product_low + (upper * HALF_PI_SUM.1 + lower * HALF_PI_SUM.0),
    );
    (quadrant, sign * r, sign * r_low)
}

/// Sine of x + low for |x| <= pi/4 and a little: polynomial of fdlibm's `k_sin.c` (Sun Microsystems 1993).
pub(crate) fn sine_near_zero(x: f64, low: f64) -> f64 {
    let z = x * x;
    let r = 0.008_333_333_333_322_49
        + z * (-0.000_198_412_698_298_579_5
            + z * (2.755_731_370_707_006_8e-6
                + z * (-2.505_076_025_340_686_3e-8 + z * 1.589_690_995_211_55e-10)));
    let cube = z * x;
    x - ((z * (0.5 * low - cube * r) - low) - cube * -0.166_666_666_666_666_32)
}

/// Cosine of x + low for |x| <= pi/4 and a little: polynomial of fdlibm's `k_cos.c`.
pub(crate) fn cosine_near_zero(x: f64, low: f64) -> f64 {
    let z = x * x;
    let r = z
        * (0.041_666_666_666_666_6
            + z * (-0.001_388_888_888_887_411
                + z * (2.480_158_728_947_673e-5
                    + z * (-2.755_731_435_139_066_3e-7
                        + z * (2.087_572_321_298_175e-9 + z * -1.135_964_755_778_819_5e-11)))));
    let half = 0.5 * z;
    let one = 1.0 - half;
    one + (((1.0 - one) - half) + (z * r - x * low))
}

/// Sine and cosine.
fn sine_cosine(x: f64) -> (f64, f64) {
    if x.is_nan() || x.is_infinite() {
        return (f64::NAN, f64::NAN);
    }
    let (quadrant, r, r_low) = reduce(x);
    let (sine, cosine) = (sine_near_zero(r, r_low), cosine_near_zero(r, r_low));
    match quadrant {
        0 => (sine, cosine),
        1 => (cosine, -sine),
        2 => (-sine, -cosine),
        _ => (-cosine, sine),
    }
}

/// Sine of an angle in radians.
pub(crate) fn sin(x: f64) -> f64 {
    sine_cosine(x).0
}

/// Cosine of an angle in radians.
pub(crate) fn cos(x: f64) -> f64 {
    sine_cosine(x).1
}

/// Tangent of an angle in radians.
pub(crate) fn tan(x: f64) -> f64 {
    let (sine, cosine) = sine_cosine(x);
    sine / cosine
}
