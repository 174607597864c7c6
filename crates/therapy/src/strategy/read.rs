//! From the text of a strategy to a [`Strategy`], with everything that is wrong reported in one pass.

use super::{Action, Condition, Course, Given, Rule, Step, Strategy, When, care};
use crate::assembly::LATENT_INSTRUMENT;
use crate::course::quantity::{DURATION, optional_days, required_days, tell};
use crate::course::{self, background, treatment};
use crate::instrument::Instrument;
use crate::library::Library;
use euthymia_diagnostics::{Diagnostic, Span, nearest};
use euthymia_document::{Document, Reader};

/// Longest a strategy is followed, d: relapses were watched for about two years.
const LONGEST_DAYS: u32 = 1826;
/// The same, h.
const LONGEST_H: Option<f64> = Some(24.0 * LONGEST_DAYS as f64);
/// How long psychotherapy goes on where nothing is said, d.
const PSYCHOTHERAPY_DAYS: u32 = 84;

/// What a rule does, before steps are known.
#[derive(Clone, Copy)]
enum Word {
    Continue,
    Switch,
    Augment,
    AddPsychotherapy,
    Stop,
    Maintain,
    Retreat,
}

/// A rule whose step is still a name.
struct Drafted {
    when: When,
    of: Condition,
    then: Word,
    to: Option<(String, Span)>,
    every: Option<u32>,
    days: Option<u32>,
    most: u32,
    after: u32,
    span: Span,
}

/// Reads a strategy; `id` is the stem of its file.
#[must_use]
pub fn read(id: &str, document: &Document, library: &Library) -> (Option<Strategy>, Vec<Diagnostic>) {
    read_within(id, document, library, &[])
}

fn read_within(
    id: &str,
    document: &Document,
    library: &Library,
    followers: &[&str],
) -> (Option<Strategy>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let strategy = strategy(id, &mut reader, library, followers);
    reader.finish();
    let strategy = strategy.filter(|_| !diagnostics.iter().any(Diagnostic::is_error));
    document.leave_out_reported(&mut diagnostics);
    (strategy, diagnostics)
}

fn strategy(
    id: &str,
    reader: &mut Reader<'_, '_>,
    library: &Library,
    followers: &[&str],
) -> Option<Strategy> {
    let title = reader.required_string("title");
    let summary = reader.required_string("summary");
    let people = reader.required_string("people");
    let horizon = required_days(reader, "horizon", &DURATION);
    if let Some(days) = horizon.filter(|days| *days > LONGEST_DAYS) {
        let message = format!("`horizon` must be at most 5 years, found {days} days");
        reader.report(
            "horizon",
            "K002",
            message,
            "nothing here was measured for so long",
        );
        return None;
    }
    let before = follow(id, reader, library, followers);
    let steps = reader.required_tables("steps", |table| step(table, library));
    let before = before?;
    let steps = steps?;
    if steps.is_empty() && before.is_empty() {
        reader.report(
            "steps",
            "K003",
            "a strategy needs at least one step",
            "none is here",
        );
        return None;
    }
    let names: Vec<String> = before
        .iter()
        .map(|step| step.name.clone())
        .chain(steps.iter().map(|(name, ..)| name.clone()))
        .collect();
    let taken = before.len();
    let mut all = before;
    let mut whole = true;
    for (at, (name, given, wait_days, rules, span)) in steps.into_iter().enumerate() {
        let place = taken + at;
        if let Some(first) = names[..place].iter().position(|other| *other == name) {
            let message = format!("two steps are called `{name}`");
            let diagnostic = Diagnostic::error("K003", message)
                .at(reader.source(), span, "this one")
                .help(format!("the other is number {} of the strategy", first + 1));
            reader.push(diagnostic);
            whole = false;
        }
        let rules: Vec<Option<Rule>> = rules
            .into_iter()
            .map(|rule| linked(rule, place, &names, horizon, reader))
            .collect();
        whole &= rules.iter().all(Option::is_some);
        all.push(Step {
            name,
            given,
            wait_days,
            rules: rules.into_iter().flatten().collect(),
            span,
        });
    }
    whole.then_some(())?;
    Some(Strategy {
        id: id.to_owned(),
        title: title?,
        summary: summary?,
        people: people?,
        horizon_days: horizon?,
        steps: all,
        source: reader.source().clone(),
    })
}

