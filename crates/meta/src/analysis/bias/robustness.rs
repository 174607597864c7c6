//! Kinds that ask how far the evidence carries: `trimfill`, `metatrimfill`, `fsn`, `tes`, `pcurve`, `fragility`.

use super::asymmetry::method_tau;
use super::trials::{arms, binary};
use super::{model, studies};
use crate::MetaError;
use crate::analysis::{Analysis, Inputs, Values, prepared};
use crate::bias::excess::{self, Comparison, excess_significance};
use crate::bias::fail_safe::{self, Combination, GeneralOptions};
use crate::bias::p_curve::{Shape, p_curve};
use crate::bias::trim_fill::{Estimator, Side, trim_and_fill, trim_and_fill_of_meta};
use crate::bias::{Alternative, Stopping};
use crate::pool::{Method, Options};

/// Where metafor stops when it fits again: its default, whatever the fit that it begins with was asked for.
const REFITTED: Stopping = Stopping::Scoring(1e-5);

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

pub(super) fn trimfill(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let model = model(analysis)?;
    let estimator = match inputs.text("trimfill.estimator")? {
        Some(name) => Estimator::parse(name)?,
        None => Estimator::default(),
    };
    let side = Side::parse(inputs.text("trimfill.side")?.unwrap_or("auto"))?;
    let filled = trim_and_fill(&model.data, &model.options, estimator, side, REFITTED)?;
    let fit = &filled.fit;
    let mut values = Values::new()
        .with("k0", filled.k0)
        .with("se_k0", filled.se_k0)
        .with("side", filled.side.name());
    if let Some(p) = filled.p_k0 {
        values.push("p_k0", p);
    }
    Ok(values
        .with("beta", fit.beta[0])
        .with("se", fit.se[0])
        .with("zval", fit.zval[0])
        .with("pval", fit.pval[0])
        .with("ci_lb", fit.ci_lb[0])
        .with("ci_ub", fit.ci_ub[0])
        .with("tau2", fit.tau2)
        .with("I2", fit.i2)
        .with("QE", fit.qe)
        .with("filled_yi_sorted", sorted(filled.yi)))
}

pub(super) fn metatrimfill(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let studies = studies(analysis)?;
    let estimator = Estimator::parse(inputs.text("type")?.unwrap_or("L"))?;
    let common = inputs.flag("ma_common")?.unwrap_or(true);
    let side = inputs
        .flag("left")?
        .map(|left| if left { Side::Left } else { Side::Right });
    let options = Options {
        method: method_tau(inputs, Method::DerSimonianLaird)?,
        ..Options::default()
    };
    let filled = trim_and_fill_of_meta(&studies.yi, &studies.vi, &options, estimator, common, side)?;
    let fit = &filled.fit;
    let left = f64::from(u8::from(filled.side == Side::Left));
    Ok(Values::new()
        .with("k", fit.k)
        .with("k0", filled.k0)
        .with("left", left)
        .with("TE_random", fit.beta[0])
        .with("seTE_random", fit.se[0])
        .with("lower_random", fit.ci_lb[0])
        .with("upper_random", fit.ci_ub[0])
        .with("tau2", fit.tau2)
        .with("Q", fit.qe)
        .with("filled_TE_sorted", sorted(filled.yi)))
}

/// A number under `path`, or a text that says half of what it is: then none.
fn target(inputs: &Inputs, path: &str) -> Result<Option<f64>, MetaError> {
    match inputs.get(path) {
        Some(serde_json::Value::String(text)) if text.starts_with("half") => Ok(None),
        Some(serde_json::Value::String(text)) => match text.trim().parse() {
            Ok(target) => Ok(Some(target)),
            Err(_) => Err(inputs.error(
                path,
                format!("expected a number or half of the average effect, found {text:?}"),
            )),
        },
        _ => inputs.number(path),
    }
}

pub(super) fn fsn(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let alpha = inputs.alpha("fsn.alpha", 0.05)?;
    let target = target(inputs, "fsn.target")?;
    let kind = inputs.text("fsn.type")?.unwrap_or("Rosenthal");
    let studies = studies(analysis)?;
    let (yi, vi) = (&studies.yi, &studies.vi);
    let number = match kind.to_lowercase().as_str() {
        "rosenthal" => {
            let combination = match inputs.text("fsn.pool")?.unwrap_or("stouffer") {
                "stouffer" => Combination::Stouffer,
                "fisher" => Combination::Fisher,
                other => {
                    return Err(inputs.error("fsn.pool", format!("`{other}` is none of stouffer, fisher")));
                }
            };
            fail_safe::rosenthal(yi, vi, alpha, combination)?
        }
        "binomial" => fail_safe::binomial(yi, vi, alpha)?,
        "orwin" => {
            // The average is weighted unless it says that it is not.
            let words = inputs.text("fsn.average")?.unwrap_or("");
            let plain = words.contains("unweighted") || inputs.flag("fsn.weighted")? == Some(false);
            let same = vec![1.0; yi.len()];
            fail_safe::orwin(yi, if plain { &same } else { vi }, target)?
        }
        "rosenberg" => fail_safe::rosenberg(yi, vi, alpha)?,
        "general" => return general(analysis, alpha, target),
        _ => {
            let reason = format!("`{kind}` is none of Rosenthal, Binomial, Orwin, Rosenberg, General");
            return Err(inputs.error("fsn.type", reason));
        }
    };
    let mut values = Values::new().with("fsnum", number.count);
    if let Some(mean) = number.estimate {
        values.push("meanes", mean);
    }
    if let Some(target) = number.target {
        values.push("target", target);
    }
    if let Some(p) = number.pval {
        values.push("pval", p);
    }
    Ok(values)
}

