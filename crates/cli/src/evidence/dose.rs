//! `euthymia evidence dose`: what more of a drug does, by a curve through the doses of the trials.

use std::path::Path;

use euthymia_evidence::DoseUnit;
use euthymia_evidence::dose::{CurveChoice, DoseHow, dose_response};
use euthymia_io::atomic;
use euthymia_meta::multivariate::Method;
use euthymia_report::evidence as report;
use euthymia_report::figure::of_dose;

use super::arguments::{CurveName, Dose, Likelihood};
use super::question::{self, words, wrong};
use super::{load, print_json};
use crate::arguments::Shared;
use crate::exit::Failure;
use crate::output;

/// Answers the question and shows the answer.
pub(crate) fn run(options: &Dose, layer: Option<&Path>, shared: &Shared) -> Result<(), Failure> {
    let (evidence, known) = load::load(layer, shared)?;
    let mut query = question::query(&options.outcome, &options.question)?;
    if query.drugs.is_empty() {
        query.drugs.push(known.dose_drug.clone());
    }
    let found = dose_response(&evidence, &known, &query, &how(options)?).map_err(wrong)?;
    let is_told = match &options.csv {
        Some(path) => output::write_csv(path, &report::DOSE_COLUMNS, report::dose_rows(&found), shared)?,
        None => false,
    };
    if shared.json {
        print_json(&found.to_json());
    } else if !shared.quiet && !is_told {
        let (width, colour) = output::terminal();
        print!("{}", report::dose(&found, width, colour));
    }
    if let Some(out) = options.out.as_ref().filter(|_| options.plot) {
        let svg = of_dose(&found).map_err(Failure::Usage)?;
        atomic::write(out, svg.as_bytes())?;
    }
    Ok(())
}

fn how(options: &Dose) -> Result<DoseHow, Failure> {
    let unit = options.unit.as_slice();
    let positive = |value: f64, name: &str| {
        if value > 0.0 && value.is_finite() {
            return Ok(value);
        }
        Err(Failure::Usage(format!("`--{name} {value}` must be above 0")))
    };
    if let Some(wrong) = options
        .at
        .iter()
        .find(|dose| !(**dose >= 0.0 && dose.is_finite()))
    {
        return Err(Failure::Usage(format!("`--at {wrong}` is no dose")));
    }
    if options.curve != CurveName::Spline && !options.knots.is_empty() {
        return Err(Failure::Usage(
            "`--knots` are of a spline: add `--curve spline`".to_owned(),
        ));
    }
    if let Some(wrong) = options
        .knots
        .iter()
        .find(|dose| !(**dose >= 0.0 && dose.is_finite()))
    {
        return Err(Failure::Usage(format!("`--knots {wrong}` is no dose")));
    }
    let falls = options
        .knots
        .windows(2)
        .any(|pair| pair[0].total_cmp(&pair[1]).is_ge());
    if falls || (1..3).contains(&options.knots.len()) {
        return Err(Failure::Usage(
            "`--knots` must be three doses at least, each above the one before".to_owned(),
        ));
    }
    Ok(DoseHow {
        curve: match options.curve {
            CurveName::Linear => CurveChoice::Linear,
            CurveName::Quadratic => CurveChoice::Quadratic,
            CurveName::Spline => {
                CurveChoice::Spline((!options.knots.is_empty()).then(|| options.knots.clone()))
            }
            CurveName::Emax => CurveChoice::Emax,
        },
        method: match options.method {
            Likelihood::Ml => Method::MaximumLikelihood,
            Likelihood::Reml => Method::Restricted,
            Likelihood::Fixed => Method::Fixed,
        },
        level: question::level(options.level)?,
        unit: words(unit, DoseUnit::WORDS, "unit")?.first().copied(),
        weight: options
            .weight
            .map(|weight| positive(weight, "weight"))
            .transpose()?,
        at: options.at.clone(),
    })
}
