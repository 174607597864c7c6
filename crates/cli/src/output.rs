//! What a run leaves behind: four files in a folder, each whole or absent, and the lines on the terminal.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use euthymia_diagnostics::Source;
use euthymia_engine::{Block, Statistics};
use euthymia_io::parquet::{Layout, TrajectoryWriter};
use euthymia_io::{IoError, atomic, csv, hash, parquet};
use euthymia_report::terminal;
use euthymia_therapy::ensemble::Ensemble;
use euthymia_therapy::result::{CourseResult, FileHash, Provenance};
use euthymia_therapy::rows::SummaryRow;
use euthymia_therapy::simulate::{Settings, Trajectories, TrajectoryLayout};

use crate::arguments::{Shared, Simulate};
use crate::exit::Failure;
use crate::watch::{Moment, Spent};

const REPORT: &str = "report.html";
const SUMMARY_JSON: &str = "summary.json";
const SUMMARY_CSV: &str = "summary.csv";
const TRAJECTORIES: &str = "trajectories.parquet";

/// The files of a run being written.
pub(crate) struct Output {
    folder: PathBuf,
    provenance: Provenance,
    trajectories: Option<TrajectoryWriter>,
    writing: Spent,
    work: Statistics,
}

impl Output {
    pub(crate) fn new(folder: &Path, provenance: Provenance) -> Self {
        Self {
            folder: folder.to_path_buf(),
            provenance,
            trajectories: None,
            writing: Spent::default(),
            work: Statistics::default(),
        }
    }

    /// How long trajectories took to write so far.
    pub(crate) fn time_writing(&self) -> Spent {
        self.writing
    }

    /// What the simulation cost.
    pub(crate) fn work(&self) -> Statistics {
        self.work
    }

    /// Completes the result with how it was made.
    pub(crate) fn sign(&self, result: &mut CourseResult) {
        result.provenance = self.provenance.clone();
    }

    /// Writes everything that is left and puts all files in place.
    pub(crate) fn finish(self, result: &CourseResult) -> Result<(), Failure> {
        let page = euthymia_report::course::page(result).map_err(Failure::Report)?;
        let rows = result.summary_rows().map(|row| row.cells());
        if let Some(trajectories) = self.trajectories {
            trajectories.finish()?;
        }
        csv::write_table(self.folder.join(SUMMARY_CSV), &SummaryRow::COLUMNS, rows)?;
        atomic::write(self.folder.join(SUMMARY_JSON), json(result).as_bytes())?;
        atomic::write(self.folder.join(REPORT), page.as_bytes())?;
        Ok(())
    }
}

impl Trajectories for Output {
    type Error = IoError;

    fn begin(&mut self, layout: &TrajectoryLayout) -> Result<(), IoError> {
        let provenance = vec![
            ("command".to_owned(), self.provenance.command.clone()),
            ("version".to_owned(), self.provenance.version.clone()),
            ("seed".to_owned(), self.provenance.seed.to_string()),
            ("input_hash".to_owned(), self.provenance.input_hash.clone()),
        ];
        let described = layout
            .columns
            .iter()
            .map(|column| (column.name.clone(), column.unit.clone(), column.label.clone()));
        let layout = Layout {
            columns: parquet::columns(described),
            block_columns: layout.columns.len(),
            times: layout.times_h.clone(),
            time_unit: "h".to_owned(),
            simulations: layout.design.studies(),
            provenance,
        };
        self.trajectories = Some(TrajectoryWriter::create(self.folder.join(TRAJECTORIES), layout)?);
        Ok(())
    }

    fn block(&mut self, block: &Block) -> Result<(), IoError> {
        let Some(trajectories) = &mut self.trajectories else {
            return Ok(());
        };
        let started = Moment::of_thread();
        trajectories.write(block.first, block.subjects, &block.values)?;
        self.writing += started.spent();
        Ok(())
    }

    fn end(&mut self, work: &Statistics) -> Result<(), IoError> {
        self.work = *work;
        Ok(())
    }
}

/// Puts the page and the summaries of an ensemble in place.
pub(crate) fn write_ensemble(folder: &Path, ensemble: &Ensemble) -> Result<(), Failure> {
    let page = euthymia_report::ensemble::page(ensemble).map_err(Failure::Report)?;
    let header = ["structure"].into_iter().chain(SummaryRow::COLUMNS);
    let rows = ensemble.members.iter().flat_map(|member| {
        let of_member = |row: SummaryRow<'_>| {
            let cells = row.cells();
            let cells = std::iter::once(member.structure.key.clone()).chain(cells);
            cells.collect::<Vec<_>>()
        };
        member.result.summary_rows().map(of_member)
    });
    csv::write_table(folder.join(SUMMARY_CSV), &header.collect::<Vec<_>>(), rows)?;
    atomic::write(folder.join(SUMMARY_JSON), json(ensemble).as_bytes())?;
    atomic::write(folder.join(REPORT), page.as_bytes())?;
    Ok(())
}

