//! A network: treatments that studies compare, checked so that every estimate between them exists.

use std::collections::BTreeMap;

use super::arms::Contrast;
use crate::MetaError;
use crate::formula::collate;
use crate::sets::Sets;

/// A comparison of a study, in the order of the treatments.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Its study.
    pub study: usize,
    /// The treatment that comes first.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// Effect, `a` minus `b`.
    pub te: f64,
    /// Its variance.
    pub variance: f64,
    /// As [`Contrast::shared`].
    pub shared: Option<(f64, f64)>,
}

/// A study.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Its label.
    pub label: String,
    /// Its treatments, in order.
    pub treatments: Vec<usize>,
    /// Its comparisons: first with second, first with third, ..., second with third, ...
    pub comparisons: Vec<usize>,
    /// The first treatment of the comparison that was given first.
    pub first: usize,
}

/// Treatments, the studies that compare them, and their comparisons.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Labels of the treatments, in R's order.
    pub treatments: Vec<String>,
    /// In the order of their labels.
    pub studies: Vec<Study>,
    /// In the order in which they were given.
    pub comparisons: Vec<Comparison>,
}

/// How far the effects of a study of three arms and more may be from adding up.
const ADDS_UP: f64 = 1e-3;

impl Network {
    /// The network of the contrasts that have an effect and a standard error above 0; the others are left out.
    ///
    /// # Errors
    /// A study without all of its comparisons or whose comparisons contradict each other, or treatments that no chain of
    /// comparisons connects.
    pub fn new(contrasts: &[Contrast]) -> Result<Self, MetaError> {
        let network = Self::in_parts(contrasts)?;
        let parts = network.parts();
        if parts.len() > 1 {
            return Err(MetaError::Disconnected {
                parts: name_parts(&parts, &network.treatments),
            });
        }
        Ok(network)
    }

    /// The same, without asking whether everything is connected.
    ///
    /// # Errors
    /// As [`Network::new`], except for parts without a connection.
    pub fn in_parts(contrasts: &[Contrast]) -> Result<Self, MetaError> {
        let usable: Vec<(&Contrast, f64, f64)> = contrasts
            .iter()
            .filter_map(|contrast| {
                let (te, se) = contrast.te.zip(contrast.se)?;
                (te.is_finite() && se.is_finite() && se > 0.0).then_some((contrast, te, se))
            })
            .collect();
        if usable.is_empty() {
            return Err(MetaError::TooFew {
                what: "a network",
                needed: 1,
                found: 0,
            });
        }
        let treatments = sorted(
            usable
                .iter()
                .flat_map(|(contrast, ..)| [contrast.treat1.as_str(), contrast.treat2.as_str()]),
        );
        let labels = sorted(usable.iter().map(|(contrast, ..)| contrast.study.as_str()));
        let places = |texts: &[String]| -> BTreeMap<String, usize> {
            texts
                .iter()
                .cloned()
                .enumerate()
                .map(|(at, text)| (text, at))
                .collect()
        };
        let (of_treatment, of_study) = (places(&treatments), places(&labels));
        let comparisons: Vec<Comparison> = usable
            .iter()
            .map(|(contrast, te, se)| {
                let (a, b) = (of_treatment[&contrast.treat1], of_treatment[&contrast.treat2]);
                if a == b {
                    return Err(MetaError::Row {
                        line: contrast.line,
                        reason: format!("`{}` is compared with itself", contrast.treat1),
                    });
                }
                let turned = a > b;
                Ok(Comparison {
                    study: of_study[&contrast.study],
                    a: a.min(b),
                    b: a.max(b),
                    te: if turned { -te } else { *te },
                    variance: se * se,
                    shared: contrast.shared.map(|(x, y)| if turned { (y, x) } else { (x, y) }),
                })
            })
            .collect::<Result<_, _>>()?;
        let mut studies: Vec<Study> = labels
            .into_iter()
            .map(|label| Study {
                label,
                treatments: Vec::new(),
                comparisons: Vec::new(),
                first: 0,
            })
            .collect();
        for (at, comparison) in comparisons.iter().enumerate() {
            studies[comparison.study].comparisons.push(at);
        }
        for study in &mut studies {
            study.first = of_treatment[&usable[study.comparisons[0]].0.treat1];
            study
                .comparisons
                .sort_by_key(|at| (comparisons[*at].a, comparisons[*at].b));
            let mut found: Vec<usize> = study
                .comparisons
                .iter()
                .flat_map(|at| [comparisons[*at].a, comparisons[*at].b])
                .collect();
            found.sort_unstable();
            found.dedup();
            study.treatments = found;
        }
        let network = Self {
            treatments,
            studies,
            comparisons,
        };
        for study in &network.studies {
            network.check(study, usable[study.comparisons[0]].0.line)?;
        }
        Ok(network)
    }

