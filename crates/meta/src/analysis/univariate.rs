//! `rma_uni`: the random-effects model with and without moderators.

use super::studies::Studies;
use super::{Analysis, Inputs, Runner, Values};
use crate::formula::Formula;
use crate::pool::{Data, Fit, Method, Options, Test, fit};
use crate::{Column, MetaError, expression};

/// Kinds of this family.
pub(crate) const KINDS: &[(&str, Runner)] = &[("rma_uni", rma_uni)];

/// Studies, moderators and options of an analysis.
pub(crate) struct Model {
    /// The studies that have all moderators.
    pub(crate) studies: Studies,
    /// What is fitted.
    pub(crate) data: Data,
    /// How.
    pub(crate) options: Options,
    /// Columns of the design that were left out because they repeat others.
    pub(crate) dropped: Vec<String>,
}

impl Model {
    /// As `inputs.effect` and `inputs.model` say.
    pub(crate) fn of(analysis: &Analysis) -> Result<Self, MetaError> {
        let studies = Studies::of(analysis)?;
        Self::with(studies, &analysis.inputs)
    }

    /// The model of `inputs.model` for given studies.
    pub(crate) fn with(studies: Studies, inputs: &Inputs) -> Result<Self, MetaError> {
        let text = inputs.text("model.mods")?;
        let formula = Formula::parse(text.unwrap_or("~ 1"))?;
        let mut design = formula.design(&studies.frame)?;
        let dropped = design.drop_redundant();
        let studies = studies.take(&design.rows);
        let options = options(inputs, &studies)?;
        let data = Data {
            yi: studies.yi.clone(),
            vi: studies.vi.clone(),
            x: design.x,
            names: design.names,
            intercept: formula.intercept,
        };
        Ok(Self {
            studies,
            data,
            options,
            dropped,
        })
    }

    /// The fitted model.
    pub(crate) fn fit(&self) -> Result<Fit, MetaError> {
        fit(&self.data, &self.options)
    }
}

/// Reads `inputs.model`.
fn options(inputs: &Inputs, studies: &Studies) -> Result<Options, MetaError> {
    let method = inputs
        .text("model.method")?
        .map_or(Ok(Method::default()), Method::parse)?;
    let test = inputs
        .text("model.test")?
        .map_or(Ok(Test::default()), Test::parse)?;
    let weights = match inputs.get("model.weights") {
        None => None,
        Some(serde_json::Value::String(text)) => Some(weights(text, studies)?),
        Some(_) => inputs
            .numbers("model.weights")?
            .map(|given| listed(given, inputs, studies))
            .transpose()?,
    };
    Ok(Options {
        method,
        test,
        level: inputs.level("model.level", 0.95)?,
        weights,
        weighted: inputs.flag("model.weighted")?.unwrap_or(true),
        tau2: inputs.number("model.tau2_fixed")?,
    })
}

/// Weights as a list: one for each study.
fn listed(given: Vec<f64>, inputs: &Inputs, studies: &Studies) -> Result<Vec<f64>, MetaError> {
    if given.len() != studies.k() {
        let reason = format!(
            "expected a weight for each of the {} studies, found {}",
            studies.k(),
            given.len()
        );
        return Err(inputs.error("model.weights", reason));
    }
    match given
        .iter()
        .find(|weight| !(**weight >= 0.0 && weight.is_finite()))
    {
        Some(wrong) => Err(inputs.error("model.weights", format!("a weight of {wrong} cannot be"))),
        None => Ok(given),
    }
}

/// Weights as an expression of the columns, `yi`, `vi` and `sei` among them.
fn weights(text: &str, studies: &Studies) -> Result<Vec<f64>, MetaError> {
    let mut frame = studies.frame.clone();
    let column = |cells: &[f64]| Column::Numbers(cells.iter().copied().map(Some).collect());
    frame.set("yi", column(&studies.yi));
    frame.set("vi", column(&studies.vi));
    let sei: Vec<f64> = studies.vi.iter().map(|v| v.sqrt()).collect();
    frame.set("sei", column(&sei));
    let cells = expression::numbers(&expression::parse(text)?, &frame)?;
    let check = |(row, cell): (usize, &Option<f64>)| match cell {
        Some(weight) if *weight >= 0.0 && weight.is_finite() => Ok(*weight),
        _ => Err(MetaError::Row {
            line: frame.line(row),
            reason: format!("the weight `{text}` is missing, negative or infinite"),
        }),
    };
    cells.iter().enumerate().map(check).collect()
}

fn rma_uni(analysis: &Analysis) -> Result<Values, MetaError> {
    let model = Model::of(analysis)?;
    let fit = model.fit()?;
    let mut values = Values::new()
        .with("k", fit.k)
        .with("p", fit.p)
        .with("yi", model.data.yi.clone())
        .with("vi", model.data.vi.clone())
        .with("coef_names", model.data.names.clone())
        .with("beta", &fit.beta)
        .with("se", fit.se.clone())
        .with("zval", fit.zval.clone())
        .with("pval", fit.pval.clone())
        .with("ci_lb", fit.ci_lb.clone())
        .with("ci_ub", fit.ci_ub.clone())
        .with("vcov", &fit.vcov)
        .with("tau2", fit.tau2)
        .with("se_tau2", fit.se_tau2)
        .with("I2", fit.i2)
        .with("H2", fit.h2)
        .with("vt", fit.vt)
        .with("QE", fit.qe)
        .with("QEp", fit.qe_p)
        .with("ll", fit.ll)
        .with("dev", fit.dev)
        .with("AIC", fit.aic)
        .with("BIC", fit.bic)
        .with("AICc", fit.aicc);
    if analysis.inputs.has("model.mods") {
        let df = vec![Some(fit.qm_df.0), fit.qm_df.1];
        values.push("R2", fit.r2);
        values.push("QM", fit.qm);
        values.push("QMdf", df);
        values.push("QMp", fit.qm_p);
    }
    if let Some(ddf) = fit.ddf {
        values.push("ddf", ddf);
    }
    if model.options.test.is_scaled() {
        values.push("s2w", fit.s2w);
    }
    let total: f64 = fit.weights.iter().sum();
    let share: Vec<f64> = fit.weights.iter().map(|w| 100.0 * w / total).collect();
    values.push("weights_pct", share);
    if !model.dropped.is_empty() {
        values.push("dropped", model.dropped);
    }
    if fit.p == 1 {
        let (lower, upper) = fit.prediction_interval();
        values.push("pi_lb", lower);
        values.push("pi_ub", upper);
    }
    Ok(values)
}
