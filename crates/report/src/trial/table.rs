//! A virtual trial in a terminal.

use crate::figure::number::{count, fixed, percent};
use euthymia_therapy::trial::{Published, TrialResult, World};
use std::fmt::Write;

/// What the number of people that suffices is, in words.
pub(super) fn suffices(result: &TrialResult, world: World) -> String {
    match result.of(world).and_then(|curve| curve.suffices) {
        None => format!("no size that was tried reaches {}", percent(result.power)),
        Some([low, middle, high]) => format!(
            "{} people suffice for {} ({} to {} by the number of replicates)",
            count(middle.ceil().max(0.0) as u64),
            percent(result.power),
            count(low.ceil().max(0.0) as u64),
            count(high.ceil().max(0.0) as u64),
        ),
    }
}

/// A line for every size.
#[must_use]
pub fn table(result: &TrialResult) -> String {
    // Writing to a string does not fail.
    let mut text = format!(
        "{}: {} against {}, {} trials of each size, seed {}\n\n",
        result.title,
        result.arms[0],
        result.arms[1],
        count(u64::from(result.replicates)),
        result.seed
    );
    let _ = writeln!(
        text,
        "{:>7}  {:>9} {:>7}  {:>9} {:>7}  {:>11}  {:>9} {:>7}  {:>7}",
        "people", "assurance", "error", "power", "error", "unblinding", "type I", "error", "months"
    );
    for (at, (n, months)) in result.months.iter().enumerate() {
        let of = |world: World| result.of(world).and_then(|curve| curve.sizes.get(at));
        let part = |world: World, favour: bool| {
            of(world).map_or_else(String::new, |size| {
                percent(if favour { size.in_favour } else { size.significant })
            })
        };
        let error = |world: World| {
            of(world).map_or_else(String::new, |size| format!("{} %", fixed(100.0 * size.error, 1)))
        };
        let _ = writeln!(
            text,
            "{n:>7}  {:>9} {:>7}  {:>9} {:>7}  {:>11}  {:>9} {:>7}  {:>7}",
            part(World::Uncertain, true),
            error(World::Uncertain),
            part(World::Typical, true),
            error(World::Typical),
            part(World::Unblinding, true),
            part(World::Null, false),
            error(World::Null),
            fixed(*months, 1),
        );
    }
    let _ = writeln!(
        text,
        "\nassurance (all that is uncertain): {}",
        suffices(result, World::Uncertain)
    );
    let _ = writeln!(
        text,
        "power (the typical study): {}",
        suffices(result, World::Typical)
    );
    text
}

/// Bands of real designs, a line each.
#[must_use]
pub fn published(all: &[Published]) -> String {
    let mut text = format!(
        "{:<22} {:<22} {:>9} {:>8} {:>9} {:>9}  {:>16}  {:>16}\n",
        "study", "arms", "people", "time", "published", "median", "half", "nine in ten"
    );
    for one in all {
        let [holds_90, holds_50] = one.holds();
        let verdict = match (holds_50, holds_90) {
            (true, _) => "within the half",
            (false, true) => "within nine in ten",
            (false, false) => "outside",
        };
        let _ = writeln!(
            text,
            "{:<22} {:<22} {:>9} {:>6} h {:>9} {:>9}  {:>16}  {:>16}  {verdict}",
            one.study,
            format!("{} - {}", one.arms[0], one.arms[1]),
            format!("{} + {}", one.n[0], one.n[1]),
            fixed(one.time_h, 0),
            fixed(one.published, 1),
            fixed(one.band.p50, 1),
            format!("{} to {}", fixed(one.band.p25, 1), fixed(one.band.p75, 1)),
            format!("{} to {}", fixed(one.band.p05, 1), fixed(one.band.p95, 1)),
        );
    }
    let within = |which: usize| all.iter().filter(|one| one.holds()[which]).count();
    let _ = writeln!(
        text,
        "\n{} of {} within nine in ten, {} within the half; the model was fitted to most of these trials.",
        within(0),
        all.len(),
        within(1)
    );
    text
}
