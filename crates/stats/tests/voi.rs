//! The value of information against the regressions of R's mgcv on the same draws.
#![allow(clippy::unwrap_used)]

use euthymia_stats::voi::{evpi, evppi_of};

const DATA: &str = include_str!("../../../suite/reference/voi/data.csv");
const ANSWERS: &str = include_str!("../../../suite/reference/voi/answers.csv");

/// The columns of the data with their names.
fn columns() -> Vec<(&'static str, Vec<f64>)> {
    let mut lines = DATA.lines();
    let names = lines.next().unwrap().split(',');
    let mut columns: Vec<(&str, Vec<f64>)> = names.map(|name| (name, Vec::new())).collect();
    for line in lines {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.1.push(cell.parse().unwrap());
        }
    }
    columns
}

#[test]
fn values_are_those_of_mgcv() {
    let columns = columns();
    let column = |name: &str| &columns.iter().find(|column| column.0 == name).unwrap().1;
    let net = ["first", "second", "third"].map(|name| column(name).clone());
    let mut count = 0;
    for line in ANSWERS.lines().skip(1) {
        let (names, expected) = line.split_once(',').unwrap();
        let expected: f64 = expected.parse().unwrap();
        count += 1;
        if names == "everything" {
            let all = evpi(&net).unwrap();
            assert!((all / expected - 1.0).abs() < 1e-8, "{all} {expected}");
            continue;
        }
        let parameters: Vec<&[f64]> = names.split('+').map(|name| column(name).as_slice()).collect();
        let one = evppi_of(&net, &parameters).unwrap();
        println!("{names}: {one:?}, mgcv {expected}");
        // Two smoothers of the same draws: less apart than each is uncertain.
        assert!(
            (one.value - expected).abs() < one.se,
            "{names}: {one:?} {expected}"
        );
    }
    assert_eq!(count, 8);
}
