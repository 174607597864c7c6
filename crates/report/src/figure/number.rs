//! Numbers as text, the same on every machine: coordinates for SVG, values for labels and tables.

/// The typographic minus; a hyphen is too short beside figures.
const MINUS: char = '\u{2212}';

/// A coordinate with at most two decimals, without trailing zeros and never `-0`.
///
/// `value` must be finite; figures are checked before they are drawn.
#[must_use]
pub fn coordinate(value: f64) -> String {
    let mut text = format!("{value:.2}");
    trim_zeros(&mut text);
    if text == "-0" { "0".to_owned() } else { text }
}

/// A number with exactly `decimals` decimals, thousands in groups and a typographic minus.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::with_capacity(text.len() + 4);
    if value < 0.0 && !is_zero {
        out.push(MINUS);
    }
    out.push_str(&grouped(whole));
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A number with `digits` significant digits, trailing zeros of the fraction removed: `0.0123`, `17.2`, `1,240`.
///
/// Digits before the decimal point are never rounded away.
#[must_use]
pub fn significant(value: f64, digits: usize) -> String {
    let mut text = fixed(value, decimals_for(value, digits));
    trim_zeros(&mut text);
    text
}

/// A text in which numbers below 0 have a minus, not the hyphen of tables; ranges (`5-8`) and names (`GAD-7`) keep theirs.
#[must_use]
pub fn with_minus(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut letters, mut before) = (text.chars().peekable(), ' ');
    while let Some(letter) = letters.next() {
        let is_sign = letter == '-' && letters.peek().is_some_and(char::is_ascii_digit);
        out.push(
            if is_sign && (before.is_whitespace() || matches!(before, '(' | '[')) {
                '\u{2212}'
            } else {
                letter
            },
        );
        before = letter;
    }
    out
}

/// A number in a sentence or a table: two decimals, four where it is small, none where it is large.
#[must_use]
pub fn two_decimals(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 0.0095 => fixed(value, 4),
        size if size < 99.95 => fixed(value, 2),
        _ => fixed(value, 0),
    }
}

/// Decimals that show `digits` significant digits of `value`.
#[must_use]
pub fn decimals_for(value: f64, digits: usize) -> usize {
    let size = value.abs();
    if size == 0.0 || !size.is_finite() {
        return 0;
    }
    let mut whole_digits = 1_usize;
    let mut bound = 10.0;
    while size >= bound && whole_digits < 18 {
        bound *= 10.0;
        whole_digits += 1;
    }
    if size >= 1.0 {
        return digits.saturating_sub(whole_digits);
    }
    let mut leading_zeros = 0_usize;
    let mut bound = 0.1;
    while size < bound && leading_zeros < 12 {
        bound /= 10.0;
        leading_zeros += 1;
    }
    (digits + leading_zeros).min(15)
}

/// A fraction as a percentage: `52 %`, and `0.4 %` where rounding would say nothing.
#[must_use]
pub fn percent(fraction: f64) -> String {
    let value = fraction * 100.0;
    let decimals = usize::from(value != 0.0 && value.abs() < 0.95);
    format!("{}\u{a0}%", fixed(value, decimals))
}

/// Two fractions as percentages under one sign: `21 to 75 %`.
#[must_use]
pub fn percent_range(lower: f64, upper: f64) -> String {
    let lower = percent(lower);
    format!("{} to {}", lower.trim_end_matches("\u{a0}%"), percent(upper))
}

/// A whole number with its thousands in groups.
#[must_use]
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn trim_zeros(text: &mut String) {
    if text.contains('.') {
        let kept = text.trim_end_matches('0').trim_end_matches('.').len();
        text.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_and_have_no_negative_zero() {
        assert_eq!(coordinate(12.0), "12");
        assert_eq!(coordinate(12.345), "12.35");
        assert_eq!(coordinate(-0.001), "0");
        assert_eq!(coordinate(-3.10), "-3.1");
    }

    #[test]
    fn significant_digits_keep_every_whole_digit() {
        assert_eq!(significant(12_345.6, 3), "12,346");
        assert_eq!(significant(1234.0, 3), "1,234");
        assert_eq!(significant(0.012_34, 3), "0.0123");
        assert_eq!(significant(17.25, 3), "17.2");
        assert_eq!(significant(-4.0, 3), "\u{2212}4");
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(fixed(-0.001, 1), "0.0");
        assert_eq!(
            with_minus("-8 (-9.01) of 5-8, GAD-7"),
            "\u{2212}8 (\u{2212}9.01) of 5-8, GAD-7"
        );
        assert_eq!(two_decimals(-4.8), "\u{2212}4.80");
        assert_eq!(two_decimals(0.0012), "0.0012");
        assert_eq!(two_decimals(1291.4), "1,291");
    }

    #[test]
    fn percentages_and_counts_read_as_prose() {
        assert_eq!(percent(0.524), "52\u{a0}%");
        assert_eq!(percent(0.004), "0.4\u{a0}%");
        assert_eq!(percent(0.0), "0\u{a0}%");
        assert_eq!(percent_range(0.005, 0.317), "0.5 to 32\u{a0}%");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
    }
}
