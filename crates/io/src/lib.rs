//! The only crate that opens a file: TOML, CSV, Parquet, the library, manifests.
//!
//! In: [`read_source`] reads a text, [`toml::document`] and [`csv::rows`] turn it into trees and tables with spans, and
//! [`library::Library`] and [`mod@reference`] hand out the texts that are shipped with the program. Out: [`atomic`] writes
//! whole files or none, [`csv::write_table`], [`parquet::TrajectoryWriter`] and [`results::ResultsWriter`] write results.

pub mod atomic;
pub mod csv;
mod error;
pub mod hash;
pub mod layer;
pub mod library;
pub mod parquet;
mod read;
pub mod reference;
pub mod results;
pub mod toml;

pub use error::{IoError, IoErrorKind};
pub use read::read_source;
