//! From the text of a trial to a [`Trial`], with everything that is wrong reported in one pass.

use super::{Analysis, Arm, Blinding, Endpoint, EndpointKind, Estimand, Trial};
use crate::assembly::LATENT_INSTRUMENT;
use crate::course::quantity::{TIME, element, optional, provenance, tell};
use crate::course::{People, background, people, treatment};
use crate::library::Library;
use crate::response::Disorder;
use euthymia_diagnostics::{Diagnostic, nearest};
use euthymia_document::{Document, Reader, Wanted};
use std::ops::Bound;

/// Longest that treatments go on, h: a year.
const LONGEST_H: Option<f64> = Some(365.25 * 24.0);
const MOST_SITES: i64 = 1000;
const AT: Wanted = Wanted::new("a time", &["24 h", "28 d"]).positive();

/// Reads a trial; `id` is the stem of its file.
#[must_use]
pub fn read(id: &str, document: &Document, library: &Library) -> (Option<Trial>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let trial = trial(id, &mut reader, library);
    reader.finish();
    let trial = trial.filter(|_| !diagnostics.iter().any(Diagnostic::is_error));
    document.leave_out_reported(&mut diagnostics);
    (trial, diagnostics)
}

fn trial(id: &str, reader: &mut Reader<'_, '_>, library: &Library) -> Option<Trial> {
    const ESTIMANDS: [(&str, Estimand); 2] = [
        ("treatment-policy", Estimand::TreatmentPolicy),
        ("hypothetical", Estimand::Hypothetical),
    ];
    const ANALYSES: [(&str, Analysis); 3] = [
        ("mmrm", Analysis::Mmrm),
        ("ancova", Analysis::Ancova),
        ("responder", Analysis::Responder),
    ];
    let title = reader.required_string("title");
    let summary = reader.required_string("summary");
    let condition = condition(reader);
    let people = people::read(reader, library).and_then(|(_, people)| population(reader, people));
    let arms = arms(reader, library);
    let blinding = reader.required_table("blinding", blinding);
    let sites = reader.required_table("sites", |table| {
        let _ = provenance(table);
        let count = table.required_integer("count", 1..=MOST_SITES);
        let sd = table.required_number("sd", 0.0..=1.0);
        Some((u32::try_from(count?).ok()?, sd?))
    });
    let visits_h = visits(reader);
    let estimand = reader.required_choice("estimand", &ESTIMANDS);
    let analysis = reader.required_choice("analysis", &ANALYSES);
    let endpoint = match (&visits_h, &arms) {
        (Some(visits_h), Some(arms)) => {
            reader.required_table("endpoint", |table| endpoint(table, library, visits_h, arms))
        }
        _ => {
            reader.allow(&["endpoint"]);
            None
        }
    };
    let leaving = reader.required_table("leaving", |table| {
        let _ = provenance(table);
        let factor = table.required_number("factor", 0.0..=100.0);
        let followed = table.required_number("followed", 0.0..=1.0);
        Some((factor?, followed?))
    });
    let recruitment =
        reader.required_number("recruitment_per_month", (Bound::Excluded(0.0), Bound::Unbounded));
    let alpha_given = reader.has("alpha");
    let alpha = reader.optional_number("alpha", (Bound::Excluded(0.0), Bound::Excluded(0.5)));
    if alpha_given && alpha.is_none() {
        return None;
    }
    let (endpoint, analysis) = (endpoint?, analysis?);
    fits(reader, &endpoint, analysis)?;
    let (leaving, followed) = leaving?;
    Some(Trial {
        id: id.to_owned(),
        title: title?,
        summary: summary?,
        condition: condition?,
        people: people?,
        arms: arms?,
        blinding: blinding?,
        sites: sites?,
        visits_h: visits_h?,
        endpoint,
        estimand: estimand?,
        analysis,
        leaving,
        followed,
        recruitment: recruitment?,
        alpha: alpha.unwrap_or(0.05),
        source: reader.source().clone(),
    })
}

