//! `metagen`: effect sizes with their standard errors, alone or in clusters.

use super::super::studies::{effects, prepared};
use super::super::{Analysis, Values};
use super::pooled::{Report, Rows, options};
use super::settings::{Settings, column};
use crate::review::Interval;
use crate::review::{Component, ThreeLevel, is_clustered, three_level};
use crate::{Frame, MetaError};

/// The prepared table and its effect sizes: those of `inputs.effect`, or the columns `yi` and `vi`.
pub(super) fn studies(analysis: &Analysis) -> Result<(Frame, Rows), MetaError> {
    let frame = prepared(&analysis.inputs, analysis.frame()?)?;
    let rows = if analysis.inputs.has("effect") {
        let effects = effects(&analysis.inputs, &frame)?;
        Rows::new(&effects.yi, &effects.vi)
    } else {
        Rows::new(&column(analysis, &frame, "yi")?, &column(analysis, &frame, "vi")?)
    };
    Ok((frame, rows))
}

/// Labels of the rows `kept` in a column that may not be empty there.
pub(super) fn labels(
    frame: &Frame,
    name: &str,
    kept: &[usize],
    what: &str,
) -> Result<Vec<String>, MetaError> {
    let cells = frame.column(name)?.to_texts();
    let label = |row: &usize| {
        cells[*row].clone().ok_or_else(|| MetaError::Row {
            line: frame.line(*row),
            reason: format!("the study belongs to no {what}: column `{name}` is empty"),
        })
    };
    kept.iter().map(label).collect()
}

/// `metagen`.
pub(super) fn metagen(analysis: &Analysis) -> Result<Values, MetaError> {
    let settings = Settings::of(&analysis.inputs, &["rho", "cluster"])?;
    let (frame, rows) = studies(analysis)?;
    let options = options(&settings)?;
    let level = settings.level("level")?;
    let bounds = rows.intervals(level, |_| f64::INFINITY);
    if let Some(name) = analysis.inputs.text("cluster")? {
        let kept = rows.pooled();
        let clusters = labels(&frame, name, &kept, "cluster")?;
        if is_clustered(&clusters) {
            let (yi, vi) = rows.studies(&kept);
            let rho = settings.number("rho")?.unwrap_or(0.0);
            let found = three_level(&yi, &vi, &clusters, rho, &options)?;
            let mut values = Values::new()
                .with("TE", rows.te.clone())
                .with("seTE", rows.se.clone())
                .with("study_lower", bounds.0)
                .with("study_upper", bounds.1);
            values.extend(in_clusters(&found));
            return Ok(values);
        }
    }
    let pooled = rows.pool(&options)?;
    Ok(Report::new(&rows, &pooled, bounds).values())
}

fn in_clusters(found: &ThreeLevel) -> Values {
    let both = |f: fn(&Component) -> Option<f64>| vec![f(&found.between), f(&found.within)];
    let predicted = |f: fn(&Interval) -> f64| found.prediction.as_ref().map(f);
    Values::new()
        .with("k", found.k)
        .with("k_study", found.clusters)
        .with("TE_random", found.random.estimate)
        .with("seTE_random", found.random.se)
        .with("lower_random", found.random.lower)
        .with("upper_random", found.random.upper)
        .with("statistic_random", found.random.statistic)
        .with("pval_random", found.random.p)
        .with("df_random", found.random.df)
        .with("tau2", both(|component| Some(component.value)))
        .with("lower_tau2", both(|component| component.lower))
        .with("upper_tau2", both(|component| component.upper))
        .with("Q", found.q)
        .with("df_Q", found.df)
        .with("pval_Q", found.p)
        .with("I2", found.i2.value)
        .with("lower_I2", found.i2.lower)
        .with("upper_I2", found.i2.upper)
        .with("H", found.h.value)
        .with("lower_H", found.h.lower)
        .with("upper_H", found.h.upper)
        .with("seTE_predict", predicted(|interval| interval.se))
        .with("df_predict", predicted(|interval| interval.df))
        .with("lower_predict", predicted(|interval| interval.lower))
        .with("upper_predict", predicted(|interval| interval.upper))
}
