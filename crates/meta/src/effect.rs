//! Effect sizes and their sampling variances: from what studies report to what is pooled.
//!
//! [`Measure`] says what is computed, [`Reported`] holds what the studies report under the names that metafor gives
//! them, [`Options`] how zero cells, variances and small samples are treated. Each file below is a family of measures;
//! the formulas are those of metafor's `escalc` (Viechtbauer 2010, doi:10.18637/jss.v036.i03), with their papers named
//! where they stand.
//!
//! ```
//! use euthymia_meta::effect::{Effects, Given, Measure, Options, Reported};
//!
//! let studies = Reported::new(2)
//!     .with(Given::Ai, &[4.0, 6.0])
//!     .with(Given::N1i, &[123.0, 306.0])
//!     .with(Given::Ci, &[11.0, 29.0])
//!     .with(Given::N2i, &[139.0, 303.0]);
//! let effects = Effects::of(Measure::RiskRatio, &studies, &Options::default()).unwrap();
//! assert!((effects.yi[0].unwrap() + 0.8893).abs() < 1e-4);
//! ```

pub(crate) mod arcsine;
mod association;
mod change;
pub mod cluster;
pub mod continuity;
pub mod convert;
mod correlation;
pub mod crossover;
pub mod dependent;
pub mod doubt;
mod forth;
mod generic;
mod heterozygosity;
mod hypergeometric;
mod mean;
mod means;
mod measure;
pub mod multi_arm;
mod options;
mod overlap;
mod paired;
mod partial;
mod proportion;
mod rate;
mod reliability;
mod reported;
mod scale;
pub mod standardized;
mod tetrachoric;
mod two_by_two;

pub(crate) use rate::of_two_groups;
pub(crate) use two_by_two::Tables;

pub use measure::{Family, Measure};
pub use options::{Addition, Options, Variance};
pub use reported::{Given, Reported};
pub use scale::Scale;

use crate::{Frame, MetaError};

/// Effect sizes of the rows of a table: a cell for each row, missing where the row has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects {
    /// What they are.
    pub measure: Measure,
    /// Effect sizes on the scale that is pooled (a log for ratios).
    pub yi: Vec<Option<f64>>,
    /// Their sampling variances.
    pub vi: Vec<Option<f64>>,
    /// People (or person-time) of each study, where the columns tell.
    pub ni: Vec<Option<f64>>,
}

/// What a family computes: a number for each row, NaN where there is none.
#[derive(Clone, Debug)]
pub(crate) struct Computed {
    pub(crate) yi: Vec<f64>,
    pub(crate) vi: Vec<f64>,
    pub(crate) ni: Vec<f64>,
}

impl Effects {
    /// The effect sizes of what studies report.
    ///
    /// # Errors
    /// What the measure needs is not given, a row holds what cannot be (its line and the reason are told), or the
    /// measure does not have the variance that is asked for.
    pub fn of(measure: Measure, reported: &Reported, options: &Options) -> Result<Self, MetaError> {
        let computed = match measure.family() {
            _ if reported.has(Given::Yi) => generic::compute(measure, reported, options),
            Family::TwoByTwo => two_by_two::compute(measure, reported, options),
            Family::Rates => rate::two_groups(measure, reported, options),
            Family::Means => means::compute(measure, reported, options),
            Family::Correlation => correlation::compute(measure, reported, options),
            Family::Proportion => proportion::compute(measure, reported, options),
            Family::Rate => rate::one_group(measure, reported, options),
            Family::Mean => mean::compute(measure, reported, options),
            Family::Change => change::compute(measure, reported, options),
            Family::Overlap => overlap::areas(measure, reported, options),
            Family::OverlapOfMeans => overlap::of_means(measure, reported, options),
            Family::PartialCorrelation => partial::correlations(measure, reported, options),
            Family::Determination => partial::determination(measure, reported, options),
            Family::Reliability => reliability::compute(measure, reported),
            Family::Heterozygosity => heterozygosity::compute(measure, reported),
            Family::Generic => generic::compute(measure, reported, options),
        }?;
        let finite = |x: &f64| x.is_finite().then_some(*x);
        let rows = computed.yi.iter().zip(&computed.vi);
        let (yi, vi) = rows
            .map(|(y, v)| {
                // As `escalc`: where one of the two is infinite the row has neither.
                let none = y.is_nan() || v.is_nan() || y.is_infinite() || v.is_infinite();
                if none && !(y.is_finite() && v.is_nan()) {
                    (None, None)
                } else {
                    (finite(y), finite(v).filter(|v| *v >= 0.0))
                }
            })
            .unzip();
        Ok(Self {
            measure,
            yi,
            vi,
            ni: computed.ni.iter().map(finite).collect(),
        })
    }

