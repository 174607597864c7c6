//! `euthymia calibrate`: fits the response model to the evidence, tests it on studies that it has not seen, checks what is shipped.

mod page;
mod synthetic;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use euthymia_calibrate::checkpoint::Checkpoint;
use euthymia_calibrate::prior::Prior;
use euthymia_calibrate::progress::Progress;
use euthymia_calibrate::response::held_out::{Kind, Prediction, Score};
use euthymia_calibrate::response::{InputError, Inputs, Made, Placed, Summary, Target, leave_out, ship};
use euthymia_calibrate::sampler::{self, SampleError, Settings, Watch};
use euthymia_engine::Options;
use euthymia_io::{atomic, csv};
use euthymia_therapy::response::{Disorder, Theta};
use serde_json::json;

use crate::arguments::Shared;
use crate::exit::Failure;
use crate::{interrupt, library, simulate};

use page::{Fitted, LeftOut};

/// The model that is fitted.
const MODEL: &str = "ketamine";
/// Where its files are.
const FOLDER: &str = "response";

pub(crate) const EXAMPLES: &str = "\
Examples:
  euthymia calibrate --out library/response       fit, and write ketamine.R, ketamine-draws.csv and ketamine-posterior.toml there
  euthymia calibrate --check                      do the shipped draws belong to the shipped data?
  euthymia calibrate --leave-one-out loo.csv      predict every study by a fit to the others; how good that was
  euthymia calibrate --page report.html           fit, and write the model report as one page; with --leave-one-out its predictions too
  euthymia calibrate --sensitivity                fit again with every prior half and twice as wide
  euthymia calibrate --synthetic 100              make trials up with known parameters, fit, compare (see --help for the time it takes)
  euthymia calibrate --out fit --keep chains      keep finished chains in a folder; --resume chains goes on from them";

/// Options of `calibrate`.
#[derive(Args, Debug)]
pub(crate) struct Calibrate {
    /// Folder for the fitted model's files; without it the fit is only shown
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Only say whether the draws of the library belong to its data
    #[arg(long, conflicts_with_all = ["out", "leave_one_out", "sensitivity"])]
    check: bool,
    /// Leave each study out in turn and write its predictions beside what it reported, as CSV
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    leave_one_out: Option<PathBuf>,
    /// Write the model report: one HTML page with the parameters before and after, chains, priors, typical courses, and, with
    /// --leave-one-out, how studies were predicted without them
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "sensitivity"])]
    page: Option<PathBuf>,
    /// Fit again with the width of each prior halved and doubled
    #[arg(long, conflicts_with = "out")]
    sensitivity: bool,
    /// Make up this many sets of trials, of the same designs, with parameters from the priors; fit each, and tell whether the
    /// parameters come back (simulation-based calibration). Each takes 5 to 60 s of one processor
    #[arg(long, value_name = "N", conflicts_with_all = ["out", "check", "leave_one_out", "sensitivity", "page"],
          value_parser = clap::value_parser!(u32).range(1..))]
    synthetic: Option<u32>,
    /// Write each parameter's truth, posterior mean, SD and rank of every made-up set, as CSV
    #[arg(long, value_name = "FILE", requires = "synthetic")]
    truths: Option<PathBuf>,
    /// Seed of all randomness
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Chains
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(2..))]
    chains: u16,
    /// Draws of each chain that tune it and are not kept
    #[arg(long, default_value_t = 2000)]
    tune: usize,
    /// Draws of each chain that are kept
    #[arg(long, default_value_t = 4000)]
    draws: usize,
    /// Threads; as many as there are processors
    #[arg(long)]
    threads: Option<u16>,
    /// Keep finished chains in a folder
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Go on from the chains in a folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "keep")]
    resume: Option<PathBuf>,
}

