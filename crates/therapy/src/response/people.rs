//! How many people an arm has, and how likely each of a study was to be given the drug.

use super::arms::Maker;
use super::design::{Blinding, Kind};
use euthymia_evidence::{Arm, Design, Study};

impl Maker<'_> {
    /// Arms of a study between which people were randomised.
    fn randomised<'s>(&'s self, study: &'s Study) -> impl Iterator<Item = &'s Arm> {
        self.evidence
            .arms_of(&study.study_id)
            .filter(|arm| !arm.is_subset())
    }

    /// The part of the people who were given the drug; arms whose size is not told count as one another.
    pub(super) fn drug_chance(&self, study: &Study, blinding: Blinding) -> f64 {
        if matches!(blinding, Blinding::OpenLabel | Blinding::RaterBlinded) {
            let is_drug = self
                .randomised(study)
                .any(|arm| self.kind(&arm.drug) == Ok(Kind::Drug));
            return if is_drug { 1.0 } else { 0.0 };
        }
        let told = self.randomised(study).all(|arm| arm.n.is_some());
        let size = |arm: &Arm| if told { f64::from(arm.n.unwrap_or(0)) } else { 1.0 };
        let (mut drug, mut all) = (0.0, 0.0);
        for arm in self.randomised(study) {
            all += size(arm);
            if self.kind(&arm.drug) == Ok(Kind::Drug) {
                drug += size(arm);
            }
        }
        if all > 0.0 { drug / all } else { 0.0 }
    }

    /// The people of a study: those randomised, or those of its arms together.
    pub(super) fn study_people(&self, study: &Study) -> Option<u32> {
        let of_arms = || self.randomised(study).filter_map(|arm| arm.n).sum();
        study.n_randomised.or_else(|| Some(of_arms())).filter(|n| *n > 0)
    }

    /// The people of an arm; where that is not told, an equal part of those who are not in another arm.
    pub(super) fn people(&mut self, arm: &Arm, study: &Study) -> Option<u32> {
        if arm.n.is_some() || arm.is_subset() {
            return arm.n;
        }
        let all = study.n_randomised?;
        let n = if study.design == Design::Crossover {
            all
        } else {
            let told: u32 = self.randomised(study).filter_map(|arm| arm.n).sum();
            let untold = self.randomised(study).filter(|arm| arm.n.is_none()).count();
            let left = all.checked_sub(told)?;
            // Whole people; half a person more or less is not known anyway.
            (f64::from(left) / untold as f64).floor() as u32
        };
        let assumed = format!("the size of the arm is not told; {n} of {all} people are taken");
        (n > 0).then(|| {
            self.assume(assumed);
            n
        })
    }
}
