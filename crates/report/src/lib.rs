//! Results to figures (SVG) and one self-contained HTML page, and to a dozen lines for the terminal.
//!
//! [`course::page`] takes the one structure a simulation comes to, `CourseResult`, and returns the page as text;
//! [`terminal::table`] the short answer. [`conformance::page`] shows how the program compares with the answers of others,
//! [`validation::page`] and [`validation::table`] how the models compare with what papers observed, [`explain::page`] and
//! [`explain::table`] the mechanism of a course, layer by layer, with what every curve rests on; [`shelf`] lists the
//! models; [`calibration::page`] is the report of the fitted response model; [`review::page`] is the living review of the trials. [`figure`] is the small grammar that all pages draw with. Nothing
//! here computes a result: what is shown is what was handed in, thinned and put into words, and the numbers in the text
//! of the page are taken from the same structure as its curves. No file is opened and no clock is read.

pub mod calibration;
pub mod compare;
pub mod conformance;
pub mod course;
pub mod ensemble;
pub mod error;
pub mod evidence;
pub mod explain;
pub mod figure;
pub mod forecast;
mod lines;
pub mod optimise;
pub mod review;
pub mod shelf;
mod template;
pub mod terminal;
pub mod trial;
pub mod validation;
