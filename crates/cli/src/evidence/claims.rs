//! `euthymia evidence claims`, `questions`, `rebuild` and `review`: what the evidence bears out.

use std::path::Path;

use euthymia_evidence::How;
use euthymia_evidence::claims::{ClaimReport, answer_questions, assess, assess_one};
use euthymia_evidence::rebuild::rebuild;
use euthymia_report::evidence as report;

use super::arguments::Claims;
use super::{load, print_json};
use crate::arguments::Shared;
use crate::exit::Failure;
use crate::output;

/// Claims with their verdicts and numbers.
pub(crate) fn claims(options: &Claims, own: Option<&Path>, shared: &Shared) -> Result<(), Failure> {
    let (evidence, asked) = load::load_all(own, shared)?;
    let how = How::default();
    let found: Vec<ClaimReport> = match &options.claim {
        None => assess(&evidence, &asked.words, &asked.claims, &how).map_err(Failure::Run)?,
        Some(name) => {
            let one = assess_one(&evidence, &asked.words, &asked.claims, name, &how).map_err(Failure::Run)?;
            let names = || asked.claims.claims.iter().map(|claim| claim.name.as_str());
            let one = one.ok_or_else(|| {
                let hint = euthymia_diagnostics::nearest(name, names()).map_or_else(
                    || format!("there are {}", names().collect::<Vec<_>>().join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                Failure::Usage(format!("no claim is called `{name}`; {hint}"))
            })?;
            vec![one]
        }
    };
    if shared.json {
        print_json(&found);
    } else if !shared.quiet {
        let (width, colour) = output::terminal();
        print!(
            "{}",
            report::claims(&found, options.claim.is_some(), width, colour)
        );
    }
    Ok(())
}

/// Questions in plain words.
pub(crate) fn questions(own: Option<&Path>, shared: &Shared) -> Result<(), Failure> {
    let (evidence, asked) = load::load_all(own, shared)?;
    let replies = answer_questions(
        &evidence,
        &asked.words,
        &asked.claims,
        &asked.questions,
        &How::default(),
    )
    .map_err(Failure::Run)?;
    if shared.json {
        print_json(&replies);
    } else if !shared.quiet {
        let (width, colour) = output::terminal();
        print!("{}", report::questions(&replies, width, colour));
    }
    Ok(())
}

/// Published pooled numbers, computed again.
pub(crate) fn rebuilt(own: Option<&Path>, shared: &Shared) -> Result<(), Failure> {
    let (evidence, asked) = load::load_all(own, shared)?;
    let found = rebuild(&evidence, &asked.words, &asked.rebuilds).map_err(Failure::Run)?;
    if shared.json {
        print_json(&found);
    } else if !shared.quiet {
        let (width, colour) = output::terminal();
        print!("{}", report::rebuilt(&found, width, colour));
    }
    Ok(())
}
