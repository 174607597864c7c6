//! Trials that randomise clusters: what their people are worth in single ones (Cochrane Handbook 23.1; Eldridge et al.
//! 2006, doi:10.1093/ije/dyl129).

/// How much clustering inflates a variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DesignEffect {
    /// The factor of variances.
    pub factor: f64,
}

impl DesignEffect {
    /// For clusters of `size` people on average, an intracluster correlation that is given because it is never known, and
    /// the coefficient of variation of the sizes (0 where they are equal).
    ///
    /// # Errors
    /// A size below 1, a correlation outside 0 to 1, or a negative coefficient.
    pub fn new(size: f64, correlation: f64, variation: f64) -> Result<Self, String> {
        if size.is_nan() || size < 1.0 {
            return Err(format!("clusters of {size} people are none"));
        }
        if !(0.0..=1.0).contains(&correlation) {
            return Err(format!(
                "an intracluster correlation of {correlation} is not between 0 and 1"
            ));
        }
        if variation.is_nan() || variation < 0.0 {
            return Err(format!("a coefficient of variation of {variation} is below 0"));
        }
        Ok(Self {
            factor: 1.0 + ((1.0 + variation * variation) * size - 1.0) * correlation,
        })
    }

    /// People or events worth as many single ones; shares and means stay as they are.
    #[must_use]
    pub fn effective(&self, count: f64) -> f64 {
        count / self.factor
    }

    /// A variance that was computed as if people were randomised one by one.
    #[must_use]
    pub fn variance(&self, naive: f64) -> f64 {
        naive * self.factor
    }

    /// A standard error that was.
    #[must_use]
    pub fn standard_error(&self, naive: f64) -> f64 {
        naive * self.factor.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::{Given, Measure, Options, one};

    #[test]
    fn fewer_people_are_a_larger_variance() {
        let design = DesignEffect::new(28.0, 0.02, 0.0).unwrap();
        // The example of the Cochrane Handbook, 23.1.5: 1 + 27 * 0.02.
        assert!((design.factor - 1.54).abs() < 1e-15);
        let table = |f: f64| {
            [
                (Given::Ai, 63.0 / f),
                (Given::N1i, 295.0 / f),
                (Given::Ci, 84.0 / f),
                (Given::N2i, 330.0 / f),
            ]
        };
        let naive = one(Measure::RiskRatio, &table(1.0), &Options::default())
            .unwrap()
            .unwrap();
        let real = one(Measure::RiskRatio, &table(design.factor), &Options::default())
            .unwrap()
            .unwrap();
        assert!((naive.0 - real.0).abs() < 1e-14);
        assert!((design.variance(naive.1) - real.1).abs() < 1e-14);
        let squared = design.standard_error(naive.1.sqrt());
        assert!((squared * squared - real.1).abs() < 1e-14);
    }

    #[test]
    fn unequal_clusters_are_worth_less_and_single_people_what_they_are() {
        assert_eq!(DesignEffect::new(1.0, 0.3, 0.0).unwrap().factor, 1.0);
        let equal = DesignEffect::new(20.0, 0.05, 0.0).unwrap().factor;
        assert!(DesignEffect::new(20.0, 0.05, 0.7).unwrap().factor > equal);
        assert!(DesignEffect::new(0.0, 0.1, 0.0).is_err());
        assert!(DesignEffect::new(10.0, -0.1, 0.0).is_err());
    }
}
