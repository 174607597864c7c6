//! From the text of a course to a [`Course`], with everything that is wrong reported in one pass.

use super::quantity::{DURATION, required};
use super::{Blinding, Course, Setting, background, interactions, people, report, treatment};
use crate::library::Library;
use crate::lint;
use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Reader};

/// Response model of a course that names none.
const DEFAULT_RESPONSE: &str = "ketamine";
/// Longest horizon, h: five years. Nothing here was measured for longer.
const LONGEST_H: f64 = 5.0 * 365.25 * 24.0;

const BLINDINGS: [(&str, Blinding); 3] = [
    ("open-label", Blinding::OpenLabel),
    ("double-blind", Blinding::DoubleBlind),
    ("masked", Blinding::Masked),
];

const SETTINGS: [(&str, Setting); 2] = [("outpatient", Setting::Outpatient), ("crisis", Setting::Crisis)];

/// Reads a course. Warnings may come with a course; errors never do. There may be no course and no error: where the
/// document was wrongly written, which has been reported.
#[must_use]
pub fn read(document: &Document, library: &Library) -> (Option<Course>, Vec<Diagnostic>) {
    let (course, mut diagnostics) = without_models(document, library);
    diagnostics.extend(lint::provenance_of_course(document, library));
    if let Some(course) = &course {
        diagnostics.extend(super::models::check(course, library));
    }
    let course = course.filter(|_| !diagnostics.iter().any(Diagnostic::is_error));
    document.leave_out_reported(&mut diagnostics);
    (course, diagnostics)
}

/// Reads a course as far as that is possible without looking into the models.
pub(crate) fn without_models(document: &Document, library: &Library) -> (Option<Course>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let course = course(&mut reader, library);
    reader.finish();
    (
        course.filter(|_| !diagnostics.iter().any(Diagnostic::is_error)),
        diagnostics,
    )
}

fn course(reader: &mut Reader<'_, '_>, library: &Library) -> Option<Course> {
    let source = reader.source().clone();
    let title = reader.required_string("title");
    let condition = reader.required_string("condition");
    let condition_span = reader.span("condition");
    let summary = reader.optional_string("summary");
    let horizon_h = horizon(reader);
    let blinding_given = reader.has("blinding");
    let blinding = reader.optional_choice("blinding", &BLINDINGS);
    let setting_given = reader.has("setting");
    let setting = reader.optional_choice("setting", &SETTINGS);
    let response_model = response_model(reader, library);
    let people = people::read(reader, library);
    let treatments = reader.required_tables("treatments", |table| treatment::read(table, library, horizon_h));
    let antidepressant = background::antidepressant(reader);
    let psychotherapy = background::psychotherapy(reader, horizon_h);
    let interactions = interactions::read(reader, library);
    let observed = report::observed(reader);
    let report = report::report(reader, horizon_h);
    let blinding = if blinding_given {
        blinding?
    } else {
        Blinding::OpenLabel
    };
    let setting = if setting_given {
        setting?
    } else {
        Setting::Outpatient
    };
    let (size, people) = people?;
    let (interactions, factors) = interactions?;
    Some(Course {
        title: title?,
        condition: condition?,
        condition_span,
        summary,
        horizon_h: horizon_h?,
        blinding,
        setting,
        response_model: response_model?,
        size,
        people,
        treatments: treatments?,
        background: antidepressant?,
        psychotherapy: psychotherapy?,
        interactions,
        factors,
        observed: observed?,
        report: report?,
        source,
    })
}

fn horizon(reader: &mut Reader<'_, '_>) -> Option<f64> {
    let horizon_h = required(reader, "horizon", &DURATION, "h")?;
    if horizon_h <= LONGEST_H {
        return Some(horizon_h);
    }
    reader.report(
        "horizon",
        "C001",
        "`horizon` is longer than 5 years",
        "nothing here was measured for so long",
    );
    None
}

fn response_model(reader: &mut Reader<'_, '_>, library: &Library) -> Option<String> {
    if !reader.has("response") {
        reader.allow(&["response"]);
        return Some(DEFAULT_RESPONSE.to_owned());
    }
    let stems = library.stems("response", ".R");
    let words: Vec<(&str, &str)> = stems.iter().map(|stem| (stem.as_str(), stem.as_str())).collect();
    reader.optional_choice("response", &words).map(str::to_owned)
}
