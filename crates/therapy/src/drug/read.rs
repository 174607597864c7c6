//! From `library/drugs/*.toml` to a [`Drug`].

use super::{Drug, DrugKind, Expectancy, Felt, Moiety, Route, route};
use crate::course::quantity::{MOLAR_MASS, provenance, required};
use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Reader};

const KINDS: [(&str, DrugKind); 2] = [("active", DrugKind::Active), ("control", DrugKind::Control)];
const FELT: [(&str, Felt); 3] = [
    ("drug", Felt::Drug),
    ("active", Felt::Active),
    ("inactive", Felt::Inactive),
];

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
    let routes = reader.required_table("routes", route::all);
    let mechanism = some(reader, "mechanism", |reader, key| {
        reader.optional_array(key, |item| item.string())
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
        mechanism: mechanism?,
        cautions: cautions?,
        source,
    })
}

/// An optional list: empty if the key is absent, `None` if its value is wrong.
pub(super) fn some<'t, T>(
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
    let any_modelled = routes.iter().any(|(_, route)| route.is_modelled());
    if (any_modelled || !moieties.is_empty()) && (total - 1.0).abs() > 1e-9 {
        let message = format!("the fractions of `moieties` must add up to 1, found {total}");
        reader.report("moieties", "L020", message, "not the whole dose");
        return None;
    }
    if kind == DrugKind::Active && !routes.iter().all(|(_, route)| route.is_modelled()) {
        reader.report(
            "routes",
            "L022",
            "every route of an active drug has `models` and `inputs`",
            "one has not",
        );
        return None;
    }
    if !routes
        .iter()
        .all(|(_, route)| route.is_modelled() != route.models.is_empty())
    {
        reader.report(
            "routes",
            "L021",
            "`models` and `inputs` of a route belong together",
            "one has only one of them",
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
    let session = reader.required_boolean("session");
    let felt = reader.required_choice("felt", &FELT);
    Some(Expectancy {
        session: session?,
        felt: felt?,
    })
}
