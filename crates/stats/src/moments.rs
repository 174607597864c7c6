//! Mean and variance of a stream (Welford 1962; merging after Chan, Golub and LeVeque 1979).

/// Count, mean and sum of squared deviations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one value in.
    #[inline]
    pub fn push(&mut self, value: f64) {
        self.count += 1;
        let deviation = value - self.mean;
        self.mean += deviation / self.count as f64;
        self.squares += deviation * (value - self.mean);
    }

    /// Takes in what another has seen. The result depends on the order of merging by rounding only, so merge in a
    /// fixed order.
    pub fn merge(&mut self, other: &Self) {
        if self.count == 0 {
            *self = *other;
            return;
        }
        if other.count == 0 {
            return;
        }
        let (n, m) = (self.count as f64, other.count as f64);
        let difference = other.mean - self.mean;
        self.count += other.count;
        self.mean += difference * (m / (n + m));
        self.squares += other.squares + difference * difference * (n * (m / (n + m)));
    }

    /// How many values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their mean; NaN of nothing.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.mean }
    }

    /// Sum of squared deviations from the mean; 0 of nothing.
    #[must_use]
    pub fn sum_of_squares(&self) -> f64 {
        self.squares
    }

    /// Variance with n - 1; NaN of fewer than two.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.count < 2 {
            f64::NAN
        } else {
            self.squares / (self.count - 1) as f64
        }
    }

    /// Standard deviation with n - 1; NaN of fewer than two.
    #[must_use]
    pub fn standard_deviation(&self) -> f64 {
        self.variance().sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mean_and_variance() {
        // Mean 5, sum of squared deviations 32.
        let mut moments = Moments::new();
        for value in [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0] {
            moments.push(value);
        }
        assert_eq!(moments.mean(), 5.0);
        assert!((moments.sum_of_squares() - 32.0).abs() < 1e-13);
        assert!(Moments::new().mean().is_nan() && Moments::new().variance().is_nan());
    }

    proptest! {
        #[test]
        fn merged_is_the_same_as_pushed(values in prop::collection::vec(-1e3f64..1e3, 2..200), cut in 0usize..200) {
            let cut = cut % values.len();
            let of = |values: &[f64]| values.iter().fold(Moments::new(), |mut m, v| { m.push(1e6 + v); m });
            let (whole, mut left) = (of(&values), of(&values[..cut]));
            left.merge(&of(&values[cut..]));
            prop_assert_eq!(whole.count(), left.count());
            prop_assert!((whole.mean() - left.mean()).abs() < 1e-8);
            prop_assert!((whole.variance() - left.variance()).abs() <= 1e-6 * (1.0 + whole.variance()));
        }
    }
}
