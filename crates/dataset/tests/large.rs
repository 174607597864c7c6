//! A data set of 100 MB: how long reading takes and how much memory. Slow, so asked for by name:
//! `cargo test --release -p euthymia-dataset --test large -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::fmt::Write;
use std::time::Instant;

use common::names;
use euthymia_dataset::{DataSet, Dialect};
use euthymia_diagnostics::Source;

const SIZE: usize = 100_000_000;

/// Subjects with a dose and nine observations each.
fn table() -> String {
    let mut text = String::with_capacity(SIZE + 1000);
    text.push_str("ID,TIME,EVID,AMT,RATE,CMT,II,ADDL,SS,DV,WT,AGE\n");
    for id in 1.. {
        writeln!(text, "{id},0,1,100.5,0,1,12,3,0,.,{}.5,44", 50 + id % 40).unwrap();
        for hour in 1..10 {
            writeln!(text, "{id},{hour}.25,0,.,.,2,.,.,.,0.{id:06},.,.").unwrap();
        }
        if text.len() >= SIZE {
            return text;
        }
    }
    text
}

/// Most memory this process has held, MB; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1000
}

#[test]
#[ignore = "takes seconds and a gigabyte"]
fn a_hundred_megabytes() {
    let text = table();
    let records = text.lines().count() - 1;
    let start = Instant::now();
    let (rows, problems) = euthymia_io::csv::rows(&Source::new("data.csv", text));
    assert_eq!(problems, []);
    let rows = rows.unwrap();
    println!("cells: {:.1} s, {} MB", start.elapsed().as_secs_f64(), peak());
    let start = Instant::now();
    let (set, problems) = DataSet::read(&rows, &names(&["WT", "AGE"]), Dialect::default(), None);
    assert_eq!(problems, []);
    let set = set.unwrap();
    println!("data set: {:.1} s, {} MB", start.elapsed().as_secs_f64(), peak());
    assert_eq!(
        set.subjects
            .iter()
            .map(|subject| subject.records.len())
            .sum::<usize>(),
        records
    );
}
