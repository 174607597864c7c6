//! What an equation can ask about the doses of its subject: `tad()`, `podo()` and their kin, by the words rxode2 has
//! for them.
//!
//! A dose counts when it arrives: at its time and lag. The checker resolves the compartment, the compiler makes each
//! question of a [`HistoryKind`] and arithmetic, and whoever runs the program keeps the values (see
//! [`crate::program::HistoryValue`]).

use crate::program::HistoryKind;

/// A question as the language has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    /// The word.
    pub(crate) name: &'static str,
    /// What has to be known.
    pub(crate) kind: HistoryKind,
    /// Whether it asks for the time since then.
    pub(crate) elapsed: bool,
    /// Whether it is 0, and not unknown, before the first dose.
    pub(crate) or_zero: bool,
    /// Of which doses.
    pub(crate) doses: Doses,
}

/// Whose doses a question without a compartment is about, and whether it takes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doses {
    /// All of them, or those of the compartment named.
    Any,
    /// Those of the compartment whose `d/dt()` was written last, or of the one named.
    Equation,
    /// All of them; it takes no compartment.
    All,
}

const fn question(name: &'static str, kind: HistoryKind, elapsed: bool, or_zero: bool) -> Question {
    Question {
        name,
        kind,
        elapsed,
        or_zero,
        doses: Doses::Any,
    }
}

/// Every question.
pub(crate) const QUESTIONS: &[Question] = &[
    question("tad", HistoryKind::LastTime, true, false),
    question("tad0", HistoryKind::LastTime, true, true),
    question("tafd", HistoryKind::FirstTime, true, false),
    question("tafd0", HistoryKind::FirstTime, true, true),
    question("tlast", HistoryKind::LastTime, false, false),
    question("tlast0", HistoryKind::LastTime, false, true),
    question("tfirst", HistoryKind::FirstTime, false, false),
    question("tfirst0", HistoryKind::FirstTime, false, true),
    question("dose", HistoryKind::LastAmount, false, false),
    question("dose0", HistoryKind::LastAmount, false, true),
    Question {
        doses: Doses::Equation,
        ..question("podo", HistoryKind::LastAmount, false, false)
    },
    question("podo0", HistoryKind::LastAmount, false, true),
    Question {
        doses: Doses::All,
        ..question("dosenum", HistoryKind::Count, false, false)
    },
];

/// The question of that name.
pub(crate) fn question_of(name: &str) -> Option<&'static Question> {
    QUESTIONS.iter().find(|question| question.name == name)
}

/// Names without parentheses that ask something.
pub(crate) fn kind_of_name(name: &str) -> Option<HistoryKind> {
    match name {
        "tlast" => Some(HistoryKind::LastTime),
        "newind" | "NEWIND" => Some(HistoryKind::Newness),
        "amt" | "AMT" => Some(HistoryKind::RecordAmount),
        _ => None,
    }
}

/// The function of the transit compartments: `transit(n, mtt)`, `transit(n, mtt, bio)`.
pub(crate) const TRANSIT: &str = "transit";
