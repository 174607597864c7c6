//! A file of trajectories holds what was written, in any blocks, under the names rxode2 uses.

#![allow(
    clippy::unwrap_used,
    reason = "a failure to read or write is a failure of the test"
)]

use std::fs::File;
use std::path::Path;

use euthymia_io::parquet::{Column, Layout, TrajectoryWriter};
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{DataType, DoubleType, Int64Type};
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;

const TIMES: usize = 7;
const BLOCK_COLUMNS: usize = 3;

fn value(column: usize, subject: usize, time: usize) -> f64 {
    (column * 1_000_000 + subject * 100 + time) as f64 + 0.1
}

fn layout() -> Layout {
    let column = |index: usize, name: &str, unit: &str| Column {
        index,
        name: name.to_owned(),
        unit: unit.to_owned(),
        label: format!("Label of {name}"),
    };
    Layout {
        columns: vec![column(2, "score", "points"), column(0, "ketamine", "ng/mL")],
        block_columns: BLOCK_COLUMNS,
        times: (0..TIMES).map(|time| time as f64 * 0.5).collect(),
        time_unit: "h".to_owned(),
        simulations: 4,
        provenance: vec![
            ("seed".to_owned(), "1".to_owned()),
            ("command".to_owned(), "euthymia simulate x".to_owned()),
        ],
    }
}

/// Writes `subjects` subjects in blocks of the given sizes, over and over.
fn write(path: &Path, subjects: usize, blocks: &[usize]) {
    let mut writer = TrajectoryWriter::create(path, layout()).unwrap();
    let mut first = 0;
    for size in blocks.iter().cycle() {
        let size = (*size).min(subjects - first);
        let mut values = Vec::new();
        for column in 0..BLOCK_COLUMNS {
            for subject in first..first + size {
                values.extend((0..TIMES).map(|time| value(column, subject, time)));
            }
        }
        writer.write(first as u64, size, &values).unwrap();
        first += size;
        if first == subjects {
            break;
        }
    }
    writer.finish().unwrap();
}

/// One column of the whole file.
fn read<T: DataType>(path: &Path, column: usize) -> Vec<T::T> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let mut all = Vec::new();
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).unwrap();
        let mut column = get_typed_column_reader::<T>(group.get_column_reader(column).unwrap());
        column.read_records(usize::MAX, None, None, &mut all).unwrap();
    }
    all
}

fn check(path: &Path, subjects: usize) {
    let each = |f: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
        (0..subjects)
            .flat_map(|subject| (0..TIMES).map(move |time| (subject, time)))
            .map(|(s, t)| f(s, t))
            .collect()
    };
    let whole = |f: &dyn Fn(usize) -> usize| -> Vec<i64> {
        (0..subjects)
            .flat_map(|subject| [f(subject) as i64; TIMES])
            .collect()
    };
    assert_eq!(read::<Int64Type>(path, 0), whole(&|subject| subject % 4 + 1));
    assert_eq!(read::<Int64Type>(path, 1), whole(&|subject| subject / 4 + 1));
    assert_eq!(read::<DoubleType>(path, 2), each(&|_, time| time as f64 * 0.5));
    assert_eq!(
        read::<DoubleType>(path, 3),
        each(&|subject, time| value(2, subject, time))
    );
    assert_eq!(
        read::<DoubleType>(path, 4),
        each(&|subject, time| value(0, subject, time))
    );
}

#[test]
fn columns_have_the_names_of_rxode2_and_the_file_says_its_units() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out/trajectories.parquet");
    write(&path, 10, &[4]);
    let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    let file = reader.metadata().file_metadata();
    let names: Vec<&str> = file
        .schema_descr()
        .columns()
        .iter()
        .map(|column| column.name())
        .collect();
    assert_eq!(names, ["sim.id", "id", "time", "score", "ketamine"]);
    let metadata = file.key_value_metadata().unwrap();
    let get = |key: &str| {
        metadata
            .iter()
            .find(|entry| entry.key == key)
            .and_then(|entry| entry.value.clone())
            .unwrap()
    };
    assert_eq!(get("time_unit"), "h");
    assert_eq!(get("seed"), "1");
    assert_eq!(get("command"), "euthymia simulate x");
    assert_eq!(
        get("columns"),
        r#"[{"name":"score","unit":"points","label":"Label of score"},{"name":"ketamine","unit":"ng/mL","label":"Label of ketamine"}]"#
    );
    assert_eq!(
        folder.path().join("out").read_dir().unwrap().count(),
        1,
        "nothing else is left in the folder"
    );
}

#[test]
fn blocks_above_and_below_the_size_of_a_row_group_are_kept_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trajectories.parquet");
    // 5000 subjects of 7 rows exceed the fewest rows of a group; 100 are gathered.
    for (subjects, blocks) in [(12_000, &[5_000, 100][..]), (160_000, &[80_000, 1]), (9, &[2])] {
        write(&path, subjects, blocks);
        check(&path, subjects);
    }
}

#[test]
fn the_bytes_do_not_depend_on_when_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = |name: &str| {
        let path = folder.path().join(name);
        write(&path, 300, &[64]);
        std::fs::read(path).unwrap()
    };
    assert_eq!(bytes("a.parquet"), bytes("b.parquet"));
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trajectories.parquet");
    let mut writer = TrajectoryWriter::create(&path, layout()).unwrap();
    writer.write(0, 1, &[0.0; BLOCK_COLUMNS * TIMES]).unwrap();
    drop(writer);
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trajectories.parquet");
    let mut writer = TrajectoryWriter::create(&path, layout()).unwrap();
    let error = writer.write(0, 2, &[0.0; 5]).unwrap_err().to_string();
    assert!(
        error.ends_with("5 values for 2 subjects, 7 times and 3 columns"),
        "{error}"
    );
    let mut twice = layout();
    twice.columns[1].name = "time".to_owned();
    let error = TrajectoryWriter::create(&path, twice).unwrap_err().to_string();
    assert!(error.contains("two columns are called `time`"), "{error}");
    let mut beyond = layout();
    beyond.columns[0].index = BLOCK_COLUMNS;
    assert!(TrajectoryWriter::create(&path, beyond).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_blocks_give_the_same_rows(subjects in 1..2_000_usize, blocks in prop::collection::vec(1..300_usize, 1..5)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trajectories.parquet");
        write(&path, subjects, &blocks);
        check(&path, subjects);
    }
}
