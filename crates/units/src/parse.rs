//! Text to unit and quantity, by hand, so that every error knows its bytes.
//!
//! The grammar is UCUM's with what the field writes besides: `*` and `·` for a product, `^2`, `²` and `2` for a power,
//! whole words (`hours`), `mcg`. A product after a quotient (`mg/kg*h`) is refused, because UCUM and people read it
//! differently.

use std::ops::Range;

use euthymia_diagnostics::nearest;

use crate::atom::spellings;
use crate::error::{UnitError, UnitErrorKind};
use crate::exponent::Exponent;
use crate::quantity::Quantity;
use crate::unit::Unit;

mod number;

/// The largest power read; beyond it stands a typing error.
const LARGEST_POWER: i32 = 64;
/// Parentheses deeper than this are no unit anyone writes.
const DEEPEST: u32 = 16;

pub(crate) fn unit(text: &str) -> Result<Unit, UnitError> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
    };
    parser.skip_blanks();
    if parser.rest().is_empty() {
        return Err(UnitError::new(UnitErrorKind::Empty, 0..text.len()));
    }
    parser.whole_unit()
}

pub(crate) fn quantity(text: &str) -> Result<Quantity, UnitError> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
    };
    parser.skip_blanks();
    if parser.rest().is_empty() {
        return Err(UnitError::new(UnitErrorKind::Empty, 0..text.len()));
    }
    let value = parser.number()?;
    parser.skip_blanks();
    parser.no_second_number()?;
    let unit = if parser.rest().is_empty() {
        Unit::BARE
    } else {
        parser.whole_unit()?
    };
    Ok(Quantity { value, unit })
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, wanted: &[&str]) -> bool {
        let found = wanted.iter().find(|token| self.rest().starts_with(**token));
        self.at += found.map_or(0, |token| token.len());
        found.is_some()
    }

    /// The longest beginning of the rest made of such characters, consumed.
    fn run(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let run = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        self.at += run.len();
        run
    }

    fn unexpected(&self, expected: &'static str) -> UnitError {
        let (found, length) = match self.peek() {
            Some(_) => {
                let word = self.rest().split(char::is_whitespace).next().unwrap_or_default();
                (format!("`{word}`"), word.len())
            }
            None => ("the end".to_owned(), 0),
        };
        UnitError::new(
            UnitErrorKind::Unexpected { expected, found },
            self.at..self.at + length,
        )
    }

    fn whole_unit(&mut self) -> Result<Unit, UnitError> {
        let unit = self.product()?;
        match self.peek() {
            None => Ok(unit),
            Some(c) if c.is_ascii_digit() => {
                let end = self.text.len();
                Err(UnitError::new(UnitErrorKind::SecondQuantity, self.at..end))
            }
            Some(c) if is_name(c) => {
                let start = self.at;
                let word = self.run(is_name);
                let error = unknown(word, start..self.at);
                let misspelt = error.nearest().is_some() || word == "per";
                if misspelt && !spellings().contains_key(word) {
                    return Err(error);
                }
                self.at = start;
                Err(self.unexpected("`*`, `/` or the end"))
            }
            Some(_) => Err(self.unexpected("`*`, `/` or a power")),
        }
    }

    /// Terms joined by `*` and `/`, up to the end, a closing parenthesis or something else.
    fn product(&mut self) -> Result<Unit, UnitError> {
        self.skip_blanks();
        let start = self.at;
        let mut unit = if self.peek() == Some('/') {
            Unit::BARE
        } else {
            self.term()?
        };
        let mut divided = None;
        loop {
            self.skip_blanks();
            let operator = self.at;
            if self.eat(&["/"]) {
                self.skip_blanks();
                unit = &unit / &self.term()?;
                divided = Some(operator);
            } else if self.eat(&["*", ".", "\u{b7}", "\u{22c5}", "\u{d7}"]) {
                self.skip_blanks();
                let factor = self.term()?;
                if let Some(slash) = divided {
                    return Err(self.product_after_quotient(start..self.at, slash..operator));
                }
                unit = &unit * &factor;
            } else {
                return Ok(unit);
            }
        }
    }

    fn product_after_quotient(&self, whole: Range<usize>, divisor: Range<usize>) -> UnitError {
        let word = self.text[whole.clone()].to_owned();
        let before = self.text[whole.start..divisor.start].trim();
        let below = self.text[divisor.start + 1..divisor.end].trim();
        let factor = self.text[divisor.end..whole.end]
            .trim_start_matches(|c| !is_name(c))
            .trim();
        let above = if before == "1" {
            factor.to_owned()
        } else {
            format!("{before}*{factor}")
        };
        let instead = format!("write `{before}/{below}/{factor}` or `{above}/{below}`");
        UnitError::new(UnitErrorKind::Ambiguous { word, instead }, whole)
    }

    /// A name, `1`, an annotation or a parenthesis, with its power.
    fn term(&mut self) -> Result<Unit, UnitError> {
        let start = self.at;
        match self.peek() {
            Some('(') => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(self.unexpected("fewer parentheses"));
                }
                self.at += 1;
                let inner = self.product()?;
                self.skip_blanks();
                if !self.eat(&[")"]) {
                    return Err(self.unexpected("`)`"));
                }
                self.depth -= 1;
                Ok(inner.pow(self.power()?))
            }
            Some('{') => {
                self.run(|c| c != '}');
                if self.eat(&["}"]) {
                    Ok(Unit::BARE)
                } else {
                    Err(self.unexpected("`}`"))
                }
            }
            Some(c) if c.is_ascii_digit() => {
                let number = self.run(|c| c.is_ascii_digit() || c == '.');
                if number == "1" {
                    return Ok(Unit::BARE);
                }
                let kind = UnitErrorKind::NumberInUnit {
                    text: number.to_owned(),
                };
                Err(UnitError::new(kind, start..self.at))
            }
            Some(c) if is_name(c) => {
                let word = self.run(is_name);
                let Some(named) = spellings().get(word) else {
                    return Err(unknown(word, start..self.at));
                };
                self.eat_annotation();
                let power = self.power()?;
                Ok(if power.is_zero() {
                    Unit::BARE
                } else {
                    Unit::from_term(*named, power)
                })
            }
            _ => Err(self.unexpected("a unit")),
        }
    }

    /// `mg{drug}`: UCUM lets a remark in braces follow a unit.
    fn eat_annotation(&mut self) {
        if let (Some('{'), Some(length)) = (self.peek(), self.rest().find('}')) {
            self.at += length + 1;
        }
    }

    /// A power, 1 if none is written.
    fn power(&mut self) -> Result<Exponent, UnitError> {
        let start = self.at;
        if self.eat(&["^", "**"]) {
            if self.eat(&["("]) {
                let numerator = self.whole()?;
                let denominator = if self.eat(&["/"]) { self.whole()? } else { 1 };
                if !self.eat(&[")"]) {
                    return Err(self.unexpected("`)`"));
                }
                return Exponent::ratio(numerator, denominator)
                    .ok_or_else(|| self.not_a_power(start..self.at));
            }
            let numerator = self.whole()?;
            // A decimal power: `^0.5`, `^-1.5`.
            if self.peek() == Some('.') && self.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) {
                self.run(|c| c == '.' || c.is_ascii_digit());
                let written = self.text[start..self.at].trim_start_matches(['^', '*']);
                return decimal(written).ok_or_else(|| self.not_a_power(start..self.at));
            }
            return Ok(Exponent::whole(numerator));
        }
        match self.peek() {
            Some(c) if superscript(c).is_some() => {
                let written: String = self
                    .run(|c| superscript(c).is_some())
                    .chars()
                    .filter_map(superscript)
                    .collect();
                let whole = written
                    .parse::<i32>()
                    .ok()
                    .filter(|power| power.abs() <= LARGEST_POWER);
                whole
                    .map(Exponent::whole)
                    .ok_or_else(|| self.not_a_power(start..self.at))
            }
            Some(c) if c.is_ascii_digit() || is_sign(c) => {
                let digits = self.rest().trim_start_matches(is_sign);
                if digits.starts_with(|c: char| c.is_ascii_digit()) {
                    self.whole().map(Exponent::whole)
                } else {
                    Err(self.unexpected("`*`, `/` or a power"))
                }
            }
            _ => Ok(Exponent::ONE),
        }
    }

    fn whole(&mut self) -> Result<i32, UnitError> {
        let start = self.at;
        let negative = match self.peek().filter(|c| is_sign(*c)) {
            Some(sign) => {
                self.at += sign.len_utf8();
                sign != '+'
            }
            None => false,
        };
        let digits = self.run(|c| c.is_ascii_digit());
        if digits.is_empty() {
            return Err(self.unexpected("a whole number"));
        }
        match digits.parse::<i32>().ok().filter(|power| *power <= LARGEST_POWER) {
            Some(power) => Ok(if negative { -power } else { power }),
            None => Err(self.not_a_power(start..self.at)),
        }
    }

    fn not_a_power(&self, span: Range<usize>) -> UnitError {
        let kind = UnitErrorKind::BadPower {
            text: self.text[span.clone()].to_owned(),
        };
        UnitError::new(kind, span)
    }
}