    /// The effect sizes of a table whose columns have the names that metafor gives them (`ai`, `n1i`, `m1i`, `yi`,
    /// ...), or those that `names` gives instead, as `("ai", "events_drug")`.
    ///
    /// # Errors
    /// As [`Effects::of`]; columns are missing or hold texts.
    pub fn of_frame(
        measure: Measure,
        frame: &Frame,
        names: &[(&str, &str)],
        options: &Options,
    ) -> Result<Self, MetaError> {
        Self::of(measure, &Reported::of_frame(measure, frame, names)?, options)
    }

    /// The rows that have an effect size and a variance.
    #[must_use]
    pub fn complete(&self) -> Vec<usize> {
        let has = |row: &usize| self.yi[*row].is_some() && self.vi[*row].is_some();
        (0..self.yi.len()).filter(has).collect()
    }
}

/// The effect size of one study and its variance; `None` where it has none.
///
/// # Errors
/// As [`Effects::of`], the line being 1.
pub fn one(
    measure: Measure,
    given: &[(Given, f64)],
    options: &Options,
) -> Result<Option<(f64, f64)>, MetaError> {
    let reported = given
        .iter()
        .fold(Reported::new(1).with_lines(vec![1]), |reported, (what, value)| {
            reported.with(*what, &[*value])
        });
    let effects = Effects::of(measure, &reported, options)?;
    Ok(effects.yi[0].zip(effects.vi[0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Column;

    fn two_groups(cells: [[f64; 4]; 2]) -> Reported {
        let column = |at: usize| [cells[0][at], cells[1][at]];
        Reported::new(2)
            .with(Given::Ai, &column(0))
            .with(Given::N1i, &column(1))
            .with(Given::Ci, &column(2))
            .with(Given::N2i, &column(3))
    }

    fn means(cells: [f64; 6]) -> Reported {
        let what = [
            Given::M1i,
            Given::Sd1i,
            Given::N1i,
            Given::M2i,
            Given::Sd2i,
            Given::N2i,
        ];
        what.into_iter()
            .zip(cells)
            .fold(Reported::new(1), |reported, (what, x)| reported.with(what, &[x]))
    }

    fn refusal(measure: Measure, reported: &Reported) -> String {
        Effects::of(measure, reported, &Options::default())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn rows_that_cannot_be_are_told_with_their_line() {
        let good = [4.0, 40.0, 6.0, 41.0];
        let told = refusal(Measure::RiskRatio, &two_groups([good, [50.0, 40.0, 6.0, 41.0]]));
        assert_eq!(told, "line 3: the first group has 50 events, but only 40 people");
        let told = refusal(Measure::OddsRatio, &two_groups([good, [4.0, 40.0, -1.0, 41.0]]));
        assert_eq!(
            told,
            "line 3: the number of events of the second group is -1; a count cannot be negative"
        );
        let both = two_groups([good, good]).with(Given::Bi, &[36.0, 35.0]);
        let told = refusal(Measure::OddsRatio, &both);
        assert_eq!(
            told,
            "line 3: the first group has 40 people, but 4 with event and 35 without"
        );
        let told = refusal(Measure::MeanDifference, &means([1.0, -2.0, 10.0, 1.0, 2.0, 10.0]));
        assert!(
            told.starts_with("line 2: the standard deviation of the first group is -2"),
            "{told}"
        );
        let told = refusal(Measure::MeanDifference, &means([1.0, 2.0, 10.0, 1.0, 2.0, 0.0]));
        assert_eq!(told, "line 2: the second group has 0 people");
        let told = refusal(
            Measure::CorrelationZ,
            &Reported::new(1).with(Given::Ri, &[1.5]).with(Given::Ni, &[9.0]),
        );
        assert!(told.starts_with("line 2: the correlation is 1.5"), "{told}");
        let told = refusal(Measure::RiskRatio, &Reported::new(1).with(Given::Ai, &[1.0]));
        assert_eq!(told, "measure `RR` needs `bi`, which is not given");
        let averaged = Options {
            variance: Variance::Average,
            ..Options::default()
        };
        let told = Effects::of(
            Measure::MeanDifference,
            &means([1.0, 2.0, 9.0, 1.0, 2.0, 9.0]),
            &averaged,
        );
        assert!(told.unwrap_err().to_string().contains("it has LS, UB, HO"));
    }

    #[test]
    fn a_table_is_found_by_names_or_by_those_given_instead() {
        let column = |x: &[f64]| Column::Numbers(x.iter().copied().map(Some).collect());
        let frame = Frame::new(vec![
            ("drug".to_owned(), column(&[4.0, 6.0])),
            ("N1i".to_owned(), column(&[123.0, 306.0])),
            ("ci".to_owned(), column(&[11.0, 29.0])),
            ("n2i".to_owned(), column(&[139.0, 303.0])),
        ]);
        let options = Options::default();
        let found = Effects::of_frame(Measure::RiskRatio, &frame, &[("ai", "drug")], &options).unwrap();
        assert_eq!(found.complete(), [0, 1]);
        assert_eq!(found.ni, [Some(262.0), Some(609.0)]);
        let missing = Effects::of_frame(Measure::RiskRatio, &frame, &[], &options).unwrap_err();
        assert!(missing.to_string().contains("ai, n1i, ci, n2i"), "{missing}");
        let wrong = Effects::of_frame(Measure::RiskRatio, &frame, &[("events", "drug")], &options);
        assert!(wrong.unwrap_err().to_string().starts_with("`events`: is nothing"));
    }

    /// Exchanging the groups turns the sign; the unit of the scores does not matter where it is taken out.
    #[test]
    fn signs_and_units() {
        let options = Options::default();
        let there = two_groups([[4.0, 40.0, 6.0, 41.0], [0.0, 20.0, 5.0, 25.0]]);
        let back = two_groups([[6.0, 41.0, 4.0, 40.0], [5.0, 25.0, 0.0, 20.0]]);
        for name in [
            "RR", "OR", "RD", "AS", "PETO", "PHI", "YUQ", "YUY", "PBIT", "OR2D",
        ] {
            let measure = Measure::parse(name).unwrap();
            let (there, back) = (
                Effects::of(measure, &there, &options).unwrap(),
                Effects::of(measure, &back, &options).unwrap(),
            );
            for i in there.complete() {
                let (y, turned) = (there.yi[i].unwrap(), back.yi[i].unwrap());
                assert!((y + turned).abs() < 1e-13, "{name}");
                let (v, turned) = (there.vi[i].unwrap(), back.vi[i].unwrap());
                assert!((v - turned).abs() < 1e-13 * v, "{name}");
            }
        }
        let scores = [12.0, 3.0, 20.0, 9.0, 4.0, 22.0];
        let scaled = [120.0, 30.0, 20.0, 90.0, 40.0, 22.0];
        for measure in Measure::all().into_iter().filter(|m| m.family() == Family::Means) {
            let y = |cells| Effects::of(measure, &means(cells), &options).unwrap().yi[0].unwrap();
            let factor = if measure == Measure::MeanDifference {
                10.0
            } else {
                1.0
            };
            assert!((factor * y(scores) - y(scaled)).abs() < 1e-12, "{measure}");
        }
    }
}
