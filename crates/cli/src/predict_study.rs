//! `euthymia predict-study`: what a trial will report, from its design alone.

use std::path::PathBuf;

use clap::Args;
use euthymia_diagnostics::nearest;
use euthymia_engine::Options;
use euthymia_evidence::Evidence;
use euthymia_therapy::response::{ArmDesign, Designs, Disorder, Outcome, Predicted, Ratings, predict};
use euthymia_units::{Quantity, Unit};

use crate::arguments::Shared;
use crate::evidence::load;
use crate::exit::Failure;
use crate::{library, simulate};

/// The fitted response model.
const MODEL: &str = "ketamine";

pub(crate) const EXAMPLES: &str = "\
Examples:
  euthymia predict-study singh-2016b                                    what is usual of such people at 1, 7 and 28 days
  euthymia predict-study hu-2016 --times 24h,7d,28d --outcome madrs,response,remission --json

Predicted are the numbers that the trial's own people come to: parameters, studies, arms and the sampling of so many people are all \
uncertain, and all are in the intervals. Remission is counted as `library/response/ratings.toml` says for the study, MADRS 12 or less \
otherwise. A study of your own: `euthymia evidence add`, then its id here.";

/// Options of `predict-study`.
#[derive(Args, Debug)]
pub(crate) struct PredictStudy {
    /// The study, as `euthymia evidence studies` lists it
    #[arg(value_name = "STUDY_ID")]
    study: String,
    /// Times after the first session, with units, separated by commas
    #[arg(
        long,
        value_name = "TIMES",
        default_value = "24h,7d,28d",
        value_delimiter = ','
    )]
    times: Vec<String>,
    /// What is predicted: instruments (madrs, hamd17, caps5, ...), response (of half), response-ptsd (of 30 %), ..., remission;
    /// the usual of what people are treated for where nothing is named
    #[arg(long, value_name = "OUTCOMES", value_delimiter = ',')]
    outcome: Vec<String>,
    /// Seed of all randomness
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder of your own trials
    #[arg(long, value_name = "FOLDER", env = "EUTHYMIA_EVIDENCE")]
    layer: Option<PathBuf>,
}

/// Predicts and prints.
pub(crate) fn run(options: &PredictStudy, shared: &Shared) -> Result<(), Failure> {
    let files = library::files(shared)?;
    let library = library::load(&files)?;
    let layer = options.layer.as_deref();
    let evidence = load::evidence(layer, layer.is_some(), &files)?;
    let ratings = Ratings::of(&library).map_err(Failure::Input)?;
    let times_h = options
        .times
        .iter()
        .map(|text| hours(text))
        .collect::<Result<Vec<_>, _>>()?;
    let designs = Designs::of(&evidence, &library).map_err(Failure::Input)?;
    let arms = arms(options, &evidence, &designs)?;
    let words: Vec<&str> = match options.outcome.as_slice() {
        [] => usual(&arms).to_vec(),
        asked => asked.iter().map(|word| word.trim()).collect(),
    };
    let outcomes = words
        .into_iter()
        .map(|word| outcome(word, &ratings))
        .collect::<Result<Vec<_>, _>>()?;
    let engine = Options {
        threads: simulate::threads(None),
        ..Options::standard()
    };
    let exposures = designs.exposures(&library, &engine).map_err(simulate::failure)?;
    let draws = library.response_draws(MODEL).map_err(Failure::Input)?;
    let predicted = predict(
        &arms,
        &exposures,
        &ratings,
        &draws,
        &times_h,
        &outcomes,
        options.seed,
    );
    if predicted.is_empty() {
        return Err(Failure::Run(format!(
            "`{}` has no arm whose people a rating scale of the model is about",
            options.study
        )));
    }
    if shared.json {
        println!("{}", serde_json::json!(predicted));
    } else if !shared.quiet {
        print(&predicted, &arms, &designs, &options.study);
    }
    let missing = outcomes
        .iter()
        .map(Outcome::word)
        .filter(|word| !predicted.iter().any(|one| one.outcome == *word));
    for word in missing.filter(|_| !shared.quiet) {
        eprintln!("{word} is not predicted: it is not about what these people are treated for");
    }
    Ok(())
}

