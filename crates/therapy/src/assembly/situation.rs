//! What holds for all patients of a course at all times, as response models ask for it: 0 or 1.

use crate::course::{Antidepressant, Blinding, Course, Setting};
use crate::drug::Felt;
use crate::response::{Blinding as Known, Disorder};

/// A statement about a course that is true or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfCourse {
    /// An antidepressant is started at time 0.
    NewAntidepressant,
    /// An antidepressant is taken, new or not.
    Antidepressant,
    /// There is psychotherapy.
    Psychotherapy,
    /// Blinded, and what is given is a control that people feel.
    ExpectActive,
    /// Blinded, and what is given is a control that nobody feels.
    ExpectInactive,
    /// Nobody can tell what is given.
    ExpectMasked,
    /// Everybody knows what is given.
    ExpectOpen,
    /// People were admitted in a crisis.
    Crisis,
    /// They have bipolar depression.
    Bipolar,
    /// They have post-traumatic stress disorder.
    Ptsd,
    /// They have an anxiety disorder.
    Anxiety,
    /// They have obsessive-compulsive disorder.
    Ocd,
}

impl OfCourse {
    /// Whether it is true.
    pub(crate) fn holds(self, course: &Course) -> bool {
        let disorder = |one| Disorder::of(&course.condition) == Some(one);
        match self {
            Self::NewAntidepressant => course.background == Antidepressant::NewlyStarted,
            Self::Antidepressant => course.background != Antidepressant::None,
            Self::Psychotherapy => course.psychotherapy.is_some(),
            Self::ExpectActive => known(course) == Known::ActiveControl,
            Self::ExpectInactive => known(course) == Known::InactiveControl,
            Self::ExpectMasked => known(course) == Known::Masked,
            Self::ExpectOpen => known(course) == Known::OpenLabel,
            Self::Crisis => course.setting == Setting::Crisis,
            Self::Bipolar => disorder(Disorder::Bipolar),
            Self::Ptsd => disorder(Disorder::Ptsd),
            Self::Anxiety => disorder(Disorder::Anxiety),
            Self::Ocd => disorder(Disorder::Ocd),
        }
    }
}

/// What people of a course know about what they are given.
pub(crate) fn known(course: &Course) -> Known {
    match (course.blinding, felt(course)) {
        (Blinding::OpenLabel, _) => Known::OpenLabel,
        (Blinding::Masked, _) => Known::Masked,
        (Blinding::DoubleBlind, Felt::Drug) => Known::Drug,
        (Blinding::DoubleBlind, Felt::Active) => Known::ActiveControl,
        (Blinding::DoubleBlind, Felt::Inactive) => Known::InactiveControl,
    }
}

/// What people feel of what they are given: of several the drug decides, then the control that is felt. Tablets at home
/// count only where there are no sessions.
pub(crate) fn felt(course: &Course) -> Felt {
    let of = |sessions: bool| {
        let given = course
            .treatments
            .iter()
            .map(|treatment| treatment.drug.expectancy);
        given
            .filter(|one| one.session == sessions)
            .map(|one| one.felt)
            .max()
    };
    of(true).or_else(|| of(false)).unwrap_or(Felt::Inactive)
}
