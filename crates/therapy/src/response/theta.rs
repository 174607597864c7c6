//! What the response model does not know and a fit finds out, by the names that its text uses.

use euthymia_stats::real::Real;
use std::ops::Index;

macro_rules! thetas {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A quantity that a fit finds out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Theta {
            $($(#[$doc])* $variant,)*
        }

        impl Theta {
            /// All of them, in the order of [`Thetas`].
            pub const ALL: [Self; [$(Self::$variant),*].len()] = [$(Self::$variant),*];

            /// Its name in model text and in tables of draws.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

thetas! {
    /// Log of the improvement by fresh hope at its full size.
    Hope = "lhope",
    /// Log of the greatest improvement by trust.
    Trust = "ltrust",
    /// Log of the half-life of trust, h.
    HalfTrust = "lhalf_trust",
    /// Log of the improvement by weeks of care alone.
    Care = "lcare",
    /// Log of the time of half that improvement, h.
    HalfCare = "lhalf_care",
    /// Log of the factor on expectancy of an active control.
    ExpectActive = "expect_active",
    /// Log of the factor on expectancy of an inactive control.
    ExpectInactive = "expect_inactive",
    /// Log of the factor on expectancy where nobody can tell, under anaesthesia.
    ExpectMasked = "expect_masked",
    /// Log of the factor on expectancy where everybody knows.
    ExpectOpen = "expect_open",
    /// Log of the factor on expectancy of people admitted in a crisis.
    ExpectCrisis = "expect_crisis",
    /// How the logarithm of expectancy goes with that of the size of the trial.
    SizeExpectancy = "size_expectancy",
    /// Log of the factor on expectancy in bipolar depression.
    ExpectBipolar = "expect_bipolar",
    /// The same in post-traumatic stress disorder.
    ExpectPtsd = "expect_ptsd",
    /// The same in anxiety disorders.
    ExpectAnxiety = "expect_anxiety",
    /// The same in obsessive-compulsive disorder.
    ExpectOcd = "expect_ocd",
    /// Log of the greatest improvement by the drug.
    Emax = "lemax",
    /// Log of the action of half that improvement, occupancy times h.
    A50 = "la50",
    /// Log of the half-life of the action, h.
    HalfOffset = "lhalf_offset",
    /// How the logarithm of the drug's improvement goes with that of the size of the trial.
    SizeDrug = "size_drug",
    /// Log of the greatest improvement by a new antidepressant.
    Antidepressant = "lad",
    /// Log of the time of half that improvement, h.
    HalfAntidepressant = "lhalf_ad",
    /// Improvement by a full course of psychotherapy.
    Psychotherapy = "psychotherapy",
    /// Log of the factor on the drug's improvement in bipolar depression.
    EffectBipolar = "effect_bipolar",
    /// The same in post-traumatic stress disorder.
    EffectPtsd = "effect_ptsd",
    /// The same in anxiety disorders.
    EffectAnxiety = "effect_anxiety",
    /// The same in obsessive-compulsive disorder.
    EffectOcd = "effect_ocd",
    /// Log of the factor on the half-life of the action in bipolar depression.
    DurationBipolar = "duration_bipolar",
    /// The same in post-traumatic stress disorder.
    DurationPtsd = "duration_ptsd",
    /// The same in anxiety disorders.
    DurationAnxiety = "duration_anxiety",
    /// The same in obsessive-compulsive disorder.
    DurationOcd = "duration_ocd",
    /// Standard deviation between patients of expectancy, a fraction of its typical size.
    OmegaExpectancy = "omega_expectancy",
    /// Standard deviation between patients of the drug's improvement, a fraction of its typical size.
    OmegaDrug = "omega_drug",
    /// Standard deviation between patients of the antidepressant's improvement, a fraction of its typical size.
    OmegaAntidepressant = "omega_ad",
    /// Standard deviation of how patients drift apart whatever they receive, in the end.
    OmegaNatural = "omega_natural",
    /// Standard deviation of the logarithm of a rated score around the patient's own.
    Sigma = "sigma",
    /// Standard deviation between studies of the logarithm of expectancy.
    TauExpectancy = "tau_expectancy",
    /// Standard deviation between studies of the logarithm of the drug's improvement.
    TauDrug = "tau_drug",
    /// Standard deviation between studies of the logarithm of how far patients lie apart.
    TauSpread = "tau_spread",
    /// Standard deviation between the arms of a study, of the improvement.
    TauArm = "tau_arm",
    /// Standard deviation between the visits of an arm, of the improvement: what the model gets wrong.
    TauVisit = "tau_visit",
    /// Log of the relapses a day of people who had responded, without remission, protection or an antidepressant.
    Relapse = "lrelapse",
    /// Log of the factor on them of remission.
    RelapseRemission = "relapse_remission",
    /// Log of the factor on them of full protection by the drug.
    RelapseMaintenance = "relapse_maintenance",
    /// Log of the factor on them of an antidepressant that goes on.
    RelapseAntidepressant = "relapse_ad",
    /// Log of the factor on them of psychotherapy.
    RelapsePsychotherapy = "relapse_psychotherapy",
    /// Log of the half-life with which protection is lost, h.
    HalfKept = "lhalf_kept",
    /// Standard deviation between patients of the logarithm of the hazard of relapse.
    OmegaRelapse = "omega_relapse",
    /// Standard deviation between studies of the logarithm of the hazard of relapse.
    TauRelapse = "tau_relapse",
    /// Log of the part of those in a trial that leaves it a day.
    Dropout = "ldropout",
    /// Standard deviation between arms of its logarithm.
    TauDropout = "tau_dropout",
    /// How much less those improve who leave, a fraction.
    DropoutLess = "dropout_less",
}

impl Theta {
    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theta| theta.name() == name)
    }
}

/// A value for every [`Theta`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thetas<R>([R; Theta::ALL.len()]);

impl<R: Real> Thetas<R> {
    /// The value that `of` gives each.
    #[must_use]
    pub fn new(of: impl FnMut(Theta) -> R) -> Self {
        Self(Theta::ALL.map(of))
    }

    /// A constant among recorded numbers.
    pub(crate) fn constant(&self, value: f64) -> R {
        R::lift(&self.0[..1], value, &[0.0])
    }
}

impl<R> Index<Theta> for Thetas<R> {
    type Output = R;

    fn index(&self, theta: Theta) -> &R {
        &self.0[theta as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for (place, theta) in Theta::ALL.into_iter().enumerate() {
            assert_eq!(Theta::named(theta.name()), Some(theta));
            assert_eq!(theta as usize, place);
        }
        assert_eq!(Theta::named("score"), None);
    }
}
