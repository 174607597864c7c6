//! Kinds that ask whether small studies differ: `regtest`, `ranktest`, `metabias`, `limitmeta`, `pet_peese`.

use super::trials::trials;
use super::{model, studies};
use crate::MetaError;
use crate::analysis::{Analysis, Inputs, Values, prepared};
use crate::bias::limit::{Adjustment, limit_analysis};
use crate::bias::pet_peese::Chosen;
use crate::bias::rank::rank_test;
use crate::bias::regression::{Predictor, Regression, Variance, regression_test};
use crate::bias::small_study::{SmallStudy, Trials, small_study_test};
use crate::pool::{Method, Options};

/// `lm` or `rma` under `path`; `rma` if nothing is said.
fn variance(inputs: &Inputs, path: &str, options: &Options) -> Result<Variance, MetaError> {
    match inputs.text(path)?.unwrap_or("rma") {
        "lm" => Ok(Variance::Multiplicative),
        "rma" => Ok(Variance::Additive(options.clone())),
        other => Err(inputs.error(path, format!("`{other}` is none of lm, rma"))),
    }
}

fn coefficients(values: &mut Values, test: &Regression) {
    values.push("beta", &test.beta);
    values.push("se", test.se.clone());
}

pub(super) fn regtest(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let model = model(analysis)?;
    let variance = variance(inputs, "regtest.model", &model.options)?;
    let predictor = match inputs.text("regtest.predictor")? {
        Some(name) => Predictor::parse(name)?,
        None => Predictor::default(),
    };
    let test = regression_test(&model.data, &model.studies.ni, predictor, &variance)?;
    let mut values = Values::new()
        .with("stat", test.statistic)
        .with("pval", test.pval)
        .with("dfs", test.df);
    if let Some(limit) = test.limit {
        values.push("limit_est", limit.estimate);
        values.push("limit_ci_lb", limit.lower);
        values.push("limit_ci_ub", limit.upper);
    }
    coefficients(&mut values, &test);
    Ok(values)
}

pub(super) fn ranktest(analysis: &Analysis) -> Result<Values, MetaError> {
    let studies = studies(analysis)?;
    let test = rank_test(&studies.yi, &studies.vi)?;
    let exact = analysis.inputs.flag("ranktest.exact")?.unwrap_or(true);
    let p = if exact { test.p() } else { test.normal_p() };
    Ok(Values::new().with("tau", test.tau).with("pval", p))
}

pub(super) fn metabias(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let test = SmallStudy::parse(inputs.required_text("method_bias")?)?;
    let trials = if inputs.has("columns") {
        trials(inputs, &prepared(inputs, analysis.frame()?)?)?
    } else {
        let studies = studies(analysis)?;
        Trials {
            yi: studies.yi,
            vi: studies.vi,
            arms: None,
            sizes: None,
            risk_ratio: false,
        }
    };
    let method = method_tau(inputs, Method::DerSimonianLaird)?;
    let correct = inputs.flag("correct")?.unwrap_or(false);
    let found = small_study_test(&trials, test, method, correct)?;
    let names = if test.is_rank() {
        ["ks", "se.ks"]
    } else {
        ["bias", "se.bias"]
    };
    let mut values = Values::new().with("statistic", found.statistic);
    if let Some(df) = found.df {
        values.push("df", df);
    }
    values.push("pval", found.pval);
    values.push("estimate", vec![found.estimate, found.se]);
    values.push("estimate_names", names.map(str::to_owned).to_vec());
    if let Some((intercept, se)) = found.intercept {
        values.push("intercept", vec![intercept, se]);
    }
    Ok(values)
}

/// The estimator of tau2 that `method_tau` names.
pub(super) fn method_tau(inputs: &Inputs, default: Method) -> Result<Method, MetaError> {
    inputs.text("method_tau")?.map_or(Ok(default), Method::parse)
}

pub(super) fn limitmeta(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let studies = studies(analysis)?;
    let adjustment = match inputs.text("limitmeta.method_adjust")? {
        Some(name) => Adjustment::parse(name)?,
        None => Adjustment::default(),
    };
    let options = Options {
        method: method_tau(inputs, Method::Restricted)?,
        ..Options::default()
    };
    let found = limit_analysis(&studies.yi, &studies.vi, &options, adjustment)?;
    Ok(Values::new()
        .with("TE_adjust", found.adjusted.estimate)
        .with("seTE_adjust", found.se)
        .with("lower_adjust", found.adjusted.lower)
        .with("upper_adjust", found.adjusted.upper)
        .with("alpha_r", found.alpha)
        .with("beta_r", found.beta)
        .with("Q", found.q)
        .with("Q_small", found.q_small)
        .with("Q_resid", found.q_rest)
        .with("G_squared", found.g2)
        .with("TE_limit", found.limits))
}

pub(super) fn pet_peese(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let model = model(analysis)?;
    // Weighted least squares unless a model is asked for, as its authors have it.
    let variance = if inputs.has("pet_peese.model") {
        variance(inputs, "pet_peese.model", &model.options)?
    } else {
        Variance::Multiplicative
    };
    let alpha = inputs.alpha("pet_peese.alpha", 0.1)?;
    let found = crate::bias::pet_peese::pet_peese(&model.data, &variance, alpha)?;
    let part = |regression: &Regression, pval: f64| {
        let mut values = Values::new();
        coefficients(&mut values, regression);
        values.with("pval", pval).with("pval_bias", regression.pval)
    };
    let chosen = if found.chosen == Chosen::Pet {
        "PET"
    } else {
        "PEESE"
    };
    Ok(Values::new()
        .with("chosen", chosen)
        .with("estimate", found.estimate.estimate)
        .with("ci_lb", found.estimate.lower)
        .with("ci_ub", found.estimate.upper)
        .with("pet", part(&found.pet, found.pet_pval))
        .with("peese", part(&found.peese, found.peese_pval)))
}
