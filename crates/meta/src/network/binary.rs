//! Networks of rare events: odds ratios without adding to empty cells, by Mantel and Haenszel or by the non-central
//! hypergeometric distribution, with a common effect (Efthimiou et al. 2019, doi:10.1002/sim.8158).

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};

use super::arms::{Arm, Outcome};
use super::estimates::QTest;
use super::graph::{name_parts, sorted};
use super::hypergeometric::maximise;
use super::mantel_haenszel::{DesignEffects, generalised};
use crate::MetaError;
use crate::sets::Sets;

/// How the tables are pooled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum BinaryMethod {
    /// Mantel and Haenszel, generalised to more than two arms.
    #[default]
    MantelHaenszel,
    /// The non-central hypergeometric distribution, by the multinomial that approximates it where events are rare.
    Hypergeometric,
}

/// Counts of an arm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Table {
    pub(super) treatment: usize,
    pub(super) events: f64,
    pub(super) others: f64,
}

impl Table {
    pub(super) fn n(&self) -> f64 {
        self.events + self.others
    }
}

/// Studies that had the same arms: the tables of each.
pub(super) struct BinaryDesign {
    /// Treatments of the tables, the same in all studies.
    pub(super) treatments: Vec<usize>,
    /// A row of tables for each study.
    pub(super) studies: Vec<Vec<Table>>,
}

/// Odds ratios of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct BinaryFit {
    /// Treatments that are left.
    pub treatments: Vec<String>,
    /// Studies that are left.
    pub studies: usize,
    /// Their comparisons.
    pub comparisons: usize,
    /// Designs that are left.
    pub designs: usize,
    /// Studies in which nobody, or everybody, had an event.
    pub without_information: Vec<String>,
    /// Arms without, or with nothing but, events in all studies of their design: treatment and design.
    pub empty_arms: Vec<(String, String)>,
    /// Log odds ratios of rows against columns.
    pub te: DMatrix<f64>,
    /// Their standard errors.
    pub se: DMatrix<f64>,
    /// Disagreement of the designs, where the method gives it.
    pub inconsistency: Option<QTest>,
}

/// What is done about arms without events in all studies of their design.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum EmptyArms {
    /// They are left out.
    #[default]
    Dropped,
    /// All cells of their design get this increment.
    Filled(f64),
}

/// Pools the arms of all studies.
///
/// # Errors
/// Outcomes that are no counts, treatments that nothing connects once arms without information are gone, or tables that
/// give no odds ratio.
pub fn binary(arms: &[Arm], method: BinaryMethod, empty: EmptyArms) -> Result<BinaryFit, MetaError> {
    let mut gathered = Gathered::of(arms)?;
    let without_information = gathered.drop_uninformative();
    let empty_arms = match empty {
        EmptyArms::Dropped => gathered.drop_empty_arms(),
        EmptyArms::Filled(amount) => gathered.fill_empty_arms(amount),
    };
    let (treatments, designs) = gathered.finish();
    if treatments.len() < 2 {
        return Err(MetaError::NoAnswer(
            "no study is left that compares two arms with events".to_owned(),
        ));
    }
    connected(&treatments, &designs)?;
    let n = treatments.len();
    let (theta, vcov, inconsistency) = match method {
        BinaryMethod::MantelHaenszel => {
            let effects: Vec<DesignEffects> = designs.iter().map(generalised).collect::<Result<_, _>>()?;
            regress(n, &effects)?
        }
        BinaryMethod::Hypergeometric => {
            let (theta, vcov) = maximise(n, &designs)?;
            (theta, vcov, None)
        }
    };
    let level = |t: usize| if t == 0 { 0.0 } else { theta[t - 1] };
    let joint = |a: usize, b: usize| {
        if a == 0 || b == 0 {
            0.0
        } else {
            vcov[(a - 1, b - 1)]
        }
    };
    Ok(BinaryFit {
        studies: designs.iter().map(|design| design.studies.len()).sum(),
        comparisons: designs
            .iter()
            .map(|design| design.studies.len() * design.treatments.len() * (design.treatments.len() - 1) / 2)
            .sum(),
        designs: designs.len(),
        treatments,
        without_information,
        empty_arms,
        te: DMatrix::from_fn(n, n, |a, b| level(a) - level(b)),
        se: DMatrix::from_fn(n, n, |a, b| {
            if a == b {
                0.0
            } else {
                (joint(a, a) + joint(b, b) - 2.0 * joint(a, b)).sqrt()
            }
        }),
        inconsistency,
    })
}

/// Arms of a study by the label of their treatment: people with and without the event.
type Counts = BTreeMap<String, (f64, f64)>;

/// The arms of all studies, by the label of the study.
struct Gathered {
    studies: Vec<(String, Counts)>,
    /// Design of each study: its treatments before anything is left out.
    designs: Vec<String>,
}

impl Gathered {
    fn of(arms: &[Arm]) -> Result<Self, MetaError> {
        let mut studies: BTreeMap<&str, Counts> = BTreeMap::new();
        for arm in arms {
            let wrong = |reason: String| MetaError::Row {
                line: arm.line,
                reason,
            };
            let Outcome::Events { events, n } = arm.outcome else {
                return Err(wrong("events and people of the arm are needed".to_owned()));
            };
            let Some((events, n)) = events.zip(n) else {
                continue;
            };
            if !(0.0..=n).contains(&events) || !n.is_finite() {
                return Err(wrong(format!(
                    "{events} people with the event of {n} in the arm cannot be"
                )));
            }
            let counts = (events, n - events);
            let before = studies
                .entry(&arm.study)
                .or_default()
                .insert(arm.treatment.clone(), counts);
            if before.is_some() {
                return Err(wrong(format!(
                    "study `{}` has two arms with `{}`; put them together",
                    arm.study, arm.treatment
                )));
            }
        }
        studies.retain(|_, arms| arms.len() > 1);
        let studies: Vec<(String, Counts)> = studies
            .into_iter()
            .map(|(label, arms)| (label.to_owned(), arms))
            .collect();
        let designs = studies
            .iter()
            .map(|(_, arms)| sorted(arms.keys().map(String::as_str)).join(":"))
            .collect();
        Ok(Self { studies, designs })
    }

