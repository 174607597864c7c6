//! Results are in the file while the run goes on: those of the first subjects before the next are asked for, whatever the
//! format and however few rows they are.

use std::convert::Infallible;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use euthymia_diagnostics::Source;
use euthymia_engine::{
    CourseBlock, CourseInputs, CourseSink, Courses, Event, Options, Prepare, Record, Silent,
    simulate_prepared,
};
use euthymia_io::results::{Encoded, Encoder, ResultsWriter};
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::{check, syntax};
use euthymia_population::{Batch, Column, Kind, Values};
use parquet::file::reader::{FileReader, SerializedFileReader};

const MODEL: &str = "one <- function() {
  ini({ k <- fix(0.1) })
  model({
    d/dt(central) <- -k * central
    central(0) <- 100
  })
}
";
/// The first block of the engine, whatever its size.
const FIRST: u64 = 16;
const TIMES: usize = 5;

/// Subjects that look at the folder when they are asked about.
struct Watching {
    folder: PathBuf,
    /// Bytes there when each was asked about the last time.
    seen: Mutex<Vec<u64>>,
}

impl Courses for Watching {
    fn len(&self) -> u64 {
        4 * FIRST
    }

    fn fill(&self, index: u64, into: CourseInputs<'_>) {
        self.seen.lock().expect("no panic")[index as usize] = bytes(&self.folder);
        for time in 0..TIMES {
            let (time, event) = (time as f64, Event::Observe);
            into.records.push(Record { time, event });
        }
    }
}

fn bytes(folder: &Path) -> u64 {
    let files = folder.read_dir().expect("the folder");
    files
        .map(|file| file.and_then(|file| file.metadata()).expect("a file").len())
        .sum()
}

struct Encode(Encoder);

impl Prepare for Encode {
    type Prepared = Encoded;

    fn prepare(&self, block: &mut CourseBlock) -> Encoded {
        let rows = block.offsets[block.subjects()];
        let numbers = |values: &[f64]| Values::Number(values.to_vec().into());
        let columns = vec![numbers(&block.times), numbers(&block.values)];
        self.0.encode(&Batch { rows, columns }).expect("encoded")
    }
}

struct Write(ResultsWriter);

impl CourseSink<Encoded> for Write {
    type Error = Infallible;

    fn block(&mut self, encoded: Encoded) -> Result<(), Infallible> {
        self.0.write(encoded).expect("written");
        Ok(())
    }
}

fn column(name: &str) -> Column {
    Column {
        name: name.to_owned(),
        kind: Kind::Number,
        unit: None,
        label: None,
    }
}

#[test]
fn the_first_rows_are_in_the_file_before_the_next_subjects_are_asked_for() {
    let (file, _) = syntax::parse(&Source::new("one.R", MODEL));
    let model = check::check(&file).0.expect("a model");
    let program = compile(&model, &CompileOptions::default()).expect("a program");
    let formats: &[&str] = if cfg!(feature = "arrow") {
        &["csv", "parquet", "arrow"]
    } else {
        &["csv", "parquet"]
    };
    for format in formats {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(format!("rows.{format}"));
        let writer = ResultsWriter::create(&path, &[column("time"), column("central")], &[]).expect("a file");
        let watching = Watching {
            folder: folder.path().to_path_buf(),
            seen: Mutex::new(vec![0; 4 * FIRST as usize]),
        };
        let encode = Encode(writer.encoder());
        let mut write = Write(writer);
        let options = Options::standard();
        simulate_prepared(&program, &watching, &options, &encode, &mut write, &Silent).expect("simulated");
        let seen = watching.seen.lock().expect("no panic").clone();
        let (first, second) = (seen[0], seen[FIRST as usize]);
        // The numbers of the first block take more than a byte each, in whatever way they are written.
        assert!(second - first >= FIRST * TIMES as u64, "{format}: {seen:?}");
        write.0.finish().expect("finished");
        if *format == "parquet" {
            let reader = SerializedFileReader::new(File::open(&path).expect("the file")).expect("Parquet");
            let first = reader.metadata().row_group(0).num_rows();
            assert_eq!(first, (FIRST * TIMES as u64) as i64);
        }
    }
}
