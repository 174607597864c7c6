//! What a person reads of a posterior.

use euthymia_stats::optimize::golden;

/// Which interval of a posterior.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum IntervalKind {
    /// As much on either side.
    #[default]
    Central,
    /// The shortest.
    Shortest,
}

/// What a person reads of a posterior. The mean and the spread are missing where they are infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Most probable value.
    pub mode: f64,
    /// Median.
    pub median: f64,
    /// Mean.
    pub mean: Option<f64>,
    /// Standard deviation.
    pub sd: Option<f64>,
    /// Lower bound of the interval.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// Where `f` is highest in [0, upper]: the best of a grid, then refined; 0 where nothing is higher than it.
pub(super) fn highest(f: impl Fn(f64) -> f64, upper: f64) -> f64 {
    const STEPS: usize = 200;
    // Denser towards 0.
    let at = |step: usize| {
        let u = step as f64 / STEPS as f64;
        upper * u * u
    };
    let mut best = 0;
    let mut top = f(0.0);
    for step in 1..=STEPS {
        let height = f(at(step));
        if height > top {
            (best, top) = (step, height);
        }
    }
    let (low, high) = (at(best.saturating_sub(1)), at((best + 1).min(STEPS)));
    let (x, negative) = golden(low, high, 1e-10 * upper, |x| -f(x));
    // At the edge golden sections end beside it.
    if f(0.0) >= -negative || best == 0 && x < 1e-6 * upper {
        0.0
    } else {
        x
    }
}

pub(super) fn bounds(kind: IntervalKind, level: f64, quantile: impl Fn(f64) -> f64) -> (f64, f64) {
    let outside = 1.0 - level;
    let below = match kind {
        IntervalKind::Central => 0.5 * outside,
        IntervalKind::Shortest => {
            let (below, _) = golden(0.0, outside, 1e-9, |p| {
                quantile(p.max(1e-14) + level) - quantile(p.max(1e-14))
            });
            if below < 1e-6 { 0.0 } else { below }
        }
    };
    (quantile(below), quantile(below + level))
}
