//! The measures by metafor's names: what each is, what it is computed from, and the scale on which it is pooled.

use crate::MetaError;

use super::Scale;

/// What a measure is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Events of two groups, or a cross table of pairs: `ai`, `bi`, `ci`, `di`.
    TwoByTwo,
    /// Events in the person-time of two groups: `x1i`, `t1i`, `x2i`, `t2i`.
    Rates,
    /// Means and standard deviations of two groups.
    Means,
    /// A correlation: `ri`, `ni`.
    Correlation,
    /// Events of one group: `xi`, `ni`.
    Proportion,
    /// Events in the person-time of one group: `xi`, `ti`.
    Rate,
    /// Mean and standard deviation of one group: `mi`, `sdi`, `ni`.
    Mean,
    /// Means and standard deviations of two times with their correlation: `ri`, `ni`.
    Change,
    /// The chance that one of the first group is above one of the second: `ai`, `n1i`, `n2i`.
    Overlap,
    /// The same, from means and standard deviations, or from `ai`, `di`, `ti`, `pi`.
    OverlapOfMeans,
    /// A correlation or a t statistic out of a regression: `ri` or `ti`, `mi` predictors, `ni`.
    PartialCorrelation,
    /// A coefficient of determination: `r2i`, `mi` predictors, `ni`.
    Determination,
    /// Cronbach's alpha: `ai`, `mi` items, `ni`.
    Reliability,
    /// Numbers of three genotypes: `ai`, `bi`, `ci`.
    Heterozygosity,
    /// An estimate with its variance, standard error or interval: `yi`, `vi`.
    Generic,
}

macro_rules! measures {
    ($($variant:ident $name:literal $family:ident $scale:ident $label:literal;)*) => {
        /// An effect measure.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Measure {
            $(#[doc = $label] $variant,)*
        }

        const ALL: &[(Measure, &str, Family, Scale, &str)] = &[
            $((Measure::$variant, $name, Family::$family, Scale::$scale, $label),)*
        ];
    };
}

