//! Values from the command line: `lcl=2.3`, `0`.

use std::collections::BTreeMap;

use euthymia_diagnostics::{Diagnostic, Source, Span, nearest};
use euthymia_model::Model;

/// What becomes of the random effects.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OmegaChanges {
    /// Whether there are none.
    pub(crate) none: bool,
    /// Other variances.
    pub(crate) variances: BTreeMap<String, f64>,
}

fn whole(source: &Source) -> Span {
    Span::new(0, source.text().len().max(1))
}

/// `name=value` as its parts, with the place of the name.
fn assignment(source: &Source, expected: &str) -> Result<(String, Span, f64), Box<Diagnostic>> {
    let text = source.text();
    let wrong = |message: String, span: Span, label: &str| {
        Box::new(
            Diagnostic::error("R001", message)
                .at(source, span, label)
                .help(format!("write for example `{expected}`")),
        )
    };
    let Some((name, value)) = text.split_once('=') else {
        let message = format!("`{text}` is not `name=value`");
        return Err(wrong(message, whole(source), "expected `=`"));
    };
    let place = Span::new(0, name.len().max(1));
    let number = value.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    match number {
        Some(number) => Ok((name.trim().to_owned(), place, number)),
        None => {
            let span = Span::new(name.len() + 1, text.len().max(name.len() + 2));
            let message = format!(
                "expected a number for `{}`, found `{}`",
                name.trim(),
                value.trim()
            );
            Err(wrong(message, span, "expected a number"))
        }
    }
}

fn unknown(source: &Source, span: Span, name: &str, what: &str, known: &[&str]) -> Diagnostic {
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "the model has none".to_owned(),
        None => format!("the model has: {}", known[..known.len().min(12)].join(", ")),
    };
    Diagnostic::error("R002", format!("the model has no {what} `{name}`"))
        .at(source, span, "no such name")
        .help(help)
}

fn twice(source: &Source, span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("R003", format!("`{name}` is given twice"))
        .at(source, span, "again here")
        .help("leave one of them out")
}

/// Values of parameters, effects and covariates.
pub(crate) fn values(
    sources: &[Source],
    model: &Model,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(String, f64)> {
    let thetas = model.thetas().iter().map(|theta| theta.name.as_str());
    let covariates = model.covariates().iter().map(|covariate| covariate.name.as_str());
    let known: Vec<&str> = thetas.chain(model.etas()).chain(covariates).collect();
    let mut values: Vec<(String, f64)> = Vec::new();
    for source in sources {
        let (name, span, value) = match assignment(source, "lcl=2.3") {
            Ok(parts) => parts,
            Err(problem) => {
                diagnostics.push(*problem);
                continue;
            }
        };
        if !known.contains(&name.as_str()) {
            diagnostics.push(unknown(source, span, &name, "parameter or covariate", &known));
            continue;
        }
        if values.iter().any(|(other, _)| *other == name) {
            diagnostics.push(twice(source, span, &name));
            continue;
        }
        if let Some(theta) = model.theta(&name)
            && !(theta.lower..=theta.upper).contains(&value)
        {
            let message = format!(
                "`{name}` is outside of its bounds, {} to {}",
                theta.lower, theta.upper
            );
            let diagnostic = Diagnostic::warning("R004", message)
                .at(source, whole(source), "taken as it is")
                .note("values are on the scale of `ini({ ... })`");
            diagnostics.push(diagnostic);
        }
        values.push((name, value));
    }
    values
}

/// What the random effects are to be.
pub(crate) fn omega(sources: &[Source], model: &Model, diagnostics: &mut Vec<Diagnostic>) -> OmegaChanges {
    let known: Vec<&str> = model.etas().collect();
    let mut changes = OmegaChanges::default();
    for source in sources {
        if source.text().trim().parse() == Ok(0.0) {
            changes.none = true;
            continue;
        }
        let (name, span, value) = match assignment(source, "0` or `eta.cl=0.09") {
            Ok(parts) => parts,
            Err(problem) => {
                diagnostics.push(*problem);
                continue;
            }
        };
        if !known.contains(&name.as_str()) {
            diagnostics.push(unknown(source, span, &name, "random effect", &known));
        } else if value < 0.0 {
            let diagnostic = Diagnostic::error("R001", format!("the variance of `{name}` is {value}"))
                .at(source, whole(source), "expected 0 or more")
                .help("write a variance, the square of the standard deviation");
            diagnostics.push(diagnostic);
        } else if changes.variances.insert(name.clone(), value).is_some() {
            diagnostics.push(twice(source, span, &name));
        }
    }
    changes
}

impl OmegaChanges {
    /// The covariances of a block with the variances changed and the correlations kept; an effect that had no variance is
    /// independent of the others.
    pub(crate) fn covariance(&self, etas: &[String], triangle: &[f64]) -> Vec<f64> {
        let mut changed = triangle.to_vec();
        let place = |row: usize, column: usize| row * (row + 1) / 2 + column;
        let factor = |at: usize| {
            let before = triangle.get(place(at, at)).copied().unwrap_or(f64::NAN);
            match self.variances.get(&etas[at]) {
                Some(_) if self.none => 0.0,
                Some(&variance) if before > 0.0 => (variance / before).sqrt(),
                Some(_) => 0.0,
                None if self.none => 0.0,
                None => 1.0,
            }
        };
        let factors: Vec<f64> = (0..etas.len()).map(factor).collect();
        for row in 0..etas.len() {
            for column in 0..=row {
                if let Some(value) = changed.get_mut(place(row, column)) {
                    *value *= factors[row] * factors[column];
                }
            }
            if let (Some(&variance), Some(value), false) = (
                self.variances.get(&etas[row]),
                changed.get_mut(place(row, row)),
                self.none,
            ) {
                *value = variance;
            }
        }
        changed
    }
}
