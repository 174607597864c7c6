//! Where one patient's score is likely to go: the patient's own scores and doses, and what may be done from now on.
//!
//! [`csv::read`] and [`fhir::read`] turn files into [`Records`]; [`forecast`] puts them on one clock and updates the population by them.
//! Given the parameters and what a study makes of them, the improvement is linear in the patient's normal traits, and a rating scatters
//! normally around it, on the logarithm of the score. So the traits given the scores are known exactly, and the probability of the
//! scores is the weight of a particle: importance weighting of the posterior draws with the patient integrated out, and no chain to
//! wait for. [`calibrate::calibrate`] forecasts patients that the model itself made, and tells how often it was right.
//!
//! | code | what is wrong |
//! |---|---|
//! | F001 | a date is none |
//! | F002 | there is no such instrument |
//! | F003 | a score has a unit or a route |
//! | F004 | a score is off the scale |
//! | F005 | there is no such drug |
//! | F006 | a route is missing, or the drug has none like it |
//! | F007 | a dose has another unit than mg or mg/kg, or is missing |
//! | F008 | a dose is none that a device gives |
//! | F010 | there is no score to use |
//! | F011 | there is no score before the first dose |
//! | F012 | another dose that is asked about is none that a device gives |
//! | F013 | the course is none that the response model is about |
//! | F014 | the instrument that is asked for cannot show the scores |
//! | F015 | an option's quantity is none |
//! | F020 | a file is no FHIR Bundle of a version that is read |
//! | F021 | a bundle is of several patients |
//! | F022 | the table of codes is wrong |

mod alternatives;
pub mod calibrate;
pub mod csv;
mod date;
pub mod fhir;
mod mixture;
mod parallel;
mod particles;
mod records;
mod result;
mod run;
mod timeline;
mod update;
mod weighted;

pub use alternatives::{Change, Changes};
pub use date::Date;
pub use records::{Dose, Read, Records, Score, Unused};
pub use result::{At, Bands, Branch, Chance, Forecast, GivenAt, Role, Shown, Verdict};
pub use run::{FEW_PARTICLES, NO_BETTER, PARTS, Settings, forecast};
