//! The searches for tau2 that have no closed form. Both ways to fit a mean, the general one and the one that allocates
//! nothing, give them their sums.

/// Steps after which a search is given up.
pub(super) const MOST_STEPS: usize = 10_000;

/// A step is the last when it is smaller than this part of tau2.
const LAST_STEP: f64 = 4.0 * f64::EPSILON;

/// Twice the score of tau2, and twice its expected and its observed information.
pub(super) struct Score {
    pub(super) score: f64,
    pub(super) information: f64,
    pub(super) curvature: f64,
}

/// The tau2 at which `Q = target`, 0 where Q is below it everywhere; `at` gives Q and minus its slope. Q falls and is
/// convex: Newton's steps from 0 never pass the root. `None` where the search does not end.
pub(super) fn q_equals(target: f64, mut at: impl FnMut(f64) -> Option<(f64, f64)>) -> Option<f64> {
    let mut tau2 = 0.0;
    for _ in 0..MOST_STEPS {
        let (q, slope) = at(tau2)?;
        let step = (q - target) / slope;
        if !step.is_finite() {
            return None;
        }
        // A step back is rounding: from here on the sums cannot tell.
        if step <= 0.0 {
            return Some(tau2);
        }
        let next = tau2 + step;
        if step <= LAST_STEP * next {
            return Some(next);
        }
        tau2 = next;
    }
    None
}

/// The tau2 at which the likelihood is highest: Fisher scoring from `start`, then Newton's steps once near. Scores of
/// different signs bracket the maximum: a step that leaves the bracket, or that is not half of the one before it, is
/// replaced by a halving of the bracket, for scoring may go to and fro for ever. `scale` is the size of the sampling
/// variances. `None` where the search does not end.
pub(super) fn highest(
    start: f64,
    scale: f64,
    mut score: impl FnMut(f64) -> Option<Score>,
    mut height: impl FnMut(f64) -> Option<f64>,
) -> Option<f64> {
    let mut tau2 = start.max(0.0);
    let (mut rising, mut falling) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut newton = false;
    let mut last = f64::INFINITY;
    let mut done = false;
    for _ in 0..MOST_STEPS {
        let found = score(tau2)?;
        if found.score > 0.0 {
            rising = tau2;
        } else {
            falling = tau2;
        }
        let mut step = if newton && found.curvature > 0.0 {
            found.score / found.curvature
        } else {
            found.score / found.information
        };
        if !step.is_finite() {
            return None;
        }
        if tau2 + step < 0.0 && tau2 <= 1e-8 * scale && score(0.0)?.score <= 0.0 {
            return Some(0.0);
        }
        while tau2 + step < 0.0 {
            step *= 0.5;
        }
        let bracketed = rising.is_finite() && falling.is_finite();
        if bracketed && rising < falling {
            let inside = rising < tau2 + step && tau2 + step < falling;
            if !inside || step.abs() > 0.5 * last {
                step = rising + 0.5 * (falling - rising) - tau2;
            }
        } else if bracketed {
            // The bracket was of another hill.
            (rising, falling) = (f64::NEG_INFINITY, f64::INFINITY);
        }
        tau2 += step;
        done = step.abs() <= LAST_STEP * (tau2 + 1e-3 * scale);
        if done {
            break;
        }
        newton = step.abs() <= 0.05 * tau2;
        last = step.abs();
    }
    if !done {
        return None;
    }
    // The likelihood may have two hills; the one at 0 counts if it is higher.
    let lower = tau2 > 0.0 && height(0.0)? > height(tau2)? + 1e-13;
    Some(if lower { 0.0 } else { tau2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scoring that overshoots by twice the distance goes to and fro for ever; halving ends it.
    #[test]
    fn a_search_that_would_go_to_and_fro_ends() {
        let overshooting = |tau2: f64| {
            Some(Score {
                score: 2.0 * (0.3 - tau2),
                information: 1.0,
                curvature: -1.0,
            })
        };
        let found = highest(0.1, 1.0, overshooting, |tau2| Some(-(tau2 - 0.3) * (tau2 - 0.3)));
        assert!(found.is_some_and(|tau2| (tau2 - 0.3).abs() < 1e-14), "{found:?}");
    }
}
