//! `random`, `struct`, `V`, `mods` of an analysis: studies, moderators, sampling covariances and random effects.

use serde_json::{Value as Json, json};

pub(crate) use crate::analysis::prepared::column;

use super::reading::reshaped;
use super::sampling::sampling;
use crate::analysis::studies::{Studies, prepared};
use crate::analysis::{Analysis, Inputs};
use crate::formula::{Formula, factor};
use crate::multilevel::{Data, DegreesOfFreedom, Fit, Method, Options, Random, Structure, fit};
use crate::pool::Test;
use crate::{Column, Frame, MetaError};

/// What is fitted.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// The rows that have an effect size, all moderators and all groups.
    pub(crate) studies: Studies,
    /// Effect sizes, moderators, covariances.
    pub(crate) data: Data,
    /// Random effects.
    pub(crate) random: Vec<Random>,
    /// How.
    pub(crate) options: Options,
}

impl Model {
    /// As the inputs say.
    pub(crate) fn of(analysis: &Analysis) -> Result<Self, MetaError> {
        Self::with_random(analysis, "random")
    }

    /// The same with the random effects of another field.
    pub(crate) fn with_random(analysis: &Analysis, field: &str) -> Result<Self, MetaError> {
        let inputs = &analysis.inputs;
        let studies = studies(analysis)?;
        let formula = Formula::parse(inputs.text("mods")?.unwrap_or("~ 1"))?;
        let design = formula.design(&studies.frame)?;
        let studies = studies.take(&design.rows);
        let terms = terms(inputs, field)?;
        // A row without a group takes no part.
        let mut kept: Vec<usize> = (0..studies.k()).collect();
        for name in terms
            .iter()
            .flat_map(|term| term.columns.iter().chain(&term.inner))
        {
            let cells = column(name, &studies.frame)?.to_texts();
            kept.retain(|row| cells[*row].is_some());
        }
        let studies = studies.take(&kept);
        let x = design.x.select_rows(kept.iter());
        let random = random(inputs, &terms, &studies.frame)?;
        let sampling = sampling(inputs, &terms, &studies)?;
        Ok(Self {
            data: Data {
                yi: studies.yi.clone(),
                sampling,
                x,
                names: design.names,
                intercept: formula.intercept,
            },
            random,
            options: options(inputs)?,
            studies,
        })
    }

    /// The fitted model.
    pub(crate) fn fit(&self) -> Result<Fit, MetaError> {
        fit(&self.data, &self.random, &self.options)
    }
}

/// The effect sizes: of `effect`, or the columns `yi` and `vi` of the table, made long where `reshape` says so.
pub(crate) fn studies(analysis: &Analysis) -> Result<Studies, MetaError> {
    let inputs = &analysis.inputs;
    let mut frame = analysis.frame()?.clone();
    if let Some(text) = inputs.text("reshape")? {
        frame = reshaped(text, &frame).map_err(|reason| inputs.error("reshape", reason))?;
    }
    let mut json = inputs.json().clone();
    if !inputs.has("effect")
        && let Some(members) = json.as_object_mut()
    {
        let effect = json!({"measure": "GEN", "columns": {"yi": "yi", "vi": "vi"}});
        members.insert("effect".to_owned(), effect);
    }
    Studies::of(&Analysis {
        kind: analysis.kind.clone(),
        inputs: Inputs::new(json),
        data: vec![frame],
    })
}

/// The table as prepared, without effect sizes.
pub(crate) fn table(analysis: &Analysis) -> Result<Frame, MetaError> {
    prepared(&analysis.inputs, analysis.frame()?)
}

/// Codes of a column whose cells are all there, with the names of the codes.
pub(crate) fn codes(text: &str, frame: &Frame) -> Result<(Vec<usize>, Vec<String>), MetaError> {
    let (levels, codes) = factor(&column(text, frame)?);
    let codes: Result<Vec<usize>, MetaError> = codes
        .into_iter()
        .enumerate()
        .map(|(row, code)| {
            code.ok_or_else(|| MetaError::Row {
                line: frame.line(row),
                reason: format!(
                    "`{text}` is missing; say which group the row belongs to, or leave the row out"
                ),
            })
        })
        .collect();
    Ok((codes?, levels))
}

/// Codes in the order in which they first appear.
pub(crate) fn codes_as_they_come(text: &str, frame: &Frame) -> Result<(Vec<usize>, Vec<String>), MetaError> {
    let (codes, names) = codes(text, frame)?;
    let mut order: Vec<usize> = Vec::new();
    for code in &codes {
        if !order.contains(code) {
            order.push(*code);
        }
    }
    let place = |code: &usize| order.iter().position(|found| found == code).unwrap_or(0);
    Ok((
        codes.iter().map(place).collect(),
        order.iter().map(|code| names[*code].clone()).collect(),
    ))
}

/// `~ inner | a/b`.
pub(super) struct Term {
    /// The inner factor; none for `~ 1 | group`.
    pub(super) inner: Option<String>,
    /// The columns of the nested groups, outermost first.
    pub(super) columns: Vec<String>,
}

fn terms(inputs: &Inputs, field: &str) -> Result<Vec<Term>, MetaError> {
    let texts = inputs.texts(field)?.unwrap_or_default();
    texts
        .iter()
        .map(|text| {
            let wrong = || {
                let reason = format!("`{text}` is not of the form `~ 1 | a/b` or `~ inner | outer`");
                inputs.error(field, reason)
            };
            let (inner, outer) = text
                .trim()
                .strip_prefix('~')
                .and_then(|rest| rest.split_once('|'))
                .ok_or_else(wrong)?;
            let inner = inner.trim();
            let columns: Vec<String> = outer.split('/').map(|name| name.trim().to_owned()).collect();
            if inner.is_empty() || columns.iter().any(String::is_empty) || (inner != "1" && columns.len() > 1)
            {
                return Err(wrong());
            }
            Ok(Term {
                inner: (inner != "1").then(|| inner.to_owned()),
                columns,
            })
        })
        .collect()
}

