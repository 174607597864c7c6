//! `rma_glmm`: logistic and Poisson mixed models of counts.

use super::super::studies::{measure, prepared, reported};
use super::super::{Analysis, Inputs, Values};
use crate::MetaError;
use crate::counts::glmm::{Design, Method, Model, Options, glmm};
use crate::formula::Formula;

fn options(inputs: &Inputs) -> Result<Options, MetaError> {
    let model = match inputs.text("model.model")? {
        None | Some("UM.FS") => Model::FixedStudies,
        Some("UM.RS") => Model::RandomStudies,
        Some("CM.EL") => Model::ConditionalExact,
        Some("CM.AL") => Model::ConditionalApproximate,
        Some(other) => {
            return Err(inputs.error(
                "model.model",
                format!("`{other}` is none of UM.FS, UM.RS, CM.EL, CM.AL"),
            ));
        }
    };
    let method = match inputs.text("model.method")? {
        None | Some("ML") => Method::MaximumLikelihood,
        Some("EE" | "FE" | "CE") => Method::EqualEffects,
        Some(other) => return Err(inputs.error("model.method", format!("`{other}` is none of ML, EE"))),
    };
    let points = inputs.number("model.nAGQ")?.unwrap_or(7.0);
    if !(1.0..=100.0).contains(&points) || points.fract() != 0.0 {
        return Err(inputs.error(
            "model.nAGQ",
            format!("{points} is no number of points from 1 to 100"),
        ));
    }
    let single = super::options(inputs)?.single;
    Ok(Options {
        model,
        method,
        points: points as usize,
        drop00: single.drop00,
        single,
        level: inputs.level("model.level", 0.95)?,
    })
}

pub(super) fn rma_glmm(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let measure = measure(inputs)?;
    let frame = prepared(inputs, analysis.frame()?)?;
    let text = inputs.text("model.mods")?;
    let formula = Formula::parse(text.unwrap_or("~ 1"))?;
    let design = formula.design(&frame)?;
    let frame = frame.take(&design.rows);
    let reported = reported(inputs, measure, &frame)?;
    let design = Design {
        x: design.x,
        names: design.names,
    };
    let fit = glmm(measure, &reported, &design, &options(inputs)?)?;
    let test = fit.heterogeneity;
    Ok(Values::new()
        .with("k", fit.k)
        .with("coef_names", fit.names)
        .with("beta", fit.beta)
        .with("se", fit.se)
        .with("zval", fit.z)
        .with("pval", fit.p)
        .with("ci_lb", fit.lower)
        .with("ci_ub", fit.upper)
        .with("vcov", &fit.vcov)
        .with("tau2", fit.tau2)
        .with("sigma2", fit.sigma2)
        .with("I2", fit.i2)
        .with("H2", fit.h2)
        .with("ll", fit.ll)
        .with("QE_Wld", test.map(|test| test.wald))
        .with("QEp_Wld", test.map(|test| test.wald_p))
        .with("QE_LRT", test.map(|test| test.ratio))
        .with("QEp_LRT", test.map(|test| test.ratio_p))
        .with("QE_Wld_df", test.map(|test| test.degrees))
        .with("QE_df", test.map(|test| test.degrees))
        .with("QM", fit.moderators.map(|test| test.0))
        .with("QMdf", fit.moderators.map(|test| test.1))
        .with("QMp", fit.moderators.map(|test| test.2)))
}
