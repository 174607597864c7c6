use super::*;

fn in_days(words: &str) -> Result<Vec<f64>, String> {
    Ok(session_times(words, None)?
        .times_h
        .iter()
        .map(|time| time / 24.0)
        .collect())
}

#[test]
fn words_that_tell_when() {
    let weeks = |in_week: &[f64], weeks: u32| -> Vec<f64> {
        (0..weeks)
            .flat_map(|week| in_week.iter().map(move |day| f64::from(week) * 7.0 + day))
            .collect()
    };
    for (words, expected) in [
        ("single", vec![0.0]),
        ("single (during anaesthesia)", vec![0.0]),
        ("2/wk x4wk", weeks(&[0.0, 3.0], 4)),
        ("3/wk x3wk", weeks(&[0.0, 2.0, 4.0], 3)),
        ("3/wk x2wk open", weeks(&[0.0, 2.0, 4.0], 2)),
        ("2/wk x12wk (R-107 ER)", weeks(&[0.0, 3.0], 12)),
        ("2/wk up to 4wk", weeks(&[0.0, 3.0], 4)),
        ("2/wk x4wk, then none", weeks(&[0.0, 3.0], 4)),
        ("1/wk x3", vec![0.0, 7.0, 14.0]),
        ("1/wk x4 open (responders)", vec![0.0, 7.0, 14.0, 21.0]),
        ("1/2wk x8wk", vec![0.0, 14.0, 28.0, 42.0]),
        ("6 infusions over 3 wk", weeks(&[0.0, 3.0], 3)),
        ("6 over 12 d", weeks(&[0.0, 2.0, 4.0], 2)),
        ("six infusions over 12 d", weeks(&[0.0, 2.0, 4.0], 2)),
        ("5 over 12 days", vec![0.0, 2.4, 4.8, 7.2, 9.6]),
        ("2 infusions 24 h apart", vec![0.0, 1.0]),
        ("daily x5 d open-label (R-107 ER)", vec![0.0, 1.0, 2.0, 3.0, 4.0]),
        ("alternate days, at least 5", vec![0.0, 2.0, 4.0, 6.0, 8.0]),
        (
            "2/wk x1wk, 1/wk x2wk, then 1/2wk x4wk",
            vec![0.0, 3.0, 7.0, 14.0, 21.0, 35.0],
        ),
    ] {
        assert_eq!(in_days(words), Ok(expected), "{words}");
    }
    let twice = session_times("25 mg twice daily x6wk", None).unwrap().times_h;
    assert_eq!((twice.len(), twice[1], twice[83]), (84, 12.0, 996.0));
}

#[test]
fn words_that_do_not() {
    for words in [
        "",
        "serial",
        "individualised",
        "clinic course",
        "induction + maintenance",
        "per label to wk 32",
        "single, weekly ascending",
        "single, inserted at random",
        "single (crossover), then 6 over 2 wk, then weekly x4",
        "ascending, >=1 wk apart",
        "3/wk until remission, max 12",
        "1/wk or 1/2wk maintenance",
        "1-2/wk x3 months",
        "4-8 infusions in 7-28 d",
        "open-label: 2/wk x2wk, 1/wk x3wk, then 1/2wk",
        "6 infusions over 3 wk, then CBT 14 wk",
        "2/wk x4wk then weekly to 4-weekly",
        "6 in 21 d then maintenance",
        "every 3 days",
        "daily",
        "before each ECT",
        "9/wk x2wk",
        "0/wk x2wk",
        "2/wk x99999999999wk",
    ] {
        let why = in_days(words).expect_err(words);
        assert!(words.is_empty() || why.contains(words), "{why}");
    }
}

#[test]
fn the_number_of_sessions_ends_the_words_or_contradicts_them() {
    let times = |words, count| session_times(words, Some(count)).map(|times| times.times_h.len());
    assert_eq!(times("every 3 days", 4), Ok(4));
    assert_eq!(times("2/wk x4wk", 8), Ok(8));
    assert!(times("2/wk x4wk", 6).unwrap_err().contains("`n_doses` says 6"));
    let weekly = session_times("6 over 2 wk, then weekly x4", Some(10)).unwrap();
    assert!(weekly.times_h.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(weekly.times_h[6], 336.0);
}