/// Does what the options ask for.
pub(crate) fn run(options: &Calibrate, shared: &Shared) -> Result<(), Failure> {
    interrupt::listen();
    let files = library::files(shared)?;
    let library = library::load(&files)?;
    let engine = Options {
        threads: simulate::threads(options.threads),
        ..Options::standard()
    };
    let inputs = Inputs::of(&library, &engine).map_err(|error| match error {
        InputError::Files(diagnostics) => Failure::Input(diagnostics),
        InputError::Exposure(error) => simulate::failure(error),
    })?;
    if options.check {
        return check(&inputs, &library, shared);
    }
    if let Some(path) = &options.leave_one_out {
        return left_out(options, shared, &inputs, path);
    }
    if let Some(replicates) = options.synthetic {
        return synthetic::run(options, shared, &inputs, replicates as usize);
    }
    if options.sensitivity {
        return sensitivity(options, shared, &inputs);
    }
    let model = files.read(&format!("{FOLDER}/{MODEL}.R"))?;
    fit(options, shared, &inputs, model.text())
}

/// The command that does the same again.
fn command(options: &Calibrate) -> String {
    format!(
        "euthymia calibrate --seed {} --chains {} --tune {} --draws {}",
        options.seed, options.chains, options.tune, options.draws
    )
}

fn settings(options: &Calibrate, target: &Target) -> Settings {
    Settings {
        chains: usize::from(options.chains),
        tune: options.tune,
        draws: options.draws,
        threads: simulate::threads(options.threads),
        target_acceptance: 0.98,
        spread: 0.5,
        ..Settings::for_target(target, options.seed)
    }
}

fn sample(
    target: &Target,
    settings: &Settings,
    shared: &Shared,
    keep: Option<&Checkpoint>,
) -> Result<sampler::Draws, Failure> {
    let progress = Progress::new(settings, shared.quiet, &interrupt::requested);
    let drawn = sampler::sample_and_keep(target, settings, &progress, keep);
    progress.finish();
    drawn.map_err(failure)
}

fn failure(error: SampleError) -> Failure {
    if interrupt::requested() {
        Failure::Interrupted
    } else {
        Failure::Run(error.to_string())
    }
}

fn fit(options: &Calibrate, shared: &Shared, inputs: &Inputs, model: &str) -> Result<(), Failure> {
    let target = inputs.target();
    let settings = settings(options, &target);
    let keep = match (&options.keep, &options.resume) {
        (Some(folder), _) => Some(Checkpoint::fresh(folder)),
        (None, Some(folder)) => Some(Checkpoint::resumed(folder)),
        (None, None) => None,
    };
    let draws = sample(&target, &settings, shared, keep.as_ref())?;
    let summary = Summary::of(&target, &draws);
    if shared.json {
        println!(
            "{}",
            json!({ "summary": summary, "problems": summary.problems(), "data_hash": inputs.hash })
        );
    } else if !shared.quiet {
        show(&target, &summary);
    }
    if let Some(path) = &options.page {
        let fitted = Fitted {
            inputs,
            target: &target,
            draws: &draws,
            settings: &settings,
            summary: &summary,
        };
        page::write(
            path,
            &fitted,
            None,
            format!("{} --page {}", command(options), path.display()),
        )?;
        tell(shared, path);
    }
    let problems = summary.problems();
    if !problems.is_empty() {
        return Err(Failure::Run(format!(
            "the chains cannot be trusted: {}; more --tune and --draws, or another --seed",
            problems.join("; ")
        )));
    }
    if let Some(folder) = &options.out {
        let made = Made {
            command: command(options),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            date: today(),
        };
        let shipped = ship(inputs, &target, &draws, &settings, &made, model);
        for (end, text) in [
            (".R", &shipped.model),
            ("-draws.csv", &shipped.draws),
            ("-posterior.toml", &shipped.posterior),
        ] {
            let path = folder.join(format!("{MODEL}{end}"));
            atomic::write(&path, text.as_bytes())?;
            tell(shared, &path);
        }
    }
    Ok(())
}

