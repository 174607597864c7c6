//! What a virtual trial comes to: one structure for the page, the table and the JSON.

use super::{Analysis, EndpointKind, Estimand};
use crate::result::Provenance;
use serde::Serialize;

/// What is true where trials are replicated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum World {
    /// The fitted model, with all that is uncertain of it: a trial of this design somewhere.
    Uncertain,
    /// The medians of the model, in the typical study.
    Typical,
    /// The drug does nothing, but people can tell what they got.
    Unblinding,
    /// No arm differs from another.
    Null,
}

impl World {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Uncertain, Self::Typical, Self::Unblinding, Self::Null];

    /// What it is, for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Uncertain => "the fitted model, with all that is uncertain of it",
            Self::Typical => "the typical study of the fitted model",
            Self::Unblinding => "no effect of the drug, but people can tell what they got",
            Self::Null => "no difference between arms",
        }
    }
}

/// Trials of one size in one world.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Size {
    /// People, in all arms together.
    pub n: u32,
    /// Trials that could be analysed.
    pub analysed: u32,
    /// Part of the trials in which the difference is significant.
    pub significant: f64,
    /// Its Monte Carlo standard error.
    pub error: f64,
    /// Part in which it is, in favour of the arm that is looked at.
    pub in_favour: f64,
    /// Mean estimate: of a change in points, below 0 where people of the arm improve by more; of a proportion above 0.
    pub mean_estimate: f64,
    /// Standard deviation of the estimates.
    pub sd_estimate: f64,
    /// 5th, 25th, 50th, 75th and 95th percentile of the estimates.
    pub quantiles: [f64; 5],
    /// Part of the people who stopped before the end.
    pub stopped: f64,
}

/// All sizes in one world.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// The world.
    pub world: World,
    /// By size.
    pub sizes: Vec<Size>,
    /// The number of people that suffices for the power that was asked for, with the range of its Monte Carlo error; absent where no
    /// size that was tried does.
    pub suffices: Option<[f64; 3]>,
}

/// A virtual trial.
#[derive(Clone, Debug, Serialize)]
pub struct TrialResult {
    /// Stem of its file.
    pub id: String,
    /// Title.
    pub title: String,
    /// Summary.
    pub summary: String,
    /// The design in words, each a term and what it is.
    pub design: Vec<(String, String)>,
    /// The arm that is looked at, and the one it is compared with.
    pub arms: [String; 2],
    /// Which number is compared.
    pub endpoint: EndpointKind,
    /// Of people who stop.
    pub estimand: Estimand,
    /// Analysis.
    pub analysis: Analysis,
    /// Level of significance.
    pub alpha: f64,
    /// Power that is wanted.
    pub power: f64,
    /// Trials of each size and world.
    pub replicates: u32,
    /// Seed.
    pub seed: u64,
    /// By world.
    pub curves: Vec<Curve>,
    /// Months from the first person admitted to the last visit, by size.
    pub months: Vec<(u32, f64)>,
    /// What the reader must know.
    pub assumptions: Vec<String>,
    /// How to make it again; whoever read the files fills it in.
    pub provenance: Provenance,
}

impl TrialResult {
    /// The curve of a world.
    #[must_use]
    pub fn of(&self, world: World) -> Option<&Curve> {
        self.curves.iter().find(|curve| curve.world == world)
    }

    /// Columns of [`Self::rows`].
    pub const COLUMNS: [&'static str; 10] = [
        "world",
        "n",
        "analysed",
        "significant",
        "monte_carlo_error",
        "in_favour",
        "mean_estimate",
        "sd_estimate",
        "stopped",
        "months",
    ];

    /// A row for every size in every world.
    pub fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        self.curves.iter().flat_map(move |curve| {
            curve.sizes.iter().map(move |size| {
                let world = match curve.world {
                    World::Uncertain => "uncertain",
                    World::Typical => "typical",
                    World::Unblinding => "unblinding",
                    World::Null => "null",
                };
                let months = self.months.iter().find(|(n, _)| *n == size.n);
                vec![
                    world.to_owned(),
                    size.n.to_string(),
                    size.analysed.to_string(),
                    size.significant.to_string(),
                    size.error.to_string(),
                    size.in_favour.to_string(),
                    size.mean_estimate.to_string(),
                    size.sd_estimate.to_string(),
                    size.stopped.to_string(),
                    months.map_or_else(String::new, |(_, months)| months.to_string()),
                ]
            })
        })
    }
}
