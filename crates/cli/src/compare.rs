//! `euthymia compare`: strategies -> everybody's lives -> one comparison -> page, table and files.

use std::path::{Path, PathBuf};

use clap::Args;
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::Document;
use euthymia_io::library::Library as Files;
use euthymia_io::{atomic, csv};
use euthymia_report::compare as report;
use euthymia_therapy::result::Design;
use euthymia_therapy::strategy::{self, CompareSettings, Economy, Group, Strategy};

use crate::arguments::Shared;
use crate::exit::{Failure, show};
use crate::progress::Progress;
use crate::watch::Watch;
use crate::{interrupt, library, output, simulate};

pub(crate) const EXAMPLES: &str = "\
Examples:
  euthymia compare stepwise-antidepressants ketamine-iv-after-two-failures      from the first antidepressant on
  euthymia compare --all --people resistant-depression                         what is next after two failures, everything that ships
  euthymia compare --all --rates re-analysed                                    STAR*D by the scale and rules of its protocol
  euthymia compare stepwise-antidepressants my-strategy.toml --prices my-prices.toml --subjects 1000000
  euthymia compare --all --json | jq '.strategies[].measures'

Everybody lives through every strategy with the same traits and the same luck, so that differences are sharp; the first one \
named is what others are held against. Writes DIR/report.html, DIR/summary.json and DIR/summary.csv.";

/// Options of `compare`.
#[derive(Args, Debug)]
pub(crate) struct Compare {
    /// Strategies: files, or names of the library (`library/strategies`)
    #[arg(value_name = "STRATEGY", required_unless_present = "all")]
    strategies: Vec<String>,
    /// Every strategy of the library
    #[arg(long, conflicts_with = "strategies")]
    all: bool,
    /// Who is treated: a file, or a name of the library (`library/people`) [default: as the strategies say]
    #[arg(long, value_name = "GROUP")]
    people: Option<String>,
    /// Prices, burden and utilities: a file, or a name of the library (`library/prices`)
    #[arg(long, value_name = "TABLE", default_value = "us-dollars")]
    prices: String,
    /// Which published proportions of remission are taken where there are several (`original`, `re-analysed`)
    #[arg(long, value_name = "NAME")]
    rates: Option<String>,
    /// Steps that have failed already: everybody begins with the next [default: as the group says]
    #[arg(long, value_name = "N")]
    failed: Option<u32>,
    /// Number of virtual patients
    #[arg(long, short = 'n', default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    subjects: u64,
    /// Draws of what is uncertain, each with two studies
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=5000))]
    draws: u32,
    /// Seed of the random streams: the same seed gives the same bits on any machine
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Worker threads [default: one for each processor]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Folder to write into
    #[arg(long, short, value_name = "DIR", default_value = "out/compare")]
    out: PathBuf,
    /// Also print the time each phase took
    #[arg(long)]
    bench: bool,
}

/// Compares and writes what it came to.
pub(crate) fn run(options: &Compare, shared: &Shared) -> Result<(), Failure> {
    interrupt::listen();
    let mut watch = Watch::start();
    let files = library::files(shared)?;
    let library = library::load(&files)?;
    let names: Vec<String> = if options.all {
        first_steps_first(library.stems("strategies", ".toml"))
    } else {
        options.strategies.clone()
    };
    let mut read = Inputs::new(&files, shared);
    let strategies = names
        .iter()
        .map(|name| {
            read.file("strategies", name, |id, document| {
                strategy::read(id, document, &library)
            })
        })
        .collect::<Result<Vec<Strategy>, _>>()?;
    let people = match &options.people {
        Some(people) => people.clone(),
        None => people_of(&strategies)?,
    };
    let group: Group = read.file("people", &people, |id, document| {
        strategy::read_group(id, document, &library)
    })?;
    let economy: Economy = read.file("prices", &options.prices, |_, document| Economy::read(document))?;
    let mut settings = CompareSettings::standard();
    settings.subjects = options.subjects;
    settings.seed = options.seed;
    settings.design = Design {
        draws: options.draws,
        ..settings.design
    };
    settings.failed = options.failed;
    settings.rates.clone_from(&options.rates);
    settings.engine.threads = simulate::threads(options.threads);

    watch.lap("read");
    let progress = Progress::new(
        strategy::work(&strategies, settings.subjects),
        "virtual patients",
        shared.quiet || shared.json,
    );
    let outcome = strategy::compare(&strategies, &group, &economy, &settings, &library, &progress);
    progress.finish();
    let mut comparison = outcome.map_err(simulate::failure)?;
    watch.lap("sessions and lives");
    let inputs = strategy::inputs(&strategies, &group, &economy, &library).map_err(Failure::Input)?;
    comparison.provenance = output::made_by(command(options, &names), &inputs, options.seed);
    let page = report::page(&comparison).map_err(Failure::Report)?;
    csv::write_table(
        options.out.join("summary.csv"),
        &strategy::Comparison::COLUMNS,
        comparison.rows(),
    )?;
    atomic::write(
        options.out.join("summary.json"),
        output::json(&comparison).as_bytes(),
    )?;
    let path = options.out.join("report.html");
    atomic::write(&path, page.as_bytes())?;
    watch.lap("write page and summaries");
    if shared.json {
        println!("{}", output::json(&comparison));
    } else if !shared.quiet {
        print!("{}", report::table(&comparison));
        println!("\n{} (also summary.json, summary.csv)", path.display());
    }
    if options.bench {
        let lived = settings.subjects * strategies.len() as u64;
        watch.note("patient-courses", lived.to_string());
        eprint!("{}", watch.table(None));
    }
    Ok(())
}

