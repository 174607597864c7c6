//! What can be said after `euthymia evidence`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub(crate) const EXAMPLES: &str = "\
Examples:
  euthymia evidence studies --condition ptsd                     the trials of the library
  euthymia evidence pool --outcome response --time 24h --condition depression
  euthymia evidence dose --outcome madrs --time 24h --route iv     effect by dose, with its interval
  euthymia evidence claims                                       verdict, certainty and numbers, claim by claim
  euthymia evidence claims durability                            one of them with its sources
  euthymia evidence questions                                    four questions in plain words
  euthymia evidence rebuild                                      published pooled numbers, computed again
  euthymia evidence review out/review                            all of it as one page
  euthymia evidence add my-trial.toml                            your own trial joins the library

Every number was read on a page that is named beside it; what is known from memory only is left out unless asked for.";

/// Options of `evidence`.
#[derive(Args, Debug)]
pub(crate) struct Evidence {
    /// Folder of your own trials, which join those of the library [default: $XDG_DATA_HOME/euthymia/evidence]
    #[arg(long, global = true, value_name = "DIR", env = "EUTHYMIA_EVIDENCE")]
    pub(crate) layer: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) ask: Ask,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ask {
    /// List the trials and cohorts
    #[command(after_help = STUDIES_EXAMPLES)]
    Studies(Studies),
    /// Select the trials that answer a question, make them comparable, and pool them
    #[command(after_help = POOL_EXAMPLES)]
    Pool(Box<Pool>),
    /// Draw a curve through the doses: what more of the drug does, and what the doses cannot tell
    #[command(after_help = DOSE_EXAMPLES)]
    Dose(Box<Dose>),
    /// Hold claims against the evidence: verdict, certainty, pooled numbers computed now, sources
    #[command(after_help = CLAIMS_EXAMPLES)]
    Claims(Claims),
    /// Answer the questions a person asks in plain words, each sentence with its number and source
    #[command(after_help = QUESTIONS_EXAMPLES)]
    Questions,
    /// Compute published pooled numbers again from what the reviews put in, and say which cannot be
    #[command(after_help = REBUILD_EXAMPLES)]
    Rebuild,
    /// Write the whole living review as one page: questions, claims, every pool with its forest, every study
    #[command(after_help = REVIEW_EXAMPLES)]
    Review(Review),
    /// Check a trial of your own and let it join the library
    #[command(after_help = ADD_EXAMPLES)]
    Add(Add),
    /// Take a trial of your own away again
    #[command(after_help = REMOVE_EXAMPLES)]
    Remove(Remove),
}

const STUDIES_EXAMPLES: &str = "\
Examples:
  euthymia evidence studies --condition ptsd
  euthymia evidence studies --drug esketamine --design parallel
  euthymia evidence studies --condition depression --csv studies.csv
  euthymia evidence studies --json | jq '.[].doi'";

/// Options of `evidence studies`.
#[derive(Args, Debug)]
pub(crate) struct Studies {
    /// Conditions or groups of them, joined by commas (trd, depression ...)
    #[arg(long, value_delimiter = ',', value_name = "WORDS")]
    pub(crate) condition: Vec<String>,
    /// Drugs of their arms
    #[arg(long, value_delimiter = ',', value_name = "WORDS")]
    pub(crate) drug: Vec<String>,
    /// How they were built: parallel, crossover, open-label, cohort, withdrawal
    #[arg(long, value_delimiter = ',', value_name = "WORDS")]
    pub(crate) design: Vec<String>,
    /// Write them as a table; print it where no FILE is named
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub(crate) csv: Option<PathBuf>,
}

const POOL_EXAMPLES: &str = "\
Examples:
  euthymia evidence pool --outcome response --time 24h --condition trd --control midazolam
      which trials measured response a day after the first dose against midazolam, and what they say together
  euthymia evidence pool --outcome depression --time 4wk --drug esketamine --plot forest -o forest.svg
      points of one scale where one suffices (MD), else standardised differences (SMD)
  euthymia evidence pool --outcome remission --time 4wk --measure OR --method PM --test knha --csv remission.csv
  euthymia evidence pool --outcome depression --time 24h --shared covariance --crossover paired --correlation 0.5

Outcomes: depression, response, remission, relapse, suicidal-ideation, anxiety, ptsd, disability ... or a word of the tables
(madrs, nausea ...). Of each study the measurement nearest to --time is taken, from two thirds of it to one and a half times
it; another window is written --time 18h..36h. Every study of these people and this treatment that is not pooled is listed
with the reason, every conversion beside its study.";

