//! `euthymia conformance`: cases with the answers of others, run and compared.

use euthymia_engine::Options;
use euthymia_io::atomic;
use euthymia_io::reference::{self, ReferenceError};
use euthymia_population::conformance::{Case, Outcome};
use euthymia_report::conformance::{self as report, Made};

use crate::arguments::{Conformance, Shared};
use crate::exit::Failure;

impl From<ReferenceError> for Failure {
    fn from(error: ReferenceError) -> Self {
        match error {
            ReferenceError::Io(error) => Self::Io(error),
            ReferenceError::Table(diagnostics) => Self::Input(diagnostics),
        }
    }
}

/// Runs every case, shows how each came out, and writes a page if asked.
pub(crate) fn run(options: &Conformance, shared: &Shared) -> Result<(), Failure> {
    let mut cases = match &options.nonmem {
        Some(folder) => reference::nonmem(folder)?,
        None => Vec::new(),
    };
    cases.extend(reference::shipped()?);
    let engine = Options {
        solver: options.solver.into(),
        ..Options::precise()
    };
    let outcomes: Vec<Outcome> = cases.iter().map(|case| case.run(&engine)).collect();
    let results: Vec<(&Case, &Outcome)> = cases.iter().zip(&outcomes).collect();

    if let Some(path) = &options.html {
        let mut command = "euthymia conformance --html".to_owned();
        if options.nonmem.is_some() {
            command.push_str(" --nonmem nmtests");
        }
        let made = Made {
            command,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rtol: engine.rtol,
            atol: engine.atol,
        };
        let page = report::page(&results, &made).map_err(Failure::Report)?;
        atomic::write(path, page.as_bytes())?;
    }
    let differ = outcomes.iter().filter(|outcome| !outcome.agrees()).count();
    if shared.json {
        let list: Vec<_> = results
            .iter()
            .map(|(case, outcome)| as_json(case, outcome))
            .collect();
        println!("{}", serde_json::Value::from(list));
    } else {
        table(&results, options, shared);
    }
    if differ == 0 {
        Ok(())
    } else {
        Err(Failure::Conformance(differ))
    }
}

fn as_json(case: &Case, outcome: &Outcome) -> serde_json::Value {
    serde_json::json!({
        "case": case.name,
        "authority": case.authority.words(),
        "agrees": outcome.agrees(),
        "values": outcome.values,
        "largest_relative_error": outcome.largest_relative_error,
        "problem": outcome.problem,
    })
}

fn table(results: &[(&Case, &Outcome)], options: &Conformance, shared: &Shared) {
    if shared.quiet {
        return;
    }
    let width = results
        .iter()
        .map(|(case, _)| case.name.chars().count())
        .max()
        .unwrap_or(0);
    for (case, outcome) in results {
        println!(
            "{:12} {:width$} {:>7} values  error {:>8}  tolerance {:>8}  {}",
            case.authority.words(),
            case.name,
            outcome.values,
            report::largest_error(outcome),
            report::tolerance(case),
            if outcome.agrees() { "agrees" } else { "DIFFERS" }
        );
        if let Some(problem) = &outcome.problem {
            println!(
                "{:12} {}",
                "",
                problem.trim_end().replace('\n', "\n             ")
            );
        }
    }
    let agree = results.iter().filter(|(_, outcome)| outcome.agrees()).count();
    println!("\n{agree} of {} cases agree", results.len());
    if options.nonmem.is_none() {
        println!("NONMEM's answers were not compared; name their folder with --nonmem");
    }
    if let Some(path) = &options.html {
        println!("{}", path.display());
    }
}
