//! Tests for small-study effects that know more of a study than its effect and variance: counts and sizes.
//!
//! Harbord, Egger and Sterne 2006 (doi:10.1002/sim.2380; for risk ratios Harbord, Harris and Sterne 2009), Peters et al.
//! 2006 (doi:10.1001/jama.295.6.676), Macaskill, Walter and Irwig 2001 (doi:10.1002/sim.698), Schwarzer, Antes and Schumacher
//! 2007 (doi:10.1002/sim.2588), Deeks, Macaskill and Irwig 2005 (doi:10.1016/j.jclinepi.2005.01.016), Pustejovsky and Rodgers
//! 2019 (doi:10.1002/jrsm.1332). Names and zero cells as in the package meta.

use euthymia_stats::hypergeometric::Hypergeometric;
use euthymia_vecmath::scalar::{exp, ln};

use super::rank::{Kendall, rank_test};
use super::regression::{Regression, Variance, regress, regression_test};
use super::{Predictor, check};
use crate::MetaError;
use crate::pool::{Data, Method, Options, Test};

/// Which test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmallStudy {
    /// Rank correlation of standardised effects with variances.
    Begg,
    /// Effects on standard errors, multiplicative variance.
    Egger,
    /// The same with additive variance.
    Thompson,
    /// Efficient scores over their variance.
    Harbord,
    /// Effects on sizes.
    Macaskill,
    /// Effects on inverse sizes, weighted by the pooled outcome.
    Peters,
    /// Rank correlation of events with the variance of their expected number.
    Schwarzer,
    /// Diagnostic odds ratios on the root of the effective size.
    Deeks,
    /// Effects on the part of the standard error that does not depend on them.
    Pustejovsky,
}

/// What a test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Estimate over standard error.
    pub statistic: f64,
    /// Degrees of freedom; none for rank tests.
    pub df: Option<f64>,
    /// Two-sided.
    pub pval: f64,
    /// Slope, or concordant less discordant pairs.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// The regression's intercept with its standard error.
    pub intercept: Option<(f64, f64)>,
}

/// Events and people of both arms of a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arms {
    /// Events, experimental.
    pub event_e: f64,
    /// People, experimental.
    pub n_e: f64,
    /// Events, control.
    pub event_c: f64,
    /// People, control.
    pub n_c: f64,
}

/// Effects of trials, and what else is known of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Trials {
    /// Effects.
    pub yi: Vec<f64>,
    /// Sampling variances.
    pub vi: Vec<f64>,
    /// Events and people, for binary outcomes.
    pub arms: Option<Vec<Arms>>,
    /// People of both arms.
    pub sizes: Option<Vec<(f64, f64)>>,
    /// Whether the effects are logarithms of risk ratios.
    pub risk_ratio: bool,
}

/// A measure of a binary outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// Log odds ratio.
    OddsRatio,
    /// Log risk ratio.
    RiskRatio,
    /// Risk difference.
    RiskDifference,
}

impl SmallStudy {
    const NAMES: [(&'static str, Self); 9] = [
        ("Begg", Self::Begg),
        ("Egger", Self::Egger),
        ("Thompson", Self::Thompson),
        ("Harbord", Self::Harbord),
        ("Macaskill", Self::Macaskill),
        ("Peters", Self::Peters),
        ("Schwarzer", Self::Schwarzer),
        ("Deeks", Self::Deeks),
        ("Pustejovsky", Self::Pustejovsky),
    ];

    /// The test of a name.
    ///
    /// # Errors
    /// There is none.
    pub fn parse(name: &str) -> Result<Self, MetaError> {
        let found = Self::NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, test)| *test).ok_or_else(|| {
            let known: Vec<&str> = Self::NAMES.iter().map(|(known, _)| *known).collect();
            MetaError::field("method_bias", format!("`{name}` is none of {}", known.join(", ")))
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, test)| *test == self)
            .map_or("", |(name, _)| name)
    }

    /// Whether it ranks.
    #[must_use]
    pub fn is_rank(self) -> bool {
        matches!(self, Self::Begg | Self::Schwarzer)
    }
}

impl Arms {
    /// Whether one of the four cells is 0.
    #[must_use]
    pub fn has_zero(self) -> bool {
        let none_left = self.n_e - self.event_e == 0.0 || self.n_c - self.event_c == 0.0;
        self.event_e == 0.0 || self.event_c == 0.0 || none_left
    }

