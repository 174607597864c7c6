//! From the arms of studies to their comparisons: each pair of arms of a study becomes a contrast.
//!
//! Effects and variances are those of network meta-analysis (R's `pairwise`): the same increment for all arms of a
//! study, and one standard deviation and one total for all its standardised mean differences (Crippa and Orsini 2016,
//! doi:10.1186/s12874-016-0189-0, equation 5), so that the contrasts of a study agree with each other.

use euthymia_vecmath::scalar::ln;

use super::measure::Measure;
use crate::MetaError;
use crate::effect::arcsine;

/// What an arm reports; what is missing is `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// People with an event among all.
    Events {
        /// People with the event.
        events: Option<f64>,
        /// People.
        n: Option<f64>,
    },
    /// A mean.
    Mean {
        /// People.
        n: Option<f64>,
        /// Their mean.
        mean: Option<f64>,
        /// Their standard deviation.
        sd: Option<f64>,
    },
    /// Events over a time at risk.
    Rate {
        /// Events.
        events: Option<f64>,
        /// Time at risk of all people together.
        time: Option<f64>,
    },
    /// An estimate that was computed elsewhere.
    Estimate {
        /// It.
        te: Option<f64>,
        /// Its standard error.
        se: Option<f64>,
    },
}

/// An arm of a study.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Label of the study.
    pub study: String,
    /// What the arm received.
    pub treatment: String,
    /// What it reports.
    pub outcome: Outcome,
    /// Line of the table.
    pub line: usize,
}

/// To which studies an increment is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Where {
    /// Those that have an arm without events, or with nothing but events.
    #[default]
    Only0,
    /// All, if any study has an arm without events.
    IfAny0,
    /// All.
    All,
}

/// What is done about empty cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Increment {
    /// Added to each cell.
    pub amount: f64,
    /// Where.
    pub to: Where,
    /// Keeps comparisons of which neither arm, or everybody in both, has an event.
    pub all_studies: bool,
}

impl Default for Increment {
    fn default() -> Self {
        Self {
            amount: 0.5,
            to: Where::Only0,
            all_studies: false,
        }
    }
}

/// A comparison of two arms: the first minus the second.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast {
    /// Label of the study.
    pub study: String,
    /// First treatment.
    pub treat1: String,
    /// Second treatment.
    pub treat2: String,
    /// The effect on the scale that is pooled; `None` where the arms give none.
    pub te: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// Line of the table.
    pub line: usize,
    /// Places of the two arms among those that the contrast was made of.
    pub arms: Option<(usize, usize)>,
    /// Covariance with other contrasts of the study that share the first or the second treatment, where it is not
    /// told by their variances.
    pub shared: Option<(f64, f64)>,
}

impl Contrast {
    /// The same, second minus first.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            study: self.study.clone(),
            treat1: self.treat2.clone(),
            treat2: self.treat1.clone(),
            te: self.te.map(|te| -te),
            se: self.se,
            line: self.line,
            arms: self.arms.map(|(a, b)| (b, a)),
            shared: self.shared.map(|(a, b)| (b, a)),
        }
    }
}

/// All comparisons within studies, in the order of their first and then their second arm.
///
/// # Errors
/// Numbers that cannot be, two arms of one study with the same treatment, or a measure that these outcomes do not give:
/// says in which line.
pub fn contrasts(arms: &[Arm], measure: Measure, increment: &Increment) -> Result<Vec<Contrast>, MetaError> {
    for arm in arms {
        check(arm, measure)?;
    }
    let studies = by_study(arms);
    let any_zero = arms.iter().any(|arm| empty(&arm.outcome).0);
    let mut all = Vec::new();
    for places in &studies {
        let added = if measure.takes_increment() {
            let of_study = places.iter().map(|place| empty(&arms[*place].outcome));
            let sparse = of_study.into_iter().any(|(none, full)| none || full);
            let adds = match increment.to {
                Where::Only0 => sparse,
                Where::IfAny0 => any_zero,
                Where::All => true,
            };
            if adds { increment.amount } else { 0.0 }
        } else {
            0.0
        };
        let whole = Whole::of(places.iter().map(|place| &arms[*place].outcome));
        for (at, first) in places.iter().enumerate() {
            for second in &places[at + 1..] {
                let (one, two) = (&arms[*first], &arms[*second]);
                if one.treatment == two.treatment {
                    return Err(MetaError::Row {
                        line: two.line,
                        reason: format!(
                            "study `{}` has two arms with `{}`; put them together",
                            one.study, one.treatment
                        ),
                    });
                }
                let pair = Pair {
                    one: &one.outcome,
                    two: &two.outcome,
                    added,
                    keep_empty: increment.all_studies,
                };
                let (te, se) = pair.effect(measure, &whole);
                all.push(Contrast {
                    study: one.study.clone(),
                    treat1: one.treatment.clone(),
                    treat2: two.treatment.clone(),
                    te: te.filter(|te| te.is_finite()),
                    se: se.filter(|se| se.is_finite()),
                    line: one.line,
                    arms: Some((*first, *second)),
                    shared: match (measure, &one.outcome, &two.outcome) {
                        (
                            Measure::StandardisedMeanDifference,
                            Outcome::Mean { n: Some(n1), .. },
                            Outcome::Mean { n: Some(n2), .. },
                        ) => Some((1.0 / n1, 1.0 / n2)),
                        _ => None,
                    },
                });
            }
        }
    }
    all.sort_by_key(|contrast| contrast.arms);
    Ok(all)
}

