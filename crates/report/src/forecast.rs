//! A forecast for one patient: a page and a table, of one `Forecast`; and the report of how often forecasts are right.

mod calibrated;
mod drawn;
mod table;
mod view;

pub use calibrated::{calibration_table, calibration_text};
pub use table::table;

use crate::error::ReportError;
use crate::template::render;
use euthymia_therapy::forecast::Forecast;
use euthymia_therapy::result::Provenance;

/// The page; `calibration` is the shipped report of how often forecasts are right, as [`calibration_text`] writes it.
///
/// # Errors
/// A number that is not finite, or a fault of this program.
pub fn page(
    forecast: &Forecast,
    provenance: &Provenance,
    calibration: Option<&str>,
) -> Result<String, ReportError> {
    let view = view::View::new(forecast, provenance, calibration)?;
    render("forecast.html", include_str!("../templates/forecast.html"), &view)
}
