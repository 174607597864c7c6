//! Random effects: which rows share them, and how a row takes part in them.

use nalgebra::DMatrix;

use super::structure::{Components, Structure};
use crate::MetaError;

/// How a row takes part in the random effects of its group.
#[derive(Clone, Debug, PartialEq)]
pub enum Loading {
    /// By the one effect that all rows of the group share (`~ 1 | group`).
    Intercept,
    /// By the effect of its level of an inner factor (`~ inner | group`).
    Level {
        /// The level of each row.
        codes: Vec<usize>,
        /// Names of the levels.
        names: Vec<String>,
    },
    /// By its row of a design matrix: an effect for each column, as random slopes.
    Design {
        /// A row for each row, a column for each effect.
        columns: DMatrix<f64>,
        /// Names of the columns.
        names: Vec<String>,
    },
}

/// Random effects that rows of the same group share.
#[derive(Clone, Debug, PartialEq)]
pub struct Random {
    /// What is grouped by, as `district/school`.
    pub name: String,
    /// The group of each row.
    pub group: Vec<usize>,
    /// Names of the groups.
    pub groups: Vec<String>,
    /// How a row takes part.
    pub loading: Loading,
    /// How the effects of a group covary.
    pub structure: Structure,
}

impl Random {
    /// One effect for each group: `~ 1 | group`.
    #[must_use]
    pub fn intercept(name: impl Into<String>, group: Vec<usize>, groups: Vec<String>) -> Self {
        Self {
            name: name.into(),
            group,
            groups,
            loading: Loading::Intercept,
            structure: Structure::Identity,
        }
    }

    /// An effect for each level of an inner factor in each group: `~ inner | group`.
    #[must_use]
    pub fn levels(
        name: impl Into<String>,
        (codes, names): (Vec<usize>, Vec<String>),
        (group, groups): (Vec<usize>, Vec<String>),
        structure: Structure,
    ) -> Self {
        Self {
            name: name.into(),
            group,
            groups,
            loading: Loading::Level { codes, names },
            structure,
        }
    }

    /// Refuses codes without a name, and other numbers of rows than `k`.
    pub(crate) fn check(&self, k: usize) -> Result<(), MetaError> {
        let named =
            |codes: &[usize], names: &[String]| codes.len() == k && codes.iter().all(|c| *c < names.len());
        let loading = match &self.loading {
            Loading::Intercept => true,
            Loading::Level { codes, names } => named(codes, names),
            Loading::Design { columns, names } => columns.nrows() == k && columns.ncols() == names.len(),
        };
        let values = match &self.structure {
            Structure::ContinuousAutoregressive(values) => values.len() == self.effects(),
            _ => true,
        };
        if named(&self.group, &self.groups) && loading && values && self.effects() > 0 {
            Ok(())
        } else {
            Err(MetaError::NoAnswer(format!(
                "the random effects `{}` do not name the group and the level of each of {k} rows",
                self.name
            )))
        }
    }

    /// Whether it is a plain `~ 1 | group`, whose variance is a sigma2.
    #[must_use]
    pub fn is_intercept(&self) -> bool {
        self.loading == Loading::Intercept
    }

    /// How many effects a group has.
    #[must_use]
    pub fn effects(&self) -> usize {
        match &self.loading {
            Loading::Intercept => 1,
            Loading::Level { names, .. } => names.len(),
            Loading::Design { columns, .. } => columns.ncols(),
        }
    }

    /// The weights with which a row takes the effects of its group, those that are not 0.
    pub(crate) fn weights(&self, row: usize) -> Vec<(usize, f64)> {
        match &self.loading {
            Loading::Intercept => vec![(0, 1.0)],
            Loading::Level { codes, .. } => vec![(codes[row], 1.0)],
            Loading::Design { columns, .. } => columns
                .row(row)
                .iter()
                .copied()
                .enumerate()
                .filter(|(_, x)| *x != 0.0)
                .collect(),
        }
    }

    /// Only the rows at `kept`.
    #[must_use]
    pub fn take(&self, kept: &[usize]) -> Self {
        let loading = match &self.loading {
            Loading::Intercept => Loading::Intercept,
            Loading::Level { codes, names } => Loading::Level {
                codes: kept.iter().map(|row| codes[*row]).collect(),
                names: names.clone(),
            },
            Loading::Design { columns, names } => Loading::Design {
                columns: columns.select_rows(kept.iter()),
                names: names.clone(),
            },
        };
        Self {
            name: self.name.clone(),
            group: kept.iter().map(|row| self.group[*row]).collect(),
            groups: self.groups.clone(),
            loading,
            structure: self.structure.clone(),
        }
    }

    /// What the data say about each component.
    pub(crate) fn information(&self) -> Information {
        let q = self.effects();
        let (variances, correlations) = (self.structure.variances(q), self.structure.correlations(q));
        let mut known = Information {
            variances: vec![true; variances],
            correlations: vec![true; correlations],
        };
        let Loading::Level { codes, .. } = &self.loading else {
            return known;
        };
        let mut together = DMatrix::from_element(q, q, 0_usize);
        let mut present: Vec<Vec<usize>> = vec![Vec::new(); self.groups.len()];
        for (code, group) in codes.iter().zip(&self.group) {
            if !present[*group].contains(code) {
                present[*group].push(*code);
            }
        }
        for levels in &present {
            for a in levels {
                for b in levels {
                    together[(*a, *b)] += 1;
                }
            }
        }
        if variances == q && q > 1 {
            // A level that one group alone has: its variance cannot be told from the error of that group.
            known.variances = (0..q).map(|level| together[(level, level)] > 1).collect();
        }
        let pairs: Vec<bool> = (0..q)
            .flat_map(|j| (j + 1..q).map(move |i| (i, j)))
            .map(|(i, j)| together[(i, j)] > 0)
            .collect();
        known.correlations = if correlations == 1 && !matches!(self.structure, Structure::Unstructured) {
            vec![pairs.iter().any(|seen| *seen)]
        } else {
            pairs.into_iter().take(correlations).collect()
        };
        if q == 2 && known.variances.iter().any(|known| !known) {
            known.correlations.fill(false);
        }
        known
    }
}

/// Which components of a term the data can tell; the others are set to 0.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Information {
    pub(crate) variances: Vec<bool>,
    pub(crate) correlations: Vec<bool>,
}

impl Information {
    /// How many components are estimated.
    pub(crate) fn count(&self) -> usize {
        let count = |known: &[bool]| known.iter().filter(|known| **known).count();
        count(&self.variances) + count(&self.correlations)
    }

    /// Whether level `i` of `q` keeps its variance.
    pub(crate) fn keeps(&self, i: usize) -> bool {
        self.variances.get(i).is_none_or(|known| *known)
    }

    /// Components with those that cannot be told set to 0.
    pub(crate) fn clear(&self, mut components: Components) -> Components {
        for (x, known) in components.variances.iter_mut().zip(&self.variances) {
            if !known {
                *x = 0.0;
            }
        }
        let q = self.variances.len();
        let each_pair = components.correlations.len() == q * (q - 1) / 2 && q > 2;
        let pairs = (0..q).flat_map(|j| (j + 1..q).map(move |i| (i, j)));
        let unknown = pairs.map(|(i, j)| each_pair && !(self.variances[i] && self.variances[j]));
        for ((x, known), unknown) in components
            .correlations
            .iter_mut()
            .zip(&self.correlations)
            .zip(unknown.chain(core::iter::repeat(false)))
        {
            if !known || unknown {
                *x = 0.0;
            }
        }
        components
    }
}
