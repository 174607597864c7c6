//! The page of the conformance cases: each with who answered, how many values were compared and how far off the worst is.

use euthymia_population::conformance::{Authority, Case, Outcome};
use serde::Serialize;

use crate::error::ReportError;
use crate::template::render;

/// What the page says besides the cases.
#[derive(Clone, Debug)]
pub struct Made {
    /// The command that makes the page again.
    pub command: String,
    /// Version of the program.
    pub version: String,
    /// Relative tolerance of the solver.
    pub rtol: f64,
    /// Absolute tolerance of the solver.
    pub atol: f64,
}

/// A part of the page: the cases of one authority.
#[derive(Serialize)]
struct Part {
    title: &'static str,
    about: &'static str,
    /// Set where there are no cases.
    missing: Option<&'static str>,
    agree: usize,
    cases: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    agrees: bool,
    values: usize,
    error: String,
    tolerance: String,
    worst: String,
    note: String,
}

#[derive(Serialize)]
struct View {
    style: &'static str,
    figure_style: &'static str,
    agree: usize,
    all: usize,
    parts: Vec<Part>,
    command: String,
    version: String,
    rtol: String,
    atol: String,
}

const PARTS: [(Authority, &str, &str, &str); 3] = [
    (
        Authority::Nonmem,
        "NONMEM",
        "Dosing scenarios of the public set mrgsolve/nmtests: NONMEM's own output, five significant digits. An answer agrees \
         if it is nowhere farther off than half of the fifth digit.",
        "Not compared: the set is under another licence and is not part of this program. Name the folder that holds it with \
         --nonmem.",
    ),
    (
        Authority::Rxode2,
        "rxode2",
        "Models and data sets with the solutions of rxode2 5.1.6 (liblsoda, rtol 1e-11). The tolerance of a case comes from \
         how far two of rxode2's own methods are apart.",
        "None.",
    ),
    (
        Authority::ClosedForm,
        "Closed forms",
        "What neither of the two touches, against formulas evaluated with 30 digits, or against an integration that shares \
         nothing with this program.",
        "None.",
    ),
];

/// The page: one self-contained HTML text.
///
/// # Errors
/// The template failed: a fault of this program.
pub fn page(results: &[(&Case, &Outcome)], made: &Made) -> Result<String, ReportError> {
    let part =
        |&(authority, title, about, missing): &(Authority, &'static str, &'static str, &'static str)| {
            let own = results.iter().filter(|(case, _)| case.authority == authority);
            let cases: Vec<Line> = own.map(|(case, outcome)| line(case, outcome)).collect();
            Part {
                title,
                about,
                missing: cases.is_empty().then_some(missing),
                agree: cases.iter().filter(|line| line.agrees).count(),
                cases,
            }
        };
    let view = View {
        style: include_str!("../templates/course.css"),
        figure_style: include_str!("../templates/figure.css"),
        agree: results.iter().filter(|(_, outcome)| outcome.agrees()).count(),
        all: results.len(),
        parts: PARTS.iter().map(part).collect(),
        command: made.command.clone(),
        version: made.version.clone(),
        rtol: format!("{:e}", made.rtol),
        atol: format!("{:e}", made.atol),
    };
    render(
        "conformance.html",
        include_str!("../templates/conformance.html"),
        &view,
    )
}

fn line(case: &Case, outcome: &Outcome) -> Line {
    let worst = match (&outcome.problem, &outcome.worst) {
        (Some(problem), _) => problem.clone(),
        (None, None) => "nothing to compare".to_owned(),
        (None, Some(worst)) => format!(
            "{}, row {}: {} for {}",
            worst.column,
            worst.row + 1,
            worst.found,
            worst.expected
        ),
    };
    Line {
        name: case.name.clone(),
        agrees: outcome.agrees(),
        values: outcome.values,
        error: largest_error(outcome),
        tolerance: tolerance(case),
        worst,
        note: case.note.clone(),
    }
}

/// The largest relative error, in two digits.
#[must_use]
pub fn largest_error(outcome: &Outcome) -> String {
    if outcome.problem.is_some() {
        "-".to_owned()
    } else {
        format!("{:.1e}", outcome.largest_relative_error)
    }
}

/// What is tolerated of a case, in words.
#[must_use]
pub fn tolerance(case: &Case) -> String {
    use euthymia_population::conformance::Tolerance;
    match case.tolerance {
        Tolerance::Mixed { relative, .. } => format!("{relative:.0e}"),
        Tolerance::Printed { digits, .. } => format!("{digits} digits"),
    }
}
