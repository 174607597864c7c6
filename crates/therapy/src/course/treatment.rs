//! One `[[treatments]]` table: which drug, how, how much, when.

use super::quantity::{DOSE, INFUSION, MASS, in_unit, optional};
use super::{DoseAmount, Treatment, schedule};
use crate::drug::{Drug, DrugKind, Route};
use crate::events::{MOST_DEVICES, devices};
use crate::library::Library;
use euthymia_diagnostics::Diagnostic;
use euthymia_document::Reader;
use euthymia_units::Quantity;

/// Reads one treatment; every mistake is reported, whatever else is wrong.
pub(crate) fn read(
    reader: &mut Reader<'_, '_>,
    library: &Library,
    horizon_h: Option<f64>,
) -> Option<Treatment> {
    let span = reader.table().span;
    let drug = drug(reader, library);
    let route = drug.as_ref().and_then(|drug| route(reader, drug));
    if drug.is_none() {
        reader.allow(&["route"]);
    }
    let dose = dose(reader, drug.as_ref(), route.as_ref().map(|(_, route)| route));
    let infusion = infusion(reader, route.as_ref().map(|(_, route)| route));
    let schedule = schedule::read(reader, "dose", horizon_h);
    let (drug, (route, _), schedule) = (drug?, route?, schedule?);
    super::plausible::infusions(reader, infusion?, &schedule.times_h);
    Some(Treatment {
        drug,
        route,
        structure: None,
        dose: dose?,
        infusion_h: infusion?,
        times_h: schedule.times_h,
        schedule: schedule.words,
        span,
    })
}

fn drug(reader: &mut Reader<'_, '_>, library: &Library) -> Option<Drug> {
    let ids = library.stems("drugs", ".toml");
    let words: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), id.as_str())).collect();
    let id = reader.required_choice("drug", &words)?;
    match library.drug(id) {
        Ok(drug) => Some(drug),
        Err(diagnostics) => {
            diagnostics
                .into_iter()
                .for_each(|diagnostic| reader.push(diagnostic));
            None
        }
    }
}

fn route(reader: &mut Reader<'_, '_>, drug: &Drug) -> Option<(String, Route)> {
    let words: Vec<(&str, &(String, Route))> = drug
        .routes
        .iter()
        .map(|entry| (entry.0.as_str(), entry))
        .collect();
    reader.required_choice("route", &words).cloned()
}

/// The dose: the outer `None` is a mistake, the inner one a control without a dose.
fn dose(
    reader: &mut Reader<'_, '_>,
    drug: Option<&Drug>,
    route: Option<&Route>,
) -> Option<Option<DoseAmount>> {
    let device = route.and_then(|route| route.device.as_ref());
    let needs_none = match (drug, route) {
        (Some(_), Some(route)) => !route.is_modelled(),
        (Some(drug), None) => drug.kind == DrugKind::Control,
        (None, _) => true,
    };
    let wanted = if device.is_some() { &MASS } else { &DOSE };
    if needs_none && !reader.has("dose") {
        reader.allow(&["dose"]);
        return Some(None);
    }
    let quantity = reader.required_quantity("dose", wanted)?;
    let amount = amount(&quantity)?;
    if let (Some(device), DoseAmount::Fixed(mg)) = (device, amount)
        && devices(mg, device.content_mg).is_none()
    {
        let content = crate::definition::in_words(device.content_mg);
        let near = (mg / device.content_mg).round().clamp(1.0, MOST_DEVICES) * device.content_mg;
        let message = if mg / device.content_mg > MOST_DEVICES {
            format!("{quantity} is more than {MOST_DEVICES} devices")
        } else {
            format!("{quantity} is no whole number of devices")
        };
        let diagnostic = Diagnostic::error("C020", message)
            .at(
                reader.source(),
                reader.span("dose"),
                format!("a device holds {content} mg"),
            )
            .help(format!(
                "write a multiple of {content} mg, such as \"{} mg\"",
                crate::definition::in_words(near)
            ));
        reader.push(diagnostic);
        return None;
    }
    match drug {
        Some(drug) => super::plausible::dose(reader, drug, amount).map(Some),
        None => Some(Some(amount)),
    }
}

/// A dose, of its own unit.
pub(crate) fn amount(quantity: &Quantity) -> Option<DoseAmount> {
    match in_unit(quantity, "mg") {
        Ok(mg) => Some(DoseAmount::Fixed(mg)),
        Err(_) => in_unit(quantity, "mg/kg").ok().map(DoseAmount::PerWeight),
    }
}

/// The infusion time: the outer `None` is a mistake, the inner one a route that does not infuse.
fn infusion(reader: &mut Reader<'_, '_>, route: Option<&Route>) -> Option<Option<f64>> {
    let given = reader.has("infusion");
    let value = optional(reader, "infusion", &INFUSION, "h");
    let value = match value {
        Some(hours) => Some(super::plausible::infusion(reader, hours)?),
        None => None,
    };
    let Some(route) = route else {
        return Some(value);
    };
    if !route.is_modelled() {
        // What such a control does is the session, however long it runs in.
        return if given { value.map(|_| None) } else { Some(None) };
    }
    if given && !route.infuses() {
        let message = format!("a dose by this route ({}) is not infused", route.name);
        reader.report("infusion", "C021", message, "remove this line");
        return None;
    }
    if given {
        return value.map(Some);
    }
    if route.infuses() && route.infusion_h.is_none() {
        let diagnostic = Diagnostic::error("C022", "`infusion` is missing: this route infuses the dose")
            .at(reader.source(), reader.table().span, "in this table")
            .help("add a line such as `infusion = \"40 min\"`; `infusion = \"0 min\"` is a bolus");
        reader.push(diagnostic);
        return None;
    }
    Some(route.infusion_h)
}