measures! {
    RiskRatio "RR" TwoByTwo Log "log risk ratio";
    OddsRatio "OR" TwoByTwo Log "log odds ratio";
    PetoOddsRatio "PETO" TwoByTwo Log "log odds ratio (Peto's method)";
    RiskDifference "RD" TwoByTwo Identity "risk difference";
    ArcsineDifference "AS" TwoByTwo Identity "arcsine square root transformed risk difference";
    Phi "PHI" TwoByTwo Identity "phi coefficient";
    PhiZ "ZPHI" TwoByTwo FisherZ "Fisher's z of the phi coefficient";
    YuleQ "YUQ" TwoByTwo Identity "Yule's Q";
    YuleY "YUY" TwoByTwo Identity "Yule's Y";
    Tetrachoric "RTET" TwoByTwo Identity "tetrachoric correlation";
    TetrachoricZ "ZTET" TwoByTwo FisherZ "Fisher's z of the tetrachoric correlation";
    ProbitDifference "PBIT" TwoByTwo Identity "standardized mean difference from risks (probit)";
    DifferenceFromOdds "OR2D" TwoByTwo Identity "standardized mean difference from the odds ratio (logistic)";
    DifferenceFromOddsNormal "OR2DN" TwoByTwo Identity "standardized mean difference from the odds ratio (normal)";
    DifferenceFromOddsLogistic "OR2DL" TwoByTwo Identity "standardized mean difference from the odds ratio, as OR2D";
    PairedRiskDifference "MPRD" TwoByTwo Identity "risk difference of matched pairs";
    PairedRiskRatio "MPRR" TwoByTwo Log "log risk ratio of matched pairs";
    PairedOddsRatio "MPOR" TwoByTwo Log "log odds ratio of matched pairs, marginal";
    PairedOddsRatioConditional "MPORC" TwoByTwo Log "log odds ratio of matched pairs, conditional";
    PairedPeto "MPPETO" TwoByTwo Log "log odds ratio of matched pairs, conditional (Peto's method)";
    PairedOddsRatioMarginal "MPORM" TwoByTwo Log "log odds ratio of matched pairs from the tables of both times";
    IncidenceRateRatio "IRR" Rates Log "log incidence rate ratio";
    IncidenceRateDifference "IRD" Rates Identity "incidence rate difference";
    RootRateDifference "IRSD" Rates Identity "square root transformed incidence rate difference";
    MeanDifference "MD" Means Identity "mean difference";
    StandardizedMeanDifference "SMD" Means Identity "standardized mean difference (Hedges' g)";
    StandardizedMeanDifferenceUnequal "SMDH" Means Identity "standardized mean difference, unequal variances";
    StandardizedByControl "SMD1" Means Identity "mean difference standardized by the second group (Glass' delta)";
    StandardizedByControlUnequal "SMD1H" Means Identity "Glass' delta, unequal variances";
    RatioOfMeans "ROM" Means Log "log ratio of means";
    VariabilityRatio "VR" Means Log "log variability ratio";
    VariationRatio "CVR" Means Log "log coefficient of variation ratio";
    PointBiserial "RPB" Means Identity "point-biserial correlation";
    PointBiserialZ "ZPB" Means FisherZ "Fisher's z of the point-biserial correlation";
    Biserial "RBIS" Means Identity "biserial correlation";
    BiserialZ "ZBIS" Means FisherZ "Fisher's z of the biserial correlation";
    OddsRatioFromMeans "D2OR" Means Log "standardized mean difference as log odds ratio (logistic)";
    OddsRatioFromMeansNormal "D2ORN" Means Log "standardized mean difference as log odds ratio (normal)";
    OddsRatioFromMeansLogistic "D2ORL" Means Log "standardized mean difference as log odds ratio (logistic), as D2OR";
    Correlation "COR" Correlation Identity "correlation";
    CorrelationUnbiased "UCOR" Correlation Identity "correlation, bias corrected";
    CorrelationZ "ZCOR" Correlation FisherZ "Fisher's z of the correlation";
    Proportion "PR" Proportion Identity "proportion";
    ProportionLog "PLN" Proportion Log "log proportion";
    ProportionLogit "PLO" Proportion Logit "log odds of the proportion";
    ProportionProbit "PRZ" Proportion Probit "probit of the proportion";
    ProportionArcsine "PAS" Proportion Arcsine "arcsine square root of the proportion";
    ProportionDoubleArcsine "PFT" Proportion DoubleArcsine "double arcsine of the proportion (Freeman-Tukey)";
    IncidenceRate "IR" Rate Identity "incidence rate";
    IncidenceRateLog "IRLN" Rate Log "log incidence rate";
    IncidenceRateRoot "IRS" Rate Root "square root of the incidence rate";
    IncidenceRateDoubleRoot "IRFT" Rate DoubleRoot "incidence rate, Freeman-Tukey transformed";
    Mean "MN" Mean Identity "mean";
    StandardizedMean "SMN" Mean Identity "standardized mean";
    MeanLog "MNLN" Mean Log "log mean";
    DeviationLog "SDLN" Mean Log "log standard deviation";
    VariationLog "CVLN" Mean Log "log coefficient of variation";
    MeanChange "MC" Change Identity "mean change";
    ChangeByChange "SMCC" Change Identity "mean change standardized by the deviation of the change";
    ChangeByFirst "SMCR" Change Identity "mean change standardized by the first deviation";
    ChangeByFirstUnequal "SMCRH" Change Identity "mean change standardized by the first deviation, unequal variances";
    ChangeByPooled "SMCRP" Change Identity "mean change standardized by the pooled deviation";
    ChangeByPooledUnequal "SMCRPH" Change Identity "mean change standardized by the pooled deviation, unequal variances";
    RatioOfMeansPaired "ROMC" Change Log "log ratio of means of two times";
    VariabilityRatioPaired "VRC" Change Log "log variability ratio of two times";
    VariationRatioPaired "CVRC" Change Log "log coefficient of variation ratio of two times";
    CommonLanguagePaired "CLESCN" Change Identity "common language effect size of two times";
    AreaPaired "AUCCN" Change Identity "area under the curve of two times";
    CommonLanguage "CLES" Overlap Identity "common language effect size";
    Area "AUC" Overlap Identity "area under the curve";
    CommonLanguageNormal "CLESN" OverlapOfMeans Identity "common language effect size from means";
    AreaNormal "AUCN" OverlapOfMeans Identity "area under the curve from means";
    Partial "PCOR" PartialCorrelation Identity "partial correlation";
    PartialZ "ZPCOR" PartialCorrelation FisherZ "Fisher's z of the partial correlation";
    SemiPartial "SPCOR" PartialCorrelation Identity "semi-partial correlation";
    SemiPartialZ "ZSPCOR" PartialCorrelation FisherZ "Fisher's z of the semi-partial correlation";
    Determination "R2" Determination Identity "coefficient of determination";
    DeterminationZ "ZR2" Determination FisherRoot "Fisher's z of the root of the coefficient of determination";
    Alpha "ARAW" Reliability Identity "Cronbach's alpha";
    AlphaCubeRoot "AHW" Reliability CubeRoot "Cronbach's alpha, transformed after Hakstian and Whalen";
    AlphaLog "ABT" Reliability LogComplement "Cronbach's alpha, transformed after Bonett";
    Heterozygosity "REH" Heterozygosity Log "log relative excess heterozygosity";
    HazardRatio "HR" Generic Log "log hazard ratio";
    HazardDifference "HD" Generic Identity "hazard difference";
    Generic "GEN" Generic Identity "effect size";
}