/// What names are made of.
fn is_name(c: char) -> bool {
    (c.is_alphabetic() && superscript(c).is_none()) || matches!(c, '%' | '[' | ']' | '\u{b0}')
}

fn is_sign(c: char) -> bool {
    matches!(c, '+' | '-' | '\u{2212}')
}

/// The plain character of a superscript digit or sign.
fn superscript(c: char) -> Option<char> {
    Some(match c {
        '\u{2070}' => '0',
        '\u{b9}' => '1',
        '\u{b2}' => '2',
        '\u{b3}' => '3',
        '\u{2074}' => '4',
        '\u{2075}' => '5',
        '\u{2076}' => '6',
        '\u{2077}' => '7',
        '\u{2078}' => '8',
        '\u{2079}' => '9',
        '\u{207a}' => '+',
        '\u{207b}' => '-',
        _ => return None,
    })
}

/// A power written as a decimal number with at most three decimals.
fn decimal(written: &str) -> Option<Exponent> {
    let (whole, fraction) = written.split_once('.')?;
    let places = u32::try_from(fraction.len()).ok().filter(|places| *places <= 3)?;
    let digits = format!("{whole}{fraction}").replace('\u{2212}', "-");
    Exponent::ratio(digits.parse().ok()?, 10_i32.pow(places))
}

