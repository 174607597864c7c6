//! From `library/drugs/*.toml` to a [`Drug`].

use super::{Device, Devices, Drug, DrugKind, Expectancy, InputKind, Moiety, Route, RouteInput};
use crate::course::quantity::{DURATION, INFUSION, MASS, MOLAR_MASS, optional, provenance, required};
use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Reader};
use std::collections::BTreeMap;

const KINDS: [(&str, DrugKind); 2] = [("active", DrugKind::Active), ("control", DrugKind::Control)];
const INPUTS: [(&str, InputKind); 3] = [
    ("bolus", InputKind::Bolus),
    ("infusion", InputKind::Infusion),
    ("modelled-duration", InputKind::ModelledDuration),
];
const DEVICES: [(&str, Devices); 2] = [("first", Devices::First), ("later", Devices::Later)];

/// Reads a drug; `id` is the stem of its file.
#[must_use]
pub fn read(id: &str, document: &Document) -> (Option<Drug>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let drug = drug(id, &mut reader);
    reader.finish();
    (drug, diagnostics)
}

fn drug(id: &str, reader: &mut Reader<'_, '_>) -> Option<Drug> {
    let source = reader.source().clone();
    let name = reader.required_string("name");
    let kind = reader.required_choice("kind", &KINDS);
    let description = reader.required_string("description");
    let moieties = some(reader, "moieties", |reader, key| {
        reader.optional_tables(key, moiety)
    });
    let expectancy = reader.required_table("expectancy", expectancy);
    let cautions = some(reader, "cautions", |reader, key| {
        reader.optional_array(key, |item| item.string())
    });
    let routes = reader.required_table("routes", |table| {
        let count = table.table().entries.len();
        let routes = table.each_other(|key, item| Some((key.to_owned(), item.table(route)?)));
        (routes.len() == count).then_some(routes)
    });
    let (kind, moieties, routes) = (kind?, moieties?, routes?);
    agrees(reader, kind, &moieties, &routes)?;
    Some(Drug {
        id: id.to_owned(),
        name: name?,
        kind,
        description: description?,
        moieties,
        expectancy: expectancy?,
        routes,
        cautions: cautions?,
        source,
    })
}

/// An optional list: empty if the key is absent, `None` if its value is wrong.
fn some<'t, T>(
    reader: &mut Reader<'t, '_>,
    key: &str,
    read: impl FnOnce(&mut Reader<'t, '_>, &str) -> Option<Vec<T>>,
) -> Option<Vec<T>> {
    let given = reader.has(key);
    let value = read(reader, key);
    if given { value } else { Some(Vec::new()) }
}

/// What an active drug and a control must have and must not have.
fn agrees(
    reader: &mut Reader<'_, '_>,
    kind: DrugKind,
    moieties: &[Moiety],
    routes: &[(String, Route)],
) -> Option<()> {
    let total: f64 = moieties.iter().map(|moiety| moiety.fraction).sum();
    if kind == DrugKind::Active && (total - 1.0).abs() > 1e-9 {
        let message = format!("the fractions of `moieties` must add up to 1, found {total}");
        reader.report("moieties", "L020", message, "not the whole dose");
        return None;
    }
    if kind == DrugKind::Control
        && (!moieties.is_empty() || routes.iter().any(|(_, route)| !route.inputs.is_empty()))
    {
        reader.report(
            "kind",
            "L021",
            "a control has no `moieties` and its routes no `inputs`",
            "this says control",
        );
        return None;
    }
    if kind == DrugKind::Active
        && routes
            .iter()
            .any(|(_, route)| route.inputs.is_empty() || route.models.is_empty())
    {
        reader.report(
            "routes",
            "L022",
            "every route of an active drug has `models` and `inputs`",
            "one has not",
        );
        return None;
    }
    Some(())
}

fn moiety(reader: &mut Reader<'_, '_>) -> Option<Moiety> {
    let _ = provenance(reader);
    let name = reader.required_string("name");
    let fraction = reader.required_number("fraction", 0.0..=1.0);
    let molar_mass = required(reader, "molar_mass", &MOLAR_MASS, "g/mol");
    Some(Moiety {
        name: name?,
        fraction: fraction?,
        molar_mass_g_per_mol: molar_mass?,
    })
}

fn expectancy(reader: &mut Reader<'_, '_>) -> Option<Expectancy> {
    let _ = provenance(reader);
    let open_label = reader.required_number("open-label", 0.0..=1.0);
    let double_blind = reader.required_number("double-blind", 0.0..=1.0);
    let masked = reader.required_number("masked", 0.0..=1.0);
    Some(Expectancy {
        open_label: open_label?,
        double_blind: double_blind?,
        masked: masked?,
    })
}

fn route(reader: &mut Reader<'_, '_>) -> Option<Route> {
    let _ = provenance(reader);
    let name = reader.required_string("name");
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
    let inputs = some(reader, "inputs", |reader, key| reader.optional_tables(key, input));
    let (inputs, constants) = (
        inputs?,
        if constants_given {
            constants?
        } else {
            BTreeMap::new()
        },
    );
    if device_given && device.is_none() || infusion_given && infusion_h.is_none() {
        return None;
    }
    if !device_given && inputs.iter().any(|input| input.devices != Devices::All) {
        reader.report(
            "inputs",
            "L023",
            "an input of a route without `device` cannot name devices",
            "no device here",
        );
        return None;
    }
    Some(Route {
        name: name?,
        models: models?,
        constants,
        infusion_h,
        device,
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
