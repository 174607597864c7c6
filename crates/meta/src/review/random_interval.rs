//! Intervals of the random-effects estimate beyond the normal one: Hartung-Knapp with its corrections, Kenward-Roger.

use super::interval::Interval;

/// How the random-effects estimate is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RandomInterval {
    /// Normal, with the standard error of the inverse variances.
    #[default]
    Classic,
    /// t with k - 1 degrees of freedom and the variance of what is left (Hartung and Knapp 2001, doi:10.1002/sim.791).
    HartungKnapp(AdHoc),
    /// Kenward and Roger (Partlett and Riley 2017, doi:10.1002/sim.7140). Classic where it has no variance.
    KenwardRoger,
}

/// What is done where Hartung's and Knapp's variance is smaller than it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AdHoc {
    /// Nothing.
    #[default]
    None,
    /// The classic standard error where theirs is smaller (Knapp and Hartung 2003, doi:10.1002/sim.1482).
    StandardError,
    /// The classic interval where theirs is narrower (Jackson et al. 2017, doi:10.1002/sim.7411).
    Interval,
    /// The classic standard error, with t, where theirs is narrower than the classic interval by DerSimonian and Laird
    /// (IQWiG 2020, General Methods 6.0).
    IqwigDerSimonianLaird,
}

/// Standard error and degrees of freedom after Kenward and Roger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KenwardRoger {
    /// Standard error.
    pub se: f64,
    /// Degrees of freedom.
    pub df: f64,
}

impl KenwardRoger {
    /// For the weights `1 / (v + tau2)`, tau2 by REML, with the expected information. `None` where it has no variance.
    #[must_use]
    pub fn new(weights: &[f64]) -> Option<Self> {
        let power = |n: i32| weights.iter().map(|w| w.powi(n)).sum::<f64>();
        let (one, two, three) = (power(1), power(2), power(3));
        let ratio = two / one;
        let information = 0.5 * two - three / one + 0.5 * ratio * ratio;
        let variance = (1.0 + 2.0 * (three / one - ratio * ratio) / information) / one;
        let df = 2.0 * information / (variance * two * variance * two);
        (variance >= 0.0 && df > 0.0 && df.is_finite()).then(|| Self {
            se: variance.sqrt(),
            df,
        })
    }
}

/// A random-effects estimate with what its intervals need.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomEstimate {
    /// The estimate.
    pub estimate: f64,
    /// Its classic standard error.
    pub se: f64,
    /// Hartung's and Knapp's factor: sum of `w r^2` over k - 1; `None` with one study.
    pub factor: Option<f64>,
    /// Studies.
    pub k: usize,
    /// Weights `1 / (v + tau2)`.
    pub weights: Vec<f64>,
    /// Variance between studies, 0 with one study.
    pub tau2: f64,
}

impl RandomEstimate {
    /// The estimate of studies with a given tau2.
    #[must_use]
    pub fn new(yi: &[f64], vi: &[f64], tau2: f64) -> Self {
        let weights: Vec<f64> = vi.iter().map(|v| 1.0 / (v + tau2)).collect();
        let total: f64 = weights.iter().sum();
        let estimate = weights.iter().zip(yi).map(|(w, y)| w * y).sum::<f64>() / total;
        let rest: f64 = weights
            .iter()
            .zip(yi)
            .map(|(w, y)| w * (y - estimate) * (y - estimate))
            .sum();
        let k = yi.len();
        Self {
            estimate,
            se: (1.0 / total).sqrt(),
            factor: (k > 1).then(|| rest / (k as f64 - 1.0)),
            k,
            weights,
            tau2,
        }
    }

    /// Hartung's and Knapp's standard error.
    #[must_use]
    pub fn hartung_knapp_se(&self) -> Option<f64> {
        self.factor.map(|factor| factor.sqrt() * self.se)
    }

    /// The interval; classic with one study. `der_simonian_laird` gives the standard error by that estimator of tau2 and
    /// is asked only where the method needs it.
    pub fn interval<E>(
        &self,
        method: RandomInterval,
        level: f64,
        null: f64,
        der_simonian_laird: impl FnOnce() -> Result<f64, E>,
    ) -> Result<Interval, E> {
        let free = self.k as f64 - 1.0;
        let classic = Interval::new(self.estimate, self.se, f64::INFINITY, level, null);
        Ok(match (method, self.hartung_knapp_se(), self.factor) {
            (RandomInterval::HartungKnapp(ad_hoc), Some(se), Some(factor)) => {
                let plain = Interval::new(self.estimate, se, free, level, null);
                let wide_t = Interval::new(self.estimate, self.se, free, level, null);
                match ad_hoc {
                    AdHoc::None => plain,
                    AdHoc::StandardError if factor < 1.0 => wide_t,
                    AdHoc::StandardError => plain,
                    AdHoc::Interval if plain.width() < classic.width() => classic,
                    AdHoc::Interval => plain,
                    AdHoc::IqwigDerSimonianLaird => {
                        let other = Interval::normal(self.estimate, der_simonian_laird()?, level);
                        if plain.width() < other.width() {
                            wide_t
                        } else {
                            plain
                        }
                    }
                }
            }
            (RandomInterval::KenwardRoger, Some(_), _) => KenwardRoger::new(&self.weights)
                .map_or(classic, |kr| {
                    Interval::new(self.estimate, kr.se, kr.df, level, null)
                }),
            _ => classic,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(study: &RandomEstimate, method: RandomInterval) -> Interval {
        study
            .interval(method, 0.95, 0.0, || Ok::<f64, ()>(study.se))
            .unwrap()
    }

    #[test]
    fn corrections_never_narrow() {
        // Studies that agree better than their variances allow, and studies that do not.
        for yi in [[0.30, 0.31, 0.29, 0.30], [-2.0, 0.3, 2.5, 0.9]] {
            let pooled = RandomEstimate::new(&yi, &[0.1, 0.2, 0.15, 0.3], 0.05);
            let plain = interval(&pooled, RandomInterval::HartungKnapp(AdHoc::None));
            let classic = interval(&pooled, RandomInterval::Classic);
            for ad_hoc in [
                AdHoc::StandardError,
                AdHoc::Interval,
                AdHoc::IqwigDerSimonianLaird,
            ] {
                let corrected = interval(&pooled, RandomInterval::HartungKnapp(ad_hoc));
                assert!(corrected.width() >= plain.width(), "{ad_hoc:?}");
            }
            let hybrid = interval(&pooled, RandomInterval::HartungKnapp(AdHoc::Interval));
            assert_eq!(hybrid.width(), plain.width().max(classic.width()));
        }
    }

    /// Of equal weights w: information `w^2 (k-1) / 2`, no correction, k - 1 degrees of freedom.
    #[test]
    fn kenward_roger_of_equal_weights_is_t() {
        let kr = KenwardRoger::new(&[4.0; 5]).unwrap();
        assert!((kr.se - (1.0_f64 / 20.0).sqrt()).abs() < 1e-15, "{kr:?}");
        assert!((kr.df - 4.0).abs() < 1e-12, "{kr:?}");
        assert_eq!(KenwardRoger::new(&[4.0]), None);
    }

    #[test]
    fn one_study_has_its_own_interval() {
        let one = RandomEstimate::new(&[0.7], &[0.04], 0.0);
        for method in [
            RandomInterval::HartungKnapp(AdHoc::None),
            RandomInterval::KenwardRoger,
            RandomInterval::Classic,
        ] {
            assert_eq!(interval(&one, method), Interval::normal(0.7, 0.2, 0.95));
        }
    }
}
