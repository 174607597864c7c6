//! `multivariate`: several outcomes of each study.

use nalgebra::DMatrix;

use super::model::{codes_as_they_come, column, table};
use super::reading::number_after;
use crate::analysis::{Analysis, Inputs, Values};
use crate::formula::Formula;
use crate::multivariate::{Data, Fit, Heterogeneity, Method, fit};
use crate::{Frame, MetaError};

/// `method`: fixed, ml, reml or mm.
pub(super) fn method(inputs: &Inputs) -> Result<Method, MetaError> {
    Ok(match inputs.text("method")?.unwrap_or("reml") {
        "fixed" => Method::Fixed,
        "ml" | "ML" => Method::MaximumLikelihood,
        "reml" | "REML" => Method::Restricted,
        "mm" => Method::Moments,
        other => {
            return Err(inputs.error("method", format!("`{other}` is none of fixed, ml, reml, mm")));
        }
    })
}

/// Rows of outcomes put side by side: for each study and outcome its row.
struct Wide {
    names: Vec<String>,
    rows: Vec<Vec<Option<usize>>>,
}

pub(super) fn multivariate(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    if let Some(structure) = inputs.text("bscov")?
        && structure != "unstr"
    {
        return Err(inputs.error("bscov", format!("`{structure}` is not `unstr`")));
    }
    let frame = table(analysis)?;
    let wide = wide(inputs, &frame)?;
    let yi = frame.numbers(inputs.text("yi")?.unwrap_or("yi"))?;
    // A study's moderators stand in the row of its first outcome.
    let first: Vec<usize> = wide
        .rows
        .iter()
        .filter_map(|rows| rows.iter().flatten().next().copied())
        .collect();
    let formula = Formula::parse(inputs.text("mods")?.unwrap_or("~ 1"))?;
    let design = formula.design(&frame.take(&first))?;
    let outcomes = |study: usize| -> Vec<Option<f64>> {
        wide.rows[study]
            .iter()
            .map(|row| row.and_then(|row| yi[row]))
            .collect()
    };
    let data = Data {
        outcomes: design.rows.iter().map(|study| outcomes(*study)).collect(),
        within: design
            .rows
            .iter()
            .map(|study| within(inputs, &wide, *study, &frame))
            .collect::<Result<_, _>>()?,
        x: design.x,
        names: design.names,
    };
    let found = fit(&data, method(inputs)?)?;
    Ok(values(&found, &wide.names, &data.names))
}

/// Names and values of a fitted model.
fn values(found: &Fit, outcomes: &[String], moderators: &[String]) -> Values {
    let names: Vec<String> = moderators
        .iter()
        .flat_map(|moderator| {
            outcomes.iter().map(move |outcome| match moderator.as_str() {
                _ if moderators.len() == 1 => outcome.clone(),
                "intrcpt" => format!("{outcome}.(Intercept)"),
                other => format!("{outcome}.{other}"),
            })
        })
        .collect();
    let mut values = Values::new()
        .with("coef_names", names)
        .with("coef", &found.coefficients)
        .with("vcov", &found.vcov);
    if let Some(psi) = &found.psi {
        values.push("Psi", psi);
    }
    if let Some(ll) = found.ll {
        values.push("ll", ll);
    }
    let list = |of: &dyn Fn(&Heterogeneity) -> Option<f64>| found.q.iter().map(of).collect::<Vec<_>>();
    values.push("Q", list(&|q| Some(q.q)));
    values.push("Q_df", list(&|q| Some(q.df as f64)));
    values.push("Q_p", list(&|q| q.p));
    values.push("I2", list(&|q| Some(q.i2)));
    values
}

