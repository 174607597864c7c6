//! `euthymia meta`: a table of studies -> effect sizes -> one synthesis -> table, JSON, CSV, figure; or a saved analysis.

mod arguments;
mod request;
mod spec;
mod table;

pub(crate) use arguments::{EXAMPLES, Meta};

use std::path::Path;

use euthymia_io::atomic;
use euthymia_meta::MetaError;
use euthymia_meta::synthesis::Synthesis;
use euthymia_report::{figure, terminal};

use crate::arguments::Shared;
use crate::exit::Failure;
use crate::output;
use arguments::Plot;
use table::Table;

/// Pools a table of studies, or runs what a file asks for.
pub(crate) fn run(options: &Meta, shared: &Shared) -> Result<(), Failure> {
    match (&options.spec, &options.data) {
        (Some(path), _) => spec::run(path, shared),
        (None, Some(path)) => pool(path, options, shared),
        (None, None) => Err(Failure::Usage(
            "expected a table of studies, or `--spec FILE`".to_owned(),
        )),
    }
}

fn pool(path: &Path, options: &Meta, shared: &Shared) -> Result<(), Failure> {
    let table = Table::read(path)?;
    let request = request::of(options, &table.frame)?;
    let explained = |error| explain(&table, &error);
    let synthesis = request.run(&table.frame).map_err(explained)?;
    if let Some(out) = &options.save_spec {
        let analyses = request.analyses(&table.frame, &synthesis).map_err(explained)?;
        atomic::write(out, request::saved(&analyses, path, out).as_bytes())?;
    }
    let is_told = match &options.csv {
        Some(out) => output::write_csv(out, &Synthesis::COLUMNS, synthesis.table(), shared)?,
        None => false,
    };
    if let (Some(plot), Some(out)) = (options.plot, &options.out) {
        let svg = draw(plot, &synthesis)?;
        atomic::write(out, svg.as_bytes())?;
    }
    if shared.json {
        println!("{}", output::json(&synthesis.to_json()));
    } else if !shared.quiet && !is_told {
        let (width, colour) = output::terminal();
        print!("{}", terminal::synthesis(&synthesis, width, colour));
        for file in [&options.out, &options.csv, &options.save_spec]
            .into_iter()
            .flatten()
        {
            println!("{}", file.display());
        }
    }
    Ok(())
}

/// What the command line asks for is wrong, or what the table holds.
fn explain(table: &Table, error: &MetaError) -> Failure {
    match error {
        MetaError::Field { .. } | MetaError::Expression { .. } => Failure::Usage(error.to_string()),
        _ => Failure::Input(vec![table.explain(error)]),
    }
}

fn draw(plot: Plot, synthesis: &Synthesis) -> Result<String, Failure> {
    let kind = match plot {
        Plot::Forest => figure::SynthesisFigure::Forest,
        Plot::Funnel => figure::SynthesisFigure::Funnel,
        Plot::Baujat => figure::SynthesisFigure::Baujat,
        Plot::Cumulative => figure::SynthesisFigure::Cumulative,
        Plot::Influence => figure::SynthesisFigure::Influence,
        Plot::Labbe => figure::SynthesisFigure::Labbe,
        Plot::Radial => figure::SynthesisFigure::Radial,
    };
    figure::of_synthesis(kind, synthesis)
        .map_err(|reason| Failure::Usage(format!("no such figure of these studies: {reason}")))
}