    /// Whether somebody has the event and somebody has not: without, scores and expected numbers say nothing.
    #[must_use]
    pub fn is_informative(self) -> bool {
        let events = self.event_e + self.event_c;
        events > 0.0 && events < self.n_e + self.n_c
    }

    /// The effect and its variance: half an event is added to each cell where one is 0. `None` where the trial tells
    /// nothing: no event in both arms, or, for odds, events in all.
    #[must_use]
    pub fn effect(self, measure: Binary) -> Option<(f64, f64)> {
        let Self {
            event_e,
            n_e,
            event_c,
            n_c,
        } = self;
        let none = event_e == 0.0 && event_c == 0.0;
        let all = event_e == n_e && event_c == n_c;
        let add = if self.has_zero() { 0.5 } else { 0.0 };
        let (a, b) = (event_e + add, n_e - event_e + add);
        let (c, d) = (event_c + add, n_c - event_c + add);
        match measure {
            Binary::OddsRatio if none || all => None,
            Binary::RiskRatio if none => None,
            Binary::OddsRatio => Some((ln(a * d / (b * c)), 1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d)),
            Binary::RiskRatio => {
                let (ne, nc) = (n_e + add, n_c + add);
                // Where everybody has the event, adding to the first term alone would make it negative.
                let (first, second) = if all { (event_e, event_c) } else { (a, c) };
                let variance = 1.0 / first - 1.0 / ne + 1.0 / second - 1.0 / nc;
                Some((ln(a / ne / (c / nc)), variance))
            }
            Binary::RiskDifference => {
                let variance = |x: f64, y: f64| x * y / ((x + y) * (x + y) * (x + y));
                Some((event_e / n_e - event_c / n_c, variance(a, b) + variance(c, d)))
            }
        }
    }

    /// Why the counts cannot be, if so.
    #[must_use]
    pub fn problem(self) -> Option<&'static str> {
        let all = [self.event_e, self.n_e, self.event_c, self.n_c];
        if all.iter().any(|x| !x.is_finite() || *x < 0.0) {
            Some("a count is negative or no number")
        } else if self.event_e > self.n_e || self.event_c > self.n_c {
            Some("there are more events than people in an arm")
        } else if self.n_e == 0.0 || self.n_c == 0.0 {
            Some("an arm has no people")
        } else {
            None
        }
    }
}

