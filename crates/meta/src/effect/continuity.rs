//! Two-by-two tables with continuity corrections by group, as Review Manager and R's package meta make them: what is
//! added may differ between the groups, and studies without information get no weight rather than a correction.

use super::{Addition, Effects, Given, Measure, Options, Reported};
use crate::MetaError;
use crate::counts::stratified::Cells;

/// What is added to the cells of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// The same in both groups.
    Fixed(f64),
    /// The group's share of the people: treatment-arm continuity correction (Sweeting et al. 2004,
    /// doi:10.1002/sim.1761).
    TreatmentArm,
}

/// How tables are corrected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Continuity {
    /// What is added.
    pub amount: Amount,
    /// To which studies.
    pub to: Addition,
    /// Ratios: also studies without events in both groups (odds ratios: or without anybody else) are corrected and
    /// pooled.
    pub all_studies: bool,
    /// Risk ratios: add to people without event as well, as Review Manager 5 does.
    pub both_rows: bool,
}

impl Default for Continuity {
    fn default() -> Self {
        Self {
            amount: Amount::Fixed(0.5),
            to: Addition::OnlyZero,
            all_studies: false,
            both_rows: false,
        }
    }
}

/// Events and people of two groups; a missing number leaves the study out.
#[derive(Clone, Debug, PartialEq)]
pub struct Tables {
    /// Events of the experimental group.
    pub event_e: Vec<Option<f64>>,
    /// Its people.
    pub n_e: Vec<Option<f64>>,
    /// Events of the control group.
    pub event_c: Vec<Option<f64>>,
    /// Its people.
    pub n_c: Vec<Option<f64>>,
    /// Lines of the table, for messages.
    pub lines: Vec<usize>,
}

/// Tables with what is added to them.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected {
    /// Cells as reported; `None` for studies that say nothing about the measure or have missing numbers.
    pub cells: Vec<Option<Cells>>,
    /// Added to both cells of the experimental and of the control group.
    pub added: Vec<[f64; 2]>,
    /// Studies that are left out although their numbers are complete.
    pub uninformative: Vec<bool>,
    measure: Measure,
    both_rows: bool,
    lines: Vec<usize>,
}

impl Tables {
    /// The cells of a study that is complete.
    fn cells(&self, row: usize) -> Result<Option<Cells>, MetaError> {
        let all = [self.event_e[row], self.n_e[row], self.event_c[row], self.n_c[row]];
        let [Some(event_e), Some(n_e), Some(event_c), Some(n_c)] = all else {
            return Ok(None);
        };
        let wrong = |reason: String| {
            Err(MetaError::Row {
                line: self.lines[row],
                reason,
            })
        };
        for (group, event, n) in [("experimental", event_e, n_e), ("control", event_c, n_c)] {
            if n <= 0.0 {
                return wrong(format!("the {group} group has {n} people"));
            }
            if event < 0.0 {
                return wrong(format!(
                    "the {group} group has {event} events; a count cannot be negative"
                ));
            }
            if event > n {
                return wrong(format!(
                    "the {group} group has {event} events, but only {n} people"
                ));
            }
        }
        Ok(Some([event_e, n_e - event_e, event_c, n_c - event_c]))
    }

    /// With what is added for a measure.
    ///
    /// # Errors
    /// A row holds what cannot be.
    pub fn corrected(&self, measure: Measure, continuity: &Continuity) -> Result<Corrected, MetaError> {
        let rows = 0..self.event_e.len();
        let reported = rows.map(|row| self.cells(row)).collect::<Result<Vec<_>, _>>()?;
        let uninformative: Vec<bool> = reported
            .iter()
            .map(|cells| {
                let no_events = cells.is_some_and(|[a, _, c, _]| a == 0.0 && c == 0.0);
                let no_others = cells.is_some_and(|[_, b, _, d]| b == 0.0 && d == 0.0);
                match measure {
                    Measure::RiskRatio => no_events && !continuity.all_studies,
                    Measure::OddsRatio | Measure::PetoOddsRatio => {
                        (no_events || no_others) && !continuity.all_studies
                    }
                    _ => false,
                }
            })
            .collect();
        let cells: Vec<Option<Cells>> = reported
            .iter()
            .zip(&uninformative)
            .map(|(cells, nothing)| cells.filter(|_| !nothing))
            .collect();
        let needs_none = matches!(measure, Measure::ArcsineDifference | Measure::PetoOddsRatio);
        let sparse: Vec<bool> = cells
            .iter()
            .map(|cells| cells.is_some_and(|cells| cells.contains(&0.0)))
            .collect();
        let shares = if needs_none {
            vec![0.0; cells.len()]
        } else {
            continuity.to.amounts(1.0, &sparse)
        };
        let added = cells
            .iter()
            .zip(shares)
            .map(|(cells, share)| match (continuity.amount, cells) {
                (Amount::Fixed(amount), Some(_)) => [share * amount; 2],
                (Amount::TreatmentArm, Some([a, b, c, d])) => {
                    let n = a + b + c + d;
                    [share * (a + b) / n, share * (c + d) / n]
                }
                (_, None) => [0.0; 2],
            })
            .collect();
        Ok(Corrected {
            cells,
            added,
            uninformative,
            measure,
            both_rows: continuity.both_rows,
            lines: self.lines.clone(),
        })
    }
}

impl Corrected {
    /// Cells with what is added to events and to others.
    fn with(&self, events: bool, others: bool) -> Vec<Option<Cells>> {
        let (events, others) = (f64::from(u8::from(events)), f64::from(u8::from(others)));
        self.cells
            .iter()
            .zip(&self.added)
            .map(|(cells, [e, c])| {
                cells.map(|[a, b, x, y]| [a + events * e, b + others * e, x + events * c, y + others * c])
            })
            .collect()
    }

