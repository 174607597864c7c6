//! Rows of results are read back, by the Parquet reader of Apache Arrow's Rust library, as they were written: whatever repeats
//! in them, and however many come at a time.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use euthymia_io::results::ResultsWriter;
use euthymia_population::{Batch, Column, Kind, Runs, Values};
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;

fn columns(words: usize) -> Vec<Column> {
    let words: Vec<String> = (0..words).map(|at| format!("who \"{at}\"")).collect();
    let kinds = [
        ("id", Kind::Whole),
        ("who", Kind::Word(words.into())),
        ("time", Kind::Number),
        ("x", Kind::Number),
        ("WT", Kind::Number),
    ];
    let column = |(name, kind): (&str, Kind)| Column {
        name: name.to_owned(),
        kind,
        unit: None,
        label: None,
    };
    kinds.into_iter().map(column).collect()
}

/// Rows of so many subjects from `first` on, each at so many times.
fn batch(first: usize, subjects: usize, times: usize, words: usize) -> Batch<'static> {
    let mut whole = Runs::default();
    let mut word = Runs::default();
    let mut x = Vec::new();
    let mut weight = Vec::new();
    for subject in first..first + subjects {
        whole.push(subject as i64 - 3, times);
        word.push((subject * 7 % words) as u32, times);
        x.extend((0..times).map(|time| match (subject + time) % 50 {
            0 => f64::NAN,
            1 => -0.0,
            _ => (subject * times + time) as f64 / 7.0,
        }));
        // Some weights are the same for two subjects, some change in the middle, some do not exist.
        let own = if subject % 5 == 4 {
            f64::NAN
        } else {
            (subject / 2) as f64 + 0.5
        };
        weight.extend((0..times).map(|time| {
            if subject % 3 == 0 && 2 * time > times {
                own + 1.0
            } else {
                own
            }
        }));
    }
    Batch {
        rows: subjects * times,
        columns: vec![
            Values::Whole(whole),
            Values::Word(word),
            Values::Cycle {
                numbers: Cow::Owned((0..times).map(|time| time as f64 / 4.0).collect()),
                times: subjects,
            },
            Values::Number(Cow::Owned(x)),
            Values::Number(Cow::Owned(weight)),
        ],
    }
}

/// A column of all row groups.
fn column<T: DataType>(reader: &SerializedFileReader<File>, at: usize) -> Vec<T::T> {
    let mut values = Vec::new();
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).expect("a row group");
        let rows = group.metadata().num_rows() as usize;
        let mut column = get_typed_column_reader::<T>(group.get_column_reader(at).expect("a column"));
        let before = values.len();
        let (records, ..) = column
            .read_records(rows, None, None, &mut values)
            .expect("values");
        assert_eq!((records, values.len() - before), (rows, rows));
    }
    values
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Writes the batches and reads them back; how many row groups there are.
fn there_and_back(path: &Path, words: usize, batches: &[Batch<'static>]) -> usize {
    let columns = columns(words);
    let mut writer = ResultsWriter::create(path, &columns, &[]).expect("a file");
    let encoder = writer.encoder();
    let mut all: Option<Batch<'static>> = None;
    for batch in batches {
        writer
            .write(encoder.encode(batch).expect("encoded"))
            .expect("written");
        match &mut all {
            Some(all) => all.append(batch.clone()),
            none => *none = Some(batch.clone()),
        }
    }
    writer.finish().expect("finished");
    let all = all.expect("a batch");
    let reader = SerializedFileReader::new(File::open(path).expect("the file")).expect("Parquet");
    assert_eq!(reader.metadata().file_metadata().num_rows(), all.rows as i64);
    let (Values::Whole(ids), Values::Word(who)) = (&all.columns[0], &all.columns[1]) else {
        unreachable!("the first two columns are these")
    };
    assert!(column::<Int64Type>(&reader, 0).into_iter().eq(ids.each()));
    let Kind::Word(known) = &columns[1].kind else {
        unreachable!("the second column has words")
    };
    let read = column::<ByteArrayType>(&reader, 1);
    let read = read.iter().map(|word| word.as_utf8().expect("a word"));
    assert!(read.eq(who.each().map(|at| known[at as usize].as_str())));
    for at in 2..5 {
        assert!(
            bits(&column::<DoubleType>(&reader, at)) == bits(&all.columns[at].numbers()),
            "column {at}"
        );
    }
    reader.num_row_groups()
}

#[test]
fn row_groups_of_every_shape_are_read_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.parquet");
    // Numbers of entries at which their number takes another bit or byte; of times and subjects that are no multiple of 8.
    for (subjects, times, words) in [
        (1, 17_000, 1),
        (2, 9_000, 2),
        (17_000, 1, 300),
        (255, 65, 3),
        (256, 64, 256),
        (257, 67, 257),
        (300, 129, 5),
    ] {
        let groups = there_and_back(&path, words, &[batch(0, subjects, times, words)]);
        assert_eq!(groups, 1);
    }
}

