//! `predict`, `blup`.

use nalgebra::DMatrix;

use crate::analysis::univariate::Model;
use crate::analysis::{Analysis, Inputs, Values, multilevel as mv};
use crate::predict::{Expectation, Prediction, Reference, Transformation, new_rows, predict as expect};
use crate::{MetaError, diagnostics, multilevel as model};

pub(super) fn predict(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    if inputs.has("random") {
        return multilevel(analysis);
    }
    let model = Model::of(analysis)?;
    let fit = model.fit()?;
    let level = inputs.level("predict.level", model.options.level)?;
    let reference = inputs
        .text("predict.predtype")?
        .map_or(Ok(Reference::default()), Reference::parse)?;
    let x = match new_moderators(inputs, fit.p, model.data.intercept)? {
        Some(rows) => rows,
        None if fit.p == 1 && model.data.intercept => model.data.x.rows(0, 1).clone_owned(),
        None => model.data.x.clone(),
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

/// The rows of `newmods`; for one moderator they may be a list of values.
fn new_moderators(inputs: &Inputs, p: usize, intercept: bool) -> Result<Option<DMatrix<f64>>, MetaError> {
    let field = "predict.newmods";
    let rows = match inputs.matrix(field) {
        Ok(None) => return Ok(None),
        Ok(Some(rows)) => rows,
        Err(_) => vec![inputs.numbers(field)?.unwrap_or_default()],
    };
    if p == 1 && intercept {
        return Err(inputs.error(field, "the model has no moderators"));
    }
    if rows.is_empty() {
        return Err(inputs.error(field, "expected values of the moderators, found none"));
    }
    new_rows(p, intercept, &rows)
        .map(Some)
        .map_err(|error| match error {
            MetaError::Field { reason, .. } => inputs.error(field, reason),
            other => other,
        })
}

/// Predictions of a multilevel model: the mean and its interval, and where the true effect of a new row of a new group
/// lies; where the variances differ by the levels of an inner factor, one row for each level.
fn multilevel(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let read = mv::model::Model::of(analysis)?;
    let fit = read.fit()?;
    let level = inputs.level("predict.level", read.options.level)?;
    let reference = inputs
        .text("predict.predtype")?
        .map_or(Ok(Reference::default()), Reference::parse)?;
    let mean = fit.p == 1 && read.data.intercept;
    let (x, observed) = match new_moderators(inputs, fit.p, read.data.intercept)? {
        Some(rows) => (rows, false),
        None if mean => (read.data.x.rows(0, 1).clone_owned(), false),
        None => (read.data.x.clone(), true),
    };
    // Where variances differ: those of each row, or for the mean those of each level.
    let between: Vec<Option<f64>> = match fit.total_variance() {
        Some(all) => vec![Some(all); x.nrows()],
        None if observed => (0..x.nrows()).map(|row| variance_of_row(&fit, row)).collect(),
        None if mean => variances_of_levels(&fit),
        None => vec![None; x.nrows()],
    };
    let predictions: Vec<Prediction> = between
        .iter()
        .enumerate()
        .map(|(i, between)| {
            let row = x.row(i.min(x.nrows() - 1));
            // The smallest degrees of freedom of the coefficients that take part.
            let ddf = fit.ddf.as_ref().map(|all| {
                let used = all.iter().zip(row.iter()).filter(|(_, x)| **x != 0.0);
                used.map(|(df, _)| *df).fold(f64::INFINITY, f64::min)
            });
            let expectation = Expectation {
                pred: (row * &fit.beta)[(0, 0)],
                variance: (row * &fit.vcov * row.transpose())[(0, 0)],
                ddf,
                free: ddf.unwrap_or(fit.k as f64 - fit.p as f64),
                variances: fit.parameters as f64 - fit.p as f64,
                between: between.unwrap_or(f64::NAN),
            };
            expectation.intervals(reference, level)
        })
        .collect();
    let transformation = inputs
        .text("predict.transf")?
        .map(|text| Transformation::parse(text, &[], fit.total_variance().unwrap_or(f64::NAN)))
        .transpose()?;
    Ok(values(&match transformation {
        Some(transformation) => predictions
            .iter()
            .map(|one| one.transformed(&transformation))
            .collect(),
        None => predictions,
    }))
}

/// The variance of the true effect of one row: all terms, with that of the row's own level where they differ.
fn variance_of_row(fit: &model::Fit, row: usize) -> Option<f64> {
    fit.random
        .iter()
        .zip(&fit.components)
        .map(
            |(term, components)| match (components.variances.as_slice(), &term.loading) {
                ([one], _) => Some(*one),
                (several, model::Loading::Level { codes, .. }) => several.get(codes[row]).copied(),
                _ => None,
            },
        )
        .sum()
}

/// The variances of the levels of the inner factors, all of the second for each of the first.
fn variances_of_levels(fit: &model::Fit) -> Vec<Option<f64>> {
    fit.components.iter().fold(vec![Some(0.0)], |sums, components| {
        let add = |sum: &Option<f64>| -> Vec<Option<f64>> {
            let with = |variance: &f64| sum.map(|sum| sum + variance);
            components.variances.iter().map(with).collect()
        };
        sums.iter().flat_map(add).collect()
    })
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
