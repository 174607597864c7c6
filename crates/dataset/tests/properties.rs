//! No table and no line brings the reader down.
#![allow(clippy::unwrap_used)]

mod common;

use common::{lines, names};
use euthymia_dataset::{DataSet, Dialect, Interpolation, Parameters, doses, times};
use euthymia_diagnostics::{Severity, Source};
use euthymia_engine::{CourseInputs, Courses};
use euthymia_units::Unit;
use proptest::prelude::*;

fn header() -> impl Strategy<Value = String> {
    let known = [
        "ID", "id", "TIME", "time", "AMT", "RATE", "DUR", "EVID", "evid", "MDV", "CMT", "II", "ADDL", "SS",
        "DV", "C", "DATE", "DAT2", "WT", "wt", "lcl", "AMTT", "",
    ];
    proptest::sample::select(known.to_vec()).prop_map(str::to_owned)
}

fn cell() -> impl Strategy<Value = String> {
    let known = [
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "-1",
        "-2",
        ".",
        "",
        "1e308",
        "-1e308",
        "nan",
        "inf",
        "8:00",
        "23:59",
        "1/2/2024",
        "2024-02-29",
        "depot",
        "-depot",
        "C",
        "#",
        "0.5",
        "99999999999",
        "é:ü",
        "100",
    ];
    prop_oneof![8 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => "[^\",\\r\\n]{0,8}"]
}

fn table() -> impl Strategy<Value = String> {
    (0_usize..12).prop_flat_map(|more| {
        let header = proptest::collection::vec(header(), more).prop_map(|rest| {
            let fixed = ["ID".to_owned(), "TIME".to_owned(), "WT".to_owned()];
            fixed.into_iter().chain(rest).collect::<Vec<_>>().join(",")
        });
        let row = proptest::collection::vec(cell(), more + 3).prop_map(|cells| cells.join(","));
        let rows = proptest::collection::vec(row, 0..8);
        (header, rows).prop_map(|(header, rows)| format!("{header}\n{}\n", rows.join("\n")))
    })
}

fn interpolation() -> impl Strategy<Value = Interpolation> {
    proptest::sample::select(vec![
        Interpolation::Locf,
        Interpolation::Nocb,
        Interpolation::Linear,
        Interpolation::Midpoint,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_table_is_read_or_refused(text in table(), interpolation in interpolation()) {
        let (Some(rows), _) = euthymia_io::csv::rows(&Source::new("data.csv", text)) else { return Ok(()) };
        let names = lines(names(&["WT"]));
        let dialect = Dialect { interpolation, ..Dialect::default() };
        let _ = Parameters::read(&rows, &names);
        let (set, problems) = DataSet::read(&rows, &names, dialect, None);
        prop_assert_eq!(set.is_none(), problems.iter().any(|problem| problem.severity == Severity::Error));
        for problem in &problems {
            prop_assert!(problem.code == "N099" || !problem.labels.is_empty());
            prop_assert!(!problem.help.is_empty(), "{:?}", problem);
        }
        let Some(set) = set else { return Ok(()) };
        for index in 0..set.len() {
            let (mut inputs, mut records) = (vec![0.0; names.inputs.len()], Vec::new());
            set.fill(index, CourseInputs { inputs: &mut inputs, records: &mut records });
            prop_assert!(inputs.iter().all(|value| value.is_finite()));
            prop_assert!(records.iter().all(|record| record.time.is_finite()));
        }
    }

    #[test]
    fn any_line_is_read_or_refused(text in "[0-9xatevryinoumgh :.,/é-]{0,30}") {
        let source = Source::new("line", text);
        let unit = |text| Unit::parse(text).unwrap();
        let (found, problems) = doses(&source, &names(&[]), &unit("h"), &unit("mg"));
        prop_assert_eq!(found.is_none(), !problems.is_empty());
        let (found, problems) = times(&source);
        prop_assert_eq!(found.is_none(), !problems.is_empty());
    }
}