/// The first steps of another strategy, if this one follows it.
fn follow(id: &str, reader: &mut Reader<'_, '_>, library: &Library, followers: &[&str]) -> Option<Vec<Step>> {
    if !reader.has("follow") {
        reader.allow(&["follow"]);
        return Some(Vec::new());
    }
    let span = reader.span("follow");
    let (stem, count) = reader.optional_table("follow", |table| {
        let stem = table.required_string("strategy");
        let count = table.required_integer("steps", 1..=100);
        Some((stem?, count?))
    })?;
    let mut followers = followers.to_vec();
    followers.push(id);
    if followers.contains(&stem.as_str()) {
        let message = format!("`{stem}` follows this strategy already");
        let diagnostic = Diagnostic::error("K009", message).at(reader.source(), span, "a circle");
        reader.push(diagnostic);
        return None;
    }
    let path = format!("strategies/{stem}.toml");
    let Some(document) = library.document(&path) else {
        let missing = library.missing("strategies", &stem, ".toml");
        reader.push(missing.at(reader.source(), span, "named here"));
        return None;
    };
    let (other, diagnostics) = read_within(&stem, document, library, &followers);
    let Some(other) = other else {
        diagnostics
            .into_iter()
            .for_each(|diagnostic| reader.push(diagnostic));
        return None;
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if count > other.steps.len() {
        let message = format!("`{stem}` has {} steps, not {count}", other.steps.len());
        reader.push(Diagnostic::error("K002", message).at(reader.source(), span, "too many"));
        return None;
    }
    let mut steps: Vec<Step> = other.steps.into_iter().take(count).collect();
    // What leads beyond them leads here now.
    for rule in steps.iter_mut().flat_map(|step| &mut step.rules) {
        if let Action::Switch(to) | Action::Augment(to) = &mut rule.then {
            *to = (*to).min(count);
        }
    }
    Some(steps)
}

type Parts = (String, Given, u32, Vec<Drafted>, Span);

fn step(reader: &mut Reader<'_, '_>, library: &Library) -> Option<Parts> {
    let span = reader.table().span;
    let name = reader.required_string("name");
    let wait_days = optional_days(reader, "wait", &DURATION);
    let given = given(reader, library);
    let rules = reader.optional_tables("rules", |table| rule(table, library));
    Some((
        name?,
        given?,
        wait_days?.unwrap_or(0),
        rules.unwrap_or_default(),
        span,
    ))
}

fn given(reader: &mut Reader<'_, '_>, library: &Library) -> Option<Given> {
    let form = reader.exactly_one_of(&["care", "course", "treatments"]);
    if form == Some("care") {
        let stem = reader.required_string("care")?;
        return match care::of_library(&stem, library) {
            Ok(care) => Some(Given::Care(Box::new(care))),
            Err(diagnostics) => {
                tell(reader, "care", diagnostics);
                None
            }
        };
    }
    let of_course = match form {
        Some("course") => Some(course_of(reader, library)?),
        _ => None,
    };
    let treatments = match &of_course {
        Some(course) => Some(course.treatments.clone()),
        None => reader.required_tables("treatments", |table| treatment::read(table, library, LONGEST_H)),
    };
    let own_antidepressant = reader.has("background");
    let own_therapy = reader.has("psychotherapy");
    let antidepressant = background::antidepressant(reader);
    let psychotherapy = background::psychotherapy(reader, LONGEST_H);
    form?;
    let (antidepressant, psychotherapy) = (antidepressant?, psychotherapy?);
    let antidepressant = match &of_course {
        Some(course) if !own_antidepressant => course.background,
        _ => antidepressant,
    };
    let psychotherapy = match &of_course {
        Some(course) if !own_therapy => course.psychotherapy.clone(),
        _ => psychotherapy,
    };
    let days = |times_h: &[f64]| {
        times_h
            .iter()
            .map(|time_h| (time_h / 24.0).floor() as u32)
            .collect()
    };
    Some(Given::Course(Course {
        treatments: treatments?,
        antidepressant,
        psychotherapy_days: psychotherapy.map(|psychotherapy| days(&psychotherapy.times_h)),
    }))
}

fn course_of(reader: &mut Reader<'_, '_>, library: &Library) -> Option<course::Course> {
    let stem = reader.required_string("course")?;
    let Some(document) = library.document(&format!("courses/{stem}.toml")) else {
        let missing = library.missing("courses", &stem, ".toml");
        tell(reader, "course", vec![missing]);
        return None;
    };
    let (course, diagnostics) = course::read::without_models(document, library);
    if course.is_none() {
        tell(reader, "course", diagnostics);
    }
    course
}

fn rule(reader: &mut Reader<'_, '_>, library: &Library) -> Option<Drafted> {
    const ACTIONS: [(&str, Word); 7] = [
        ("continue", Word::Continue),
        ("switch", Word::Switch),
        ("augment", Word::Augment),
        ("add-psychotherapy", Word::AddPsychotherapy),
        ("stop", Word::Stop),
        ("maintain", Word::Maintain),
        ("re-treat", Word::Retreat),
    ];
    let span = reader.table().span;
    let when = when(reader);
    let of = condition(reader, library);
    let then = reader.required_choice("then", &ACTIONS);
    let to_span = reader.span("to");
    let to = match then {
        Some(Word::Switch | Word::Augment) => reader.optional_string("to").map(|to| (to, to_span)),
        _ => None,
    };
    let (mut every, mut days, mut most, mut after) = (None, None, 1, 0);
    let mut whole = true;
    match then {
        Some(Word::Maintain) => {
            every = required_days(reader, "every", &DURATION);
            let read = optional_days(reader, "for", &DURATION);
            whole = every.is_some() && read.is_some();
            days = read.flatten();
        }
        Some(Word::AddPsychotherapy) => {
            let read = optional_days(reader, "for", &DURATION);
            whole = read.is_some();
            days = Some(read.flatten().unwrap_or(PSYCHOTHERAPY_DAYS));
        }
        Some(Word::Retreat) => {
            let given = reader.has("most");
            let read = reader.optional_integer("most", 1..=100);
            whole = read.is_some() || !given;
            most = read.and_then(|most| u32::try_from(most).ok()).unwrap_or(1);
            let read = optional_days(reader, "after", &DURATION);
            whole &= read.is_some();
            after = read.flatten().unwrap_or(0);
        }
        None => reader.allow(&["to", "every", "for", "most", "after"]),
        _ => {}
    }
    whole.then_some(())?;
    Some(Drafted {
        when: when?,
        of: of?,
        then: then?,
        to,
        every,
        days,
        most,
        after,
        span,
    })
}

fn when(reader: &mut Reader<'_, '_>) -> Option<When> {
    match reader.exactly_one_of(&["at", "from", "on"])? {
        "at" => required_days(reader, "at", &DURATION).map(When::At),
        "from" => {
            let first = required_days(reader, "from", &DURATION);
            let every = required_days(reader, "again", &DURATION);
            Some(When::From {
                first: first?,
                every: every?,
            })
        }
        _ => reader.required_choice("on", &[("relapse", When::Relapse)]),
    }
}

fn condition(reader: &mut Reader<'_, '_>, library: &Library) -> Option<Condition> {
    #[derive(Clone, Copy)]
    enum Of {
        Remission(bool),
        Response(bool),
        AtLeast,
    }
    const WORDS: [(&str, Of); 5] = [
        ("remission", Of::Remission(true)),
        ("no-remission", Of::Remission(false)),
        ("response", Of::Response(true)),
        ("no-response", Of::Response(false)),
        ("score-at-least", Of::AtLeast),
    ];
    if !reader.has("if") {
        reader.allow(&["if"]);
        return Some(Condition::Everybody);
    }
    let of = reader.optional_choice("if", &WORDS);
    let instrument = instrument(reader, library);
    let score = match of {
        Some(Of::AtLeast) => reader.required_number("score", ..),
        _ => None,
    };
    let instrument = Box::new(instrument?);
    match of? {
        Of::Remission(is) => Some(Condition::Remission(instrument, is)),
        Of::Response(is) => Some(Condition::Response(instrument, is)),
        Of::AtLeast => {
            let score = score?;
            if (instrument.minimum..=instrument.maximum).contains(&score) {
                return Some(Condition::AtLeast(instrument, score));
            }
            let message = format!(
                "`score` must be from {} to {}, the range of {}, found {score}",
                instrument.minimum, instrument.maximum, instrument.abbreviation
            );
            reader.report("score", "K005", message, "outside the range of the instrument");
            None
        }
    }
}

/// The instrument that an assessment uses: the latent one where nothing is said.
fn instrument(reader: &mut Reader<'_, '_>, library: &Library) -> Option<Instrument> {
    let given = reader.has("instrument");
    let id = reader.optional_string("instrument");
    let id = match id {
        None if given => return None,
        None => LATENT_INSTRUMENT.to_owned(),
        Some(id) => id,
    };
    match library.linked_instrument(&id, "K005") {
        Ok(instrument) => Some(instrument),
        Err(diagnostics) => {
            tell(reader, "instrument", diagnostics);
            None
        }
    }
}

/// A rule with the places of the steps it leads to.
fn linked(
    rule: Drafted,
    place: usize,
    names: &[String],
    horizon: Option<u32>,
    reader: &mut Reader<'_, '_>,
) -> Option<Rule> {
    let first = match rule.when {
        When::At(day) | When::From { first: day, .. } => Some(day),
        When::Relapse => None,
    };
    if let (Some(day), Some(horizon)) = (first, horizon)
        && day > horizon
    {
        let message =
            format!("this assessment is {day} days after the step begins, the strategy ends after {horizon}");
        reader.push(Diagnostic::error("K002", message).at(reader.source(), rule.span, "never reached"));
        return None;
    }
    let mut step = |word: &str| match &rule.to {
        None if place + 1 < names.len() => Some(place + 1),
        None => {
            let message = format!("`{word}` needs a step to go to, and this is the last");
            let diagnostic = Diagnostic::error("K002", message)
                .at(reader.source(), rule.span, "in this rule")
                .help("name one by `to = \"...\"`, or write `then = \"stop\"` or `then = \"continue\"`");
            reader.push(diagnostic);
            None
        }
        Some((to, span)) => names.iter().position(|name| name == to).or_else(|| {
            let message = format!("there is no step `{to}`");
            let near = nearest(to, names.iter().map(String::as_str));
            let diagnostic = Diagnostic::error("K002", message).at(reader.source(), *span, "unknown step");
            reader.push(match near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help(format!("the steps are {}", names.join(", "))),
            });
            None
        }),
    };
    let then = match rule.then {
        Word::Continue => Action::Continue,
        Word::Switch => Action::Switch(step("switch")?),
        Word::Augment => Action::Augment(step("augment")?),
        Word::AddPsychotherapy => Action::AddPsychotherapy {
            days: rule.days.unwrap_or(PSYCHOTHERAPY_DAYS),
        },
        Word::Stop => Action::Stop,
        Word::Maintain => Action::Maintain {
            every: rule.every?,
            days: rule.days,
        },
        Word::Retreat => Action::Retreat {
            most: rule.most,
            after: rule.after,
        },
    };
    Some(Rule {
        when: rule.when,
        of: rule.of,
        then,
        span: rule.span,
    })
}
