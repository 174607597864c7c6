//! `location_scale`.

use crate::MetaError;
use crate::analysis::studies::Studies;
use crate::analysis::{Analysis, Values};
use crate::formula::Formula;
use crate::pool::{self, Data, Link, LocationScaleOptions, Test};

pub(super) fn location_scale(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let studies = Studies::of(analysis)?;
    // The model may stand beside the effect or inside `model`.
    let at = |name: &str| -> Result<Option<&str>, MetaError> {
        match inputs.text(name)? {
            Some(text) => Ok(Some(text)),
            None => inputs.text(&format!("model.{name}")),
        }
    };
    let location = Formula::parse(at("mods")?.unwrap_or("~ 1"))?;
    let scale = Formula::parse(
        at("scale")?.ok_or_else(|| inputs.error("scale", "expected a formula, found nothing"))?,
    )?;
    // Studies with all moderators of both parts: levels that only others have make no column.
    let rows = location.design(&studies.frame)?.rows;
    let studies = studies.take(&rows);
    let rows = scale.design(&studies.frame)?.rows;
    let studies = studies.take(&rows);
    let mut x = location.design(&studies.frame)?;
    let mut z = scale.design(&studies.frame)?;
    let mut dropped = x.drop_redundant();
    dropped.extend(z.drop_redundant());
    let restricted = match at("method")?.unwrap_or("REML") {
        "REML" => true,
        "ML" => false,
        other => return Err(inputs.error("method", format!("`{other}` is none of REML, ML"))),
    };
    let link = match at("link")?.unwrap_or("log") {
        "log" => Link::Log,
        "identity" => Link::Identity,
        other => return Err(inputs.error("link", format!("`{other}` is none of log, identity"))),
    };
    let test = at("test")?.map_or(Ok(Test::Z), Test::parse)?;
    let data = Data {
        yi: studies.yi.clone(),
        vi: studies.vi.clone(),
        x: x.x,
        names: x.names,
        intercept: location.intercept,
    };
    let options = LocationScaleOptions {
        restricted,
        link,
        test,
    };
    let fit = pool::location_scale(&data, &z.x, &z.names, scale.intercept, options)?;
    let roots =
        |diagonal: nalgebra::DVector<f64>| -> Vec<f64> { diagonal.iter().map(|v| v.sqrt()).collect() };
    let alpha_se: Vec<Option<f64>> = match &fit.alpha_vcov {
        Some(vcov) => roots(vcov.diagonal()).into_iter().map(Some).collect(),
        None => vec![None; fit.alpha.len()],
    };
    let mut values = Values::new();
    if !dropped.is_empty() {
        values.push("dropped", dropped);
    }
    Ok(values
        .with("k", studies.k())
        .with("coef_names", data.names.clone())
        .with("beta", &fit.beta)
        .with("se", roots(fit.vcov.diagonal()))
        .with("alpha_names", z.names)
        .with("alpha", &fit.alpha)
        .with("se_alpha", alpha_se)
        .with("ll", fit.ll)
        .with("tau2", fit.tau2)
        .with("QM", fit.qm.map(|test| test.0))
        .with("QMdf", fit.tested.0)
        .with("QMp", fit.qm.and_then(|test| test.1))
        .with("QS", fit.qs.map(|test| test.0))
        .with("QSdf", fit.tested.1)
        .with("QSp", fit.qs.and_then(|test| test.1)))
}
