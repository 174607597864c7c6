//! How sure a result is and why: the width of its intervals and where it comes from, the trials behind the response model,
//! and what of the course lies outside of them.

use super::Run;
use crate::course::{Antidepressant, Course, People, Treatment};
use crate::definition::{duration, in_words};
use crate::posterior::{Fit, FromTreatment};
use crate::result::{Beyond, Certainty, Extrapolation, Observation, Quantity, VarianceComponents};
use crate::{answer, course::ArmRole};
use euthymia_evidence::study_label;
use std::collections::BTreeSet;

/// Most trials that are named in the paragraph.
const MOST_NAMED: usize = 6;

/// What stands behind a response model that comes without draws of a fit.
const UNFITTED: &str = "No draws of a fit stand behind the response model: its parameters vary only as far as its file gives \
                        standard errors.";

/// The certainty of a run. `score` is the score, if there is one, and the place of the answer's time; `variance` is split at
/// some times.
pub(super) fn certainty(
    course: &Course,
    run: &Run<'_>,
    (score, at): (Option<&Quantity>, usize),
    variance: &[VarianceComponents],
    observations: &[Observation],
) -> Certainty {
    let mut sentences = Vec::new();
    sentences.extend(score.map(|score| width(course, run, score, at)));
    sentences.extend(why(run, variance));
    let Some(posterior) = &run.assembly.posterior else {
        sentences.push(UNFITTED.to_owned());
        sentences.extend(overlaid(observations));
        return Certainty {
            paragraph: sentences.join(" "),
            posterior_draws: None,
            trials: Vec::new(),
            extrapolated: Vec::new(),
        };
    };
    let fit = &posterior.fit;
    let trials = trials(course, fit);
    sentences.push(behind(course, fit, &trials));
    let extrapolated = extrapolated(course, fit);
    if extrapolated.is_empty() {
        sentences.push(
            "Condition, route, dose, number of doses and time are all within what these trials had."
                .to_owned(),
        );
    }
    sentences.extend(extrapolated.iter().map(|one| one.sentence.clone()));
    sentences.extend(overlaid(observations));
    Certainty {
        paragraph: sentences.join(" "),
        posterior_draws: Some(fit.draws),
        trials,
        extrapolated,
    }
}

/// How wide the interval of the average is beside the spread of patients.
fn width(course: &Course, run: &Run<'_>, score: &Quantity, at: usize) -> String {
    let when = capitalised(&answer::time_in_words(
        run.answer_h,
        course.session_times_h().len(),
    ));
    let patients = format!(
        "nine in ten single scores lie between {} and {}",
        score.p05[at].round(),
        score.p95[at].round()
    );
    match &score.mean_interval {
        Some(interval) => format!(
            "{when} the average {} of such a group lies between {:.1} and {:.1} with a probability of 90 %, and {patients}.",
            score.label, interval.lower[at], interval.upper[at]
        ),
        None => format!("{when} {patients}; how sure the average is cannot be told from so small a run."),
    }
}

/// Where the width of the interval of the average comes from.
fn why(run: &Run<'_>, variance: &[VarianceComponents]) -> Option<String> {
    let parts = variance.iter().min_by(|one, other| {
        let far = |parts: &VarianceComponents| (parts.time_h - run.answer_h).abs();
        far(one).total_cmp(&far(other))
    })?;
    let unsure = parts.parameters + parts.between_studies;
    if unsure <= 0.0 {
        return None;
    }
    let share = 100.0 * parts.parameters / unsure;
    Some(format!(
        "Of that uncertainty of the average {share:.0} % is what the parameters leave open, and {:.0} % is that trials of the \
         same treatment differ.",
        100.0 - share
    ))
}

