//! What comparing strategies comes to: one structure for the page, the table and the JSON.

use super::decision::Decision;
use crate::result::Provenance;
use serde::Serialize;

/// What is counted of a patient's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Days until the first response; to the end for who has none.
    DaysToResponse,
    /// Days until the first remission; to the end for who has none.
    DaysToRemission,
    /// Days in response.
    DaysResponding,
    /// Days in remission.
    DaysWell,
    /// Never in remission: part of people.
    NeverWell,
    /// In remission at the end: part of people.
    WellAtEnd,
    /// Relapsed at least once: part of people.
    Relapsed,
    /// Relapses.
    Relapses,
    /// Treatments begun, each once.
    Treatments,
    /// Visits without a session.
    Visits,
    /// Sessions in a clinic.
    Sessions,
    /// Hours in a clinic, visits included.
    ClinicHours,
    /// Hours of them that somebody watches.
    MonitoredHours,
    /// Sessions with more than 20 points of dissociation (CADSS).
    Dissociation,
    /// Sessions in which the systolic pressure rises by more than 40 mmHg.
    Pressure,
    /// Sessions with sedation.
    Sedation,
    /// Cost of drugs.
    DrugCost,
    /// Cost of visits and sessions without the drugs.
    VisitCost,
    /// Cost of both.
    Cost,
    /// Quality-adjusted life-years.
    Qaly,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::DaysToResponse,
        Self::DaysToRemission,
        Self::DaysResponding,
        Self::DaysWell,
        Self::NeverWell,
        Self::WellAtEnd,
        Self::Relapsed,
        Self::Relapses,
        Self::Treatments,
        Self::Visits,
        Self::Sessions,
        Self::ClinicHours,
        Self::MonitoredHours,
        Self::Dissociation,
        Self::Pressure,
        Self::Sedation,
        Self::DrugCost,
        Self::VisitCost,
        Self::Cost,
        Self::Qaly,
    ];

    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DaysToResponse => "days-to-response",
            Self::DaysToRemission => "days-to-remission",
            Self::DaysResponding => "days-responding",
            Self::DaysWell => "days-well",
            Self::NeverWell => "never-well",
            Self::WellAtEnd => "well-at-end",
            Self::Relapsed => "relapsed",
            Self::Relapses => "relapses",
            Self::Treatments => "treatments",
            Self::Visits => "visits",
            Self::Sessions => "sessions",
            Self::ClinicHours => "clinic-hours",
            Self::MonitoredHours => "monitored-hours",
            Self::Dissociation => "dissociation",
            Self::Pressure => "pressure",
            Self::Sedation => "sedation",
            Self::DrugCost => "drug-cost",
            Self::VisitCost => "visit-cost",
            Self::Cost => "cost",
            Self::Qaly => "qaly",
        }
    }

    /// Its name for people, with its unit.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::DaysToResponse => "days until response",
            Self::DaysToRemission => "days until remission",
            Self::DaysResponding => "days in response",
            Self::DaysWell => "days well (in remission)",
            Self::NeverWell => "never well",
            Self::WellAtEnd => "well at the end",
            Self::Relapsed => "relapsed",
            Self::Relapses => "relapses",
            Self::Treatments => "treatments tried",
            Self::Visits => "visits",
            Self::Sessions => "sessions",
            Self::ClinicHours => "hours in a clinic",
            Self::MonitoredHours => "hours watched",
            Self::Dissociation => "sessions with dissociation (CADSS above 20)",
            Self::Pressure => "sessions with a rise of blood pressure above 40 mmHg",
            Self::Sedation => "sessions with sedation",
            Self::DrugCost => "cost of drugs",
            Self::VisitCost => "cost of visits and sessions",
            Self::Cost => "cost",
            Self::Qaly => "quality-adjusted life-years",
        }
    }

    /// Whether it is a part of people.
    #[must_use]
    pub fn is_part(self) -> bool {
        matches!(self, Self::NeverWell | Self::WellAtEnd | Self::Relapsed)
    }
}

/// A mean over people, and how uncertain it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// In it with a probability of 90 %, as far as parameters and studies differ.
    pub interval: Option<[f64; 2]>,
    /// Standard error by the number of virtual patients.
    pub monte_carlo: Option<f64>,
}

/// A part of people over time, in weeks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// The mean.
    pub mean: Vec<f64>,
    /// 5th percentile of draws and studies.
    pub p05: Vec<f64>,
    /// 95th percentile.
    pub p95: Vec<f64>,
}

