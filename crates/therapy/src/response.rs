//! From exposure to score: what an arm of a trial receives, and what follows from it.
//!
//! [`Designs`] turns the rows of the evidence tables and the facts of `response/designs.toml` into an [`ArmDesign`] for every
//! arm that can be used, and says why another cannot. [`Exposure`] is the occupancy after one session of a regimen.
//!
//! The model itself stands here in closed form, over plain and over recorded numbers. Severity lives on a logarithmic scale: a
//! patient with baseline `B` has at time `t` the score `B exp(-x(t))`, bounded by the instrument; the improvement `x` is the sum
//! of expectancy, drug, a new antidepressant and psychotherapy, each a typical value with normal deviations between patients. So
//! `x` is normal over the patients of an arm ([`Latent`]), and means, standard deviations, responses and remissions are closed
//! forms ([`Scores`]). [`Theta`] names what is uncertain, [`Visit`] prepares what an arm has received by a time, [`Typical`] puts
//! both together. [`Followed`] tells how many of those who had responded relapse, [`gone`] how many leave a trial. The same equations stand as model text in `library/response`, for simulation; a test holds the two to each other.

mod arms;
mod design;
mod dropout;
mod exposure;
mod facts;
mod people;
mod predict;
mod ratings;
mod relapse;
mod scores;
mod sessions;
mod structure;
mod theta;
mod visit;

pub use arms::Designs;
pub use design::{
    ArmDesign, Background, Baseline, Blinding, Kind, Refused, Selected, Session, Setting, Therapy,
};
pub use dropout::gone;
pub use exposure::{Exposure, Given, Portion, grid_h};
pub use predict::{Outcome, Predicted, StatisticKind, predict};
pub use ratings::{Ratings, Remission, UsualBaseline};
pub use relapse::{Beside, Followed, KEPT_HALF_H, ln_hazard_ratio};
pub use scores::{Before, Scores};
pub use structure::{Effects, Latent, TRUST_HALF, Typical};
pub(crate) use structure::{drug_size, expectancy_factor};
pub use theta::{Theta, Thetas};
pub(crate) use visit::moments;
pub use visit::{
    Disorder, HALF_HOPE_H, HALF_NATURAL_H, HALF_RISE_H, PSYCHOTHERAPY_H, Piece, Situation, USUAL_PEOPLE,
    Visit,
};