/// What was fitted to, and the part of it that is like the course.
fn behind(course: &Course, fit: &Fit, trials: &[String]) -> String {
    let mut sentence = format!(
        "The response model was fitted to {} arms of {} trials ({} people)",
        fit.arms, fit.studies, fit.patients
    );
    if let Some(own) = fit.of(&course.condition) {
        let were = if own.studies == 1 { "was" } else { "were" };
        sentence.push_str(&format!(
            ", of which {} {were} in this condition ({})",
            own.studies, course.condition
        ));
    }
    let given = treatments(course);
    if let ([_, ..], false) = (given.as_slice(), trials.is_empty()) {
        let names: Vec<String> = trials
            .iter()
            .take(MOST_NAMED)
            .map(|trial| study_label(trial))
            .collect();
        let more = match trials.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let what: Vec<String> = given.iter().map(|one| given_as(one)).collect();
        sentence.push_str(&format!(
            "; {} gave {}: {}{more}",
            trials.len(),
            what.join(" or "),
            names.join(", ")
        ));
    }
    sentence.push('.');
    sentence
}

/// `racemic ketamine intravenous`.
fn given_as(treatment: &Treatment) -> String {
    let route = treatment.drug.route(&treatment.route);
    format!(
        "{} {}",
        treatment.drug.name,
        route.map_or(treatment.route.as_str(), |route| route.name.as_str())
    )
}

/// The treatments of a course, each drug and route once.
fn treatments(course: &Course) -> Vec<&Treatment> {
    let mut once: Vec<&Treatment> = Vec::new();
    for treatment in &course.treatments {
        if !once.iter().any(|known| key(known) == key(treatment)) {
            once.push(treatment);
        }
    }
    once
}

/// Drug and route as the fit calls them: a variant of a route (`oral-pr`) is that route there.
fn key(treatment: &Treatment) -> (&str, &str) {
    let route = treatment.route.split('-').next().unwrap_or_default();
    (&treatment.drug.id, route)
}

/// What the fit has of a treatment: in the condition of the course, or in any other.
fn like<'f>(
    fit: &'f Fit,
    course: &Course,
    treatment: &Treatment,
    same_condition: bool,
) -> Vec<&'f FromTreatment> {
    let conditions = fit
        .conditions
        .iter()
        .filter(|one| (one.condition == course.condition) == same_condition);
    let all = conditions.flat_map(|one| &one.treatments);
    all.filter(|one| (one.drug.as_str(), one.route.as_str()) == key(treatment))
        .collect()
}

/// Trials that gave one of the treatments in the condition of the course.
fn trials(course: &Course, fit: &Fit) -> Vec<String> {
    let mut trials = BTreeSet::new();
    for treatment in &course.treatments {
        for one in like(fit, course, treatment, true) {
            trials.extend(one.trials.iter().cloned());
        }
    }
    trials.into_iter().collect()
}

/// What of a course no trial had.
pub(crate) fn extrapolated(course: &Course, fit: &Fit) -> Vec<Extrapolation> {
    let mut found = Vec::new();
    let mut add = |what, sentence: String| found.push(Extrapolation { what, sentence });
    if fit.of(&course.condition).is_none() {
        let others: Vec<&str> = fit.conditions.iter().map(|one| one.condition.as_str()).collect();
        add(
            Beyond::Condition,
            format!(
                "No trial in this condition ({}) was fitted: what is known of others ({}) is carried over.",
                course.condition,
                others.join(", ")
            ),
        );
    }
    let mut longest_h: Option<f64> = None;
    for treatment in treatments(course) {
        let name = given_as(treatment);
        let own = like(fit, course, treatment, true);
        let others = like(fit, course, treatment, false);
        if own.is_empty() {
            let arms: u32 = others.iter().map(|one| one.arms).sum();
            add(
                Beyond::Route,
                if arms == 0 {
                    format!(
                        "No trial that was fitted gave {name}: its effect is inferred from its exposure alone."
                    )
                } else {
                    format!(
                        "No trial that was fitted gave {name} in this condition; {arms} arms in others did."
                    )
                },
            );
        }
        let known = if own.is_empty() { others } else { own };
        longest_h = known
            .iter()
            .map(|one| one.longest_h)
            .chain(longest_h)
            .reduce(f64::max);
        of_doses(course, treatment, &known)
            .into_iter()
            .for_each(|(what, sentence)| add(what, sentence));
    }
    // Without such a treatment the longest of all trials counts.
    let all = fit
        .conditions
        .iter()
        .flat_map(|one| &one.treatments)
        .map(|one| one.longest_h);
    if let Some(longest_h) = longest_h.or_else(|| all.reduce(f64::max))
        && course.horizon_h > longest_h
    {
        add(
            Beyond::Horizon,
            format!(
                "No score later than {} after the first dose was fitted; from there to {} the curves are the model's own.",
                duration(longest_h),
                duration(course.horizon_h)
            ),
        );
    }
    if course.background == Antidepressant::NewlyStarted && fit.new_antidepressant_arms == 0 {
        add(
            Beyond::NewAntidepressant,
            "No arm that was fitted started an antidepressant with the treatment.".to_owned(),
        );
    }
    if course.psychotherapy.is_some() && fit.psychotherapy_arms == 0 {
        add(
            Beyond::Psychotherapy,
            "No arm that was fitted had psychotherapy.".to_owned(),
        );
    }
    found
}

