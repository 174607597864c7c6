//! What the template of a mechanism is given: a block for every quantity of every layer, everything decided.

use euthymia_therapy::explain::{Cited, Explained, Explanation, Feed, LayerPart, Parameter};
use euthymia_therapy::result::Quantity;
use serde::Serialize;

use super::{NOTICE, curve, quantity_of, times};
use crate::course::series;
use crate::course::tables::{self, Cell, Table, page_address};
use crate::course::view::{self, Fact};
use crate::course::words;
use crate::error::ReportError;
use crate::figure::STYLE;
use crate::figure::number::significant;

/// Names of a model that are listed; more are counted.
const MOST_NAMES: usize = 6;

/// The page.
#[derive(Debug, Serialize)]
pub(super) struct PageView {
    title: String,
    sentence: String,
    notice: &'static str,
    description: String,
    figure_style: &'static str,
    page_style: &'static str,
    mechanism_style: &'static str,
    facts_about: Vec<Fact>,
    layers: Vec<LayerView>,
    left_out: Vec<String>,
    cautions: Vec<String>,
    provenance: Vec<Fact>,
    files: Table,
}

#[derive(Debug, Serialize)]
struct LayerView {
    id: &'static str,
    heading: &'static str,
    times: Option<Table>,
    quantities: Vec<QuantityView>,
    /// Said where there is nothing, and of what does not move.
    absent: String,
}

#[derive(Debug, Serialize)]
struct QuantityView {
    id: String,
    finding: String,
    reading: String,
    badge: BadgeView,
    svg: String,
    disagreement: Vec<CitedView>,
    anchors: Vec<CitedView>,
    feeds: Vec<FeedView>,
    numbers: Table,
    parameters: Option<Table>,
}

#[derive(Debug, Serialize)]
struct BadgeView {
    words: &'static str,
    class: &'static str,
}

#[derive(Debug, Serialize)]
struct CitedView {
    text: String,
    citation: String,
    href: Option<String>,
}

#[derive(Debug, Serialize)]
struct FeedView {
    text: String,
    href: Option<String>,
}

impl PageView {
    pub(super) fn new(explanation: &Explanation) -> Result<Self, ReportError> {
        let result = &explanation.result;
        let ids = Ids::new(explanation);
        let layers = explanation.layers.iter();
        let mut facts_about = vec![
            Fact::new("Doses", view::doses(result)),
            Fact::new("Simulated", series::people(result)),
        ];
        facts_about.extend(badges(explanation).map(|text| Fact::new("What the curves rest on", text)));
        Ok(Self {
            title: result.title.clone(),
            sentence: explanation.score.sentence.clone(),
            notice: NOTICE,
            description: result.description.clone(),
            figure_style: STYLE,
            page_style: include_str!("../../templates/course.css"),
            mechanism_style: include_str!("../../templates/explain.css"),
            facts_about,
            layers: layers
                .map(|layer| self::layer(explanation, layer, &ids))
                .collect::<Result<_, _>>()?,
            left_out: left_out(explanation),
            cautions: result.cautions.clone(),
            provenance: view::provenance(&result.provenance),
            files: view::files(&result.provenance),
        })
    }
}

/// Identifiers of the blocks on the page, by quantity.
struct Ids(Vec<(String, String)>);

impl Ids {
    fn new(explanation: &Explanation) -> Self {
        let all = explanation.layers.iter().flat_map(|layer| &layer.quantities);
        let plain = |id: &str| {
            let letters = id.chars().map(|letter| match letter {
                letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
                _ => '-',
            });
            letters.collect::<String>()
        };
        let named = all
            .enumerate()
            .map(|(index, one)| (one.id.clone(), format!("q{}-{}", index + 1, plain(&one.id))));
        Self(named.collect())
    }

    fn of(&self, quantity: &str) -> Option<&str> {
        let found = self.0.iter().find(|(id, _)| id == quantity);
        found.map(|(_, id)| id.as_str())
    }
}

/// How many quantities carry each badge.
fn badges(explanation: &Explanation) -> Option<String> {
    let all = explanation.layers.iter().flat_map(|layer| &layer.quantities);
    let badges: Vec<&str> = all.filter_map(|one| one.badge).collect();
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for badge in &badges {
        match counted.iter_mut().find(|(known, _)| known == badge) {
            Some((_, count)) => *count += 1,
            None => counted.push((badge, 1)),
        }
    }
    let parts: Vec<String> = counted
        .into_iter()
        .map(|(badge, count)| format!("{count} {badge}"))
        .collect();
    (!parts.is_empty()).then(|| words::listed(&parts))
}

fn left_out(explanation: &Explanation) -> Vec<String> {
    let models = explanation.left_out.iter();
    models
        .map(|left| {
            format!(
                "{} ({}): nothing in this course defines {}.",
                left.description.trim_end_matches('.'),
                left.model,
                left.missing.join(", ")
            )
        })
        .collect()
}

