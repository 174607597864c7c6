//! The factor between two units, exact as long as whole numbers can hold it.

use crate::exponent::Exponent;
use crate::unit::{Term, Unit};

/// `numerator / denominator`, both positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    numerator: f64,
    denominator: f64,
}

impl Scale {
    /// What a value in `from` is multiplied with to be one in `to`, dimensions aside.
    pub(crate) fn between(from: &Unit, to: &Unit) -> Self {
        let inverse = |term: &Term| Term {
            named: term.named,
            exponent: -term.exponent,
        };
        let terms: Vec<Term> = from
            .terms()
            .iter()
            .copied()
            .chain(to.terms().iter().map(inverse))
            .collect();
        exact(&terms).unwrap_or_else(|| rounded(&terms))
    }

    /// One multiplication and one division; each is exact when its part is 1, as between `min` and `h`.
    pub(crate) fn apply(self, value: f64) -> f64 {
        value * self.numerator / self.denominator
    }
}

/// In whole numbers, if all exponents are whole and nothing overflows 2^53, up to which doubles are exact.
fn exact(terms: &[Term]) -> Option<Scale> {
    let (mut numerator, mut denominator, mut decimal) = (1_u128, 1_u128, 0_i32);
    for term in terms {
        let exponent = term.exponent.as_whole()?;
        let atom = term.named.atom;
        let (above, below) = if exponent > 0 {
            (atom.numerator, atom.denominator)
        } else {
            (atom.denominator, atom.numerator)
        };
        numerator = numerator.checked_mul(u128::from(above).checked_pow(exponent.unsigned_abs())?)?;
        denominator = denominator.checked_mul(u128::from(below).checked_pow(exponent.unsigned_abs())?)?;
        decimal = decimal.checked_add(term.named.decimal().checked_mul(exponent)?)?;
        (numerator, denominator) = lowest(numerator, denominator);
    }
    let ten = 10_u128.checked_pow(decimal.unsigned_abs())?;
    if decimal > 0 {
        numerator = numerator.checked_mul(ten)?;
    } else {
        denominator = denominator.checked_mul(ten)?;
    }
    let (numerator, denominator) = lowest(numerator, denominator);
    Some(Scale {
        numerator: double(numerator)?,
        denominator: double(denominator)?,
    })
}

/// The same in doubles, for roots and for powers too large for whole numbers.
fn rounded(terms: &[Term]) -> Scale {
    let numerator = terms.iter().fold(1.0, |product, term| {
        let atom = term.named.atom;
        let size = f64::from(atom.numerator) / f64::from(atom.denominator);
        product
            * power(size, term.exponent)
            * power(10.0, Exponent::whole(term.named.decimal()) * term.exponent)
    });
    Scale {
        numerator,
        denominator: 1.0,
    }
}

/// A whole number as a double, if that is exact: below 2^53, or a power of ten up to 10^22.
fn double(value: u128) -> Option<f64> {
    let nearest = value as f64;
    (nearest < 1e30 && nearest as u128 == value).then_some(nearest)
}

fn lowest(mut numerator: u128, mut denominator: u128) -> (u128, u128) {
    let (mut a, mut b) = (numerator, denominator);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    numerator /= a.max(1);
    denominator /= a.max(1);
    (numerator, denominator)
}

/// `base` > 0 to a rational power with multiplications and Newton's root only: the same bits on every machine.
fn power(base: f64, exponent: Exponent) -> f64 {
    let whole = exponent.numerator().unsigned_abs();
    let root = root(base, exponent.denominator().unsigned_abs());
    let (mut result, mut square, mut rest) = (1.0, root, whole);
    while rest > 0 {
        if rest & 1 == 1 {
            result *= square;
        }
        square *= square;
        rest >>= 1;
    }
    if exponent.is_negative() {
        1.0 / result
    } else {
        result
    }
}

/// The positive `degree`-th root of `value` > 0.
fn root(value: f64, degree: u32) -> f64 {
    match degree {
        0 | 1 => return value,
        2 => return value.sqrt(),
        3..=64 => {}
        // No unit has such a root; what is not a number is refused by every conversion.
        _ => return f64::NAN,
    }
    let powi = |x: f64| (1..degree).fold(1.0, |product: f64, _| product * x);
    // From above Newton's method descends monotonically, so it stops where rounding stops it.
    let mut guess = value.max(1.0);
    for _ in 0..20_000 {
        let next = guess - (guess - value / powi(guess)) / f64::from(degree);
        if next >= guess || next.is_nan() {
            break;
        }
        guess = next;
    }
    guess
}
