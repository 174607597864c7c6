//! The model report as one page: how the response model was fitted, and how well it predicts.
//!
//! [`page`] takes one plain structure, [`Calibration`], and returns the page as text: parameters before and after, whether the
//! chains can be trusted, what the priors alone would predict, typical courses beside the trials, and, where studies were left
//! out, how they were predicted.

mod drawn;
mod parameters;
mod words;

use serde::Serialize;

use crate::error::ReportError;
use crate::figure::number::count;
use crate::figure::{STYLE, responsive};
use crate::template::render;

use words::{ParameterLine, ScoreLine};

/// A parameter before and after the data.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name in the model text.
    pub name: String,
    /// What it is.
    pub label: String,
    /// 5th percentile, median and 95th percentile before.
    pub prior: [f64; 3],
    /// The same after.
    pub posterior: [f64; 3],
    /// Rank-normalised split R-hat.
    pub r_hat: Option<f64>,
    /// Effective draws in the bulk.
    pub ess_bulk: Option<f64>,
    /// And in the tails.
    pub ess_tail: Option<f64>,
}

/// How the chains went.
#[derive(Clone, Debug)]
pub struct Chains {
    /// How many.
    pub count: usize,
    /// Draws of each that are kept.
    pub draws: usize,
    /// Draws of each that tuned it.
    pub tune: usize,
    /// Trajectories that diverged.
    pub divergences: usize,
    /// The worst R-hat of all numbers.
    pub worst_r_hat: f64,
    /// The fewest effective draws of all numbers.
    pub fewest_effective: f64,
    /// What is wrong; nothing where they can be trusted.
    pub problems: Vec<String>,
}

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A mean change, points.
    Mean,
    /// A proportion with a response.
    Response,
    /// A proportion in remission.
    Remission,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mean, Self::Response, Self::Remission];
}

/// A number of a trial and what was predicted of it.
#[derive(Clone, Debug)]
pub struct Predicted {
    /// The study.
    pub study: String,
    /// The arm.
    pub arm: String,
    /// When, h.
    pub time_h: f64,
    /// What it is.
    pub kind: Kind,
    /// Whether the arm received the drug.
    pub has_drug: bool,
    /// What was reported.
    pub observed: f64,
    /// Median of the prediction.
    pub median: f64,
    /// 50 % interval.
    pub pi50: [f64; 2],
    /// 90 % interval.
    pub pi90: [f64; 2],
}

/// How often intervals hold what they promise.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Of which numbers.
    pub kind: Kind,
    /// Probabilities that intervals claim.
    pub nominal: Vec<f64>,
    /// Part of the numbers inside.
    pub observed: Vec<f64>,
    /// Where that would lie nine times in ten, were a study one number.
    pub by_study: Vec<[f64; 2]>,
    /// The same, were all numbers independent.
    pub by_number: Vec<[f64; 2]>,
    /// Part of the numbers in each of so many equally likely stretches of their predictions.
    pub ranks: Vec<f64>,
    /// Numbers.
    pub count: usize,
    /// Studies.
    pub studies: usize,
}

/// Predictions with how good they were.
#[derive(Clone, Debug)]
pub struct Predictions {
    /// All of them.
    pub numbers: Vec<Predicted>,
    /// By kind.
    pub coverage: Vec<Coverage>,
}

/// Errors beside those of simpler predictors.
#[derive(Clone, Debug)]
pub struct Score {
    /// Which studies.
    pub studies: String,
    /// Of what.
    pub kind: Kind,
    /// Numbers.
    pub count: usize,
    /// Part within the 50 % intervals.
    pub within_50: f64,
    /// Part within the 90 % intervals.
    pub within_90: f64,
    /// Mean absolute error.
    pub error: f64,
    /// Of the mean of all arms of the other studies.
    pub naive_error: f64,
    /// Of the random-effects means of arms with and without the drug.
    pub pooled_error: f64,
    /// Mean log predictive density.
    pub log_density: f64,
    /// Of the random-effects means.
    pub pooled_log_density: f64,
}

/// Every study predicted by a fit to the others.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// The predictions.
    pub predictions: Predictions,
    /// How good.
    pub scores: Vec<Score>,
}

/// Quantiles over time: 5 %, 25 %, 50 %, 75 %, 95 %.
pub type Quantiles = [Vec<f64>; 5];

/// A number of a trial over time.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Study and arm.
    pub name: String,
    /// When, h.
    pub time_h: f64,
    /// A fraction.
    pub value: f64,
    /// 95 % confidence interval.
    pub interval: Option<(f64, f64)>,
}

