//! Phrases in which people say what a table needs before it is analysed.

use crate::{Column, Frame};

/// The number that follows `before` in a text.
pub(crate) fn number_after(text: &str, before: &str) -> Option<f64> {
    let rest = text.get(text.find(before)? + before.len()..)?.trim_start();
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E')))
        .unwrap_or(rest.len());
    rest[..end].trim_end_matches(['.', 'e', 'E']).parse().ok()
}

/// The word that follows `before` in a text.
pub(crate) fn word_after(text: &str, before: &str) -> Option<String> {
    let rest = text.get(text.find(before)? + before.len()..)?.trim_start();
    let word: String = rest
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
        .collect();
    let word = word.trim_end_matches('.').to_owned();
    (!word.is_empty()).then_some(word)
}

/// A wide table made long: `wide (y1i..y4i, v1i..v4i) to long by time 1..4, missing dropped`.
///
/// Each pair of columns `y1i..y4i` becomes a column without the number, `yi`; rows stay in the order of the table and,
/// within a row, of the numbers.
pub(crate) fn reshaped(text: &str, frame: &Frame) -> Result<Frame, String> {
    let wrong = || {
        format!(
            "`{text}` is not of the form `wide (y1i..y4i, v1i..v4i) to long by time 1..4, missing dropped`"
        )
    };
    let inside = text
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .ok_or_else(wrong)?;
    let series: Vec<Series> = inside
        .0
        .split(',')
        .map(Series::read)
        .collect::<Option<_>>()
        .ok_or_else(wrong)?;
    let by = word_after(inside.1, "by ").ok_or_else(wrong)?;
    let first = series.first().ok_or_else(wrong)?;
    if series
        .iter()
        .any(|one| (one.from, one.to) != (first.from, first.to))
    {
        return Err(format!("the columns of `{text}` are not as many of each"));
    }
    let drops = text.contains("missing");
    let mut rows = Vec::new();
    let mut numbers = Vec::new();
    let mut values: Vec<Vec<Option<f64>>> = vec![Vec::new(); series.len()];
    let columns: Vec<Vec<&[Option<f64>]>> = series
        .iter()
        .map(|one| {
            (one.from..=one.to)
                .map(|number| {
                    frame
                        .numbers(&one.name(number))
                        .map_err(|error| error.to_string())
                })
                .collect()
        })
        .collect::<Result<_, String>>()?;
    for row in 0..frame.rows() {
        for (place, number) in (first.from..=first.to).enumerate() {
            let cells: Vec<Option<f64>> = columns.iter().map(|one| one[place][row]).collect();
            if drops && cells.iter().any(Option::is_none) {
                continue;
            }
            rows.push(row);
            numbers.push(Some(number as f64));
            for (values, cell) in values.iter_mut().zip(cells) {
                values.push(cell);
            }
        }
    }
    let mut long = frame.take(&rows);
    for (one, values) in series.iter().zip(values) {
        long.set(&one.plain(), Column::Numbers(values));
    }
    long.set(&by, Column::Numbers(numbers));
    Ok(long)
}

/// `y1i..y4i`.
struct Series {
    before: String,
    after: String,
    from: usize,
    to: usize,
}

impl Series {
    fn read(text: &str) -> Option<Self> {
        let (first, last) = text.trim().split_once("..")?;
        let split = |name: &str| -> Option<(String, usize, String)> {
            let name = name.trim();
            let start = name.find(|c: char| c.is_ascii_digit())?;
            let digits: String = name[start..].chars().take_while(char::is_ascii_digit).collect();
            let number = digits.parse().ok()?;
            Some((
                name[..start].to_owned(),
                number,
                name[start + digits.len()..].to_owned(),
            ))
        };
        let (before, from, after) = split(first)?;
        let (before_last, to, after_last) = split(last)?;
        // At most so many columns as any table has.
        (before == before_last && after == after_last && from <= to && to - from < 10_000).then_some(Self {
            before,
            after,
            from,
            to,
        })
    }

    fn name(&self, number: usize) -> String {
        format!("{}{number}{}", self.before, self.after)
    }

    fn plain(&self) -> String {
        format!("{}{}", self.before, self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_in_phrases() {
        assert_eq!(
            number_after("AR(1) with phi=0.97 within study", "phi="),
            Some(0.97)
        );
        assert_eq!(
            number_after("within-study correlation 0.5.", "correlation "),
            Some(0.5)
        );
        assert_eq!(
            word_after("vcalc rho=0.6 within study", "within "),
            Some("study".to_owned())
        );
        assert_eq!(number_after("no", "phi="), None);
    }

    #[test]
    fn a_wide_table_becomes_long() {
        let frame = Frame::new(vec![
            ("study".to_owned(), Column::of_texts(&["a", "b"])),
            ("y1i".to_owned(), Column::of_texts(&["1", "2"])),
            ("y2i".to_owned(), Column::of_texts(&["3", ""])),
        ]);
        let long = reshaped("wide (y1i..y2i) to long by time 1..2, missing dropped", &frame).unwrap();
        assert_eq!(long.rows(), 3);
        assert_eq!(long.numbers("yi").unwrap(), [Some(1.0), Some(3.0), Some(2.0)]);
        assert_eq!(long.numbers("time").unwrap(), [Some(1.0), Some(2.0), Some(1.0)]);
        assert!(reshaped("wide to long", &frame).is_err());
        assert!(reshaped("wide (y1i..y9i) to long by time 1..9", &frame).is_err());
    }
}