/// Places of the arms of each study, without those that report nothing.
fn by_study(arms: &[Arm]) -> Vec<Vec<usize>> {
    let mut labels: Vec<&str> = Vec::new();
    let mut places: Vec<Vec<usize>> = Vec::new();
    let mut known = std::collections::BTreeMap::new();
    for (place, arm) in arms.iter().enumerate() {
        let at = *known.entry(arm.study.as_str()).or_insert_with(|| {
            labels.push(&arm.study);
            places.push(Vec::new());
            places.len() - 1
        });
        let reports = match arm.outcome {
            Outcome::Events { events, n } => events.is_some() || n.is_some(),
            Outcome::Mean { n, mean, sd } => n.is_some() || mean.is_some() || sd.is_some(),
            Outcome::Rate { events, time } => events.is_some() || time.is_some(),
            Outcome::Estimate { te, se } => te.is_some() || se.is_some(),
        };
        if reports {
            places[at].push(place);
        }
    }
    places
}

/// Whether an arm has no event, and whether it has nothing else.
fn empty(outcome: &Outcome) -> (bool, bool) {
    match outcome {
        Outcome::Events { events, n } => (*events == Some(0.0), events.is_some() && events == n),
        Outcome::Rate { events, .. } => (*events == Some(0.0), false),
        _ => (false, false),
    }
}

fn check(arm: &Arm, measure: Measure) -> Result<(), MetaError> {
    let wrong = |reason: String| {
        Err(MetaError::Row {
            line: arm.line,
            reason,
        })
    };
    let below_0 = |x: &Option<f64>| x.is_some_and(|x| x < 0.0 || x.is_infinite());
    let said = |x: &Option<f64>| x.map_or_else(|| "an unknown number".to_owned(), |x| x.to_string());
    match &arm.outcome {
        Outcome::Events { events, n } if below_0(events) || below_0(n) => wrong(format!(
            "{} events of {} people: neither can be below 0",
            said(events),
            said(n)
        )),
        Outcome::Events {
            events: Some(events),
            n: Some(n),
        } if events > n => wrong(format!("{events} people with the event, but only {n} in the arm")),
        Outcome::Mean { n, sd, .. } if below_0(n) || below_0(sd) => wrong(format!(
            "{} people with a standard deviation of {}: neither can be below 0",
            said(n),
            said(sd)
        )),
        Outcome::Rate { events, time } if below_0(events) || below_0(time) => wrong(format!(
            "{} events in a time of {}: neither can be below 0",
            said(events),
            said(time)
        )),
        Outcome::Estimate { se, .. } if below_0(se) => {
            wrong(format!("a standard error of {}: it cannot be below 0", said(se)))
        }
        outcome if !measure.fits(outcome) => {
            wrong(format!("{measure} cannot be computed from what the arm reports"))
        }
        _ => Ok(()),
    }
}

/// What a standardised mean difference takes from all arms of its study.
struct Whole {
    /// People of all arms.
    n: f64,
    /// Pooled standard deviation of three arms and more.
    sd: Option<f64>,
}

impl Whole {
    fn of<'o>(outcomes: impl Iterator<Item = &'o Outcome>) -> Self {
        let (mut n, mut complete, mut squares, mut degrees) = (0.0, 0, 0.0, 0.0);
        for outcome in outcomes {
            if let Outcome::Mean { n: Some(people), .. } = outcome {
                n += people;
            }
            if let Outcome::Mean {
                n: Some(people),
                mean,
                sd: Some(sd),
            } = outcome
            {
                squares += (people - 1.0) * sd * sd;
                degrees += people - 1.0;
                complete += usize::from(mean.is_some() && *sd > 0.0 && *people > 0.0);
            }
        }
        Self {
            n,
            sd: (complete > 2).then(|| (squares / degrees).sqrt()),
        }
    }
}

struct Pair<'a> {
    one: &'a Outcome,
    two: &'a Outcome,
    added: f64,
    keep_empty: bool,
}

