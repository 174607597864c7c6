//! One dimension: Brent's root (1973, chapter 4) and minimum (chapter 5).

/// A root of `f` in [low, high], at whose ends it has different signs; `None` where it has not, or is no number.
///
/// Ends when the bracket is `2 eps |x| + tolerance` wide or the value is 0.
#[must_use]
pub fn root(low: f64, high: f64, tolerance: f64, mut f: impl FnMut(f64) -> f64) -> Option<f64> {
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa == 0.0 {
        return Some(a);
    }
    if fb == 0.0 {
        return Some(b);
    }
    if fa.is_nan() || fb.is_nan() || (fa > 0.0) == (fb > 0.0) {
        return None;
    }
    let (mut c, mut fc) = (a, fa);
    let mut step = b - a;
    let mut before = step;
    for _ in 0..500 {
        if (fb > 0.0) == (fc > 0.0) {
            (c, fc) = (a, fa);
            step = b - a;
            before = step;
        }
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let tolerance = 2.0 * f64::EPSILON * b.abs() + 0.5 * tolerance;
        let middle = 0.5 * (c - b);
        if middle.abs() <= tolerance || fb == 0.0 {
            return Some(b);
        }
        if before.abs() >= tolerance && fa.abs() > fb.abs() {
            let s = fb / fa;
            let (mut p, mut q);
            if a == c {
                p = 2.0 * middle * s;
                q = 1.0 - s;
            } else {
                let (r, t) = (fb / fc, fa / fc);
                p = s * (2.0 * middle * t * (t - r) - (b - a) * (r - 1.0));
                q = (t - 1.0) * (r - 1.0) * (s - 1.0);
            }
            if p > 0.0 {
                q = -q;
            } else {
                p = -p;
            }
            let inside = 2.0 * p < (3.0 * middle * q - (tolerance * q).abs()).min((before * q).abs());
            (before, step) = if inside { (step, p / q) } else { (middle, middle) };
        } else {
            (before, step) = (middle, middle);
        }
        (a, fa) = (b, fb);
        b += if step.abs() > tolerance {
            step
        } else {
            tolerance.copysign(middle)
        };
        fb = f(b);
        if fb.is_nan() {
            return None;
        }
    }
    None
}

/// The x in [low, high] where `f` is least, by golden sections and parabolas; `f` must have one minimum there.
#[must_use]
pub fn golden(low: f64, high: f64, tolerance: f64, mut f: impl FnMut(f64) -> f64) -> (f64, f64) {
    const GOLD: f64 = 0.381_966_011_250_105_1;
    let (mut a, mut b) = (low, high);
    let mut x = a + GOLD * (b - a);
    let (mut w, mut v) = (x, x);
    let mut fx = f(x);
    let (mut fw, mut fv) = (fx, fx);
    let (mut step, mut before) = (0.0_f64, 0.0_f64);
    for _ in 0..500 {
        let middle = 0.5 * (a + b);
        let near = f64::EPSILON.sqrt() * 1e-2 * x.abs() + tolerance / 3.0;
        if (x - middle).abs() <= 2.0 * near - 0.5 * (b - a) {
            break;
        }
        let (mut p, mut q, mut r) = (0.0, 0.0, 0.0);
        if before.abs() > near {
            r = (x - w) * (fx - fv);
            q = (x - v) * (fx - fw);
            p = (x - v) * q - (x - w) * r;
            q = 2.0 * (q - r);
            if q > 0.0 {
                p = -p;
            } else {
                q = -q;
            }
            r = before;
            before = step;
        }
        // Infinite values make no parabola.
        let parabola = p.abs() < (0.5 * q * r).abs() && p > q * (a - x) && p < q * (b - x);
        if !parabola {
            before = if x < middle { b - x } else { a - x };
            step = GOLD * before;
        } else {
            step = p / q;
            let u = x + step;
            if u - a < 2.0 * near || b - u < 2.0 * near {
                step = if x >= middle { -near } else { near };
            }
        }
        let u = x + if step.abs() >= near {
            step
        } else {
            near.copysign(step)
        };
        let fu = f(u);
        if fu <= fx {
            if u < x {
                b = x;
            } else {
                a = x;
            }
            (v, fv) = (w, fw);
            (w, fw) = (x, fx);
            (x, fx) = (u, fu);
        } else {
            if u < x {
                a = u;
            } else {
                b = u;
            }
            if fu <= fw || w == x {
                (v, fv) = (w, fw);
                (w, fw) = (u, fu);
            } else if fu <= fv || v == x || v == w {
                (v, fv) = (u, fu);
            }
        }
    }
    (x, fx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_least_value_is_found_beside_infinite_ones() {
        let mut asked = Vec::new();
        let (x, least) = golden(0.0, 10.0, 1e-9, |x| {
            asked.push(x);
            if x < 3.9 {
                f64::INFINITY
            } else {
                2.0 + (x - 4.0) * (x - 4.0)
            }
        });
        assert!((x - 4.0).abs() < 1e-6 && (least - 2.0).abs() < 1e-12, "{x}");
        assert!(asked.iter().all(|x| (0.0..=10.0).contains(x)));
    }
}
