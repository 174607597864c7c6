//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use euthymia_engine::Solver;
use euthymia_population::Shard;

use crate::meta::Meta;

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
  euthymia explain racemic-iv-single              the mechanism, layer by layer, and what it rests on
  euthymia run model.R --data doses.csv -o out.csv        any model, any NONMEM data set
  euthymia compare --all --people resistant-depression    what to do next, strategies side by side
  euthymia check my-course.toml my-model.R        every problem at its place
  euthymia validate                               the models beside what papers observed
  euthymia meta studies.csv --measure RR          a meta-analysis of any table
  euthymia evidence claims                        claim by claim what the trials say

Exit codes: 0 done, 1 something in a file is wrong, 2 something on the command line is wrong, \
3 the simulation failed, 4 a file could not be read or written, 5 subjects of a run failed (what is known of them, and \
everybody else, is written), 130 interrupted.";

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
    /// Show the mechanism of a course layer by layer: curves, what they rest on, what disagrees
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
    /// Run a model for a data set or for doses, as it is or for a population
    #[command(after_help = RUN_EXAMPLES)]
    Run(Box<Run>),
    /// List the courses of the library
    Courses,
    /// Say everything that is wrong with models (.R), courses, strategies and papers' observations (.toml)
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),
    /// Compare results with the answers of NONMEM, rxode2 and closed forms
    #[command(after_help = CONFORMANCE_EXAMPLES)]
    Conformance(Conformance),
    /// List the models of the library, or show one with its equations, parameters, sources and grade
    #[command(after_help = MODELS_EXAMPLES)]
    Models(Models),
    /// Pool studies: effect sizes, models, heterogeneity, subgroups, moderators, figures
    #[command(after_help = crate::meta::EXAMPLES)]
    Meta(Box<Meta>),
    /// Compare what the models predict with what papers observed
    #[command(after_help = VALIDATE_EXAMPLES)]
    Validate(Validate),
    /// Ask the trials: list them, pool them, hold claims against them, add your own
    #[command(after_help = crate::evidence::arguments::EXAMPLES)]
    Evidence(Box<crate::evidence::arguments::Evidence>),
    /// Fit the response model to the trials, test it on trials it has not seen, check what is shipped
    #[command(after_help = crate::calibrate::EXAMPLES)]
    Calibrate(crate::calibrate::Calibrate),
    /// Let the same people live through several strategies: trial and error, ketamine, and what else there is
    #[command(after_help = crate::compare::EXAMPLES)]
    Compare(crate::compare::Compare),
    /// Run a trial that nobody has run, thousands of times: power, errors, what unblinding makes of it
    #[command(after_help = crate::trial::EXAMPLES)]
    Trial(crate::trial::TrialOptions),
    /// Forecast one patient from scores and doses so far: go on, change dose or interval, stop, maintain
    #[command(after_help = crate::forecast::EXAMPLES)]
    Forecast(Box<crate::forecast::Options>),
    /// Predict what a trial will report from its design alone
    #[command(after_help = crate::predict_study::EXAMPLES)]
    PredictStudy(crate::predict_study::PredictStudy),
    /// Search over dose, interval, number of sessions and maintenance: the frontier of benefit against burden
    #[command(after_help = crate::optimise::EXAMPLES)]
    Optimise(crate::optimise::Optimise),
}

const CHECK_EXAMPLES: &str = "\
Examples:
  euthymia check model.R                 every problem with its line, column and a hint
  euthymia check my-course.toml --json   the same for an editor";

/// Options of `check`.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Model files (nlmixr2 text), course files and files of observations (TOML)
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

const MODELS_EXAMPLES: &str = "\
Examples:
  euthymia models                                the shelf: drugs, routes, what is predicted, source, grade
  euthymia models show simons-2022-s-ketamine    equations, every number with its source, what it was validated on
  euthymia models show racemic-ketamine          which models a drug composes, by route
  euthymia models show my-model.R                the same of a file of your own

Grades: A, at least five counted observations, 80 % within 1.25-fold and 95 % within 2-fold; B, 80 % within 1.5-fold; C, fewer \
or farther off; -, not validated.";

