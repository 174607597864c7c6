//! The answer in natural frequencies, with an icon array for each outcome.

use euthymia_therapy::result::{CourseResult, NaturalFrequency, QuantityKind};
use serde::Serialize;

use crate::error::ReportError;
use crate::figure::number::fixed;
use crate::figure::{IconArray, Role};

/// The answer as the page shows it.
#[derive(Debug, Serialize)]
pub(crate) struct AnswerView {
    pub(crate) sentence: String,
    pub(crate) counts: Vec<CountView>,
    /// Whether the score behind the counts comes from a provisional model.
    pub(crate) provisional: bool,
}

/// One outcome of the answer.
#[derive(Debug, Serialize)]
pub(crate) struct CountView {
    /// The big number.
    pub(crate) number: String,
    /// What follows it (`of 100 respond`).
    pub(crate) rest: String,
    /// The interval in words; empty where it is unknown.
    pub(crate) interval: String,
    pub(crate) icons: String,
    /// Role of the colour, for the key.
    pub(crate) colour: &'static str,
    /// Ends of the interval, for the key.
    pub(crate) lower: Option<String>,
    pub(crate) upper: Option<String>,
}

impl AnswerView {
    pub(crate) fn new(result: &CourseResult) -> Result<Self, ReportError> {
        let answer = &result.answer;
        // Of whom the sentence speaks (`Of 100 patients like this one`), so that the drawings speak of the same.
        let who = answer.sentence.split(',').next().unwrap_or_default();
        Ok(Self {
            sentence: answer.sentence.clone(),
            provisional: result
                .quantities
                .iter()
                .any(|quantity| quantity.kind == QuantityKind::Score && quantity.provisional),
            counts: vec![
                count(answer.response, who, "respond", "response", Role::Blue)?,
                count(
                    answer.remission,
                    who,
                    "are in remission",
                    "remission",
                    Role::Green,
                )?,
            ],
        })
    }
}

fn count(
    frequency: NaturalFrequency,
    who: &str,
    verb: &str,
    id: &str,
    role: Role,
) -> Result<CountView, ReportError> {
    let whole = |value: f64| fixed(value, 0);
    let number = whole(frequency.of_100);
    let ends = frequency.lower.zip(frequency.upper);
    let interval =
        ends.map(|(lower, upper)| format!("90\u{a0}% interval {} to {}", whole(lower), whole(upper)));
    let description = match &interval {
        Some(interval) => format!("{who}, about {number} {verb} ({interval})."),
        None => format!("{who}, about {number} {verb}."),
    };
    let icons = IconArray {
        id: format!("icons-{id}"),
        title: format!("{who}, how many {verb}"),
        description,
        estimate: frequency.of_100,
        interval: ends,
        role,
    }
    .draw()?;
    Ok(CountView {
        number,
        rest: format!("of 100 {verb}"),
        interval: interval.unwrap_or_default(),
        icons,
        colour: if role == Role::Green { "c-green" } else { "c-blue" },
        lower: ends.map(|(lower, _)| whole(lower)),
        upper: ends.map(|(_, upper)| whole(upper)),
    })
}
