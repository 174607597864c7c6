//! The candidate a mistyped word was most likely meant to be.

use std::cmp::Reverse;

/// Words of so many letters are no names: comparing them would take the square of their length.
const LONGER_THAN_ANY: usize = 200;

/// The candidate most like `word`, if any is like enough to be worth suggesting.
///
/// Case, `-`, `_` and blanks do not count. A slip is an insertion, deletion, replacement or swap of neighbours: none
/// may separate words of one letter, one those of up to four, two up to eight (of five: only with
/// the same first two letters), three beyond. Failing that, a candidate
/// that continues the word (`subj` for `subjects`) is taken. Among equals the one that shares the longest beginning
/// wins, then the first.
#[must_use]
pub fn nearest<'c, I>(word: &str, candidates: I) -> Option<&'c str>
where
    I: IntoIterator<Item = &'c str>,
{
    let folded = fold(word);
    let length = folded.chars().count();
    let slips = match length {
        0 | LONGER_THAN_ANY.. => return None,
        1 => 0,
        2..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let rank = |candidate: &'c str| {
        let other = fold(candidate);
        if other.chars().count() >= LONGER_THAN_ANY {
            return None;
        }
        let shared = folded
            .chars()
            .zip(other.chars())
            .take_while(|(a, b)| a == b)
            .count();
        let distance = strsim::damerau_levenshtein(&folded, &other);
        let continues = length >= 3 && other.starts_with(&folded);
        // Two slips are much for five letters, so the beginning must be right.
        let alike = distance <= slips && (length != 5 || distance < 2 || shared >= 2);
        let rank = if alike { distance } else { slips + 1 };
        (alike || continues).then_some(((rank, Reverse(shared)), candidate))
    };
    candidates
        .into_iter()
        .filter_map(rank)
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, candidate)| candidate)
}

/// Lower case without separators.
fn fold(word: &str) -> String {
    word.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn typing_slips_are_found() {
        let keys = [
            "title",
            "condition",
            "population",
            "treatments",
            "horizon",
            "report",
            "subjects",
        ];
        for (typed, meant) in [
            ("titel", "title"),
            ("Title", "title"),
            ("treatment", "treatments"),
            ("popluation", "population"),
            ("horizont", "horizon"),
            ("subj", "subjects"),
            ("titles", "title"),
        ] {
            assert_eq!(nearest(typed, keys), Some(meant), "{typed}");
        }
    }

    #[test]
    fn separators_and_case_do_not_count() {
        assert_eq!(nearest("HAM-D 17", ["madrs", "hamd17"]), Some("hamd17"));
        assert_eq!(
            nearest("infusion-time", ["infusion_time", "time"]),
            Some("infusion_time")
        );
    }

    #[test]
    fn the_longest_shared_beginning_wins_among_equals() {
        assert_eq!(nearest("mgs", ["ms", "mg", "g"]), Some("mg"));
    }

    #[test]
    fn words_of_five_letters_may_be_two_slips_away_if_they_begin_alike() {
        assert_eq!(nearest("dosis", ["drug", "dose"]), Some("dose"));
        assert_eq!(nearest("mouse", ["dose"]), None);
    }

    #[test]
    fn nothing_is_suggested_for_a_different_word() {
        assert_eq!(nearest("banana", ["title", "condition"]), None);
        assert_eq!(nearest("x", ["h", "g"]), None);
        assert_eq!(nearest("", ["h"]), None);
    }
}
