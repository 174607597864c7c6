//! The number of a quantity, and what people write that is none.

use super::{Parser, is_sign};
use crate::error::{UnitError, UnitErrorKind};

impl Parser<'_> {
    /// A decimal number with an optional exponent of ten.
    pub(super) fn number(&mut self) -> Result<f64, UnitError> {
        let start = self.at;
        let sign = if self.peek().is_some_and(is_sign) && !self.eat(&["+"]) {
            self.run(is_sign);
            "-"
        } else {
            ""
        };
        let digits = self.at;
        let mantissa = self.run(|c| c.is_ascii_digit() || c == '.');
        if !mantissa.contains(|c: char| c.is_ascii_digit()) {
            self.at = start;
            let found = self
                .rest()
                .split(char::is_whitespace)
                .next()
                .unwrap_or_default()
                .to_owned();
            let span = start..start + found.len();
            return Err(UnitError::new(UnitErrorKind::MissingNumber { found }, span));
        }
        let after_mantissa = self.at;
        if self.eat(&["e", "E"]) {
            self.eat(&["+", "-"]);
            if self.run(|c| c.is_ascii_digit()).is_empty() {
                self.at = after_mantissa;
            }
        }
        if self.thousands_follow() {
            return Err(self.separated_number(start));
        }
        let written = format!("{sign}{}", &self.text[digits..self.at]);
        match written.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            Ok(_) => {
                let kind = UnitErrorKind::NotFinite { text: written };
                Err(UnitError::new(kind, start..self.at))
            }
            Err(_) => {
                let kind = UnitErrorKind::BadNumber {
                    text: written,
                    instead: None,
                };
                Err(UnitError::new(kind, start..self.at))
            }
        }
    }

    /// Refuses a range: `7-10 d`, `7 to 10 d`.
    pub(super) fn no_second_number(&mut self) -> Result<(), UnitError> {
        let dashes = [
            "-", "\u{2013}", "\u{2014}", "\u{2212}", "to ", "..", "\u{b1}", "+/-",
        ];
        let rest = dashes.iter().find_map(|dash| self.rest().strip_prefix(dash));
        if rest.is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit())) {
            return Err(UnitError::new(
                UnitErrorKind::SecondQuantity,
                self.at..self.text.len(),
            ));
        }
        Ok(())
    }

    /// Whether a separator and further digits follow: any number of them, after a blank exactly three.
    fn thousands_follow(&self) -> bool {
        let mut rest = self.rest().chars();
        let separator = rest.next().filter(|c| is_separator(*c));
        let digits = rest.take_while(char::is_ascii_digit).count();
        separator.is_some_and(|c| {
            if c.is_whitespace() {
                digits == 3
            } else {
                digits > 0
            }
        })
    }

    /// A number with a decimal comma or separated thousands.
    fn separated_number(&mut self, start: usize) -> UnitError {
        while self.thousands_follow() {
            self.run(is_separator);
            self.run(|c| c.is_ascii_digit() || c == '.');
        }
        let written = &self.text[start..self.at];
        let parts: Vec<&str> = written.split(is_separator).collect();
        let is_group = |part: &&str| part.split('.').next().is_some_and(|digits| digits.len() == 3);
        let thousands = parts[0] != "0" && parts[1..].iter().all(is_group);
        let instead = match parts.as_slice() {
            [_, _] if !thousands && written.contains(',') && !written.contains('.') => parts.join("."),
            _ => parts.concat(),
        };
        let kind = UnitErrorKind::BadNumber {
            text: written.to_owned(),
            instead: Some(instead),
        };
        UnitError::new(kind, start..self.at)
    }
}

/// What people put between the digits of a number.
fn is_separator(c: char) -> bool {
    matches!(
        c,
        ',' | '\'' | '_' | '\u{2019}' | ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}'
    )
}
