//! Where trajectories go, and who is told how far the run is.

use crate::error::Failure;

/// The trajectories of some consecutive subjects.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Index of the first subject.
    pub first: u64,
    /// How many subjects.
    pub subjects: usize,
    /// How many observation times.
    pub times: usize,
    /// How many columns: the states of the program, then its reported outputs.
    pub columns: usize,
    /// The value of a column for a subject of the block at a time is at `(column * subjects + subject) * times + time`.
    pub values: Vec<f64>,
}

impl Block {
    /// The values of `column` for the block's subject `subject` at all times.
    ///
    /// # Panics
    /// If the block has no such column or subject.
    #[must_use]
    pub fn trajectory(&self, column: usize, subject: usize) -> &[f64] {
        assert!(
            column < self.columns && subject < self.subjects,
            "no such trajectory in the block"
        );
        let start = (column * self.subjects + subject) * self.times;
        &self.values[start..start + self.times]
    }
}

/// Receives blocks in the order of their subjects, never two at once.
pub trait Sink {
    /// Why a block could not be taken.
    type Error;

    /// Takes a block.
    ///
    /// # Errors
    /// Ends the run; the error comes back from `simulate`.
    fn block(&mut self, block: Block) -> Result<(), Self::Error>;

    /// Is told of a subject that could not be simulated to the end, before the block that holds it comes: what was observed
    /// before the failure is there, states and what depends on them are NaN from then on. Subjects come in order.
    ///
    /// # Errors
    /// The failure itself where the run is of no use without the subject, which ends it. So it is unless a sink says
    /// otherwise: no NaN reaches one that has not asked for it.
    fn failed(&mut self, failure: Box<Failure>) -> Result<(), Box<Failure>> {
        Err(failure)
    }
}

/// Follows a run and may end it.
pub trait Progress: Sync {
    /// So many subjects have reached the sink.
    fn done(&self, subjects: u64);

    /// Whether the run should end; asked often.
    fn cancelled(&self) -> bool;
}

/// Follows nothing and cancels nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn done(&self, _subjects: u64) {}

    fn cancelled(&self) -> bool {
        false
    }
}

/// What was observed of some consecutive subjects, each at its own records.
#[derive(Clone, Debug, PartialEq)]
pub struct CourseBlock {
    /// Index of the first subject.
    pub first: u64,
    /// How many columns: the states of the program, then its reported outputs.
    pub columns: usize,
    /// Where each subject's observations start among those of the block, and, at last, how many the block has.
    pub offsets: Vec<usize>,
    /// When each observation of the block was made.
    pub times: Vec<f64>,
    /// The value of a column at an observation of the block is at `column * offsets[subjects] + observation`.
    pub values: Vec<f64>,
}

impl CourseBlock {
    /// How many subjects.
    #[must_use]
    pub fn subjects(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The values of `column` at all observations of the block's subject `subject`, in the order of its records.
    ///
    /// # Panics
    /// If the block has no such column or subject.
    #[must_use]
    pub fn trajectory(&self, column: usize, subject: usize) -> &[f64] {
        assert!(
            column < self.columns && subject < self.subjects(),
            "no such trajectory in the block"
        );
        let start = column * self.offsets[self.subjects()];
        &self.values[start + self.offsets[subject]..start + self.offsets[subject + 1]]
    }
}

/// Receives blocks of a run by records, or what was [prepared](Prepare) of them, in the order of their subjects, never two
/// at once.
pub trait CourseSink<B = CourseBlock> {
    /// Why a block could not be taken.
    type Error;

    /// Takes a block.
    ///
    /// # Errors
    /// Ends the run; the error comes back from `simulate_courses`.
    fn block(&mut self, block: B) -> Result<(), Self::Error>;

    /// Is told of a subject that could not be simulated to the end: see [`Sink::failed`].
    ///
    /// # Errors
    /// The failure itself where the run is of no use without the subject, which ends it.
    fn failed(&mut self, failure: Box<Failure>) -> Result<(), Box<Failure>> {
        Err(failure)
    }
}

/// Makes of a block what the sink takes, on the thread that has computed it, while others compute more: such as the bytes
/// that a sink has only to write.
pub trait Prepare: Sync {
    /// What is made.
    type Prepared: Send;

    /// Makes it; what is left of the block is room for the next.
    fn prepare(&self, block: &mut CourseBlock) -> Self::Prepared;
}

/// Prepares blocks and keeps what comes of them until they are received, whatever it is.
pub(crate) trait Shelve: Sync {
    /// Puts the block of this number on the shelf.
    fn put(&self, number: u64, block: &mut CourseBlock);
}

/// Receives what comes of blocks, in order, whatever the sink.
pub(crate) trait Receive {
    /// Takes the block of this number from the shelf; the receiver keeps the reason why it cannot.
    fn block(&mut self, number: u64) -> Result<(), ()>;

    /// Is told of a failure.
    fn failed(&mut self, failure: Box<Failure>) -> Result<(), Box<Failure>>;
}
