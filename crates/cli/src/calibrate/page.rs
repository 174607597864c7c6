//! `euthymia calibrate --page`: what a fit came to, as plain data for the model report.

use std::path::Path;

use euthymia_calibrate::response::held_out::{self, Prediction};
use euthymia_calibrate::response::{self, Bands, Common, Inputs, Summary, Target};
use euthymia_calibrate::sampler::{Draws, Settings};
use euthymia_io::atomic;
use euthymia_report::calibration as report;
use euthymia_stats::random::{Purpose, Stream};
use euthymia_therapy::response::Thetas;

use super::today;
use crate::exit::Failure;

/// What the random numbers of the priors are for.
const PRIORS: Purpose = Purpose(0x7072_6970);
/// Draws of the parameters that predictions and curves are made with.
const DRAWS: usize = 500;

/// A fit.
pub(super) struct Fitted<'f> {
    pub(super) inputs: &'f Inputs,
    pub(super) target: &'f Target,
    pub(super) draws: &'f Draws,
    pub(super) settings: &'f Settings,
    pub(super) summary: &'f Summary,
}

/// Studies predicted without them, and how good that was.
pub(super) struct LeftOut<'l> {
    pub(super) predictions: &'l [Prediction],
    pub(super) scores: &'l [(&'static str, held_out::Kind, held_out::Score)],
}

/// Writes the page.
pub(super) fn write(
    path: &Path,
    fitted: &Fitted<'_>,
    left_out: Option<&LeftOut<'_>>,
    command: String,
) -> Result<(), Failure> {
    let made = report::Made {
        command,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        date: today(),
        data_hash: fitted.inputs.hash.clone(),
    };
    let page = report::page(&calibration(fitted, left_out), &made).map_err(Failure::Report)?;
    atomic::write(path, page.as_bytes())?;
    Ok(())
}

fn calibration(fitted: &Fitted<'_>, left_out: Option<&LeftOut<'_>>) -> report::Calibration {
    let (target, settings) = (fitted.target, fitted.settings);
    let data = &target.data;
    let seed = settings.seed;
    let stream = Stream::new(seed);
    let before: Vec<Thetas<f64>> = (0..DRAWS as u64)
        .map(|at| target.thetas(&target.prior_position(&stream.at(PRIORS, 0, at))))
        .collect();
    let after = held_out::thinned(target, fitted.draws.positions(), DRAWS);
    let nothing = response::Data::default();
    let by_priors = held_out::predict(data, &nothing, &before, seed);
    let typical = response::common(fitted.inputs, data)
        .iter()
        .filter_map(|common| typical(fitted.inputs, common, &before, &after, seed))
        .collect();
    let parameters = fitted.summary.rows.iter().map(|row| report::Parameter {
        name: row.name.clone(),
        label: row.label.clone(),
        prior: row.prior,
        posterior: row.posterior,
        r_hat: row.r_hat,
        ess_bulk: row.ess_bulk,
        ess_tail: row.ess_tail,
    });
    report::Calibration {
        studies: data.studies.len(),
        arms: data.arms.len(),
        people: data.people(),
        numbers: data.ratings.len(),
        parameters: parameters.collect(),
        chains: report::Chains {
            count: settings.chains,
            draws: settings.draws,
            tune: settings.tune,
            divergences: fitted.summary.divergences,
            worst_r_hat: fitted.summary.worst_r_hat,
            fewest_effective: fitted.summary.fewest_effective,
            problems: fitted.summary.problems(),
        },
        by_priors: predictions(&by_priors),
        typical,
        left_out: left_out.map(|left_out| report::LeftOut {
            predictions: predictions(left_out.predictions),
            scores: left_out.scores.iter().map(score).collect(),
        }),
        not_used: data
            .left_out
            .iter()
            .map(|left| (format!("{}, {}", left.study, left.arm), left.why.clone()))
            .collect(),
    }
}

fn typical(
    inputs: &Inputs,
    common: &Common,
    before: &[Thetas<f64>],
    after: &[Thetas<f64>],
    seed: u64,
) -> Option<report::Typical> {
    let bands = |draws| Bands::of(&common.design, &inputs.exposures, draws, seed);
    let (before, after) = (bands(before)?, bands(after)?);
    let measured = |all: &[response::Measured]| {
        let one = |one: &response::Measured| report::Measured {
            name: format!("{}, {}", one.study, one.arm),
            time_h: one.time_h,
            value: one.value,
            interval: one.interval,
        };
        all.iter().map(one).collect()
    };
    let people = common
        .design
        .n
        .map_or_else(String::new, |n| format!(" ({n} people)"));
    Some(report::Typical {
        title: common.title.to_owned(),
        of: format!("{}, {}{people}", common.design.study, common.design.arm),
        arms: common.arms,
        times_h: after.times_h,
        score: [before.score, after.score],
        response: [before.response, after.response],
        scores: measured(&common.scores),
        responses: measured(&common.responses),
    })
}

fn kind(kind: held_out::Kind) -> report::Kind {
    match kind {
        held_out::Kind::Mean => report::Kind::Mean,
        held_out::Kind::Response => report::Kind::Response,
        held_out::Kind::Remission => report::Kind::Remission,
    }
}

fn predictions(all: &[Prediction]) -> report::Predictions {
    let number = |one: &Prediction| report::Predicted {
        study: one.study.clone(),
        arm: one.arm.clone(),
        time_h: one.time_h,
        kind: kind(one.kind),
        has_drug: one.has_drug,
        observed: one.observed,
        median: one.median,
        pi50: one.pi50,
        pi90: one.pi90,
    };
    let kinds = [
        held_out::Kind::Mean,
        held_out::Kind::Response,
        held_out::Kind::Remission,
    ];
    let coverage = kinds.into_iter().filter_map(|of| {
        let own: Vec<&Prediction> = all.iter().filter(|one| one.kind == of).collect();
        let coverage = response::Coverage::of(&own)?;
        Some(report::Coverage {
            kind: kind(of),
            nominal: coverage.nominal,
            observed: coverage.observed,
            by_study: coverage.by_study,
            by_number: coverage.by_number,
            ranks: coverage.ranks,
            count: coverage.count,
            studies: coverage.studies,
        })
    });
    report::Predictions {
        coverage: coverage.collect(),
        numbers: all.iter().map(number).collect(),
    }
}

fn score((studies, of, score): &(&'static str, held_out::Kind, held_out::Score)) -> report::Score {
    report::Score {
        studies: format!("{studies} ({})", score.studies),
        kind: kind(*of),
        count: score.count,
        within_50: score.within_50,
        within_90: score.within_90,
        error: score.error,
        naive_error: score.naive_error,
        pooled_error: score.pooled_error,
        log_density: score.log_density,
        pooled_log_density: score.pooled_log_density,
    }
}
