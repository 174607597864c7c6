//! A design in words.

use super::{Analysis, Arm, Blinding, EndpointKind, Estimand, Trial};
use crate::course::Antidepressant;
use crate::definition::{duration, in_words};
use crate::events::label;

/// Terms and what they are here.
pub(super) fn design(trial: &Trial) -> Vec<(String, String)> {
    let all: u32 = trial.arms.iter().map(|arm| arm.share).sum();
    let mut terms: Vec<(String, String)> = trial
        .arms
        .iter()
        .map(|arm| (format!("Arm \u{201c}{}\u{201d}", arm.name), given(arm, all)))
        .collect();
    let visits: Vec<String> = trial.visits_h.iter().map(|visit_h| duration(*visit_h)).collect();
    let endpoint = &trial.endpoint;
    let name = |at: usize| trial.arms[at].name.as_str();
    let what = match endpoint.kind {
        EndpointKind::Change => "change",
        EndpointKind::Response => "response",
        EndpointKind::Remission => "remission",
    };
    let blinding = match trial.blinding {
        Blinding::Open => "everybody knows".to_owned(),
        Blinding::Double { unblinding } => format!(
            "double-blind; people can tell {} times as well as in the trials of the fit",
            in_words(unblinding)
        ),
    };
    let (sites, sd) = trial.sites;
    terms.extend(
        [
            ("Blinding", blinding),
            ("Visits", visits.join(", ")),
            (
                "Endpoint",
                format!(
                    "{what} of the {} at {}, {} against {}",
                    endpoint.instrument.abbreviation,
                    duration(trial.visits_h[endpoint.visit]),
                    name(endpoint.arms.0),
                    name(endpoint.arms.1)
                ),
            ),
            (
                "Estimand",
                match trial.estimand {
                    Estimand::TreatmentPolicy => format!(
                        "treatment policy: who stops goes on without, and {} % of them are still rated",
                        in_words(100.0 * trial.followed)
                    ),
                    Estimand::Hypothetical => "hypothetical: as if nobody had stopped".to_owned(),
                },
            ),
            (
                "Analysis",
                match trial.analysis {
                    Analysis::Mmrm => "mixed model for repeated measures, baseline and arm by visit, unstructured covariance (REML)",
                    Analysis::Ancova => "analysis of covariance of the change at the endpoint, with the baseline",
                    Analysis::Responder => "proportions; who is not rated counts as not having responded",
                }
                .to_owned(),
            ),
            (
                "Sites",
                format!("{sites}, which differ by {} on the logarithm of the score", in_words(sd)),
            ),
            (
                "Leaving",
                format!("{} times as many as in the trials of the fit", in_words(trial.leaving)),
            ),
            ("Recruitment", format!("{} people a month", in_words(trial.recruitment))),
            ("Level", format!("{} two-sided", in_words(trial.alpha))),
        ]
        .map(|(term, words)| (term.to_owned(), words)),
    );
    terms
}

fn given(arm: &Arm, all: u32) -> String {
    let mut words: Vec<String> = arm
        .treatments
        .iter()
        .map(|treatment| format!("{} ({})", label(treatment), treatment.schedule))
        .collect();
    match arm.antidepressant {
        Antidepressant::None => {}
        Antidepressant::Stable => words.push("the antidepressant goes on".to_owned()),
        Antidepressant::NewlyStarted => words.push("a new antidepressant".to_owned()),
    }
    if arm.psychotherapy {
        words.push("psychotherapy".to_owned());
    }
    if words.is_empty() {
        words.push("nothing".to_owned());
    }
    format!("{}; {} of {all} people", words.join(", "), arm.share)
}

/// What is taken for granted.
pub(super) fn assumptions(trial: &Trial) -> Vec<String> {
    let mut all = vec![
        "The effect is that of the response model, fitted to published trials: small trials report larger effects; taken here is that of a \
         large one, whatever the size."
            .to_owned(),
        "Who leaves would have improved by less than who stays; leaving depends on nothing else.".to_owned(),
        "People, ratings and visits are those of the model: a rating scatters, visits of a patient go together through the patient's own \
         effects, and everybody has the typical exposure to the drug."
            .to_owned(),
        format!(
            "Sites differ by a shift of improvement with a standard deviation of {}, and are not in the analysis.",
            in_words(trial.sites.1)
        ),
    ];
    if matches!(trial.blinding, Blinding::Double { .. }) {
        all.push(
            "What people can tell acts through expectancy, as far as the fit could tell controls apart; it knows little of that.".to_owned(),
        );
    }
    if trial.arms.len() > 2 {
        all.push("Only two arms are compared; the others are in the mixed model, and nothing is corrected for several comparisons.".to_owned());
    }
    all
}
