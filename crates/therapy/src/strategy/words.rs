//! Steps and rules in words.

use super::comparison::StepWords;
use super::life::LOST_HALF_DAYS;
use super::people::Group;
use super::{Action, Condition, Given, Rule, Step, Strategy, When};
use crate::course::Antidepressant;
use crate::definition::{duration, in_words};
use crate::events::label;
use crate::instrument::Instrument;

/// Every step of a strategy.
pub(super) fn steps(strategy: &Strategy) -> Vec<StepWords> {
    let of = |step: &Step| StepWords {
        name: step.name.clone(),
        given: given(step),
        rules: step.rules.iter().map(|rule| self::rule(rule, strategy)).collect(),
    };
    strategy.steps.iter().map(of).collect()
}

fn days(days: u32) -> String {
    duration(24.0 * f64::from(days))
}

fn given(step: &Step) -> String {
    let mut words = match &step.given {
        Given::Care(care) => vec![care.name.clone()],
        Given::Course(course) => {
            let each = course.treatments.iter();
            each.map(|treatment| format!("{} ({})", label(treatment), treatment.schedule))
                .collect()
        }
    };
    if let Given::Course(course) = &step.given {
        match course.antidepressant {
            Antidepressant::None => {}
            Antidepressant::Stable => words.push("the antidepressant goes on".to_owned()),
            Antidepressant::NewlyStarted => words.push("a new antidepressant".to_owned()),
        }
        if let Some(days) = &course.psychotherapy_days {
            words.push(format!("{} sessions of psychotherapy", days.len()));
        }
    }
    let mut words = words.join(", ");
    if step.wait_days > 0 {
        words.push_str(&format!("; begins after {}", days(step.wait_days)));
    }
    words
}

fn rule(rule: &Rule, strategy: &Strategy) -> String {
    let when = match rule.when {
        When::At(at) => format!("after {}", days(at)),
        When::From { first, every } => format!("after {} and every {} from then", days(first), days(every)),
        When::Relapse => "at a relapse".to_owned(),
    };
    let name = |instrument: &Instrument| instrument.abbreviation.clone();
    let of = match &rule.of {
        Condition::Everybody => String::new(),
        Condition::Remission(on, is) => format!(", if {}in remission ({})", not(*is), name(on)),
        Condition::Response(on, is) => format!(", if {}in response ({})", not(*is), name(on)),
        Condition::AtLeast(on, score) => format!(", at {} {} or worse", name(on), in_words(*score)),
    };
    let step = |at: usize| strategy.steps.get(at).map_or("", |step| step.name.as_str());
    let then = match &rule.then {
        Action::Continue => "it goes on".to_owned(),
        Action::Switch(to) => format!("\u{201c}{}\u{201d} instead", step(*to)),
        Action::Augment(to) => format!("\u{201c}{}\u{201d} beside it", step(*to)),
        Action::AddPsychotherapy { days } => format!("weekly psychotherapy for {}", self::days(*days)),
        Action::Stop => "nothing more is given".to_owned(),
        Action::Maintain { every, days: None } => format!("a session every {}", days(*every)),
        Action::Maintain {
            every,
            days: Some(end),
        } => format!("a session every {} for {}", days(*every), days(*end)),
        Action::Retreat { most, after: 0 } => format!("from its beginning, at most {most} times"),
        Action::Retreat { most, after } => {
            format!("from its beginning after {}, at most {most} times", days(*after))
        }
    };
    format!("{when}{of}: {then}")
}

fn not(is: bool) -> &'static str {
    if is { "" } else { "not " }
}

/// What the comparison takes for granted.
pub(super) fn assumptions(strategies: &[Strategy], group: &Group) -> Vec<String> {
    let has = |of: fn(&Given) -> bool| {
        let mut steps = strategies.iter().flat_map(|strategy| &strategy.steps);
        steps.any(|step| of(&step.given))
    };
    let mut all = vec![
        "Nobody leaves care, and everybody takes what a rule says; where a published proportion counts those who left as not in \
         remission, they are in it."
            .to_owned(),
        format!(
            "After a relapse, and once something else takes the place of a treatment, what was gained is lost with a half-life of {}: \
             the next treatment finds people as ill as they were at first.",
            days(LOST_HALF_DAYS as u32)
        ),
        "Baselines, prices and burdens are the same in all strategies; travel, sick leave and hospital stays are not counted, deaths \
         neither."
            .to_owned(),
    ];
    if has(|given| matches!(given, Given::Care(_))) {
        all.push(
            "How lucky somebody is with one antidepressant says nothing about the next; that later ones help fewer people is in their \
             published proportions. Nor does it say anything about ketamine: the trials that the response model was fitted to were of \
             people whom antidepressants had failed."
                .to_owned(),
        );
        all.push(
            "Antidepressants, electroconvulsive therapy and augmentation are known by proportions of remission and relapse: how far \
             people lie apart on the way there is that of people on a new antidepressant in the response model."
                .to_owned(),
        );
    }
    if has(|given| matches!(given, Given::Course(_))) {
        all.push(
            "Everybody knows what is given, as in a clinic; the response model's expectancy for that is in every ketamine course, and \
             hope is not told apart from drug there."
                .to_owned(),
        );
    }
    if has(|given| matches!(given, Given::Course(course) if course.psychotherapy_days.is_some())) {
        all.push(
            "What psychotherapy adds rests on a few small trials and a prior centred on nothing.".to_owned(),
        );
    }
    if group.failed > 0 {
        all.push(format!(
            "People begin after {} treatments that failed; they are drawn as the group says, not by letting the treatments fail.",
            group.failed
        ));
    }
    all
}
