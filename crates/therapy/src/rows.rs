//! The result as one long table: a row for every quantity or outcome at every time. `summary.csv`, the tables of the
//! page and whatever else lists numbers are made of these rows.

use crate::result::{CourseResult, Interval, Outcome, Quantity};
use serde::Serialize;

/// One quantity or outcome at one time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SummaryRow<'r> {
    /// Time, h.
    pub time_h: f64,
    /// Name of the quantity (`ketamine`) or outcome (`response`).
    pub series: &'r str,
    /// Unit; empty for a fraction or a proportion.
    pub unit: &'r str,
    /// Mean over patients; of an outcome the proportion.
    pub mean: f64,
    /// Lower end of the 90 % interval of the mean or proportion, where the design can tell.
    pub mean_lower: Option<f64>,
    /// Upper end.
    pub mean_upper: Option<f64>,
    /// 5th percentile of patients; absent for an outcome, as are the others.
    pub p05: Option<f64>,
    /// 25th percentile.
    pub p25: Option<f64>,
    /// Median.
    pub p50: Option<f64>,
    /// 75th percentile.
    pub p75: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
}

impl SummaryRow<'_> {
    /// Names of the columns, in order.
    pub const COLUMNS: [&'static str; 11] = [
        "time_h",
        "series",
        "unit",
        "mean",
        "mean_lower",
        "mean_upper",
        "p05",
        "p25",
        "p50",
        "p75",
        "p95",
    ];

    /// The row as text, a cell for each of [`SummaryRow::COLUMNS`]; what is absent is empty. Numbers read back to the
    /// same bits.
    #[must_use]
    pub fn cells(&self) -> [String; 11] {
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        [
            self.time_h.to_string(),
            self.series.to_owned(),
            self.unit.to_owned(),
            self.mean.to_string(),
            number(self.mean_lower),
            number(self.mean_upper),
            number(self.p05),
            number(self.p25),
            number(self.p50),
            number(self.p75),
            number(self.p95),
        ]
    }
}

impl CourseResult {
    /// All rows: quantities in their order, then outcomes, then who has responded at least once and who has kept the response
    /// since the last dose, each in the order of time.
    pub fn summary_rows(&self) -> impl Iterator<Item = SummaryRow<'_>> {
        let quantities = self.quantities.iter().flat_map(|quantity| {
            self.times_h
                .iter()
                .enumerate()
                .map(|(at, time_h)| of_quantity(quantity, at, *time_h))
        });
        let outcomes = self.outcomes.iter().flat_map(|outcome| {
            self.times_h
                .iter()
                .enumerate()
                .map(|(at, time_h)| of_outcome(outcome, at, *time_h))
        });
        let responded = self.time_to_response.iter().flat_map(|soon| {
            let times = self.times_h.iter().enumerate();
            times.map(|(at, time_h)| {
                of_share(
                    "responded",
                    (&soon.responded, soon.interval.as_ref()),
                    at,
                    *time_h,
                )
            })
        });
        let kept = self.durability.iter().flat_map(|lasting| {
            let times = lasting.times_h.iter().enumerate();
            times
                .map(|(at, time_h)| of_share("kept", (&lasting.kept, lasting.interval.as_ref()), at, *time_h))
        });
        quantities.chain(outcomes).chain(responded).chain(kept)
    }
}

fn of_quantity(quantity: &Quantity, at: usize, time_h: f64) -> SummaryRow<'_> {
    let interval = quantity.mean_interval.as_ref();
    SummaryRow {
        time_h,
        series: &quantity.id,
        unit: &quantity.unit,
        mean: quantity.mean[at],
        mean_lower: interval.map(|interval| interval.lower[at]),
        mean_upper: interval.map(|interval| interval.upper[at]),
        p05: Some(quantity.p05[at]),
        p25: Some(quantity.p25[at]),
        p50: Some(quantity.p50[at]),
        p75: Some(quantity.p75[at]),
        p95: Some(quantity.p95[at]),
    }
}

fn of_outcome(outcome: &Outcome, at: usize, time_h: f64) -> SummaryRow<'_> {
    of_share(
        &outcome.id,
        (&outcome.proportion, outcome.interval.as_ref()),
        at,
        time_h,
    )
}

fn of_share<'r>(
    series: &'r str,
    (values, interval): (&[f64], Option<&Interval>),
    at: usize,
    time_h: f64,
) -> SummaryRow<'r> {
    SummaryRow {
        time_h,
        series,
        unit: "",
        mean: values[at],
        mean_lower: interval.map(|interval| interval.lower[at]),
        mean_upper: interval.map(|interval| interval.upper[at]),
        p05: None,
        p25: None,
        p50: None,
        p75: None,
        p95: None,
    }
}
