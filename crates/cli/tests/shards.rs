//! `euthymia run --shard`: the parts put together are the whole, bit for bit.

mod common;

use std::fs::File;
use std::path::Path;

use common::{euthymia, text};
use parquet::file::reader::{FileReader, SerializedFileReader};

const WARFARIN: &str = "examples/warfarin.R";
const DATA: [&str; 2] = ["--data", "examples/warfarin.csv"];

fn ran(arguments: &[&str]) -> Vec<u8> {
    let run = euthymia(&[&["run", WARFARIN], arguments].concat());
    assert!(run.status.success(), "{arguments:?}: {}", text(&run.stderr));
    run.stdout
}

/// The shards of a run with these arguments.
fn shards<'a>(arguments: &'a [&'a str], of: u64) -> impl Iterator<Item = (String, Vec<&'a str>)> {
    (1..=of).map(move |number| (format!("{number}/{of}"), arguments.to_vec()))
}

/// Names of the columns, and every row in words that tell numbers apart; how many row groups there are.
fn read(path: &Path) -> (Vec<String>, Vec<String>, usize) {
    let reader = SerializedFileReader::new(File::open(path).expect("the file")).expect("Parquet");
    let schema = reader.metadata().file_metadata().schema().get_fields().to_vec();
    let names = schema.iter().map(|field| field.name().to_owned()).collect();
    let groups = reader.num_row_groups();
    let rows = reader.into_iter().map(|row| format!("{:?}", row.expect("a row")));
    (names, rows.collect(), groups)
}

#[test]
fn shards_put_together_are_the_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let people = folder.path().join("people.csv");
    let table: String = (1..=11)
        .map(|id| format!("{id},{},{}\n", 50 + id, 0.01 * f64::from(id)))
        .collect();
    std::fs::write(&people, format!("ID,WT,eta.cl\n{table}")).expect("a file");
    let people = people.display().to_string();
    let dose = ["--dose", "100 mg at 0 into depot", "--times", "0:6:24"];
    let cases: [(Vec<&str>, &[u64]); 5] = [
        (
            [&DATA[..], &["--times", "0:6:48", "-n", "23", "--seed", "7"]].concat(),
            &[1, 4, 40],
        ),
        ([&DATA[..], &["-n", "9", "--threads", "2"]].concat(), &[2]),
        (DATA.to_vec(), &[2, 3]),
        ([&dose[..], &["--params", &people]].concat(), &[3]),
        ([&dose[..], &["--params", &people, "-n", "30"]].concat(), &[7]),
    ];
    for (arguments, counts) in &cases {
        let whole = ran(arguments);
        let whole_file = folder.path().join("whole.parquet").display().to_string();
        ran(&[&arguments[..], &["-o", &whole_file]].concat());
        let (names, rows, _) = read(Path::new(&whole_file));
        for &of in *counts {
            let mut joined: Vec<u8> = Vec::new();
            let mut joined_rows = Vec::new();
            for (shard, arguments) in shards(arguments, of) {
                let part = ran(&[&arguments[..], &["--shard", &shard]].concat());
                let header = part.iter().position(|byte| *byte == b'\n').expect("a header") + 1;
                joined.extend(&part[if joined.is_empty() { 0 } else { header }..]);
                let file = folder.path().join("part.parquet").display().to_string();
                ran(&[&arguments[..], &["--shard", &shard, "-o", &file]].concat());
                let (own, part_rows, groups) = read(Path::new(&file));
                assert_eq!(own, names);
                assert_eq!(part_rows.is_empty(), groups == 0);
                assert_eq!(part_rows.len(), text(&part).lines().count() - 1);
                joined_rows.extend(part_rows);
            }
            assert!(joined == whole, "{arguments:?} in {of}");
            assert!(joined_rows == rows, "{arguments:?} in {of}");
        }
    }
}

#[test]
fn an_empty_shard_has_columns_and_no_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = [&DATA[..], &["--shard", "1/5"]].concat();
    assert_eq!(text(&ran(&arguments)).lines().count(), 1);
    for name in ["none.csv", "none.parquet", "none.arrow"] {
        let path = folder.path().join(name).display().to_string();
        let said = ran(&[&arguments[..], &["-o", &path]].concat());
        assert!(
            text(&said).ends_with(": 0 rows of 0 subjects\n"),
            "{}",
            text(&said)
        );
        assert!(std::fs::metadata(path).is_ok_and(|file| file.len() > 0));
    }
}

#[test]
fn what_is_no_shard_is_answered_with_the_way_out() {
    for (shard, message) in [
        (
            "0/3",
            "shards are counted from 1, so the first is `1/3` and the last is `3/3`",
        ),
        ("4/3", "shards are counted from 1"),
        ("a/b", "expected two whole numbers such as `2/8`"),
        ("2", "expected two whole numbers"),
        ("1/0", "there must be at least one shard"),
    ] {
        let run = euthymia(&[&["run", WARFARIN], &DATA[..], &["--shard", shard]].concat());
        assert_eq!(run.status.code(), Some(2));
        assert!(text(&run.stderr).contains(message), "{}", text(&run.stderr));
    }
}