fn general(analysis: &Analysis, alpha: f64, target: Option<f64>) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let model = model(analysis)?;
    if model.data.x.ncols() != 1 {
        return Err(inputs.error(
            "model.mods",
            "fail-safe numbers are for models without moderators",
        ));
    }
    if model.options.weights.is_some() {
        return Err(inputs.error("model.weights", "fail-safe numbers are for the usual weights"));
    }
    let options = GeneralOptions {
        pool: model.options,
        alpha,
        target,
        exact: inputs.flag("fsn.exact")?.unwrap_or(false),
        missing_mean: inputs.number("fsn.mumiss")?.unwrap_or(0.0),
        stopping: REFITTED,
    };
    let found = fail_safe::general(&model.data.yi, &model.data.vi, &options)?;
    Ok(Values::new()
        .with("fsnum", found.count)
        .with("est", found.estimate)
        .with("tau2", found.tau2)
        .with("pval", found.pval)
        .with("est_fsn", found.estimate_after)
        .with("tau2_fsn", found.tau2_after)
        .with("pval_fsn", found.pval_after))
}

pub(super) fn tes(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let studies = studies(analysis)?;
    let alternative = |path: &str, default| inputs.text(path)?.map_or(Ok(default), Alternative::parse);
    let mut options = excess::Options {
        null: inputs.number("tes.H0")?.unwrap_or(0.0),
        alternative: alternative("tes.alternative", Alternative::TwoSided)?,
        alpha: inputs.alpha("tes.alpha", 0.05)?,
        theta: inputs.numbers("tes.theta")?,
        tau2: inputs.number("tes.tau2")?.unwrap_or(0.0),
        comparison: inputs.text("tes.test")?.map(Comparison::parse).transpose()?,
        excess: alternative("tes.tes_alternative", Alternative::Greater)?,
        excess_alpha: inputs.alpha("tes.tes_alpha", 0.1)?,
    };
    let (mut yi, mut vi) = (studies.yi, studies.vi);
    // A model gives its effects, fitted to each study where it has moderators, and its variance between studies.
    if inputs.has("model") {
        let model = model(analysis)?;
        let fit = model.fit()?;
        options.tau2 = fit.tau2;
        options.theta = Some(if model.data.x.ncols() == 1 && model.data.intercept {
            vec![fit.beta[0]]
        } else {
            (&model.data.x * &fit.beta).iter().copied().collect()
        });
        (yi, vi) = (model.data.yi, model.data.vi);
    }
    let found = excess_significance(&yi, &vi, &options)?;
    let mut values = Values::new()
        .with("k", yi.len())
        .with("O", found.observed)
        .with("E", found.expected)
        .with("OEratio", found.observed as f64 / found.expected)
        .with("pval", found.pval);
    if let Some(theta) = found.theta {
        values.push("theta", theta);
    }
    values.push("X2", found.chi_square);
    values.push("power", found.power);
    values.push("theta_lim", found.limits);
    Ok(values)
}

pub(super) fn pcurve(analysis: &Analysis) -> Result<Values, MetaError> {
    let studies = studies(analysis)?;
    let found = p_curve(&studies.yi, &studies.vi)?;
    let shape = |shape: &Shape| {
        Values::new()
            .with("z", shape.z)
            .with("pval", shape.pval)
            .with("z_half", shape.z_half)
            .with("pval_half", shape.pval_half)
    };
    let truth = |holds: bool| f64::from(u8::from(holds));
    Ok(Values::new()
        .with("k", studies.k())
        .with("significant", found.p.len())
        .with("half", found.half)
        .with("p", found.p.clone())
        .with(
            "right_skew",
            shape(&found.right_skew).with("binomial", found.binomial),
        )
        .with(
            "flatness",
            shape(&found.flatness).with("binomial", found.binomial_flat),
        )
        .with("evidential", truth(found.evidential))
        .with("inadequate", truth(found.inadequate))
        .with("power", found.power)
        .with("power_lb", found.power_lb)
        .with("power_ub", found.power_ub))
}

pub(super) fn fragility(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let frame = prepared(inputs, analysis.frame()?)?;
    let (rows, arms) = arms(inputs, &frame)?;
    let alpha = inputs.alpha("fragility.alpha", 0.05)?;
    let mut trials = Vec::new();
    for (row, trial) in rows.iter().zip(&arms) {
        let at_line = |error: MetaError| match error {
            MetaError::NoAnswer(reason) => MetaError::Row {
                line: frame.line(*row),
                reason: reason.trim_start_matches("study 1: ").to_owned(),
            },
            other => other,
        };
        let found = crate::bias::fragility::of_trial(*trial, alpha).map_err(at_line)?;
        let index = found.index.map_or(f64::NAN, |index| index as f64);
        trials.push(
            Values::new()
                .with("line", frame.line(*row))
                .with("significant", f64::from(u8::from(found.significant)))
                .with("index", index)
                .with("quotient", found.quotient)
                .with("pval", found.pval)
                .with("pval_after", found.pval_after),
        );
    }
    let options = Options {
        method: inputs
            .text("model.method")?
            .map_or(Ok(Method::default()), Method::parse)?,
        test: inputs
            .text("model.test")?
            .map_or(Ok(crate::pool::Test::default()), crate::pool::Test::parse)?,
        level: 1.0 - alpha,
        ..Options::default()
    };
    let pooled = crate::bias::fragility::of_meta_analysis(&arms, binary(inputs, "RR")?, &options)?;
    let index = pooled.index.map_or(f64::NAN, |index| index as f64);
    Ok(Values::new()
        .with("significant", f64::from(u8::from(pooled.significant)))
        .with("index", index)
        .with("quotient", pooled.quotient)
        .with("pval", pooled.pval)
        .with("pval_after", pooled.pval_after)
        .with("trials", trials))
}
