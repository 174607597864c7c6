//! `confint_tau2`, `henmi_copas`, `prediction_pimeta`, `prediction_bootstrap`, `pvalue_combination`.

use crate::analysis::studies::Studies;
use crate::analysis::univariate::Model;
use crate::analysis::{Analysis, Values};
use crate::diagnostics::{IntervalMethod, variance_interval};
use crate::pool::{self, Method};
use crate::prediction::{
    PredictionInterval, Variance, confidence_distribution_interval, higgins_thompson_spiegelhalter,
    partlett_riley, restricted_by_fixed_point, simulate_confidence_distribution,
};
use crate::{MetaError, p_values};

pub(super) fn confint_tau2(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let model = Model::of(analysis)?;
    let fit = model.fit()?;
    let level = inputs.level("ci.level", model.options.level)?;
    let given = matches!(
        model.options.method,
        Method::GeneralisedQ | Method::GeneralisedQMedian
    );
    let usual = if given {
        IntervalMethod::GeneralisedQ
    } else {
        IntervalMethod::QProfile
    };
    let method = inputs.text("ci.type")?.map_or(Ok(usual), IntervalMethod::parse)?;
    let found = variance_interval(&model.data, &fit, method, level)?;
    let i2 = |tau2: f64| 100.0 * tau2 / (fit.vt + tau2);
    let h2 = |tau2: f64| tau2 / fit.vt + 1.0;
    Ok(Values::new()
        .with("tau2", fit.tau2)
        .with("tau2_lb", found.lower)
        .with("tau2_ub", found.upper)
        .with("tau", fit.tau2.sqrt())
        .with("tau_lb", found.lower.sqrt())
        .with("tau_ub", found.upper.sqrt())
        .with("I2", fit.i2)
        .with("I2_lb", i2(found.lower))
        .with("I2_ub", i2(found.upper))
        .with("H2", fit.h2)
        .with("H2_lb", h2(found.lower))
        .with("H2_ub", h2(found.upper)))
}

pub(super) fn henmi_copas(analysis: &Analysis) -> Result<Values, MetaError> {
    let model = Model::of(analysis)?;
    let found = pool::henmi_copas(&model.data, model.options.level)?;
    Ok(Values::new()
        .with("beta", found.beta)
        .with("se", found.se)
        .with("ci_lb", found.ci_lb)
        .with("ci_ub", found.ci_ub)
        .with("tau2", found.tau2))
}

fn level(analysis: &Analysis) -> Result<f64, MetaError> {
    let inputs = &analysis.inputs;
    if inputs.has("alpha") {
        return Ok(1.0 - inputs.alpha("alpha", 0.05)?);
    }
    inputs.level("level", 0.95)
}

fn interval(found: &PredictionInterval) -> Values {
    Values::new()
        .with("muhat", found.mu)
        .with("lbpi", found.pi.map(|bounds| bounds.0))
        .with("ubpi", found.pi.map(|bounds| bounds.1))
        .with("lbci", found.ci.0)
        .with("ubci", found.ci.1)
        .with("tau2", found.tau2)
}

pub(super) fn prediction_pimeta(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let studies = Studies::of(analysis)?;
    let (yi, vi) = (&studies.yi, &studies.vi);
    let level = level(analysis)?;
    let method = inputs.required_text("method")?;
    let variance = match method {
        "HTS" => return Ok(interval(&higgins_thompson_spiegelhalter(yi, vi, level)?)),
        "boot" => return Ok(interval(&confidence_distribution_interval(yi, vi, level)?)),
        "HK" => Variance::HartungKnapp,
        "SJ" => Variance::SidikJonkman,
        "KR" => Variance::KenwardRoger,
        "CL" | "APX" => Variance::Approximate,
        other => {
            return Err(inputs.error(
                "method",
                format!("`{other}` is none of HTS, HK, SJ, KR, CL, APX, boot"),
            ));
        }
    };
    // This kind is pimeta's, and so is where the iteration for tau2 ends unless the inputs say another tolerance.
    let tau2 = restricted_by_fixed_point(yi, vi, inputs.number("tolerance")?.unwrap_or(1e-5))?;
    Ok(interval(&partlett_riley(yi, vi, Some(tau2), variance, level)?))
}

/// The limit of infinitely many draws, which has no spread over seeds; with `seed` so many draws as `B` says.
pub(super) fn prediction_bootstrap(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let studies = Studies::of(analysis)?;
    let level = level(analysis)?;
    let found = match inputs.number("seed")? {
        None => {
            let found = confidence_distribution_interval(&studies.yi, &studies.vi, level)?;
            return Ok(interval(&found).with("sd_lbpi", 0.0).with("sd_ubpi", 0.0));
        }
        Some(seed) => {
            let draws = inputs.number("B")?.unwrap_or(25_000.0);
            if !(1.0..=1e8).contains(&draws) {
                return Err(inputs.error(
                    "B",
                    format!("expected a number of draws up to 1e8, found {draws}"),
                ));
            }
            simulate_confidence_distribution(&studies.yi, &studies.vi, level, draws as u32, seed as u64)?
        }
    };
    Ok(interval(&found))
}

pub(super) fn pvalue_combination(analysis: &Analysis) -> Result<Values, MetaError> {
    let studies = Studies::of(analysis)?;
    let found = p_values::combine(&studies.yi, &studies.vi)?;
    Ok(Values::new()
        .with("p", found.p)
        .with("fisher_chi2", found.fisher.0)
        .with("fisher_p", found.fisher.1)
        .with("stouffer_z", found.stouffer.0)
        .with("stouffer_p", found.stouffer.1)
        .with("stouffer_w_z", found.stouffer_weighted.0)
        .with("tippett_p", found.tippett)
        .with("logit_t", found.logit.0)
        .with("logit_df", found.logit.1)
        .with("pearson_chi2", found.pearson)
        .with("binomial_sign_p", found.sign))
}
