//! Kinds that model what is not seen: `selmodel`, `selmodel_weightr`, `copas`.

use super::asymmetry::method_tau;
use super::{model, studies};
use crate::MetaError;
use crate::analysis::univariate::Model;
use crate::analysis::{Analysis, Inputs, Values};
use crate::bias::Alternative;
use crate::bias::regression::Predictor;
use crate::bias::selection::{Form, Integration, Options, Selection, fit};
use crate::pool::{self, Method};

/// The error that metafor integrates to.
const METAFOR_TOLERANCE: f64 = 1.220_703_125e-4;

/// Numbers where a parameter is known, `null` where it is estimated.
fn deltas(inputs: &Inputs) -> Result<Vec<Option<f64>>, MetaError> {
    for path in ["selmodel.delta_fixed", "selmodel.delta"] {
        let Some(found) = inputs.get(path) else { continue };
        let items = found.as_array().map_or_else(|| vec![found.clone()], Clone::clone);
        return items
            .iter()
            .map(
                |item| match (item.is_null() || item.as_str() == Some("NA"), item.as_f64()) {
                    (true, _) => Ok(None),
                    (false, Some(delta)) => Ok(Some(delta)),
                    (false, None) => Err(inputs.error(path, format!("expected numbers, found {item}"))),
                },
            )
            .collect();
    }
    Ok(Vec::new())
}

/// How precise each study is: the largest counts as 1.
fn precision(inputs: &Inputs, model: &Model) -> Result<Option<Vec<f64>>, MetaError> {
    let Some(name) = inputs.text("selmodel.prec")? else {
        return Ok(None);
    };
    let predictor = Predictor::parse(name)?;
    if !predictor.vanishes() {
        return Err(inputs.error(
            "selmodel.prec",
            format!("`{name}` is none of sei, vi, ninv, sqrtninv"),
        ));
    }
    let values = predictor.values(&model.data.vi, &model.studies.ni)?;
    let largest = values.iter().copied().fold(0.0, f64::max);
    Ok(Some(values.iter().map(|value| value / largest).collect()))
}

pub(super) fn selmodel(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let model = model(analysis)?;
    if model.options.weights.is_some() || !model.options.weighted {
        return Err(inputs.error("model.weights", "selection models are for the usual weights"));
    }
    let mut form = Form::parse(inputs.required_text("selmodel.type")?)?;
    if let Form::Step { decreasing } = &mut form {
        *decreasing |= inputs.flag("selmodel.decreasing")?.unwrap_or(false);
    }
    let options = Options {
        form,
        alternative: inputs
            .text("selmodel.alternative")?
            .map_or(Ok(Alternative::Greater), Alternative::parse)?,
        steps: inputs.numbers("selmodel.steps")?.unwrap_or_default(),
        delta: deltas(inputs)?,
        largest: inputs.number("selmodel.delta_max")?.unwrap_or(100.0),
        precision: precision(inputs, &model)?,
        tau2: if model.options.method.is_random() {
            model.options.tau2
        } else {
            Some(0.0)
        },
        integration: Integration::Adaptive(METAFOR_TOLERANCE),
        level: model.options.level,
    };
    let found = fit(&model.data, &options)?;
    Ok(values(&model, &found))
}

fn values(model: &Model, found: &Selection) -> Values {
    let mut values = Values::new()
        .with("k", model.data.yi.len())
        .with("coef_names", model.data.names.clone())
        .with("beta", &found.beta)
        .with("se", found.se.clone())
        .with("pval", found.pval.clone())
        .with("ci_lb", found.ci_lb.clone())
        .with("ci_ub", found.ci_ub.clone())
        .with("tau2", found.tau2)
        .with("se_tau2", found.se_tau2)
        .with("delta", found.delta.clone())
        .with("se_delta", found.se_delta.clone())
        .with("steps", found.steps.clone())
        .with("counts", found.counts.clone())
        .with("ll", found.ll)
        .with("LRT", found.lrt)
        .with("LRTdf", found.lrt_df)
        .with("LRTp", found.lrt_p);
    if let Some(lrt) = found.lrt_tau2 {
        values.push("LRT_tau2", lrt);
        values.push("LRTp_tau2", found.lrt_tau2_p);
    }
    values
}

