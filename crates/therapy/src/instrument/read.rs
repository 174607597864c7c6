//! From `library/instruments/*.toml` to an [`Instrument`].

use super::{Band, Direction, Instrument, Link};
use crate::course::quantity::provenance;
use euthymia_diagnostics::{Diagnostic, Span};
use euthymia_document::{Document, Item, Reader};
use std::ops::{Bound, RangeInclusive};

const DIRECTIONS: [(&str, Direction); 2] = [
    ("higher-is-worse", Direction::HigherIsWorse),
    ("lower-is-worse", Direction::LowerIsWorse),
];

/// Reads an instrument; `id` is the stem of its file.
#[must_use]
pub fn read(id: &str, document: &Document) -> (Option<Instrument>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let instrument = instrument(id, &mut reader);
    reader.finish();
    (instrument, diagnostics)
}

fn instrument(id: &str, reader: &mut Reader<'_, '_>) -> Option<Instrument> {
    let source = reader.source().clone();
    let name = reader.required_string("name");
    let abbreviation = reader.required_string("abbreviation");
    let direction = reader.required_choice("direction", &DIRECTIONS);
    let range = reader.required_table("range", range);
    let response = reader.required_table("response", |table| {
        let source = provenance(table);
        let above_zero = (Bound::Excluded(0.0), Bound::Included(1.0));
        Some((table.required_number("improvement", above_zero)?, source))
    });
    let (low, high) = range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    let cut_off = |table: &mut Reader<'_, '_>| {
        let source = provenance(table);
        Some((table.required_number("cut_off", low..=high)?, source))
    };
    let remission = reader.required_table("remission", cut_off);
    let alternatives = optional_tables(reader, "remission_alternatives", cut_off);
    let severity = optional_tables(reader, "severity", |table| {
        let _ = provenance(table);
        let name = table.required_string("name");
        let from = table.required_number("from", low..=high);
        let to = table.required_number("to", from.unwrap_or(low)..=high);
        Some(Band {
            name: name?,
            from: from?,
            to: to?,
        })
    });
    let linked = reader.has("link");
    let range_of_points = low..=high;
    let link = reader.optional_table("link", |table| link(table, id, &range_of_points));
    let unlinked = reader.optional_string("unlinked");
    let _ = reader.at_most_one_of(&["link", "unlinked"]);
    let (minimum, maximum) = range?;
    let (response_improvement, response_source) = response?;
    let (remission_cut_off, remission_source) = remission?;
    Some(Instrument {
        id: id.to_owned(),
        name: name?,
        abbreviation: abbreviation?,
        direction: direction?,
        minimum,
        maximum,
        response_improvement,
        response_source,
        remission_cut_off,
        remission_source,
        remission_alternatives: alternatives?.into_iter().map(|(cut_off, _)| cut_off).collect(),
        severity: severity?,
        link_at: link.as_ref().map_or(Span::default(), |(_, at)| *at),
        link: if linked { Some(link?.0) } else { None },
        unlinked,
        kin: Vec::new(),
        source,
    })
}

fn range(reader: &mut Reader<'_, '_>) -> Option<(f64, f64)> {
    let _ = provenance(reader);
    let minimum = reader.required_number("min", ..);
    let above = (
        minimum.map_or(Bound::Unbounded, Bound::Excluded),
        Bound::Unbounded,
    );
    let maximum = reader.required_number("max", above);
    Some((minimum?, maximum?))
}

fn optional_tables<T>(
    reader: &mut Reader<'_, '_>,
    key: &str,
    read: impl FnMut(&mut Reader<'_, '_>) -> Option<T>,
) -> Option<Vec<T>> {
    let given = reader.has(key);
    let value = reader.optional_tables(key, read);
    if given { value } else { Some(Vec::new()) }
}

/// The link, and where the other instrument is named.
fn link(reader: &mut Reader<'_, '_>, id: &str, range: &RangeInclusive<f64>) -> Option<(Link, Span)> {
    let assumed = reader.optional_string("grade").as_deref() == Some("assumed");
    let source = provenance(reader);
    let from = reader.required_string("from");
    let at = reader.span("from");
    let points = reader.required_array("points", point)?;
    let rises = |pair: &[[f64; 2]]| pair[1][0] > pair[0][0] && pair[1][1] > pair[0][1];
    if points.len() < 2 || !points.windows(2).all(rises) {
        reader.report(
            "points",
            "L010",
            "`points` must be at least two pairs of scores, each above the one before in both",
            "not increasing",
        );
        return None;
    }
    if !points.iter().all(|[_, score]| range.contains(score)) {
        reader.report(
            "points",
            "L010",
            "the second score of a pair must be within the range of the scale",
            "off the scale",
        );
        return None;
    }
    let link = Link {
        from: from?,
        to: id.to_owned(),
        points,
        sources: vec![source],
        assumed,
    };
    Some((link, at))
}

fn point(item: Item<'_, '_>) -> Option<[f64; 2]> {
    let scores = item.array(|score| score.number(..))?;
    // A point of another length makes `link` report the whole list.
    match scores.as_slice() {
        [x, y] => Some([*x, *y]),
        _ => Some([f64::NAN, f64::NAN]),
    }
}
