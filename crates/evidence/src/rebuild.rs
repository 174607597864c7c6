//! Published pooled numbers computed again from what the reviews put in, and why the others cannot be.

use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Reader};
use euthymia_meta::effect::{self, Given};
use euthymia_meta::pool::{Data, Method, Options, Test, fit};
use euthymia_stats::normal;
use euthymia_vecmath::scalar::exp;
use serde::Serialize;

use crate::label;
use crate::pooled::Pooled;
use crate::review_data::ReviewRow;
use crate::select::{Query, Time, contrast_measure, select};
use crate::tables::Evidence;
use crate::vocabulary::{Measure, Verified};
use crate::words::Words;

/// How a published number is rebuilt.
#[derive(Clone, Debug, PartialEq)]
struct Recipe {
    review: String,
    contrast: String,
    outcome: String,
    analysis: String,
    method: Method,
    test: Test,
    /// Whether rows of one study share their control, which is then divided between them.
    shared: bool,
    /// What is missing of the inputs, where something is.
    partial: Option<String>,
    /// Outcome and time of the arms in the tables whose unrounded numbers stand in for rounded inputs.
    unrounded: Option<(String, Time)>,
}

/// `rebuild.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rebuilds {
    recipes: Vec<Recipe>,
    cannot: Vec<(String, String)>,
}

/// What came of a published number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The same to the last printed digit.
    Rebuilt,
    /// From a part of what the review put in.
    Partly,
    /// Another number.
    Differs,
    /// It cannot be.
    Cannot,
}

/// A published number beside what we compute.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rebuilt {
    /// The review.
    pub review_id: String,
    /// As a citation.
    pub label: String,
    /// What was compared.
    pub contrast: String,
    /// What was measured.
    pub outcome: String,
    /// When.
    pub time: Option<String>,
    /// What it is measured in.
    pub measure: Measure,
    /// What came of it.
    pub status: Status,
    /// Why it cannot be, or what is missing.
    pub reason: Option<String>,
    /// As published: estimate, lower and upper end.
    pub published: [Option<f64>; 3],
    /// As computed.
    pub computed: Option<[f64; 3]>,
    /// Inputs that it was computed from.
    pub k: usize,
    /// How.
    pub how: Option<String>,
    /// The page it was read from.
    pub source_url: String,
}

impl Rebuilds {
    /// Reads the file.
    #[must_use]
    pub fn read(document: &Document) -> (Option<Self>, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let mut reader = Reader::new(&document.root, &document.source, &mut found);
        let recipes = reader.optional_tables("rebuild", recipe).unwrap_or_default();
        let cannot = reader
            .optional_tables("cannot", |table| {
                let (review, reason) = (table.required_string("review"), table.required_string("reason"));
                Some((review?, reason?))
            })
            .unwrap_or_default();
        reader.finish();
        (Some(Self { recipes, cannot }), found)
    }
}

fn recipe(table: &mut Reader<'_, '_>) -> Option<Recipe> {
    let review = table.required_string("review");
    let contrast = table.required_string("contrast");
    let outcome = table.required_string("outcome");
    let analysis = table.required_string("analysis");
    let shared = table.optional_boolean("shared").unwrap_or(false);
    let partial = table.optional_string("partial");
    let unrounded = table.optional_table("unrounded", |table| {
        let (outcome, text) = (table.required_string("outcome"), table.required_string("time"));
        let time = text.as_deref().and_then(Time::parse);
        if text.is_some() && time.is_none() {
            table.report("time", "E010", "this is no time", "expected `24h` or `4wk`");
        }
        Some((outcome?, time?))
    });
    let method = table.optional_string("method");
    let test = table.optional_string("test");
    let parsed = method.as_deref().map_or(Ok(Method::Restricted), Method::parse);
    if let Err(error) = &parsed {
        table.report("method", "E012", error.to_string(), "no estimator");
    }
    let parsed_test = test.as_deref().map_or(Ok(Test::Z), Test::parse);
    if let Err(error) = &parsed_test {
        table.report("test", "E012", error.to_string(), "no test");
    }
    Some(Recipe {
        review: review?,
        contrast: contrast?,
        outcome: outcome?,
        analysis: analysis?,
        method: parsed.ok()?,
        test: parsed_test.ok()?,
        shared,
        partial,
        unrounded,
    })
}

