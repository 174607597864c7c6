//! From the improvement over patients to what trials report of their scores.
//!
//! The baseline is log-normal over patients and independent of the improvement, so that a score is log-normal too. The top of
//! the scale is not reached by means and deviations of treated arms, and is left to simulation.

use super::structure::Latent;
use euthymia_stats::real::Real;

/// Scores of an arm's patients before treatment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Before<R> {
    /// Their mean, points.
    pub mean: R,
    /// Their standard deviation, points.
    pub sd: R,
}

/// Scores of an arm's patients at a visit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores<R> {
    /// Before treatment.
    pub baseline: Before<R>,
    /// What they improved by.
    pub latent: Latent<R>,
}

impl<R: Real> Scores<R> {
    /// The mean fraction of the baseline that is left.
    fn left(&self) -> R {
        (self.latent.variance * 0.5 - self.latent.mean).exp()
    }

    /// Its mean square.
    fn left_squared(&self) -> R {
        ((self.latent.variance - self.latent.mean) * 2.0).exp()
    }

    /// Mean score, points.
    #[must_use]
    pub fn mean(&self) -> R {
        self.baseline.mean * self.left()
    }

    /// Mean change from baseline, points: negative where people improved.
    #[must_use]
    pub fn change(&self) -> R {
        self.baseline.mean * (self.left() - 1.0)
    }

    /// Standard deviation of the score, points.
    #[must_use]
    pub fn sd(&self) -> R {
        let (mean, left) = (self.baseline.mean, self.left());
        let squares = (mean * mean + self.baseline.sd * self.baseline.sd) * self.left_squared();
        (squares - mean * mean * left * left).sqrt()
    }

    /// Standard deviation of the change from baseline, points.
    #[must_use]
    pub fn change_sd(&self) -> R {
        let (mean, left) = (self.baseline.mean, self.left());
        let lost = left - 1.0;
        let squares = self.left_squared() - left * 2.0 + 1.0;
        ((mean * mean + self.baseline.sd * self.baseline.sd) * squares - mean * mean * lost * lost).sqrt()
    }

    /// The standard normal deviate below which those lie who have a whole score of `cut_off` or less.
    #[must_use]
    pub fn remission_deviate(&self, cut_off: f64) -> R {
        let spread = self.baseline.sd / self.baseline.mean;
        let variance = (spread * spread + 1.0).ln();
        let centre = self.baseline.mean.ln() - variance * 0.5 - self.latent.mean;
        let below = -centre + euthymia_vecmath::scalar::ln(cut_off + 0.5);
        below / (variance + self.latent.variance).sqrt()
    }

    /// Proportion with a whole score of `cut_off` or less.
    #[must_use]
    pub fn remission(&self, cut_off: f64) -> R {
        self.remission_deviate(cut_off).normal_cdf()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use euthymia_stats::random::{Purpose, Stream};
    use euthymia_vecmath::scalar::{exp, ln};

    /// Every closed form against 400,000 patients drawn one by one.
    #[test]
    fn patients_drawn_one_by_one_agree() {
        let scores = Scores {
            baseline: Before { mean: 34.0, sd: 5.5 },
            latent: Latent {
                mean: 0.7,
                variance: 0.3,
                residual: 0.03,
            },
        };
        let log_variance: f64 = ln(1.0 + (5.5f64 / 34.0) * (5.5 / 34.0));
        let log_mean = ln(34.0) - log_variance / 2.0;
        let n = 400_000;
        let stream = Stream::new(7);
        let (mut sum, mut squares, mut change, mut change_squares) = (0.0, 0.0, 0.0, 0.0);
        let (mut responses, mut remissions) = (0.0, 0.0);
        for patient in 0..n {
            let source = stream.at(Purpose(1), 0, patient);
            let baseline = exp(log_mean + log_variance.sqrt() * source.normal(0));
            let score = baseline * exp(-(0.7 + 0.3f64.sqrt() * source.normal(1)));
            sum += score;
            squares += score * score;
            change += score - baseline;
            change_squares += (score - baseline) * (score - baseline);
            responses += f64::from(u8::from(score <= 0.5 * baseline));
            remissions += f64::from(u8::from(score <= 12.5));
        }
        let n = n as f64;
        let sd = |sum: f64, squares: f64| (squares / n - sum / n * (sum / n)).sqrt();
        let close =
            |ours: f64, drawn: f64, error: f64| assert!((ours - drawn).abs() < 4.0 * error, "{ours} {drawn}");
        close(scores.mean(), sum / n, scores.sd() / n.sqrt());
        close(scores.change(), change / n, scores.change_sd() / n.sqrt());
        // The fourth moment of a log-normal is large: three times the error of a normal's standard deviation.
        close(
            scores.sd(),
            sd(sum, squares),
            3.0 * scores.sd() / (2.0 * n).sqrt(),
        );
        close(
            scores.change_sd(),
            sd(change, change_squares),
            3.0 * scores.sd() / (2.0 * n).sqrt(),
        );
        close(scores.latent.response(0.5, 0.0), responses / n, 0.5 / n.sqrt());
        close(scores.remission(12.0), remissions / n, 0.5 / n.sqrt());
    }
}
