//! PET-PEESE: the effect of an infinitely large study by a regression on standard errors (PET), or, where that finds an
//! effect at all, on variances (PEESE), which is less biased then (Stanley and Doucouliagos 2014, doi:10.1002/jrsm.1095).

use euthymia_stats::student;

use super::regression::{Interval, Predictor, Regression, Variance, regression_test};
use crate::MetaError;
use crate::pool::Data;

/// Which of the two regressions the conditional estimator takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// That on standard errors.
    Pet,
    /// That on variances.
    Peese,
}

/// Both regressions and the choice.
#[derive(Clone, Debug, PartialEq)]
pub struct PetPeese {
    /// Regression on standard errors.
    pub pet: Regression,
    /// Two-sided probability of its intercept.
    pub pet_pval: f64,
    /// Regression on variances.
    pub peese: Regression,
    /// Two-sided probability of its intercept.
    pub peese_pval: f64,
    /// PEESE where PET's intercept is significant, else PET.
    pub chosen: Chosen,
    /// The estimate that is chosen.
    pub estimate: Interval,
}

/// The conditional estimator: `alpha` is the two-sided probability below which PET's intercept lets PEESE speak, usually
/// 0.1, a one-sided test at 0.05.
///
/// # Errors
/// Fewer than three studies, or variances that are not above 0 or all the same.
pub fn pet_peese(data: &Data, variance: &Variance, alpha: f64) -> Result<PetPeese, MetaError> {
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(MetaError::field("alpha", format!("expected a number between 0 and 1, found {alpha}")));
    }
    let unknown = vec![None; data.yi.len()];
    let of = |predictor| -> Result<(Regression, f64, Interval), MetaError> {
        let regression = regression_test(data, &unknown, predictor, variance)?;
        let limit = regression.limit.ok_or_else(|| {
            MetaError::NoAnswer("PET-PEESE is for models without moderators".to_owned())
        })?;
        let statistic = regression.beta[0] / regression.se[0];
        let pval = match regression.df {
            Some(df) => student::two_sided(df, statistic),
            None => euthymia_stats::normal::two_sided(statistic),
        };
        Ok((regression, pval, limit))
    };
    let (pet, pet_pval, pet_limit) = of(Predictor::StandardError)?;
    let (peese, peese_pval, peese_limit) = of(Predictor::Variance)?;
    let (chosen, estimate) = if pet_pval < alpha {
        (Chosen::Peese, peese_limit)
    } else {
        (Chosen::Pet, pet_limit)
    };
    Ok(PetPeese {
        pet,
        pet_pval,
        peese,
        peese_pval,
        chosen,
        estimate,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_true_effect_lets_peese_speak_and_none_does_not() {
        let vi = [0.01, 0.02, 0.04, 0.05, 0.09, 0.12];
        let noise = [0.01, -0.02, 0.015, 0.0, -0.01, 0.02];
        let with = |effect: f64, slope: f64| {
            let yi = vi.iter().zip(noise).map(|(v, e): (&f64, f64)| effect + slope * v.sqrt() + e);
            Data::without_moderators(yi.collect(), vi.to_vec())
        };
        let found = pet_peese(&with(0.5, 0.2), &Variance::Multiplicative, 0.1).unwrap();
        assert!(found.chosen == Chosen::Peese && found.estimate.estimate > 0.45);
        let found = pet_peese(&with(0.0, 1.0), &Variance::Multiplicative, 0.1).unwrap();
        assert!(found.chosen == Chosen::Pet && found.estimate.estimate.abs() < 0.05);
    }
}
