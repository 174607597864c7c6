//! No table and no line brings the reader down.
#![allow(clippy::unwrap_used)]

mod common;

use common::{lines, names};
use euthymia_dataset::{DataSet, Dialect, Interpolation, Parameters, doses, times};
use euthymia_diagnostics::{Diagnostic, Severity, Source, render};
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

/// The whole way of a table; whether it is read.
fn read(text: &str) -> (bool, Vec<Diagnostic>) {
    let (rows, mut found) = euthymia_io::csv::rows(&Source::new("data.csv", text));
    let set = rows.and_then(|rows| {
        let (set, more) = DataSet::read(&rows, &names(&["WT"]), Dialect::default(), None);
        found.extend(more);
        set
    });
    assert!(set.is_some() || found.iter().any(Diagnostic::is_error));
    let style = render::Style {
        colour: false,
        width: 100,
    };
    assert!(render::text(&found, style).len() < 100_000);
    assert!(render::json(&found).len() < 1_000_000);
    (set.is_some(), found)
}

#[test]
fn large_and_odd_tables_are_answered_briefly_and_soon() {
    let many = |count: usize, of: &dyn Fn(usize) -> String| (0..count).map(of).collect::<String>();
    let columns = many(100_000, &|at| format!(",c{at}"));
    let zeros = ",0".repeat(100_000);
    let digits = "9".repeat(400);
    for (text, is_read) in [
        (String::new(), false),
        (" \t ".to_owned(), false),
        ("\0".to_owned(), false),
        ("\n".repeat(100_000), false),
        (",".repeat(1_000_000), false),
        ("\"".repeat(100_001), false),
        (format!("ID,TIME,WT{columns}\n1,0,70{zeros}\n"), true),
        (
            format!("ID,TIME,WT{}\n1,0,70{zeros}\n", ",WT".repeat(100_000)),
            false,
        ),
        (format!("ID,TIME,WT\n{}", "1,0\n".repeat(100_000)), false),
        (format!("ID,TIME,WT\n{}", "1,\"0\"x,70\n".repeat(100_000)), false),
        (
            format!(
                "ID,TIME,WT\n{}",
                many(100_000, &|at| format!("{},0,70\n", at % 2))
            ),
            true,
        ),
        (format!("ID,TIME,WT\n{},0,70\n", "x".repeat(1_000_000)), true),
        (format!("ID,TIME,WT\n1,{},70\n", "x".repeat(1_000_000)), false),
        (format!("ID,TIME,WT,{}\n1,0,70,1\n", "W".repeat(1_000_000)), true),
        (format!("ID,TIME,{}\n1,0,70\n", "W".repeat(1_000_000)), false),
        (format!("ID,TIME,WT\n1,1e400,70\n1,{digits},70\n"), false),
        ("ID,TIME,WT\n1,1e-400,1e-400\n".to_owned(), true),
        ("ID,TIME,WT\r\n1,0,70\r\n".to_owned(), true),
        ("ID,TIME,WT\r1,0,70\r".to_owned(), true),
        ("ID,TIME,WT\n\u{5d0},0,70\n\u{202e}1,0,70\n".to_owned(), true),
        ("ID,TIME,WT\n1,\u{661},70\n".to_owned(), false),
    ] {
        let (was_read, found) = read(&text);
        let beginning: String = text.chars().take(60).collect();
        assert_eq!(was_read, is_read, "{beginning}: {found:?}");
    }
}