/// A design that many trials have.
#[derive(Clone, Debug)]
pub struct Typical {
    /// In words.
    pub title: String,
    /// Which arm lends the design.
    pub of: String,
    /// How many arms have it.
    pub arms: usize,
    /// When the quantiles are, h.
    pub times_h: Vec<f64>,
    /// Mean score, a fraction of the baseline, by the priors and by the posterior.
    pub score: [Quantiles; 2],
    /// Proportion with a response, by the priors and by the posterior.
    pub response: [Quantiles; 2],
    /// Mean scores of trials.
    pub scores: Vec<Measured>,
    /// Responses of trials.
    pub responses: Vec<Measured>,
}

/// All that the page shows.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// Studies fitted to.
    pub studies: usize,
    /// Their arms.
    pub arms: usize,
    /// People in these.
    pub people: u32,
    /// Numbers fitted to.
    pub numbers: usize,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The chains.
    pub chains: Chains,
    /// The trials as the priors alone predict them.
    pub by_priors: Predictions,
    /// Typical designs.
    pub typical: Vec<Typical>,
    /// The trials predicted without them, where that was asked for.
    pub left_out: Option<LeftOut>,
    /// Arms that take no part, with the reason.
    pub not_used: Vec<(String, String)>,
}

/// What the page says of how it was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The command that makes the page again.
    pub command: String,
    /// Version of the program.
    pub version: String,
    /// The day.
    pub date: String,
    /// Hash of the data.
    pub data_hash: String,
}

#[derive(Serialize)]
struct Fact {
    number: String,
    of: &'static str,
}

#[derive(Serialize)]
struct Course {
    title: String,
    about: String,
    svg: String,
}

#[derive(Serialize)]
struct Held {
    headline: String,
    predicted: String,
    coverage: String,
    ranks: String,
    scores: Vec<ScoreLine>,
}

#[derive(Serialize)]
struct View {
    style: &'static str,
    figure_style: &'static str,
    facts: Vec<Fact>,
    verdict: String,
    problems: Vec<String>,
    chains: String,
    parameters_figure: String,
    parameters: Vec<ParameterLine>,
    prior_courses: Vec<Course>,
    prior_predicted: String,
    prior_ranks: String,
    prior_sentence: String,
    courses: Vec<Course>,
    left_out: Option<Held>,
    not_used: Vec<(String, String)>,
    command: String,
    version: String,
    date: String,
    data_hash: String,
}

/// The page: one self-contained HTML text.
///
/// # Errors
/// A number that is not finite, or a fault of this program.
pub fn page(calibration: &Calibration, made: &Made) -> Result<String, ReportError> {
    let chains = &calibration.chains;
    let fact = |number: u64, of: &'static str| Fact {
        number: count(number),
        of,
    };
    let left_out = calibration.left_out.as_ref().map(held).transpose()?;
    let courses = |which: usize| -> Result<Vec<Course>, ReportError> {
        let of = |(at, typical): (usize, &Typical)| {
            Ok(Course {
                title: typical.title.clone(),
                about: words::typical(typical),
                svg: responsive(&drawn::typical(typical, which, at))?,
            })
        };
        calibration.typical.iter().enumerate().map(of).collect()
    };
    let view = View {
        style: include_str!("../templates/course.css"),
        figure_style: STYLE,
        facts: vec![
            fact(calibration.studies as u64, "studies"),
            fact(calibration.arms as u64, "arms"),
            fact(u64::from(calibration.people), "people"),
            fact(calibration.numbers as u64, "numbers fitted to"),
            fact(calibration.parameters.len() as u64, "parameters"),
        ],
        verdict: words::verdict(chains),
        problems: chains.problems.clone(),
        chains: words::chains(chains),
        parameters_figure: responsive(&parameters::Intervals(&calibration.parameters))?,
        parameters: calibration.parameters.iter().map(words::parameter).collect(),
        prior_courses: courses(0)?,
        prior_predicted: responsive(&drawn::predicted("prior-predicted", &calibration.by_priors))?,
        prior_ranks: responsive(&drawn::ranks("prior-ranks", &calibration.by_priors))?,
        prior_sentence: words::coverage(&calibration.by_priors),
        courses: courses(1)?,
        left_out,
        not_used: calibration.not_used.clone(),
        command: made.command.clone(),
        version: made.version.clone(),
        date: made.date.clone(),
        data_hash: made.data_hash.clone(),
    };
    render(
        "calibration.html",
        include_str!("../templates/calibration.html"),
        &view,
    )
}

fn held(left_out: &LeftOut) -> Result<Held, ReportError> {
    let predictions = &left_out.predictions;
    Ok(Held {
        headline: words::coverage(predictions),
        predicted: responsive(&drawn::predicted("left-out", predictions))?,
        coverage: responsive(&drawn::coverage("coverage", predictions))?,
        ranks: responsive(&drawn::ranks("ranks", predictions))?,
        scores: left_out.scores.iter().map(words::score).collect(),
    })
}
