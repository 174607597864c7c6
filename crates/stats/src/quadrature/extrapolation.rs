//! The epsilon algorithm (Wynn 1956): the limit of a sequence from the last of its terms, as QUADPACK applies it to the
//! estimates of an integral.

/// Terms that are kept.
const MOST: usize = 50;

/// The lower diagonal of the epsilon table, and the last results.
pub(super) struct Sequence {
    table: Vec<f64>,
    results: [f64; 3],
    calls: usize,
}

impl Sequence {
    pub(super) fn new() -> Self {
        Self {
            table: Vec::with_capacity(MOST + 2),
            results: [0.0; 3],
            calls: 0,
        }
    }

    pub(super) fn push(&mut self, term: f64) {
        self.table.push(term);
    }

    /// How many terms the table still holds.
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// The limit and how far it may be off; infinitely far until three earlier limits are known.
    pub(super) fn limit(&mut self) -> (f64, f64) {
        self.calls += 1;
        let count = self.table.len();
        let last = self.table[count - 1];
        let floor = |result: f64, error: f64| error.max(5.0 * f64::EPSILON * result.abs());
        if count < 3 {
            return (last, f64::MAX);
        }
        let (mut result, mut error) = (last, f64::MAX);
        let table = &mut self.table;
        // Two places behind the end hold the newest term while the diagonal is rewritten in place.
        table.push(f64::MAX);
        table.push(last);
        table[count - 1] = f64::MAX;
        let elements = (count - 1) / 2;
        let mut kept = count;
        let mut at = count - 1;
        for i in 1..=elements {
            let mut new = table[at + 2];
            let (e0, e1, e2) = (table[at - 2], table[at - 1], new);
            let (delta2, delta3) = (e2 - e1, e1 - e0);
            let (error2, error3) = (delta2.abs(), delta3.abs());
            let tolerance2 = e2.abs().max(e1.abs()) * f64::EPSILON;
            let tolerance3 = e1.abs().max(e0.abs()) * f64::EPSILON;
            if error2 <= tolerance2 && error3 <= tolerance3 {
                // Three equal terms: that is the limit.
                table.truncate(count);
                return (new, floor(new, error2 + error3));
            }
            let e3 = table[at];
            table[at] = e1;
            let delta1 = e1 - e3;
            let tolerance1 = e1.abs().max(e3.abs()) * f64::EPSILON;
            if delta1.abs() <= tolerance1 || error2 <= tolerance2 || error3 <= tolerance3 {
                kept = 2 * i - 1;
                break;
            }
            let slope = 1.0 / delta1 + 1.0 / delta2 - 1.0 / delta3;
            if (slope * e1).abs() <= 1e-4 {
                kept = 2 * i - 1;
                break;
            }
            new = e1 + 1.0 / slope;
            table[at] = new;
            at = at.saturating_sub(2);
            let off = error2 + (new - e2).abs() + error3;
            if off <= error {
                (result, error) = (new, off);
            }
        }
        if kept == MOST {
            kept = MOST - 1;
        }
        // The new diagonal: every second element moves down by one step of the table.
        let mut place = usize::from(count % 2 == 0);
        for _ in 0..=elements {
            table[place] = table[place + 2];
            place += 2;
        }
        if kept < count {
            for i in 0..kept {
                table[i] = table[count - kept + i];
            }
        }
        table.truncate(kept);
        if self.calls < 4 {
            self.results[self.calls - 1] = result;
            error = f64::MAX;
        } else {
            let [a, b, c] = self.results;
            error = (result - c).abs() + (result - b).abs() + (result - a).abs();
            self.results = [b, c, result];
        }
        (result, floor(result, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_sums_of_an_alternating_series_give_their_limit() {
        // 1 - 1/2 + 1/3 - ... = ln 2: nine terms alone are off by 0.05.
        let mut sequence = Sequence::new();
        let mut sum = 0.0;
        let mut found = (0.0, 0.0);
        for n in 1..=9 {
            sum += if n % 2 == 1 { 1.0 } else { -1.0 } / f64::from(n);
            sequence.push(sum);
            if n > 2 {
                found = sequence.limit();
            }
        }
        assert!((found.0 - core::f64::consts::LN_2).abs() < 1e-6, "{found:?}");
        assert!(found.1 < 1e-3, "{found:?}");
    }
}
