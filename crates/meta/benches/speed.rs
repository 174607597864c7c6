//! `cargo bench -p euthymia-meta`: microseconds of one fit, one line each: the best of several rounds.
//!
//! `benches/evidence` runs it beside metafor and netmeta; `-- contrasts=FILE` writes the contrasts of the network for them.

#![allow(clippy::print_stdout, reason = "a bench speaks to the terminal")]

use std::hint::black_box;
use std::time::Instant;

use euthymia_meta::diagnostics::{Bootstrap, bootstrap};
use euthymia_meta::network::{
    Contrast, Heterogeneity, Network, NetworkOptions, Splitting, decompose, network, ranks, split,
};
use euthymia_meta::pool::{Data, Method, Options, Test, fit};
use nalgebra::DMatrix;

/// Log risk ratios and variances of the 13 trials of BCG vaccine (Colditz et al. 1994), as metafor's `dat.bcg` gives
/// them, and the latitude of each.
const BCG: [(f64, f64, f64); 13] = [
    (-0.8893, 0.3256, 44.0),
    (-1.5854, 0.1946, 55.0),
    (-1.3481, 0.4154, 42.0),
    (-1.4416, 0.0200, 52.0),
    (-0.2175, 0.0512, 13.0),
    (-0.7861, 0.0069, 44.0),
    (-1.6209, 0.2230, 19.0),
    (0.0120, 0.0040, 13.0),
    (-0.4694, 0.0564, 27.0),
    (-1.3713, 0.0730, 42.0),
    (-0.3394, 0.0124, 18.0),
    (0.4459, 0.5325, 33.0),
    (-0.0173, 0.0714, 33.0),
];

fn bcg() -> Data {
    Data::without_moderators(BCG.map(|row| row.0).to_vec(), BCG.map(|row| row.1).to_vec())
}

/// Microseconds of a call: rounds of a twentieth of a second, the best of ten.
fn time<T>(name: &str, mut call: impl FnMut() -> T) {
    let mut calls = 1_u32;
    let mut best = f64::INFINITY;
    let mut rounds = 0;
    while rounds < 10 {
        let start = Instant::now();
        for _ in 0..calls {
            black_box(call());
        }
        let seconds = start.elapsed().as_secs_f64();
        if seconds < 0.05 {
            calls *= 2;
            continue;
        }
        best = best.min(seconds / f64::from(calls));
        rounds += 1;
    }
    println!("{name}\t{:.3}", best * 1e6);
}

/// 20 treatments and 100 studies of two, three and four arms: effects of a line with noise from a fixed rule.
fn twenty() -> Vec<Contrast> {
    let noise = |at: usize| ((at * 7919 + 104_729) % 1000) as f64 / 1000.0 - 0.5;
    let mut contrasts = Vec::new();
    for study in 0..100 {
        let arms = [2, 2, 2, 3, 4][study % 5];
        let treatments: Vec<usize> = (0..arms)
            .map(|arm| (study * 3 + arm * (1 + study % 7)) % 20)
            .collect();
        let level = |arm: usize| 0.1 * treatments[arm] as f64 + noise(study * 11 + arm);
        let variance = |arm: usize| 0.02 + 0.02 * (noise(study * 13 + arm) + 0.5);
        for a in 0..arms {
            for b in a + 1..arms {
                contrasts.push(Contrast {
                    study: study.to_string(),
                    treat1: format!("treatment {:02}", treatments[a]),
                    treat2: format!("treatment {:02}", treatments[b]),
                    te: Some(level(a) - level(b)),
                    se: Some((variance(a) + variance(b)).sqrt()),
                    line: study + 2,
                    arms: None,
                    shared: None,
                });
            }
        }
    }
    contrasts
}

/// Writes the contrasts as netmeta reads them.
fn write(contrasts: &[Contrast], file: &str) -> std::io::Result<()> {
    let mut text = String::from("study,treat1,treat2,te,se\n");
    for c in contrasts {
        let (te, se) = (c.te.unwrap_or(f64::NAN), c.se.unwrap_or(f64::NAN));
        text += &format!("{},{},{},{te},{se}\n", c.study, c.treat1, c.treat2);
    }
    std::fs::write(file, text)
}

fn networks() {
    let contrasts = twenty();
    let file = std::env::args().find_map(|argument| argument.strip_prefix("contrasts=").map(str::to_owned));
    if let Some(Err(error)) = file.map(|file| write(&contrasts, &file)) {
        println!("the contrasts were not written: {error}");
    }
    let with = |heterogeneity| NetworkOptions {
        heterogeneity,
        ..NetworkOptions::default()
    };
    let (dl, reml) = (
        with(Heterogeneity::DerSimonianLaird),
        with(Heterogeneity::Restricted),
    );
    time("network of 20 treatments and 100 studies, checked", || {
        Network::new(&contrasts)
    });
    let Ok(made) = Network::new(&contrasts) else {
        return;
    };
    time("  DL", || network(&made, &dl));
    time("  REML", || network(&made, &reml));
    time("  Q by designs", || decompose(&made, None));
    let Ok(fitted) = network(&made, &reml) else {
        return;
    };
    time("  direct and indirect, all pairs", || {
        split(&made, &fitted, Splitting::BackCalculation, true, None)
    });
    time("  10,000 draws of ranks", || {
        ranks(&fitted.random, true, 1, 10_000)
    });
}

fn main() {
    let data = bcg();
    let with = |method, test| Options {
        method,
        test,
        ..Options::default()
    };
    let reml = with(Method::Restricted, Test::Z);
    time("REML, 13 studies", || fit(&data, &reml));
    let knha = with(Method::Restricted, Test::KnappHartung);
    time("REML, Knapp-Hartung, 13 studies", || fit(&data, &knha));
    let dl = with(Method::DerSimonianLaird, Test::Z);
    time("DL, 13 studies", || fit(&data, &dl));
    let moderated = Data {
        x: DMatrix::from_fn(13, 2, |row, column| if column == 0 { 1.0 } else { BCG[row].2 }),
        names: vec!["intrcpt".to_owned(), "ablat".to_owned()],
        ..bcg()
    };
    time("REML, one moderator, 13 studies", || fit(&moderated, &reml));
    let refits = Bootstrap {
        mu: -0.71,
        tau2: 0.31,
        method: Method::Restricted,
        replicates: 10_000,
        seed: 1,
    };
    time("10,000 parametric bootstrap refits, REML, 13 studies", || {
        bootstrap(&data.vi, &refits)
    });
    networks();
}