/// Numbers that begin regularly, so that they are compressed, and go on with bits that nothing makes smaller.
#[test]
fn numbers_that_cannot_be_compressed_later_on_are_read_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.parquet");
    let mut noisy = batch(0, 1, 40_000, 1);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        f64::from_bits(state)
    };
    let numbers = (0..40_000).map(|row| if row < 9000 { f64::from(row) } else { noise() });
    noisy.columns[3] = Values::Number(Cow::Owned(numbers.collect()));
    there_and_back(&path, 1, &[noisy]);
}

#[test]
fn few_rows_are_gathered_and_the_first_are_not_kept_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.parquet");
    let blocks: Vec<_> = (0..400).map(|at| batch(10 * at, 10, 8, 6)).collect();
    // 80 rows, 80, 160, ... up to 16384 and so on: 32000 in ten.
    assert!((5..=12).contains(&there_and_back(&path, 6, &blocks)));
    let mixed = [
        batch(0, 3, 5, 6),
        batch(3, 300, 100, 6),
        batch(303, 1, 7, 6),
        batch(304, 300, 80, 6),
    ];
    assert_eq!(there_and_back(&path, 6, &mixed), 4);
    let empty = [batch(0, 0, 5, 6), batch(0, 2, 5, 6), batch(2, 0, 5, 6)];
    assert_eq!(there_and_back(&path, 6, &empty), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_blocks_are_read_back(shapes in prop::collection::vec((0_usize..60, 1_usize..700), 1..6), words in 1_usize..40) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rows.parquet");
        let mut first = 0;
        let blocks: Vec<_> = shapes
            .into_iter()
            .map(|(subjects, times)| {
                first += subjects;
                batch(first - subjects, subjects, times, words)
            })
            .collect();
        there_and_back(&path, words, &blocks);
    }
}

/// Rows in words, of a CSV.
#[test]
fn a_csv_has_the_same_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.csv");
    let mut writer = ResultsWriter::create(&path, &columns(2), &[]).expect("a file");
    let encoder = writer.encoder();
    for batch in [batch(0, 1, 3, 2), batch(1, 2, 2, 2)] {
        writer
            .write(encoder.encode(&batch).expect("encoded"))
            .expect("written");
    }
    writer.finish().expect("finished");
    let text = std::fs::read_to_string(path).expect("the file");
    let expected = "id,who,time,x,WT\n\
                    -3,\"who \"\"0\"\"\",0,NA,0.5\n\
                    -3,\"who \"\"0\"\"\",0.25,-0,0.5\n\
                    -3,\"who \"\"0\"\"\",0.5,0.2857142857142857,1.5\n\
                    -2,\"who \"\"1\"\"\",0,-0,0.5\n\
                    -2,\"who \"\"1\"\"\",0.25,0.42857142857142855,0.5\n\
                    -1,\"who \"\"0\"\"\",0,0.5714285714285714,1.5\n\
                    -1,\"who \"\"0\"\"\",0.25,0.7142857142857143,1.5\n";
    assert_eq!(text, expected);
}

#[test]
fn rows_of_other_columns_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer =
        ResultsWriter::create(folder.path().join("rows.parquet"), &columns(2)[1..], &[]).expect("a file");
    assert!(writer.encoder().encode(&batch(0, 1, 1, 2)).is_err());
}