/// Tests for small-study effects. Tests by counts leave out trials in which nobody or everybody has the event. `correct` takes one pair off the score of rank tests; `method` is the estimator of
/// tau2 of [`SmallStudy::Thompson`].
///
/// # Errors
/// Fewer than three studies, or the test needs what is not known.
pub fn small_study_test(
    trials: &Trials,
    test: SmallStudy,
    method: Method,
    correct: bool,
) -> Result<Found, MetaError> {
    check("a test for small-study effects", 3, &trials.yi, &trials.vi)?;
    let k = trials.yi.len();
    let arms_short = trials.arms.as_ref().is_some_and(|arms| arms.len() != k);
    if arms_short || trials.sizes.as_ref().is_some_and(|sizes| sizes.len() != k) {
        return Err(MetaError::NoAnswer(format!(
            "events and people must be told for each of {k} effect sizes"
        )));
    }
    let needs = |what: &str| MetaError::field("method_bias", format!("{} needs {what}", test.name()));
    let arms = || {
        trials
            .arms
            .as_deref()
            .ok_or_else(|| needs("events and people of both arms"))
    };
    let sizes = || {
        trials
            .sizes
            .as_deref()
            .ok_or_else(|| needs("the people of both arms"))
    };
    let data = Data::without_moderators(trials.yi.clone(), trials.vi.clone());
    let multiplicative = Variance::Multiplicative;
    match test {
        SmallStudy::Begg => ranked(rank_test(&trials.yi, &trials.vi)?, correct),
        SmallStudy::Schwarzer => schwarzer(arms()?, correct),
        SmallStudy::Egger | SmallStudy::Thompson => {
            let variance = if test == SmallStudy::Egger {
                multiplicative
            } else {
                Variance::Additive(Options {
                    method,
                    test: Test::T,
                    ..Options::default()
                })
            };
            let unknown = vec![None; trials.yi.len()];
            regression_test(&data, &unknown, Predictor::StandardError, &variance).map(|r| regressed(&r))
        }
        SmallStudy::Harbord => {
            let told = arms()?.iter().filter(|arms| arms.is_informative());
            let (yi, vi) = told.map(|arms| score(*arms, trials.risk_ratio)).unzip();
            let data = Data::without_moderators(yi, vi);
            check("Harbord's test", 3, &data.yi, &data.vi)?;
            let unknown = vec![None; data.yi.len()];
            regression_test(&data, &unknown, Predictor::StandardError, &multiplicative).map(|r| regressed(&r))
        }
        SmallStudy::Macaskill => {
            let values: Vec<f64> = sizes()?.iter().map(|(e, c)| e + c).collect();
            regress(&data, &values, "people", &multiplicative, 0.95).map(|r| regressed(&r))
        }
        SmallStudy::Peters => {
            let told = arms()?
                .iter()
                .zip(&trials.yi)
                .filter(|(arms, _)| arms.is_informative());
            let (mut values, mut yi, mut vi) = (Vec::new(), Vec::new(), Vec::new());
            for (arms, y) in told {
                let (n, events) = (arms.n_e + arms.n_c, arms.event_e + arms.event_c);
                values.push(1.0 / n);
                yi.push(*y);
                vi.push(1.0 / events + 1.0 / (n - events));
            }
            let data = Data::without_moderators(yi, vi);
            check("Peters' test", 3, &data.yi, &data.vi)?;
            regress(&data, &values, "inverse size", &multiplicative, 0.95).map(|r| regressed(&r))
        }
        SmallStudy::Deeks => {
            arms()?;
            let effective: Vec<f64> = sizes()?.iter().map(|(e, c)| 4.0 * e * c / (e + c)).collect();
            let values: Vec<f64> = effective.iter().map(|size| 1.0 / size.sqrt()).collect();
            let vi = effective.iter().map(|size| 1.0 / size).collect();
            let data = Data::without_moderators(trials.yi.clone(), vi);
            regress(&data, &values, "effective size", &multiplicative, 0.95).map(|r| regressed(&r))
        }
        SmallStudy::Pustejovsky => {
            let values: Vec<f64> = sizes()?.iter().map(|(e, c)| (1.0 / e + 1.0 / c).sqrt()).collect();
            regress(&data, &values, "size", &multiplicative, 0.95).map(|r| regressed(&r))
        }
    }
}

fn regressed(regression: &Regression) -> Found {
    Found {
        statistic: regression.statistic,
        df: regression.df,
        pval: regression.pval,
        estimate: regression.beta[1],
        se: regression.se[1],
        intercept: Some((regression.beta[0], regression.se[0])),
    }
}

fn ranked(kendall: Kendall, correct: bool) -> Result<Found, MetaError> {
    if kendall.se.is_nan() || kendall.se <= 0.0 {
        return Err(MetaError::NoAnswer(
            "a rank test needs studies that differ: all have the same precision or the same deviate"
                .to_owned(),
        ));
    }
    let off = if correct && kendall.score != 0.0 {
        1.0_f64.copysign(kendall.score)
    } else {
        0.0
    };
    let score = kendall.score - off;
    Ok(Found {
        statistic: score / kendall.se,
        df: None,
        pval: euthymia_stats::normal::two_sided(score / kendall.se),
        estimate: score,
        se: kendall.se,
        intercept: None,
    })
}

/// The efficient score over its variance, and one over that variance.
fn score(arms: Arms, risk_ratio: bool) -> (f64, f64) {
    let n = arms.n_e + arms.n_c;
    let events = arms.event_e + arms.event_c;
    let rest = n - events;
    let (score, information) = if risk_ratio {
        (
            (arms.event_e * n - events * arms.n_e) / rest,
            n / 4.0 * events / rest,
        )
    } else {
        let information = arms.n_e * arms.n_c * events * rest / (n * n * (n - 1.0));
        (arms.event_e - events * arms.n_e / n, information)
    };
    (score / information, 1.0 / information)
}