/// The step function as weightr has it: the likelihood without its constant, weights not below 0.01.
pub(super) fn weightr(analysis: &Analysis) -> Result<Values, MetaError> {
    const LEAST: f64 = 0.01;
    // weightr has no largest weight; where the likelihood grows without end this is as good as none.
    const MOST: f64 = 1e5;
    let inputs = &analysis.inputs;
    let model = model(analysis)?;
    let fixed = inputs.flag("fe")?.unwrap_or(false);
    let known = inputs.numbers("weights")?.unwrap_or_default();
    let mut options = Options {
        steps: inputs.numbers("steps")?.unwrap_or_else(|| vec![0.025, 1.0]),
        delta: known.into_iter().map(Some).collect(),
        tau2: fixed.then_some(0.0),
        largest: MOST,
        ..Options::default()
    };
    let mut adjusted = fit(&model.data, &options)?;
    if options.delta.is_empty() && adjusted.delta[1..].iter().any(|delta| *delta < LEAST) {
        let bounded = |delta: &f64| (*delta < LEAST).then_some(LEAST);
        options.delta = adjusted.delta.iter().map(bounded).collect();
        adjusted = fit(&model.data, &options)?;
    }
    let plain = pool::fit(
        &model.data,
        &pool::Options {
            method: if fixed {
                Method::EqualEffects
            } else {
                Method::MaximumLikelihood
            },
            ..pool::Options::default()
        },
    )?;
    const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;
    let constant = HALF_LN_TAU * model.data.yi.len() as f64;
    let (unadjusted, selected) = (-plain.ll - constant, -adjusted.ll - constant);
    let parameters = |tau2: f64, beta: &[f64], rest: &[f64]| -> Vec<f64> {
        let first = (!fixed).then_some(tau2);
        first
            .into_iter()
            .chain(beta.iter().copied())
            .chain(rest.iter().copied())
            .collect()
    };
    Ok(Values::new()
        .with("unadj_par", parameters(plain.tau2, plain.beta.as_slice(), &[]))
        .with("unadj_nll", unadjusted)
        .with(
            "adj_par",
            parameters(adjusted.tau2, adjusted.beta.as_slice(), &adjusted.delta[1..]),
        )
        .with("adj_nll", selected)
        .with("LRT", 2.0 * (unadjusted - selected)))
}

pub(super) fn copas(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let studies = studies(analysis)?;
    let mut options = crate::bias::copas::Options {
        left: inputs.flag("left")?,
        ..crate::bias::copas::Options::default()
    };
    options.pool.method = method_tau(inputs, Method::MaximumLikelihood)?;
    let found = crate::bias::copas::copas(&studies.yi, &studies.vi, &options)?;
    let adjusted = found.adjusted.as_ref();
    let along = |f: fn(&crate::bias::copas::Step) -> f64| found.steps.iter().map(f).collect::<Vec<f64>>();
    Ok(Values::new()
        .with("TE_adjust", adjusted.map(|interval| interval.estimate))
        .with("seTE_adjust", found.chosen.map(|step| step.se))
        .with("lower_adjust", adjusted.map(|interval| interval.lower))
        .with("upper_adjust", adjusted.map(|interval| interval.upper))
        .with("tau_adjust", found.chosen.map(|step| step.tau))
        .with("N_unpubl_adjust", found.chosen.map(|step| step.unseen))
        .with("publprob", along(|step| step.seen))
        .with("TE_slope", along(|step| step.estimate))
        .with("seTE_slope", along(|step| step.se))
        .with("pval_rsb", along(|step| step.pval))
        .with(
            "seTE_borrowed",
            along(|step| f64::from(u8::from(step.se_borrowed))),
        ))
}