/// `outcomes` are levels of a column of texts; rows of a study are those that agree in the first column which tells the
/// rows of one outcome apart.
fn wide(inputs: &Inputs, frame: &Frame) -> Result<Wide, MetaError> {
    let names = inputs
        .texts("outcomes")?
        .ok_or_else(|| inputs.error("outcomes", "expected names of outcomes, found nothing"))?;
    let holds_all = |column: &&str| {
        frame.column(column).is_ok_and(|column| {
            let cells = column.to_texts();
            names.iter().all(|name| cells.contains(&Some(name.clone())))
        })
    };
    let outcome =
        match inputs.text("outcome")? {
            Some(name) => name.to_owned(),
            None => frame.names().find(holds_all).map(str::to_owned).ok_or_else(|| {
                inputs.error("outcomes", format!("no column holds {}", names.join(" and ")))
            })?,
        };
    let cells = frame.column(&outcome)?.to_texts();
    let place = |row: usize| names.iter().position(|name| cells[row].as_ref() == Some(name));
    let rows: Vec<usize> = (0..frame.rows()).filter(|row| place(*row).is_some()).collect();
    let tells_apart = |name: &&str| {
        let Ok(column) = frame.column(name) else {
            return false;
        };
        let ids = column.to_texts();
        let mut seen: Vec<(usize, &String)> = Vec::new();
        let mut shared = false;
        for row in &rows {
            let (Some(place), Some(id)) = (place(*row), &ids[*row]) else {
                return false;
            };
            if seen.contains(&(place, id)) {
                return false;
            }
            shared |= seen.iter().any(|(_, other)| *other == id);
            seen.push((place, id));
        }
        shared
    };
    let id = match inputs.text("id")? {
        Some(name) => name.to_owned(),
        None => frame
            .names()
            .filter(|name| *name != outcome)
            .find(tells_apart)
            .map(str::to_owned)
            .ok_or_else(|| {
                inputs.error(
                    "outcomes",
                    "no column tells which rows are of the same study; name it with `id`",
                )
            })?,
    };
    let kept = frame.take(&rows);
    let (studies, labels) = codes_as_they_come(&id, &kept)?;
    let mut wide = vec![vec![None; names.len()]; labels.len()];
    for (study, row) in studies.iter().zip(&rows) {
        if let Some(place) = place(*row) {
            if wide[*study][place].is_some() {
                return Err(MetaError::Row {
                    line: frame.line(*row),
                    reason: format!("study {} has `{}` twice", labels[*study], names[place]),
                });
            }
            wide[*study][place] = Some(*row);
        }
    }
    Ok(Wide { names, rows: wide })
}

/// `S`: covariances within a study. Either a correlation (`within-study correlation 0.5`) of errors with variances in
/// `vi`, or where each entry stands: `[v1i(PD row), v2i(PD row), v2i(AL row)]`, the lower triangle by columns.
fn within(inputs: &Inputs, wide: &Wide, study: usize, frame: &Frame) -> Result<DMatrix<f64>, MetaError> {
    let q = wide.names.len();
    let rows = &wide.rows[study];
    let mut matrix = DMatrix::from_element(q, q, f64::NAN);
    let text = inputs.text("S")?.unwrap_or("within-study correlation 0");
    let entries = text
        .rsplit_once('[')
        .and_then(|(_, rest)| rest.split_once(']'))
        .map(|(inside, _)| inside.split(',').map(str::trim).collect::<Vec<_>>());
    if let Some(entries) = entries {
        let places: Vec<(usize, usize)> = (0..q).flat_map(|j| (j..q).map(move |i| (i, j))).collect();
        let wrong =
            |entry: &str| inputs.error("S", format!("`{entry}` is not of the form `column(OUTCOME row)`"));
        if entries.len() != places.len() {
            let reason = format!(
                "{q} outcomes have {} covariances, {} are given",
                places.len(),
                entries.len()
            );
            return Err(inputs.error("S", reason));
        }
        for (entry, (i, j)) in entries.iter().zip(places) {
            let (name, rest) = entry.split_once('(').ok_or_else(|| wrong(entry))?;
            let outcome = rest.trim_end_matches(')').trim_end_matches("row").trim();
            let at = wide
                .names
                .iter()
                .position(|name| name == outcome)
                .ok_or_else(|| wrong(entry))?;
            if let Some(row) = rows[at]
                && let Some(x) = frame.numbers(name.trim())?[row]
            {
                matrix[(i, j)] = x;
                matrix[(j, i)] = x;
            }
        }
        return Ok(matrix);
    }
    let rho = number_after(text, "correlation ").or_else(|| number_after(text, "rho="));
    let rho = rho.or_else(|| text.contains("independent").then_some(0.0)).ok_or_else(|| {
        let reason = format!(
            "`{text}` is neither a within-study correlation nor a list `[v1i(A row), v2i(A row), v2i(B row)]`"
        );
        inputs.error("S", reason)
    })?;
    let name = inputs.text("vi")?.unwrap_or("vi").to_owned();
    let crate::Column::Numbers(vi) = column(&name, frame)? else {
        return Err(inputs.error("S", format!("`{name}` holds texts; variances are needed")));
    };
    for i in 0..q {
        for j in 0..q {
            if let (Some(a), Some(b)) = (rows[i].and_then(|row| vi[row]), rows[j].and_then(|row| vi[row])) {
                matrix[(i, j)] = if i == j { a } else { rho * (a * b).sqrt() };
            }
        }
    }
    Ok(matrix)
}
