//! Who is simulated: the inputs and doses of every subject, asked for by index.

/// How a dose enters its compartment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DoseInput {
    /// All at once.
    Bolus,
    /// At this constant rate (amount per time); bioavailability changes how long it takes.
    Rate(f64),
    /// Over this duration (time); bioavailability changes the rate.
    Duration(f64),
    /// Over the duration that the model computes, `dur(compartment)`; bioavailability changes the rate.
    ModelledDuration,
    /// At the rate that the model computes, `rate(compartment)`; bioavailability changes how long it takes.
    ModelledRate,
}

/// One dose into one compartment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dose {
    /// When it is given, in the model's time unit; the compartment's lag is added.
    pub time: f64,
    /// Index into the states of the program.
    pub compartment: u16,
    /// Amount before bioavailability, in the compartment's unit; not negative.
    pub amount: f64,
    /// How it enters.
    pub input: DoseInput,
}

impl Dose {
    /// This dose and `additional` more of the same, `interval` apart.
    pub fn repeated(self, additional: u32, interval: f64) -> impl Iterator<Item = Self> {
        (0..=additional).map(move |count| Self {
            time: self.time + f64::from(count) * interval,
            ..self
        })
    }
}

/// Where a [`Population`] puts one subject.
#[derive(Debug)]
pub struct SubjectInputs<'a> {
    /// Values in the order of the program's inputs; they arrive as the inputs' defaults, NaN where there is none.
    pub inputs: &'a mut [f64],
    /// Doses in any order; they arrive empty.
    pub doses: &'a mut Vec<Dose>,
}

/// The subjects of a run.
///
/// `fill` must give the same answer whenever and on whatever thread it is asked about a subject. Inputs that the
/// program reads while computing what is common to the run must be the same for all subjects.
pub trait Population: Sync {
    /// How many subjects there are.
    fn len(&self) -> u64;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Inputs and doses of subject `index`, which is less than [`Population::len`].
    fn fill(&self, index: u64, into: SubjectInputs<'_>);
}