impl Pair<'_> {
    fn effect(&self, measure: Measure, whole: &Whole) -> (Option<f64>, Option<f64>) {
        let given = matches!(self.one, Outcome::Estimate { .. });
        match measure {
            _ if given => self.levels(measure),
            Measure::StandardisedMeanDifference => self.standardised(whole),
            Measure::Peto => self.peto(),
            _ if self.says_nothing(measure) => (None, None),
            _ => self.levels(measure),
        }
    }

    fn levels(&self, measure: Measure) -> (Option<f64>, Option<f64>) {
        let all_events = empty(self.one).1 && empty(self.two).1;
        let one = level(measure, self.one, self.added, all_events);
        let two = level(measure, self.two, self.added, all_events);
        let te = one.0.zip(two.0).map(|(a, b)| a - b);
        let se = one.1.zip(two.1).map(|(a, b)| (a + b).sqrt());
        (te, te.and(se))
    }

    /// Whether ratios have no value: neither arm has an event, or everybody in both.
    fn says_nothing(&self, measure: Measure) -> bool {
        let (one, two) = (empty(self.one), empty(self.two));
        let none = one.0 && two.0;
        let full = one.1 && two.1;
        !self.keep_empty
            && match measure {
                Measure::OddsRatio => none || full,
                Measure::RiskRatio => none,
                _ => false,
            }
    }

    fn standardised(&self, whole: &Whole) -> (Option<f64>, Option<f64>) {
        let (
            Outcome::Mean {
                n: Some(n1),
                mean: Some(mean1),
                sd: Some(sd1),
            },
            Outcome::Mean {
                n: Some(n2),
                mean: Some(mean2),
                sd: Some(sd2),
            },
        ) = (self.one, self.two)
        else {
            return (None, None);
        };
        if *n1 <= 0.0 || *n2 <= 0.0 || *sd1 <= 0.0 || *sd2 <= 0.0 {
            return (None, None);
        }
        let within = || (((n1 - 1.0) * sd1 * sd1 + (n2 - 1.0) * sd2 * sd2) / (n1 + n2 - 2.0)).sqrt();
        let d = (mean1 - mean2) / whole.sd.unwrap_or_else(within);
        let variance = 1.0 / n1 + 1.0 / n2 + d * d / (2.0 * whole.n);
        (Some(d), Some(variance.sqrt()))
    }

    /// One step from no effect towards the odds ratio (Yusuf et al. 1985, doi:10.1016/S0033-0620(85)80003-7).
    fn peto(&self) -> (Option<f64>, Option<f64>) {
        let (
            Outcome::Events {
                events: Some(e1),
                n: Some(n1),
            },
            Outcome::Events {
                events: Some(e2),
                n: Some(n2),
            },
        ) = (self.one, self.two)
        else {
            return (None, None);
        };
        let (n, events) = (n1 + n2, e1 + e2);
        let variance = n1 * n2 * events * (n - events) / ((n - 1.0) * n * n);
        if variance <= 0.0 {
            return (None, None);
        }
        let te = (e1 - n1 * events / n) / variance;
        (Some(te), Some((1.0 / variance).sqrt()))
    }
}

/// What an arm gives to a difference: the level on the scale of the measure, and its variance.
fn level(measure: Measure, outcome: &Outcome, added: f64, all_events: bool) -> (Option<f64>, Option<f64>) {
    match *outcome {
        Outcome::Events {
            events: Some(events),
            n: Some(n),
        } if n > 0.0 => {
            let (with, without) = (events + added, n - events + added);
            match measure {
                Measure::OddsRatio => (Some(ln(with) - ln(without)), Some(1.0 / with + 1.0 / without)),
                // Where everybody has the event, an increment in the first term would leave nothing.
                Measure::RiskRatio => {
                    let counted = if all_events { events } else { with };
                    (
                        Some(ln(with) - ln(n + added)),
                        Some(1.0 / counted - 1.0 / (n + added)),
                    )
                }
                Measure::RiskDifference => {
                    let total = n + 2.0 * added;
                    (Some(events / n), Some(with * without / (total * total * total)))
                }
                Measure::ArcsineDifference => (Some(arcsine::of_root(events / n)), Some(0.25 / n)),
                _ => (None, None),
            }
        }
        Outcome::Mean {
            n: Some(n),
            mean: Some(mean),
            sd,
        } if n > 0.0 => {
            let sd = sd.filter(|sd| *sd > 0.0);
            match measure {
                Measure::MeanDifference => (Some(mean), sd.map(|sd| sd * sd / n)),
                Measure::RatioOfMeans if mean > 0.0 => {
                    (Some(ln(mean)), sd.map(|sd| sd * sd / (n * mean * mean)))
                }
                _ => (None, None),
            }
        }
        Outcome::Rate {
            events: Some(events),
            time: Some(time),
        } if time > 0.0 => {
            let with = events + added;
            match measure {
                Measure::RateRatio => (Some(ln(with) - ln(time)), Some(1.0 / with)),
                Measure::RateDifference => (Some(events / time), Some(with / (time * time))),
                Measure::RootRateDifference => (Some((events / time).sqrt()), Some(0.25 / time)),
                _ => (None, None),
            }
        }
        Outcome::Estimate { te: Some(te), se } => (Some(te), se.map(|se| se * se)),
        _ => (None, None),
    }
}
