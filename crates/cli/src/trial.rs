//! `euthymia trial`: a design -> replicates -> power, errors and bands -> page, table and files.

use std::path::PathBuf;

use clap::Args;
use euthymia_engine::Options;
use euthymia_io::{atomic, csv};
use euthymia_report::trial as report;
use euthymia_therapy::library::Library;
use euthymia_therapy::response::{Designs, Ratings};
use euthymia_therapy::trial::{self, Dataset, Trial, TrialSettings};

use crate::arguments::Shared;
use crate::compare::Inputs;
use crate::evidence::load;
use crate::exit::Failure;
use crate::progress::Progress;
use crate::watch::Watch;
use crate::{interrupt, library, output, simulate};

pub(crate) const EXAMPLES: &str = "\
Examples:
  euthymia trial two-arm-midazolam --n 40..400 --replicates 2000     power by size, and how often it would be fooled
  euthymia trial my-trial.toml --n 120 --power 0.8 --json             one size, as JSON
  euthymia trial two-arm-midazolam --n 60 --replicate 99              the people of one replicate, as CSV
  euthymia trial --published                                         bands of real designs beside what the trials reported
  euthymia trial --published murrough-2013 --replicates 4000          one of them

Four worlds: the fitted model with all that is uncertain of it (assurance), its typical study (power), no effect of the drug while \
people can tell what they got, and no difference at all (type I error). Writes DIR/report.html, DIR/summary.json, DIR/summary.csv.";

/// Options of `trial`.
#[derive(Args, Debug)]
pub(crate) struct TrialOptions {
    /// A trial file, or the name of a trial of the library (`library/trials`)
    #[arg(value_name = "TRIAL", required_unless_present = "published")]
    trial: Option<String>,
    /// People in all arms together: one number, a list (40,80,160) or a range (40..400)
    #[arg(long, value_name = "SIZES", default_value = "40..400")]
    n: String,
    /// Trials of each size and world
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    replicates: u32,
    /// Power that is wanted
    #[arg(long, default_value_t = 0.9)]
    power: f64,
    /// Seed of the random streams: the same seed gives the same bits on any machine
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Worker threads [default: one for each processor]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Folder to write into [default: out/NAME]
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the people of one replicate as CSV instead, of the largest size
    #[arg(long, value_name = "NUMBER", conflicts_with = "published")]
    replicate: Option<u32>,
    /// Lay bands of real designs beside what was published, of one study or of all that their designs allow
    #[arg(long, value_name = "STUDY_ID", num_args = 0..=1, default_missing_value = "", conflicts_with = "trial")]
    published: Option<String>,
    /// Also print the time each phase took
    #[arg(long)]
    bench: bool,
}

/// Replicates and writes what it came to.
pub(crate) fn run(options: &TrialOptions, shared: &Shared) -> Result<(), Failure> {
    interrupt::listen();
    let mut watch = Watch::start();
    let files = library::files(shared)?;
    let library = library::load(&files)?;
    let sizes = sizes(&options.n)?;
    if !(options.power > 0.0 && options.power < 1.0) {
        return Err(Failure::Usage(
            "--power must be between 0 and 1, as 0.9".to_owned(),
        ));
    }
    let settings = TrialSettings {
        sizes,
        replicates: options.replicates,
        seed: options.seed,
        threads: simulate::threads(options.threads),
        power: options.power,
    };
    if let Some(study) = &options.published {
        return published(study, options, &settings, &library, shared);
    }
    let name = options.trial.as_deref().unwrap_or_default();
    let design: Trial = Inputs::new(&files, shared)
        .file("trials", name, |id, document| trial::read(id, document, &library))?;
    if let Some(replicate) = options.replicate {
        let data = trial::dataset(&design, replicate, &settings, &library).map_err(simulate::failure)?;
        print!("{}", people(&design, &data)?);
        return Ok(());
    }
    watch.lap("read");
    let progress = Progress::new(trial::work(&settings), "trials", shared.quiet || shared.json);
    let outcome = trial::simulate(&design, &settings, &library, &progress);
    progress.finish();
    let mut result = outcome.map_err(simulate::failure)?;
    watch.lap("replicates");
    let inputs = trial::inputs(&design, &library).map_err(Failure::Input)?;
    result.provenance = output::made_by(command(options, name), &inputs, options.seed);
    let folder = options
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("out").join(&design.id));
    let page = report::page(&result).map_err(Failure::Report)?;
    csv::write_table(
        folder.join("summary.csv"),
        &trial::TrialResult::COLUMNS,
        result.rows(),
    )?;
    atomic::write(folder.join("summary.json"), output::json(&result).as_bytes())?;
    let path = folder.join("report.html");
    atomic::write(&path, page.as_bytes())?;
    watch.lap("write page and summaries");
    if shared.json {
        println!("{}", output::json(&result));
    } else if !shared.quiet {
        print!("{}", report::table(&result));
        println!("\n{} (also summary.json, summary.csv)", path.display());
    }
    if options.bench {
        let trials = trial::work(&settings) * settings.sizes.len() as u64;
        watch.note("trials analysed", trials.to_string());
        eprint!("{}", watch.table(None));
    }
    Ok(())
}