/// Options of `evidence pool`.
#[derive(Args, Debug)]
pub(crate) struct Pool {
    /// An outcome, or a word of the tables
    #[arg(long, value_name = "WORD")]
    pub(crate) outcome: String,
    #[command(flatten)]
    pub(crate) question: Question,
    /// Estimator of the variance between studies, as metafor names them: REML, DL, PM, EB, ML, SJ, HS, HE, EE ...
    #[arg(long, value_name = "NAME", default_value = "REML")]
    pub(crate) method: String,
    /// Intervals: z, t, knha or adhoc [default: knha where three or more studies differ, else z]
    #[arg(long, value_name = "NAME")]
    pub(crate) test: Option<String>,
    /// Coverage of intervals, per cent
    #[arg(long, value_name = "PERCENT", default_value_t = 95.0)]
    pub(crate) level: f64,
    /// Several arms that share a control: joined, the control divided, or each with the covariance
    #[arg(long, value_enum, default_value_t = SharedControl::Combine)]
    pub(crate) shared: SharedControl,
    /// Draw a figure: forest, funnel, baujat, cumulative, influence, labbe or radial
    #[arg(long, value_name = "FIGURE", requires = "out")]
    pub(crate) plot: Option<String>,
    /// Where the figure goes
    #[arg(long, short, value_name = "FILE.svg", requires = "plot")]
    pub(crate) out: Option<PathBuf>,
    /// Write the studies with their numbers as a table; print it where no FILE is named
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub(crate) csv: Option<PathBuf>,
}

/// Which trials answer, and how their numbers may be made comparable.
#[derive(Args, Debug)]
pub(crate) struct Question {
    /// When: 24h, 7d, 4wk, 6mo, a window 18h..36h, or `last` for each study's last measurement
    #[arg(long, value_name = "TIME", default_value = "last")]
    pub(crate) time: String,
    /// Conditions or groups of them [default: any]
    #[arg(long, value_delimiter = ',', value_name = "WORDS")]
    pub(crate) condition: Vec<String>,
    /// Drugs or groups of them [default: the drug of this library in all its forms; for `dose` the one form that
    /// library/evidence/words.toml names, as milligrams of different drugs are not the same dose]
    #[arg(long, value_delimiter = ',', value_name = "WORDS")]
    pub(crate) drug: Vec<String>,
    /// Controls or groups of them: placebo, active-placebo, midazolam ... or `any` [default: placebo or a sedative]
    #[arg(long, value_delimiter = ',', value_name = "WORDS")]
    pub(crate) control: Vec<String>,
    /// Routes: iv, in, im, sc, oral, sl [default: any]
    #[arg(long, value_delimiter = ',', value_name = "WORDS")]
    pub(crate) route: Vec<String>,
    /// Designs [default: parallel, crossover, withdrawal]
    #[arg(long, value_delimiter = ',', value_name = "WORDS")]
    pub(crate) design: Vec<String>,
    /// Only these studies
    #[arg(long, value_delimiter = ',', value_name = "IDS")]
    pub(crate) study: Vec<String>,
    /// Never these studies
    #[arg(long, value_delimiter = ',', value_name = "IDS")]
    pub(crate) without: Vec<String>,
    /// OR, RR, RD or HR for events; MD or SMD for scores [default: RR; MD or SMD, whichever more studies allow]
    #[arg(long, value_name = "MEASURE")]
    pub(crate) measure: Option<String>,
    /// Crossover trials: as two groups, paired with --correlation, or left out
    #[arg(long, value_enum, default_value_t = Crossovers::Parallel)]
    pub(crate) crossover: Crossovers,
    /// Correlation between the periods of a crossover trial, an assumption of yours
    #[arg(long, value_name = "R")]
    pub(crate) correlation: Option<f64>,
    /// Correlation of final scores with baselines, to turn final scores into changes: an assumption of yours
    #[arg(long, value_name = "R")]
    pub(crate) change_correlation: Option<f64>,
    /// Take missing standard deviations from other studies on the same scale
    #[arg(long)]
    pub(crate) impute_sd: bool,
    /// Compute from arms alone, never from contrasts as published
    #[arg(long)]
    pub(crate) arms_only: bool,
    /// Count numbers that are known from memory too
    #[arg(long)]
    pub(crate) include_memory: bool,
}

const DOSE_EXAMPLES: &str = "\
Examples:
  euthymia evidence dose --outcome madrs --time 24h --route iv
      what more of the drug does to the score a day later, 95 % interval by dose
  euthymia evidence dose --outcome response --time 24h --route iv --curve emax --plot -o dose.svg
  euthymia evidence dose --outcome madrs --time 4wk --drug esketamine --route in --curve quadratic --method ml
  euthymia evidence dose --outcome remission --time 4wk --drug esketamine --unit mg/kg --weight 80
      doses in mg become mg/kg with a weight that is assumed aloud; without it such arms are left out
  euthymia evidence dose --time 24h --curve spline --knots 0,0.2,0.5 --at 0.1,0.3,0.5 --json --csv arms.csv

Trials, times and conversions are those of `euthymia evidence pool`. Every treated arm with one dose stands against the
controls of its study (dose 0) with the covariance of the control they share; one random-effects model holds all studies.
What the doses cannot tell is said: one dose alone, one study alone, shapes that fit alike.";