    /// That a study has each pair of its treatments once, and that its effects and variances can be those of arms.
    fn check(&self, study: &Study, line: usize) -> Result<(), MetaError> {
        let wrong = |reason: String| Err(MetaError::Row { line, reason });
        let label = &study.label;
        let arms = study.treatments.len();
        let pairs = study
            .treatments
            .iter()
            .enumerate()
            .flat_map(|(at, a)| study.treatments[at + 1..].iter().map(move |b| (*a, *b)));
        let has: Vec<(usize, usize)> = study
            .comparisons
            .iter()
            .map(|at| (self.comparisons[*at].a, self.comparisons[*at].b))
            .collect();
        if !pairs.eq(has.iter().copied()) {
            return wrong(format!(
                "study `{label}` compares {arms} treatments and has {} comparisons with an effect and a standard error; \
                 each pair is needed once, {} in all",
                has.len(),
                arms * (arms - 1) / 2
            ));
        }
        if arms == 2 {
            return Ok(());
        }
        let local = |treatment: usize| study.treatments.iter().position(|t| *t == treatment).unwrap_or(0);
        // Least squares for arms: with all pairs present, the mean over the partners.
        let (mut levels, mut sums, mut total) = (vec![0.0; arms], vec![0.0; arms], 0.0);
        for at in &study.comparisons {
            let comparison = &self.comparisons[*at];
            let (a, b) = (local(comparison.a), local(comparison.b));
            levels[a] += comparison.te / arms as f64;
            levels[b] -= comparison.te / arms as f64;
            sums[a] += comparison.variance;
            sums[b] += comparison.variance;
            total += comparison.variance;
        }
        for at in &study.comparisons {
            let comparison = &self.comparisons[*at];
            let expected = levels[local(comparison.a)] - levels[local(comparison.b)];
            if (comparison.te - expected).abs() > ADDS_UP {
                return wrong(format!(
                    "the effects of study `{label}` do not add up: {} against {} is {}, by its other comparisons {expected}",
                    self.treatments[comparison.a], self.treatments[comparison.b], comparison.te
                ));
            }
        }
        for (at, sum) in sums.iter().enumerate() {
            let variance = (sum - total / (arms - 1) as f64) / (arms - 2) as f64;
            if variance < -1e-10 * total {
                return wrong(format!(
                    "the standard errors of study `{label}` cannot belong to independent arms: the variance of the arm \
                     with `{}` would be {variance}",
                    self.treatments[study.treatments[at]]
                ));
            }
        }
        Ok(())
    }

    /// How many treatments.
    #[must_use]
    pub fn n(&self) -> usize {
        self.treatments.len()
    }

    /// The place of a treatment.
    #[must_use]
    pub fn place(&self, treatment: &str) -> Option<usize> {
        self.treatments.iter().position(|found| found == treatment)
    }

    /// The label of a pair of treatments.
    #[must_use]
    pub fn pair(&self, a: usize, b: usize) -> String {
        format!("{}:{}", self.treatments[a], self.treatments[b])
    }

    /// All pairs of treatments, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let n = self.n();
        (0..n).flat_map(move |a| (a + 1..n).map(move |b| (a, b)))
    }

    /// Degrees of freedom of Q: arms less one of each study, less treatments less one.
    #[must_use]
    pub fn degrees(&self) -> f64 {
        let arms: usize = self.studies.iter().map(|study| study.treatments.len() - 1).sum();
        arms as f64 - (self.n() - self.parts().len()) as f64
    }

    /// The sets of treatments that studies connect.
    #[must_use]
    pub fn parts(&self) -> Vec<Vec<usize>> {
        let mut parts = Sets::new(self.n());
        for comparison in &self.comparisons {
            parts.join(comparison.a, comparison.b);
        }
        parts.members()
    }

    /// The network of only those studies that `keep` says; `None` where nothing is left.
    #[must_use]
    pub(super) fn only(&self, keep: impl Fn(&Study) -> bool) -> Option<Self> {
        let kept: Vec<&Study> = self.studies.iter().filter(|study| keep(study)).collect();
        if kept.is_empty() {
            return None;
        }
        let mut treatments: Vec<usize> = kept
            .iter()
            .flat_map(|study| study.treatments.iter().copied())
            .collect();
        treatments.sort_unstable();
        treatments.dedup();
        let renumbered = |treatment: usize| treatments.binary_search(&treatment).unwrap_or(0);
        let mut comparisons = Vec::new();
        let studies = kept
            .iter()
            .enumerate()
            .map(|(study, old)| Study {
                label: old.label.clone(),
                treatments: old.treatments.iter().map(|t| renumbered(*t)).collect(),
                first: renumbered(old.first),
                comparisons: old
                    .comparisons
                    .iter()
                    .map(|at| {
                        let mut comparison = self.comparisons[*at].clone();
                        comparison.study = study;
                        comparison.a = renumbered(comparison.a);
                        comparison.b = renumbered(comparison.b);
                        comparisons.push(comparison);
                        comparisons.len() - 1
                    })
                    .collect(),
            })
            .collect();
        Some(Self {
            treatments: treatments.iter().map(|t| self.treatments[*t].clone()).collect(),
            studies,
            comparisons,
        })
    }
}

/// Sets of treatments, by their names.
pub(super) fn name_parts(parts: &[Vec<usize>], treatments: &[String]) -> String {
    let named: Vec<String> = parts
        .iter()
        .map(|part| {
            let names: Vec<&str> = part.iter().map(|t| treatments[*t].as_str()).collect();
            format!("[{}]", names.join(", "))
        })
        .collect();
    named.join(" and ")
}

/// Different texts in R's order.
pub(super) fn sorted<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut sorted: Vec<&str> = texts
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    sorted.sort_by(|a, b| collate(Some(a), Some(b)));
    sorted.into_iter().map(str::to_owned).collect()
}
