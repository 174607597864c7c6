//! Doses on one line: `100 mg at 0 every 12 h x 14 into depot, 50 mg over 2 h at 24`.

use euthymia_diagnostics::{Diagnostic, Source, Span, nearest};
use euthymia_engine::{CourseDose, DoseInput, SteadyState};
use euthymia_units::{Quantity, Unit};

use crate::cell::parse;
use crate::grid::trimmed;
use crate::names::ModelNames;

/// A dose and when it is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlannedDose {
    /// In the model's time unit.
    pub time: f64,
    /// What, in the model's units.
    pub dose: CourseDose,
}

const WORDS: [&str; 8] = ["at", "every", "x", "into", "over", "rate", "ss", "times"];

/// Most doses that a line may make.
const MOST: f64 = 1e5;

/// Reads a comma-separated list of doses. An item is an amount, then in any order `at TIME` (0 unless given),
/// `every INTERVAL`, `x COUNT` (doses in all), `into COMPARTMENT` (the first unless given), `over DURATION` or
/// `rate RATE`, and `ss` for a pattern at steady state. Numbers without a unit are in those of the model, `time` and
/// `amount`; others are converted. `None` where there is an error.
#[must_use]
pub fn doses(
    source: &Source,
    names: &ModelNames,
    time: &Unit,
    amount: &Unit,
) -> (Option<Vec<PlannedDose>>, Vec<Diagnostic>) {
    let (mut doses, mut problems, mut count) = (Vec::new(), Vec::new(), 0.0);
    let mut start = 0;
    for part in source.text().split(',') {
        let mut item = Item {
            source,
            names,
            whole: trimmed(part, start),
            tokens: tokens(part, start),
            at: 0,
        };
        match item.read(time, amount) {
            Ok(PlannedDose { dose, .. }) if count + f64::from(dose.additional) >= MOST => {
                count += f64::from(dose.additional);
                let message = format!("these are more than {MOST} doses");
                let help = "write fewer: a dose is a computation of its own";
                problems.push(*item.wrong(item.whole, message, "with those before", help));
            }
            Ok(planned) => {
                count += 1.0 + f64::from(planned.dose.additional);
                doses.push(planned);
            }
            Err(problem) => problems.push(*problem),
        }
        start += part.len() + 1;
    }
    (problems.is_empty().then_some(doses), problems)
}

fn tokens(part: &str, start: usize) -> Vec<(&str, Span)> {
    let base = part.as_ptr() as usize;
    part.split_whitespace()
        .map(|word| {
            // A word is a slice of the part.
            let from = start + (word.as_ptr() as usize - base);
            (word, Span::new(from, from + word.len()))
        })
        .collect()
}

struct Item<'a> {
    source: &'a Source,
    names: &'a ModelNames,
    whole: Span,
    tokens: Vec<(&'a str, Span)>,
    at: usize,
}

type Refused<T> = Result<T, Box<Diagnostic>>;