/// Options of `evidence dose`.
#[derive(Args, Debug)]
pub(crate) struct Dose {
    /// An outcome, or a word of the tables: madrs, response, remission ...
    #[arg(long, value_name = "WORD", default_value = "madrs")]
    pub(crate) outcome: String,
    #[command(flatten)]
    pub(crate) question: Question,
    /// Shape of the curve
    #[arg(long, value_enum, default_value_t = CurveName::Linear)]
    pub(crate) curve: CurveName,
    /// Knots of a spline, in the unit of the doses [default: three, at quantiles of the doses given and 0]
    #[arg(long, value_delimiter = ',', value_name = "DOSES")]
    pub(crate) knots: Vec<f64>,
    /// Variance between studies: by restricted or full maximum likelihood, or none
    #[arg(long, value_enum, default_value_t = Likelihood::Reml)]
    pub(crate) method: Likelihood,
    /// Coverage of intervals, per cent
    #[arg(long, value_name = "PERCENT", default_value_t = 95.0)]
    pub(crate) level: f64,
    /// Unit of the doses: mg/kg or mg [default: the one that more arms have]
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: Option<String>,
    /// Body weight to ASSUME where an arm tells none, kg, to turn one unit into the other [default: leave such arms out]
    #[arg(long, value_name = "KG")]
    pub(crate) weight: Option<f64>,
    /// Doses to predict at [default: those given]
    #[arg(long, value_delimiter = ',', value_name = "DOSES")]
    pub(crate) at: Vec<f64>,
    /// Draw arms, curve and band
    #[arg(long, requires = "out")]
    pub(crate) plot: bool,
    /// Where the figure goes
    #[arg(long, short, value_name = "FILE.svg", requires = "plot")]
    pub(crate) out: Option<PathBuf>,
    /// Write the arms with their doses and effects as a table; print it where no FILE is named
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub(crate) csv: Option<PathBuf>,
}

/// Shapes of a curve.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CurveName {
    /// Proportional to the dose
    Linear,
    /// With the square of the dose
    Quadratic,
    /// Restricted cubic spline
    Spline,
    /// Rising to a maximum
    Emax,
}

/// What is maximised.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Likelihood {
    /// Full maximum likelihood
    Ml,
    /// Restricted maximum likelihood
    Reml,
    /// No variance between studies
    Fixed,
}

/// Several arms with one control.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum SharedControl {
    /// Joined to one group
    Combine,
    /// The control divided between them
    Split,
    /// Joined with the covariance that the control makes
    Covariance,
}

/// Crossover trials.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crossovers {
    /// As two groups of people
    Parallel,
    /// With the correlation between periods
    Paired,
    /// Left out
    Exclude,
}

const CLAIMS_EXAMPLES: &str = "\
Examples:
  euthymia evidence claims                 all, a paragraph each
  euthymia evidence claims ptsd            one with its numbers, its certainty and its sources
  euthymia evidence claims --json          everything";

/// Options of `evidence claims`.
#[derive(Args, Debug)]
pub(crate) struct Claims {
    /// A claim by its name or letter [default: all]
    #[arg(value_name = "CLAIM")]
    pub(crate) claim: Option<String>,
}

const QUESTIONS_EXAMPLES: &str = "\
Examples:
  euthymia evidence questions
  euthymia evidence questions --json";

const REBUILD_EXAMPLES: &str = "\
Examples:
  euthymia evidence rebuild
  euthymia evidence rebuild --json";

const REVIEW_EXAMPLES: &str = "\
Examples:
  euthymia evidence review out/review          writes review.html, one page without anything beside it, and review.json
  euthymia evidence review out/review --json   the content on standard output too";

/// Options of `evidence review`.
#[derive(Args, Debug)]
pub(crate) struct Review {
    /// Folder to write into
    #[arg(value_name = "DIR")]
    pub(crate) out: PathBuf,
}

const ADD_EXAMPLES: &str = "\
Examples:
  euthymia evidence add my-trial.toml                      checked, then kept in your own layer
  euthymia evidence add my-trial.toml --layer ./mine       in a folder of your choice (or EUTHYMIA_EVIDENCE)
  euthymia evidence pool --outcome response --time 24h     from now on with your trial, marked as yours

The file holds [study], [[arms]], [[outcomes]] and [[comparisons]] with the columns of the tables; what [study] says of \
`source_url` and `verified` holds for all of it. examples/fictitious-trial.toml is one.";

/// Options of `evidence add`.
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// The trial
    #[arg(value_name = "FILE.toml")]
    pub(crate) file: PathBuf,
}

const REMOVE_EXAMPLES: &str = "\
Examples:
  euthymia evidence remove doe-2030";

/// Options of `evidence remove`.
#[derive(Args, Debug)]
pub(crate) struct Remove {
    /// Its `study_id`
    #[arg(value_name = "STUDY")]
    pub(crate) study: String,
}
