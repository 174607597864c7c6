//! Which arms of a study are treated and which are its controls, as a question has it.

use crate::arm::Arm;
use crate::study::Study;
use crate::tables::Evidence;
use crate::vocabulary::{Design, Verified};

use super::query::Resolved;

/// The arms of a study that a question is about.
pub(super) struct Arms<'e> {
    pub(super) treated: Vec<&'e Arm>,
    pub(super) control: Vec<&'e Arm>,
}

/// What a study is to a question.
pub(super) enum Found<'e> {
    /// Other people or another treatment: it is not listed.
    Elsewhere,
    /// The right people and treatment, but not to be pooled: why, and whether asking otherwise would help.
    No(String, bool),
    /// Its arms.
    Arms(Arms<'e>),
}

pub(super) fn find<'e>(evidence: &'e Evidence, study: &'e Study, query: &Resolved) -> Found<'e> {
    let wanted = (query.conditions.is_empty() || query.conditions.contains(&study.condition))
        && (query.studies.is_empty() || query.studies.contains(&study.study_id));
    if !wanted {
        return Found::Elsewhere;
    }
    let usable = |arm: &&Arm| query.include_memory || arm.verified == Verified::Yes;
    let of_study: Vec<&Arm> = evidence.arms_of(&study.study_id).collect();
    let whole = |arm: &&Arm| !arm.is_subset();
    let is_treated = |arm: &&Arm| {
        query.drugs.contains(&arm.drug)
            && (query.routes.is_empty() || arm.route.is_some_and(|route| query.routes.contains(&route)))
    };
    // An arm that fits both sides is a treated one.
    let is_control = |arm: &&Arm| {
        let control = match &query.controls {
            Some(controls) => controls.contains(&arm.drug),
            None => !query.any_drug.contains(&arm.drug),
        };
        control && !is_treated(arm)
    };
    let all_treated: Vec<&Arm> = of_study.iter().copied().filter(is_treated).collect();
    if all_treated.is_empty() {
        return Found::Elsewhere;
    }
    if let Some(left_out) = query
        .without
        .iter()
        .find(|left_out| left_out.study == study.study_id)
    {
        let reason = left_out.reason.clone();
        return Found::No(reason.unwrap_or_else(|| "left out as asked".to_owned()), true);
    }
    if !query.designs.contains(&study.design) {
        let reason = match study.design {
            Design::Cohort => "people were followed, not assigned: there is no control to compare with",
            Design::OpenLabel => "one open-label group: there is no control to compare with",
            Design::Crossover => "a crossover trial",
            Design::Parallel => "a parallel trial",
            Design::Withdrawal => "responders were randomised to go on or to stop",
        };
        return Found::No(reason.to_owned(), true);
    }
    let treated: Vec<&Arm> = all_treated.iter().copied().filter(whole).collect();
    if treated.is_empty() {
        let reason = "its arms are subgroups, extensions or re-randomised people of other arms";
        return Found::No(reason.to_owned(), false);
    }
    let controls: Vec<&Arm> = of_study
        .iter()
        .copied()
        .filter(is_control)
        .filter(whole)
        .collect();
    if controls.is_empty() {
        let others: Vec<&str> = of_study
            .iter()
            .filter(|arm| !is_treated(arm) && whole(arm))
            .map(|arm| arm.drug.as_str())
            .collect();
        let reason = if others.is_empty() {
            "it has no control arm".to_owned()
        } else {
            format!("its control is {}", joined(&others))
        };
        return Found::No(reason, !others.is_empty());
    }
    let (treated, control): (Vec<&Arm>, Vec<&Arm>) = (
        treated.into_iter().filter(usable).collect(),
        controls.into_iter().filter(usable).collect(),
    );
    if treated.is_empty() || control.is_empty() {
        return Found::No("its arms are known from memory only".to_owned(), true);
    }
    Found::Arms(Arms { treated, control })
}

/// `a`, `a and b`, each once.
pub(super) fn joined(words: &[&str]) -> String {
    let mut once: Vec<&str> = Vec::new();
    for word in words {
        if !once.contains(word) {
            once.push(word);
        }
    }
    match once.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
