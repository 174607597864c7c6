//! What is said of texts that are no quantity: which bytes, why, and what to write instead.

use euthymia_units::{Quantity, Unit};

/// Text, the bytes that are wrong, the message, the help.
const CASES: [(&str, &str, &str, &str); 41] = [
    ("0.5 mgs", "mgs", "unknown unit `mgs`", "did you mean `mg`?"),
    ("40 mins", "mins", "unknown unit `mins`", "did you mean `min`?"),
    ("0.5 mg/kgs", "kgs", "unknown unit `kgs`", "did you mean `kg`?"),
    ("3 dys", "dys", "unknown unit `dys`", "did you mean `days`?"),
    ("2 weks", "weks", "unknown unit `weks`", "did you mean `weeks`?"),
    ("84 MG", "MG", "unknown unit `MG`", "did you mean `mg`?"),
    ("84 Mg", "Mg", "unknown unit `Mg`", "did you mean `mg`?"),
    ("5 cc", "cc", "unknown unit `cc`", "did you mean `mL`?"),
    ("100 U", "U", "unknown unit `U`", "did you mean `IU`?"),
    ("2 H", "H", "unknown unit `H`", "did you mean `h`?"),
    (
        "5 bananas",
        "bananas",
        "unknown unit `bananas`",
        "units are written as in `mg/kg`, `ng/mL`, `L/h`, `min`, `d`, `wk`, `IU`, `%`",
    ),
    (
        "5 mg per kg",
        "per",
        "unknown unit `per`",
        "write `/` for `per`, as in `mg/kg`",
    ),
    (
        "1 month",
        "month",
        "`month` can be read in more than one way",
        "a month has 28 to 31 days: write days or weeks, as in `4 wk` or `30 d`",
    ),
    (
        "mg",
        "mg",
        "expected a number, found `mg`",
        "write a number and its unit, as in `40 min`",
    ),
    (
        "~5 mg",
        "~5",
        "expected a number, found `~5`",
        "write a number and its unit, as in `40 min`",
    ),
    (
        "",
        "",
        "expected a quantity, found nothing",
        "write a number and its unit, as in `40 min`",
    ),
    (
        "  ",
        "  ",
        "expected a quantity, found nothing",
        "write a number and its unit, as in `40 min`",
    ),
    ("0,5 mg", "0,5", "`0,5` is not a number", "write `0.5`"),
    ("1,000 mg", "1,000", "`1,000` is not a number", "write `1000`"),
    (
        "1,234.5 mg",
        "1,234.5",
        "`1,234.5` is not a number",
        "write `1234.5`",
    ),
    ("1.2.3 mg", "1.2.3", "`1.2.3` is not a number", ""),
    ("1e999 mg", "1e999", "the number `1e999` is too large", ""),
    (
        "nan mg",
        "nan",
        "expected a number, found `nan`",
        "write a number and its unit, as in `40 min`",
    ),
    (
        "0.5-1 mg",
        "-1 mg",
        "expected one number with its unit, found a second",
        "write one number with one unit: `90 min` for an hour and a half, `8 d` for 7 to 9 days",
    ),
    (
        "7 to 10 d",
        "to 10 d",
        "expected one number with its unit, found a second",
        "write one number with one unit: `90 min` for an hour and a half, `8 d` for 7 to 9 days",
    ),
    ("1 000 mg", "1 000", "`1 000` is not a number", "write `1000`"),
    (
        "154 lbs",
        "lbs",
        "`lbs` is not a metric unit",
        "convert it to `kg`",
    ),
    (
        "1 h 30 min",
        "30 min",
        "expected one number with its unit, found a second",
        "write one number with one unit: `90 min` for an hour and a half, `8 d` for 7 to 9 days",
    ),
    (
        "5 mL/min/1.73m2",
        "1.73",
        "a unit cannot hold the number `1.73`",
        "convert the value so that the unit needs no number, as in `mL/min/m^2`",
    ),
    (
        "5 mg/70kg",
        "70",
        "a unit cannot hold the number `70`",
        "convert the value so that the unit needs no number, as in `mL/min/m^2`",
    ),
    (
        "5 mg/kg*h",
        "mg/kg*h",
        "`mg/kg*h` can be read in more than one way",
        "write `mg/kg/h` or `mg*h/kg`",
    ),
    ("5 mg/", "", "expected a unit, found the end", ""),
    ("5 mg//kg", "/kg", "expected a unit, found `/kg`", ""),
    ("5 mg kg", "kg", "expected `*`, `/` or the end, found `kg`", ""),
    (
        "5 mg/kg over 40 min",
        "over",
        "expected `*`, `/` or the end, found `over`",
        "",
    ),
    ("5 mg^", "", "expected a whole number, found the end", ""),
    ("5 m^99", "99", "`99` is not a power a unit can have", ""),
    ("5 (mg/kg", "", "expected `)`, found the end", ""),
    (
        "37 °C",
        "°C",
        "`°C` is a scale with an offset, not a unit",
        "write the temperature in `K`",
    ),
    ("5 mg!", "!", "expected `*`, `/` or a power, found `!`", ""),
    (
        "5 m^(1/0)",
        "^(1/0)",
        "`^(1/0)` is not a power a unit can have",
        "",
    ),
];

#[test]
fn every_mistake_has_its_place_and_its_way_out() {
    for (text, wrong, message, help) in CASES {
        let error = Quantity::parse(text).expect_err(text);
        let span = error.span.start as usize..error.span.end as usize;
        let shown = (&text[span], error.to_string(), error.help().unwrap_or_default());
        assert_eq!(shown, (wrong, message.to_owned(), help.to_owned()), "{text}");
    }
}

#[test]
fn conversions_say_what_both_sides_are() {
    let error = Quantity::parse("40 min")
        .unwrap()
        .in_unit(&Unit::parse("mg").unwrap())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot convert `min` (a time) to `mg` (a mass)"
    );
    let error = Quantity::parse("1e308 kg")
        .unwrap()
        .in_unit(&Unit::parse("ng").unwrap())
        .unwrap_err();
    assert!(
        error.to_string().contains("outside the range of numbers"),
        "{error}"
    );
}

#[test]
fn codes_tell_mistakes_apart() {
    let code = |text: &str| Quantity::parse(text).expect_err(text).code();
    assert_eq!(
        (code("0.5 mgs"), code("0,5 mg"), code("1 month")),
        ("U002", "U004", "U008")
    );
}