fn condition(reader: &mut Reader<'_, '_>) -> Option<String> {
    let condition = reader.required_string("condition")?;
    if Disorder::of(&condition).is_some() {
        return Some(condition);
    }
    let near = nearest(&condition, crate::CONDITIONS);
    let help = near.map_or_else(
        || format!("it is about {}", crate::CONDITIONS.join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    let message = format!("the response model is not about the condition `{condition}`");
    let diagnostic = Diagnostic::error("Y004", message)
        .at(reader.source(), reader.span("condition"), "unknown condition")
        .help(help);
    reader.push(diagnostic);
    None
}

fn population(reader: &mut Reader<'_, '_>, people: People) -> Option<People> {
    if matches!(people, People::Patient(_)) {
        reader.report(
            "patient",
            "Y005",
            "a trial needs a `[population]`",
            "one patient is no trial",
        );
        return None;
    }
    if people.instrument().descends_from(LATENT_INSTRUMENT) {
        return Some(people);
    }
    let message = format!(
        "scores of the {} cannot be read from the response model",
        people.instrument().abbreviation
    );
    reader.report("population", "Y004", message, "no link leads there");
    None
}

fn arms(reader: &mut Reader<'_, '_>, library: &Library) -> Option<Vec<Arm>> {
    let arms = reader.required_tables("arms", |table| arm(table, library))?;
    if arms.len() < 2 {
        reader.report(
            "arms",
            "Y001",
            "a trial needs at least two arms",
            "fewer are here",
        );
        return None;
    }
    for (at, arm) in arms.iter().enumerate() {
        if arms[..at].iter().any(|other| other.name == arm.name) {
            let message = format!("two arms are called `{}`", arm.name);
            reader.report("arms", "Y001", message, "name them differently");
            return None;
        }
    }
    Some(arms)
}

fn arm(reader: &mut Reader<'_, '_>, library: &Library) -> Option<Arm> {
    let name = reader.required_string("name");
    let share_given = reader.has("share");
    let share = reader.optional_integer("share", 1..=20);
    let treatments = reader.optional_tables("treatments", |table| treatment::read(table, library, LONGEST_H));
    let antidepressant = background::antidepressant(reader);
    let psychotherapy = background::psychotherapy(reader, LONGEST_H);
    if share_given && share.is_none() {
        return None;
    }
    Some(Arm {
        name: name?,
        share: share.and_then(|share| u32::try_from(share).ok()).unwrap_or(1),
        treatments: if reader.has("treatments") {
            treatments?
        } else {
            Vec::new()
        },
        antidepressant: antidepressant?,
        psychotherapy: psychotherapy?.is_some(),
    })
}

fn blinding(reader: &mut Reader<'_, '_>) -> Option<Blinding> {
    let kind = reader.required_choice("kind", &[("double-blind", true), ("open-label", false)]);
    let unblinding = match kind {
        Some(true) => reader.required_number("unblinding", 0.0..=5.0),
        _ => {
            reader.allow(&["unblinding"]);
            None
        }
    };
    let _ = provenance(reader);
    Some(if kind? {
        Blinding::Double {
            unblinding: unblinding?,
        }
    } else {
        Blinding::Open
    })
}

fn visits(reader: &mut Reader<'_, '_>) -> Option<Vec<f64>> {
    let visits = reader.required_array("visits", |item| element(item, &TIME, "h"))?;
    if !visits.is_empty() && visits[0] > 0.0 && visits.windows(2).all(|pair| pair[1] > pair[0]) {
        return Some(visits);
    }
    let message = "`visits` must be times after the first session, each later than the one before";
    reader.report("visits", "Y002", message, "not increasing from above 0");
    None
}

fn endpoint(
    reader: &mut Reader<'_, '_>,
    library: &Library,
    visits_h: &[f64],
    arms: &[Arm],
) -> Option<Endpoint> {
    const KINDS: [(&str, EndpointKind); 3] = [
        ("change", EndpointKind::Change),
        ("response", EndpointKind::Response),
        ("remission", EndpointKind::Remission),
    ];
    let kind = reader.required_choice("kind", &KINDS);
    let id = reader.required_string("instrument");
    let instrument = id.and_then(|id| match library.linked_instrument(&id, "Y004") {
        Ok(instrument) => Some(instrument),
        Err(diagnostics) => {
            tell(reader, "instrument", diagnostics);
            None
        }
    });
    let at_given = reader.has("at");
    let at_h = optional(reader, "at", &AT, "h");
    let words: Vec<(&str, usize)> = arms
        .iter()
        .enumerate()
        .map(|(at, arm)| (arm.name.as_str(), at))
        .collect();
    let of = reader.required_choice("of", &words);
    let against = reader.required_choice("against", &words);
    let visit = match at_h {
        None if at_given => None,
        None => Some(visits_h.len() - 1),
        Some(at_h) => {
            let visit = visits_h.iter().position(|visit_h| (visit_h - at_h).abs() < 1e-6);
            if visit.is_none() {
                reader.report("at", "Y002", "the endpoint is not at a visit", "no visit then");
            }
            visit
        }
    };
    let arms = (of?, against?);
    if arms.0 == arms.1 {
        reader.report(
            "against",
            "Y001",
            "an arm is compared with itself",
            "name another arm",
        );
        return None;
    }
    Some(Endpoint {
        kind: kind?,
        instrument: instrument?,
        visit: visit?,
        arms,
    })
}

/// Whether the analysis is one of the endpoint.
fn fits(reader: &mut Reader<'_, '_>, endpoint: &Endpoint, analysis: Analysis) -> Option<()> {
    let is_change = endpoint.kind == EndpointKind::Change;
    if is_change == (analysis != Analysis::Responder) {
        return Some(());
    }
    let message = if is_change {
        "a change is analysed by `mmrm` or `ancova`"
    } else {
        "a proportion is analysed by `responder`"
    };
    reader.report("analysis", "Y003", message, "does not fit the endpoint");
    None
}
