//! What the engine observed on its way to the file: encoded on the threads of the engine, written in order.

use euthymia_engine::{CourseBlock, CourseSink, Failure as SubjectFailure, Prepare};
use euthymia_io::IoError;
use euthymia_io::results::{Encoded, Encoder, ResultsWriter};
use euthymia_population::{Failures, Run as Prepared};

use crate::watch::{Moment, Spent};

/// Makes rows of what the engine observed, and of these what the file takes, on the thread that has computed them.
pub(crate) struct Encoding<'r> {
    pub(crate) run: &'r Prepared,
    pub(crate) encoder: Encoder,
}

/// Rows ready to be written.
pub(crate) struct Ready {
    encoded: Result<Encoded, IoError>,
    rows: u64,
    encoding: Spent,
}

impl Prepare for Encoding<'_> {
    type Prepared = Ready;

    fn prepare(&self, block: &mut CourseBlock) -> Ready {
        let started = Moment::of_thread();
        let batch = self.run.batch(block);
        Ready {
            encoded: self.encoder.encode(&batch),
            rows: batch.rows as u64,
            encoding: started.spent(),
        }
    }
}

/// Takes rows to the file.
pub(crate) struct Output {
    pub(crate) writer: ResultsWriter,
    pub(crate) rows: u64,
    pub(crate) writing: Spent,
    /// Of all threads.
    pub(crate) encoding: Spent,
    pub(crate) failures: Failures,
}

impl Output {
    pub(crate) fn new(writer: ResultsWriter) -> Self {
        Self {
            writer,
            rows: 0,
            writing: Spent::default(),
            encoding: Spent::default(),
            failures: Failures::default(),
        }
    }
}

impl CourseSink<Ready> for Output {
    type Error = IoError;

    fn block(&mut self, ready: Ready) -> Result<(), IoError> {
        let started = Moment::of_thread();
        self.writer.write(ready.encoded?)?;
        self.rows += ready.rows;
        self.encoding += ready.encoding;
        self.writing += started.spent();
        Ok(())
    }

    /// The others are of use without it: its rows say what is not known, and it is told at the end.
    fn failed(&mut self, failure: Box<SubjectFailure>) -> Result<(), Box<SubjectFailure>> {
        self.failures.add(*failure);
        Ok(())
    }
}