    /// All four cells of each study with what is added.
    #[must_use]
    pub fn all_cells(&self) -> Vec<Option<Cells>> {
        self.with(true, true)
    }

    fn effects_of(&self, cells: &[Option<Cells>]) -> Result<Effects, MetaError> {
        let cell = |place: usize| -> Vec<Option<f64>> {
            cells
                .iter()
                .map(|cells| cells.map(|cells| cells[place]))
                .collect()
        };
        let reported = Reported::new(cells.len())
            .with_lines(self.lines.clone())
            .with_cells(Given::Ai, &cell(0))
            .with_cells(Given::Bi, &cell(1))
            .with_cells(Given::Ci, &cell(2))
            .with_cells(Given::Di, &cell(3));
        let options = Options {
            to: Addition::None,
            ..Options::default()
        };
        if cells.iter().all(Option::is_none) {
            return Ok(Effects {
                measure: self.measure,
                yi: vec![None; cells.len()],
                vi: vec![None; cells.len()],
                ni: vec![None; cells.len()],
            });
        }
        Effects::of(self.measure, &reported, &options)
    }

    /// Effect sizes and variances.
    ///
    /// The correction enters odds ratios with all four cells; risk ratios with the events, and with the others too where
    /// `both_rows` says so; risk differences only through their variance.
    ///
    /// # Errors
    /// The measure is none of two-by-two tables.
    pub fn effects(&self) -> Result<Effects, MetaError> {
        match self.measure {
            Measure::RiskRatio if !self.both_rows => {
                let mut effects = self.effects_of(&self.with(true, false))?;
                for (row, cells) in self.cells.iter().enumerate() {
                    // Where everybody had the event the variance takes the events as they are.
                    if let (Some([a, b, c, d]), Some(v)) = (cells, effects.vi[row].as_mut())
                        && *b == 0.0
                        && *d == 0.0
                    {
                        let [e, f] = self.added[row];
                        *v += 1.0 / a - 1.0 / (a + e) + 1.0 / c - 1.0 / (c + f);
                    }
                }
                Ok(effects)
            }
            Measure::RiskDifference => {
                let plain = self.effects_of(&self.with(false, false))?;
                let corrected = self.effects_of(&self.with(true, true))?;
                Ok(Effects {
                    yi: plain.yi,
                    ..corrected
                })
            }
            _ => self.effects_of(&self.with(true, true)),
        }
    }

    /// The Cochran-Mantel-Haenszel statistic of the reported cells (Mantel and Haenszel 1959), without continuity
    /// correction; `None` where no study has both events and others.
    #[must_use]
    pub fn cochran_mantel_haenszel(&self) -> Option<f64> {
        let (mut excess, mut variance) = (0.0, 0.0);
        for [a, b, c, d] in self.cells.iter().flatten() {
            let n = a + b + c + d;
            excess += a - (a + b) * (a + c) / n;
            variance += (a + b) / n * ((c + d) / n) * ((a + c) / n) * (b + d);
        }
        (variance > 0.0).then(|| excess * excess / variance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(rows: &[[f64; 4]]) -> Tables {
        let column = |place: usize| rows.iter().map(|row| Some(row[place])).collect();
        Tables {
            event_e: column(0),
            n_e: column(1),
            event_c: column(2),
            n_c: column(3),
            lines: (2..rows.len() + 2).collect(),
        }
    }

    #[test]
    fn arms_of_equal_size_get_a_half_either_way() {
        let tables = tables(&[[0.0, 20.0, 3.0, 20.0], [4.0, 30.0, 9.0, 31.0]]);
        let fixed = tables
            .corrected(Measure::OddsRatio, &Continuity::default())
            .unwrap();
        let by_arm = Continuity {
            amount: Amount::TreatmentArm,
            ..Continuity::default()
        };
        assert_eq!(fixed, tables.corrected(Measure::OddsRatio, &by_arm).unwrap());
        assert_eq!(fixed.added, [[0.5, 0.5], [0.0, 0.0]]);
    }

    #[test]
    fn studies_that_say_nothing() {
        let tables = tables(&[
            [0.0, 20.0, 0.0, 25.0],
            [20.0, 20.0, 25.0, 25.0],
            [1.0, 9.0, 2.0, 9.0],
        ]);
        let left_out = |measure| {
            tables
                .corrected(measure, &Continuity::default())
                .unwrap()
                .uninformative
        };
        assert_eq!(left_out(Measure::OddsRatio), [true, true, false]);
        assert_eq!(left_out(Measure::RiskRatio), [true, false, false]);
        assert_eq!(left_out(Measure::RiskDifference), [false; 3]);
        let all = Continuity {
            all_studies: true,
            ..Continuity::default()
        };
        let effects = tables
            .corrected(Measure::OddsRatio, &all)
            .unwrap()
            .effects()
            .unwrap();
        assert!(effects.yi.iter().all(Option::is_some));
    }

    #[test]
    fn impossible_rows_are_told() {
        let error = |row: [f64; 4]| {
            let tables = tables(&[[1.0, 9.0, 2.0, 9.0], row]);
            let error = tables.corrected(Measure::OddsRatio, &Continuity::default());
            error.unwrap_err().to_string()
        };
        assert_eq!(
            error([5.0, 4.0, 1.0, 4.0]),
            "line 3: the experimental group has 5 events, but only 4 people"
        );
        assert_eq!(
            error([1.0, 4.0, 0.0, 0.0]),
            "line 3: the control group has 0 people"
        );
        assert_eq!(
            error([1.0, 4.0, -1.0, 4.0]),
            "line 3: the control group has -1 events; a count cannot be negative"
        );
    }
}
