//! What a run cost.

/// Counts of the work done for subjects; the same for any lane width, block size and number of threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Subjects simulated, those that failed among them.
    pub subjects: u64,
    /// Steps that were taken.
    pub accepted: u64,
    /// Steps that were tried and not taken.
    pub rejected: u64,
    /// Evaluations of the right-hand sides.
    pub derivatives: u64,
    /// Points at which the Jacobian was needed.
    pub jacobians: u64,
    /// Factorisations of the step matrix.
    pub factorisations: u64,
    /// Values of reported outputs that are NaN, such as 0/0 before the first dose. States are never NaN, save those of a
    /// subject that failed; what is not known of it is not counted.
    pub undefined_outputs: u64,
}

impl Statistics {
    /// Adds the work of a part.
    pub fn add(&mut self, part: &Self) {
        self.subjects += part.subjects;
        self.accepted += part.accepted;
        self.rejected += part.rejected;
        self.derivatives += part.derivatives;
        self.jacobians += part.jacobians;
        self.factorisations += part.factorisations;
        self.undefined_outputs += part.undefined_outputs;
    }
}