fn layer(explanation: &Explanation, layer: &LayerPart, ids: &Ids) -> Result<LayerView, ReportError> {
    let mut quantities = Vec::new();
    for explained in &layer.quantities {
        if let Some(found) = quantity_of(explanation, explained) {
            quantities.push(block(explanation, layer, explained, found, ids)?);
        }
    }
    let absent = match (layer.quantities.is_empty(), layer.still.as_slice()) {
        (true, []) => "This course has no model of this layer.".to_owned(),
        (_, []) => String::new(),
        (_, still) => format!(
            "The same in every patient all the time, so not drawn: {}.",
            words::listed(still)
        ),
    };
    Ok(LayerView {
        id: layer.id,
        heading: layer.name,
        times: times::table(&explanation.result, layer),
        quantities,
        absent,
    })
}

fn block(
    explanation: &Explanation,
    layer: &LayerPart,
    explained: &Explained,
    quantity: &Quantity,
    ids: &Ids,
) -> Result<QuantityView, ReportError> {
    let result = &explanation.result;
    let id = ids.of(&explained.id).unwrap_or_default();
    let finding = curve::finding(quantity, explained);
    let window = curve::window(explained);
    let mut reading = match &explained.extreme {
        Some(extreme) => format!(
            "Nine in ten {} have {} then. ",
            series::counted_as(result),
            curve::spread(extreme, quantity)
        ),
        None => String::new(),
    };
    let (_, explanation_of_label) = series::name_and_explanation(&explained.label);
    if let Some(text) = explanation_of_label {
        reading.insert_str(0, &format!("{}. ", words::capitalised(text)));
    }
    reading.push_str(&format!(
        "Shown for {}; line: median, bands: the middle 50\u{a0}% and 90\u{a0}%.",
        words::span(window.end_h - window.start_h)
    ));
    let mut numbers = tables::quantity(result, quantity, window);
    numbers.note = numbers
        .note
        .replace("summary.csv has", "`euthymia explain --json` has");
    Ok(QuantityView {
        svg: curve::svg(
            result,
            quantity,
            explained,
            (&format!("{id}-curve"), curve::role(layer.id, quantity), &finding),
        )?,
        id: id.to_owned(),
        finding,
        reading,
        badge: badge(explained),
        disagreement: cited(&explained.disagreement),
        anchors: cited(&explained.anchors),
        feeds: explained.feeds.iter().map(|feed| fed(feed, ids)).collect(),
        numbers,
        parameters: parameters(explained),
    })
}

fn badge(explained: &Explained) -> BadgeView {
    match explained.badge {
        Some(words) => BadgeView {
            words,
            class: match words {
                "measured in people" => "measured",
                "scaled from animals" => "scaled",
                _ => "assumed",
            },
        },
        None => BadgeView {
            words: "no badge",
            class: "unsaid",
        },
    }
}

fn cited(findings: &[Cited]) -> Vec<CitedView> {
    let view = |finding: &Cited| CitedView {
        text: words::capitalised(&finding.text),
        citation: finding.citation.clone(),
        href: finding.url.as_deref().and_then(page_address),
    };
    findings.iter().map(view).collect()
}

fn fed(feed: &Feed, ids: &Ids) -> FeedView {
    let plain = |text: String| FeedView { text, href: None };
    match feed {
        Feed::Quantity { id, label, .. } => FeedView {
            text: label.clone(),
            href: ids.of(id).map(|id| format!("#{id}")),
        },
        Feed::Model { model, names } => {
            let mut shown: Vec<String> = names.iter().take(MOST_NAMES).cloned().collect();
            if names.len() > MOST_NAMES {
                shown.push(format!("{} more", names.len() - MOST_NAMES));
            }
            plain(format!("{} of {model}", words::listed(&shown)))
        }
        Feed::Patient { names } => {
            let mut named: Vec<String> = Vec::new();
            for name in names.iter().map(|name| characteristic(name)) {
                if !named.contains(&name) {
                    named.push(name);
                }
            }
            plain(format!("the patient: {}", words::listed(&named)))
        }
        Feed::Constant { name, value } => plain(format!("{name} = {} by this route", significant(*value, 4))),
    }
}

/// What a model calls by a short name, as people do.
fn characteristic(name: &str) -> String {
    match name {
        "WT" => "weight",
        "AGE" => "age",
        "FEMALE" => "sex",
        "ASIAN" | "JAPANESE" => "ancestry",
        "HEPATIC" => "liver",
        "CYP2B6_STAR6" => "CYP2B6 genotype",
        "BASE" => "score at the start",
        "AD_NEW" => "a new antidepressant",
        "PSYCH" => "psychotherapy",
        other => other,
    }
    .to_owned()
}

fn parameters(explained: &Explained) -> Option<Table> {
    if explained.parameters.is_empty() {
        return None;
    }
    let row = |parameter: &Parameter| {
        let error = parameter
            .standard_error
            .map_or_else(String::new, |error| significant(error, 3));
        vec![
            Cell::text(&parameter.name),
            Cell::text(&parameter.label),
            Cell::number(&parameter.value),
            Cell::number(error),
            Cell::text(parameter.grade.as_deref().unwrap_or("not said")),
            Cell::link(&parameter.citation, parameter.url.as_deref()),
            Cell::text(&parameter.locator),
        ]
    };
    Some(Table {
        caption: format!("Parameters of {} behind this curve", explained.model),
        head: [
            "Parameter",
            "What it is",
            "Value as written",
            "Standard error",
            "How known",
            "Source",
            "Where, or how computed",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: explained.parameters.iter().map(row).collect(),
        note: "A value inside log() or a logit is on that scale in the model, and so is its standard error."
            .to_owned(),
    })
}
