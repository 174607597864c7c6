//! What is varied: `dose=0.25..1.0mg/kg`, `interval=2:0.5:14d`, `sessions=4..12`, `maintenance=none,7d,14d`.

use super::scan::{Mistake, Scan};
use euthymia_units::Unit;

const EXAMPLE: &str = "dose=0.25..1.0mg/kg";

/// Something of a treatment that can be varied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Key {
    /// How much each time.
    Dose,
    /// Duration of the infusion.
    Infusion,
    /// Time from one session to the next.
    Interval,
    /// Number of sessions.
    Sessions,
    /// Time from one session to the next after these, or none.
    Maintenance,
}

impl Key {
    const WORDS: [(&'static str, Self); 5] = [
        ("dose", Self::Dose),
        ("interval", Self::Interval),
        ("sessions", Self::Sessions),
        ("maintenance", Self::Maintenance),
        ("infusion", Self::Infusion),
    ];

    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        let own = Self::WORDS.iter().find(|(_, key)| *key == self);
        own.map_or("", |(word, _)| word)
    }
}

/// What a dose is given in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoseUnit {
    /// mg.
    Milligrams,
    /// mg per kg of body weight.
    PerWeight,
}

/// The values that something may take, in h, or in the unit of the dose; absent is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// All of these.
    Listed(Vec<Option<f64>>),
    /// Some from one to another, by the step if one is told.
    Range {
        /// Smallest.
        from: f64,
        /// Largest.
        to: f64,
        /// From one to the next.
        step: Option<f64>,
    },
}

/// One thing that is varied.
#[derive(Clone, Debug, PartialEq)]
pub struct Vary {
    /// Which.
    pub key: Key,
    /// Over what.
    pub values: Values,
    /// What the values of a dose are in.
    pub unit: DoseUnit,
    /// As it was written.
    pub text: String,
}

/// The unit of a value, once one is known.
#[derive(Clone, Copy, PartialEq)]
enum In {
    Number,
    Dose(DoseUnit),
    /// h for one.
    Time(f64),
}

/// Reads one.
///
/// # Errors
/// What is wrong, and where.
pub fn vary(text: &str) -> Result<Vary, Mistake> {
    let mut scan = Scan::new("--vary", EXAMPLE, text);
    let key = scan.choice("part of a schedule", &Key::WORDS)?;
    scan.need("=")?;
    let start = scan.at();
    let mut values = vec![value(&mut scan, key)?];
    let form = if scan.take("..") {
        ".."
    } else if scan.take(":") {
        ":"
    } else {
        ","
    };
    let count = match form {
        ".." => 2,
        ":" => 3,
        _ => usize::MAX,
    };
    if form != "," {
        values.push(value(&mut scan, key)?);
    }
    while values.len() < count && scan.take(if form == ".." { ".." } else { form }) {
        values.push(value(&mut scan, key)?);
    }
    if form == ":" && values.len() < 3 {
        return Err(scan.expected("`:` and the last value, as in 2:0.5:14d"));
    }
    scan.end()?;
    let (values, unit) = in_one_unit(&scan, key, values, start)?;
    let values = match (form, values.as_slice()) {
        ("..", [Some(from), Some(to)]) => range(&scan, start, (*from, *to, None))?,
        (":", [Some(from), Some(step), Some(to)]) => range(&scan, start, (*from, *to, Some(*step)))?,
        (".." | ":", _) => return Err(scan.mistake_at(start, "`none` is no end of a range")),
        _ => Values::Listed(values),
    };
    Ok(Vary {
        key,
        values,
        unit,
        text: text.trim().to_owned(),
    })
}

fn range(
    scan: &Scan<'_>,
    start: usize,
    (from, to, step): (f64, f64, Option<f64>),
) -> Result<Values, Mistake> {
    if from >= to {
        return Err(scan.mistake_at(start, "a range goes from the smaller to the larger value"));
    }
    if step.is_some_and(|step| step > to - from) {
        return Err(scan.mistake_at(start, "the step is longer than the range"));
    }
    Ok(Values::Range { from, to, step })
}