/// Bands of real designs.
fn published(
    study: &str,
    options: &TrialOptions,
    settings: &TrialSettings,
    library: &Library,
    shared: &Shared,
) -> Result<(), Failure> {
    let files = library::files(shared)?;
    let evidence = load::evidence(None, false, &files)?;
    let designs = Designs::of(&evidence, library).map_err(Failure::Input)?;
    let engine = Options {
        threads: settings.threads,
        ..Options::standard()
    };
    let exposures = designs.exposures(library, &engine).map_err(simulate::failure)?;
    let ratings = Ratings::of(library).map_err(Failure::Input)?;
    let studies = if study.is_empty() {
        trial::studies(&evidence, &designs, &ratings)
    } else {
        vec![study.to_owned()]
    };
    let tables = trial::Tables {
        evidence: &evidence,
        designs: &designs,
        exposures: &exposures,
        ratings: &ratings,
    };
    let total = u64::from(options.replicates) * studies.len() as u64;
    let progress = Progress::new(total, "trials", shared.quiet || shared.json);
    let mut all = Vec::new();
    for (at, study) in studies.iter().enumerate() {
        let part = progress.after(u64::from(options.replicates) * at as u64);
        let one = trial::published(study, &tables, settings, library, &part);
        match one {
            Ok(bands) => all.extend(bands),
            Err(error) => {
                progress.finish();
                return Err(simulate::failure(error));
            }
        }
    }
    progress.finish();
    if shared.json {
        println!("{}", output::json(&all));
    } else if !shared.quiet {
        print!("{}", report::published(&all));
    }
    Ok(())
}

/// The people of a replicate as CSV.
fn people(design: &Trial, data: &Dataset) -> Result<String, Failure> {
    let mut header = vec![
        "person".to_owned(),
        "arm".to_owned(),
        "site".to_owned(),
        "stopped_h".to_owned(),
        "baseline".to_owned(),
    ];
    header.extend(design.visits_h.iter().map(|visit_h| format!("score_{visit_h}h")));
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let rows = data.rows.iter().enumerate().map(|(at, row)| {
        let mut cells = vec![
            (at + 1).to_string(),
            design.arms[row.arm].name.clone(),
            (row.site + 1).to_string(),
            number(row.stopped_h),
            row.baseline.to_string(),
        ];
        cells.extend(row.scores.iter().map(|score| number(*score)));
        cells
    });
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let bytes = csv::table(&header, rows).map_err(|error| Failure::Run(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Failure::Run(error.to_string()))
}

/// Sizes from `120`, `40,80,160` or `40..400`: ten steps that read well.
fn sizes(text: &str) -> Result<Vec<u32>, Failure> {
    let usage = |why: &str| Failure::Usage(format!("--n `{text}`: {why}; as 120, 40,80,160 or 40..400"));
    let number = |part: &str| {
        let number = part.trim().parse::<u32>().ok();
        number
            .filter(|n| (4..=1_000_000).contains(n))
            .ok_or_else(|| usage("sizes are whole numbers from 4 to 1,000,000"))
    };
    let mut sizes = match text.split_once("..") {
        None => text.split(',').map(number).collect::<Result<Vec<_>, _>>()?,
        Some((from, to)) => {
            let (from, to) = (number(from)?, number(to)?);
            if from >= to {
                return Err(usage("the range goes from less to more"));
            }
            let step = f64::from(to - from) / 9.0;
            // Even numbers, so that two arms are alike.
            let at = |place: u32| ((f64::from(from) + step * f64::from(place)) / 2.0).round() * 2.0;
            (0..10).map(|place| at(place) as u32).collect()
        }
    };
    sizes.sort_unstable();
    sizes.dedup();
    Ok(sizes)
}

fn command(options: &TrialOptions, name: &str) -> String {
    format!(
        "euthymia trial {name} --n {} --replicates {} --power {} --seed {}",
        options.n, options.replicates, options.power, options.seed
    )
}
