//! The nested design of a run: draws of the uncertain parameters, studies within a draw, patients within a study.
//!
//! Patient `i` belongs to study `i mod (draws x studies)`, so that fewer patients are a prefix of more, and every
//! study has the same number of patients to within one.

use crate::result::Design;

impl Design {
    /// The design when nobody asks for another: 50 draws of the parameters, 2 studies each.
    pub const DEFAULT: Self = Self {
        draws: 50,
        studies_per_draw: 2,
    };

    /// Number of studies in all.
    #[must_use]
    pub fn studies(&self) -> u32 {
        self.draws.saturating_mul(self.studies_per_draw).max(1)
    }

    /// Study (`sim.id` counted from 0) of a patient.
    #[must_use]
    pub fn study_of(&self, subject: u64) -> u32 {
        // The remainder is below a u32.
        (subject % u64::from(self.studies())) as u32
    }

    /// Draw of the parameters that a study uses.
    #[must_use]
    pub fn draw_of(&self, study: u32) -> u32 {
        study / self.studies_per_draw.max(1)
    }
}

/// Fewest patients from which the uncertainty of a mean is told apart from the noise of few patients.
pub(crate) const FEWEST_FOR_INTERVALS: u64 = 200;
/// Fewest patients from which the parts of the variance come out other than by chance: with 100 studies of 10 patients
/// the standard error of the part between studies is 0.02 to 0.04 of the variance between patients.
pub(crate) const FEWEST_FOR_A_SPLIT: u64 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_study_is_filled_in_turn() {
        let design = Design::DEFAULT;
        assert_eq!(design.studies(), 100);
        let mut patients = [0_u32; 100];
        for subject in 0..1050 {
            patients[design.study_of(subject) as usize] += 1;
        }
        assert!(patients.iter().all(|n| (10..=11).contains(n)));
        assert_eq!(design.draw_of(0), 0);
        assert_eq!(design.draw_of(1), 0);
        assert_eq!(design.draw_of(99), 49);
    }
}
