//! What the small languages take, and what they say of what they do not.

use super::scan::Mistake;
use super::*;

#[test]
fn limits_are_read() {
    let one = keep(" P( any CADSS > 20 ) < 30 % ").expect("a limit");
    let measure = Measure::Probability {
        effect: Acute::Cadss,
        side: Side::Above,
        value: 20.0,
        any: true,
    };
    assert_eq!((one.measure, one.side, one.limit), (measure, Side::Below, 0.3));
    let one = keep("q97.5(systolic-pressure)<=40").expect("a limit");
    let measure = Measure::Quantile {
        effect: Acute::SystolicPressure,
        level: 0.975,
        any: false,
    };
    assert_eq!((one.measure, one.side, one.limit), (measure, Side::AtMost, 40.0));
    let chance = Measure::Mean {
        effect: Acute::Sedation,
        any: false,
    };
    assert_eq!(keep("P(sedation)<0.4").map(|one| one.measure), Ok(chance));
    assert_eq!(keep("mean(sedation)<0.4").map(|one| one.measure), Ok(chance));
    assert_eq!(keep("sessions<=12").map(|one| one.measure), Ok(Measure::Sessions));
    assert_eq!(keep("hours<40").map(|one| one.measure), Ok(Measure::Hours));
}

#[test]
fn aims_are_read() {
    let hours = |text: &str| aim(text).map(|aim| (aim.goal, aim.time_h));
    assert_eq!(hours("remission@4w"), Ok((Goal::Remission, 672.0)));
    assert_eq!(hours("response@24h"), Ok((Goal::Response, 24.0)));
    assert_eq!(hours("days-well@84d"), Ok((Goal::DaysWell, 2016.0)));
    assert_eq!(hours("score @ 8 wk"), Ok((Goal::Score, 1344.0)));
}

#[test]
fn what_is_varied_is_read() {
    let range = |text: &str| vary(text).map(|vary| (vary.key, vary.values));
    let told = |from, to, step| Values::Range { from, to, step };
    assert_eq!(
        range("dose=0.25..1.0mg/kg"),
        Ok((Key::Dose, told(0.25, 1.0, None)))
    );
    assert_eq!(
        range("interval=2:0.5:14d"),
        Ok((Key::Interval, told(48.0, 336.0, Some(12.0))))
    );
    assert_eq!(
        range("infusion=20min..1h"),
        Ok((Key::Infusion, told(20.0 / 60.0, 1.0, None)))
    );
    let listed = Values::Listed(vec![None, Some(168.0), Some(336.0)]);
    assert_eq!(range("maintenance=none,7d,2w"), Ok((Key::Maintenance, listed)));
    let doses = vary("dose=28,56,84mg").expect("a list");
    assert_eq!(doses.unit, DoseUnit::Milligrams);
    assert_eq!(
        doses.values,
        Values::Listed(vec![Some(28.0), Some(56.0), Some(84.0)])
    );
}

/// Every mistake stands under its place, and says what was expected.
#[test]
fn mistakes_say_where_and_what_was_expected() {
    let limit = |text: &str| keep(text).map(|_| ()).expect_err(text);
    let goal = |text: &str| aim(text).map(|_| ()).expect_err(text);
    let range = |text: &str| vary(text).map(|_| ()).expect_err(text);
    let all: [(Mistake, usize, &str); 29] = [
        (limit(""), 0, "expected measure (P, mean, sessions, hours)"),
        (limit("p95(CADSS)<40"), 0, "a quantile is written q95"),
        (limit("P CADSS>20"), 2, "expected `(`, found `C`"),
        (limit("P(CADS>20)<0.3"), 2, "did you mean `CADSS`?"),
        (limit("P(any)<0.3"), 5, "expected acute effect"),
        (
            limit("P(CADSS)<0.3"),
            7,
            "expected `>` or `<` and a value of the effect",
        ),
        (limit("P(CADSS>)<0.3"), 8, "expected a number"),
        (limit("P(CADSS>20<0.3"), 10, "expected `)`"),
        (limit("P(CADSS>20)0.3"), 11, "expected `<`, `<=`, `>` or `>=`"),
        (limit("P(CADSS>20)<"), 12, "expected a number, found the end"),
        (limit("P(CADSS>20)<3"), 12, "a probability is at most 1"),
        (limit("P(CADSS>20)<0.3 x"), 16, "expected the end, found `x`"),
        (limit("q0(CADSS)<3"), 1, "between 0 and 100"),
        (limit("q95 CADSS<3"), 4, "expected `(`"),
        (limit("mean(CADSS>20)<3"), 10, "expected `)`"),
        (goal("remision@4w"), 0, "did you mean `remission`?"),
        (goal("remission"), 9, "expected `@` and a time"),
        (goal("remission@"), 10, "expected a number"),
        (goal("remission@4"), 11, "needs a unit"),
        (goal("remission@4kg"), 11, "`kg` is no unit of time"),
        (goal("remission@1h"), 10, "at least 24 h"),
        (range("doses=1mg"), 0, "did you mean `dose`?"),
        (range("dose 1mg"), 5, "expected `=`"),
        (
            range("dose=0.25..1"),
            5,
            "`dose` needs a unit, such as mg or mg/kg",
        ),
        (range("dose=1..0.25mg/kg"), 5, "from the smaller to the larger"),
        (range("dose=28mg,0.5mg/kg"), 5, "cannot be mixed"),
        (range("interval=2..14kg"), 14, "`kg` is no unit of a time"),
        (range("sessions=4.5"), 9, "whole"),
        (range("interval=2:14d"), 14, "expected `:` and the last value"),
    ];
    for (mistake, at, part) in all {
        assert_eq!(mistake.at, at, "{mistake}");
        assert!(mistake.message.contains(part), "{mistake}");
        let shown = mistake.to_string();
        assert!(shown.contains("for example --"), "{shown}");
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[2].find('^'), Some(at + 2), "{shown}");
    }
    for text in [
        "dose=0mg",
        "interval=none",
        "sessions=4d",
        "maintenance=none..7d",
        "dose=1:5:2mg",
    ] {
        assert!(vary(text).is_err(), "{text}");
    }
}
