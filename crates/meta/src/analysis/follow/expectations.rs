//! `predict`, `blup`.

use crate::analysis::univariate::Model;
use crate::analysis::{Analysis, Values};
use crate::predict::{Prediction, Reference, Transformation, new_rows, predict as expect};
use crate::{MetaError, diagnostics};

pub(super) fn predict(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    if inputs.has("random") {
        return Err(MetaError::field(
            "random",
            "predictions of multilevel models are being built",
        ));
    }
    let model = Model::of(analysis)?;
    let fit = model.fit()?;
    let level = inputs.number("predict.level")?.unwrap_or(model.options.level);
    let reference = inputs
        .text("predict.predtype")?
        .map_or(Ok(Reference::default()), Reference::parse)?;
    let x = match inputs.matrix("predict.newmods") {
        // One moderator may be given as a list of values.
        Err(_) => {
            let values = inputs.numbers("predict.newmods")?.unwrap_or_default();
            new_rows(&fit, model.data.intercept, &[values])?
        }
        Ok(Some(rows)) => {
            if fit.p == 1 && model.data.intercept {
                return Err(inputs.error("predict.newmods", "the model has no moderators"));
            }
            new_rows(&fit, model.data.intercept, &rows)?
        }
        Ok(None) if fit.p == 1 && model.data.intercept => model.data.x.rows(0, 1).clone_owned(),
        Ok(None) => model.data.x.clone(),
    };
    let predictions = expect(&fit, &x, reference, level);
    let transformation = inputs.text("predict.transf")?;
    let sizes: Vec<f64> = model.studies.ni.iter().copied().flatten().collect();
    let transformation = transformation
        .map(|text| Transformation::parse(text, &sizes, fit.tau2))
        .transpose()?;
    let predictions: Vec<Prediction> = match &transformation {
        Some(transformation) => predictions
            .iter()
            .map(|prediction| prediction.transformed(transformation))
            .collect(),
        None => predictions,
    };
    Ok(values(&predictions))
}

/// Predictions under metafor's names.
pub(super) fn values(predictions: &[Prediction]) -> Values {
    let column = |value: fn(&Prediction) -> f64| -> Vec<f64> { predictions.iter().map(value).collect() };
    let mut values = Values::new().with("pred", column(|one| one.pred));
    let se: Vec<Option<f64>> = predictions.iter().map(|one| one.se).collect();
    if se.iter().any(Option::is_some) {
        values.push("se", se);
    }
    values
        .with("ci_lb", column(|one| one.ci.0))
        .with("ci_ub", column(|one| one.ci.1))
        .with("pi_lb", column(|one| one.pi.0))
        .with("pi_ub", column(|one| one.pi.1))
}

pub(super) fn blup(analysis: &Analysis) -> Result<Values, MetaError> {
    let model = Model::of(analysis)?;
    let fit = model.fit()?;
    let all = diagnostics::blup(&model.data, &fit)?;
    let column = |value: fn(&diagnostics::Blup) -> f64| -> Vec<f64> { all.iter().map(value).collect() };
    Ok(Values::new()
        .with("pred", column(|one| one.pred))
        .with("se", column(|one| one.se))
        .with("pi_lb", column(|one| one.pi_lb))
        .with("pi_ub", column(|one| one.pi_ub)))
}