/// Options of `models`.
#[derive(Args, Debug)]
pub(crate) struct Models {
    #[command(subcommand)]
    pub(crate) which: Option<WhichModels>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WhichModels {
    /// Show one model, or what a drug composes
    Show {
        /// Name of a model or a drug of the library, or a file of your own
        name: String,
    },
}

const SIMULATE_EXAMPLES: &str = "\
Examples:
  euthymia simulate racemic-iv-twice-weekly            a course of the library, by name
  euthymia simulate my-course.toml --seed 7            your own course file
  euthymia simulate saline-control --subjects 500 --out out/control
  euthymia simulate racemic-iv-single --json | less    the summary as JSON instead of a table
  euthymia simulate racemic-iv-single --pk all         each published structure, side by side

Writes DIR/report.html, DIR/summary.json, DIR/summary.csv and DIR/trajectories.parquet. With --pk all the page and the \
summaries are of all structures side by side, and each structure has its own four files in DIR/NAME.";

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
    /// Published structure of the kinetics instead of the reference, by its name; `all` runs the course with each and
    /// shows their disagreement
    #[arg(long, value_name = "NAME|all")]
    pub(crate) pk: Option<String>,
    /// Also print the time each phase took, the solver's work and the peak memory
    #[arg(long)]
    pub(crate) bench: bool,
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  euthymia explain racemic-iv-twice-weekly             a course of the library, by name
  euthymia explain my-course.toml -o mechanism.html    your own course file, the page where you want it
  euthymia explain racemic-iv-single --subjects 500    quicker, with rougher bands
  euthymia explain one-patient --json | less           everything as JSON instead of the lines

Composes every model of the mechanism that the course's drugs list and shows, from the drug in the body to the score, \
each quantity with its curve, its badge (measured in people, scaled from animals, assumed), the evidence for and against \
it, its parameters and what feeds it. Acute effects have onset (a tenth of their greatest), peak and return times.";

/// Options of `explain`.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// A course file, or the name of a course of the library
    #[arg(value_name = "COURSE")]
    pub(crate) course: String,
    /// Page to write [default: out/NAME/mechanism.html]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Number of virtual patients [default: what the course says]
    #[arg(long, short = 'n', value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) subjects: Option<u64>,
    /// Seed of the random streams: the same seed gives the same bits on any machine
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Worker threads [default: one for each processor]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

const RUN_EXAMPLES: &str = "\
Examples:
  euthymia run model.R --data doses.csv -o out.csv
      the observation records of a NONMEM-style data set
  euthymia run model.R --data doses.csv --times 0:0.5:48 --subjects 1000 --seed 1 -o out.parquet
      a population: the individuals of the data set in turn, each time with new random effects
  euthymia run model.R --data doses.csv --subjects 1000 --shard 2/8 -o part-2.parquet
      the second eighth of it: parts computed anywhere make the whole
  euthymia run model.R --data doses.csv --subjects 100000 --columns cp,sim -o few.parquet
      of all that the model computes two columns alone, beside who and when
  euthymia run model.R --dose '100 mg at 0 every 12 h x 14 into depot' --times 0:1:168 \
--theta lcl=2.3 --omega 0
      doses on the command line, one parameter changed, the typical subject
  euthymia run model.R --times 0:24:672,700 --params people.csv | less
      a subject for every row of a table; without -o the rows go to standard output

Columns: sim.id (with --subjects), id, time, CMT (with several endpoints), computed variables, ipredSim (the endpoint \
without residual error), sim (with it), compartments, covariates. A value that does not exist is NA.

A subject that cannot be simulated to the end (its solution grows without bound, say) leaves the others alone: from the \
failure on, what depends on its compartments is NA. Such subjects are told at the end with time and state (with --json \
as `failures`, the first 1000), and the exit code is 5.";

/// Options of `run`.
#[derive(Args, Debug)]
pub(crate) struct Run {
    /// A model file (nlmixr2 text), or the name of a model of the library
    #[arg(value_name = "MODEL")]
    pub(crate) model: String,
    /// NONMEM-style data set (CSV): ID, TIME, AMT, RATE, DUR, EVID, MDV, CMT, II, ADDL, SS, covariates
    #[arg(long, value_name = "FILE", conflicts_with = "dose")]
    pub(crate) data: Option<PathBuf>,
    /// Doses for everybody, such as '100 mg at 0 every 12 h x 14 into depot'; commas join several
    #[arg(long, value_name = "DOSES")]
    pub(crate) dose: Vec<String>,
    /// Observation times: first:step:last and single values joined by commas [default: the data set's records]
    #[arg(long, value_name = "TIMES", allow_hyphen_values = true)]
    pub(crate) times: Option<String>,
    /// Table (CSV) of parameters, random effects or covariates by subject: a column ID, the others by name
    #[arg(long, value_name = "FILE")]
    pub(crate) params: Option<PathBuf>,
    /// A parameter (on the scale of ini), random effect or covariate for everybody
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',')]
    pub(crate) theta: Vec<String>,
    /// 0 for no random effects, or another variance of one (correlations are kept)
    #[arg(long, value_name = "0 | NAME=VARIANCE", value_delimiter = ',')]
    pub(crate) omega: Vec<String>,
    /// 0 for no residual error: `sim` is then what is predicted
    #[arg(long, value_name = "0", value_parser = ["0"])]
    pub(crate) sigma: Option<String>,
    /// Covariates between records: the earlier value, the later (as NONMEM has it), a line between, or their mean
    #[arg(long, value_enum, default_value_t = Covariates::Locf)]
    pub(crate) covariates: Covariates,
    /// Report dose records and others too, after what happens at them, not observations alone
    #[arg(long, conflicts_with = "times")]
    pub(crate) all_records: bool,
    /// Columns to write, beside who and when: outputs, compartments, sim [default: everything]. Fewer are faster
    #[arg(long, value_name = "NAME,NAME")]
    pub(crate) columns: Option<String>,
    /// Number of subjects in all: the individuals are taken in turn [default: each of them once]
    #[arg(long, short = 'n', value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub(crate) subjects: Option<u64>,
    /// Compute the I-th of N equal parts of the population alone: put together they are the whole, bit for bit
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: Option<Shard>,
    /// Seed of the random streams: the same seed gives the same bits on any machine
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Units that contradict each other in the model are errors, or are only reported
    #[arg(long, value_enum, default_value_t = Units::Enforced)]
    pub(crate) units: Units,
    /// Linear models by their exponentials and others by integration, or all by integration
    #[arg(long, value_enum, default_value_t = SolverChoice::Auto)]
    pub(crate) solver: SolverChoice,
    /// Error allowed in a step relative to the magnitude of each compartment [default: 1e-8]
    #[arg(long)]
    pub(crate) rtol: Option<f64>,
    /// Error allowed in a step of each compartment, in its unit [default: 1e-11]
    #[arg(long)]
    pub(crate) atol: Option<f64>,
    /// Steps that one subject may take [default: 1000000]
    #[arg(long, value_name = "STEPS")]
    pub(crate) max_steps: Option<u32>,
    /// Worker threads [default: one for each processor]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// File to write: .csv, .parquet or .arrow [default: CSV on standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Also print the time each phase took, the solver's work and the peak memory
    #[arg(long)]
    pub(crate) bench: bool,
}

