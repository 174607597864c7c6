//! Standard deviations from what stands in their place: standard errors, intervals, p values, changes.

use euthymia_stats::{normal, student};

/// A standard deviation that was not reported as such.
#[derive(Clone, Debug, PartialEq)]
pub struct Sd {
    /// It.
    pub sd: f64,
    /// How it was had, for the reader.
    pub how: String,
}

/// From the standard error of a mean of `n` people: `se sqrt(n)`. `None` where that is no number.
#[must_use]
pub fn sd_of_standard_error(se: f64, n: f64) -> Option<Sd> {
    kept(se * n.sqrt(), || {
        format!("standard error of the mean times the root of {n} people")
    })
}

/// From an interval of the mean of `n` people: by Student's t with n - 1 degrees of freedom, as one computes it from a
/// sample, or by the normal distribution where `large` says that the study did so. `None` where there is none.
#[must_use]
pub fn sd_of_interval(low: f64, high: f64, level: f64, n: f64, large: bool) -> Option<Sd> {
    let p = 0.5 + 0.5 * level;
    let (quantile, by) = if large {
        (normal::quantile(p), "the normal distribution".to_owned())
    } else {
        (
            student::quantile(n - 1.0, p),
            format!("Student's t with {} degrees of freedom", n - 1.0),
        )
    };
    kept(n.sqrt() * (high - low) / (2.0 * quantile), || {
        format!(
            "interval of {} % of the mean of {n} people by {by}",
            100.0 * level
        )
    })
}

/// The standard error of a difference from its two-sided p value: by Student's t with `degrees` of freedom, or by the
/// normal distribution where they are not known. `None` for a p of 0 or 1 or a difference of 0, which say nothing.
#[must_use]
pub fn standard_error_of_p(difference: f64, p: f64, degrees: Option<f64>) -> Option<Sd> {
    let (statistic, by) = match degrees {
        Some(degrees) => (
            -student::quantile(degrees, 0.5 * p),
            format!("Student's t with {degrees} degrees of freedom"),
        ),
        None => (-normal::quantile(0.5 * p), "the normal distribution".to_owned()),
    };
    let se = if (0.0..1.0).contains(&p) && p > 0.0 {
        difference.abs() / statistic
    } else {
        f64::NAN
    };
    kept(se, || format!("difference and its p value of {p} by {by}"))
}

/// Of a change, from the deviations before and after and their correlation, which must be given because it is never
/// known (Cochrane Handbook 6.5.2.8). `None` where that is no number.
#[must_use]
pub fn sd_of_change(before: f64, after: f64, correlation: f64) -> Option<Sd> {
    if !(-1.0..=1.0).contains(&correlation) {
        return None;
    }
    let square = before * before + after * after - 2.0 * correlation * before * after;
    kept(square.max(0.0).sqrt(), || {
        format!("deviations before and after, with a correlation of {correlation}")
    })
}

/// Of several groups taken together as one: people, means and deviations of each (Cochrane Handbook 6.5.2.10).
/// `None` where a group has no people or there are fewer than two people.
#[must_use]
pub fn sd_of_groups(groups: &[(f64, f64, f64)]) -> Option<(f64, f64, Sd)> {
    let n: f64 = groups.iter().map(|(n, _, _)| n).sum();
    let mean = groups.iter().map(|(n, mean, _)| n * mean).sum::<f64>() / n;
    let squares: f64 = groups
        .iter()
        .map(|(n, m, sd)| (n - 1.0) * sd * sd + n * (m - mean) * (m - mean))
        .sum();
    if groups.iter().any(|(n, _, _)| *n <= 0.0) {
        return None;
    }
    let sd = kept((squares / (n - 1.0)).sqrt(), || {
        format!("{} groups taken together", groups.len())
    })?;
    Some((n, mean, sd))
}

fn kept(sd: f64, how: impl Fn() -> String) -> Option<Sd> {
    (sd.is_finite() && sd >= 0.0).then(|| Sd { sd, how: how() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_cochrane_handbook() {
        // 6.5.2.2: interval 30.0 to 34.2, 25 people, t of 2.064.
        let sd = sd_of_interval(30.0, 34.2, 0.95, 25.0, false).unwrap();
        assert!((sd.sd - 5.09).abs() < 0.01, "{}", sd.sd);
        assert!(sd.how.contains("24 degrees"));
        // 6.5.2.3: difference 3.8, p = 0.008, groups of 25 and 22: t = 2.78, SE = 1.37.
        let se = standard_error_of_p(3.8, 0.008, Some(45.0)).unwrap();
        assert!((se.sd - 1.37).abs() < 0.005, "{}", se.sd);
        assert_eq!(standard_error_of_p(3.8, 0.0, None), None);
        assert_eq!(standard_error_of_p(3.8, 1.0, None), None);
    }

    #[test]
    fn groups_together_are_the_people_together() {
        // 1, 2, 3 and 10, 14: all five have mean 6 and variance 32.5.
        let (n, mean, sd) = sd_of_groups(&[(3.0, 2.0, 1.0), (2.0, 12.0, 8f64.sqrt())]).unwrap();
        assert_eq!((n, mean), (5.0, 6.0));
        assert!((sd.sd * sd.sd - 32.5).abs() < 1e-12);
    }

    #[test]
    fn a_change_without_correlation_adds_variances() {
        assert_eq!(sd_of_change(3.0, 4.0, 0.0).unwrap().sd, 5.0);
        assert_eq!(sd_of_change(3.0, 3.0, 1.0).unwrap().sd, 0.0);
        assert_eq!(sd_of_change(3.0, 3.0, 1.1), None);
    }
}
