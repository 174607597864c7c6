//! The routes of a drug file: which models serve a route, which compartments a dose enters, and which other published
//! structures stand beside them.

use super::read::some;
use super::{Alternative, Device, Devices, InputKind, Route, RouteInput};
use crate::course::quantity::{DURATION, INFUSION, MASS, optional, provenance, required};
use crate::kinetics::{ALL, REFERENCE};
use euthymia_diagnostics::{Diagnostic, nearest};
use euthymia_document::{Item, Reader};
use std::collections::BTreeMap;

/// Ways into the body. A key of a route is one of these, or one with a suffix (`oral-pr`).
const WAYS: [&str; 8] = ["iv", "im", "sc", "in", "sl", "oral", "rectal", "inhaled"];
const INPUTS: [(&str, InputKind); 3] = [
    ("bolus", InputKind::Bolus),
    ("infusion", InputKind::Infusion),
    ("modelled-duration", InputKind::ModelledDuration),
];
const DEVICES: [(&str, Devices); 2] = [("first", Devices::First), ("later", Devices::Later)];

/// Reads `[routes]`.
pub(super) fn all(reader: &mut Reader<'_, '_>) -> Option<Vec<(String, Route)>> {
    let count = reader.table().entries.len();
    let routes = reader.each_other(|key, item| {
        let item = way(key, item)?;
        Some((key.to_owned(), item.table(route)?))
    });
    (routes.len() == count).then_some(routes)
}

/// The item, if its key is a way into the body or a variant of one.
fn way<'t, 'd>(key: &str, item: Item<'t, 'd>) -> Option<Item<'t, 'd>> {
    let base = key.split('-').next().unwrap_or(key);
    if WAYS.contains(&base) {
        return Some(item);
    }
    let near = nearest(base, WAYS).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let message = format!(
        "`{key}` is no route: expected {}, or one of them with a suffix such as `oral-pr`{near}",
        WAYS.join(", ")
    );
    item.report("L027", message, "this route");
    None
}

/// What serves a route: the models, the names they leave open, the compartments a dose enters.
struct Served {
    models: Vec<String>,
    constants: BTreeMap<String, f64>,
    inputs: Vec<RouteInput>,
}

fn route(reader: &mut Reader<'_, '_>) -> Option<Route> {
    let _ = provenance(reader);
    let name = reader.required_string("name");
    let infusion_given = reader.has("infusion");
    let infusion_h = optional(reader, "infusion", &INFUSION, "h");
    let device_given = reader.has("device");
    let device = reader.optional_table("device", |table| {
        let _ = provenance(table);
        let content_mg = required(table, "content", &MASS, "mg");
        let spacing_h = required(table, "spacing", &DURATION, "h");
        Some(Device {
            content_mg: content_mg?,
            spacing_h: spacing_h?,
        })
    });
    let served = served(reader, device_given);
    let alternatives = alternatives(reader, device_given);
    if device_given && device.is_none() || infusion_given && infusion_h.is_none() {
        return None;
    }
    let served = served?;
    let route = Route {
        name: name?,
        models: served.models,
        constants: served.constants,
        infusion_h,
        device,
        inputs: served.inputs,
        alternatives: alternatives?,
    };
    infuses_alike(reader, &route)?;
    Some(route)
}

fn alternatives(reader: &mut Reader<'_, '_>, has_device: bool) -> Option<Vec<(String, Alternative)>> {
    if !reader.has("alternatives") {
        reader.allow(&["alternatives"]);
        return Some(Vec::new());
    }
    reader.optional_table("alternatives", |table| {
        let count = table.table().entries.len();
        let read = table.each_other(|key, item| {
            if [ALL, REFERENCE].contains(&key) {
                let message =
                    format!("no alternative can be called `{key}`: `--pk {key}` means something else");
                item.report("L028", message, "another name");
                return None;
            }
            let alternative = item.table(|table| {
                let _ = provenance(table);
                let name = table.required_string("name");
                let served = served(table, has_device)?;
                if served.models.is_empty() || served.inputs.is_empty() {
                    let place = if served.models.is_empty() {
                        "models"
                    } else {
                        "inputs"
                    };
                    let message = "an alternative has `models` and `inputs`";
                    table.report(place, "L022", message, "nothing here");
                    return None;
                }
                Some(Alternative {
                    name: name?,
                    models: served.models,
                    constants: served.constants,
                    inputs: served.inputs,
                })
            })?;
            Some((key.to_owned(), alternative))
        });
        (read.len() == count).then_some(read)
    })
}

/// Whether a dose is infused is asked of the course before a structure is chosen, so all of a route must agree.
fn infuses_alike(reader: &mut Reader<'_, '_>, route: &Route) -> Option<()> {
    let infused = |inputs: &[RouteInput]| inputs.iter().any(|input| input.kind == InputKind::Infusion);
    let unlike =
        |(_, alternative): &&(String, Alternative)| infused(&alternative.inputs) != infused(&route.inputs);
    let Some((other, _)) = route.alternatives.iter().find(unlike) else {
        return Some(());
    };
    let diagnostic = Diagnostic::error(
        "L029",
        format!("the route and its alternative `{other}` do not agree whether a dose is infused"),
    )
    .at(
        reader.source(),
        reader.span("alternatives"),
        "one infuses, the other does not",
    )
    .help("give both inputs of the kind \"infusion\", or neither");
    reader.push(diagnostic);
    None
}

fn served(reader: &mut Reader<'_, '_>, has_device: bool) -> Option<Served> {
    let models = reader.required_array("models", |item| item.string());
    let constants_given = reader.has("constants");
    let constants = reader.optional_table("constants", |table| {
        let count = table.table().entries.len();
        let values: BTreeMap<String, f64> = table
            .each_other(|name, item| Some((name.to_owned(), item.number(..)?)))
            .into_iter()
            .collect();
        (values.len() == count).then_some(values)
    });
    let inputs = some(reader, "inputs", |reader, key| reader.optional_tables(key, input))?;
    if !has_device && inputs.iter().any(|input| input.devices != Devices::All) {
        reader.report(
            "inputs",
            "L023",
            "an input of a route without `device` cannot name devices",
            "no device here",
        );
        return None;
    }
    Some(Served {
        models: models?,
        constants: if constants_given {
            constants?
        } else {
            BTreeMap::new()
        },
        inputs,
    })
}

fn input(reader: &mut Reader<'_, '_>) -> Option<RouteInput> {
    let _ = provenance(reader);
    let compartment = reader.required_string("compartment");
    let fraction = reader.required_number("fraction", 0.0..=1.0);
    let kind = reader.required_choice("input", &INPUTS);
    let devices_given = reader.has("device");
    let devices = reader.optional_choice("device", &DEVICES);
    let devices = if devices_given { devices? } else { Devices::All };
    Some(RouteInput {
        compartment: compartment?,
        fraction: fraction?,
        kind: kind?,
        devices,
    })
}
