//! `dta_bivariate` and `dta_descriptives`.

use super::model::column;
use super::reading::number_after;
use crate::accuracy::{Corrected, Counts, bivariate, describe};
use crate::analysis::prepared::kept;
use crate::analysis::{Analysis, Inputs, Value, Values, prepared};
use crate::formula::Formula;
use crate::multivariate::Method;
use crate::{Column, Frame, MetaError};

/// The counts of the rows that have all four, with what is added where a cell is 0.
fn counts(analysis: &Analysis) -> Result<(Counts, Frame), MetaError> {
    let inputs = &analysis.inputs;
    // Rows are filtered below, where complete cases are those with all counts.
    let mut unfiltered = inputs.json().clone();
    if let Some(members) = unfiltered.as_object_mut() {
        members.remove("filter");
    }
    let whole = &prepared(&Inputs::new(unfiltered), analysis.frame()?)?;
    let name = |cell: &str| -> Result<String, MetaError> {
        Ok(inputs
            .text(&format!("columns.{cell}"))?
            .unwrap_or(cell)
            .to_owned())
    };
    let cells = |name: &str, frame: &Frame| -> Result<Vec<Option<f64>>, MetaError> {
        match column(name, frame)? {
            Column::Numbers(cells) => Ok(cells),
            Column::Texts(_) => Ok(frame.numbers(name)?.to_vec()),
        }
    };
    let names = [name("TP")?, name("FN")?, name("FP")?, name("TN")?];
    let mut rows: Vec<usize> = (0..whole.rows()).collect();
    for name in &names {
        let cells = cells(name, whole)?;
        rows.retain(|row| cells[*row].is_some());
    }
    let mut frame = whole.take(&rows);
    if let Some(text) = inputs.text("filter")? {
        // Complete cases are those with all counts, which they are already.
        let condition = text
            .trim_start_matches("complete cases")
            .trim_start_matches([',', ' ']);
        if !condition.is_empty() {
            let rows = kept(condition, &frame)?;
            frame = frame.take(&rows);
        }
    }
    let mut all = Vec::new();
    for name in &names {
        all.push(cells(name, &frame)?.into_iter().flatten().collect::<Vec<f64>>());
    }
    for row in 0..frame.rows() {
        if let Some(place) = all.iter().position(|cells| cells[row] < 0.0) {
            return Err(MetaError::Row {
                line: frame.line(row),
                reason: format!(
                    "`{}` is {}, a count cannot be negative",
                    names[place], all[place][row]
                ),
            });
        }
    }
    let [tp, fn_, fp, tn] = [0, 1, 2, 3].map(|place| all[place].clone());
    let counts = Counts { tp, fn_, fp, tn };
    counts.check()?;
    let (amount, to) = correction(inputs)?;
    Ok((counts.corrected(amount, to), frame))
}

/// `0.5 added to all cells of all studies if any study has a zero cell`, `0.5 all`, `0.5 single`, `none`, or a number.
fn correction(inputs: &Inputs) -> Result<(f64, Corrected), MetaError> {
    if let Some(json) = inputs.get("correction")
        && let Some(amount) = json.as_f64()
    {
        return Ok((amount, Corrected::All));
    }
    let Some(text) = inputs.text("correction")? else {
        return Ok((0.5, Corrected::All));
    };
    let control = text
        .split_once("correction.control=")
        .map_or(text, |(_, control)| control);
    let to = if control.contains("single") {
        Corrected::Single
    } else if control.contains("none") {
        Corrected::None
    } else {
        Corrected::All
    };
    let amount = number_after(text, "");
    if amount.is_none() && to != Corrected::None {
        let reason = format!("`{text}` does not begin with the number that is added, as `0.5 all`");
        return Err(inputs.error("correction", reason));
    }
    Ok((amount.unwrap_or(0.0), to))
}

pub(super) fn dta_bivariate(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let (counts, frame) = counts(analysis)?;
    let method = super::multivariate::method(inputs)?;
    let formula = Formula::parse(inputs.text("mods")?.unwrap_or("~ 1"))?;
    let design = formula.design(&frame)?;
    if design.rows.len() != frame.rows() {
        return Err(inputs.error(
            "mods",
            "a moderator is missing for some studies; leave them out with `filter`",
        ));
    }
    let found = bivariate(&counts, &design.x, &design.names, method)?;
    let mut estimates: Vec<f64> = found.fit.coefficients.iter().copied().collect();
    let variances = found.fit.vcov.diagonal();
    let mut se: Vec<Option<f64>> = variances.iter().map(|v| Some(v.sqrt())).collect();
    if let Some((sensitivity, false_positive)) = found.pooled {
        estimates.extend([sensitivity, false_positive]);
        se.extend([None, None]);
    }
    let mut values = Values::new()
        .with("n", counts.studies())
        .with("estimate", estimates)
        .with("se", se)
        .with("vcov", &found.fit.vcov);
    if let Some(psi) = &found.fit.psi {
        values.push("Psi", psi);
    }
    if method != Method::Moments {
        values.push("ll", found.ll);
    }
    if let Some(auc) = found.auc {
        // mada divides the sum over the 98 steps between 1 and 99 per cent by 99.
        values.push("AUC", auc * 98.0 / 99.0);
    }
    Ok(values)
}

pub(super) fn dta_descriptives(analysis: &Analysis) -> Result<Values, MetaError> {
    let (counts, _) = counts(analysis)?;
    let level = analysis.inputs.level("level", 0.95)?;
    let studies = describe(&counts, level);
    let mut values = Values::new();
    let mut push = |name: &str, of: &dyn Fn(&crate::accuracy::Accuracy) -> crate::accuracy::Interval| {
        let list = |part: &dyn Fn(crate::accuracy::Interval) -> f64| -> Value {
            studies
                .iter()
                .map(|study| part(of(study)))
                .collect::<Vec<f64>>()
                .into()
        };
        values.push(name, list(&|interval| interval.estimate));
        values.push(&format!("{name}_lb"), list(&|interval| interval.lower));
        values.push(&format!("{name}_ub"), list(&|interval| interval.upper));
    };
    push("sens", &|study| study.sensitivity);
    push("spec", &|study| study.specificity);
    push("fpr", &|study| study.false_positive_rate);
    push("DOR", &|study| study.odds_ratio);
    push("posLR", &|study| study.positive_ratio);
    push("negLR", &|study| study.negative_ratio);
    Ok(values)
}
