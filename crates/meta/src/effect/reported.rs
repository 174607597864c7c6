//! What studies report, under the names that metafor gives the columns.

use crate::{Frame, MetaError};

use super::{Family, Measure};

macro_rules! given {
    ($($variant:ident $name:literal $label:literal;)*) => {
        /// What a column holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Given {
            $(#[doc = $label] $variant,)*
        }

        const ALL: &[(Given, &str, &str)] = &[$((Given::$variant, $name, $label),)*];
    };
}

given! {
    Ai "ai" "Events of the first group, or the first cell of a table; an alpha or an area under the curve.";
    Bi "bi" "The first group's people without event.";
    Ci "ci" "Events of the second group.";
    Di "di" "The second group's people without event; a standardized difference where means are expected.";
    N1i "n1i" "People of the first group.";
    N2i "n2i" "People of the second group.";
    X1i "x1i" "Events in the first group's time.";
    X2i "x2i" "Events in the second group's time.";
    T1i "t1i" "Person-time of the first group.";
    T2i "t2i" "Person-time of the second group.";
    M1i "m1i" "Mean of the first group.";
    M2i "m2i" "Mean of the second group.";
    Sd1i "sd1i" "Standard deviation of the first group.";
    Sd2i "sd2i" "Standard deviation of the second group.";
    Xi "xi" "Events of the only group.";
    Mi "mi" "People without event, a mean, or a number of predictors or items.";
    Ri "ri" "A correlation.";
    Ti "ti" "Person-time, or a t statistic.";
    Fi "fi" "An F statistic.";
    Pi "pi" "A two-sided p value with the sign of the effect, or a proportion.";
    Sdi "sdi" "Standard deviation of the only group.";
    R2i "r2i" "A coefficient of determination.";
    Ni "ni" "People.";
    Yi "yi" "An effect size on the scale that is pooled.";
    Vi "vi" "Its sampling variance.";
    Sei "sei" "Its standard error.";
    CiLb "ci_lb" "The lower bound of its interval.";
    CiUb "ci_ub" "The upper bound of its interval.";
    Hr "hr" "A hazard ratio as it is read.";
    HrLb "hr_lb" "The lower bound of its interval.";
    HrUb "hr_ub" "The upper bound of its interval.";
}

impl Given {
    /// By metafor's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// metafor's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        // The table is written by the same macro as the variants, in their order.
        ALL[self as usize].1
    }
}

/// What studies report: a row for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Reported {
    lines: Vec<usize>,
    columns: Vec<(Given, Vec<f64>)>,
}

impl Reported {
    /// Nothing yet of so many studies, written in lines 2 and following.
    #[must_use]
    pub fn new(rows: usize) -> Self {
        Self {
            lines: (2..rows + 2).collect(),
            columns: Vec::new(),
        }
    }

    /// With the lines in which the studies were written.
    ///
    /// # Panics
    /// If there are not as many lines as studies.
    #[must_use]
    pub fn with_lines(mut self, lines: Vec<usize>) -> Self {
        assert_eq!(lines.len(), self.lines.len(), "a line for each study");
        self.lines = lines;
        self
    }

    /// With a column more, or instead of the one that was there; NaN is missing.
    ///
    /// # Panics
    /// If there are not as many cells as studies.
    #[must_use]
    pub fn with(mut self, what: Given, cells: &[f64]) -> Self {
        assert_eq!(cells.len(), self.lines.len(), "a cell for each study");
        self.columns.retain(|(found, _)| *found != what);
        self.columns.push((what, cells.to_vec()));
        self
    }

    /// The same with cells that say what is missing.
    ///
    /// # Panics
    /// If there are not as many cells as studies.
    #[must_use]
    pub fn with_cells(self, what: Given, cells: &[Option<f64>]) -> Self {
        let cells: Vec<f64> = cells.iter().map(|cell| cell.unwrap_or(f64::NAN)).collect();
        self.with(what, &cells)
    }

