//! The functions on one number: the same bits as a lane of [`crate::Lanes`].

use crate::{error_function, exponential, gamma, logarithm, power, trigonometric};

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident = $implementation:path;)*) => {$(
        $(#[$doc])*
        #[must_use]
        #[inline]
        pub fn $name(x: f64) -> f64 {
            $implementation(x)
        }
    )*};
}

functions! {
    /// e^x.
    exp = exponential::exp;
    /// e^x - 1, accurate near 0.
    exp_m1 = exponential::exp_m1;
    /// Natural logarithm; -infinity at 0, NaN below.
    ln = logarithm::ln;
    /// ln(1 + x), accurate near 0; -infinity at -1, NaN below.
    ln_1p = logarithm::ln_1p;
    /// Logarithm to base 10; exact for powers of ten.
    log10 = logarithm::log10;
    /// Logarithm to base 2; exact for powers of two.
    log2 = logarithm::log2;
    /// Hyperbolic tangent.
    tanh = exponential::tanh;
    /// Sine of an angle in radians.
    sin = trigonometric::sin;
    /// Cosine of an angle in radians.
    cos = trigonometric::cos;
    /// Tangent of an angle in radians.
    tan = trigonometric::tan;
    /// Error function.
    erf = error_function::erf;
    /// `1 - erf(x)`, accurate where that is small.
    erfc = error_function::erfc;
    /// Distribution function of the standard normal.
    phi = error_function::phi;
    /// Logarithm of the magnitude of the gamma function; infinity at its poles.
    log_gamma = gamma::log_gamma;
}

/// x^y with the special cases of C's `pow`: 1 for `y = 0` or `x = 1` even if the other is NaN, NaN for a negative
/// finite base with a fractional exponent.
#[must_use]
#[inline]
pub fn pow(x: f64, y: f64) -> f64 {
    power::pow(x, y)
}
