//! Crossover trials: what the two periods of the same people say, with their correlation stated.
//!
//! A trial that is analysed as if its periods were two groups of people loses what it was made for; one whose correlation
//! is guessed silently claims too much. So the correlation is given, or had from what the trial reports of the
//! differences within people (Elbourne et al. 2002, doi:10.1093/ije/31.1.140; Cochrane Handbook 23.2).

use euthymia_stats::student;

use super::correlation::t_of_p;
use super::means::correction;

/// What a trial reports of the two treatments in the same people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossover {
    /// Mean under the first treatment.
    pub mean1: f64,
    /// Its standard deviation.
    pub sd1: f64,
    /// Mean under the second treatment.
    pub mean2: f64,
    /// Its standard deviation.
    pub sd2: f64,
    /// People who had both.
    pub n: f64,
}

/// What is known of the differences within people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Within {
    /// The correlation of the two periods, from another trial or assumed: say so.
    Correlation(f64),
    /// The standard deviation of the differences.
    SdOfDifference(f64),
    /// Their standard error.
    StandardError(f64),
    /// The interval of the mean difference, with its coverage.
    Interval(f64, f64, f64),
    /// The paired t statistic.
    T(f64),
    /// Its two-sided p value.
    P(f64),
}

/// An effect of a crossover trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Paired {
    /// The effect.
    pub y: f64,
    /// Its sampling variance.
    pub v: f64,
    /// The correlation of the periods that it rests on.
    pub correlation: f64,
    /// How that was had, for the reader.
    pub how: String,
}

impl Crossover {
    /// The correlation of the periods, and how it was had.
    ///
    /// # Errors
    /// Numbers that do not go together: the reason.
    pub fn correlation(&self, within: Within) -> Result<(f64, String), String> {
        if self.n < 2.0 || self.sd1 <= 0.0 || self.sd2 <= 0.0 {
            return Err("a crossover trial needs two people and standard deviations above 0".to_owned());
        }
        let degrees = self.n - 1.0;
        let difference = self.mean1 - self.mean2;
        let root = self.n.sqrt();
        let (spread, how) = match within {
            Within::Correlation(r) => {
                return if (-1.0..1.0).contains(&r) {
                    Ok((r, format!("correlation of the periods taken as {r}")))
                } else {
                    Err(format!(
                        "a correlation of the periods of {r} is not between -1 and 1"
                    ))
                };
            }
            Within::SdOfDifference(sd) => (sd, "the deviation of the differences"),
            Within::StandardError(se) => (se * root, "the standard error of the mean difference"),
            Within::Interval(low, high, level) => {
                let quantile = student::quantile(degrees, 0.5 + 0.5 * level);
                (
                    root * (high - low) / (2.0 * quantile),
                    "the interval of the mean difference",
                )
            }
            Within::T(t) => (root * (difference / t).abs(), "the paired t statistic"),
            Within::P(p) => (
                root * (difference / t_of_p(p.abs(), degrees)).abs(),
                "the p value of the paired t test",
            ),
        };
        let r = (self.sd1 * self.sd1 + self.sd2 * self.sd2 - spread * spread) / (2.0 * self.sd1 * self.sd2);
        if r.is_nan() || !(-1.0..=1.0).contains(&r) {
            return Err(format!(
                "{how} and the deviations of the periods give a correlation of {r:.3}; one of them cannot be right"
            ));
        }
        Ok((r, format!("correlation of the periods of {r:.3} from {how}")))
    }

    /// The mean difference.
    ///
    /// # Errors
    /// As [`Crossover::correlation`].
    pub fn mean_difference(&self, within: Within) -> Result<Paired, String> {
        let (correlation, how) = self.correlation(within)?;
        let square = self.sd1 * self.sd1 + self.sd2 * self.sd2 - 2.0 * correlation * self.sd1 * self.sd2;
        Ok(Paired {
            y: self.mean1 - self.mean2,
            v: square.max(0.0) / self.n,
            correlation,
            how,
        })
    }

    /// The mean difference over the deviation between people, comparable to that of parallel groups, with the
    /// small-sample correction for n - 1 degrees of freedom.
    ///
    /// # Errors
    /// As [`Crossover::correlation`]; fewer than three people.
    pub fn standardized(&self, within: Within) -> Result<Paired, String> {
        let (correlation, how) = self.correlation(within)?;
        let correct = correction(self.n - 1.0, true);
        if correct.is_nan() {
            return Err("a standardized difference needs three people".to_owned());
        }
        let pooled = (0.5 * (self.sd1 * self.sd1 + self.sd2 * self.sd2)).sqrt();
        let y = correct * (self.mean1 - self.mean2) / pooled;
        Ok(Paired {
            y,
            v: 2.0 * (1.0 - correlation) * (1.0 / self.n + y * y / (2.0 * self.n)),
            correlation,
            how,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIAL: Crossover = Crossover {
        mean1: 7.0,
        sd1: 2.0,
        mean2: 6.4,
        sd2: 2.2,
        n: 24.0,
    };

    #[test]
    fn all_reports_of_one_trial_agree() {
        let r = 0.55;
        let sd = (4.0 + 4.84 - 2.0 * r * 4.4_f64).sqrt();
        let se = sd / 24f64.sqrt();
        let t = 0.6 / se;
        let half = student::quantile(23.0, 0.975) * se;
        for within in [
            Within::Correlation(r),
            Within::SdOfDifference(sd),
            Within::StandardError(se),
            Within::Interval(0.6 - half, 0.6 + half, 0.95),
            Within::T(t),
            Within::P(student::two_sided(23.0, t)),
        ] {
            let paired = TRIAL.mean_difference(within).unwrap();
            assert!((paired.v - se * se).abs() < 1e-12, "{within:?}");
            assert!((paired.correlation - r).abs() < 1e-10, "{within:?}");
            assert!(paired.how.contains("correlation"));
        }
    }

    #[test]
    fn without_correlation_it_is_as_two_groups() {
        let paired = TRIAL.mean_difference(Within::Correlation(0.0)).unwrap();
        assert!((paired.v - (4.0 + 4.84) / 24.0).abs() < 1e-15);
        let more = TRIAL.standardized(Within::Correlation(0.8)).unwrap();
        let less = TRIAL.standardized(Within::Correlation(0.2)).unwrap();
        assert!(more.v < less.v && more.y == less.y);
    }

    #[test]
    fn what_cannot_be() {
        assert!(
            TRIAL
                .correlation(Within::SdOfDifference(9.0))
                .unwrap_err()
                .contains("cannot be right")
        );
        assert!(TRIAL.correlation(Within::Correlation(1.2)).is_err());
    }
}
