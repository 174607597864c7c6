//! Conversions published with UCUM: `UcumFunctionalTests.xml` of FHIR/Ucum-java, cases 3-101 to 3-129, as far as the
//! units are ours (no electricity, no inch, no numbers inside units), and its definitions of time.

use euthymia_units::{Quantity, Unit};

const CASES: [(&str, f64, &str, &str, f64); 15] = [
    ("3-101", 6.3, "m", "m", 6.3),
    ("3-102", 6.3, "mm", "m", 0.0063),
    ("3-103", 6.3, "mm", "cm", 0.63),
    ("3-104", 6.3, "s.m-1", "s/m", 6.3),
    ("3-105", 6.3, "s.mm-1", "s.m-1", 6300.0),
    ("3-106", 6.3, "s.mm-2", "s.m-2", 6_300_000.0),
    ("3-108", 6.3, "s/m/g", "s.m-1.g-1", 6.3),
    ("3-109", 6.3, "ms/m/g", "s.m-1.g-1", 0.0063),
    ("3-110", 6.3, "s/mm/g", "s.m-1.g-1", 6300.0),
    ("3-111", 6.3, "s/m/mg", "s.m-1.g-1", 6300.0),
    ("3-112", 6.3, "ms/m", "s/m", 0.0063),
    ("3-116", 6.3, "s/mm", "s/m", 6300.0),
    ("3-117", 6.3, "ms/mm", "s/m", 6.3),
    ("3-126, per mm", 1.0, "mm[Hg]", "g.s-2.m-1", 133_322.0),
    ("3-129", 1.2, "g.m", "m.g", 1.2),
];

#[test]
fn published_conversions() {
    for (case, value, from, to, outcome) in CASES {
        let converted = Quantity::new(value, Unit::parse(from).unwrap())
            .in_unit(&Unit::parse(to).unwrap())
            .unwrap();
        // One multiplication and one division: two roundings of half a unit in the last place.
        assert!(
            (converted - outcome).abs() <= 2.0 * f64::EPSILON * outcome,
            "{case}: {converted} is not {outcome}"
        );
    }
}

#[test]
fn published_multiplication() {
    // Case 4-101: 1.5 g times 2 m is 3.0 g.m.
    let product = &Quantity::parse("1.5 g").unwrap() * &Quantity::parse("2 m").unwrap();
    assert_eq!(product, Quantity::parse("3.0 g.m").unwrap());
}

#[test]
fn times_as_ucum_defines_them() {
    // UCUM 2.1, table 5: min = 60 s, h = 60 min, d = 24 h, wk = 7 d, a_j = 365.25 d.
    for (from, value, to) in [
        ("min", 60.0, "s"),
        ("h", 60.0, "min"),
        ("d", 24.0, "h"),
        ("wk", 7.0, "d"),
        ("y", 365.25, "d"),
    ] {
        let one = Quantity::new(1.0, Unit::parse(from).unwrap());
        assert_eq!(one.in_unit(&Unit::parse(to).unwrap()).unwrap(), value, "{from}");
    }
}

#[test]
fn factors_that_are_whole_give_correctly_rounded_results() {
    for (from, to, expected) in [
        ("40 min", "h", 40.0 / 60.0),
        ("0.1 mg", "ug", 100.0),
        ("1.1 L", "mL", 1100.0),
        ("84 mg", "g", 0.084),
        ("3.5 d", "h", 84.0),
        ("95.2 L/h", "mL/min", 95_200.0 / 60.0),
        ("0.5 mg/kg", "ug/kg", 500.0),
        ("250 nmol/L", "nmol/mL", 0.25),
        ("3 nM", "nmol/mL", 0.003),
        ("12 %", "1", 0.12),
    ] {
        let value = Quantity::parse(from)
            .unwrap()
            .in_unit(&Unit::parse(to).unwrap())
            .unwrap();
        assert_eq!(value, expected, "{from} in {to}");
    }
}
