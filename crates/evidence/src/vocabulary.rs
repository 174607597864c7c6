//! The closed vocabularies of the tables: one enum for each column that has one.

/// An enum whose variants are the words of a column.
macro_rules! vocabulary {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// The words of the column, each with what it means.
            pub const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant),)*];

            /// The word in the tables.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }
    )*};
}

vocabulary! {
    /// How a study was built.
    Design {
        /// Groups side by side.
        Parallel = "parallel",
        /// Everyone receives everything in turn.
        Crossover = "crossover",
        /// One group, treatment known.
        OpenLabel = "open-label",
        /// Followed, not assigned.
        Cohort = "cohort",
        /// Responders randomised to go on or to stop.
        Withdrawal = "withdrawal",
    }

    /// Who did not know the treatment.
    Blinding {
        /// Patients and raters.
        Double = "double",
        /// Patients, raters and those who treat.
        Triple = "triple",
        /// Raters only.
        RaterBlinded = "rater-blinded",
        /// Nobody.
        OpenLabel = "open-label",
        /// Not said.
        Unclear = "unclear",
    }

    /// How a drug enters the body.
    Route {
        /// Intravenous.
        Intravenous = "iv",
        /// Nasal spray.
        Intranasal = "in",
        /// Intramuscular.
        Intramuscular = "im",
        /// Subcutaneous.
        Subcutaneous = "sc",
        /// Swallowed.
        Oral = "oral",
        /// Under the tongue.
        Sublingual = "sl",
        /// One or the other.
        IntramuscularOrSublingual = "im/sl",
    }

    /// Unit of a dose.
    DoseUnit {
        /// Milligrams for each kilogram of body weight.
        MilligramPerKilogram = "mg/kg",
        /// Milligrams.
        Milligram = "mg",
    }

    /// What a value is.
    Statistic {
        /// Mean of the scores.
        Mean = "mean",
        /// Mean change from baseline, as observed.
        Change = "change",
        /// Change estimated by a model (least squares).
        ChangeModelled = "change_lsmean",
        /// Mean change, the last observation carried forward.
        ChangeCarriedForward = "change_locf",
        /// Mean change, printed approximately.
        ChangeApproximate = "change_approx",
        /// Change in percent of the baseline.
        PercentChange = "pct_change",
        /// Number of people with the event.
        Events = "n_events",
        /// Number of events, not of people.
        EventCount = "event_count",
        /// Proportion of people, 0 to 1.
        Proportion = "proportion",
        /// Median.
        Median = "median",
        /// Median time, days.
        MedianDays = "median_days",
        /// Standardised change within the group.
        CohensD = "cohens_d_pre_post",
        /// Lower end of a range of those.
        CohensDLow = "cohens_d_pre_post_low",
        /// Upper end of a range of those.
        CohensDHigh = "cohens_d_pre_post_high",
    }

    /// What a dispersion is.
    DispersionType {
        /// Standard deviation between people.
        StandardDeviation = "sd",
        /// Standard error of the mean.
        StandardError = "se",
    }

    /// What time 0 is.
    TimeBasis {
        /// The first dose.
        AfterFirstDose = "after_first_dose",
        /// Differs between people; no time is given.
        Variable = "variable",
        /// The last dose.
        AfterLastDose = "after_last_dose",
        /// Start of an extension study.
        AfterStartOfExtension = "after_start_of_sustain_3",
        /// Randomisation to go on or to stop.
        AfterRandomisationToWithdrawal = "after_randomisation_to_withdrawal_phase",
        /// End of induction.
        AfterInduction = "after_induction",
        /// Start of an open-label phase.
        AfterStartOfOpenLabel = "after_start_of_open_label_phase",
    }

    /// Whom a comparison is about.
    Subset {
        /// Everyone.
        All = "all",
        /// Some of them.
        Subgroup = "subgroup",
        /// Everyone, the last observation carried forward.
        CarriedForward = "locf",
    }

    /// What an effect is measured in.
    Measure {
        /// Difference of means.
        MeanDifference = "MD",
        /// Standardised difference of means.
        StandardisedMeanDifference = "SMD",
        /// Difference of proportions.
        RiskDifference = "RD",
        /// Ratio of proportions.
        RiskRatio = "RR",
        /// Odds ratio.
        OddsRatio = "OR",
        /// Hazard ratio.
        HazardRatio = "HR",
        /// Number needed to treat.
        NumberNeededToTreat = "NNT",
        /// Difference of slopes over time.
        SlopeDifference = "slope-difference",
        /// A pooled percentage, not a contrast.
        Percentage = "pct",
    }

    /// What the evidence says of a claim.
    Verdict {
        /// It holds.
        Supported = "supported",
        /// In part, or sources disagree.
        Mixed = "mixed",
        /// It does not hold.
        NotSupported = "not-supported",
        /// Its source was not found.
        Untraceable = "untraceable",
    }

    /// Whether a number was read on a page.
    Verified {
        /// It was, at the source named.
        Yes = "yes",
        /// It is known from memory only.
        Memory = "memory",
    }
}

impl Route {
    /// The route of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, route)| *route)
    }

    /// As it stands in running text.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Intravenous => "IV",
            Self::Intranasal => "nasal",
            Self::Intramuscular => "IM",
            Self::Subcutaneous => "SC",
            Self::Oral => "oral",
            Self::Sublingual => "sublingual",
            Self::IntramuscularOrSublingual => "IM or sublingual",
        }
    }
}
