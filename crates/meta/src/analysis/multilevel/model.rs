//! `random`, `struct`, `V`, `mods` of an analysis: studies, moderators, sampling covariances and random effects.

use serde_json::{Value as Json, json};

use super::reading::reshaped;
use super::sampling::sampling;
use crate::analysis::studies::{Studies, prepared};
use crate::analysis::{Analysis, Inputs};
use crate::expression::{evaluate, parse};
use crate::formula::{Formula, factor};
use crate::multilevel::{
    Correlation, CovarianceBlock, Data, DegreesOfFreedom, Dependence, Fit, Method, Options, Random, Sampling,
    Structure, approximate_covariances, fit,
};
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

/// A column or an expression of columns.
pub(crate) fn column(text: &str, frame: &Frame) -> Result<Column, MetaError> {
    if frame.has(text) {
        return frame.column(text).cloned();
    }
    if text == "row number" {
        let rows = (1..=frame.rows()).map(|row| Some(row as f64));
        return Ok(Column::Numbers(rows.collect()));
    }
    evaluate(&parse(text)?, frame)
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
    let level = inputs.number("level")?.unwrap_or(0.95);
    Ok(Options {
        method,
        test,
        degrees,
        level: if level > 1.0 { level / 100.0 } else { level },
    })
}

/// `V`: how sampling errors are correlated.
fn sampling(inputs: &Inputs, terms: &[Term], studies: &Studies) -> Result<Sampling, MetaError> {
    let frame = &studies.frame;
    let vi = &studies.vi;
    let text = match inputs.get("V") {
        None => return Ok(Sampling::independent(vi)),
        Some(Json::String(text)) => text.as_str(),
        Some(Json::Object(_)) => return covariances(&inputs.part("V"), vi, frame),
        Some(other) => return Err(inputs.error("V", format!("expected a text, found {other}"))),
    };
    if text == "vi" {
        return Ok(Sampling::independent(vi));
    }
    let structured = terms.iter().find(|term| term.inner.is_some());
    let cluster = || -> Result<Vec<usize>, MetaError> {
        let named = ["within ", "by ", "cluster="]
            .iter()
            .filter_map(|before| word_after(text, before))
            .find(|word| frame.has(word));
        let name = named
            .or_else(|| {
                structured
                    .or_else(|| terms.first())
                    .map(|term| term.columns[0].clone())
            })
            .or_else(|| frame.has("study").then(|| "study".to_owned()))
            .ok_or_else(|| inputs.error("V", format!("`{text}` does not say which rows belong together")))?;
        Ok(codes(&name, frame)?.0)
    };
    if text.contains("block") && text.contains("diagonal") {
        return blocks(inputs, text, &cluster()?, frame);
    }
    if let Some(phi) = number_after(text, "phi=").or_else(|| number_after(text, "AR(1) with ")) {
        let time = structured
            .and_then(|term| term.inner.clone())
            .unwrap_or_else(|| "time".to_owned());
        let times = numbers(&time, frame)?;
        return approximate_covariances(
            vi,
            &Dependence {
                clusters: cluster()?,
                times: Some((times.clone(), times, phi)),
                ..Dependence::default()
            },
        );
    }
    let rho = number_after(text, "rho=").or_else(|| number_after(text, "correlation "));
    let rho = rho.or_else(|| number_after(text, "correlation of "));
    let Some(rho) = rho else {
        let reason = format!(
            "`{text}` is none of: vcalc rho=0.6 within study; within-study correlation 0.5 between outcomes; block \
             diagonal by trial from columns v1i, v2i; AR(1) with phi=0.9 within study"
        );
        return Err(inputs.error("V", reason));
    };
    let each = (0..vi.len()).collect();
    let between = word_after(text, "between ").and_then(|word| {
        let one = word.strip_suffix('s').unwrap_or(&word).to_owned();
        [word, one].into_iter().find(|name| frame.has(name))
    });
    let observations = match between {
        Some(name) => codes(&name, frame)?.0,
        None => each,
    };
    approximate_covariances(
        vi,
        &Dependence {
            clusters: cluster()?,
            observations: Some((observations, Correlation::One(rho))),
            ..Dependence::default()
        },
    )
}

/// Each row's covariances with the rows of its cluster stand in columns: those named, or `v1i`, `v2i`, ...
fn blocks(inputs: &Inputs, text: &str, clusters: &[usize], frame: &Frame) -> Result<Sampling, MetaError> {
    let named: Vec<String> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .filter(|word| frame.has(word) && is_numbered(word))
        .map(str::to_owned)
        .collect();
    let columns = if named.is_empty() {
        frame
            .names()
            .filter(|name| is_numbered(name))
            .map(str::to_owned)
            .collect()
    } else {
        named
    };
    let count = clusters.iter().max().map_or(0, |most| most + 1);
    let mut all = Vec::with_capacity(count);
    for cluster in 0..count {
        let rows: Vec<usize> = (0..frame.rows())
            .filter(|row| clusters[*row] == cluster)
            .collect();
        let n = rows.len();
        if n > columns.len() {
            let reason = format!(
                "line {} and those that belong to it are {n} rows, but there are {} columns of covariances: {}",
                frame.line(rows[0]),
                columns.len(),
                columns.join(", ")
            );
            return Err(inputs.error("V", reason));
        }
        let mut matrix = nalgebra::DMatrix::zeros(n, n);
        for (j, name) in columns.iter().take(n).enumerate() {
            let cells = frame.numbers(name)?;
            for (i, row) in rows.iter().enumerate() {
                matrix[(i, j)] = cells[*row].ok_or_else(|| MetaError::Row {
                    line: frame.line(*row),
                    reason: format!("the covariance `{name}` is missing"),
                })?;
            }
        }
        let symmetric = 0.5 * (&matrix + matrix.transpose());
        if (&symmetric - &matrix).amax() > 1e-6 * symmetric.amax() {
            return Err(MetaError::Row {
                line: frame.line(rows[0]),
                reason: "the covariances of this and the rows that belong to it are not symmetric".to_owned(),
            });
        }
        all.push(CovarianceBlock {
            rows,
            matrix: symmetric,
        });
    }
    Sampling::of_blocks(all, frame.rows())
}

