//! Quantiles of samples.

mod sketch;

pub use sketch::Sketch;

/// The quantile of sorted values by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996,
/// the default of R and NumPy). `p` is clipped to [0, 1]. NaN of nothing, or for a p of NaN.
#[must_use]
pub fn type7(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    if p.is_nan() {
        return f64::NAN;
    }
    let position = last as f64 * p.clamp(0.0, 1.0);
    let below = position.floor() as usize;
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    let fraction = position - below as f64;
    // Neighbours may be infinite.
    if low == high || fraction == 0.0 {
        low
    } else {
        low + fraction * (high - low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `quantile(c(1, 2, 4, 8, 16), c(0, .1, .25, .5, .9, 1))` of R.
    #[test]
    fn agrees_with_r() {
        let sorted = [1.0, 2.0, 4.0, 8.0, 16.0];
        for (p, expected) in [
            (0.0, 1.0),
            (0.1, 1.4),
            (0.25, 2.0),
            (0.5, 4.0),
            (0.9, 12.8),
            (1.0, 16.0),
        ] {
            assert!((type7(&sorted, p) - expected).abs() < 1e-14);
        }
        assert_eq!(type7(&[3.0], 0.7), 3.0);
        assert!(type7(&[], 0.5).is_nan());
    }
}
