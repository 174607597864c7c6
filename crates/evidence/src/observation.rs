//! What arms measured, as points to draw beside a simulation.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use euthymia_stats::proportion::{self, Interval};
use euthymia_stats::{normal, student};

use crate::arm::Arm;
use crate::label;
use crate::outcome::{Dispersion, OutcomeRow};
use crate::tables::Evidence;
use crate::vocabulary::{DispersionType, Statistic, TimeBasis, Verified};

/// Coverage of the intervals of observations.
const COVERAGE: f64 = 0.95;

/// What observations are wanted for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlay<'o> {
    /// The rating scale, as the tables call it (`madrs`).
    pub instrument: &'o str,
    /// End of the time axis, h after the first dose.
    pub horizon_h: f64,
    /// Mean score before treatment to add a reported change to where the tables have none for the arm; the derivation
    /// then says so. `None`: such changes are left out.
    pub baseline: Option<f64>,
}

/// What is plotted over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Series {
    /// Mean score on the instrument.
    Score,
    /// Proportion who respond.
    Response,
    /// Proportion in remission.
    Remission,
}

/// One measured point.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The study.
    pub study_id: String,
    /// The arm.
    pub arm_id: String,
    /// Short name for a legend: the study and what its arm received.
    pub label: String,
    /// What it is a point of.
    pub series: Series,
    /// Time after the first dose, h.
    pub time_h: f64,
    /// Mean score, or proportion from 0 to 1.
    pub value: f64,
    /// 95 % interval, where dispersion or number of people are known: Student's t for a mean (normal where only a
    /// standard error is known), Wilson's for a proportion.
    pub interval: Option<Interval>,
    /// Number of people.
    pub n: Option<u32>,
    /// How the value was made comparable or what the source says of it, where that matters.
    pub derivation: Option<String>,
    /// The page it was read from.
    pub source_url: String,
    /// Where on the page.
    pub source_locator: Option<String>,
}

impl Evidence {
    /// What some arms measured, sorted by series, arm as given, and time. Only what was read on a page, at times
    /// counted from the first dose. Where one study reports people of another one given, only the one with more points
    /// of a series is drawn (the other one, where both have as many): nobody is drawn twice.
    #[must_use]
    pub fn overlay<'e>(
        &self,
        arms: impl IntoIterator<Item = &'e Arm>,
        overlay: &Overlay<'_>,
    ) -> Vec<Observation> {
        let mut observations: Vec<Observation> = arms
            .into_iter()
            .flat_map(|arm| self.of_arm(arm, overlay))
            .collect();
        let mut points: BTreeMap<(String, Series), usize> = BTreeMap::new();
        for observation in &observations {
            *points
                .entry((observation.study_id.clone(), observation.series))
                .or_default() += 1;
        }
        observations.retain(|observation| !self.is_drawn_elsewhere(observation, &points));
        observations.sort_by_key(|observation| observation.series);
        observations
    }

    /// Whether another study with points of the same series is to be drawn instead, because it has the same people.
    fn is_drawn_elsewhere(
        &self,
        observation: &Observation,
        points: &BTreeMap<(String, Series), usize>,
    ) -> bool {
        let own_id = observation.study_id.as_str();
        let lists = |study: &str, other: &str| {
            self.study(study)
                .is_some_and(|study| study.overlaps_with.iter().any(|listed| listed == other))
        };
        let of_series = points
            .iter()
            .filter(|((_, series), _)| *series == observation.series);
        let own = points
            .get(&(own_id.to_owned(), observation.series))
            .copied()
            .unwrap_or(0);
        of_series.into_iter().any(|((other, _), theirs)| {
            let reports = lists(own_id, other);
            let reported = lists(other, own_id);
            // Of two that list each other the first is drawn.
            match theirs.cmp(&own) {
                Ordering::Greater => reports || reported,
                Ordering::Equal if reports && reported => other.as_str() < own_id,
                Ordering::Equal => reports,
                Ordering::Less => false,
            }
        })
    }

    fn of_arm(&self, arm: &Arm, overlay: &Overlay<'_>) -> Vec<Observation> {
        let seen: Vec<(&OutcomeRow, f64)> = self
            .outcomes_of(arm)
            .filter(|row| row.verified == Verified::Yes && row.time_basis == TimeBasis::AfterFirstDose)
            .filter_map(|row| Some((row, row.time_h.filter(|time| *time <= overlay.horizon_h)?)))
            .collect();
        let mut times: Vec<f64> = seen.iter().map(|(_, time)| *time).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let mut observations = Vec::new();
        for series in [Series::Score, Series::Response, Series::Remission] {
            for time_h in &times {
                let rows = || {
                    seen.iter()
                        .filter(|(_, time)| time == time_h)
                        .map(|(row, _)| *row)
                };
                let point = match series {
                    Series::Score => score(arm, rows(), &seen, overlay),
                    Series::Response => share(arm, rows(), "response"),
                    Series::Remission => share(arm, rows(), "remission"),
                };
                let Some((row, point)) = point else { continue };
                observations.push(Observation {
                    study_id: arm.study_id.clone(),
                    arm_id: arm.arm_id.clone(),
                    label: label::arm(arm),
                    series,
                    time_h: *time_h,
                    value: point.value,
                    interval: point.interval,
                    n: row.n.or(point.n),
                    derivation: joined(point.derivation, row.note.as_deref()),
                    source_url: row.source_url.clone(),
                    source_locator: row.source_locator.clone(),
                });
            }
        }
        observations
    }
}

