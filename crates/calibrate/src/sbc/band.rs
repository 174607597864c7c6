//! A band that the empirical distribution function of uniform ranks keeps within, everywhere at once.
//!
//! Säilynoja, Bürkner and Vehtari (2022), doi:10.1007/s11222-022-10090-6: at each point an interval of the binomial
//! distribution, all of the same level, which is chosen so that the whole curve stays inside with the probability wanted.

use euthymia_stats::counts::binomial_quantile;
use euthymia_vecmath::scalar::{exp, ln, ln_1p, log_gamma};

/// Counts below the edges between bins, and the band they should keep within.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// How many values lie below each edge.
    pub counts: Vec<usize>,
    /// The least of them that would do.
    pub low: Vec<usize>,
    /// The most.
    pub high: Vec<usize>,
}

impl Band {
    /// Of a histogram with bins that are equally likely.
    pub(super) fn of(histogram: &[usize], level: f64) -> Self {
        Self::within(histogram, limits(histogram.iter().sum(), histogram.len(), level))
    }

    fn within(histogram: &[usize], (low, high): (Vec<usize>, Vec<usize>)) -> Self {
        let edges = histogram.len().saturating_sub(1);
        let counts = histogram
            .iter()
            .take(edges)
            .scan(0, |below, count| {
                *below += count;
                Some(*below)
            })
            .collect();
        Self { counts, low, high }
    }

    /// Whether the curve keeps within the band.
    #[must_use]
    pub fn holds(&self) -> bool {
        let limits = self.low.iter().zip(&self.high);
        self.counts
            .iter()
            .zip(limits)
            .all(|(count, (low, high))| (low..=high).contains(&count))
    }
}

/// The narrowest band of intervals of one level that holds with probability `level` at least.
fn limits(total: usize, bins: usize, level: f64) -> (Vec<usize>, Vec<usize>) {
    // A curve is outside with at least the probability of being so at one edge, and at most that at all of them.
    let (mut narrow, mut wide) = (1.0 - level, (1.0 - level) / bins as f64);
    let mut best = intervals(total, bins, wide);
    for _ in 0..30 {
        let middle = (narrow * wide).sqrt();
        let tried = intervals(total, bins, middle);
        if inside(total, &tried) >= level {
            best = tried;
            wide = middle;
        } else {
            narrow = middle;
        }
    }
    best
}

/// At each edge, the counts that leave out at most `outside` of the binomial distribution, half on each side.
fn intervals(total: usize, bins: usize, outside: f64) -> (Vec<usize>, Vec<usize>) {
    let at = |edge: usize, p: f64| binomial_quantile(total as f64, edge as f64 / bins as f64, p) as usize;
    let low = (1..bins).map(|edge| at(edge, 0.5 * outside)).collect();
    let high = (1..bins).map(|edge| at(edge, 1.0 - 0.5 * outside)).collect();
    (low, high)
}

/// The probability that uniform values keep within all intervals: from edge to edge, the next count is the one before and
/// a binomial number of those that are left.
fn inside(total: usize, (low, high): &(Vec<usize>, Vec<usize>)) -> f64 {
    let bins = low.len() + 1;
    // Of each count from `first` on.
    let mut first = 0;
    let mut probabilities = vec![1.0];
    for (edge, (&low, &high)) in low.iter().zip(high).enumerate() {
        let share = 1.0 / (bins - edge) as f64;
        let mut next = vec![0.0; high + 1 - low];
        for (i, probability) in probabilities.iter().enumerate() {
            let before = first + i;
            for after in low.max(before)..=high {
                next[after - low] += probability * binomial(total - before, share, after - before);
            }
        }
        first = low;
        probabilities = next;
    }
    probabilities.iter().sum()
}

fn binomial(trials: usize, success: f64, count: usize) -> f64 {
    let (n, k) = (trials as f64, count as f64);
    let ways = log_gamma(n + 1.0) - log_gamma(k + 1.0) - log_gamma(n - k + 1.0);
    exp(ways + k * ln(success) + (n - k) * ln_1p(-success))
}

#[cfg(test)]
mod tests {
    use euthymia_stats::random::{Purpose, Stream};

    use super::*;

    #[test]
    fn the_chance_of_keeping_inside_is_that_of_a_binomial_for_two_bins() {
        let limits = (vec![4], vec![7]);
        let expected: f64 = (4..=7).map(|k| binomial(10, 0.5, k)).sum();
        assert!((inside(10, &limits) - expected).abs() < 1e-14);
        // Nothing is left out, nothing is lost.
        assert!((inside(40, &(vec![0; 9], vec![40; 9])) - 1.0).abs() < 1e-12);
    }

    /// 2,000 samples of 150 uniform values: as many outside as the level says, within 4 standard errors. Counts are whole, so
    /// the band holds a little more.
    #[test]
    fn uniform_values_keep_inside_as_often_as_the_level_says() {
        let (replicates, values, bins) = (2_000, 150, 20);
        let limits = limits(values, bins, 0.95);
        let chance = inside(values, &limits);
        assert!((0.95..0.965).contains(&chance), "{chance}");
        let kept = (0..replicates)
            .filter(|&replicate| {
                let address = Stream::new(3).at(Purpose(1), 0, replicate);
                let mut histogram = vec![0; bins];
                for draw in 0..values {
                    histogram[(address.uniform(draw as u32) * bins as f64) as usize] += 1;
                }
                Band::within(&histogram, limits.clone()).holds()
            })
            .count();
        let error = (chance * (1.0 - chance) / replicates as f64).sqrt();
        let share = kept as f64 / replicates as f64;
        assert!((share - chance).abs() < 4.0 * error, "{share}, not {chance}");
    }

    #[test]
    fn values_that_pile_up_leave_the_band() {
        let mut histogram = vec![10; 20];
        assert!(Band::of(&histogram, 0.95).holds());
        histogram[0] = 40;
        histogram[19] = 0;
        assert!(!Band::of(&histogram, 0.95).holds());
    }
}
