//! How a rating scatters around the score that it rates.

use euthymia_stats::normal;
use euthymia_vecmath::scalar::{exp, ln};

/// A normal scatter, with its standard deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scatter {
    /// Of the score, in points.
    Points(f64),
    /// Of its logarithm.
    Logarithm(f64),
}

impl Scatter {
    /// No scatter: the rating is the score.
    pub(crate) const NONE: Self = Self::Points(0.0);

    /// The rating that lies `deviate` standard deviations from a score.
    pub(crate) fn rating(self, score: f64, deviate: f64) -> f64 {
        match self {
            Self::Points(sd) => score + sd * deviate,
            Self::Logarithm(sd) => score * exp(sd * deviate),
        }
    }

    /// The probability of a rating below `edge`; NaN where the edge or the score is no number.
    pub(crate) fn below(self, edge: f64, score: f64) -> f64 {
        let (distance, sd) = self.distance(edge, score);
        within(distance, sd)
    }

    /// The probability of a rating above `edge`; NaN where the edge or the score is no number.
    pub(crate) fn above(self, edge: f64, score: f64) -> f64 {
        let (distance, sd) = self.distance(edge, score);
        within(-distance, sd)
    }

    /// From a score up to an edge, and the standard deviation in the same unit.
    fn distance(self, edge: f64, score: f64) -> (f64, f64) {
        match self {
            Self::Logarithm(sd) if edge > 0.0 && score > 0.0 => (ln(edge / score), sd),
            // What is 0 or below does not scatter on the logarithm.
            Self::Logarithm(_) => (edge - score, 0.0),
            Self::Points(sd) => (edge - score, sd),
        }
    }
}

/// The probability that a deviation stays within `distance`.
fn within(distance: f64, sd: f64) -> f64 {
    if sd > 0.0 {
        normal::cdf(distance / sd)
    } else if distance.is_nan() {
        f64::NAN
    } else if distance > 0.0 {
        1.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_fall_below_an_edge_as_often_as_they_should() {
        for scatter in [Scatter::Points(4.0), Scatter::Logarithm(0.2)] {
            for deviate in [-1.5, 0.0, 0.7] {
                let edge = scatter.rating(20.0, deviate);
                assert!((scatter.below(edge, 20.0) - normal::cdf(deviate)).abs() < 1e-12);
                assert!((scatter.above(edge, 20.0) - normal::cdf(-deviate)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn without_scatter_the_score_decides() {
        for scatter in [Scatter::NONE, Scatter::Logarithm(0.0)] {
            assert_eq!((scatter.below(12.5, 12.4), scatter.below(12.5, 12.6)), (1.0, 0.0));
        }
    }

    #[test]
    fn a_score_of_nothing_is_rated_as_nothing() {
        let scatter = Scatter::Logarithm(0.2);
        assert_eq!(scatter.rating(0.0, 2.0), 0.0);
        assert_eq!((scatter.below(0.5, 0.0), scatter.below(-0.5, 3.0)), (1.0, 0.0));
        assert!(scatter.below(0.5, f64::NAN).is_nan());
    }
}
