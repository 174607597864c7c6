//! `anova`, `vif`, `permutest`.

use nalgebra::DMatrix;

use crate::MetaError;
use crate::analysis::studies::Studies;
use crate::analysis::univariate::Model;
use crate::analysis::{Analysis, Inputs, Values};
use crate::diagnostics::{self, Alternative, PermutationOptions, Statistic, Wald};
use crate::formula::Formula;

pub(super) fn anova(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let form = inputs.text("anova.type")?.unwrap_or("wald").to_lowercase();
    match form.as_str() {
        "wald" => {
            let model = Model::of(analysis)?;
            let fit = model.fit()?;
            // All but the intercept, where there is one beside others.
            let first = usize::from(model.data.intercept && fit.p > 1);
            let coefficients = coefficients(inputs, "anova.coefficients_1based")?
                .unwrap_or_else(|| (first..fit.p).collect());
            let mut values = Values::new();
            push_wald(&mut values, &diagnostics::wald(&fit, &coefficients)?);
            Ok(values)
        }
        "contrast" => contrast(analysis),
        "lrt" => likelihood_ratio(analysis),
        other => Err(inputs.error("anova.type", format!("`{other}` is none of wald, contrast, LRT"))),
    }
}

fn push_wald(values: &mut Values, wald: &Wald) {
    values.push("QM", wald.qm);
    values.push("QMdf", vec![Some(wald.df.0), wald.df.1]);
    values.push("QMp", wald.p);
}

/// Numbers of coefficients, counted from 1.
fn coefficients(inputs: &Inputs, path: &str) -> Result<Option<Vec<usize>>, MetaError> {
    let Some(numbers) = inputs.numbers(path)? else {
        return Ok(None);
    };
    let whole = |number: &f64| *number >= 1.0 && number.fract() == 0.0 && *number < 1e6;
    if !numbers.iter().all(whole) {
        return Err(inputs.error(path, "expected numbers of coefficients, the first is 1"));
    }
    Ok(Some(numbers.iter().map(|number| *number as usize - 1).collect()))
}

fn contrast(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let model = Model::of(analysis)?;
    let fit = model.fit()?;
    let rows = match inputs.matrix("anova.X") {
        Ok(rows) => rows.unwrap_or_default(),
        Err(_) => vec![inputs.numbers("anova.X")?.unwrap_or_default()],
    };
    let mut x = DMatrix::zeros(rows.len(), fit.p);
    for (i, row) in rows.iter().enumerate() {
        // A row without the intercept counts it.
        let from = fit.p.saturating_sub(row.len());
        if row.len() > fit.p || from > usize::from(model.data.intercept) {
            let reason = format!(
                "row {} has {} numbers, the model has {} coefficients",
                i + 1,
                row.len(),
                fit.p
            );
            return Err(inputs.error("anova.X", reason));
        }
        if from == 1 {
            x[(i, 0)] = 1.0;
        }
        for (j, value) in row.iter().enumerate() {
            x[(i, from + j)] = *value;
        }
    }
    let against = match inputs.numbers("anova.rhs")? {
        Some(one) if one.len() == 1 => vec![one[0]; rows.len()],
        Some(each) => each,
        None => vec![0.0; rows.len()],
    };
    let (each, together) = diagnostics::contrasts(&fit, &x, &against)?;
    let column = |value: fn(&diagnostics::Contrast) -> f64| -> Vec<f64> { each.iter().map(value).collect() };
    let p: Vec<Option<f64>> = each.iter().map(|one| one.p).collect();
    let mut values = Values::new()
        .with("Xb", column(|one| one.estimate))
        .with("se", column(|one| one.se))
        .with("zval", column(|one| one.z))
        .with("pval", p);
    if let Some(wald) = together {
        push_wald(&mut values, &wald);
    }
    Ok(values)
}

fn likelihood_ratio(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let mut studies = Studies::of(analysis)?;
    let full = inputs.required_text("anova.full")?.to_owned();
    let reduced = inputs.text("anova.reduced")?.unwrap_or("~ 1").to_owned();
    if inputs.flag("anova.complete_cases")?.unwrap_or(false) {
        let rows = Formula::parse(&full)?.design(&studies.frame)?.rows;
        studies = studies.take(&rows);
    }
    let fit = |mods: &str| {
        let mut json = inputs.json().clone();
        if !json["model"].is_object() {
            json["model"] = serde_json::json!({});
        }
        json["model"]["mods"] = serde_json::json!(mods);
        Model::with(studies.clone(), &Inputs::new(json))?.fit()
    };
    let (full, reduced) = (fit(&full)?, fit(&reduced)?);
    let found = diagnostics::likelihood_ratio(&full, &reduced)?;
    Ok(Values::new()
        .with("LRT", found.statistic)
        .with("df", found.df)
        .with("pval", found.p)
        .with("ll_full", full.ll)
        .with("ll_reduced", reduced.ll)
        .with("p_full", found.full)
        .with("p_reduced", found.reduced))
}

pub(super) fn vif(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let model = Model::of(analysis)?;
    let fit = model.fit()?;
    let first = usize::from(model.data.intercept);
    let groups = match coefficients(inputs, "vif.coefficients_1based")? {
        Some(group) => vec![group],
        None => (first..fit.p).map(|c| vec![c]).collect(),
    };
    if groups.is_empty() {
        return Err(MetaError::field("mods", "variance inflation needs moderators"));
    }
    Ok(Values::new().with(
        "vif",
        diagnostics::variance_inflation(&fit, model.data.intercept, &groups)?,
    ))
}

pub(super) fn permutest(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let model = Model::of(analysis)?;
    let fit = model.fit()?;
    let usual = PermutationOptions::default();
    let iterations = inputs
        .number("permutest.iter")?
        .unwrap_or_else(|| f64::from(usual.iterations));
    let alternative = match inputs.text("permutest.alternative")? {
        None | Some("two.sided") => Alternative::TwoSided,
        Some("less") => Alternative::Less,
        Some("greater") => Alternative::Greater,
        Some(other) => {
            let reason = format!("`{other}` is none of two.sided, less, greater");
            return Err(inputs.error("permutest.alternative", reason));
        }
    };
    let statistic = match inputs.text("permutest.stat")? {
        None | Some("test") => Statistic::Test,
        Some("coef") => Statistic::Coefficient,
        Some(other) => return Err(inputs.error("permutest.stat", format!("`{other}` is none of test, coef"))),
    };
    let options = PermutationOptions {
        exact: inputs.flag("permutest.exact")?.unwrap_or(false),
        iterations: iterations.clamp(1.0, 1e8) as u32,
        seed: inputs.number("permutest.seed")?.unwrap_or(1.0) as u64,
        alternative,
        statistic,
    };
    let found = diagnostics::permutation_test(&model.data, &fit, &options)?;
    Ok(Values::new()
        .with("pval", found.pval)
        .with("QMp", found.qm_p)
        .with("iter", found.iterations as f64)
        .with("zval", fit.zval.clone())
        .with("beta", &fit.beta)
        .with("QM", fit.qm))
}
