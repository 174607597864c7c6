//! What of the mechanism reaches the score, by the dependencies of the composed model: whether the score depends on
//! anything that nobody measured in people is a property of the equations, not a promise.

use super::Map;
use crate::assembly::SCORE;
use euthymia_model::mechanism::{Badge, Layer};
use serde::Serialize;
use std::collections::BTreeSet;

/// What the score rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoreRests {
    /// The answer in one sentence.
    pub sentence: String,
    /// Quantities, and whatever else, of other models that the response takes.
    pub takes: Vec<Reaching>,
    /// Quantities that the score depends on, directly or not, and that are badged as not measured in people.
    pub not_measured: Vec<Reaching>,
    /// Whether it depends on a quantity of the cascade.
    pub cascade: bool,
}

/// A quantity that reaches the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reaching {
    /// Name in the models.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// Its layer.
    pub layer: &'static str,
    /// What it rests on; absent where its model does not say.
    pub badge: Option<&'static str>,
}

pub(super) fn rests(map: &Map<'_>) -> ScoreRests {
    let own = map.dependencies.file(SCORE);
    let reaching = |name: &str| Reaching {
        id: name.to_owned(),
        label: map
            .output(name)
            .map_or_else(|| name.to_owned(), |output| output.label.clone()),
        layer: map.layer_of(name).map_or("", Layer::word),
        badge: map.badge_of(name).map(Badge::words),
    };
    let outside = |name: &&str| map.dependencies.file(name).is_some_and(|at| Some(at) != own);
    let first = map
        .dependencies
        .reached(&[SCORE], |met| map.dependencies.file(met) != own);
    let all = map.dependencies.reached(&[SCORE], |_| false);
    let takes: Vec<Reaching> = first.into_iter().filter(outside).map(reaching).collect();
    let unmeasured = |name: &&str| map.badge_of(name).is_some_and(|badge| badge != Badge::Measured);
    let cascade = all.iter().any(|name| map.layer_of(name) == Some(Layer::Cascade));
    let outputs = map.outputs.iter().map(|output| output.name.as_str());
    let behind = outputs.filter(|name| *name != SCORE && is_behind(map, &all, name));
    let not_measured: Vec<Reaching> = behind.filter(unmeasured).map(reaching).collect();
    ScoreRests {
        sentence: sentence(&takes, &not_measured, cascade),
        takes,
        not_measured,
        cascade,
    }
}

/// Whether an output, or the compartments of its model that it shows, are among the names behind the score: a file may
/// report `1 + excess` and hand on `excess`.
fn is_behind(map: &Map<'_>, behind: &BTreeSet<&str>, output: &str) -> bool {
    let own = map.dependencies.file(output);
    let is_state = |name: &str| {
        let mut states = map.assembly.model.compartments().iter();
        states.any(|state| state.name == name)
    };
    let shown = map.dependencies.reached(&[output], |met| {
        is_state(met) || map.dependencies.file(met) != own
    });
    let mut states = shown
        .into_iter()
        .filter(|met| is_state(met) && map.dependencies.file(met) == own);
    behind.contains(output) || states.any(|state| behind.contains(state))
}

fn sentence(takes: &[Reaching], not_measured: &[Reaching], cascade: bool) -> String {
    let names: Vec<String> = takes.iter().map(|one| in_sentence(&one.label)).collect();
    let reaching = match names.as_slice() {
        [] => return "The score depends on no quantity of the mechanism.".to_owned(),
        [only] => format!("{only} alone reaches it"),
        several => format!("{} reach it", listed(several)),
    };
    let mut text = "The score depends on ".to_owned();
    if not_measured.is_empty() {
        text.push_str("nothing that is marked as not measured in people");
    } else {
        let named: Vec<String> = not_measured
            .iter()
            .map(|one| format!("{} ({})", in_sentence(&one.label), one.badge.unwrap_or_default()))
            .collect();
        text.push_str(&format!(
            "what is not measured in people, namely {}",
            listed(&named)
        ));
    }
    if !cascade {
        text.push_str(", and on no state of the cascade");
    }
    format!("{text}; of the mechanism, {reaching}.")
}

/// A label inside a sentence: without what explains it, and without its capital unless that belongs to a name.
fn in_sentence(label: &str) -> String {
    let name = label.split_once(", ").map_or(label, |(name, _)| name);
    let name = name.split_once(" (").map_or(name, |(name, _)| name);
    let mut characters = name.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(name.chars().skip(1)).collect()
        }
        _ => name.to_owned(),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