/// Doses outside of the range, and more of them than any arm had.
fn of_doses(course: &Course, treatment: &Treatment, known: &[&FromTreatment]) -> Vec<(Beyond, String)> {
    let mut found = Vec::new();
    let name = given_as(treatment);
    let same = |other: &&Treatment| key(other) == key(treatment);
    let weight_kg = typical_weight(&course.people);
    let doses = course
        .treatments
        .iter()
        .filter(same)
        .filter_map(|one| Some((one, one.dose?)));
    let mut outside = doses.filter(|(_, dose)| {
        let covered: Vec<bool> = known
            .iter()
            .filter_map(|one| one.covers(*dose, weight_kg))
            .collect();
        !covered.is_empty() && !covered.contains(&true)
    });
    if let Some((one, _)) = outside.next() {
        let ranges: Vec<String> = known.iter().flat_map(|one| in_range(one)).collect();
        found.push((
            Beyond::Dose,
            format!(
                "A dose of {} lies outside of those that were fitted ({}).",
                crate::events::label(one),
                ranges.join(", ")
            ),
        ));
    }
    let count: usize = course
        .treatments
        .iter()
        .filter(same)
        .map(|one| one.times_h.len())
        .sum();
    let most = known.iter().map(|one| one.most_doses).max();
    if let Some(most) = most.filter(|most| count > *most as usize) {
        found.push((
            Beyond::Doses,
            format!(
                "No arm that was fitted received more than {most} doses of {name}; here there are {count}."
            ),
        ));
    }
    found
}

/// `0.1 to 1 mg/kg`, `28 to 84 mg`.
fn in_range(one: &FromTreatment) -> Vec<String> {
    let ranges = [(one.per_weight, "mg/kg"), (one.fixed, "mg")];
    let words = |(range, unit): (Option<[f64; 2]>, &str)| {
        let [low, high] = range?;
        Some(if low == high {
            format!("{} {unit}", in_words(low))
        } else {
            format!("{} to {} {unit}", in_words(low), in_words(high))
        })
    };
    ranges.into_iter().filter_map(words).collect()
}

/// What a dose per weight is turned into mg with.
fn typical_weight(people: &People) -> f64 {
    match people {
        People::Patient(patient) => patient.weight_kg,
        People::Population(population) => {
            population.female * population.weight_female.mean
                + (1.0 - population.female) * population.weight_male.mean
        }
    }
}

/// How many trials stand beside the curves.
fn overlaid(observations: &[Observation]) -> Option<String> {
    let treated = observations.iter().filter(|one| one.role == ArmRole::Treatment);
    let studies: BTreeSet<&str> = treated.map(|one| one.study_id.as_str()).collect();
    match studies.len() {
        0 => None,
        1 => Some("One trial of this regimen is drawn beside the curves.".to_owned()),
        count => Some(format!(
            "{count} trials of this regimen are drawn beside the curves."
        )),
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}