/// A value made comparable.
struct Point {
    value: f64,
    interval: Option<Interval>,
    n: Option<u32>,
    derivation: Vec<String>,
}

/// Ways a score is reported, the one most like the simulated mean first.
const SCORES: [(Statistic, &str); 5] = [
    (Statistic::Mean, ""),
    (Statistic::Change, "reported change"),
    (
        Statistic::ChangeModelled,
        "change estimated by the source's model",
    ),
    (
        Statistic::ChangeCarriedForward,
        "change with the last observation carried forward",
    ),
    (Statistic::ChangeApproximate, "change as printed, approximate"),
];

/// The mean score of an arm at one time.
fn score<'r>(
    arm: &Arm,
    rows: impl Iterator<Item = &'r OutcomeRow> + Clone,
    all: &[(&OutcomeRow, f64)],
    overlay: &Overlay<'_>,
) -> Option<(&'r OutcomeRow, Point)> {
    for (statistic, words) in SCORES {
        let found = rows
            .clone()
            .find(|row| row.outcome == overlay.instrument && row.statistic == statistic);
        let Some(row) = found else { continue };
        let (half, mut derivation) = (half_width(row), Vec::new());
        let mut value = row.value;
        if statistic != Statistic::Mean {
            let (baseline, whose) = baseline(arm, all, overlay)?;
            value += baseline;
            derivation.push(format!("{whose} {baseline} plus {words} of {}", row.value));
            if half.is_some() {
                derivation.push("interval of the change".to_owned());
            }
        }
        let interval = half.map(|half| Interval {
            lower: value - half,
            upper: value + half,
        });
        return Some((
            row,
            Point {
                value,
                interval,
                n: None,
                derivation,
            },
        ));
    }
    None
}

/// Mean score before treatment and whose it is: the arm's own at time 0, in its row of the arms, or the caller's.
fn baseline(arm: &Arm, all: &[(&OutcomeRow, f64)], overlay: &Overlay<'_>) -> Option<(f64, &'static str)> {
    let measured = all.iter().find(|(row, time)| {
        *time == 0.0 && row.outcome == overlay.instrument && row.statistic == Statistic::Mean
    });
    let in_arms = || {
        arm.baseline
            .as_ref()
            .filter(|baseline| baseline.scale == overlay.instrument)?
            .mean
    };
    measured
        .map(|(row, _)| (row.value, "baseline"))
        .or_else(|| Some((in_arms()?, "baseline")))
        .or_else(|| {
            Some((
                overlay.baseline?,
                "baseline of the simulated people (the arm's own is not in the tables)",
            ))
        })
}

/// Half the width of the 95 % interval of a mean.
fn half_width(row: &OutcomeRow) -> Option<f64> {
    let Dispersion { value, kind } = row.dispersion?;
    let upper = 0.5 + 0.5 * COVERAGE;
    let n = row.n.filter(|n| *n >= 2).map(f64::from);
    match (kind, n) {
        (DispersionType::StandardDeviation, Some(n)) => {
            Some(student::quantile(n - 1.0, upper) * value / n.sqrt())
        }
        (DispersionType::StandardDeviation, None) => None,
        (DispersionType::StandardError, Some(n)) => Some(student::quantile(n - 1.0, upper) * value),
        (DispersionType::StandardError, None) => Some(normal::quantile(upper) * value),
    }
}

/// The proportion of an arm with an event at one time.
fn share<'r>(
    arm: &Arm,
    rows: impl Iterator<Item = &'r OutcomeRow> + Clone,
    event: &str,
) -> Option<(&'r OutcomeRow, Point)> {
    let carried = format!("{event}-locf");
    let names = [
        (event, None),
        (carried.as_str(), Some("last observation carried forward")),
    ];
    for (name, words) in names {
        let of_name = |row: &&OutcomeRow| row.outcome == name;
        let is_share = |row: &&OutcomeRow| matches!(row.statistic, Statistic::Events | Statistic::Proportion);
        let Some(row) = rows.clone().filter(of_name).find(is_share) else {
            continue;
        };
        let mut derivation: Vec<String> = words.map(str::to_owned).into_iter().collect();
        let n = row.n.or(arm.n).filter(|n| *n > 0);
        if row.n.is_none() && n.is_some() {
            derivation.push("number of people of the arm".to_owned());
        }
        let value = match row.statistic {
            Statistic::Events => row.value / f64::from(n?),
            _ => row.value,
        };
        let interval = n
            .map(f64::from)
            .and_then(|n| proportion::wilson((value * n).min(n), n, COVERAGE));
        return Some((
            row,
            Point {
                value,
                interval,
                n,
                derivation,
            },
        ));
    }
    None
}

/// What we did to the value, then what the source says of it.
fn joined(mut derivation: Vec<String>, note: Option<&str>) -> Option<String> {
    derivation.extend(note.map(str::to_owned));
    (!derivation.is_empty()).then(|| derivation.join("; "))
}
