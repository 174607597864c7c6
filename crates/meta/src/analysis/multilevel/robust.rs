//! `robust` and `robumeta`.

use super::model::{self, Model};
use super::prep;
use crate::MetaError;
use crate::analysis::univariate;
use crate::analysis::{Analysis, Values};
use crate::formula::Formula;
use crate::robust::{Correction, Fitted, WorkingModel, estimate, sandwich};

/// A sandwich for the model that `random`, or without it the univariate model, gives.
pub(super) fn robust(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let cluster = inputs.required_text("cluster")?;
    let (fitted, names, frame) = if inputs.has("random") {
        let model = Model::of(analysis)?;
        let fit = model.fit()?;
        (
            Fitted::of_multilevel(&fit, model.data.intercept),
            model.data.names,
            model.studies.frame,
        )
    } else {
        if inputs.get("V").is_some_and(|given| given != "vi") {
            return Err(inputs.error(
                "V",
                "covariances of sampling errors need a multilevel model; give `random`, as `~ 1 | study/effect`",
            ));
        }
        let model = univariate::Model::with(model::studies(analysis)?, &prep::under_model(inputs))?;
        let fit = model.fit()?;
        (
            Fitted::of_univariate(&model.data, &fit),
            model.data.names.clone(),
            model.studies.frame,
        )
    };
    let correction = correction(analysis)?;
    let (clusters, _) = model::codes(cluster, &frame)?;
    let level = inputs.level("level", 0.95)?;
    let robust = sandwich(&fitted, &clusters, correction, level)?;
    let ddf = match correction {
        Correction::BiasReduced => robust.ddf.clone(),
        _ => robust.ddf[..1].to_vec(),
    };
    let mut values = Values::new()
        .with("coef_names", names)
        .with("n_clusters", robust.clusters)
        .with("beta", &fitted.beta)
        .with("se", robust.se.clone())
        .with("tval", robust.tval.clone())
        .with("ddf", ddf)
        .with("pval", robust.pval.clone())
        .with("ci_lb", robust.ci_lb.clone())
        .with("ci_ub", robust.ci_ub.clone())
        .with("vcov", &robust.vcov);
    if let Some((statistic, (upper, lower), p)) = robust.omnibus {
        values.push("QM", statistic);
        values.push("QMdf", vec![upper, lower]);
        values.push("QMp", p);
    }
    Ok(values)
}

/// `robust.type` begins with CR0, CR1 or CR2; without it `clubSandwich` and `adjust` tell.
fn correction(analysis: &Analysis) -> Result<Correction, MetaError> {
    let part = analysis.inputs.part("robust");
    let text = part.text("type")?.unwrap_or("");
    Ok(match text.get(..3) {
        Some("CR0") => Correction::None,
        Some("CR1") => Correction::Clusters,
        Some("CR2") => Correction::BiasReduced,
        _ if !text.is_empty() => {
            return Err(part.error("type", format!("`{text}` begins with none of CR0, CR1, CR2")));
        }
        _ if part.flag("clubSandwich")? == Some(true) => Correction::BiasReduced,
        _ if part.flag("adjust")? == Some(false) => Correction::None,
        _ => Correction::Clusters,
    })
}

/// Meta-regression with robust variances (`robu`).
pub(super) fn robumeta(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let prepared = prep::prepared(analysis)?;
    let studies = model::studies(&prepared)?;
    let formula = Formula::parse(inputs.text("formula")?.unwrap_or("yi ~ 1"))?;
    let design = formula.design(&studies.frame)?;
    let studies = studies.take(&design.rows);
    let (clusters, _) = model::codes(inputs.required_text("cluster")?, &studies.frame)?;
    let working = match inputs.text("modelweights")?.unwrap_or("CORR") {
        "CORR" => WorkingModel::Correlated {
            rho: inputs.number("rho")?.unwrap_or(0.8),
        },
        "HIER" => WorkingModel::Hierarchical,
        other => {
            return Err(inputs.error("modelweights", format!("`{other}` is neither CORR nor HIER")));
        }
    };
    let small = inputs.flag("small")?.unwrap_or(true);
    let fit = estimate(
        &studies.yi,
        &studies.vi,
        &design.x,
        &design.names,
        &clusters,
        working,
        small,
    )?;
    let mut values = Values::new()
        .with("coef_names", design.names)
        .with("beta", &fit.beta)
        .with("se", fit.robust.se)
        .with("t", fit.robust.tval)
        .with("dfs", fit.robust.ddf)
        .with("pval", fit.robust.pval)
        .with("ci_lb", fit.robust.ci_lb)
        .with("ci_ub", fit.robust.ci_ub)
        .with("tau2", fit.tau2);
    if let Some(i2) = fit.i2 {
        values.push("I2", i2);
    }
    if let Some(omega2) = fit.omega2 {
        values.push("omega2", omega2);
    }
    Ok(values)
}
