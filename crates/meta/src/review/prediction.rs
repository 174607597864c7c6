//! Prediction intervals: where the true effect of one more study lies.

use super::interval::Interval;
use super::random_interval::{KenwardRoger, RandomEstimate};

/// How the interval is made: which standard error joins tau2, and the degrees of freedom of t.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Prediction {
    /// Classic, k - 1 degrees of freedom (Veroniki et al. 2019, doi:10.1002/jrsm.1319).
    #[default]
    Veroniki,
    /// Classic, k - 2 (Higgins, Thompson and Spiegelhalter 2009, doi:10.1111/j.1467-985X.2008.00552.x).
    HigginsThompsonSpiegelhalter,
    /// Hartung and Knapp, k - 1, with or without the classic standard error where theirs is smaller.
    HartungKnapp {
        /// Never below the classic standard error.
        corrected: bool,
    },
    /// Hartung and Knapp, k - 2 (Partlett and Riley 2017, doi:10.1002/sim.7140).
    HartungKnappPartlettRiley {
        /// Never below the classic standard error.
        corrected: bool,
    },
    /// Kenward and Roger, their degrees of freedom.
    KenwardRoger,
    /// Kenward and Roger, one degree less (Partlett and Riley 2017).
    KenwardRogerPartlettRiley,
    /// Classic, normal (Skipka 2006).
    Skipka,
}

/// The interval; `None` where there are no degrees of freedom for it. Kenward and Roger without a variance are replaced
/// by [`Prediction::Veroniki`].
#[must_use]
pub fn prediction_interval(pooled: &RandomEstimate, method: Prediction, level: f64) -> Option<Interval> {
    let free = pooled.k as f64 - 1.0;
    let hartung_knapp = |corrected: bool| {
        let se = pooled.hartung_knapp_se()?;
        Some(if corrected { se.max(pooled.se) } else { se })
    };
    let kenward_roger = || {
        (pooled.k > 1)
            .then(|| KenwardRoger::new(&pooled.weights))
            .flatten()
    };
    let (se, df) = match method {
        Prediction::Veroniki => (pooled.se, free),
        Prediction::HigginsThompsonSpiegelhalter => (pooled.se, free - 1.0),
        Prediction::HartungKnapp { corrected } => (hartung_knapp(corrected)?, free),
        Prediction::HartungKnappPartlettRiley { corrected } => (hartung_knapp(corrected)?, free - 1.0),
        Prediction::KenwardRoger => kenward_roger().map_or((pooled.se, free), |kr| (kr.se, kr.df)),
        Prediction::KenwardRogerPartlettRiley => {
            kenward_roger().map_or((pooled.se, free), |kr| (kr.se, kr.df - 1.0))
        }
        Prediction::Skipka => (pooled.se, f64::INFINITY),
    };
    let spread = (se * se + pooled.tau2).sqrt();
    (df > 0.0).then(|| Interval::new(pooled.estimate, spread, df, level, 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_degrees_and_more_spread_widen() {
        let pooled = RandomEstimate::new(&[0.1, 0.9, -0.3, 0.6], &[0.1, 0.2, 0.1, 0.3], 0.2);
        let width = |method| prediction_interval(&pooled, method, 0.95).unwrap().width();
        assert!(width(Prediction::Skipka) < width(Prediction::Veroniki));
        assert!(width(Prediction::Veroniki) < width(Prediction::HigginsThompsonSpiegelhalter));
        assert!(width(Prediction::KenwardRoger) < width(Prediction::KenwardRogerPartlettRiley));
        assert!(
            width(Prediction::HartungKnapp { corrected: false })
                <= width(Prediction::HartungKnapp { corrected: true })
        );
    }

    #[test]
    fn too_few_studies_predict_nothing() {
        let two = RandomEstimate::new(&[0.1, 0.9], &[0.1, 0.2], 0.2);
        assert_eq!(
            prediction_interval(&two, Prediction::HigginsThompsonSpiegelhalter, 0.95),
            None
        );
        let one = RandomEstimate::new(&[0.1], &[0.1], 0.0);
        for method in [
            Prediction::Veroniki,
            Prediction::HartungKnapp { corrected: true },
            Prediction::KenwardRoger,
        ] {
            assert_eq!(prediction_interval(&one, method, 0.95), None);
        }
    }
}
