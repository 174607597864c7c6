//! Subgroup analysis: studies pooled group by group, and the test whether the groups differ (Borenstein and Higgins 2013,
//! doi:10.1007/s11121-013-0377-7).

use nalgebra::DMatrix;

use super::inconsistency::{cochran_q, q_probability};
use super::inverse_variance::{InverseVariance, Options, inverse_variance};
use crate::MetaError;
use crate::pool::{self, Data, Method, estimate};

/// Whether groups share tau2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TauAcross {
    /// Each group has its own.
    #[default]
    Separate,
    /// All groups have that of a meta-regression on the groups.
    Common,
}

/// A group.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What its studies have in common.
    pub label: String,
    /// Its studies, pooled.
    pub pooled: InverseVariance,
}

/// A test whether groups differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Cochran's Q of the groups' estimates.
    pub q: f64,
    /// Groups less one.
    pub df: usize,
    /// Its probability; `None` for one group.
    pub p: Option<f64>,
}

/// Groups, and all studies together.
#[derive(Clone, Debug, PartialEq)]
pub struct Subgroups {
    /// All studies as if there were no groups.
    pub whole: InverseVariance,
    /// The groups in the order in which their first studies stand.
    pub groups: Vec<Group>,
    /// Between common effects.
    pub common: Difference,
    /// Between random effects.
    pub random: Difference,
    /// The tau2 that groups share.
    pub tau2: Option<f64>,
}

/// Pools the studies group by group.
///
/// # Errors
/// As [`inverse_variance`]; there are not as many labels as studies.
pub fn subgroups(
    yi: &[f64],
    vi: &[f64],
    labels: &[String],
    options: &Options,
    across: TauAcross,
) -> Result<Subgroups, MetaError> {
    if labels.len() != yi.len() {
        return Err(MetaError::NoAnswer(format!(
            "{} studies have {} labels of groups",
            yi.len(),
            labels.len()
        )));
    }
    let whole = inverse_variance(yi, vi, options)?;
    let mut levels: Vec<&String> = Vec::new();
    for label in labels {
        if !levels.contains(&label) {
            levels.push(label);
        }
    }
    let tau2 = match across {
        TauAcross::Separate => options.tau2,
        TauAcross::Common if options.tau2.is_some() => options.tau2,
        TauAcross::Common => Some(residual_tau2(yi, vi, labels, &levels, options.method)?),
    };
    let shared = Options {
        tau2,
        ..options.clone()
    };
    let groups = levels
        .iter()
        .map(|level| {
            let of = |cells: &[f64]| -> Vec<f64> {
                let members = cells.iter().zip(labels).filter(|(_, label)| label == level);
                members.map(|(cell, _)| *cell).collect()
            };
            Ok(Group {
                label: (*level).clone(),
                pooled: inverse_variance(&of(yi), &of(vi), &shared)?,
            })
        })
        .collect::<Result<Vec<_>, MetaError>>()?;
    let difference = |part: fn(&InverseVariance) -> (f64, f64)| {
        let (estimates, variances): (Vec<f64>, Vec<f64>) = groups
            .iter()
            .map(|group| part(&group.pooled))
            .map(|(estimate, se)| (estimate, se * se))
            .unzip();
        let (q, df) = (cochran_q(&estimates, &variances, None), groups.len() - 1);
        Difference {
            q,
            df,
            p: q_probability(q, df),
        }
    };
    Ok(Subgroups {
        common: difference(|pooled| (pooled.common.estimate, pooled.common.se)),
        random: difference(|pooled| (pooled.random.estimate, pooled.random.se)),
        whole,
        groups,
        tau2: tau2.filter(|_| across == TauAcross::Common),
    })
}

/// tau2 of a meta-regression on the groups; 0 where every study is a group.
pub(crate) fn residual_tau2(
    yi: &[f64],
    vi: &[f64],
    labels: &[String],
    levels: &[&String],
    method: Method,
) -> Result<f64, MetaError> {
    if levels.len() >= yi.len() {
        return Ok(0.0);
    }
    let belongs = |row: usize, column: usize| f64::from(u8::from(labels[row] == *levels[column]));
    let data = Data {
        x: DMatrix::from_fn(yi.len(), levels.len(), belongs),
        names: levels.iter().map(|level| (*level).clone()).collect(),
        intercept: false,
        ..Data::without_moderators(yi.to_vec(), vi.to_vec())
    };
    let options = pool::Options {
        method,
        ..pool::Options::default()
    };
    Ok(estimate(&data, &options)?.tau2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const YI: [f64; 6] = [0.2, 0.9, -0.4, 1.4, 0.6, 0.1];
    const VI: [f64; 6] = [0.1, 0.3, 0.2, 0.15, 0.05, 0.2];

    fn labels(text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }

    #[test]
    fn one_group_is_the_whole() {
        for across in [TauAcross::Separate, TauAcross::Common] {
            let found = subgroups(&YI, &VI, &labels("aaaaaa"), &Options::default(), across).unwrap();
            let (group, whole) = (&found.groups[0].pooled, &found.whole);
            assert!((group.random.estimate - whole.random.estimate).abs() < 1e-12);
            assert_eq!((found.common.df, found.common.p), (0, None));
        }
    }

    /// Q of all is Q within groups and Q between them, for common effects.
    #[test]
    fn q_adds_up() {
        let found = subgroups(
            &YI,
            &VI,
            &labels("abaabb"),
            &Options::default(),
            TauAcross::Separate,
        )
        .unwrap();
        let within: f64 = found
            .groups
            .iter()
            .map(|group| group.pooled.heterogeneity.q)
            .sum();
        assert!((found.whole.heterogeneity.q - within - found.common.q).abs() < 1e-12);
    }

    #[test]
    fn groups_of_one_study() {
        let found = subgroups(
            &YI,
            &VI,
            &labels("abcdef"),
            &Options::default(),
            TauAcross::Common,
        )
        .unwrap();
        assert_eq!((found.tau2, found.groups.len()), (Some(0.0), 6));
        assert!(subgroups(&YI, &VI, &labels("ab"), &Options::default(), TauAcross::Common).is_err());
    }
}
