//! Compartments that provably stay 0.

use std::collections::{BTreeSet, HashMap};

use super::graph::Graph;
use super::lower::{ModelNames, Value, lower};
use crate::check::key;
use crate::model::Model;
use crate::syntax::tree::TargetKind;

/// Compartments with initial value 0 that no dose enters and whose derivative is the literal 0 while all of them are 0.
///
/// The largest such set: begins with all candidates and drops those whose derivative does not vanish, until none is
/// dropped.
pub(crate) fn zero_compartments(
    model: &Model,
    values: &HashMap<String, Value>,
    dosed: &BTreeSet<String>,
) -> BTreeSet<usize> {
    let names = model.compartments.iter().map(|compartment| &compartment.name);
    let mut zero: BTreeSet<usize> = names
        .enumerate()
        .filter(|(_, name)| !dosed.contains(*name))
        .map(|(index, _)| index)
        .collect();
    while !zero.is_empty() {
        let mut graph = Graph::new();
        let environment = lower(
            &mut graph,
            &ModelNames {
                model,
                values,
                zero: &zero,
                told: false,
            },
        );
        let before = zero.len();
        zero.retain(|index| {
            let name = &model.compartments[*index].name;
            let vanishes = |kind: TargetKind, absent: bool| match environment.get(&key(kind, name)) {
                Some(node) => graph.value(*node) == Some(0.0),
                None => absent,
            };
            vanishes(TargetKind::Derivative, false) && vanishes(TargetKind::Initial, true)
        });
        if zero.len() == before {
            break;
        }
    }
    zero
}