impl<'a> Item<'a> {
    fn wrong(&self, span: Span, message: String, label: &str, help: &str) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::error("N040", message)
                .at(self.source, span, label)
                .help(help),
        )
    }

    fn next(&mut self) -> Option<(&'a str, Span)> {
        let token = self.tokens.get(self.at).copied();
        self.at += usize::from(token.is_some());
        token
    }

    /// A number and, unless a word of the language follows, its unit.
    fn quantity(&mut self, what: &str, unit: &Unit) -> Refused<(f64, Span)> {
        let Some((word, span)) = self.next() else {
            let message = format!("expected {what}, found the end");
            return Err(self.wrong(
                self.whole,
                message,
                "ends too early",
                &format!("write {what} in {unit}"),
            ));
        };
        let Some(value) = parse(word) else {
            let message = format!("expected {what}, found `{word}`");
            return Err(self.wrong(
                span,
                message,
                "expected a number",
                &format!("write {what} in {unit}"),
            ));
        };
        let Some(&(word, place)) = self.tokens.get(self.at) else {
            return Ok((value, span));
        };
        if WORDS.contains(&word) || (word.starts_with('x') && parse(&word[1..]).is_some()) {
            return Ok((value, span));
        }
        self.at += 1;
        let given = Unit::parse(word).map_err(|_| {
            let help = match nearest(word, WORDS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write a unit such as {unit}, or one of at, every, x, into, over, rate, ss"),
            };
            let message = format!("`{word}` is no unit and no word of a dose");
            self.wrong(place, message, "unknown word", &help)
        })?;
        match (Quantity { value, unit: given }).in_unit(unit) {
            Ok(value) if value.is_finite() => Ok((value, span.to(place))),
            _ => {
                let message = format!("{what} in `{word}` cannot be converted to {unit}");
                Err(self.wrong(
                    place,
                    message,
                    "another kind of unit",
                    &format!("write {what} in {unit}"),
                ))
            }
        }
    }

    fn read(&mut self, time_unit: &Unit, amount_unit: &Unit) -> Refused<PlannedDose> {
        let (amount, _) = self.quantity("an amount", amount_unit)?;
        let rate_unit = amount_unit.clone() / time_unit.clone();
        let (mut time, mut every, mut count, mut into, mut input, mut steady) =
            (None, None, None, None, None, None);
        while let Some((word, span)) = self.next() {
            let again = match word {
                "at" => time.replace(self.quantity("a time", time_unit)?.0).is_some(),
                "every" => {
                    let (interval, place) = self.quantity("an interval", time_unit)?;
                    self.positive(interval, place, "interval")?;
                    every.replace(interval).is_some()
                }
                "over" => {
                    let (duration, place) = self.quantity("a duration", time_unit)?;
                    self.positive(duration, place, "duration")?;
                    input.replace(DoseInput::Duration(duration)).is_some()
                }
                "rate" => {
                    let (rate, place) = self.quantity("a rate", &rate_unit)?;
                    self.positive(rate, place, "rate")?;
                    input.replace(DoseInput::Rate(rate)).is_some()
                }
                "into" => {
                    let named = self.compartment()?;
                    into.replace(named).is_some()
                }
                "ss" => steady.replace(SteadyState::Replace).is_some(),
                "x" => {
                    let written = self.next();
                    count.replace(self.count(written)?).is_some()
                }
                _ if word.starts_with('x') && parse(&word[1..]).is_some() => {
                    count.replace(self.count(Some((&word[1..], span)))?).is_some()
                }
                _ => {
                    let help = match nearest(word, WORDS) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "write for example `100 mg at 0 every 12 h x 14 into depot`".to_owned(),
                    };
                    return Err(self.wrong(
                        span,
                        format!("`{word}` is no word of a dose"),
                        "unknown word",
                        &help,
                    ));
                }
            };
            if again {
                let message = format!("`{word}` says again what was said");
                let help = match word {
                    "over" | "rate" => {
                        "write one of `over` and `rate`, once: each says how long the dose takes"
                    }
                    _ => "leave one of them out",
                };
                return Err(self.wrong(span, message, "a second time", help));
            }
        }
        if amount <= 0.0 {
            let message = format!("a dose of {amount}");
            return Err(self.wrong(
                self.whole,
                message,
                "expected a positive amount",
                "write what is given",
            ));
        }
        let steady_state = steady.unwrap_or(SteadyState::None);
        let additional = count.map_or(0, |count: u32| count - 1);
        let repeats = steady_state != SteadyState::None || additional > 0;
        if repeats != every.is_some() {
            let (message, help) = if repeats {
                (
                    "repeated doses without an interval",
                    "write `every` and the interval",
                )
            } else {
                (
                    "an interval without a count of doses",
                    "write `x` and how many doses, or `ss`",
                )
            };
            return Err(self.wrong(self.whole, message.to_owned(), "this dose", help));
        }
        let compartment = match into {
            Some(compartment) => compartment,
            None if self.names.compartments.is_empty() => {
                let message = "the model has no compartment that a dose could enter".to_owned();
                return Err(self.wrong(self.whole, message, "a dose", "give the model a compartment"));
            }
            None => 0,
        };
        Ok(PlannedDose {
            time: time.unwrap_or(0.0),
            dose: CourseDose {
                compartment,
                amount,
                input: input.unwrap_or(DoseInput::Bolus),
                additional,
                interval: every.unwrap_or(0.0),
                steady_state,
            },
        })
    }

    fn positive(&self, value: f64, span: Span, what: &str) -> Refused<()> {
        if value > 0.0 {
            return Ok(());
        }
        let message = format!("the {what} is {value}");
        Err(self.wrong(
            span,
            message,
            "expected more than 0",
            &format!("write a positive {what}"),
        ))
    }

    fn count(&self, written: Option<(&str, Span)>) -> Refused<u32> {
        let count = written
            .and_then(|(word, _)| parse(word))
            .filter(|count| count.fract() == 0.0 && (1.0..=MOST).contains(count));
        match count {
            // A whole number of at most a hundred thousand.
            Some(count) => Ok(count as u32),
            None => {
                let span = written.map_or(self.whole, |(_, span)| span);
                let message = "expected how many doses after `x`".to_owned();
                Err(self.wrong(
                    span,
                    message,
                    "expected a whole number",
                    "write for example `x 14`",
                ))
            }
        }
    }

    fn compartment(&mut self) -> Refused<u16> {
        let known = &self.names.compartments;
        let Some((word, span)) = self.next() else {
            let message = "expected a compartment after `into`, found the end".to_owned();
            return Err(self.wrong(self.whole, message, "ends too early", "write its name or number"));
        };
        let at = known.iter().position(|compartment| compartment.name == word);
        let numbered = || {
            let number: usize = word.parse().ok()?;
            number.checked_sub(1).filter(|at| *at < known.len())
        };
        if let Some(at) = at.or_else(numbered).and_then(|at| u16::try_from(at).ok()) {
            return Ok(at);
        }
        let help = match nearest(word, known.iter().map(|compartment| compartment.name.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let listed: Vec<&str> = known.iter().take(12).map(|of| of.name.as_str()).collect();
                format!("the model's compartments: {}", listed.join(", "))
            }
        };
        Err(self.wrong(
            span,
            format!("unknown compartment `{word}`"),
            "no such compartment",
            &help,
        ))
    }
}