/// Every published pooled number with what comes of it, in the order of the table.
///
/// # Errors
/// A recipe names what the tables do not have.
pub fn rebuild(evidence: &Evidence, words: &Words, rebuilds: &Rebuilds) -> Result<Vec<Rebuilt>, String> {
    for recipe in &rebuilds.recipes {
        let of = |row: &&Pooled| is_of(recipe, row);
        let inputs = inputs(evidence, recipe);
        if evidence.pooled.iter().filter(of).count() != 1 || inputs.is_empty() {
            return Err(format!(
                "rebuild `{}` {} {}: the tables hold not one such number with inputs",
                recipe.review, recipe.contrast, recipe.outcome
            ));
        }
    }
    if let Some((review, _)) = rebuilds
        .cannot
        .iter()
        .find(|(review, _)| !evidence.pooled.iter().any(|row| row.review_id == *review))
    {
        return Err(format!("there is no review `{review}`"));
    }
    let rows = evidence.pooled.iter();
    Ok(rows.map(|row| one(evidence, words, rebuilds, row)).collect())
}

fn is_of(recipe: &Recipe, row: &Pooled) -> bool {
    row.review_id == recipe.review && row.contrast == recipe.contrast && row.outcome == recipe.outcome
}

fn inputs<'e>(evidence: &'e Evidence, recipe: &Recipe) -> Vec<&'e ReviewRow> {
    let rows = evidence.review_data.iter();
    rows.filter(|row| row.review_id == recipe.review && row.analysis == recipe.analysis)
        .collect()
}

fn one(evidence: &Evidence, words: &Words, rebuilds: &Rebuilds, row: &Pooled) -> Rebuilt {
    let mut rebuilt = Rebuilt {
        review_id: row.review_id.clone(),
        label: label::study(&row.review_id),
        contrast: row.contrast.clone(),
        outcome: row.outcome.clone(),
        time: row.time.clone(),
        measure: row.measure,
        status: Status::Cannot,
        reason: None,
        published: [row.estimate, row.ci_low, row.ci_high],
        computed: None,
        k: 0,
        how: None,
        source_url: row.source_url.clone(),
    };
    let recipe = rebuilds.recipes.iter().find(|recipe| is_of(recipe, row));
    let Some(recipe) = recipe else {
        rebuilt.reason = Some(why_not(evidence, rebuilds, row));
        return rebuilt;
    };
    let inputs = inputs(evidence, recipe);
    rebuilt.k = inputs.len();
    let effects = match &recipe.unrounded {
        Some(unrounded) => of_arms(evidence, words, &inputs, row.measure, unrounded),
        None => of_inputs(&inputs, row.measure, recipe.shared),
    };
    match effects.and_then(|effects| compute(effects, row.measure, recipe)) {
        Ok((computed, how)) => {
            let tolerance = tolerance(&rebuilt.published);
            let agree = rebuilt
                .published
                .iter()
                .zip(&computed)
                .all(|(published, computed)| {
                    published.is_none_or(|published| (published - computed).abs() <= tolerance)
                });
            rebuilt.status = match (&recipe.partial, agree) {
                (Some(_), _) => Status::Partly,
                (None, true) => Status::Rebuilt,
                (None, false) => Status::Differs,
            };
            rebuilt.reason.clone_from(&recipe.partial);
            rebuilt.computed = Some(computed);
            rebuilt.how = Some(how);
        }
        Err(reason) => rebuilt.reason = Some(reason),
    }
    rebuilt
}

/// Why there is nothing to compute from.
fn why_not(evidence: &Evidence, rebuilds: &Rebuilds, row: &Pooled) -> String {
    let own = rebuilds
        .cannot
        .iter()
        .find(|(review, _)| *review == row.review_id);
    if let Some((_, reason)) = own {
        return reason.clone();
    }
    if row.estimate.is_none() && row.ci_low.is_none() {
        return "no number was printed where it was read".to_owned();
    }
    if row.verified == Verified::Memory {
        return "the number itself is from memory: there is nothing to agree with".to_owned();
    }
    if evidence
        .review_data
        .iter()
        .any(|input| input.review_id == row.review_id)
    {
        return "the tables hold inputs of other analyses of this review, not of this one".to_owned();
    }
    "what it put in, study by study, is not in the tables: only the pooled number could be read".to_owned()
}

/// Half a unit of the last digit that was printed.
fn tolerance(published: &[Option<f64>]) -> f64 {
    let decimals = |value: &f64| {
        let text = format!("{value}");
        text.split_once('.').map_or(0, |(_, decimals)| decimals.len())
    };
    let most = published.iter().flatten().map(decimals).max().unwrap_or(0);
    (0..most).fold(0.5, |unit, _| unit / 10.0) * (1.0 + 1e-9)
}

/// Effect sizes and their variances.
type Effects = (Vec<f64>, Vec<f64>);

