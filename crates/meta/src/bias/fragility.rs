//! How few people would have to fare otherwise for significance to come or go.
//!
//! Of one trial: Walsh et al. 2014 (doi:10.1016/j.jclinepi.2013.10.019), by Fisher's exact test, and the other way round
//! where nothing is significant (Khan et al. 2020, doi:10.1001/jamanetworkopen.2020.12469); the quotient after Ahmed,
//! Fowler and McCredie 2016. Of a meta-analysis: Atal et al. 2019 (doi:10.1016/j.jclinepi.2019.03.012), one person after
//! the other, always the one who moves the interval furthest.

use euthymia_stats::hypergeometric::Hypergeometric;

use super::small_study::{Arms, Binary};
use crate::MetaError;
use crate::pool::{self, Data, Options};

/// The fragility of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Fragility {
    /// Whether the result is significant as it is.
    pub significant: bool,
    /// People who would have to fare otherwise; missing where no number of them would do.
    pub index: Option<usize>,
    /// The same over all people.
    pub quotient: Option<f64>,
    /// Probability as it is.
    pub pval: f64,
    /// Probability once they do; missing where no number of them would do.
    pub pval_after: Option<f64>,
    /// The arms then, in the order that they were given; as they are where no number of people would do.
    pub after: Vec<Arms>,
}

fn refuse(arms: &[Arms]) -> Result<(), MetaError> {
    for (place, trial) in arms.iter().enumerate() {
        let fractions = [trial.event_e, trial.n_e, trial.event_c, trial.n_c]
            .iter()
            .any(|x| x.fract() != 0.0);
        let problem = trial
            .problem()
            .or(fractions.then_some("a count is no whole number"));
        if let Some(problem) = problem {
            return Err(MetaError::NoAnswer(format!("study {}: {problem}", place + 1)));
        }
    }
    Ok(())
}

fn people(arms: &[Arms]) -> f64 {
    arms.iter().map(|trial| trial.n_e + trial.n_c).sum()
}

/// Two-sided probability by Fisher's exact test.
fn fisher(arms: Arms) -> f64 {
    let events = arms.event_e + arms.event_c;
    Hypergeometric::new(arms.n_e, arms.n_c, events, 1.0).map_or(f64::NAN, |all| all.two_sided(arms.event_e))
}

/// The fragility of a trial: people of the arm with fewer events are given the event until the exact test is no longer
/// significant at `alpha`; where it is not, events are taken from that arm until it is.
///
/// # Errors
/// Counts that cannot be.
pub fn of_trial(arms: Arms, alpha: f64) -> Result<Fragility, MetaError> {
    refuse(&[arms])?;
    let pval = fisher(arms);
    let significant = pval < alpha;
    let step = if significant { 1.0 } else { -1.0 };
    let experimental = arms.event_e <= arms.event_c;
    let mut now = arms;
    let mut index = 0;
    let mut p = pval;
    while (p < alpha) == significant {
        let (events, n) = if experimental {
            (&mut now.event_e, now.n_e)
        } else {
            (&mut now.event_c, now.n_c)
        };
        *events += step;
        if *events < 0.0 || *events > n {
            return Ok(Fragility {
                significant,
                index: None,
                quotient: None,
                pval,
                pval_after: None,
                after: vec![arms],
            });
        }
        index += 1;
        p = fisher(now);
    }
    Ok(Fragility {
        significant,
        index: Some(index),
        quotient: Some(index as f64 / people(&[arms])),
        pval,
        pval_after: Some(p),
        after: vec![now],
    })
}

/// The pooled result that a change is judged by.
struct Pooled {
    lower: f64,
    upper: f64,
    pval: f64,
}

/// `None` where no trial has an effect.
fn pooled(arms: &[Arms], measure: Binary, options: &Options) -> Result<Option<Pooled>, MetaError> {
    let (yi, vi): (Vec<f64>, Vec<f64>) = arms.iter().filter_map(|arms| arms.effect(measure)).unzip();
    if yi.is_empty() {
        return Ok(None);
    }
    let fit = pool::fit(&Data::without_moderators(yi, vi), options)?;
    Ok(Some(Pooled {
        lower: fit.ci_lb[0],
        upper: fit.ci_ub[0],
        pval: fit.pval[0],
    }))
}

