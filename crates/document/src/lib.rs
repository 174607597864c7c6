//! A file as a tree of values with spans, and the reader that checks it against what was expected.
//!
//! `io` turns TOML into a [`Document`] and CSV into [`Rows`]; the crates that know what a course or a trial is walk
//! them with a [`Reader`] or a [`RowReader`], which hand out values and collect every mistake on the way: the place,
//! what was expected, and the nearest word that would have been right. One pass finds them all.
//!
//! ```
//! use euthymia_diagnostics::Diagnostic;
//! use euthymia_document::{Document, Reader, Wanted};
//! use euthymia_units::Quantity;
//!
//! const DOSE: Wanted = Wanted::new("a dose", &["0.5 mg/kg", "84 mg"]).positive();
//!
//! struct Plan {
//!     title: String,
//!     dose: Quantity,
//!     count: i64,
//! }
//!
//! fn plan(document: &Document, diagnostics: &mut Vec<Diagnostic>) -> Option<Plan> {
//!     let mut reader = Reader::new(&document.root, &document.source, diagnostics);
//!     let title = reader.required_string("title");
//!     let dose = reader.required_quantity("dose", &DOSE);
//!     let count = reader.optional_integer("count", 1..=100).unwrap_or(1);
//!     reader.finish();
//!     Some(Plan { title: title?, dose: dose?, count })
//! }
//! ```

mod check;
mod item;
mod node;
mod reader;
mod rows;
mod wanted;

pub use item::Item;
pub use node::{Document, Entry, Node, Table, Value};
pub use reader::Reader;
pub use rows::{Cell, CellItem, Row, RowReader, Rows};
pub use wanted::Wanted;