/// A value, none for no maintenance, and the unit that was written behind it with its place.
type Valued = (Option<f64>, Option<(In, usize)>);

fn value(scan: &mut Scan<'_>, key: Key) -> Result<Valued, Mistake> {
    if key == Key::Maintenance && scan.rest().starts_with("none") {
        let _ = scan.word();
        return Ok((None, None));
    }
    let at = scan.at();
    let number = scan.number()?;
    let unit_at = scan.at();
    let rest = scan.rest();
    let end = rest
        .find(|character: char| !character.is_ascii_alphabetic() && !matches!(character, '/' | 'µ'))
        .unwrap_or(rest.len());
    let unit = &rest[..end];
    if number <= 0.0 && key != Key::Infusion {
        return Err(scan.mistake_at(at, format!("`{}` must be more than 0", key.word())));
    }
    if key == Key::Sessions {
        if !unit.is_empty() {
            return Err(scan.mistake("a number of sessions has no unit"));
        }
        if number.fract() != 0.0 {
            return Err(scan.mistake_at(at, "a number of sessions is whole"));
        }
        return Ok((Some(number), Some((In::Number, at))));
    }
    if unit.is_empty() {
        return Ok((Some(number), None));
    }
    let known = of_unit(unit, key).ok_or_else(|| {
        let (what, examples) = match key {
            Key::Dose => ("dose", "mg or mg/kg"),
            _ => ("time", "h, d or wk"),
        };
        scan.mistake_at(
            unit_at,
            format!("`{unit}` is no unit of a {what}; write {examples}"),
        )
    })?;
    scan.take(unit);
    Ok((Some(number), Some((known, at))))
}

fn of_unit(text: &str, key: Key) -> Option<In> {
    // `4w` is how people say it; the units call it a week.
    let unit = Unit::parse(if text == "w" { "wk" } else { text }).ok()?;
    let is_like = |other: &str| Unit::parse(other).is_ok_and(|other| other.dimension() == unit.dimension());
    match key {
        // Factors of the two kinds of dose are 1: other units of mass would need care that nobody asked for.
        Key::Dose => match text {
            "mg" => Some(In::Dose(DoseUnit::Milligrams)),
            "mg/kg" => Some(In::Dose(DoseUnit::PerWeight)),
            _ => None,
        },
        Key::Sessions => None,
        _ => is_like("h").then(|| {
            let hour = Unit::parse("h").map_or(1.0, |hour| hour.factor());
            In::Time(unit.factor() / hour)
        }),
    }
}

type Written = (Option<f64>, Option<(In, usize)>);

/// Values without a unit have that of the next one that has: `28,56,84mg`.
fn in_one_unit(
    scan: &Scan<'_>,
    key: Key,
    values: Vec<Written>,
    start: usize,
) -> Result<(Vec<Option<f64>>, DoseUnit), Mistake> {
    let mut next: Option<In> = None;
    let mut dose: Option<DoseUnit> = None;
    let mut read = Vec::with_capacity(values.len());
    for (value, unit) in values.into_iter().rev() {
        if let Some((In::Dose(own), at)) = unit {
            if dose.is_some_and(|other| other != own) {
                return Err(scan.mistake_at(at, "doses in mg and in mg/kg cannot be mixed"));
            }
            dose = Some(own);
        }
        next = unit.map(|(unit, _)| unit).or(next);
        let Some(number) = value else {
            read.push(None);
            continue;
        };
        read.push(Some(match next {
            Some(In::Time(hours)) => number * hours,
            Some(In::Number | In::Dose(_)) => number,
            None => {
                let unit = if key == Key::Dose { "mg or mg/kg" } else { "d" };
                let message = format!("`{}` needs a unit, such as {unit}", key.word());
                return Err(scan.mistake_at(start, message));
            }
        }));
    }
    read.reverse();
    Ok((read, dose.unwrap_or(DoseUnit::PerWeight)))
}