/// `v1i`, `v2`, `cov3`: letters with a number in them.
fn is_numbered(name: &str) -> bool {
    name.starts_with(['v', 'V', 'c']) && name.chars().nth(1).is_some_and(|c| c.is_ascii_digit())
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

/// A `vcalc` object: `cluster`, `subgroup`, `type`, `obs`, `rho`, `grp1`, `grp2`, `time1`, `time2`, `phi`, `w1`, `w2`.
pub(crate) fn covariances(inputs: &Inputs, vi: &[f64], frame: &Frame) -> Result<Sampling, MetaError> {
    let name = |field: &str| inputs.text(field).map(|text| text.map(str::to_owned));
    let mut clusters = codes(inputs.required_text("cluster")?, frame)?.0;
    if let Some(subgroup) = name("subgroup")? {
        let (inner, levels) = codes(&subgroup, frame)?;
        clusters = clusters
            .iter()
            .zip(inner)
            .map(|(a, b)| a * levels.len() + b)
            .collect();
    }
    let rho = correlations(inputs)?;
    let (observations, constructs) = match (name("obs")?, name("type")?, rho.as_slice()) {
        (None, None, _) => (None, None),
        (Some(obs), None, [one]) => (Some((codes_as_they_come(&obs, frame)?.0, one.clone())), None),
        (None, Some(kind), [one]) => (None, Some((codes_as_they_come(&kind, frame)?.0, one.clone()))),
        (Some(obs), Some(kind), [within, between]) => (
            Some((codes_as_they_come(&obs, frame)?.0, within.clone())),
            Some((codes_as_they_come(&kind, frame)?.0, between.clone())),
        ),
        _ => {
            let reason =
                "expected one correlation for `obs` or `type`, and two for both: within and between types";
            return Err(inputs.error("rho", reason));
        }
    };
    let pair = |first: &str, second: &str| -> Result<Option<(String, Option<String>)>, MetaError> {
        Ok(name(first)?
            .map(|found| name(second).map(|other| (found, other)))
            .transpose()?)
    };
    let groups = match pair("grp1", "grp2")? {
        None => None,
        Some((first, second)) => {
            let first = column(&first, frame)?.to_texts();
            // Without a second column every contrast is against the same group, which is none of the first.
            let second = match second {
                Some(name) => column(&name, frame)?.to_texts(),
                None => vec![None; first.len()],
            };
            let mut seen: Vec<Option<String>> = Vec::new();
            let mut code = |cell: &Option<String>| {
                seen.iter().position(|found| found == cell).unwrap_or_else(|| {
                    seen.push(cell.clone());
                    seen.len() - 1
                })
            };
            Some((
                first.iter().map(&mut code).collect(),
                second.iter().map(&mut code).collect(),
            ))
        }
    };
    let two = |first: &str, second: &str| -> Result<Option<(Vec<f64>, Vec<f64>)>, MetaError> {
        let Some((first, second)) = pair(first, second)? else {
            return Ok(None);
        };
        let first = numbers(&first, frame)?;
        let second = match second {
            Some(name) => numbers(&name, frame)?,
            None => first.clone(),
        };
        Ok(Some((first, second)))
    };
    let times = match two("time1", "time2")? {
        None => None,
        Some((first, second)) => {
            let phi = inputs
                .number("phi")?
                .ok_or_else(|| inputs.error("phi", "expected a number beside `time1`, found nothing"))?;
            Some((first, second, phi))
        }
    };
    let shared = Dependence {
        clusters,
        constructs,
        observations,
        groups,
        times,
        sizes: two("w1", "w2")?,
    };
    approximate_covariances(vi, &shared)
}

fn correlations(inputs: &Inputs) -> Result<Vec<Correlation>, MetaError> {
    let one = |json: &Json| -> Option<Correlation> {
        if let Some(r) = json.as_f64() {
            return Some(Correlation::One(r));
        }
        let rows: Vec<Vec<f64>> = json
            .as_array()?
            .iter()
            .map(|row| row.as_array()?.iter().map(Json::as_f64).collect())
            .collect::<Option<_>>()?;
        let n = rows.len();
        rows.iter()
            .all(|row| row.len() == n)
            .then(|| Correlation::Matrix(nalgebra::DMatrix::from_fn(n, n, |i, j| rows[i][j])))
    };
    let wrong = || {
        inputs.error(
            "rho",
            "expected a correlation, a matrix of them, or one or the other twice",
        )
    };
    match inputs.get("rho") {
        None => Ok(Vec::new()),
        Some(json) => match one(json) {
            Some(single) => Ok(vec![single]),
            None => {
                let items = json.as_array().ok_or_else(wrong)?;
                items.iter().map(one).collect::<Option<_>>().ok_or_else(wrong)
            }
        },
    }
}
