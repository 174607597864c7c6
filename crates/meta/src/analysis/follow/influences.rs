//! `residuals`, `influence`, `plot_coords`.

use crate::MetaError;
use crate::analysis::univariate::Model;
use crate::analysis::{Analysis, Values, multilevel};
use crate::diagnostics::{self, Influence};
use crate::multilevel::cooks_distances;

pub(super) fn residuals(analysis: &Analysis) -> Result<Values, MetaError> {
    let model = Model::of(analysis)?;
    let fit = model.fit()?;
    let found = diagnostics::residuals(&model.data, &fit)?;
    let deleted = diagnostics::influence(&model.data, &fit)?;
    let column =
        |value: fn(&Influence) -> Option<f64>| -> Vec<Option<f64>> { deleted.iter().map(value).collect() };
    Ok(Values::new()
        .with("resid", found.raw)
        .with("rstandard_z", found.z)
        .with("rstandard_se", found.se)
        .with("rstudent_z", column(|one| one.rstudent))
        .with("rstudent_resid", column(|one| one.resid))
        .with("rstudent_se", column(|one| one.resid_se))
        .with("hat", found.hat)
        .with("cooks", column(|one| one.cook))
        .with("weights_pct", found.weights))
}

pub(super) fn influence(analysis: &Analysis) -> Result<Values, MetaError> {
    if analysis.inputs.has("random") {
        return cluster_influence(analysis);
    }
    let model = Model::of(analysis)?;
    let fit = model.fit()?;
    let all = diagnostics::influence(&model.data, &fit)?;
    let column =
        |value: fn(&Influence) -> Option<f64>| -> Vec<Option<f64>> { all.iter().map(value).collect() };
    let mut values = Values::new()
        .with("rstudent", column(|one| one.rstudent))
        .with("dffits", column(|one| one.dffits))
        .with("cook_d", column(|one| one.cook))
        .with("cov_r", column(|one| one.covariance_ratio))
        .with("tau2_del", column(|one| one.tau2))
        .with("QE_del", column(|one| one.qe))
        .with("hat", column(|one| Some(one.hat)))
        .with("weight", column(|one| Some(one.weight)));
    let coefficient = |c: usize| -> Vec<Option<f64>> {
        all.iter()
            .map(|one| one.dfbetas.as_ref().map(|all| all[c]))
            .collect()
    };
    if fit.p == 1 {
        values.push("dfbs_intrcpt", coefficient(0));
    }
    let rows: Vec<Vec<Option<f64>>> = (0..fit.p).map(coefficient).collect();
    values.push("dfbs", rows);
    Ok(values)
}

/// Cook's distance of each cluster of a multilevel model.
fn cluster_influence(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let quantity = inputs.text("influence.quantity")?.unwrap_or("Cook's distance");
    if !quantity.to_lowercase().contains("cook") {
        let reason = format!("`{quantity}`: of multilevel models there is Cook's distance");
        return Err(inputs.error("influence.quantity", reason));
    }
    let model = multilevel::model::Model::of(analysis)?;
    let text = inputs.text("influence.cluster")?.unwrap_or("row number");
    let (codes, names) = multilevel::model::codes(text, &model.studies.frame)?;
    let cooks = cooks_distances(&model.data, &model.random, &model.options, &codes)?;
    Ok(Values::new().with("cluster", names).with("cooks", cooks))
}

pub(super) fn plot_coords(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let plot = inputs.required_text("plot")?.to_lowercase();
    let model = Model::of(analysis)?;
    let fit = model.fit()?;
    let points = if plot.contains("baujat") {
        diagnostics::baujat(&model.data, &fit)?
    } else if plot.contains("radial") || plot.contains("galbraith") {
        diagnostics::radial(&model.data, &fit, plot.contains("cent"))?
    } else if plot.contains("qqnorm") || plot.contains("q-q") {
        diagnostics::quantile_quantile(&model.data, &fit, plot.contains("rstudent"))?
    } else {
        return Err(inputs.error("plot", format!("`{plot}` is none of baujat, radial, qqnorm")));
    };
    Ok(Values::new().with("x", points.x).with("y", points.y))
}
