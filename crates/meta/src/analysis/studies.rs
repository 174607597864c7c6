//! `inputs.effect` to studies: the effect sizes of the rows that have one.

use serde_json::Value as Json;

use super::{Analysis, Inputs};
use crate::effect::{Addition, Effects, Given, Measure, Options, Reported, Variance};
use crate::expression::{numbers, parse};
use crate::{Column, Frame, MetaError};

pub(crate) use super::prepared::prepared;

/// Studies with an effect size and a variance.
#[derive(Clone, Debug)]
pub(crate) struct Studies {
    /// Their rows of the table, with the effect sizes and variances as columns `yi` and `vi`.
    pub(crate) frame: Frame,
    /// Their rows in the table as it was read.
    pub(crate) rows: Vec<usize>,
    /// Name of the measure.
    pub(crate) measure: String,
    /// Effect sizes.
    pub(crate) yi: Vec<f64>,
    /// Sampling variances.
    pub(crate) vi: Vec<f64>,
    /// People of each study, where known.
    pub(crate) ni: Vec<Option<f64>>,
}

/// The options of effect sizes under `path`, as `effect`.
pub(crate) fn options(inputs: &Inputs, path: &str) -> Result<Options, MetaError> {
    let field = |name: &str| format!("{path}.{name}");
    let mut options = Options {
        add: inputs.number(&field("add"))?,
        ..Options::default()
    };
    if let Some(name) = inputs.text(&field("to"))? {
        options.to = Addition::parse(name).ok_or_else(|| {
            inputs.error(
                &field("to"),
                format!("`{name}` is none of only0, all, if0all, none"),
            )
        })?;
    }
    if let Some(flag) = inputs.flag(&field("drop00"))? {
        options.drop00 = flag;
    }
    if let Some(flag) = inputs.flag(&field("correct"))? {
        options.correct = flag;
    }
    if let Some(name) = inputs.text(&field("vtype"))? {
        options.variance = Variance::parse(name).ok_or_else(|| {
            let reason = format!("`{name}` is none of {}", Variance::names().join(", "));
            inputs.error(&field("vtype"), reason)
        })?;
    }
    options.level = inputs.level(&field("level"), options.level)?;
    Ok(options)
}

/// The measure that `inputs.effect` names.
pub(crate) fn measure(inputs: &Inputs) -> Result<Measure, MetaError> {
    let name = inputs.required_text("effect.measure")?;
    Measure::parse(name).map_err(|error| match error {
        MetaError::Field { reason, .. } => inputs.error("effect.measure", reason),
        other => other,
    })
}

/// The table with the columns that `effect.derived` adds, and those that `effect.constants` fills with one number.
fn with_derived(inputs: &Inputs, frame: &Frame) -> Result<Frame, MetaError> {
    let mut frame = frame.clone();
    for (name, text) in inputs.pairs("effect.derived")? {
        let column = super::prepared::derived(&text, &frame)?;
        frame.set(&name, column);
    }
    Ok(frame)
}

/// What the studies report, by `effect.columns` and `effect.constants`; a cell for each row of `frame`.
///
/// A column is a name, an expression, or a number that holds for all rows. Without `effect.columns` the columns that
/// have metafor's names are used.
pub(crate) fn reported(inputs: &Inputs, measure: Measure, frame: &Frame) -> Result<Reported, MetaError> {
    let frame = &with_derived(inputs, frame)?;
    let Some(columns) = inputs.get("effect.columns") else {
        return constants(inputs, Reported::of_frame(measure, frame, &[])?);
    };
    let columns = columns.as_object().ok_or_else(|| {
        inputs.error(
            "effect.columns",
            format!("expected names of columns, found {columns}"),
        )
    })?;
    let lines = (0..frame.rows()).map(|row| frame.line(row)).collect();
    let mut reported = Reported::new(frame.rows()).with_lines(lines);
    for (name, column) in columns {
        let path = format!("effect.columns.{name}");
        let what = Given::parse(name)
            .ok_or_else(|| inputs.error(&path, "is nothing that an effect size is computed from"))?;
        let cells = match column {
            Json::Null => continue,
            Json::Number(x) => vec![x.as_f64(); frame.rows()],
            Json::String(text) if frame.has(text) => frame.numbers(text)?.to_vec(),
            Json::String(text) => match parse(text) {
                Ok(crate::expression::Expression::Name(_)) | Err(_) => frame.numbers(text)?.to_vec(),
                Ok(expression) => numbers(&expression, frame)?,
            },
            other => return Err(inputs.error(&path, format!("expected the name of a column, found {other}"))),
        };
        reported = reported.with_cells(what, &cells);
    }
    constants(inputs, reported)
}

