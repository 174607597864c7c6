//! `leave1out`, `cumul`, `gosh`.

use super::count_sequences::{self, CountModel, Counts};
use crate::analysis::univariate::Model;
use crate::analysis::{Analysis, Values, prepared};
use crate::diagnostics;
use crate::pool::Fit;
use crate::{Column, Frame, MetaError};

/// The columns of several fits; missing where there is none.
fn columns(fits: &[Option<Fit>], random: bool) -> Values {
    let of = |value: fn(&Fit) -> f64| -> Vec<Option<f64>> {
        fits.iter()
            .map(|fit| fit.as_ref().map(value).filter(|x| !x.is_nan()))
            .collect()
    };
    let mut values = Values::new()
        .with("estimate", of(|fit| fit.beta[0]))
        .with("se", of(|fit| fit.se[0]))
        .with("zval", of(|fit| fit.zval[0]))
        .with("pval", of(|fit| fit.pval[0]))
        .with("ci_lb", of(|fit| fit.ci_lb[0]))
        .with("ci_ub", of(|fit| fit.ci_ub[0]))
        .with("Q", of(|fit| fit.qe))
        .with("Qp", of(|fit| fit.qe_p));
    if random {
        values.push("tau2", of(|fit| fit.tau2));
    }
    values.with("I2", of(|fit| fit.i2)).with("H2", of(|fit| fit.h2))
}

pub(super) fn leave1out(analysis: &Analysis) -> Result<Values, MetaError> {
    if let Some(estimator) = Counts::of(&analysis.inputs)? {
        let model = CountModel::of(analysis, estimator)?;
        model.check()?;
        let k = model.frame.rows();
        let without = |out: usize| {
            let kept: Vec<usize> = (0..k).filter(|i| *i != out).collect();
            model.of_rows(&kept)
        };
        let all: Vec<_> = (0..k).map(without).collect();
        return Ok(count_sequences::columns(&all));
    }
    let model = Model::of(analysis)?;
    let fits = diagnostics::leave_one_out(&model.data, &model.options)?;
    Ok(columns(&fits, model.options.method.is_random()))
}

pub(super) fn cumul(analysis: &Analysis) -> Result<Values, MetaError> {
    if let Some(estimator) = Counts::of(&analysis.inputs)? {
        let model = CountModel::of(analysis, estimator)?;
        model.check()?;
        let order = order(analysis, &model.frame)?;
        let all: Vec<_> = (1..=order.len()).map(|n| model.of_rows(&order[..n])).collect();
        return Ok(count_sequences::columns(&all));
    }
    let model = Model::of(analysis)?;
    let order = order(analysis, &model.studies.frame)?;
    let fits = diagnostics::cumulative(&model.data, &model.options, &order)?;
    Ok(columns(&fits, model.options.method.is_random()))
}

/// The order in which studies come in: rows without a value of the column are left out, equal values stay in row order.
pub(super) fn order(analysis: &Analysis, frame: &Frame) -> Result<Vec<usize>, MetaError> {
    let text = analysis.inputs.text("cumul.order")?.unwrap_or("row order");
    let plain = text.trim();
    let (name, falling) = match plain.strip_prefix('-') {
        Some(name) => (name.trim(), true),
        None => plain
            .strip_suffix("decreasing")
            .or_else(|| plain.strip_suffix("(decreasing)"))
            .map_or((plain, false), |name| (name.trim().trim_end_matches(','), true)),
    };
    if matches!(name, "row order" | "row" | "rows" | "") && frame.column(name).is_err() {
        let mut rows: Vec<usize> = (0..frame.rows()).collect();
        if falling {
            rows.reverse();
        }
        return Ok(rows);
    }
    let mut rows: Vec<usize>;
    // A stable sort, whichever way: equal values stay in row order.
    let turned = |order: core::cmp::Ordering| if falling { order.reverse() } else { order };
    match frame.column(name) {
        Ok(Column::Texts(cells)) => {
            rows = (0..cells.len()).filter(|row| cells[*row].is_some()).collect();
            rows.sort_by(|a, b| {
                turned(crate::formula::collate(
                    cells[*a].as_deref(),
                    cells[*b].as_deref(),
                ))
            });
        }
        _ => {
            let cells = prepared::numbers(name, frame)?;
            rows = (0..cells.len()).filter(|row| cells[*row].is_some()).collect();
            let value = |row: &usize| cells[*row].unwrap_or(0.0);
            rows.sort_by(|a, b| turned(value(a).total_cmp(&value(b))));
        }
    }
    Ok(rows)
}

pub(super) fn gosh(analysis: &Analysis) -> Result<Values, MetaError> {
    let model = Model::of(analysis)?;
    let fits = diagnostics::subset_fits(&model.data, &model.options)?;
    let sorted = |values: Vec<Option<f64>>| -> Vec<f64> {
        let mut sorted: Vec<f64> = values.into_iter().flatten().collect();
        sorted.sort_by(f64::total_cmp);
        sorted
    };
    let of = |value: fn(&diagnostics::SubsetFit) -> Option<f64>| sorted(fits.iter().map(value).collect());
    Ok(Values::new()
        .with("n_subsets", fits.len())
        .with(
            "estimates_sorted",
            of(|fit| fit.beta.as_ref().map(|beta| beta[0])),
        )
        .with("I2_sorted", of(|fit| fit.i2))
        .with("H2_sorted", of(|fit| fit.h2))
        .with("tau2_sorted", of(|fit| fit.tau2))
        .with("QE_sorted", of(|fit| fit.q)))
}
