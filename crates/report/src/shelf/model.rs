//! One model in a terminal: what it is, its equations, every number with its source, and what it was validated on.

use euthymia_diagnostics::Source;
use euthymia_therapy::posterior::Fit;
use euthymia_therapy::shelf::{Parameter, Use};
use euthymia_therapy::validation::{Graded, ModelGrade};

use crate::figure::number::{percent, significant};
use crate::lines::{Lines, Style, pad_right, wrap};
use crate::terminal::Colour;

/// What is told of a model.
#[derive(Clone, Debug)]
pub struct Told<'t> {
    /// The text of the model.
    pub source: &'t Source,
    /// Heading and text, one after the other (`what`, `reference`, `needs`, `gives`).
    pub facts: Vec<(String, String)>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// The fit whose draws stand behind the parameters, where there is one.
    pub fit: Option<&'t Fit>,
    /// Random effects: names, covariance, what they differ between, comment.
    pub variability: Vec<(String, String)>,
    /// What it does not know.
    pub limits: Vec<String>,
    /// Drugs that use it.
    pub uses: &'t [Use],
    /// Its grade, where it is a model of the library.
    pub graded: Option<Graded>,
}

/// The model in lines at most `width` wide; equations and sources keep their own lines.
#[must_use]
pub fn model(told: &Told<'_>, width: usize, colour: Colour) -> String {
    let mut out = Lines {
        text: String::new(),
        width,
        colour,
    };
    let mut facts = told.facts.clone();
    for use_ in told.uses {
        facts.push((
            "used by".to_owned(),
            format!("{}: {}", use_.drug, use_.routes.join(", ")),
        ));
    }
    facts.retain(|(_, text)| !text.is_empty());
    out.rows(&facts);
    if let Some(graded) = &told.graded {
        out.rows(&[("validated".to_owned(), validated(graded))]);
    }
    if let Some(fit) = told.fit {
        out.rows(&[("posterior".to_owned(), fitted(fit))]);
    }
    heading(
        &mut out,
        "Parameters, as written; a logarithm has the unit of what it is the logarithm of",
    );
    parameters(&mut out, &told.parameters);
    if !told.variability.is_empty() {
        heading(&mut out, "Between people: variances and covariances");
        out.rows(&told.variability);
    }
    if !told.limits.is_empty() {
        heading(&mut out, "What it does not know");
        for limit in &told.limits {
            out.paragraph(limit, Style::Plain);
        }
    }
    heading(&mut out, "Equations");
    out.text.push_str(equations(told.source.text()));
    out.text.push('\n');
    out.text
}

fn heading(out: &mut Lines, text: &str) {
    out.blank();
    out.line(text, Style::Bold);
}

/// What a grade rests on, in a sentence.
#[must_use]
pub fn validated(graded: &Graded) -> String {
    let used = match graded.used {
        0 => String::new(),
        used => format!("; {used} rows set one of its parameters and do not count"),
    };
    if graded.grade == ModelGrade::NotValidated && graded.counted == 0 {
        return format!("not validated{used}");
    }
    let routes: Vec<String> = graded
        .by_route
        .iter()
        .map(|(route, rows)| format!("{route} {rows}"))
        .collect();
    let folds = &graded.folds;
    format!(
        "grade {}: of {} rows that decide, {} within 1.25-fold, {} within 2-fold; counted by route: {}{used}",
        graded.grade,
        folds.rows,
        percent(folds.within_1_25),
        percent(folds.within_2),
        routes.join(", ")
    )
}

/// What stands behind the parameters, in a sentence.
fn fitted(fit: &Fit) -> String {
    let conditions: Vec<String> = fit
        .conditions
        .iter()
        .map(|one| format!("{} {}", one.condition, counted(one.studies, "trial")))
        .collect();
    format!(
        "a simulation takes its parameters together, from {} fitted to {} in {} of {} people ({}); made on {} by `{}` of version {}, \
         seed {}, {} of {} draws; data {}",
        counted(fit.draws, "draw"),
        counted(fit.arms, "arm"),
        counted(fit.studies, "trial"),
        fit.patients,
        conditions.join(", "),
        fit.date,
        fit.command,
        fit.version,
        fit.seed,
        counted(fit.chains, "chain"),
        fit.draws_per_chain,
        &fit.data_hash[..12.min(fit.data_hash.len())]
    )
}

fn counted(count: u32, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}

fn parameters(out: &mut Lines, parameters: &[Parameter]) {
    let column = |pick: fn(&Parameter) -> usize| parameters.iter().map(pick).max().unwrap_or(0);
    let name = column(|parameter| parameter.name.chars().count());
    let value = column(|parameter| value_and_unit(parameter).chars().count()).min(34);
    for parameter in parameters {
        let from = match (&parameter.grade, &parameter.key, &parameter.locator) {
            (Some(grade), Some(key), Some(locator)) => format!("[{grade}] {key}: {locator}"),
            _ => parameter.source.clone().unwrap_or_else(|| "no source".to_owned()),
        };
        let error = parameter
            .standard_error
            .map_or_else(String::new, |error| format!(", standard error {error}"));
        let error = match parameter.posterior {
            Some(drawn) => format!(
                ", drawn at {} (90 % {} to {})",
                significant(drawn.p50, 3),
                significant(drawn.p05, 3),
                significant(drawn.p95, 3)
            ),
            None => error,
        };
        let text = format!("{}{error}; {from}", parameter.label);
        let text = text.trim_start_matches("; ");
        let left = format!(
            "{}  {}",
            pad_right(&parameter.name, name),
            pad_right(&value_and_unit(parameter), value)
        );
        let room = out.width.saturating_sub(name + value + 4).max(30);
        for (index, line) in wrap(text, room).iter().enumerate() {
            let head = if index == 0 {
                left.clone()
            } else {
                " ".repeat(name + value + 2)
            };
            out.line(&format!("{head}  {line}"), Style::Plain);
        }
    }
}

fn value_and_unit(parameter: &Parameter) -> String {
    match parameter.unit.as_str() {
        "" => parameter.written.clone(),
        unit => format!("{} {unit}", parameter.written),
    }
}

/// The `model({})` block as written; the whole text where there is none on a line of its own.
fn equations(text: &str) -> &str {
    let start = text
        .match_indices("model({")
        .map(|(at, _)| text[..at].rfind('\n').map_or(0, |line| line + 1))
        .last()
        .unwrap_or(0);
    // The last brace closes the function.
    let end = text.trim_end().strip_suffix('}').map_or(text.len(), str::len);
    text[start..end.max(start)].trim_end()
}
