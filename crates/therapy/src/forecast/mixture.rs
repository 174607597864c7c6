//! Quantiles of a weighted mixture of normals: what many particles together say of one number.

use euthymia_stats::normal;

/// One part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) weight: f64,
    pub(super) mean: f64,
    pub(super) sd: f64,
}

/// Parts of less weight than this, all together, are left out of quantiles.
const NEGLIGIBLE: f64 = 1e-7;
/// Quantiles are as exact as this part of the standard deviation.
const EXACT: f64 = 1e-5;

/// Mean and standard deviation of the mixture; weights add up to 1.
pub(super) fn moments(parts: &[Part]) -> (f64, f64) {
    let mean: f64 = parts.iter().map(|part| part.weight * part.mean).sum();
    let around = |part: &Part| {
        let off = part.mean - mean;
        part.weight * (part.sd * part.sd + off * off)
    };
    (mean, parts.iter().map(around).sum::<f64>().sqrt())
}

/// The probability of a value of at most `x`.
pub(super) fn cdf(parts: &[Part], x: f64) -> f64 {
    let below = |part: &Part| part.weight * normal::cdf((x - part.mean) / part.sd);
    parts.iter().map(below).sum()
}

/// The quantiles at probabilities. The mixture is nearly normal: on the scale of normal deviates its distribution function is nearly a
/// line, along which few steps lead to a quantile.
pub(super) fn quantiles<const N: usize>(parts: &[Part], probabilities: [f64; N]) -> [f64; N] {
    let (mean, sd) = moments(parts);
    let least = NEGLIGIBLE / parts.len().max(1) as f64;
    let kept: Vec<Part> = parts.iter().copied().filter(|part| part.weight > least).collect();
    probabilities.map(|probability| quantile(&kept, probability, mean, sd))
}

fn quantile(parts: &[Part], probability: f64, mean: f64, sd: f64) -> f64 {
    let wanted = normal::quantile(probability);
    let (mut low, mut high) = (mean - 40.0 * sd, mean + 40.0 * sd);
    let mut x = mean + wanted * sd;
    let mut before: Option<(f64, f64)> = None;
    for _ in 0..100 {
        let reached = cdf(parts, x).clamp(1e-300, 1.0 - 1e-16);
        let off = normal::quantile(reached) - wanted;
        if off < 0.0 {
            low = x;
        } else {
            high = x;
        }
        let slope = match before {
            Some((x0, off0)) if (off - off0) * (x - x0) > 0.0 => (off - off0) / (x - x0),
            _ => 1.0 / sd,
        };
        let mut next = x - off / slope;
        if !(low..=high).contains(&next) {
            next = f64::midpoint(low, high);
        }
        before = Some((x, off));
        if (next - x).abs() <= EXACT * sd {
            return next;
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_normal() {
        let parts = [Part {
            weight: 1.0,
            mean: 2.0,
            sd: 3.0,
        }];
        for probability in [0.05, 0.5, 0.95] {
            let [x] = quantiles(&parts, [probability]);
            assert!((x - (2.0 + 3.0 * normal::quantile(probability))).abs() < 1e-4);
        }
    }

    /// Two far apart, of unlike weight and width: the distribution function leads back.
    #[test]
    fn of_two_far_apart() {
        let part = |weight, mean, sd| Part { weight, mean, sd };
        let parts = [part(0.3, -2.0, 0.1), part(0.7, 1.0, 1.0)];
        for probability in [0.01, 0.05, 0.25, 0.31, 0.5, 0.75, 0.95] {
            let [x] = quantiles(&parts, [probability]);
            assert!((cdf(&parts, x) - probability).abs() < 1e-4, "{probability}: {x}");
        }
        let (mean, sd) = moments(&parts);
        assert!((mean - 0.1).abs() < 1e-12);
        let square: f64 = 0.3 * (0.01 + 4.0) + 0.7 * (1.0 + 1.0) - 0.01;
        assert!((sd * sd - square).abs() < 1e-12);
    }
}