/// What trials of such people report.
fn usual(arms: &[&ArmDesign]) -> &'static [&'static str] {
    let disorder = arms.first().and_then(|arm| Disorder::of(&arm.condition));
    match disorder {
        Some(Disorder::Ptsd) => &["caps5", "response-ptsd"],
        Some(Disorder::Anxiety) => &["lsas", "hama", "response-lsas"],
        Some(Disorder::Ocd) => &["ybocs", "response-ybocs"],
        Some(Disorder::Depression | Disorder::Bipolar) | None => &["madrs", "response", "remission"],
    }
}

/// The usable arms of the study; those of subgroups and extensions are not among them.
fn arms<'d>(
    options: &PredictStudy,
    evidence: &Evidence,
    designs: &'d Designs,
) -> Result<Vec<&'d ArmDesign>, Failure> {
    let study = &options.study;
    if evidence.study(study).is_none() {
        let near = nearest(
            study,
            evidence.studies.iter().map(|study| study.study_id.as_str()),
        );
        let hint = near.map_or_else(
            || "`euthymia evidence studies` lists them".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Failure::Usage(format!("there is no study `{study}`; {hint}")));
    }
    let arms: Vec<&ArmDesign> = designs.arms_of(study).filter(|arm| !arm.is_subset).collect();
    if arms.is_empty() {
        let why: Vec<String> = designs
            .refused
            .iter()
            .filter(|refused| refused.study == *study)
            .map(|refused| format!("{}: {}", refused.arm, refused.reason))
            .collect();
        return Err(Failure::Run(format!(
            "`{study}` has no usable arm ({})",
            why.join("; ")
        )));
    }
    Ok(arms)
}

fn hours(text: &str) -> Result<f64, Failure> {
    let usage = |why: String| Failure::Usage(format!("--times `{text}`: {why}; as 24h, 7d or 4wk"));
    let spaced = text.trim();
    let quantity = Quantity::parse(spaced).map_err(|error| usage(error.to_string()))?;
    let hour = Unit::parse("h").map_err(|error| usage(error.to_string()))?;
    let hours = quantity
        .in_unit(&hour)
        .map_err(|error| usage(error.to_string()))?;
    if hours.is_finite() && hours >= 0.0 {
        Ok(hours)
    } else {
        Err(usage("is no time after the first session".to_owned()))
    }
}

fn outcome(word: &str, ratings: &Ratings) -> Result<Outcome, Failure> {
    match word {
        "remission" => Ok(Outcome::Remission),
        response if ratings.responses.contains_key(response) => Ok(Outcome::Response(response.to_owned())),
        instrument if ratings.scores.contains_key(instrument) => Ok(Outcome::Score(instrument.to_owned())),
        other => {
            let known = ratings.scores.keys().chain(ratings.responses.keys());
            let known: Vec<&str> = known.map(String::as_str).collect();
            let all = known.iter().copied().chain(["remission"]);
            let near =
                nearest(other, all).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            Err(Failure::Usage(format!(
                "--outcome `{other}` is not known; {near}known are {} and remission",
                known.join(", ")
            )))
        }
    }
}

fn print(predicted: &[Predicted], arms: &[&ArmDesign], designs: &Designs, study: &str) {
    for arm in arms {
        let n = arm
            .n
            .map_or_else(|| "size not told, 30 taken".to_owned(), |n| format!("n = {n}"));
        println!("{study} {} ({}, {n})", arm.arm, arm.drug);
        println!(
            "  {:>9}  {:<14} {:<11} {:>8}  {:>17}  {:>17}",
            "time", "outcome", "statistic", "median", "50 %", "90 %"
        );
        for one in predicted.iter().filter(|one| one.arm_id == arm.arm) {
            let statistic = serde_json::json!(one.statistic);
            let interval = |[low, high]: [f64; 2]| format!("{low:.2} to {high:.2}");
            println!(
                "  {:>7} h  {:<14} {:<11} {:>8.2}  {:>17}  {:>17}",
                one.time_h,
                one.outcome,
                statistic.as_str().unwrap_or_default(),
                one.median,
                interval(one.pi50),
                interval(one.pi90),
            );
        }
        for assumption in &arm.assumptions {
            println!("  assumed: {assumption}");
        }
        println!();
    }
    for refused in designs.refused.iter().filter(|refused| refused.study == study) {
        println!("{study} {} is left out: {}", refused.arm, refused.reason);
    }
}
