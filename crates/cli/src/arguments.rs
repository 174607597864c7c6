//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// How a course of ketamine therapy plays out: the drug in the body, its target and the symptoms, for a population of
/// virtual patients, beside what trials measured.
///
/// Research and education software, not a medical device.
#[derive(Debug, Parser)]
#[command(name = "euthymia", version, max_term_width = 110, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) shared: Shared,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  euthymia courses                                what ships
  euthymia simulate racemic-iv-twice-weekly       from dose to score, with a report
  euthymia check my-course.toml my-model.R        every problem at its place

Exit codes: 0 done, 1 something in a file is wrong, 2 something on the command line is wrong, \
3 the simulation failed, 4 a file could not be read or written, 130 interrupted.";

/// Options every command takes.
#[derive(Args, Debug)]
pub(crate) struct Shared {
    /// Print results (and problems) as JSON on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print nothing but problems
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Use the library in this folder instead of the built-in one
    #[arg(long, global = true, value_name = "DIR", env = "EUTHYMIA_LIBRARY")]
    pub(crate) library: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Simulate a course and write a report, summaries and trajectories
    #[command(after_help = SIMULATE_EXAMPLES)]
    Simulate(Simulate),
    /// List the courses of the library
    Courses,
    /// Say everything that is wrong with models (.R) and courses (.toml)
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),
    /// List the models of the library, or show one with its equations, parameters and sources
    Models(Models),
}

const CHECK_EXAMPLES: &str = "\
Examples:
  euthymia check model.R                 every problem with its line, column and a hint
  euthymia check my-course.toml --json   the same for an editor";

/// Options of `check`.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Model files (nlmixr2 text) and course files (TOML)
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

/// Options of `models`.
#[derive(Args, Debug)]
pub(crate) struct Models {
    #[command(subcommand)]
    pub(crate) which: Option<WhichModels>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WhichModels {
    /// Show one model
    Show {
        /// Its name, as `euthymia models` lists it
        name: String,
    },
}

const SIMULATE_EXAMPLES: &str = "\
Examples:
  euthymia simulate racemic-iv-twice-weekly            a course of the library, by name
  euthymia simulate my-course.toml --seed 7            your own course file
  euthymia simulate saline-control --subjects 500 --out out/control
  euthymia simulate racemic-iv-single --json | less    the summary as JSON instead of a table

Writes DIR/report.html, DIR/summary.json, DIR/summary.csv and DIR/trajectories.parquet.";

/// Options of `simulate`.
#[derive(Args, Debug)]
pub(crate) struct Simulate {
    /// A course file, or the name of a course of the library
    #[arg(value_name = "COURSE")]
    pub(crate) course: String,
    /// Number of virtual patients [default: what the course says]
    #[arg(long, short = 'n', value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub(crate) subjects: Option<u64>,
    /// Seed of the random streams: the same seed gives the same bits on any machine
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Worker threads [default: one for each processor]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Folder to write into [default: out/NAME]
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Also print the time each phase took, the solver's work and the peak memory
    #[arg(long)]
    pub(crate) bench: bool,
}