/// The effects of what the review put in.
fn of_inputs(inputs: &[&ReviewRow], measure: Measure, shared: bool) -> Result<Effects, String> {
    let of_meta =
        contrast_measure(measure).ok_or_else(|| format!("{} is no contrast of groups", measure.word()))?;
    let (mut yi, mut vi) = (Vec::new(), Vec::new());
    for row in inputs {
        let sharing = inputs
            .iter()
            .filter(|other| other.study_id == row.study_id)
            .count();
        let parts = if shared { sharing as f64 } else { 1.0 };
        let (y, v) = effect_of(row, of_meta, parts)?;
        yi.push(y);
        vi.push(v);
    }
    Ok((yi, vi))
}

/// The same from the arms in the tables, where those come to the inputs as far as these are printed.
fn of_arms(
    evidence: &Evidence,
    words: &Words,
    inputs: &[&ReviewRow],
    measure: Measure,
    (outcome, time): &(String, Time),
) -> Result<Effects, String> {
    let query = Query {
        measure: Some(measure),
        published: false,
        studies: inputs.iter().map(|row| row.study_id.clone()).collect(),
        ..Query::new(outcome.clone(), *time)
    };
    let selection = select(evidence, words, &query).map_err(|error| error.to_string())?;
    let (rounded, _) = of_inputs(inputs, measure, false)?;
    let (mut yi, mut vi) = (Vec::new(), Vec::new());
    for (row, rounded) in inputs.iter().zip(rounded) {
        let found = selection
            .included
            .iter()
            .find(|study| study.study_id == row.study_id);
        let study = found.ok_or_else(|| format!("`{}` has no such arms in the tables", row.study_id))?;
        if (study.yi - rounded).abs() > 0.02 * (1.0 + rounded.abs()) {
            return Err(format!(
                "the arms of `{}` come to {}, the review put in {rounded}",
                row.study_id, study.yi
            ));
        }
        yi.push(study.yi);
        vi.push(study.vi);
    }
    Ok((yi, vi))
}

/// Estimate and interval as they are read, and how they were computed.
fn compute((yi, vi): Effects, measure: Measure, recipe: &Recipe) -> Result<([f64; 3], String), String> {
    let of_meta =
        contrast_measure(measure).ok_or_else(|| format!("{} is no contrast of groups", measure.word()))?;
    let shown = |x: f64| if of_meta.scale().is_ratio() { exp(x) } else { x };
    if let [y] = yi.as_slice() {
        let half = normal::quantile(0.975) * vi[0].sqrt();
        let how = format!("{}, one study, normal interval", measure.word());
        return Ok(([shown(*y), shown(y - half), shown(y + half)], how));
    }
    let options = Options {
        method: recipe.method,
        test: recipe.test,
        ..Options::default()
    };
    let found = fit(&Data::without_moderators(yi, vi), &options).map_err(|error| error.to_string())?;
    let how = format!(
        "{}, {}, {} intervals{}",
        measure.word(),
        recipe.method.name(),
        recipe.test.name(),
        match (recipe.shared, &recipe.unrounded) {
            (true, _) => ", shared controls divided",
            (false, Some(_)) => ", inputs unrounded from the arms of the trials",
            (false, None) => "",
        }
    );
    Ok((
        [shown(found.beta[0]), shown(found.ci_lb[0]), shown(found.ci_ub[0])],
        how,
    ))
}

fn effect_of(row: &ReviewRow, measure: effect::Measure, parts: f64) -> Result<(f64, f64), String> {
    let (t, c) = (&row.treated, &row.control);
    let n = |n: Option<u32>| n.map(f64::from);
    let given = match (
        t.events,
        c.events,
        t.mean.zip(t.sd),
        c.mean.zip(c.sd),
        n(t.n).zip(n(c.n)),
    ) {
        (Some(a), Some(b), _, _, Some((n1, n2))) => vec![
            (Given::Ai, f64::from(a)),
            (Given::N1i, n1),
            (Given::Ci, f64::from(b) / parts),
            (Given::N2i, n2 / parts),
        ],
        (_, _, Some((m1, s1)), Some((m2, s2)), Some((n1, n2))) => vec![
            (Given::M1i, m1),
            (Given::Sd1i, s1),
            (Given::N1i, n1),
            (Given::M2i, m2),
            (Given::Sd2i, s2),
            (Given::N2i, n2 / parts),
        ],
        _ => {
            return Err(format!(
                "`{}` has neither counts nor means with deviations",
                row.study_id
            ));
        }
    };
    let found =
        effect::one(measure, &given, &effect::Options::default()).map_err(|error| error.to_string())?;
    found.ok_or_else(|| format!("`{}` has no effect", row.study_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tolerance_is_half_a_unit_of_the_last_digit() {
        let of = |published: &[Option<f64>]| tolerance(published);
        assert!((of(&[Some(3.2), Some(0.23), None]) - 0.005).abs() < 1e-9);
        assert!((of(&[Some(7.0)]) - 0.5).abs() < 1e-8);
    }
}