/// Says that a file was written.
fn tell(shared: &Shared, path: &Path) {
    if !shared.quiet && !shared.json {
        println!("{}", path.display());
    }
}

fn show(target: &Target, summary: &Summary) {
    let data = &target.data;
    println!(
        "{} studies, {} arms, {} people, {} numbers at {} visits\n",
        data.studies.len(),
        data.arms.len(),
        data.people(),
        data.ratings.len(),
        data.visits.len()
    );
    println!(
        "{:<20} {:>26}  {:>26}  {:>6} {:>6} {:>6}",
        "", "prior 5 / 50 / 95 %", "posterior 5 / 50 / 95 %", "R-hat", "bulk", "tail"
    );
    for row in &summary.rows {
        let three = |[low, middle, high]: [f64; 3]| format!("{low:>8.3} {middle:>8.3} {high:>8.3}");
        let whole =
            |number: Option<f64>| number.map_or_else(|| "-".to_owned(), |number| format!("{number:.0}"));
        println!(
            "{:<20} {}  {}  {:>6} {:>6} {:>6}",
            row.name,
            three(row.prior),
            three(row.posterior),
            row.r_hat
                .map_or_else(|| "-".to_owned(), |r_hat| format!("{r_hat:.3}")),
            whole(row.ess_bulk),
            whole(row.ess_tail)
        );
    }
    println!(
        "\n{} trajectories diverged; of all numbers sampled the worst R-hat is {:.4}, the fewest effective draws {:.0}",
        summary.divergences, summary.worst_r_hat, summary.fewest_effective
    );
}

fn check(
    inputs: &Inputs,
    library: &euthymia_therapy::library::Library,
    shared: &Shared,
) -> Result<(), Failure> {
    let posterior = library.posterior(MODEL).map_err(Failure::Input)?;
    let Some(posterior) = posterior else {
        return Err(Failure::Run(format!("the library has no posterior of `{MODEL}`")));
    };
    let belongs = posterior.fit.data_hash == inputs.hash;
    let known = |theta: &&Theta| !posterior.names().iter().any(|name| name == theta.name());
    let missing: Vec<&str> = Theta::ALL
        .iter()
        .filter(known)
        .map(|theta| theta.name())
        .collect();
    if shared.json {
        println!(
            "{}",
            json!({ "belongs": belongs, "data_hash": inputs.hash, "posterior_data_hash": posterior.fit.data_hash,
                "missing": missing, "command": posterior.fit.command, "draws": posterior.len() })
        );
    }
    if !missing.is_empty() {
        return Err(Failure::Run(format!(
            "the posterior of `{MODEL}` has no {}",
            missing.join(", ")
        )));
    }
    if !belongs {
        return Err(Failure::Run(format!(
            "the posterior of `{MODEL}` was fitted to other data ({}) than the library holds ({}); `euthymia calibrate --out` fits again",
            &posterior.fit.data_hash, &inputs.hash
        )));
    }
    if !shared.json && !shared.quiet {
        println!(
            "{MODEL}: {} draws made by `{}` on {} belong to the data of the library ({} studies, {} arms, {} people)",
            posterior.len(),
            posterior.fit.command,
            posterior.fit.date,
            posterior.fit.studies,
            posterior.fit.arms,
            posterior.fit.patients
        );
    }
    Ok(())
}

/// Counts whole fits instead of draws.
struct Counted {
    bar: crate::progress::Progress,
}

impl Counted {
    fn new(total: usize, what: &str, quiet: bool) -> Self {
        Self {
            bar: crate::progress::Progress::new(total as u64, what, quiet),
        }
    }

    fn finish(&self) {
        self.bar.finish();
    }
}

impl Watch for Counted {
    fn drawn(&self, _: usize, fits: usize) {
        euthymia_engine::Progress::done(&self.bar, fits as u64);
    }

    fn cancelled(&self) -> bool {
        interrupt::requested()
    }
}

