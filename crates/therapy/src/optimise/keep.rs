//! What must hold: `P(CADSS>20)<0.3`, `P(any CADSS>20)<0.5`, `mean(systolic_pressure)<20`, `q95(CADSS)<40`, `sessions<=12`.

use super::scan::{Mistake, Scan};
use crate::cohort::Acute;

const EXAMPLE: &str = "P(CADSS>20)<0.3";

const EFFECTS: [(&str, Acute); 3] = [
    ("CADSS", Acute::Cadss),
    ("systolic_pressure", Acute::SystolicPressure),
    ("sedation", Acute::Sedation),
];

/// On which side of a limit something lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Below it.
    Below,
    /// Below it or at it.
    AtMost,
    /// Above it.
    Above,
    /// Above it or at it.
    AtLeast,
}

impl Side {
    const ALL: [(&'static str, Self); 4] = [
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("<", Self::Below),
        (">", Self::Above),
    ];

    /// Whether a value lies there.
    #[must_use]
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Below => value < limit,
            Self::AtMost => value <= limit,
            Self::Above => value > limit,
            Self::AtLeast => value >= limit,
        }
    }
}

/// A number that a schedule has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// The part of the people in whom an effect passes a value: in a session, or in any session of the course.
    Probability {
        /// Which effect.
        effect: Acute,
        /// On which side of the value.
        side: Side,
        /// Which value.
        value: f64,
        /// Whether over all sessions of the course.
        any: bool,
    },
    /// The mean peak of an effect: in a session, or of the highest of the course.
    Mean {
        /// Which effect.
        effect: Acute,
        /// Whether of the highest.
        any: bool,
    },
    /// A quantile of the peaks.
    Quantile {
        /// Which effect.
        effect: Acute,
        /// The part of the people who lie below.
        level: f64,
        /// Whether of the highest.
        any: bool,
    },
    /// Number of sessions.
    Sessions,
    /// Hours that people are watched in the clinic.
    Hours,
}

/// Something that must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Keep {
    /// Of what.
    pub measure: Measure,
    /// Where it must lie.
    pub side: Side,
    /// The limit.
    pub limit: f64,
    /// As it was written.
    pub text: String,
}

#[derive(Clone, Copy)]
enum Head {
    P,
    Mean,
    Sessions,
    Hours,
}

/// Reads one.
///
/// # Errors
/// What is wrong, and where.
pub fn keep(text: &str) -> Result<Keep, Mistake> {
    let mut scan = Scan::new("--keep", EXAMPLE, text);
    let measure = measure(&mut scan)?;
    let side = scan
        .take_one(&Side::ALL)
        .ok_or_else(|| scan.expected("`<`, `<=`, `>` or `>=`"))?;
    let at = scan.at();
    let mut limit = scan.number()?;
    if scan.take("%") {
        limit /= 100.0;
    }
    scan.end()?;
    let is_share = matches!(measure, Measure::Probability { .. })
        || matches!(
            measure,
            Measure::Mean {
                effect: Acute::Sedation,
                ..
            }
        );
    if is_share && limit > 1.0 {
        return Err(scan.mistake_at(at, "a probability is at most 1, or 100 %"));
    }
    Ok(Keep {
        measure,
        side,
        limit,
        text: text.trim().to_owned(),
    })
}

fn measure(scan: &mut Scan<'_>) -> Result<Measure, Mistake> {
    if let Some(level) = quantile(scan)? {
        let (any, effect) = of_effect(scan)?;
        scan.need(")")?;
        return Ok(Measure::Quantile { effect, level, any });
    }
    let heads = [
        ("P", Head::P),
        ("mean", Head::Mean),
        ("sessions", Head::Sessions),
        ("hours", Head::Hours),
    ];
    let start = scan.clone();
    match scan.choice("measure", &heads).map_err(|mistake| Mistake {
        message: format!("{}; a quantile is written q95", mistake.message),
        ..start.mistake(mistake.message.clone())
    })? {
        Head::Sessions => Ok(Measure::Sessions),
        Head::Hours => Ok(Measure::Hours),
        Head::Mean => {
            scan.need("(")?;
            let (any, effect) = of_effect(scan)?;
            scan.need(")")?;
            Ok(Measure::Mean { effect, any })
        }
        Head::P => {
            scan.need("(")?;
            let (any, effect) = of_effect(scan)?;
            if effect == Acute::Sedation && scan.take(")") {
                // The model tells the chance of it.
                return Ok(Measure::Mean { effect, any });
            }
            let side = scan
                .take_one(&Side::ALL)
                .ok_or_else(|| scan.expected("`>` or `<` and a value of the effect"))?;
            let value = scan.number()?;
            scan.need(")")?;
            Ok(Measure::Probability {
                effect,
                side,
                value,
                any,
            })
        }
    }
}

/// `q95(`: the level, if that is next.
fn quantile(scan: &mut Scan<'_>) -> Result<Option<f64>, Mistake> {
    let is_next = |text: &str| {
        let mut characters = text.chars();
        characters.next() == Some('q') && characters.next().is_some_and(|next| next.is_ascii_digit())
    };
    if !is_next(scan.rest()) {
        return Ok(None);
    }
    scan.take("q");
    let at = scan.at();
    let percent = scan.number()?;
    if percent <= 0.0 || percent >= 100.0 {
        return Err(scan.mistake_at(at, "a quantile lies between 0 and 100"));
    }
    scan.need("(")?;
    Ok(Some(percent / 100.0))
}

/// `any CADSS`.
fn of_effect(scan: &mut Scan<'_>) -> Result<(bool, Acute), Mistake> {
    let before = scan.clone();
    let any = scan.word() == "any";
    if !any {
        *scan = before;
    }
    Ok((any, scan.choice("acute effect", &EFFECTS)?))
}

impl Measure {
    /// What it is, for people.
    #[must_use]
    pub fn label(&self) -> String {
        let when = |any: bool| {
            if any {
                "in any session of the course"
            } else {
                "in a session"
            }
        };
        let name = |effect: Acute| match effect {
            Acute::Cadss => "CADSS score",
            Acute::SystolicPressure => "rise of systolic pressure (mmHg)",
            Acute::Sedation => "chance of looking sedated",
        };
        let relation = |side: Side| match side {
            Side::Below => "below",
            Side::AtMost => "at most",
            Side::Above => "above",
            Side::AtLeast => "at least",
        };
        match *self {
            Self::Probability {
                effect,
                side,
                value,
                any,
            } => format!(
                "People whose {} peaks {} {} {}",
                name(effect),
                relation(side),
                crate::definition::in_words(value),
                when(any)
            ),
            Self::Mean { effect, any } => format!("Mean peak of the {} {}", name(effect), when(any)),
            Self::Quantile { effect, level, any } => format!(
                "Peak of the {} that {} % of people stay below {}",
                name(effect),
                crate::definition::in_words(100.0 * level),
                when(any)
            ),
            Self::Sessions => "Sessions".to_owned(),
            Self::Hours => "Hours watched".to_owned(),
        }
    }
}