    /// From the columns of a table that have metafor's names, or those that `names` gives instead.
    ///
    /// # Errors
    /// What the measure needs is not there, or holds texts.
    pub fn of_frame(measure: Measure, frame: &Frame, names: &[(&str, &str)]) -> Result<Self, MetaError> {
        for (what, _) in names {
            if Given::parse(what).is_none() {
                let known: Vec<&str> = ALL.iter().map(|row| row.1).collect();
                let reason = format!(
                    "is nothing that an effect size is computed from; there are {}",
                    known.join(", ")
                );
                return Err(MetaError::field(*what, reason));
            }
        }
        let renamed = |what: Given| names.iter().find(|(found, _)| *found == what.name());
        let column = |what: Given| -> Option<String> {
            if let Some((_, name)) = renamed(what) {
                return Some((*name).to_owned());
            }
            let alike = |name: &str| name.replace(['.', '_'], "").to_lowercase();
            let wanted = alike(what.name());
            let exact = frame.names().find(|name| *name == what.name());
            let near = || frame.names().find(|name| alike(name) == wanted);
            exact.or_else(near).map(str::to_owned)
        };
        let sets = sets(measure);
        let found = sets
            .iter()
            .find(|set| set.iter().all(|what| column(what.0).is_some() || !what.1));
        let mut reported =
            Self::new(frame.rows()).with_lines((0..frame.rows()).map(|row| frame.line(row)).collect());
        let mut wanted: Vec<Given> =
            found.map_or_else(Vec::new, |set| set.iter().map(|what| what.0).collect());
        // What was named is used even where it does not belong to the first set that is there.
        for (what, _) in names {
            if let Some(what) = Given::parse(what).filter(|what| !wanted.contains(what)) {
                wanted.push(what);
            }
        }
        if found.is_none() && names.is_empty() {
            let ways: Vec<String> = sets
                .iter()
                .map(|set| {
                    let needed: Vec<&str> = set
                        .iter()
                        .filter(|what| what.1)
                        .map(|what| what.0.name())
                        .collect();
                    needed.join(", ")
                })
                .collect();
            return Err(MetaError::NoAnswer(format!(
                "measure `{}` is computed from columns {}; the table has {}",
                measure.name(),
                ways.join(" or from "),
                frame.names().collect::<Vec<_>>().join(", ")
            )));
        }
        for what in wanted {
            if let Some(name) = column(what) {
                reported = reported.with_cells(what, frame.numbers(&name)?);
            }
        }
        Ok(reported)
    }

    /// Only the studies at `rows`, in that order.
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        let column =
            |(what, cells): &(Given, Vec<f64>)| (*what, rows.iter().map(|row| cells[*row]).collect());
        Self {
            lines: rows.iter().map(|row| self.lines[*row]).collect(),
            columns: self.columns.iter().map(column).collect(),
        }
    }

    /// How many studies.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// Whether a column is given.
    #[must_use]
    pub fn has(&self, what: Given) -> bool {
        self.columns.iter().any(|(found, _)| *found == what)
    }

    /// The line of a study.
    #[must_use]
    pub fn line(&self, row: usize) -> usize {
        self.lines[row]
    }

    /// The cells of a column, all missing where it is not given.
    pub(crate) fn get(&self, what: Given) -> Vec<f64> {
        self.columns
            .iter()
            .find(|(found, _)| *found == what)
            .map_or_else(|| vec![f64::NAN; self.rows()], |(_, cells)| cells.clone())
    }

    /// Refuses where one of these columns is neither given nor to be had from others.
    pub(crate) fn need(&self, measure: Measure, columns: &[(Given, &[f64])]) -> Result<(), MetaError> {
        for (what, cells) in columns {
            if !self.has(*what) && self.rows() > 0 && cells.iter().all(|x| x.is_nan()) {
                return Err(MetaError::NoAnswer(format!(
                    "measure `{}` needs `{}`, which is not given",
                    measure.name(),
                    what.name()
                )));
            }
        }
        Ok(())
    }

    /// Refuses the first row for which something is wrong.
    pub(crate) fn refuse(&self, wrong: impl Fn(usize) -> Option<String>) -> Result<(), MetaError> {
        match (0..self.rows()).find_map(|row| wrong(row).map(|reason| (row, reason))) {
            Some((row, reason)) => Err(MetaError::Row {
                line: self.lines[row],
                reason,
            }),
            None => Ok(()),
        }
    }
}

/// Cells that are missing taken from elsewhere.
pub(crate) fn filled(cells: &[f64], from: impl Fn(usize) -> f64) -> Vec<f64> {
    let cell = |(row, x): (usize, &f64)| if x.is_nan() { from(row) } else { *x };
    cells.iter().enumerate().map(cell).collect()
}

