//! Dimensions and units at run time: parse, convert, compare.
//!
//! Everything a file gives with a unit (`"0.5 mg/kg"`, `"40 min"`) passes through here once, on its way from text to
//! a number in the unit the program computes in. A [`Unit`] keeps the names it was written with, so that a dose per
//! body weight is not mistaken for a bare number although both have no dimension.
//!
//! ```
//! use euthymia_units::{Quantity, Unit};
//! let infusion = Quantity::parse("40 min")?;
//! assert_eq!(infusion.in_unit(&Unit::parse("h")?)?, 40.0 / 60.0);
//! let wrong = Quantity::parse("0.5 mgs").unwrap_err();
//! assert_eq!(wrong.nearest(), Some("mg"));
//! # Ok::<(), euthymia_units::UnitError>(())
//! ```

mod atom;
mod dimension;
mod error;
mod exponent;
mod parse;
mod quantity;
mod scale;
mod unit;

pub use dimension::{Base, Dimension};
pub use error::{UnitError, UnitErrorKind};
pub use exponent::Exponent;
pub use quantity::Quantity;
pub use unit::Unit;
