//! Cells that hold several words, separated by semicolons, with a remark in brackets behind a word or at the end.

/// The words of a cell without their remarks, and the first remark.
pub(crate) fn words(cell: Option<&str>) -> (Vec<String>, Option<String>) {
    let mut words = Vec::new();
    let mut remark = None;
    for part in cell.unwrap_or_default().split(';') {
        let (word, note) = match part.split_once('(') {
            Some((word, note)) => (
                word,
                Some(note.trim_end().trim_end_matches(')').trim().to_owned()),
            ),
            None => (part, None),
        };
        remark = remark.or(note);
        if !word.trim().is_empty() {
            words.push(word.trim().to_owned());
        }
    }
    (words, remark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_remark() {
        assert_eq!(words(None), (vec![], None));
        assert_eq!(
            words(Some("a; b-2019")),
            (vec!["a".to_owned(), "b-2019".to_owned()], None)
        );
        let (list, remark) = words(Some("a-2019;b-2020 (some people were moved)"));
        assert_eq!(list, ["a-2019", "b-2020"]);
        assert_eq!(remark.as_deref(), Some("some people were moved"));
    }
}