/// The stepwise strategy is what others are held against.
fn first_steps_first(mut names: Vec<String>) -> Vec<String> {
    names.sort_by_key(|name| !name.starts_with("stepwise"));
    names
}

/// The one group that all strategies name.
fn people_of(strategies: &[Strategy]) -> Result<String, Failure> {
    let Some((first, others)) = strategies.split_first() else {
        return Err(Failure::Usage("no strategy is named".to_owned()));
    };
    match others.iter().find(|other| other.people != first.people) {
        None => Ok(first.people.clone()),
        Some(other) => {
            let message = format!(
                "`{}` is for `{}`, `{}` for `{}`: people must be the same",
                first.id, first.people, other.id, other.people
            );
            let diagnostic =
                Diagnostic::error("K007", message).help("say who is treated by `--people GROUP`");
            Err(Failure::Input(vec![diagnostic]))
        }
    }
}

/// Reads files that are named by a path or by a name of the library.
pub(crate) struct Inputs<'f> {
    files: &'f Files,
    shared: &'f Shared,
}

impl<'f> Inputs<'f> {
    pub(crate) fn new(files: &'f Files, shared: &'f Shared) -> Self {
        Self { files, shared }
    }

    /// One file of a folder of the library, or of one's own; warnings are shown and do not stop it.
    pub(crate) fn file<T>(
        &mut self,
        folder: &str,
        name: &str,
        read: impl FnOnce(&str, &Document) -> (Option<T>, Vec<Diagnostic>),
    ) -> Result<T, Failure> {
        let source = self.source(folder, name)?;
        let (document, mut diagnostics) = euthymia_io::toml::document(&source);
        let id = Path::new(name).file_stem().and_then(|stem| stem.to_str());
        let value = document.and_then(|document| {
            let (value, more) = read(id.unwrap_or(name), &document);
            diagnostics.extend(more);
            value
        });
        match value {
            Some(value) if !diagnostics.iter().any(Diagnostic::is_error) => {
                if !diagnostics.is_empty() && !self.shared.json {
                    show(&diagnostics, self.shared);
                }
                Ok(value)
            }
            _ => Err(Failure::Input(diagnostics)),
        }
    }

    fn source(&self, folder: &str, name: &str) -> Result<Source, Failure> {
        let looks_like_path = name.ends_with(".toml") || name.contains(['/', '\\']);
        if looks_like_path {
            Ok(euthymia_io::read_source(name)?)
        } else {
            Ok(self.files.read(&format!("{folder}/{name}.toml"))?)
        }
    }
}

fn command(options: &Compare, names: &[String]) -> String {
    let mut words = vec!["euthymia compare".to_owned()];
    if options.all {
        words.push("--all".to_owned());
    } else {
        words.extend(names.iter().cloned());
    }
    if let Some(people) = &options.people {
        words.push(format!("--people {people}"));
    }
    if options.prices != "us-dollars" {
        words.push(format!("--prices {}", options.prices));
    }
    if let Some(rates) = &options.rates {
        words.push(format!("--rates {rates}"));
    }
    if let Some(failed) = options.failed {
        words.push(format!("--failed {failed}"));
    }
    words.push(format!(
        "--subjects {} --draws {} --seed {}",
        options.subjects, options.draws, options.seed
    ));
    words.join(" ")
}