/// The error for a name that is no unit.
fn unknown(word: &str, span: Range<usize>) -> UnitError {
    let kind = match word {
        "mo" | "mos" | "month" | "months" | "Month" | "Months" => UnitErrorKind::Ambiguous {
            word: word.to_owned(),
            instead: "a month has 28 to 31 days: write days or weeks, as in `4 wk` or `30 d`".to_owned(),
        },
        "\u{b0}C" | "\u{b0}F" | "degC" | "degF" | "Cel" | "C" | "F" => UnitErrorKind::Offset {
            word: word.to_owned(),
        },
        "lb" | "lbs" | "pound" | "pounds" | "stone" => not_metric(word, "kg"),
        "oz" | "ounce" | "ounces" => not_metric(word, "g"),
        "ft" | "foot" | "feet" | "in" | "inch" | "inches" => not_metric(word, "cm"),
        "cc" | "ccm" => unknown_near(word, Some("mL")),
        "U" | "u" | "unit" | "units" => unknown_near(word, Some("IU")),
        "gm" | "gms" => unknown_near(word, Some("g")),
        "per" => unknown_near(word, None),
        _ => unknown_near(word, nearest(word, spellings().keys().map(String::as_str))),
    };
    UnitError::new(kind, span)
}

fn unknown_near(word: &str, near: Option<&str>) -> UnitErrorKind {
    UnitErrorKind::UnknownUnit {
        word: word.to_owned(),
        nearest: near.map(str::to_owned),
    }
}

fn not_metric(word: &str, metric: &'static str) -> UnitErrorKind {
    UnitErrorKind::NotMetric {
        word: word.to_owned(),
        metric,
    }
}
