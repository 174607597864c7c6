//! Derivatives by central differences, extrapolated to step 0 (Richardson 1911; as R's numDeriv does).

/// Halvings of the step.
const LEVELS: usize = 6;

/// A step that leaves half of the digits: relative to `x`, and not below a hundredth of that for small `x`.
fn first_step(x: f64) -> f64 {
    1e-2 * x.abs().max(1e-2)
}

/// Extrapolates values whose error falls with even powers of the step, halved from one to the next. The most accurate
/// entry is the one that differs least from its neighbours.
fn extrapolate(values: [f64; LEVELS]) -> f64 {
    let mut column = values;
    let mut best = (f64::INFINITY, values[LEVELS - 1]);
    let mut power = 4.0;
    for order in 1..LEVELS {
        let mut next = column;
        for level in order..LEVELS {
            next[level] = column[level] + (column[level] - column[level - 1]) / (power - 1.0);
            let error = (next[level] - column[level])
                .abs()
                .max((next[level] - column[level - 1]).abs());
            if error < best.0 {
                best = (error, next[level]);
            }
        }
        column = next;
        power *= 4.0;
    }
    best.1
}

/// The gradient of `f` at `x`.
#[must_use]
pub fn gradient(x: &[f64], mut f: impl FnMut(&[f64]) -> f64) -> Vec<f64> {
    let mut at = x.to_vec();
    (0..x.len())
        .map(|i| {
            let mut values = [0.0; LEVELS];
            let mut step = first_step(x[i]);
            for value in &mut values {
                at[i] = x[i] + step;
                let above = f(&at);
                at[i] = x[i] - step;
                let below = f(&at);
                *value = (above - below) / (2.0 * step);
                step *= 0.5;
            }
            at[i] = x[i];
            extrapolate(values)
        })
        .collect()
}

/// The matrix of second derivatives of `f` at `x`, row after row.
#[must_use]
pub fn hessian(x: &[f64], mut f: impl FnMut(&[f64]) -> f64) -> Vec<f64> {
    let n = x.len();
    let mut matrix = vec![0.0; n * n];
    let mut at = x.to_vec();
    let center = f(x);
    for i in 0..n {
        for j in 0..=i {
            let mut values = [0.0; LEVELS];
            // Second differences lose twice the digits: wider steps.
            let (mut hi, mut hj) = (4.0 * first_step(x[i]), 4.0 * first_step(x[j]));
            for value in &mut values {
                let mut shifted = |a: f64, b: f64| {
                    at[i] += a;
                    if i != j {
                        at[j] += b;
                    }
                    let result = f(&at);
                    at.copy_from_slice(x);
                    result
                };
                *value = if i == j {
                    (shifted(hi, 0.0) - 2.0 * center + shifted(-hi, 0.0)) / (hi * hi)
                } else {
                    let (pp, mm) = (shifted(hi, hj), shifted(-hi, -hj));
                    let (pm, mp) = (shifted(hi, -hj), shifted(-hi, hj));
                    (pp - pm - mp + mm) / (4.0 * hi * hj)
                };
                hi *= 0.5;
                hj *= 0.5;
            }
            let value = extrapolate(values);
            matrix[i * n + j] = value;
            matrix[j * n + i] = value;
        }
    }
    matrix
}

/// The matrix of second derivatives of `f` at `x`, row after row, for functions that carry the error of a quadrature: steps
/// from a tenth of `x` down by halves, all of them extrapolated (the scheme of R's numDeriv; at `x = 0` from 1e-4).
#[must_use]
pub fn hessian_wide(x: &[f64], mut f: impl FnMut(&[f64]) -> f64) -> Vec<f64> {
    let n = x.len();
    let step = |x: f64| 0.1 * x.abs() + if x.abs() < 1.781e-5 { 1e-4 } else { 0.0 };
    let steps: Vec<f64> = x.iter().map(|x| step(*x)).collect();
    let mut matrix = vec![0.0; n * n];
    let mut at = x.to_vec();
    let center = f(x);
    let mut shifted = |i: usize, hi: f64, j: usize, hj: f64| {
        at[i] += hi;
        if i != j {
            at[j] += hj;
        }
        let value = f(&at);
        at.copy_from_slice(x);
        value
    };
    for i in 0..n {
        let mut h = steps[i];
        let mut values = [0.0; LEVELS];
        for value in &mut values {
            *value = (shifted(i, h, i, h) - 2.0 * center + shifted(i, -h, i, -h)) / (h * h);
            h *= 0.5;
        }
        matrix[i * n + i] = to_step_zero(values);
    }
    for i in 0..n {
        for j in 0..i {
            let (mut hi, mut hj) = (steps[i], steps[j]);
            let mut values = [0.0; LEVELS];
            for value in &mut values {
                let both = shifted(i, hi, j, hj) - 2.0 * center + shifted(i, -hi, j, -hj);
                let alone = matrix[i * n + i] * hi * hi + matrix[j * n + j] * hj * hj;
                *value = (both - alone) / (2.0 * hi * hj);
                hi *= 0.5;
                hj *= 0.5;
            }
            let value = to_step_zero(values);
            matrix[i * n + j] = value;
            matrix[j * n + i] = value;
        }
    }
    matrix
}

/// The last entry of the table that [`extrapolate`] chooses from.
fn to_step_zero(mut column: [f64; LEVELS]) -> f64 {
    let mut power = 4.0;
    for order in 1..LEVELS {
        for level in 0..LEVELS - order {
            column[level] = (column[level + 1] * power - column[level]) / (power - 1.0);
        }
        power *= 4.0;
    }
    column[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use euthymia_vecmath::scalar::{exp, ln, sin};

    #[test]
    fn derivatives_of_known_functions_to_many_digits() {
        let f = |x: &[f64]| exp(x[0]) * sin(x[1]) + ln(x[1]);
        let at = [0.3, 1.7];
        let found = gradient(&at, f);
        let expected = [
            exp(0.3) * sin(1.7),
            exp(0.3) * euthymia_vecmath::scalar::cos(1.7) + 1.0 / 1.7,
        ];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-10, "{found} {expected}");
        }
        let found = hessian(&at, f);
        let mixed = exp(0.3) * euthymia_vecmath::scalar::cos(1.7);
        let expected = [
            exp(0.3) * sin(1.7),
            mixed,
            mixed,
            -exp(0.3) * sin(1.7) - 1.0 / (1.7 * 1.7),
        ];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-7, "{found} {expected}");
        }
        let wide = hessian_wide(&at, f);
        for (found, expected) in wide.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-8, "{found} {expected}");
        }
    }
}