/// What becomes of units that contradict each other.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
pub(crate) enum Units {
    /// They stop the run
    Enforced,
    /// They are warnings
    Reported,
}

/// How subjects are advanced.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
pub(crate) enum SolverChoice {
    /// Exactly where the model is linear with constant rates, else by collocation, or by Rodas5P where more than eight
    /// states all depend on each other
    Auto,
    /// Collocation (Radau IIA of order 13), one part of the model after the other, whatever the model
    Collocation,
    /// Rodas5P, a stiff method of order 5, whatever the model
    Rodas5p,
}

impl From<SolverChoice> for Solver {
    fn from(choice: SolverChoice) -> Self {
        match choice {
            SolverChoice::Auto => Self::Auto,
            SolverChoice::Collocation => Self::Collocation,
            SolverChoice::Rodas5p => Self::Rodas5p,
        }
    }
}

/// Which value a covariate has between two records.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
pub(crate) enum Covariates {
    /// The earlier record's
    Locf,
    /// The later record's
    Nocb,
    /// That of the line between them
    Linear,
    /// The mean of the two
    Midpoint,
}

const CONFORMANCE_EXAMPLES: &str = "\
Examples:
  euthymia conformance                      every case with its largest error
  euthymia conformance --html               the same as a page, out/conformance.html
  euthymia conformance --nonmem nmtests     also NONMEM's own output (github.com/mrgsolve/nmtests), from a folder

Exits with 1 if a case does not agree.";

/// Options of `conformance`.
#[derive(Args, Debug)]
pub(crate) struct Conformance {
    /// Write a page
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "out/conformance.html")]
    pub(crate) html: Option<PathBuf>,
    /// Folder with NONMEM's answers: dosing-data.csv, dosing-key.csv, dosing-nonmem.csv, time-varying-data.csv and
    /// time-varying-nonmem.csv
    #[arg(long, value_name = "DIR")]
    pub(crate) nonmem: Option<PathBuf>,
    /// How the cases are advanced, as of `run`
    #[arg(long, value_enum, default_value_t = SolverChoice::Auto)]
    pub(crate) solver: SolverChoice,
}

const VALIDATE_EXAMPLES: &str = "\
Examples:
  euthymia validate                          every row of every paper, and a page
  euthymia validate simons-2022-s-ketamine   what one model predicts
  euthymia validate racemic-ketamine         the rows of a drug; likewise those of a paper, by the name of its file
  euthymia validate --csv rows.csv --json    the same as tables

Exits with 0 whatever the models predict, unless --strict.";

/// Options of `validate`.
#[derive(Args, Debug)]
pub(crate) struct Validate {
    /// A model, a drug or a paper of the library [default: everything]
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Page to write
    #[arg(long, short, value_name = "FILE", default_value = "out/validation.html")]
    pub(crate) out: PathBuf,
    /// Also write every prediction as a table
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Exit with 1 where the target for parent drug in plasma is missed, or nothing can say
    #[arg(long)]
    pub(crate) strict: bool,
    /// Draws of the uncertain parameters behind the interval of a prediction; 0 for none
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub(crate) draws: u32,
    /// Seed of the draws: the same seed gives the same bits on any machine
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Worker threads [default: one for each processor]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}