/// What became of people under one strategy.
#[derive(Clone, Debug, Serialize)]
pub struct Outcomes {
    /// Stem of its file.
    pub id: String,
    /// Title.
    pub title: String,
    /// Summary.
    pub summary: String,
    /// Its steps and rules, in words.
    pub steps: Vec<StepWords>,
    /// In the order of [`Measure::ALL`].
    pub measures: Vec<(Measure, Estimate)>,
    /// Less the first strategy, patient by patient; empty for the first.
    pub differences: Vec<(Measure, Estimate)>,
    /// Part without a response yet, day by day (Kaplan-Meier; nobody is lost).
    pub until_response: Curve,
    /// The same of remission.
    pub until_remission: Curve,
    /// Part in remission, week by week.
    pub well: Curve,
    /// Mean score, week by week, on the scale of the people.
    pub score: Curve,
    /// Mean of people by draw of the parameters.
    pub cost_by_draw: Vec<f64>,
    /// The same.
    pub qaly_by_draw: Vec<f64>,
    /// Per step: its name, and the part of people who began it.
    pub reached: Vec<(String, f64)>,
    /// Of steps that are known by a proportion of remission: that of those who were assessed here, and that published.
    pub checked: Vec<Checked>,
}

/// A step in words.
#[derive(Clone, Debug, Serialize)]
pub struct StepWords {
    /// Its name.
    pub name: String,
    /// What is given.
    pub given: String,
    /// Its rules.
    pub rules: Vec<String>,
}

/// A published proportion beside what came out.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// The step.
    pub step: String,
    /// As published: of those who begin it.
    pub published: f64,
    /// Of those who began it here and were still on it at the assessment.
    pub simulated: f64,
    /// How many that were.
    pub n: u64,
    /// Citation keys.
    pub sources: Vec<String>,
}

/// A quantity that is not known, by draw.
#[derive(Clone, Debug, Serialize)]
pub struct Unknown {
    /// Its name.
    pub name: String,
    /// For people.
    pub label: String,
    /// By draw of the parameters.
    pub values: Vec<f64>,
}

/// Strategies side by side.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// Who is treated.
    pub people: String,
    /// Title of the group.
    pub group: String,
    /// Steps that had failed before.
    pub failed: u32,
    /// Name of the rates that were taken, where several are there.
    pub rates: Option<String>,
    /// Virtual patients.
    pub subjects: u64,
    /// Draws of the parameters.
    pub draws: u32,
    /// Studies for each.
    pub studies_per_draw: u32,
    /// Seed.
    pub seed: u64,
    /// How long they were followed, d.
    pub horizon_days: u32,
    /// Instrument of the scores.
    pub instrument: String,
    /// Currency of costs.
    pub currency: String,
    /// What a quality-adjusted life-year may cost.
    pub thresholds: Vec<f64>,
    /// Days of the curves by day.
    pub days: Vec<u32>,
    /// Weeks of the curves by week.
    pub weeks: Vec<u32>,
    /// A strategy each.
    pub strategies: Vec<Outcomes>,
    /// What is not known.
    #[serde(skip)]
    pub unknowns: Vec<Unknown>,
    /// What a choice rests on.
    pub decision: Decision,
    /// What the reader must know.
    pub assumptions: Vec<String>,
    /// Citation keys with citations.
    pub sources: Vec<(String, String)>,
    /// How to make it again; whoever read the files fills it in.
    pub provenance: Provenance,
}

impl Outcomes {
    /// One measure.
    #[must_use]
    pub fn of(&self, measure: Measure) -> Option<&Estimate> {
        self.measures
            .iter()
            .find(|(own, _)| *own == measure)
            .map(|(_, estimate)| estimate)
    }

    /// Its difference to the first strategy.
    #[must_use]
    pub fn difference(&self, measure: Measure) -> Option<&Estimate> {
        self.differences
            .iter()
            .find(|(own, _)| *own == measure)
            .map(|(_, estimate)| estimate)
    }
}

impl Comparison {
    /// Columns of [`Self::rows`].
    pub const COLUMNS: [&'static str; 9] = [
        "strategy",
        "measure",
        "mean",
        "p05",
        "p95",
        "monte_carlo_error",
        "difference",
        "difference_p05",
        "difference_p95",
    ];

    /// A row for every measure of every strategy.
    pub fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        self.strategies.iter().flat_map(move |strategy| {
            strategy.measures.iter().map(move |(measure, estimate)| {
                let other = strategy.difference(*measure);
                let end = |estimate: &Estimate, at: usize| estimate.interval.map(|ends| ends[at]);
                vec![
                    strategy.id.clone(),
                    measure.name().to_owned(),
                    number(Some(estimate.mean)),
                    number(end(estimate, 0)),
                    number(end(estimate, 1)),
                    number(estimate.monte_carlo),
                    number(other.map(|other| other.mean)),
                    number(other.and_then(|other| end(other, 0))),
                    number(other.and_then(|other| end(other, 1))),
                ]
            })
        })
    }
}
