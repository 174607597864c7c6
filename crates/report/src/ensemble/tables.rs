//! The tables of an ensemble: medians and spreads, what each structure is and rests on, what is assumed, what to know.

use euthymia_therapy::ensemble::{Ensemble, Member, Spread, Width};
use euthymia_therapy::result::{Assumption, Basis, Measure, QuantityKind};

use super::words::{ends, head, name, value, width};
use crate::course::{Assumed, Cell, Table, assumed_of, words};
use crate::figure::number::significant;

/// A row for every measure: how far structures and patients lie apart, then the median patient of each structure.
pub(super) fn spreads(ensemble: &Ensemble) -> Table {
    let several = ensemble.members.len() > 1;
    let mut heads = vec!["Measure".to_owned()];
    if several {
        heads.push("Between models".to_owned());
    }
    heads.push("Between patients, nine in ten".to_owned());
    if several {
        heads.push("Models over patients".to_owned());
    }
    heads.extend(
        ensemble
            .members
            .iter()
            .map(|member| format!("Median, {}", member.structure.key)),
    );
    let row = |spread: &Spread| {
        let mut cells = vec![Cell::text(head(spread))];
        // Breaks between the ends and their width, nowhere else.
        let held = |text: String| text.replace(' ', "\u{a0}");
        let wide = |of: &Width| format!("{}: {}", held(ends(spread, of)), held(width(spread, of)));
        if several {
            let models = spread.between_models.as_ref();
            cells.push(Cell::number(
                models.map_or_else(|| "one model only".to_owned(), wide),
            ));
        }
        cells.push(Cell::number(wide(&spread.between_patients)));
        if several {
            let ratio = spread.models_to_patients;
            cells.push(Cell::number(
                ratio.map_or_else(String::new, |ratio| significant(ratio, 2)),
            ));
        }
        cells.extend(spread.medians.iter().map(|median| {
            let shown = median.map(|median| value(spread, median));
            Cell::number(shown.unwrap_or_else(|| "not modelled".to_owned()))
        }));
        cells
    };
    Table {
        caption: "How far models part, and how far patients do".to_owned(),
        head: heads,
        rows: ensemble.spreads.iter().map(row).collect(),
        note: "Peaks and areas are of each patient's curve over the first day. Between models: from the lowest to the \
               highest median. Between patients: from the 5th to the 95th percentile of the first structure that reports \
               the quantity, uncertain parameters included. Models over patients: the one width over the other, of \
               ratios their logarithms; above 1 models differ more than patients do. A handful of models is no sample of \
               all that could be built."
            .to_owned(),
    }
}

/// What each structure samples and rests on: the parts that not all of them share.
pub(super) fn structures(ensemble: &Ensemble) -> Table {
    let shared = |basis: &Basis| {
        ensemble.members.len() > 1
            && ensemble.members.iter().all(|member| {
                let has = |own: &Basis| own.part == basis.part && own.citation == basis.citation;
                member.result.basis.iter().any(has)
            })
    };
    let mut rows = Vec::new();
    for member in &ensemble.members {
        for basis in member.result.basis.iter().filter(|basis| !shared(basis)) {
            rows.push(vec![
                Cell::text(format!("{}; {}", name(&member.structure), site(member))),
                Cell::text(&basis.part),
                Cell::link(&basis.citation, basis.url.as_deref()),
                Cell::text(&basis.grades),
                Cell::text(&basis.remark),
            ]);
        }
    }
    Table {
        caption: "What differs between the structures; every other part is the same for all".to_owned(),
        head: [
            "Structure",
            "Part",
            "Source",
            "Numbers, by how they were verified",
            "What is weak",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows,
        note: String::new(),
    }
}

/// Where concentrations are sampled.
fn site(member: &Member) -> String {
    let sites = member.result.quantities.iter();
    sites
        .filter_map(|quantity| quantity.sampling_site.clone())
        .next()
        .unwrap_or_else(|| "no blood is sampled".to_owned())
}

/// What any structure assumes, each number once.
pub(super) fn assumed(ensemble: &Ensemble) -> Option<Assumed> {
    let mut all: Vec<Assumption> = Vec::new();
    for assumption in ensemble
        .members
        .iter()
        .flat_map(|member| &member.result.assumptions)
    {
        if !all.contains(assumption) {
            all.push(assumption.clone());
        }
    }
    assumed_of(&all)
}

/// Concentrations that some structures do not model, of which what rests on them is then without.
fn incomplete(ensemble: &Ensemble) -> Vec<String> {
    let peaks = ensemble
        .spreads
        .iter()
        .filter(|spread| spread.kind == QuantityKind::Concentration && spread.measure == Measure::Peak);
    let said = peaks.filter_map(|spread| {
        let members = ensemble.members.iter().zip(&spread.medians);
        let without: Vec<String> = members
            .filter(|(_, median)| median.is_none())
            .map(|(member, _)| member.structure.name.clone())
            .collect();
        (!without.is_empty()).then(|| {
            format!(
                "{}: {} not modelled, so that what rests on it, as occupancy may, is without it.",
                words::listed(&without),
                words::in_sentence(&spread.label)
            )
        })
    });
    said.collect()
}

/// The cautions of all results; one that not all share is said of the structures that have it.
pub(super) fn cautions(ensemble: &Ensemble) -> Vec<String> {
    let mut cautions = incomplete(ensemble);
    let mut said: Vec<(String, Vec<String>)> = Vec::new();
    for member in &ensemble.members {
        for caution in &member.result.cautions {
            match said.iter_mut().find(|(known, _)| known == caution) {
                Some((_, names)) => names.push(member.structure.name.clone()),
                None => said.push((caution.clone(), vec![member.structure.name.clone()])),
            }
        }
    }
    cautions.extend(said.into_iter().map(|(caution, names)| {
        if names.len() == ensemble.members.len() {
            caution
        } else {
            format!("{}: {caution}", words::listed(&names))
        }
    }));
    cautions
}
