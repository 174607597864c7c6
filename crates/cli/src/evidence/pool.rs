//! `euthymia evidence pool`: a question, the trials that answer it, and what they say together.

use std::path::Path;

use euthymia_evidence::select::{Query, Shared as SharedArms};
use euthymia_evidence::{Answer, How, answer};
use euthymia_io::atomic;
use euthymia_meta::pool::{Method, Test};
use euthymia_report::evidence as report;
use euthymia_report::figure::{SynthesisFigure, of_synthesis};

use super::arguments::{Pool, SharedControl};
use super::question::{self, words, wrong};
use super::{load, print_json};
use crate::arguments::Shared;
use crate::exit::Failure;
use crate::output;

/// Answers the question and shows the answer.
pub(crate) fn run(options: &Pool, layer: Option<&Path>, shared: &Shared) -> Result<(), Failure> {
    let (evidence, words) = load::load(layer, shared)?;
    let query = Query {
        shared: match options.shared {
            SharedControl::Combine => SharedArms::Combine,
            SharedControl::Split => SharedArms::Split,
            SharedControl::Covariance => SharedArms::Covariance,
        },
        ..question::query(&options.outcome, &options.question)?
    };
    let how = how(options)?;
    let found = answer(&evidence, &words, &query, &how).map_err(wrong)?;
    let is_told = match &options.csv {
        Some(path) => output::write_csv(path, &report::COLUMNS, report::rows(&found), shared)?,
        None => false,
    };
    if shared.json {
        print_json(&found.to_json());
    } else if !shared.quiet && !is_told {
        let (width, colour) = output::terminal();
        print!("{}", report::pool(&found, width, colour));
    }
    draw(options, &found)
}

/// Draws the figure that is wanted.
fn draw(options: &Pool, found: &Answer) -> Result<(), Failure> {
    let (Some(plot), Some(out)) = (&options.plot, &options.out) else {
        return Ok(());
    };
    let kinds = SynthesisFigure::ALL.map(|figure| (figure.name(), figure));
    let figure = words(std::slice::from_ref(plot), &kinds, "figure")?;
    let synthesis = found.synthesis.as_ref().ok_or_else(|| {
        Failure::Usage("there is nothing to draw: no study answers the question".to_owned())
    })?;
    for figure in figure {
        let svg = of_synthesis(figure, synthesis)
            .map_err(|reason| Failure::Usage(format!("no such figure of these studies: {reason}")))?;
        atomic::write(out, svg.as_bytes())?;
    }
    Ok(())
}

fn how(options: &Pool) -> Result<How, Failure> {
    let usage = |error: euthymia_meta::MetaError| Failure::Usage(error.to_string());
    Ok(How {
        method: Method::parse(&options.method).map_err(usage)?,
        test: options
            .test
            .as_deref()
            .map(Test::parse)
            .transpose()
            .map_err(usage)?,
        level: question::level(options.level)?,
    })
}