    /// Studies in which nobody or everybody had an event.
    fn drop_uninformative(&mut self) -> Vec<String> {
        let sum = |arms: &Counts| {
            arms.values()
                .fold((0.0, 0.0), |sum, arm| (sum.0 + arm.0, sum.1 + arm.1))
        };
        let informs: Vec<bool> = self
            .studies
            .iter()
            .map(|(_, arms)| sum(arms).0 > 0.0 && sum(arms).1 > 0.0)
            .collect();
        let dropped = self
            .studies
            .iter()
            .zip(&informs)
            .filter(|(_, informs)| !**informs);
        let labels = dropped.map(|((label, _), _)| label.clone()).collect();
        let mut keep = informs.iter();
        self.studies.retain(|_| *keep.next().unwrap_or(&true));
        let mut keep = informs.iter();
        self.designs.retain(|_| *keep.next().unwrap_or(&true));
        labels
    }

    /// Arms of designs that have no event, or nothing else, in all studies of the design together.
    fn empty_arms(&self) -> Vec<(String, String)> {
        let mut sums: BTreeMap<(&str, &str), (f64, f64)> = BTreeMap::new();
        for ((_, arms), design) in self.studies.iter().zip(&self.designs) {
            for (treatment, (events, others)) in arms {
                let sum = sums.entry((treatment, design)).or_default();
                sum.0 += events;
                sum.1 += others;
            }
        }
        sums.into_iter()
            .filter(|(_, sum)| sum.0 == 0.0 || sum.1 == 0.0)
            .map(|((treatment, design), _)| (treatment.to_owned(), design.to_owned()))
            .collect()
    }

    fn drop_empty_arms(&mut self) -> Vec<(String, String)> {
        let empty = self.empty_arms();
        for ((_, arms), design) in self.studies.iter_mut().zip(&self.designs) {
            for (treatment, of) in &empty {
                if of == design {
                    arms.remove(treatment);
                }
            }
        }
        empty
    }

    fn fill_empty_arms(&mut self, amount: f64) -> Vec<(String, String)> {
        let empty = self.empty_arms();
        for ((_, arms), design) in self.studies.iter_mut().zip(&self.designs) {
            if empty.iter().any(|(_, of)| of == design) {
                for (events, others) in arms.values_mut() {
                    *events += amount;
                    *others += amount;
                }
            }
        }
        empty
    }

    /// What is left of designs with two arms and more.
    fn finish(self) -> (Vec<String>, Vec<BinaryDesign>) {
        let kept: Vec<(&Counts, &String)> = self
            .studies
            .iter()
            .map(|(_, arms)| arms)
            .zip(&self.designs)
            .filter(|(arms, _)| arms.len() > 1)
            .collect();
        let treatments = sorted(kept.iter().flat_map(|(arms, _)| arms.keys().map(String::as_str)));
        let place = |label: &str| treatments.iter().position(|t| t == label).unwrap_or(0);
        let mut designs: BTreeMap<&str, BinaryDesign> = BTreeMap::new();
        for (arms, design) in kept {
            let mut tables: Vec<Table> = arms
                .iter()
                .map(|(treatment, (events, others))| Table {
                    treatment: place(treatment),
                    events: *events,
                    others: *others,
                })
                .collect();
            tables.sort_by_key(|table| table.treatment);
            let design = designs.entry(design).or_insert_with(|| BinaryDesign {
                treatments: tables.iter().map(|table| table.treatment).collect(),
                studies: Vec::new(),
            });
            design.studies.push(tables);
        }
        (treatments, designs.into_values().collect())
    }
}

fn connected(treatments: &[String], designs: &[BinaryDesign]) -> Result<(), MetaError> {
    let mut parts = Sets::new(treatments.len());
    for design in designs {
        for pair in design.treatments.windows(2) {
            parts.join(pair[0], pair[1]);
        }
    }
    let parts = parts.members();
    if parts.len() == 1 {
        return Ok(());
    }
    Err(MetaError::Disconnected {
        parts: format!(
            "{} once arms without events are left out",
            name_parts(&parts, treatments)
        ),
    })
}

type Regression = (DVector<f64>, DMatrix<f64>, Option<QTest>);

/// Generalised least squares of the effects of designs.
fn regress(n: usize, effects: &[DesignEffects]) -> Result<Regression, MetaError> {
    let singular =
        || MetaError::NoAnswer("the odds ratios of the designs have singular covariances".to_owned());
    let mut information = DMatrix::zeros(n - 1, n - 1);
    let mut right = DVector::zeros(n - 1);
    let mut weighted = Vec::with_capacity(effects.len());
    for design in effects {
        let w = design.covariance.clone().try_inverse().ok_or_else(singular)?;
        let x = design.rows(n);
        information += x.transpose() * &w * &x;
        right += x.transpose() * &w * &design.effects;
        weighted.push((w, x));
    }
    let vcov = information.try_inverse().ok_or_else(singular)?;
    let theta = &vcov * right;
    let mut test = QTest {
        q: 0.0,
        df: -((n - 1) as f64),
    };
    for (design, (w, x)) in effects.iter().zip(&weighted) {
        let rest = &design.effects - x * &theta;
        test.q += (w * &rest).dot(&rest);
        test.df += design.effects.len() as f64;
    }
    Ok((theta, vcov, Some(test)))
}
