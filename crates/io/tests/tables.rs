//! CSV is read as the `csv` crate reads it, with a span for every cell; and what is said of wrong tables.

use euthymia_diagnostics::render::{Style, text};
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::Rows;
use euthymia_io::csv;
use euthymia_io::library::Library;
use proptest::prelude::*;

fn read(body: &str) -> (Option<Rows>, Vec<Diagnostic>) {
    csv::rows(&Source::new("outcomes.csv", body))
}

/// Header and rows as the `csv` crate sees them.
fn reference(body: &str) -> Result<Vec<Vec<String>>, ::csv::Error> {
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(body.as_bytes());
    reader
        .records()
        .map(|record| Ok(record?.iter().map(str::to_owned).collect()))
        .collect()
}

fn ours(rows: &Rows) -> Vec<Vec<String>> {
    let header = rows.header.iter().map(|cell| cell.text.to_string()).collect();
    let rows = rows
        .rows()
        .map(|row| row.cells().map(|cell| cell.text.to_string()).collect());
    std::iter::once(header).chain(rows).collect()
}

/// Every span must hold the text of its cell, quoted or not.
fn spans_hold(rows: &Rows) -> bool {
    let below = rows.rows().flat_map(|row| row.cells());
    let mut cells = rows.header.iter().cloned().chain(below);
    cells.all(|cell| {
        let written = rows.source.slice(cell.span);
        let unquoted = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        unquoted.map_or(written.to_owned(), |inner| inner.replace("\"\"", "\"")) == cell.text
    })
}

#[test]
fn the_evidence_is_read_as_the_reference_reads_it() {
    let files = Library::Embedded.list("evidence", "csv").unwrap();
    for path in &files {
        let source = Library::Embedded.read(path).unwrap();
        let (rows, diagnostics) = csv::rows(&source);
        assert!(diagnostics.is_empty(), "{path}: {diagnostics:?}");
        let rows = rows.unwrap();
        assert_eq!(ours(&rows), reference(source.text()).unwrap(), "{path}");
        assert!(spans_hold(&rows), "{path}");
    }
}

proptest! {
    #[test]
    fn tables_of_any_cells_are_read_back(
        width in 1..5_usize,
        cells in prop::collection::vec("[a,\"\n\r µ語]{0,6}", 1..40),
        ending in prop::sample::select(vec![::csv::Terminator::CRLF, ::csv::Terminator::Any(b'\n')]),
    ) {
        let mut writer = ::csv::WriterBuilder::new().terminator(ending).from_writer(Vec::new());
        let mut expected: Vec<Vec<String>> = Vec::new();
        for row in cells.chunks_exact(width) {
            writer.write_record(row).unwrap();
            expected.push(row.to_vec());
        }
        let body = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let (rows, diagnostics) = read(&body);
        if expected.is_empty() {
            prop_assert!(rows.is_none());
        } else {
            prop_assert!(diagnostics.is_empty(), "{diagnostics:?}");
            let rows = rows.unwrap();
            prop_assert_eq!(ours(&rows), expected);
            prop_assert!(spans_hold(&rows));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(body in "[a1,\"\n\r µ]{0,30}") {
        let (rows, diagnostics) = read(&body);
        prop_assert_eq!(rows.is_none(), diagnostics.iter().any(Diagnostic::is_error));
        let _ = text(&diagnostics, Style { colour: false, width: 80 });
        if let Some(rows) = rows {
            prop_assert_eq!(ours(&rows), reference(&body).unwrap());
        }
    }
}

/// Wrong tables, against a reader with columns `study` (text), `n` (whole, at least 1), `mean` (number, may be blank).
const WRONG: &[&str] = &[
    "",
    "study,n,mean\nlii,20\n",
    "study,n,mean\nlii,20,12,7\n",
    "study,n,mean\nlii, 2023,20,12.7\n",
    "study,n,mean\n\"lii,20,12.7\n",
    "study,n,mean\n\"lii\" 2023,20,12.7\n",
    "study,n,maen\nlii,20,12.7\n",
    "study,n,n,mean\nlii,20,20,12.7\n",
    "study,mean\nlii,12.7\n",
    "study,n,mean,extra\nlii,20,12.7,\n",
    "study,n,mean\n,20,12.7\nlii,,12.7\nlii,twenty,12.7\nlii,20.5,-\nlii,0,NaN\nlii,20,\nlii,20,\"12,7\"\n",
];

#[test]
fn what_is_said_of_wrong_tables() {
    let mut out = String::new();
    for body in WRONG {
        let (rows, mut diagnostics) = read(body);
        if let Some(rows) = rows {
            rows.read(&["study", "n"], &["mean"], &mut diagnostics, |row| {
                let study = row.required_string("study");
                let n = row.required_integer("n", 1..);
                let mean = row.optional_number("mean", ..);
                Some((study?, n?, mean))
            });
        }
        let shown = text(
            &diagnostics,
            Style {
                colour: false,
                width: 100,
            },
        );
        out.push_str(&format!(
            "{}\n{body}{}\n{shown}\n",
            "=".repeat(72),
            "-".repeat(72)
        ));
    }
    insta::assert_snapshot!(out);
}
