//! Courses as ordered records: what happens to one subject and when it is observed, in the order in which it is told.

/// How the pattern of a dose has been going on before it was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SteadyState {
    /// It has not: the dose is the first.
    #[default]
    None,
    /// For ever, and nothing else counts: earlier amounts, infusions and doses that are still to come are cancelled
    /// (`SS` 1).
    Replace,
    /// For ever, beside what is there already: the amounts at steady state are added (`SS` 2). Of a model that is not linear
    /// they are those of the doses alone, begun from the initial values, as rxode2 has it.
    Add,
}

/// A dose of a course. Bioavailability, lag, duration and rate of its compartment are those that the model computes from
/// the inputs at its record; of an additional dose, from those that hold when it is given (before its lag). A duration is
/// kept from there on, while a modelled rate follows the inputs as long as the infusion runs, as in NONMEM.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CourseDose {
    /// Index into the states of the program.
    pub compartment: u16,
    /// Amount before bioavailability, in the compartment's unit; not negative. With [`SteadyState`] and an `interval` of
    /// 0 the amount is 0 and the dose is a constant infusion that has been running for ever and ends at the record; it is
    /// at the rate of `input`, to which neither bioavailability nor lag applies.
    pub amount: f64,
    /// How it enters.
    pub input: crate::DoseInput,
    /// How many more of the same follow.
    pub additional: u32,
    /// Time from one dose to the next; read where doses are additional or have been going on.
    pub interval: f64,
    /// Whether doses have been going on.
    pub steady_state: SteadyState,
}

/// What a record says. Amounts and factors are in the unit of the compartment, before bioavailability and lag.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// States and outputs are reported as they are at this place in the order of the records.
    Observe,
    /// The same at the record of a dose of this amount, which is what `amt` is there.
    ObserveDose(f64),
    /// A dose.
    Dose(CourseDose),
    /// A dose that the equations see, by `tad()`, `podo()` and `transit()`, and that adds nothing (`EVID` 7). It arrives
    /// after the lag of its compartment.
    Phantom {
        /// Index into the states of the program.
        compartment: u16,
        /// Amount; not negative.
        amount: f64,
        /// How many more of the same follow.
        additional: u32,
        /// Time from one to the next; read where there are additional ones.
        interval: f64,
    },
    /// Every compartment returns to its initial value; infusions and doses still to come are cancelled (`EVID` 3). Its time
    /// may be earlier than that of the record before: the clock is set. `EVID` 4 is this and a dose.
    Reset,
    /// The amount in the compartment becomes this (`EVID` 5), times its bioavailability and after its lag, as in rxode2.
    Replace {
        /// Index into the states of the program.
        compartment: u16,
        /// New amount.
        amount: f64,
    },
    /// The amount in the compartment is multiplied by this (`EVID` 6), times its bioavailability and after its lag.
    Multiply {
        /// Index into the states of the program.
        compartment: u16,
        /// By what.
        factor: f64,
    },
    /// The compartment is turned off or on (`EVID` 2 with a compartment). One that is off is empty and stays so: nothing
    /// enters from other compartments, infusions into it end, and equations see 0. A dose, a new amount or a factor turns it
    /// on, and so does a reset.
    Turn {
        /// Index into the states of the program.
        compartment: u16,
        /// Whether on.
        on: bool,
    },
    /// An input that differs between subjects has this value from here on: a covariate that changes with time. What
    /// record it is that a value holds until or from is the caller's to say, by the place of this one.
    Input {
        /// Index into the inputs of the program.
        input: u16,
        /// New value.
        value: f64,
    },
}

/// One record of a course.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// When, in the model's time unit.
    pub time: f64,
    /// What.
    pub event: Event,
}

/// Where [`Courses`] puts one subject.
#[derive(Debug)]
pub struct CourseInputs<'a> {
    /// Values in the order of the program's inputs, at the first record; they arrive as the inputs' defaults, NaN where
    /// there is none.
    pub inputs: &'a mut [f64],
    /// Records in order: times ascend, save that a reset may set the clock back; records of the same time happen in the
    /// order given. Additional and lagged doses that fall on the time of a record come before it. The list arrives empty.
    pub records: &'a mut Vec<Record>,
}

/// The subjects of a run by records, each with its own times.
///
/// `fill` must give the same answer whenever and on whatever thread it is asked about a subject. Inputs that the
/// program reads while computing what is common to the run must be the same for all subjects and may not change.
pub trait Courses: Sync {
    /// How many subjects there are.
    fn len(&self) -> u64;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Inputs and records of subject `index`, which is less than [`Courses::len`].
    fn fill(&self, index: u64, into: CourseInputs<'_>);

    /// If subject `index` has the records of the subject before it, none of which changes an input, gives its inputs alone,
    /// as [`Courses::fill`] would, and returns true; else touches nothing. It saves the time of telling and comparing
    /// records.
    fn fill_alike(&self, index: u64, inputs: &mut [f64]) -> bool {
        let _ = (index, inputs);
        false
    }
}
