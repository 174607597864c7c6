//! Standardized mean differences as Review Manager and R's package meta define them: Cohen's d, Hedges' g, Glass' delta,
//! each with the exact or the approximate correction for small samples (Hedges 1981,
//! doi:10.3102/10769986006002107; White and Thomas 2005, doi:10.1191/1740774505cn081oa).

use super::means::correction;

/// What a difference of means is divided by and corrected for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Standardized {
    /// The pooled standard deviation, corrected for small samples.
    #[default]
    Hedges,
    /// The pooled standard deviation.
    Cohen,
    /// The standard deviation of the control group.
    GlassControl,
    /// The standard deviation of the experimental group.
    GlassExperimental,
}

/// What a group reports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// People.
    pub n: f64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
}

/// The standardized difference and its variance. `None` where a group has no people or no spread, or both together have
/// fewer than four people.
#[must_use]
pub fn standardized(
    experimental: Group,
    control: Group,
    method: Standardized,
    exact: bool,
) -> Option<(f64, f64)> {
    let (e, c) = (experimental, control);
    if !(e.n > 0.0 && c.n > 0.0 && e.sd > 0.0 && c.sd > 0.0) {
        return None;
    }
    let (total, free) = (e.n + c.n, e.n + c.n - 2.0);
    let pooled = (((e.n - 1.0) * e.sd * e.sd + (c.n - 1.0) * c.sd * c.sd) / free).sqrt();
    let base = 1.0 / e.n + 1.0 / c.n;
    // The factor that takes away the bias, and what the squared difference adds to the variance.
    let (j, k) = if exact {
        let j = correction(free, true);
        (j, 1.0 - (free - 2.0) / (free * j * j))
    } else {
        (1.0 - 3.0 / (4.0 * free - 1.0), 1.0 / (2.0 * (free - 1.94)))
    };
    let difference = e.mean - c.mean;
    let (value, variance) = match method {
        Standardized::Hedges => {
            let g = j * difference / pooled;
            (g, base + g * g * k)
        }
        Standardized::Cohen => {
            let d = difference / pooled;
            let g = j * d;
            (d, base + if exact { g * g * k } else { d * d / (2.0 * total) })
        }
        Standardized::GlassControl | Standardized::GlassExperimental => {
            let group = if method == Standardized::GlassControl {
                c
            } else {
                e
            };
            let d = difference / group.sd;
            (d, base + d * d / (2.0 * (group.n - 1.0)))
        }
    };
    (value.is_finite() && variance.is_finite() && variance > 0.0).then_some((value, variance))
}

#[cfg(test)]
mod tests {
    use super::*;

    const E: Group = Group {
        n: 30.0,
        mean: 12.0,
        sd: 4.0,
    };
    const C: Group = Group {
        n: 28.0,
        mean: 9.0,
        sd: 4.0,
    };

    #[test]
    fn of_equal_spread_all_divide_by_it() {
        let value = |method| standardized(E, C, method, true).unwrap().0;
        assert!((value(Standardized::Cohen) - 0.75).abs() < 1e-14);
        assert!((value(Standardized::GlassControl) - 0.75).abs() < 1e-14);
        assert!((value(Standardized::GlassExperimental) - 0.75).abs() < 1e-14);
        assert!(value(Standardized::Hedges) < 0.75);
    }

    #[test]
    fn approximations_are_near() {
        for method in [Standardized::Hedges, Standardized::Cohen] {
            let (exact, v) = standardized(E, C, method, true).unwrap();
            let (near, w) = standardized(E, C, method, false).unwrap();
            assert!((exact - near).abs() < 1e-4 && (v - w).abs() < 1e-3, "{method:?}");
        }
    }

    #[test]
    fn nothing_comes_of_nothing() {
        let flat = Group { sd: 0.0, ..E };
        let empty = Group { n: 0.0, ..E };
        assert_eq!(standardized(flat, C, Standardized::Hedges, true), None);
        assert_eq!(standardized(E, empty, Standardized::Hedges, true), None);
        let one = Group { n: 1.0, ..E };
        assert_eq!(standardized(one, one, Standardized::Hedges, true), None);
    }
}
