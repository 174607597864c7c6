//! The hypergeometric distribution, also with an odds ratio other than 1 (Fisher's noncentral): the events of the first
//! group, given both groups' sizes and all events together.

use euthymia_vecmath::scalar::{exp, ln, log_gamma};

/// Probabilities of the counts that are possible.
#[derive(Clone, Debug, PartialEq)]
pub struct Hypergeometric {
    lowest: f64,
    probabilities: Vec<f64>,
}

impl Hypergeometric {
    /// Groups of `first` and `second` people, `events` in both together, `odds` the ratio of the odds of the first to those
    /// of the second. `None` where the counts are no whole numbers that fit, or the odds are not above 0.
    #[must_use]
    pub fn new(first: f64, second: f64, events: f64, odds: f64) -> Option<Self> {
        let whole = |x: f64| x >= 0.0 && x.fract() == 0.0 && x < 1e9;
        let fits = whole(first) && whole(second) && whole(events) && events <= first + second;
        if !(fits && odds > 0.0 && odds.is_finite()) {
            return None;
        }
        let lowest = (events - second).max(0.0);
        let highest = first.min(events);
        let ln_choose = |n: f64, k: f64| log_gamma(n + 1.0) - log_gamma(k + 1.0) - log_gamma(n - k + 1.0);
        let count = (highest - lowest) as usize + 1;
        // From the mode outwards, each from its neighbour: ratios are exact, sums of logarithms of factorials are not.
        let ratio = |to: f64| (first - to + 1.0) * (events - to + 1.0) / (to * (second - events + to)) * odds;
        let mode = (0..count)
            .map(|i| lowest + i as f64)
            .map(|x| (x, ln_choose(first, x) + ln_choose(second, events - x) + x * ln(odds)))
            .max_by(|a, b| a.1.total_cmp(&b.1))?
            .0;
        let at = (mode - lowest) as usize;
        let mut probabilities = vec![0.0; count];
        probabilities[at] = 1.0;
        for i in at + 1..count {
            probabilities[i] = probabilities[i - 1] * ratio(lowest + i as f64);
        }
        for i in (0..at).rev() {
            probabilities[i] = probabilities[i + 1] / ratio(lowest + (i + 1) as f64);
        }
        let total: f64 = probabilities.iter().sum();
        probabilities.iter_mut().for_each(|p| *p /= total);
        Some(Self { lowest, probabilities })
    }

    /// Counts with their probabilities.
    pub fn iter(&self) -> impl Iterator<Item = (f64, f64)> {
        let lowest = self.lowest;
        let with_count = move |(i, p): (usize, &f64)| (lowest + i as f64, *p);
        self.probabilities.iter().enumerate().map(with_count)
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.iter().map(|(x, p)| x * p).sum()
    }

    /// The variance.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.iter().map(|(x, p)| p * (x - mean) * (x - mean)).sum()
    }

    /// Fisher's exact test: probability of a count that is as unlikely as `events`, or less likely.
    #[must_use]
    pub fn two_sided(&self, events: f64) -> f64 {
        let own = self.iter().find(|(x, _)| *x == events).map_or(0.0, |(_, p)| p);
        let limit = own * (1.0 + 1e-7);
        let sum: f64 = self.iter().filter(|(_, p)| *p <= limit).map(|(_, p)| p).sum();
        sum.min(1.0)
    }
}

/// Probability of exactly `k` successes of `n` with the probability `p` of each.
#[must_use]
pub fn binomial(n: f64, k: f64, p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        return f64::from(u8::from((p <= 0.0 && k == 0.0) || (p >= 1.0 && k == n)));
    }
    let ways = log_gamma(n + 1.0) - log_gamma(k + 1.0) - log_gamma(n - k + 1.0);
    exp(ways + k * ln(p) + (n - k) * euthymia_vecmath::scalar::ln_1p(-p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lady_tasting_tea() {
        let tea = Hypergeometric::new(4.0, 4.0, 4.0, 1.0).unwrap();
        let found: Vec<f64> = tea.iter().map(|(_, p)| p * 70.0).collect();
        for (found, wanted) in found.iter().zip([1.0, 16.0, 36.0, 16.0, 1.0]) {
            assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
        }
        assert!((tea.two_sided(3.0) - 34.0 / 70.0).abs() < 1e-14);
    }

    #[test]
    fn moments_without_and_with_odds() {
        let central = Hypergeometric::new(50.0, 70.0, 30.0, 1.0).unwrap();
        assert!((central.mean() - 30.0 * 50.0 / 120.0).abs() < 1e-12);
        let wanted = 50.0 * 70.0 * 30.0 * 90.0 / (120.0 * 120.0 * 119.0);
        assert!((central.variance() - wanted).abs() < 1e-11);
        // Two people, one event: the odds decide.
        let two = Hypergeometric::new(1.0, 1.0, 1.0, 3.0).unwrap();
        assert!((two.mean() - 0.75).abs() < 1e-15);
        assert!(Hypergeometric::new(1.5, 1.0, 1.0, 1.0).is_none());
        assert!(Hypergeometric::new(1.0, 1.0, 3.0, 1.0).is_none());
    }
}