/// How the result is made: the command that makes it again, the seed, and hashes of everything that was read.
pub(crate) fn provenance(
    course: &Source,
    inputs: &[Source],
    options: &Simulate,
    structure: Option<&str>,
    settings: &Settings,
) -> Provenance {
    let mut command = format!(
        "euthymia simulate {} --seed {}",
        course_argument(course, &options.course),
        settings.seed
    );
    if let Some(subjects) = settings.subjects {
        command.push_str(&format!(" --subjects {subjects}"));
    }
    if let Some(structure) = structure {
        command.push_str(&format!(" --pk {structure}"));
    }
    made_by(command, inputs, settings.seed)
}

/// The command that makes a result, the seed, and hashes of everything that was read.
pub(crate) fn made_by(command: String, inputs: &[Source], seed: u64) -> Provenance {
    let files: Vec<FileHash> = inputs
        .iter()
        .map(|file| FileHash {
            name: file.name().to_owned(),
            sha256: hash::sha256_hex(file.text().as_bytes()),
        })
        .collect();
    let joined: String = files.iter().map(|file| file.sha256.as_str()).collect();
    Provenance {
        command,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed,
        input_hash: hash::sha256_hex(joined.as_bytes()),
        files,
    }
}

/// The course as it has to be named on a command line.
pub(crate) fn course_argument(course: &Source, argument: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./".contains(character);
    if argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", course.name().replace('\'', r"'\''"))
    }
}

/// The whole result as JSON.
pub(crate) fn json(result: &impl serde::Serialize) -> String {
    // A structure of strings, numbers and lists always has a JSON form; numbers that are not finite become null.
    serde_json::to_string_pretty(result).unwrap_or_default()
}

/// The dozen lines that answer the question.
pub(crate) fn table(result: &CourseResult) -> String {
    let (width, colour) = terminal();
    terminal::table(result, width, colour)
}

/// The lines that set structures side by side.
pub(crate) fn ensemble_table(ensemble: &Ensemble) -> String {
    let (width, colour) = terminal();
    terminal::ensemble(ensemble, width, colour)
}

/// Prints to standard output. A reader that has seen enough, as `head`, ends the program quietly.
pub(crate) fn print(text: impl AsRef<[u8]>) {
    let mut out = std::io::stdout().lock();
    let Err(error) = out.write_all(text.as_ref()).and_then(|()| out.flush()) else {
        return;
    };
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    eprintln!("error: standard output cannot be written: {error}");
    std::process::exit(4);
}

/// As the standard library's, which panics where the reader has gone.
macro_rules! print {
    ($($said:tt)*) => { $crate::output::print(format!($($said)*)) };
}

/// As the standard library's, which panics where the reader has gone.
macro_rules! println {
    () => { $crate::output::print("\n") };
    ($($said:tt)*) => { $crate::output::print(format!($($said)*) + "\n") };
}

/// Writes a table into a file, or prints it where the file is `-`; whether it was printed, so that nothing else should be.
pub(crate) fn write_csv<R>(path: &Path, header: &[&str], rows: R, shared: &Shared) -> Result<bool, Failure>
where
    R: IntoIterator,
    R::Item: IntoIterator,
    <R::Item as IntoIterator>::Item: AsRef<[u8]>,
{
    let is_printed = path == Path::new("-");
    if is_printed && shared.json {
        return Err(Failure::Usage(
            "`--csv` and `--json` cannot both be printed: name a FILE for the table".to_owned(),
        ));
    }
    if is_printed {
        let failed = |kind| IoError {
            action: "write",
            path: path.to_path_buf(),
            kind,
        };
        print(csv::table(header, rows).map_err(failed)?);
    } else {
        csv::write_table(path, header, rows)?;
    }
    Ok(is_printed)
}

/// How wide standard output is, and whether it wants colour.
pub(crate) fn terminal() -> (usize, terminal::Colour) {
    let terminal = std::io::stdout().is_terminal();
    let width = terminal.then(terminal_width).flatten().unwrap_or(100);
    let coloured = terminal && std::env::var_os("NO_COLOR").is_none();
    let colour = if coloured {
        terminal::Colour::Ansi
    } else {
        terminal::Colour::Plain
    };
    (width, colour)
}

fn terminal_width() -> Option<usize> {
    let columns = std::env::var("COLUMNS").ok()?.parse().ok()?;
    (40..=160).contains(&columns).then_some(columns)
}

/// Where the files are.
pub(crate) fn where_it_is(folder: &Path) -> String {
    format!(
        "{} (also {SUMMARY_JSON}, {SUMMARY_CSV}, {TRAJECTORIES})",
        folder.join(REPORT).display()
    )
}

/// Where the files of an ensemble are.
pub(crate) fn where_ensemble_is(folder: &Path) -> String {
    format!(
        "{} (also {SUMMARY_JSON}, {SUMMARY_CSV}, and a folder for each structure)",
        folder.join(REPORT).display()
    )
}