impl Measure {
    /// By metafor's name.
    ///
    /// # Errors
    /// There is none of this name; the nearest is told.
    pub fn parse(name: &str) -> Result<Self, MetaError> {
        let names = || ALL.iter().map(|row| row.1);
        if let Some(row) = ALL.iter().find(|row| row.1 == name) {
            return Ok(row.0);
        }
        let upper = name.to_uppercase();
        let near = names()
            .find(|found| *found == upper)
            .or_else(|| names().min_by_key(|found| strsim::osa_distance(found, &upper)))
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let known: Vec<&str> = names().collect();
        Err(MetaError::field(
            "measure",
            format!(
                "`{name}` is no effect measure{near} There are {}",
                known.join(", ")
            ),
        ))
    }

    fn row(self) -> &'static (Self, &'static str, Family, Scale, &'static str) {
        // The table is written by the same macro as the variants, in their order.
        &ALL[self as usize]
    }

    /// metafor's name, as `RR`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// What it is, as `log risk ratio`.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.row().4
    }

    /// What it is computed from.
    #[must_use]
    pub fn family(self) -> Family {
        self.row().2
    }

    /// The scale on which it is pooled.
    #[must_use]
    pub fn scale(self) -> Scale {
        self.row().3
    }

    /// All measures.
    #[must_use]
    pub fn all() -> Vec<Self> {
        ALL.iter().map(|row| row.0).collect()
    }

    /// What is added to zero cells where nothing is said: nothing for measures that have a value there.
    pub(crate) fn default_addition(self) -> f64 {
        let none = matches!(
            self.name(),
            "AS" | "PHI" | "ZPHI" | "RTET" | "ZTET" | "IRSD" | "PAS" | "PFT" | "IRS" | "IRFT"
        );
        if none { 0.0 } else { 0.5 }
    }
}

impl core::fmt::Display for Measure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_near_ones_are_told() {
        for measure in Measure::all() {
            assert_eq!(Measure::parse(measure.name()).unwrap(), measure);
        }
        let error = Measure::parse("rr").unwrap_err().to_string();
        assert!(error.contains("did you mean `RR`"), "{error}");
        let error = Measure::parse("SMDD").unwrap_err().to_string();
        assert!(error.contains("did you mean `SMD`"), "{error}");
    }
}
