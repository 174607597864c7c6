//! `euthymia calibrate --synthetic`: does the fit find parameters that trials were made up with?

use std::path::Path;

use euthymia_calibrate::response::Inputs;
use euthymia_calibrate::sampler::Settings;
use euthymia_calibrate::sbc::{Plan, Ranks, sbc};
use euthymia_io::csv;
use euthymia_stats::quantile::type7;
use serde_json::json;

use super::{Calibrate, Counted, failure, settings};
use crate::arguments::Shared;
use crate::exit::Failure;

/// A truth is ranked among so many draws.
const RANKS: usize = 99;
/// What is kept of each chain for it: every fifth is ranked against.
const DRAWS: usize = 5 * RANKS;
const TUNE: usize = 400;
/// With this probability all ranks of a parameter keep within their band.
const BAND: f64 = 0.99;
/// Edges that the band is drawn between.
const EDGES: usize = 20;

const COLUMNS: [&str; 7] = ["replicate", "parameter", "truth", "mean", "sd", "rank", "of"];

/// Draws truths, makes up trials, fits to them, and says how the truths lie in what the fits say.
pub(super) fn run(
    options: &Calibrate,
    shared: &Shared,
    inputs: &Inputs,
    replicates: usize,
) -> Result<(), Failure> {
    let target = inputs.target();
    let plan = Plan {
        replicates,
        ranks: RANKS,
        settings: Settings {
            chains: 1,
            tune: options.tune.min(TUNE),
            draws: DRAWS,
            target_acceptance: 0.9,
            ..settings(options, &target)
        },
    };
    let watch = Counted::new(replicates, "made-up sets of trials", shared.quiet);
    let ranks = sbc(&target, &plan, &watch);
    watch.finish();
    let ranks = ranks.map_err(failure)?;
    if let Some(path) = &options.truths {
        write(path, &ranks)?;
    }
    let rows: Vec<Row> = (0..ranks.names.len()).map(|at| Row::of(&ranks, at)).collect();
    if shared.json {
        println!(
            "{}",
            json!({
                "replicates": replicates, "ranks": RANKS, "divergences": ranks.divergences,
                "restarted": ranks.restarted, "data_hash": inputs.hash,
                "parameters": rows.iter().map(Row::json).collect::<Vec<_>>(),
            })
        );
    } else if !shared.quiet {
        show(&rows, &ranks, replicates);
        if let Some(path) = &options.truths {
            println!("\n{}", path.display());
        }
    }
    Ok(())
}

/// One parameter over all replicates.
struct Row {
    name: String,
    histogram: Vec<usize>,
    p: f64,
    within_50: f64,
    within_90: f64,
    correlation: Option<f64>,
    /// Median of |mean - truth| / sd, 0.67 where posteriors are as wide as they should be: not moved by a chain that is stuck.
    z: f64,
    band_holds: bool,
}

impl Row {
    fn of(ranks: &Ranks, at: usize) -> Self {
        let replicates = ranks.ranks[at].len();
        // Some ten to a bin: Pearson's test wants five.
        let bins = if replicates >= 100 { 10 } else { 5 };
        let mut deviates: Vec<f64> = ranks.recovered[at]
            .iter()
            .map(|one| ((one.mean - one.truth) / one.sd).abs())
            .collect();
        deviates.sort_by(f64::total_cmp);
        Self {
            name: ranks.names[at].clone(),
            histogram: ranks.histogram(at, bins),
            p: ranks.chi_square(at, bins).p,
            within_50: ranks.coverage(at, 0.5),
            within_90: ranks.coverage(at, 0.9),
            correlation: ranks.correlation(at),
            z: type7(&deviates, 0.5),
            band_holds: ranks.band(at, EDGES, BAND).holds(),
        }
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "name": self.name, "histogram": self.histogram, "chi_square_p": self.p, "within_50": self.within_50,
            "within_90": self.within_90, "correlation": self.correlation, "median_z": self.z, "within_band": self.band_holds,
        })
    }
}

fn show(rows: &[Row], ranks: &Ranks, replicates: usize) {
    println!("{replicates} sets of trials made up with parameters from the priors, each fitted\n");
    println!(
        "{:<20} {:>8} {:>8} {:>11} {:>7} {:>8} {:>5}  ranks, low to high",
        "", "in 50 %", "in 90 %", "correlation", "|z|", "p", "band"
    );
    for row in rows {
        let bars: Vec<String> = row.histogram.iter().map(ToString::to_string).collect();
        println!(
            "{:<20} {:>6.0} % {:>6.0} % {:>11} {:>7.2} {:>8.3} {:>5}  {}",
            row.name,
            100.0 * row.within_50,
            100.0 * row.within_90,
            row.correlation
                .map_or_else(|| "-".to_owned(), |r| format!("{r:.2}")),
            row.z,
            row.p,
            if row.band_holds { "in" } else { "out" },
            bars.join(" ")
        );
    }
    let outside = rows.iter().filter(|row| !row.band_holds).count();
    let least = rows.iter().map(|row| row.p).fold(1.0, f64::min);
    println!(
        "\n{outside} of {} parameters leave the band that ranks keep within with probability {BAND}; the least p is {least:.4}, of\n{} tests; {} trajectories diverged, {} runs whose chain was stuck were begun again.",
        rows.len(),
        rows.len(),
        ranks.divergences,
        ranks.restarted
    );
    println!(
        "in 50 %, in 90 %: truths within the central intervals. correlation: of truths with means. |z|: median of |mean -\ntruth| / sd, 0.67 where intervals are as wide as they should be. p: that ranks are uniform, by chi-square."
    );
}

fn write(path: &Path, ranks: &Ranks) -> Result<(), Failure> {
    let number = |value: f64| format!("{value:.6}");
    let replicates = ranks.ranks.first().map_or(0, Vec::len);
    let rows = (0..replicates).flat_map(|replicate| {
        (0..ranks.names.len()).map(move |at| {
            let one = ranks.recovered[at][replicate];
            [
                (replicate + 1).to_string(),
                ranks.names[at].clone(),
                number(one.truth),
                number(one.mean),
                number(one.sd),
                ranks.ranks[at][replicate].to_string(),
                ranks.most.to_string(),
            ]
        })
    });
    csv::write_table(path, &COLUMNS, rows)?;
    Ok(())
}