fn constants(inputs: &Inputs, mut reported: Reported) -> Result<Reported, MetaError> {
    let Some(found) = inputs.get("effect.constants") else {
        return Ok(reported);
    };
    let wrong = || {
        inputs.error(
            "effect.constants",
            format!("expected numbers under names, found {found}"),
        )
    };
    for (name, value) in found.as_object().ok_or_else(wrong)? {
        let path = format!("effect.constants.{name}");
        let what = Given::parse(name)
            .ok_or_else(|| inputs.error(&path, "is nothing that an effect size is computed from"))?;
        let value = value.as_f64().ok_or_else(wrong)?;
        reported = reported.clone().with(what, &vec![value; reported.rows()]);
    }
    Ok(reported)
}

/// The effect sizes that `inputs.effect` asks for, a cell for each row of `frame`.
pub(crate) fn effects(inputs: &Inputs, frame: &Frame) -> Result<Effects, MetaError> {
    let measure = measure(inputs)?;
    Effects::of(
        measure,
        &reported(inputs, measure, frame)?,
        &options(inputs, "effect")?,
    )
}

impl Studies {
    /// The studies of an analysis: rows of its first table without an effect size are left out.
    pub(crate) fn of(analysis: &Analysis) -> Result<Self, MetaError> {
        let whole = analysis.frame()?;
        let frame = prepared(&analysis.inputs, whole)?;
        let effects = effects(&analysis.inputs, &frame)?;
        let mut studies = Self::with(&frame, &effects, effects.complete());
        // Lines tell rows apart whatever was filtered before.
        studies.rows = (0..studies.frame.rows())
            .filter_map(|row| {
                let line = studies.frame.line(row);
                (0..whole.rows()).find(|found| whole.line(*found) == line)
            })
            .collect();
        Ok(studies)
    }

    fn with(frame: &Frame, effects: &Effects, rows: Vec<usize>) -> Self {
        let take =
            |cells: &[Option<f64>]| -> Vec<f64> { rows.iter().filter_map(|row| cells[*row]).collect() };
        let mut kept = frame.take(&rows);
        let (yi, vi) = (take(&effects.yi), take(&effects.vi));
        let column = |cells: &[f64]| Column::Numbers(cells.iter().map(|x| Some(*x)).collect());
        kept.set("yi", column(&yi));
        kept.set("vi", column(&vi));
        Self {
            frame: kept,
            measure: effects.measure.name().to_owned(),
            yi,
            vi,
            ni: rows.iter().map(|row| effects.ni[*row]).collect(),
            rows,
        }
    }

    /// How many.
    pub(crate) fn k(&self) -> usize {
        self.yi.len()
    }

    /// Only the studies at `kept`.
    pub(crate) fn take(&self, kept: &[usize]) -> Self {
        Self {
            frame: self.frame.take(kept),
            rows: kept.iter().map(|i| self.rows[*i]).collect(),
            measure: self.measure.clone(),
            yi: kept.iter().map(|i| self.yi[*i]).collect(),
            vi: kept.iter().map(|i| self.vi[*i]).collect(),
            ni: kept.iter().map(|i| self.ni[*i]).collect(),
        }
    }
}
