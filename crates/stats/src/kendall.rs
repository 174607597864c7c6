//! Kendall's rank correlation of independent samples without ties: the exact distribution of its inversions (Kendall 1938).

/// Probability of at most `inversions` inversions in a random order of `n` things, all of them equally likely.
#[must_use]
pub fn inversions_cdf(n: usize, inversions: f64) -> f64 {
    let most = n * n.saturating_sub(1) / 2;
    if inversions.is_nan() {
        return f64::NAN;
    }
    let inversions = (inversions + 1e-7).floor();
    if inversions < 0.0 {
        return 0.0;
    }
    if inversions >= most as f64 {
        return 1.0;
    }
    probabilities(n).iter().take(inversions as usize + 1).sum()
}

/// Probabilities of 0, 1, 2, ... inversions: the thing put in as the m-th has 0 to m - 1 of the others behind it, each count
/// as likely as the next.
fn probabilities(n: usize) -> Vec<f64> {
    let mut before = vec![1.0];
    for m in 2..=n {
        let mut after = vec![0.0; before.len() + m - 1];
        // A sum over a window of m, kept up from place to place; every term is positive, so it loses little.
        let mut window = 0.0_f64;
        for (place, cell) in after.iter_mut().enumerate() {
            if let Some(entering) = before.get(place) {
                window += entering;
            }
            if place >= m {
                window -= before.get(place - m).copied().unwrap_or(0.0);
            }
            *cell = window.max(0.0) / m as f64;
        }
        // The distribution is symmetric; the second half would carry what the window lost.
        let length = after.len();
        for place in 0..length / 2 {
            after[length - 1 - place] = after[place];
        }
        before = after;
    }
    before
}

/// Two-sided probability of a sample of `n` pairs without ties with the correlation `tau`, or one further from 0.
#[must_use]
pub fn two_sided(n: usize, tau: f64) -> f64 {
    let pairs = (n * n.saturating_sub(1)) as f64;
    let concordant = ((tau + 1.0) * pairs / 4.0).round_ties_even();
    let below = inversions_cdf(n, concordant);
    // The distribution is symmetric: above from the other end keeps the digits of a small probability.
    let above = inversions_cdf(n, pairs / 2.0 - concordant);
    (2.0 * below.min(above)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_things_counted_by_hand() {
        // 1, 3, 5, 6, 5, 3, 1 of the 24 orders have 0 to 6 inversions.
        let counts = [1.0, 3.0, 5.0, 6.0, 5.0, 3.0, 1.0];
        let mut sum = 0.0;
        for (inversions, count) in counts.iter().enumerate() {
            sum += count / 24.0;
            let found = inversions_cdf(4, inversions as f64);
            assert!((found - sum).abs() < 1e-15, "{inversions}: {found} {sum}");
        }
        assert!((two_sided(4, 1.0) - 2.0 / 24.0).abs() < 1e-15);
    }

    #[test]
    fn near_the_normal_for_many() {
        let n = 60;
        let sd = (2.0 * (2.0 * 60.0 + 5.0) / (9.0 * 60.0 * 59.0_f64)).sqrt();
        let (exact, normal) = (two_sided(n, 0.2), crate::normal::two_sided(0.2 / sd));
        assert!((exact - normal).abs() < 1e-3, "{exact} {normal}");
    }

    #[test]
    fn extremes_of_large_samples_keep_their_digits() {
        // One order of 12! has no inversion.
        let factorial: f64 = (1..=12).map(f64::from).product();
        let found = inversions_cdf(12, 0.0) * factorial;
        assert!((found - 1.0).abs() < 1e-12, "{found}");
    }
}
