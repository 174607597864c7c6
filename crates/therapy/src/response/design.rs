//! What an arm of a trial receives, as the response model needs it: sessions with their occupancy, who knew what, what
//! went on beside.

use euthymia_evidence::TimeBasis;
use serde::Serialize;

/// What is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A drug whose occupancy of the receptor the library computes.
    Drug,
    /// A control that nobody feels.
    InactiveControl,
    /// A control that people feel.
    ActiveControl,
    /// An antidepressant alone.
    Antidepressant,
    /// Another drug on top of an antidepressant.
    Augmentation,
    /// What people have anyway.
    Nothing,
}

impl Kind {
    pub(crate) const WORDS: [(&str, Self); 5] = [
        ("inactive-control", Self::InactiveControl),
        ("active-control", Self::ActiveControl),
        ("antidepressant", Self::Antidepressant),
        ("augmentation", Self::Augmentation),
        ("nothing", Self::Nothing),
    ];

    /// Whether it comes in sessions: whatever is given as the drug is, and its controls.
    #[must_use]
    pub fn has_sessions(self) -> bool {
        matches!(self, Self::Drug | Self::InactiveControl | Self::ActiveControl)
    }
}

/// What people of an arm know about what they are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blinding {
    /// Double-blind, and it was the drug.
    Drug,
    /// Double-blind, and it was a control that nobody feels.
    InactiveControl,
    /// Double-blind, and it was a control that people feel.
    ActiveControl,
    /// Both arms were asleep.
    Masked,
    /// They knew.
    OpenLabel,
    /// They knew, the raters did not.
    RaterBlinded,
}

impl Blinding {
    pub(crate) const WORDS: [(&str, Self); 3] = [
        ("masked", Self::Masked),
        ("open-label", Self::OpenLabel),
        ("rater-blinded", Self::RaterBlinded),
    ];
}

/// Where people are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// They come to the sessions.
    Outpatient,
    /// In hospital.
    Inpatient,
    /// In hospital because of suicidality.
    Crisis,
    /// In hospital for an operation.
    Surgery,
    /// No trial: patients of a clinic.
    RoutineCare,
}

impl Setting {
    pub(crate) const WORDS: [(&str, Self); 5] = [
        ("outpatient", Self::Outpatient),
        ("inpatient", Self::Inpatient),
        ("crisis", Self::Crisis),
        ("surgery", Self::Surgery),
        ("routine-care", Self::RoutineCare),
    ];
}

/// The antidepressant beside, or instead.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Background {
    /// None.
    None,
    /// Taken for weeks before and not changed.
    Stable,
    /// Started.
    Started {
        /// When, h on the arm's clock; 0: with the first session.
        since_h: f64,
        /// Which treatment of this episode it is, where the trial counts them.
        step: Option<u32>,
    },
    /// Another drug was added to it at the beginning.
    Augmented {
        /// The drug, as the tables call it.
        with: String,
    },
}

/// Psychotherapy that came with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Therapy {
    /// Cognitive behavioural therapy.
    Cbt,
    /// Sessions with the drug are psychotherapy.
    DrugAssisted,
    /// Another.
    Other,
    /// Lessons, as a control of psychotherapy.
    Education,
}

impl Therapy {
    pub(crate) const WORDS: [(&str, Self); 4] = [
        ("cbt", Self::Cbt),
        ("drug-assisted", Self::DrugAssisted),
        ("other", Self::Other),
        ("education", Self::Education),
    ];
}

/// Whom an arm is of, where a treatment came before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selected {
    /// Who had responded.
    Responders,
    /// Who was in remission.
    Remitters,
    /// Who had not responded.
    NonResponders,
    /// Who had responded and relapsed.
    Relapsed,
}

impl Selected {
    pub(crate) const WORDS: [(&str, Self); 4] = [
        ("responders", Self::Responders),
        ("remitters", Self::Remitters),
        ("non-responders", Self::NonResponders),
        ("relapsed", Self::Relapsed),
    ];
}

/// One session.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Session {
    /// When, h on the arm's clock; before 0: before the clock begins.
    pub time_h: f64,
    /// What was given.
    pub kind: Kind,
    /// How: one of [`super::Designs::regimens`]; of a control none.
    pub regimen: Option<usize>,
    /// Whether people came for it; otherwise they took it at home.
    pub attended: bool,
}

/// Scores before treatment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Baseline {
    /// The rating scale.
    pub instrument: String,
    /// Mean score.
    pub mean: Option<f64>,
    /// Standard deviation.
    pub sd: Option<f64>,
}

/// An arm of a trial.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArmDesign {
    /// The study.
    pub study: String,
    /// The arm within it.
    pub arm: String,
    /// Number of people, where it or the number of all people is told.
    pub n: Option<u32>,
    /// Number of people in the study, where it is told.
    pub study_people: Option<u32>,
    /// What they were ill with: a word of the evidence tables.
    pub condition: String,
    /// What was given, as the tables call it.
    pub drug: String,
    /// What that is.
    pub kind: Kind,
    /// What people knew.
    pub blinding: Blinding,
    /// The chance of being given the drug, as people of the study knew it: the part of those randomised who were.
    pub drug_chance: f64,
    /// Where they were treated.
    pub setting: Setting,
    /// The antidepressant beside.
    pub background: Background,
    /// Psychotherapy, and since when, h.
    pub therapy: Option<(Therapy, f64)>,
    /// Scores before treatment, where the tables have them.
    pub baseline: Option<Baseline>,
    /// The sessions, by time.
    pub sessions: Vec<Session>,
    /// When the arm ceases to be so, h: people are randomised again.
    pub until_h: Option<f64>,
    /// Whom it is of, where a treatment came before.
    pub selected: Option<Selected>,
    /// Whether its people are counted in another arm of the study.
    pub is_subset: bool,
    /// Studies that report some of the same people.
    pub overlaps_with: Vec<String>,
    /// Time from the last session to the last thing measured, h.
    pub follow_up_h: Option<f64>,
    /// What was taken where nothing tells, and on what facts the design rests that nobody read.
    pub assumptions: Vec<String>,
}

impl ArmDesign {
    /// A time of the outcome tables on the arm's clock, h; none where it differs between people.
    #[must_use]
    pub fn time_h(&self, basis: TimeBasis, time_h: f64) -> Option<f64> {
        match basis {
            TimeBasis::Variable => None,
            TimeBasis::AfterLastDose | TimeBasis::AfterInduction => {
                Some(self.sessions.last()?.time_h + time_h)
            }
            TimeBasis::AfterFirstDose
            | TimeBasis::AfterStartOfExtension
            | TimeBasis::AfterRandomisationToWithdrawal
            | TimeBasis::AfterStartOfOpenLabel => Some(time_h),
        }
    }
}

/// An arm that the response model cannot use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The study.
    pub study: String,
    /// The arm within it.
    pub arm: String,
    /// Why.
    pub reason: String,
}
