//! How the models compare with what papers observed: a table for the terminal, and one self-contained page.

mod drawn;
mod page;
mod table;
mod words;

pub use page::{Made, page};
pub use table::table;
