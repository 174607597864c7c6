//! The integral over the whole line: mapped to (0, 1], halved where its error is largest, and extrapolated
//! (QUADPACK's QAGI: Piessens, de Doncker-Kapenga, Überhuber and Kahaner 1983, section 2.2).

use super::extrapolation::Sequence;
use super::{GAUSS, Integral, KRONROD, NODES};

/// A piece of (0, 1] with its estimate.
#[derive(Clone, Copy)]
struct Piece {
    low: f64,
    high: f64,
    value: f64,
    error: f64,
}

struct Rule {
    value: f64,
    error: f64,
    /// Integral of the magnitude.
    magnitude: f64,
    /// Integral of the distance from the mean.
    spread: f64,
}

/// The Kronrod rule for `f(x) + f(-x)`, `x = (1 - t) / t`, over `t` in [low, high].
fn rule(low: f64, high: f64, f: &mut impl FnMut(f64) -> f64) -> Rule {
    let (center, half) = (0.5 * (low + high), 0.5 * (high - low));
    let mut at = |t: f64| {
        let x = (1.0 - t) / t;
        let both = f(x) + f(-x);
        both / t / t
    };
    let middle = at(center);
    let mut gauss = GAUSS[3] * middle;
    let mut kronrod = KRONROD[7] * middle;
    let mut magnitude = kronrod.abs();
    let mut values = [(0.0, 0.0); 7];
    for (j, pair) in values.iter_mut().enumerate() {
        let off = half * NODES[j];
        *pair = (at(center - off), at(center + off));
        let sum = pair.0 + pair.1;
        if j % 2 == 1 {
            gauss += GAUSS[j / 2] * sum;
        }
        kronrod += KRONROD[j] * sum;
        magnitude += KRONROD[j] * (pair.0.abs() + pair.1.abs());
    }
    let mean = 0.5 * kronrod;
    let mut spread = KRONROD[7] * (middle - mean).abs();
    for (weight, pair) in KRONROD.iter().zip(&values) {
        spread += weight * ((pair.0 - mean).abs() + (pair.1 - mean).abs());
    }
    let value = kronrod * half;
    let (spread, magnitude) = (spread * half, magnitude * half);
    let mut error = ((kronrod - gauss) * half).abs();
    if spread != 0.0 && error != 0.0 {
        let ratio = 200.0 * error / spread;
        error = spread * (ratio * ratio.sqrt()).min(1.0);
    }
    if magnitude > f64::MIN_POSITIVE / (50.0 * f64::EPSILON) {
        error = error.max(50.0 * f64::EPSILON * magnitude);
    }
    Rule {
        value,
        error,
        magnitude,
        spread,
    }
}

/// The pieces by falling error, and which of them is halved next.
struct Order {
    places: Vec<usize>,
    /// The place in `places` of the piece to halve.
    next: usize,
    limit: usize,
}

impl Order {
    fn maximum(&self) -> usize {
        self.places[self.next]
    }

    /// Takes up a halving: the piece at `halved` and the last one have new errors.
    fn update(&mut self, pieces: &[Piece], halved: usize) {
        let last = pieces.len() - 1;
        if pieces.len() <= 2 {
            self.places = vec![0, 1];
            return;
        }
        let (error, smaller) = (pieces[halved].error, pieces[last].error);
        while self.next > 0 {
            let before = self.places[self.next - 1];
            if error <= pieces[before].error {
                break;
            }
            self.places[self.next] = before;
            self.next -= 1;
        }
        // Towards the limit fewer pieces need to stay in order.
        let count = pieces.len();
        let bound = if count > self.limit / 2 + 2 {
            self.limit + 3 - count
        } else {
            count
        };
        self.places.resize(self.places.len().max(count + 1), 0);
        let end = bound - 1;
        for i in self.next + 1..end {
            let following = self.places[i];
            if error >= pieces[following].error {
                self.places[i - 1] = halved;
                let mut k = end - 1;
                for _ in i..end {
                    let following = self.places[k];
                    if smaller < pieces[following].error {
                        self.places[k + 1] = last;
                        return;
                    }
                    self.places[k + 1] = following;
                    k -= 1;
                }
                self.places[i] = last;
                return;
            }
            self.places[i - 1] = following;
        }
        self.places[end - 1] = halved;
        self.places[bound - 1] = last;
    }
}

