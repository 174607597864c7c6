//! Direct against indirect evidence: for each pair of treatments what their own studies say, what the rest of the
//! network says, and how far that is apart.

use euthymia_stats::normal;
use nalgebra::DMatrix;

use super::estimates::{Direct, NetworkFit, NetworkOptions, network as fit};
use super::graph::Network;
use crate::MetaError;

/// Where the indirect estimates come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Splitting {
    /// From the estimate of the network less the share of the direct one (Dias et al. 2010, doi:10.1002/sim.3767;
    /// König, Krahn and Binder 2013, doi:10.1002/sim.6001).
    #[default]
    BackCalculation,
    /// From the network without all studies that compare the pair (separating indirect from direct design evidence).
    WithoutDesigns,
}

/// An effect and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The effect.
    pub te: f64,
    /// Its standard error.
    pub se: f64,
}

/// A pair of treatments.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The two: effects are of the first against the second.
    pub pair: (usize, usize),
    /// Studies that compare them.
    pub studies: usize,
    /// Share of the direct estimate in the one of the network.
    pub share: f64,
    /// From their own studies.
    pub direct: Option<Estimate>,
    /// From the rest of the network.
    pub indirect: Option<Estimate>,
    /// Direct less indirect.
    pub difference: Option<Estimate>,
}

impl Estimate {
    /// Effect over standard error.
    #[must_use]
    pub fn z(&self) -> f64 {
        self.te / self.se
    }

    /// Two-sided probability.
    #[must_use]
    pub fn p(&self) -> f64 {
        normal::two_sided(self.z())
    }

    fn turned(self) -> Self {
        Self {
            te: -self.te,
            se: self.se,
        }
    }
}

/// Shares of direct evidence below this, and above one less this, leave only the other kind of evidence.
const ONLY: f64 = 5e-4;

/// Splits all pairs, in order; those with the reference have it second. The common model, or the random one.
///
/// # Errors
/// As the fits of the networks that are needed.
pub fn split(
    network: &Network,
    fitted: &NetworkFit,
    how: Splitting,
    random: bool,
    only: Option<f64>,
) -> Result<Vec<Split>, MetaError> {
    let only = only.unwrap_or(ONLY);
    let sources = fitted.sources(network, random)?;
    // Whether a pair has direct evidence worth the name is told by the common model for both.
    let common = if random {
        Some(fitted.sources(network, false)?.share)
    } else {
        None
    };
    let model = if random { &fitted.random } else { &fitted.common };
    let without = match how {
        Splitting::BackCalculation => None,
        Splitting::WithoutDesigns => Some(without_designs(
            network,
            &fitted.options,
            &sources.direct,
            random,
        )?),
    };
    network
        .pairs()
        .map(|(a, b)| {
            let studies = sources.direct.studies[(a, b)];
            let of = |share: &DMatrix<Option<f64>>| {
                share[(a, b)].ok_or_else(|| {
                    MetaError::NoAnswer(format!(
                        "the share of direct evidence of {} is no number",
                        network.pair(a, b)
                    ))
                })
            };
            let share = of(&sources.share)?;
            let by_common = of(common.as_ref().unwrap_or(&sources.share))?;
            let direct = sources.direct.te[(a, b)]
                .zip(sources.direct.se[(a, b)])
                .filter(|_| by_common.abs() >= only)
                .map(|(te, se)| Estimate { te, se });
            let indirect = if studies == 0 {
                Some(Estimate {
                    te: model.effect(a, b),
                    se: model.variance(a, b).sqrt(),
                })
            } else {
                match &without {
                    Some(found) => found[(a, b)],
                    None => sources.indirect_te[(a, b)]
                        .zip(sources.indirect_se[(a, b)])
                        .map(|(te, se)| Estimate { te, se }),
                }
                .filter(|_| (share - 1.0).abs() >= only)
            };
            let difference = direct.zip(indirect).map(|(direct, indirect)| Estimate {
                te: direct.te - indirect.te,
                se: (direct.se * direct.se + indirect.se * indirect.se).sqrt(),
            });
            let turned = fitted.options.reference == Some(a);
            let turn = |estimate: Option<Estimate>| {
                if turned {
                    estimate.map(Estimate::turned)
                } else {
                    estimate
                }
            };
            Ok(Split {
                pair: if turned { (b, a) } else { (a, b) },
                studies,
                share,
                direct: turn(direct),
                indirect: turn(indirect),
                difference: turn(difference),
            })
        })
        .collect()
}

/// Estimates of the pairs that studies compare from the networks without these studies.
fn without_designs(
    network: &Network,
    options: &NetworkOptions,
    direct: &Direct,
    random: bool,
) -> Result<DMatrix<Option<Estimate>>, MetaError> {
    let n = network.n();
    let mut found = DMatrix::from_element(n, n, None);
    for (a, b) in network.pairs().filter(|pair| direct.studies[*pair] > 0) {
        let Some(rest) =
            network.only(|study| !(study.treatments.contains(&a) && study.treatments.contains(&b)))
        else {
            continue;
        };
        let (name_a, name_b) = (&network.treatments[a], &network.treatments[b]);
        let (Some(at_a), Some(at_b)) = (rest.place(name_a), rest.place(name_b)) else {
            continue;
        };
        if rest.parts().len() > 1 {
            continue;
        }
        let heterogeneity = match options.heterogeneity {
            // A known variance is known for the whole network only.
            super::Heterogeneity::Preset(_) => super::Heterogeneity::DerSimonianLaird,
            other => other,
        };
        let part = fit(
            &rest,
            &NetworkOptions {
                heterogeneity,
                reference: None,
                level: options.level,
            },
        )?;
        let model = if random { &part.random } else { &part.common };
        found[(a, b)] = Some(Estimate {
            te: model.effect(at_a, at_b),
            se: model.variance(at_a, at_b).sqrt(),
        });
    }
    Ok(found)
}