fn left_out(options: &Calibrate, shared: &Shared, inputs: &Inputs, path: &Path) -> Result<(), Failure> {
    let target = inputs.target();
    // The medians and intervals of predictions are told well enough by a quarter of the draws.
    let settings = Settings {
        chains: 2,
        tune: options.tune.min(500),
        draws: options.draws.min(500),
        ..settings(options, &target)
    };
    let studies = Counted::new(target.data.studies.len(), "studies", shared.quiet);
    let predicted = leave_out(inputs, &settings, &studies);
    studies.finish();
    let predicted = predicted.map_err(failure)?;
    let rows = predicted.iter().map(cells);
    csv::write_table(path, &COLUMNS, rows)?;
    let scores = scores(&predicted, inputs);
    if shared.json {
        let scores: Vec<_> = scores
            .iter()
            .map(|(which, kind, score)| json!({ "studies": which, "kind": kind, "score": score }))
            .collect();
        println!("{}", json!({ "scores": scores, "predictions": predicted }));
    } else if !shared.quiet {
        show_scores(&scores);
        println!("\n{}", path.display());
    }
    if let Some(page) = &options.page {
        let settings = self::settings(options, &target);
        let draws = sample(&target, &settings, shared, None)?;
        let fitted = Fitted {
            inputs,
            target: &target,
            draws: &draws,
            settings: &settings,
            summary: &Summary::of(&target, &draws),
        };
        let left_out = LeftOut {
            predictions: &predicted,
            scores: &scores,
        };
        let command = format!(
            "{} --leave-one-out {} --page {}",
            command(options),
            path.display(),
            page.display()
        );
        page::write(page, &fitted, Some(&left_out), command)?;
        tell(shared, page);
    }
    Ok(())
}

const COLUMNS: [&str; 18] = [
    "study_id",
    "arm_id",
    "time_h",
    "kind",
    "has_drug",
    "observed",
    "median",
    "pi50_low",
    "pi50_high",
    "pi90_low",
    "pi90_high",
    "rank",
    "log_density",
    "naive",
    "pooled",
    "pooled_log_density",
    "error",
    "in_90",
];

fn cells(one: &Prediction) -> [String; 18] {
    let number = |value: f64| format!("{value:.4}");
    let maybe = |value: Option<f64>| value.map_or_else(String::new, number);
    [
        one.study.clone(),
        one.arm.clone(),
        one.time_h.to_string(),
        json!(one.kind).as_str().unwrap_or_default().to_owned(),
        one.has_drug.to_string(),
        number(one.observed),
        number(one.median),
        number(one.pi50[0]),
        number(one.pi50[1]),
        number(one.pi90[0]),
        number(one.pi90[1]),
        number(one.rank),
        number(one.log_density),
        maybe(one.naive),
        maybe(one.pooled),
        maybe(one.pooled_log_density),
        number(one.median - one.observed),
        (one.observed >= one.pi90[0] && one.observed <= one.pi90[1]).to_string(),
    ]
}

/// By kind, of all studies and of those of depression; every study counts the same.
fn scores(predicted: &[Prediction], inputs: &Inputs) -> Vec<(&'static str, Kind, Score)> {
    let depression = |study: &str| {
        let condition = inputs.evidence.study(study).map(|study| study.condition.as_str());
        condition
            .and_then(Disorder::of)
            .is_some_and(Disorder::is_depression)
    };
    let mut scores = Vec::new();
    for which in ["all", "depression"] {
        for kind in [Kind::Mean, Kind::Response, Kind::Remission] {
            let of: Vec<&Prediction> = predicted
                .iter()
                .filter(|one| one.kind == kind && (which == "all" || depression(&one.study)))
                .collect();
            if let Some(score) = Score::of(&of, true) {
                scores.push((which, kind, score));
            }
        }
    }
    scores
}