fn random(inputs: &Inputs, terms: &[Term], frame: &Frame) -> Result<Vec<Random>, MetaError> {
    let structures = inputs.texts("struct")?.unwrap_or_default();
    let mut all = Vec::new();
    let mut structured = 0;
    if terms.iter().filter(|term| term.inner.is_some()).count() > 2 {
        return Err(inputs.error(
            "random",
            "a model has at most two terms of the form `~ inner | outer`; leave the others out",
        ));
    }
    for term in terms {
        match &term.inner {
            None => {
                for depth in 1..=term.columns.len() {
                    let (group, groups) = nested(&term.columns[..depth], frame)?;
                    all.push(Random::intercept(term.columns[..depth].join("/"), group, groups));
                }
            }
            Some(inner) => {
                let name = structures
                    .get(structured)
                    .or_else(|| structures.first())
                    .map_or("CS", String::as_str);
                structured += 1;
                let group = codes(&term.columns[0], frame)?;
                let levels = codes(inner, frame)?;
                let structure = structure(inputs, name, inner, &levels.1)?;
                let title = format!("{inner} | {}", term.columns[0]);
                all.push(Random::levels(title, levels, group, structure));
            }
        }
    }
    Ok(all)
}

/// Groups within groups: codes and names as `11/1`, outer groups first.
fn nested(columns: &[String], frame: &Frame) -> Result<(Vec<usize>, Vec<String>), MetaError> {
    let (mut codes_so_far, mut names_so_far) = codes(&columns[0], frame)?;
    for name in &columns[1..] {
        let (inner, inner_names) = codes(name, frame)?;
        let pair: Vec<(usize, usize)> = codes_so_far.iter().copied().zip(inner).collect();
        let mut found = pair.clone();
        found.sort_unstable();
        found.dedup();
        codes_so_far = pair
            .iter()
            .map(|pair| found.binary_search(pair).unwrap_or(0))
            .collect();
        names_so_far = found
            .iter()
            .map(|(outer, inner)| format!("{}/{}", names_so_far[*outer], inner_names[*inner]))
            .collect();
    }
    Ok((codes_so_far, names_so_far))
}

fn structure(inputs: &Inputs, name: &str, inner: &str, levels: &[String]) -> Result<Structure, MetaError> {
    Ok(match name {
        "ID" => Structure::Identity,
        "DIAG" => Structure::Diagonal,
        "CS" => Structure::CompoundSymmetry,
        "HCS" => Structure::HeteroscedasticCompoundSymmetry,
        "UN" => Structure::Unstructured,
        "AR" => Structure::Autoregressive,
        "HAR" => Structure::HeteroscedasticAutoregressive,
        "CAR" => {
            let values: Option<Vec<f64>> = levels.iter().map(|level| level.parse().ok()).collect();
            let reason = || {
                inputs.error(
                    "struct",
                    format!("CAR needs a column of numbers, `{inner}` holds texts"),
                )
            };
            Structure::ContinuousAutoregressive(values.ok_or_else(reason)?)
        }
        _ => {
            let reason = format!("`{name}` is none of CS, HCS, UN, ID, DIAG, AR, HAR, CAR");
            return Err(inputs.error("struct", reason));
        }
    })
}

fn options(inputs: &Inputs) -> Result<Options, MetaError> {
    let either = |name: &str| -> Result<Option<String>, MetaError> {
        let own = inputs.text(name)?;
        let found = match own {
            Some(text) => Some(text),
            None => inputs.text(&format!("model.{name}"))?,
        };
        Ok(found.map(str::to_owned))
    };
    let method = match either("method")?.as_deref().unwrap_or("REML") {
        "REML" => Method::Restricted,
        "ML" => Method::MaximumLikelihood,
        other => return Err(inputs.error("method", format!("`{other}` is neither REML nor ML"))),
    };
    let mut test = match either("test")?.as_deref().unwrap_or("z") {
        "z" => Test::Z,
        "t" => Test::T,
        other => return Err(inputs.error("test", format!("`{other}` is neither z nor t"))),
    };
    let degrees = match inputs.get("dfs") {
        None => DegreesOfFreedom::Residual,
        Some(Json::String(text)) if text == "residual" => DegreesOfFreedom::Residual,
        Some(Json::String(text)) if text == "contain" => {
            test = Test::T;
            DegreesOfFreedom::Contain
        }
        Some(_) => {
            test = Test::T;
            DegreesOfFreedom::Given(inputs.numbers("dfs")?.unwrap_or_default())
        }
    };
    Ok(Options {
        method,
        test,
        degrees,
        level: inputs.level("level", 0.95)?,
    })
}

/// Numbers of a column, one in every row.
pub(crate) fn numbers(text: &str, frame: &Frame) -> Result<Vec<f64>, MetaError> {
    let name = text
        .strip_prefix("factor(")
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(text);
    let Column::Numbers(cells) = column(name, frame)? else {
        // Says which line holds the text.
        frame.numbers(name)?;
        return Err(MetaError::NoAnswer(format!(
            "`{name}` holds texts; numbers are needed"
        )));
    };
    cells
        .iter()
        .enumerate()
        .map(|(row, cell)| {
            cell.ok_or_else(|| MetaError::Row {
                line: frame.line(row),
                reason: format!("`{name}` is missing"),
            })
        })
        .collect()
}