/// Mantel and Haenszel's odds ratio, half an event added to the cells of trials with a 0.
fn mantel_haenszel(arms: &[Arms]) -> Option<f64> {
    let (mut above, mut below) = (0.0, 0.0);
    for trial in arms
        .iter()
        .filter(|arms| arms.effect(Binary::OddsRatio).is_some())
    {
        let add = if trial.has_zero() { 0.5 } else { 0.0 };
        let (a, b) = (trial.event_e + add, trial.n_e - trial.event_e + add);
        let (c, d) = (trial.event_c + add, trial.n_c - trial.event_c + add);
        let n = a + b + c + d;
        above += a * d / n;
        below += b * c / n;
    }
    let ratio = above / below;
    (ratio > 0.0 && ratio.is_finite()).then_some(ratio)
}

fn schwarzer(arms: &[Arms], correct: bool) -> Result<Found, MetaError> {
    let none = || MetaError::NoAnswer("Schwarzer's test needs a pooled odds ratio, there is none".to_owned());
    let odds = exp(ln(mantel_haenszel(arms).ok_or_else(none)?));
    let (mut deviates, mut inverse) = (Vec::new(), Vec::new());
    for (place, trial) in arms.iter().enumerate().filter(|(_, arms)| arms.is_informative()) {
        let events = trial.event_e + trial.event_c;
        let whole = || {
            let reason = "Schwarzer's test needs whole numbers of events and people";
            MetaError::NoAnswer(format!("{reason}: study {} has others", place + 1))
        };
        let expected = Hypergeometric::new(trial.n_e, trial.n_c, events, odds).ok_or_else(whole)?;
        let variance = expected.variance();
        deviates.push((trial.event_e - expected.mean()) / variance.sqrt());
        inverse.push(1.0 / variance);
    }
    ranked(Kendall::of(&deviates, &inverse), correct)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials() -> Trials {
        let rows = [
            (3.0, 20.0, 6.0, 21.0),
            (10.0, 80.0, 14.0, 78.0),
            (30.0, 300.0, 31.0, 290.0),
            (0.0, 12.0, 4.0, 11.0),
        ];
        let arms: Vec<Arms> = rows
            .iter()
            .map(|(event_e, n_e, event_c, n_c)| Arms {
                event_e: *event_e,
                n_e: *n_e,
                event_c: *event_c,
                n_c: *n_c,
            })
            .collect();
        let (yi, vi) = arms
            .iter()
            .filter_map(|arms| arms.effect(Binary::OddsRatio))
            .unzip();
        Trials {
            yi,
            vi,
            sizes: Some(arms.iter().map(|arms| (arms.n_e, arms.n_c)).collect()),
            arms: Some(arms),
            risk_ratio: false,
        }
    }

    #[test]
    fn swapped_arms_change_signs_only() {
        let one = trials();
        let mut other = one.clone();
        other.yi.iter_mut().for_each(|y| *y = -*y);
        for arms in other.arms.as_mut().unwrap() {
            core::mem::swap(&mut arms.event_e, &mut arms.event_c);
            core::mem::swap(&mut arms.n_e, &mut arms.n_c);
        }
        for (_, test) in SmallStudy::NAMES {
            let a = small_study_test(&one, test, Method::DerSimonianLaird, false).unwrap();
            let b = small_study_test(&other, test, Method::DerSimonianLaird, false).unwrap();
            assert!((a.statistic + b.statistic).abs() < 1e-9, "{test:?}: {a:?} {b:?}");
            assert!((a.pval - b.pval).abs() < 1e-10, "{test:?}");
        }
    }

    #[test]
    fn tests_that_need_counts_say_so() {
        let bare = Trials {
            arms: None,
            sizes: None,
            ..trials()
        };
        for test in [
            SmallStudy::Harbord,
            SmallStudy::Peters,
            SmallStudy::Schwarzer,
            SmallStudy::Macaskill,
        ] {
            let said = small_study_test(&bare, test, Method::default(), false)
                .unwrap_err()
                .to_string();
            assert!(said.contains("needs"), "{said}");
        }
    }

    #[test]
    fn impossible_counts_are_named() {
        let arms = Arms {
            event_e: 5.0,
            n_e: 4.0,
            event_c: 1.0,
            n_c: 4.0,
        };
        assert!(
            arms.problem()
                .is_some_and(|problem| problem.contains("more events"))
        );
        assert!(Arms { n_e: 6.0, ..arms }.problem().is_none());
    }
}