/// The fragility of a meta-analysis of trials: people change their outcome one by one, each time the one whose change moves
/// the interval furthest towards the other verdict. Where nothing is significant both directions are tried.
///
/// # Errors
/// Counts that cannot be, or no pooled result.
pub fn of_meta_analysis(arms: &[Arms], measure: Binary, options: &Options) -> Result<Fragility, MetaError> {
    refuse(arms)?;
    let none = || MetaError::NoAnswer("the trials have no pooled result to be fragile".to_owned());
    let start = pooled(arms, measure, options)?.ok_or_else(none)?;
    let significant = start.lower > 0.0 || start.upper < 0.0;
    // The bound that has to cross 0, and the sign it has now.
    let paths: Vec<Option<(usize, Vec<Arms>, f64)>> = if significant {
        let up = start.upper < 0.0;
        vec![path(
            arms,
            measure,
            options,
            up,
            if up { |p| p.upper } else { |p| p.lower },
        )?]
    } else {
        vec![
            path(arms, measure, options, true, |p| p.lower)?,
            path(arms, measure, options, false, |p| p.upper)?,
        ]
    };
    let best = paths.into_iter().flatten().min_by_key(|(index, _, _)| *index);
    Ok(match best {
        Some((index, after, pval_after)) => Fragility {
            significant,
            index: Some(index),
            quotient: Some(index as f64 / people(arms)),
            pval: start.pval,
            pval_after: Some(pval_after),
            after,
        },
        None => Fragility {
            significant,
            index: None,
            quotient: None,
            pval: start.pval,
            pval_after: None,
            after: arms.to_vec(),
        },
    })
}

/// Changes until `bound` has crossed 0, upwards or downwards: their number, the arms then and the probability. `None` where
/// nobody is left whose outcome could change.
fn path(
    arms: &[Arms],
    measure: Binary,
    options: &Options,
    up: bool,
    bound: fn(&Pooled) -> f64,
) -> Result<Option<(usize, Vec<Arms>, f64)>, MetaError> {
    let mut now = arms.to_vec();
    let step = if up { 1.0 } else { -1.0 };
    let most = people(arms) as usize;
    for index in 1..=most {
        let mut best: Option<(f64, usize, Arms, f64)> = None;
        for place in 0..now.len() {
            let original = now[place];
            let mut more = original;
            more.event_e += step;
            let mut fewer = original;
            fewer.event_c -= step;
            for changed in [more, fewer] {
                if changed.problem().is_some() {
                    continue;
                }
                now[place] = changed;
                if let Some(result) = pooled(&now, measure, options)? {
                    let at = step * bound(&result);
                    if best.as_ref().is_none_or(|(before, ..)| at > *before) {
                        best = Some((at, place, changed, result.pval));
                    }
                }
                now[place] = original;
            }
        }
        let Some((at, place, changed, pval)) = best else {
            return Ok(None);
        };
        now[place] = changed;
        if at > 0.0 {
            return Ok(Some((index, now, pval)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arms(event_e: f64, n_e: f64, event_c: f64, n_c: f64) -> Arms {
        Arms {
            event_e,
            n_e,
            event_c,
            n_c,
        }
    }

    #[test]
    fn of_a_trial_it_is_the_first_table_that_is_not_significant() {
        let trial = arms(1.0, 100.0, 9.0, 100.0);
        let found = of_trial(trial, 0.05).unwrap();
        let n = found.index.unwrap() as f64;
        assert!(found.significant && n > 0.0 && found.pval_after.unwrap() >= 0.05);
        assert!(fisher(arms(1.0 + n - 1.0, 100.0, 9.0, 100.0)) < 0.05);
        assert_eq!(found.quotient, Some(n / 200.0));
        // The other way round where nothing is significant.
        let found = of_trial(arms(5.0, 100.0, 9.0, 100.0), 0.05).unwrap();
        assert!(!found.significant && found.pval_after.unwrap() < 0.05);
    }

    #[test]
    fn of_a_meta_analysis_it_crosses_the_null_and_mirrors() {
        let trials = [
            arms(4.0, 50.0, 11.0, 52.0),
            arms(10.0, 120.0, 22.0, 118.0),
            arms(3.0, 40.0, 8.0, 41.0),
        ];
        let options = Options::default();
        let found = of_meta_analysis(&trials, Binary::RiskRatio, &options).unwrap();
        assert!(
            found.significant && found.pval < 0.05 && found.pval_after.unwrap() >= 0.05,
            "{found:?}"
        );
        let swapped: Vec<Arms> = trials
            .iter()
            .map(|t| arms(t.event_c, t.n_c, t.event_e, t.n_e))
            .collect();
        let other = of_meta_analysis(&swapped, Binary::RiskRatio, &options).unwrap();
        assert_eq!(found.index, other.index);
        let alike = [arms(9.0, 50.0, 10.0, 52.0), arms(20.0, 120.0, 21.0, 118.0)];
        let found = of_meta_analysis(&alike, Binary::OddsRatio, &options).unwrap();
        assert!(
            !found.significant && found.pval_after.unwrap() < 0.05,
            "{found:?}"
        );
    }

    #[test]
    fn impossible_counts_are_refused() {
        assert!(of_trial(arms(5.0, 4.0, 1.0, 4.0), 0.05).is_err());
        assert!(of_trial(arms(1.5, 4.0, 1.0, 4.0), 0.05).is_err());
        assert!(of_meta_analysis(&[], Binary::OddsRatio, &Options::default()).is_err());
    }
}
