//! Rows that tell who is missing: fewer people seen than there were, counts of those who left, means with and without them.

use super::Taker;
use crate::response::leaving::{self, Gone, Leavers, Left};
use euthymia_evidence::{OutcomeRow, Statistic, TimeBasis};
use euthymia_therapy::response::{ArmDesign, Situation, Visit};

/// Where more are missing, they did not leave for how they fared.
const MOST_GONE: f64 = 0.4;

impl Taker<'_> {
    /// Keeps who is missing at a visit, where a row tells how many were seen.
    pub(super) fn missing(&mut self, visit: usize, design: &ArmDesign, row: &OutcomeRow) {
        if let (Some(seen), Some(all), Gone::Usual) = (row.n, design.n, self.data.visits[visit].gone) {
            let gone = 1.0 - f64::from(seen) / f64::from(all.max(1));
            self.data.visits[visit].gone = Gone::Told(gone.clamp(0.0, MOST_GONE));
        }
    }

    /// How many of an arm left, and how much they had improved.
    pub(super) fn leaving(&mut self, design: &ArmDesign, situation: Situation, rows: &[&OutcomeRow]) {
        let of_time = |row: &&&OutcomeRow| row.time_basis == TimeBasis::AfterFirstDose;
        let mut counted = false;
        for row in rows.iter().filter(of_time) {
            let (Some(time_h), Some(n)) = (row.time_h, row.n.or(design.n)) else {
                continue;
            };
            if row.outcome == "dropout" && row.statistic == Statistic::Events {
                counted = true;
                self.data.left.push(Left {
                    time_h,
                    events: row.value,
                    n: f64::from(n),
                });
            }
        }
        for (observed, carried) in rows
            .iter()
            .flat_map(|row| rows.iter().map(move |other| (row, other)))
        {
            let (Some(time_h), Some((events, change, error)), Some(baseline)) = (
                observed.time_h,
                leaving::last_seen(observed, carried),
                self.baseline(design, &observed.outcome),
            ) else {
                continue;
            };
            let visit = self.visit(design, situation, time_h);
            let halfway = Visit::of(design, situation, self.exposures, time_h / 2.0);
            self.data.leavers.push(Leavers {
                visit,
                halfway,
                change,
                error,
                baseline,
            });
            if let (false, Some(n)) = (counted, carried.n) {
                let n = f64::from(n);
                self.data.left.push(Left { time_h, events, n });
            }
        }
    }
}
