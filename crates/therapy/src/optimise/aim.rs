//! What is aimed at: `remission@4w`, `response@24h`, `score@8w`, `days-well@12w`.

use super::scan::{Mistake, Scan};
use euthymia_units::Unit;

const EXAMPLE: &str = "remission@4w";

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// People in remission then.
    Remission,
    /// People in response then.
    Response,
    /// The mean score then.
    Score,
    /// Days in remission up to then.
    DaysWell,
}

impl Goal {
    const WORDS: [(&'static str, Self); 4] = [
        ("remission", Self::Remission),
        ("response", Self::Response),
        ("score", Self::Score),
        ("days-well", Self::DaysWell),
    ];

    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        let own = Self::WORDS.iter().find(|(_, goal)| *goal == self);
        own.map_or("", |(word, _)| word)
    }

    /// Whether it is a part of the people.
    #[must_use]
    pub fn is_share(self) -> bool {
        matches!(self, Self::Remission | Self::Response)
    }
}

/// Something that is aimed at.
#[derive(Clone, Debug, PartialEq)]
pub struct Aim {
    /// What is counted.
    pub goal: Goal,
    /// When, h after the first session.
    pub time_h: f64,
    /// As it was written.
    pub text: String,
}

/// Reads one.
///
/// # Errors
/// What is wrong, and where.
pub fn aim(text: &str) -> Result<Aim, Mistake> {
    let mut scan = Scan::new("--aim", EXAMPLE, text);
    let goal = scan.choice("aim", &Goal::WORDS)?;
    if !scan.take("@") {
        return Err(scan.expected("`@` and a time"));
    }
    let at = scan.at();
    let number = scan.number()?;
    let unit_at = scan.at();
    let unit = scan.word();
    // `4w` is how people say it; the units call it a week.
    let name = if unit == "w" { "wk" } else { unit };
    let hour = Unit::parse("h").map_err(|error| scan.mistake(error.to_string()))?;
    let known = Unit::parse(name)
        .ok()
        .filter(|known| !unit.is_empty() && known.dimension() == hour.dimension());
    let Some(known) = known else {
        let message = if unit.is_empty() {
            "a time needs a unit: h, d or w".to_owned()
        } else {
            format!("`{unit}` is no unit of time; write h, d or w")
        };
        return Err(scan.mistake_at(unit_at, message));
    };
    scan.end()?;
    let time_h = number * known.factor() / hour.factor();
    if time_h < EARLIEST_H {
        return Err(scan.mistake_at(at, "an aim lies at least 24 h after the first session begins"));
    }
    Ok(Aim {
        goal,
        time_h,
        text: text.trim().to_owned(),
    })
}

/// Before this a session has not done what it does: an occupancy is taken as over, h.
const EARLIEST_H: f64 = 24.0;
