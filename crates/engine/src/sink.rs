//! Where trajectories go, and who is told how far the run is.

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

/// Receives blocks of a run by records in the order of their subjects, never two at once.
pub trait CourseSink {
    /// Why a block could not be taken.
    type Error;

    /// Takes a block.
    ///
    /// # Errors
    /// Ends the run; the error comes back from `simulate_courses`.
    fn block(&mut self, block: CourseBlock) -> Result<(), Self::Error>;
}
