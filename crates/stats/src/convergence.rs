//! Whether chains of draws agree, and what their averages are worth.
//!
//! After Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), doi:10.1214/20-BA1221: chains are split in halves,
//! draws replaced by normal scores of their ranks where heavy tails would hide what is wrong, and autocorrelations
//! summed as Geyer (1992) does. Chains are slices of equal length. There is no answer, `None`, for fewer than four
//! draws a chain, chains of unequal length, draws that are not finite, and draws that are all the same.

mod effective;

use crate::{beta, normal, quantile};
use effective::effective;

/// Draws as checks need them: halves of chains.
struct Halves(Vec<Vec<f64>>);

impl Halves {
    fn of<C: AsRef<[f64]>>(chains: &[C]) -> Option<Self> {
        let length = chains.first()?.as_ref().len();
        let sound = |chain: &C| {
            let chain = chain.as_ref();
            chain.len() == length && chain.iter().all(|x| x.is_finite())
        };
        if length < 4 || !chains.iter().all(sound) {
            return None;
        }
        // Of an odd number of draws the middle one is in neither half.
        let half = length / 2;
        let first = chains.iter().map(|chain| chain.as_ref()[..half].to_vec());
        let second = chains
            .iter()
            .map(|chain| chain.as_ref()[length - half..].to_vec());
        Some(Self(first.chain(second).collect()))
    }

    /// Every draw replaced.
    fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        let along = |half: &Vec<f64>| half.iter().map(|&x| f(x)).collect();
        Self(self.0.iter().map(along).collect())
    }

    fn sorted(&self) -> Vec<f64> {
        let mut all: Vec<f64> = self.0.iter().flatten().copied().collect();
        all.sort_unstable_by(f64::total_cmp);
        all
    }

    /// Distances from the median.
    fn folded(&self) -> Self {
        let median = quantile::type7(&self.sorted(), 0.5);
        self.map(|x| (x - median).abs())
    }

    /// Normal scores of the ranks in all halves together, ties sharing theirs (Blom 1958).
    fn scores(&self) -> Self {
        let sorted = self.sorted();
        let total = sorted.len() as f64;
        self.map(|x| {
            let below = sorted.partition_point(|&y| y < x);
            let through = sorted.partition_point(|&y| y <= x);
            let rank = 0.5 * (below + through + 1) as f64;
            normal::quantile((rank - 0.375) / (total + 0.25))
        })
    }

    /// By how much the variance over all halves exceeds that within them, as a ratio of standard deviations.
    fn reduction(&self) -> Option<f64> {
        let draws = self.0.first()?.len() as f64;
        let means: Vec<f64> = self.0.iter().map(|half| mean(half)).collect();
        let within = self.0.iter().map(|half| variance(half)).sum::<f64>() / self.0.len() as f64;
        let between = draws * variance(&means);
        let ratio = ((between / within + draws - 1.0) / draws).sqrt();
        ratio.is_finite().then_some(ratio)
    }
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn variance(x: &[f64]) -> f64 {
    let mean = mean(x);
    x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (x.len() as f64 - 1.0)
}

fn pooled<C: AsRef<[f64]>>(chains: &[C]) -> Vec<f64> {
    chains.iter().flat_map(|chain| chain.as_ref()).copied().collect()
}

/// Rank-normalised split R-hat: the larger of those of location and of spread. Chains that agree have one near 1; above
/// 1.01 they should not be used.
#[must_use]
pub fn r_hat<C: AsRef<[f64]>>(chains: &[C]) -> Option<f64> {
    let halves = Halves::of(chains)?;
    let location = halves.scores().reduction()?;
    let spread = halves.folded().scores().reduction();
    // Draws of two values lie equally far from their median.
    Some(spread.map_or(location, |spread| location.max(spread)))
}

/// How many independent draws would tell the centre of the distribution as well.
#[must_use]
pub fn ess_bulk<C: AsRef<[f64]>>(chains: &[C]) -> Option<f64> {
    effective(&Halves::of(chains)?.scores().0)
}

/// How many independent draws would tell the worse of the 5 % and the 95 % quantile as well.
#[must_use]
pub fn ess_tail<C: AsRef<[f64]>>(chains: &[C]) -> Option<f64> {
    Some(ess_quantile(chains, 0.05)?.min(ess_quantile(chains, 0.95)?))
}

/// How many independent draws would tell the mean as well.
#[must_use]
pub fn ess_mean<C: AsRef<[f64]>>(chains: &[C]) -> Option<f64> {
    effective(&Halves::of(chains)?.0)
}

/// How many independent draws would tell the quantile of `p` as well: those of whether a draw lies below it.
#[must_use]
pub fn ess_quantile<C: AsRef<[f64]>>(chains: &[C], p: f64) -> Option<f64> {
    let halves = Halves::of(chains)?;
    let mut sorted = pooled(chains);
    sorted.sort_unstable_by(f64::total_cmp);
    let at = quantile::type7(&sorted, p);
    effective(&halves.map(|x| f64::from(u8::from(x <= at))).0)
}

/// Standard error of the mean of all draws.
#[must_use]
pub fn mcse_mean<C: AsRef<[f64]>>(chains: &[C]) -> Option<f64> {
    let draws = ess_mean(chains)?;
    Some((variance(&pooled(chains)) / draws).sqrt())
}

/// Standard error of the quantile of `p`: half the width of the interval that holds it with the probability of one
/// standard error to each side.
#[must_use]
pub fn mcse_quantile<C: AsRef<[f64]>>(chains: &[C], p: f64) -> Option<f64> {
    let draws = ess_quantile(chains, p)?;
    let mut sorted = pooled(chains);
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len() - 1;
    let place = |sigma: f64| {
        let share = beta::quantile(draws * p + 1.0, draws * (1.0 - p) + 1.0, normal::cdf(sigma));
        (share * sorted.len() as f64 - 1.0).clamp(0.0, last as f64)
    };
    let low = sorted[place(-1.0).floor() as usize];
    let high = sorted[place(1.0).ceil() as usize];
    Some(0.5 * (high - low))
}

/// Estimated fraction of missing information of one chain, from the Hamiltonian at each of its draws (Betancourt 2016,
/// arXiv:1604.00695): how much of the energy's spread a fresh momentum brings. Below 0.3 the tails are hardly explored.
#[must_use]
pub fn e_bfmi(energy: &[f64]) -> Option<f64> {
    if energy.len() < 4 {
        return None;
    }
    let steps = energy
        .windows(2)
        .map(|pair| (pair[1] - pair[0]) * (pair[1] - pair[0]));
    let fraction = steps.sum::<f64>() / (energy.len() as f64 - 1.0) / variance(energy);
    fraction.is_finite().then_some(fraction)
}

#[cfg(test)]
mod tests;
