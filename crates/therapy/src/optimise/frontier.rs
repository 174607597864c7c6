//! What nothing beats: more benefit for no more burden, or less burden for no less benefit.

/// Which points are not dominated. A point is its burden and its benefits, more of which is better; one dominates another that has
/// no less burden and no more of any benefit, unless they are the same. In the order of the points; NaN is never on the frontier.
#[must_use]
pub fn non_dominated(points: &[(f64, Vec<f64>)]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    let is_number =
        |at: &usize| points[*at].0.is_finite() && points[*at].1.iter().all(|value| value.is_finite());
    order.retain(is_number);
    // Whatever dominates a point comes before it.
    order.sort_by(|one, other| {
        let (one, other) = (&points[*one], &points[*other]);
        let benefits = one.1.iter().zip(&other.1);
        let by_benefit = benefits.map(|(one, other)| other.total_cmp(one));
        one.0
            .total_cmp(&other.0)
            .then(by_benefit.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then))
    });
    let mut on = vec![false; points.len()];
    let mut kept: Vec<usize> = Vec::new();
    for at in order {
        let point = &points[at];
        let beaten = kept.iter().any(|other| {
            let other = &points[*other];
            other != point && other.1.iter().zip(&point.1).all(|(other, own)| other >= own)
        });
        if !beaten {
            on[at] = true;
            kept.push(at);
        }
    }
    on
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dominates(one: &(f64, Vec<f64>), other: &(f64, Vec<f64>)) -> bool {
        one != other && one.0 <= other.0 && one.1.iter().zip(&other.1).all(|(one, other)| one >= other)
    }

    proptest! {
        /// Of few whole numbers, so that there are ties.
        #[test]
        fn none_is_beaten_and_all_others_are(
            points in prop::collection::vec((0_u8..6, prop::collection::vec(0_u8..6, 2)), 0..40)
        ) {
            let points: Vec<(f64, Vec<f64>)> = points
                .into_iter()
                .map(|(burden, benefits)| (f64::from(burden), benefits.into_iter().map(f64::from).collect()))
                .collect();
            for (point, on) in points.iter().zip(non_dominated(&points)) {
                let beaten = points.iter().any(|other| dominates(other, point));
                prop_assert_eq!(on, !beaten);
            }
        }

        #[test]
        fn the_order_of_the_points_does_not_matter(
            points in prop::collection::vec((0.0..10.0, 0.0..1.0), 1..40)
        ) {
            let points: Vec<(f64, Vec<f64>)> =
                points.into_iter().map(|(burden, benefit): (f64, f64)| (burden, vec![benefit])).collect();
            let forward = non_dominated(&points);
            let reversed: Vec<_> = points.iter().rev().cloned().collect();
            let mut backward = non_dominated(&reversed);
            backward.reverse();
            prop_assert_eq!(forward, backward);
        }
    }

    #[test]
    fn what_has_no_number_is_never_best() {
        let points = [(1.0, vec![f64::NAN]), (1.0, vec![0.2]), (f64::NAN, vec![0.9])];
        assert_eq!(non_dominated(&points), [false, true, false]);
    }
}