fn show_scores(scores: &[(&'static str, Kind, Score)]) {
    println!(
        "{:<11} {:<10} {:>7} {:>7} {:>9} {:>9} {:>8} {:>8} {:>8} {:>9} {:>9}",
        "studies",
        "kind",
        "numbers",
        "studies",
        "in 50 %",
        "in 90 %",
        "error",
        "naive",
        "pooled",
        "density",
        "pooled"
    );
    for (which, kind, score) in scores {
        println!(
            "{:<11} {:<10} {:>7} {:>7} {:>7.0} % {:>7.0} % {:>8.3} {:>8.3} {:>8.3} {:>9.3} {:>9.3}",
            which,
            json!(kind).as_str().unwrap_or_default(),
            score.count,
            score.studies,
            100.0 * score.within_50,
            100.0 * score.within_90,
            score.error,
            score.naive_error,
            score.pooled_error,
            score.log_density,
            score.pooled_log_density
        );
    }
    println!(
        "\nEvery study counts the same. error: mean absolute error of the median (points of change, or proportions); naive: of the mean of\nall arms of the other studies; pooled: of the random-effects mean of those that received the drug, or did not; density: mean log\npredictive density, higher is better."
    );
}

fn sensitivity(options: &Calibrate, shared: &Shared, inputs: &Inputs) -> Result<(), Failure> {
    let base = inputs.target();
    let quick = |target: &Target| Settings {
        chains: 2,
        tune: options.tune.min(500),
        draws: options.draws.min(1000),
        ..settings(options, target)
    };
    let rows = |target: &Target| -> Result<Summary, Failure> {
        let draws = sample(target, &quick(target), shared, None)?;
        Ok(Summary::of(target, &draws))
    };
    let usual = rows(&base)?;
    let mut found = Vec::new();
    let alone = Theta::ALL
        .iter()
        .filter_map(|theta| match base.priors.of(*theta) {
            Placed::Alone(prior) => Some((theta.name().to_owned(), *prior)),
            Placed::Pooled { .. } => None,
        });
    let shared_ones = base
        .priors
        .shared
        .iter()
        .map(|(name, (prior, _))| (name.clone(), *prior));
    for (name, prior) in alone.chain(shared_ones) {
        for factor in [0.5, 2.0] {
            let Some(priors) = base.priors.with(&name, scaled(prior, factor)) else {
                continue;
            };
            let other = rows(&Target::new(base.data.clone(), priors))?;
            // How far the medians of all parameters move, in standard deviations of the posterior.
            let moved = usual.rows.iter().zip(&other.rows).map(|(before, after)| {
                let spread = (before.posterior[2] - before.posterior[0]) / 3.29;
                (
                    before.name.clone(),
                    (after.posterior[1] - before.posterior[1]) / spread,
                )
            });
            let most = moved.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
            if let Some((which, by)) = most {
                found.push((name.clone(), factor, which, by));
            }
        }
    }
    if shared.json {
        let rows: Vec<_> = found
            .iter()
            .map(|(name, factor, which, by)| json!({ "prior": name, "factor": factor, "moves_most": which, "by_sd": by }))
            .collect();
        println!("{}", json!(rows));
    } else if !shared.quiet {
        println!(
            "{:<20} {:>6}  {:<20} {:>12}",
            "prior", "width", "moves most", "by, SD"
        );
        for (name, factor, which, by) in &found {
            println!("{name:<20} {factor:>5}x  {which:<20} {by:>12.2}");
        }
    }
    Ok(())
}

/// The same prior, `factor` times as wide.
fn scaled(prior: Prior, factor: f64) -> Prior {
    match prior {
        Prior::Normal { mean, sd } => Prior::Normal {
            mean,
            sd: factor * sd,
        },
        Prior::HalfNormal { sd } => Prior::HalfNormal { sd: factor * sd },
        Prior::LogNormal { median, sd } => Prior::LogNormal {
            median,
            sd: factor * sd,
        },
        other => other,
    }
}

/// The day in Greenwich, `2026-11-28`: the civil calendar from days since 1970 (Hinnant, chrono-compatible low-level date algorithms).
fn today() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs();
    let days = seconds / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
