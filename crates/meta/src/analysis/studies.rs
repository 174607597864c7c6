//! `inputs.effect` to studies: the effect sizes of the rows that have one.

use super::{Analysis, Inputs};
use crate::effect::Effects;
use crate::{Frame, MetaError};

/// Studies with an effect size and a variance.
#[derive(Clone, Debug)]
pub(crate) struct Studies {
    /// Their rows of the table.
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

/// The effect sizes that `inputs.effect` asks for, a cell for each row of `frame`.
pub(crate) fn effects(inputs: &Inputs, frame: &Frame) -> Result<Effects, MetaError> {
    let measure = inputs.required_text("effect.measure")?;
    let column = |name: &str| frame.numbers(inputs.text(&format!("effect.columns.{name}"))?.unwrap_or(name));
    Ok(Effects {
        measure: measure.to_owned(),
        yi: column("yi")?.to_vec(),
        vi: column("vi")?.to_vec(),
        ni: vec![None; frame.rows()],
    })
}

impl Studies {
    /// The studies of an analysis: rows of its first table without an effect size are left out.
    pub(crate) fn of(analysis: &Analysis) -> Result<Self, MetaError> {
        let frame = analysis.frame()?;
        let effects = effects(&analysis.inputs, frame)?;
        let has = |row: &usize| effects.yi[*row].is_some() && effects.vi[*row].is_some();
        Ok(Self::with(
            frame,
            &effects,
            (0..frame.rows()).filter(has).collect(),
        ))
    }

    fn with(frame: &Frame, effects: &Effects, rows: Vec<usize>) -> Self {
        let take =
            |cells: &[Option<f64>]| -> Vec<f64> { rows.iter().filter_map(|row| cells[*row]).collect() };
        Self {
            frame: frame.take(&rows),
            measure: effects.measure.clone(),
            yi: take(&effects.yi),
            vi: take(&effects.vi),
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