/// The integral of `f` over the whole line to an error of `tolerance`, absolute or relative, whichever is wider, in at most
/// `limit` pieces. The error is infinite where that was not reached.
#[must_use]
pub fn whole_line(tolerance: f64, limit: usize, mut f: impl FnMut(f64) -> f64) -> Integral {
    let first = rule(0.0, 1.0, &mut f);
    let bound = |value: f64| tolerance.max(tolerance * value.abs());
    let done = |value: f64, error: f64, converged: bool| Integral {
        value,
        error: if converged { error } else { f64::INFINITY },
    };
    let rounding = first.error <= 100.0 * f64::EPSILON * first.magnitude && first.error > bound(first.value);
    let good = first.error <= bound(first.value) && first.error != first.spread;
    if rounding || good || first.error == 0.0 || limit < 2 {
        return done(first.value, first.error, good || first.error == 0.0);
    }
    let one_sign = first.value.abs() >= (1.0 - 50.0 * f64::EPSILON) * first.magnitude;
    let mut pieces = vec![Piece {
        low: 0.0,
        high: 1.0,
        value: first.value,
        error: first.error,
    }];
    let mut order = Order {
        places: vec![0],
        next: 0,
        limit,
    };
    let mut sequence = Sequence::new();
    sequence.push(first.value);
    let (mut area, mut error_sum) = (first.value, first.error);
    // The extrapolated result with its error; none yet.
    let (mut result, mut error, mut correction) = (0.0, f64::MAX, 0.0);
    let (mut extrapolate, mut exhausted) = (false, false);
    let (mut small, mut error_large, mut error_test) = (0.375, 0.0, 0.0);
    let (mut stalled, mut stalled_late, mut grown, mut without_gain) = (0, 0, 0, 0);
    let mut trouble = false;
    let mut trouble_extrapolating = false;
    'halving: while pieces.len() < limit {
        let chosen = order.maximum();
        let old = pieces[chosen];
        let middle = 0.5 * (old.low + old.high);
        let (left, right) = (rule(old.low, middle, &mut f), rule(middle, old.high, &mut f));
        let (value, new_error) = (left.value + right.value, left.error + right.error);
        error_sum += new_error - old.error;
        area += value - old.value;
        let count = pieces.len() + 1;
        if left.spread != left.error && right.spread != right.error {
            if (old.value - value).abs() <= 1e-5 * value.abs() && new_error >= 0.99 * old.error {
                if extrapolate {
                    stalled_late += 1;
                } else {
                    stalled += 1;
                }
            }
            if count > 10 && new_error > old.error {
                grown += 1;
            }
        }
        trouble |= stalled + stalled_late >= 10 || grown >= 20;
        trouble_extrapolating |= stalled_late >= 5;
        trouble |= count == limit;
        trouble |= old.high.abs() <= (1.0 + 100.0 * f64::EPSILON) * (middle.abs() + 1e3 * f64::MIN_POSITIVE);
        let piece = |low, high, of: &Rule| Piece {
            low,
            high,
            value: of.value,
            error: of.error,
        };
        let (a, b) = (piece(old.low, middle, &left), piece(middle, old.high, &right));
        // The worse half stays in its place.
        let (here, appended) = if right.error > left.error { (b, a) } else { (a, b) };
        pieces[chosen] = here;
        pieces.push(appended);
        order.update(&pieces, chosen);
        if error_sum <= bound(area) {
            return done(pieces.iter().map(|piece| piece.value).sum(), error_sum, true);
        }
        if trouble {
            break;
        }
        if count == 2 {
            error_large = error_sum;
            error_test = bound(area);
            sequence.push(area);
            continue;
        }
        if exhausted {
            continue;
        }
        error_large -= old.error;
        if (middle - old.low).abs() > small {
            error_large += new_error;
        }
        let wide = |place: usize| (pieces[place].high - pieces[place].low).abs() > small;
        if !extrapolate {
            if wide(order.maximum()) {
                continue;
            }
            extrapolate = true;
            order.next = 1;
        }
        if !trouble_extrapolating && error_large > error_test {
            // Halve the wide pieces first: extrapolation needs them settled.
            let end = if count > 2 + limit / 2 { limit + 3 - count } else { count };
            for _ in order.next..end {
                if wide(order.maximum()) {
                    continue 'halving;
                }
                order.next += 1;
            }
        }
        sequence.push(area);
        let (limit_value, limit_error) = sequence.limit();
        without_gain += 1;
        let hopeless = without_gain > 5 && error < 1e-3 * error_sum;
        if limit_error < error {
            without_gain = 0;
            (result, error, correction) = (limit_value, limit_error, error_large);
            error_test = bound(result);
            if error <= error_test {
                break;
            }
        }
        exhausted |= sequence.len() == 1;
        if hopeless {
            trouble = true;
            break;
        }
        order.next = 0;
        extrapolate = false;
        small *= 0.5;
        error_large = error_sum;
    }
    let sum: f64 = pieces.iter().map(|piece| piece.value).sum();
    if error == f64::MAX {
        return done(sum, error_sum, false);
    }
    if trouble || trouble_extrapolating {
        if trouble_extrapolating {
            error += correction;
        }
        let worse = if result != 0.0 && area != 0.0 {
            error / result.abs() > error_sum / area.abs()
        } else {
            error > error_sum
        };
        if worse {
            return done(sum, error_sum, false);
        }
    }
    let cancelled = !one_sign && result.abs().max(area.abs()) <= 0.01 * first.magnitude;
    let ratio = result / area;
    let diverges = !cancelled && (!(0.01..=100.0).contains(&ratio) || error_sum > area.abs());
    done(result, error, !trouble && !trouble_extrapolating && !diverges)
}

#[cfg(test)]
mod tests {
    use super::*;
    use euthymia_vecmath::scalar::exp;

    #[test]
    fn integrals_that_are_known() {
        let normal = whole_line(1e-11, 100, |x| exp(-0.5 * x * x));
        let root = core::f64::consts::TAU.sqrt();
        assert!((normal.value - root).abs() < 1e-11 && normal.error < 1e-10, "{normal:?}");
        let cauchy = whole_line(1e-11, 100, |x| 1.0 / (1.0 + x * x));
        assert!((cauchy.value - core::f64::consts::PI).abs() < 1e-10, "{cauchy:?}");
        // Far from the origin and narrow.
        let far = whole_line(1e-10, 100, |x| crate::normal::density((x - 3.0) / 0.05) / 0.05);
        assert!((far.value - 1.0).abs() < 1e-9, "{far:?}");
        // With a kink.
        let kink = whole_line(1e-9, 200, |x| exp(-(x - 0.3).abs()));
        assert!((kink.value - 2.0).abs() < 1e-8, "{kink:?}");
    }

    #[test]
    fn what_cannot_be_done_is_told() {
        assert!(whole_line(1e-10, 20, |_| 1.0).error.is_infinite());
        assert!(whole_line(1e-10, 50, |_| f64::NAN).error.is_infinite());
    }
}