/// The ways to compute a measure: columns, and whether each must be there.
fn sets(measure: Measure) -> Vec<Vec<(Given, bool)>> {
    use Given as G;
    let all = |columns: &[Given]| columns.iter().map(|what| (*what, true)).collect::<Vec<_>>();
    let ready = [
        all(&[G::Yi, G::Vi]),
        all(&[G::Yi, G::Sei]),
        all(&[G::Yi, G::CiLb, G::CiUb]),
    ]
    .map(|mut set| {
        set.push((G::Ni, false));
        set
    });
    let mut sets = match measure.family() {
        Family::TwoByTwo if measure == Measure::PairedOddsRatioMarginal => vec![
            all(&[G::Ai, G::Bi, G::Ci, G::Di, G::Ri]),
            all(&[G::Ai, G::Bi, G::Ci, G::Di, G::Pi]),
        ],
        Family::TwoByTwo => vec![
            all(&[G::Ai, G::Bi, G::Ci, G::Di]),
            all(&[G::Ai, G::N1i, G::Ci, G::N2i]),
        ],
        Family::Rates => vec![all(&[G::X1i, G::T1i, G::X2i, G::T2i])],
        Family::Means => {
            let groups = [G::N1i, G::N2i];
            let with = |more: &[Given]| all(&[more, &groups].concat());
            let mut sets = vec![with(&[G::M1i, G::M2i, G::Sd1i, G::Sd2i])];
            match measure.name() {
                "VR" => sets.push(with(&[G::Sd1i, G::Sd2i])),
                "SMD1" => sets.push(with(&[G::M1i, G::M2i, G::Sd2i])),
                "SMD" | "RPB" | "ZPB" | "RBIS" | "ZBIS" | "D2OR" | "D2ORN" | "D2ORL" => {
                    sets.extend([G::Di, G::Ti, G::Pi, G::Ri].map(|what| with(&[what])));
                }
                _ => {}
            }
            sets
        }
        Family::Correlation => vec![all(&[G::Ri, G::Ni]), all(&[G::Ti, G::Ni]), all(&[G::Pi, G::Ni])],
        Family::Proportion => vec![all(&[G::Xi, G::Ni]), all(&[G::Xi, G::Mi])],
        Family::Rate => vec![all(&[G::Xi, G::Ti])],
        Family::Mean if measure.name() == "SDLN" => vec![all(&[G::Sdi, G::Ni])],
        Family::Mean => vec![all(&[G::Mi, G::Sdi, G::Ni])],
        Family::Change => {
            let needed = match measure.name() {
                "VRC" => all(&[G::Sd1i, G::Sd2i, G::Ri, G::Ni]),
                "SMCR" => all(&[G::M1i, G::M2i, G::Sd1i, G::Ri, G::Ni]),
                _ => all(&[G::M1i, G::M2i, G::Sd1i, G::Sd2i, G::Ri, G::Ni]),
            };
            let mut sets = vec![needed];
            if measure == Measure::ChangeByChange {
                sets.extend([G::Di, G::Ti, G::Pi].map(|what| all(&[what, G::Ni])));
            }
            sets
        }
        Family::Overlap => vec![vec![
            (G::Ai, true),
            (G::N1i, true),
            (G::N2i, true),
            (G::Mi, false),
        ]],
        Family::OverlapOfMeans => {
            let mut sets = vec![all(&[G::M1i, G::M2i, G::Sd1i, G::Sd2i, G::N1i, G::N2i])];
            sets.extend([G::Ai, G::Di, G::Ti, G::Pi].map(|what| all(&[what, G::N1i, G::N2i])));
            sets
        }
        Family::PartialCorrelation => {
            let semi = matches!(measure, Measure::SemiPartial | Measure::SemiPartialZ);
            let with = |what| {
                let mut set = all(&[what, G::Mi, G::Ni]);
                if semi {
                    set.push((G::R2i, true));
                }
                set
            };
            vec![with(G::Ri), with(G::Ti), with(G::Pi)]
        }
        Family::Determination => [G::R2i, G::Fi, G::Pi]
            .map(|what| all(&[what, G::Mi, G::Ni]))
            .to_vec(),
        Family::Reliability => vec![all(&[G::Ai, G::Mi, G::Ni])],
        Family::Heterozygosity => vec![all(&[G::Ai, G::Bi, G::Ci])],
        Family::Generic if measure == Measure::HazardRatio => vec![all(&[G::Hr, G::HrLb, G::HrUb])],
        Family::Generic => Vec::new(),
    };
    sets.extend(ready);
    sets
}
