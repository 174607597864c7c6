//! Laws of the algebra of units, and that what is printed reads back the same.

#![allow(clippy::unwrap_used, reason = "the names and powers below are valid")]

use euthymia_units::{Dimension, Exponent, Quantity, Unit};
use proptest::prelude::*;

const NAMES: [&str; 24] = [
    "kg", "g", "mg", "ug", "ng", "L", "dL", "mL", "uL", "mol", "nmol", "h", "min", "s", "ms", "d", "wk", "y",
    "m", "cm", "IU", "mmHg", "%", "K",
];

fn unit() -> impl Strategy<Value = Unit> {
    let factor = (prop::sample::select(NAMES.to_vec()), -3..=3_i32, 1..=3_i32);
    prop::collection::vec(factor, 0..4).prop_map(|factors| {
        factors.iter().fold(Unit::BARE, |unit, (name, above, below)| {
            let power = Exponent::ratio(*above, *below).unwrap();
            &unit * &Unit::parse(name).unwrap().pow(power)
        })
    })
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        -1e6..1e6_f64,
        prop::num::f64::NORMAL.prop_filter("a size that survives", |x| x.abs() < 1e200)
    ]
}

proptest! {
    #[test]
    fn multiplying_and_dividing_leaves_the_same(a in unit(), b in unit()) {
        prop_assert_eq!(&(&a * &b) / &b, a.clone());
        prop_assert_eq!(&a * &b, &b * &a);
        prop_assert_eq!((&a * &b).dimension(), a.dimension() * b.dimension());
        prop_assert_eq!((&a / &b).dimension(), a.dimension() / b.dimension());
    }

    #[test]
    fn factors_multiply(a in unit(), b in unit()) {
        let (product, factor) = ((&a * &b).factor(), a.factor() * b.factor());
        // Up to eight named units, each contributing a handful of roundings.
        prop_assert!((product - factor).abs() <= 1e-13 * factor.abs(), "{product} {factor}");
    }

    #[test]
    fn powers_add(a in unit(), m in -3..=3_i32, n in -3..=3_i32) {
        prop_assert_eq!(&a.powi(m) * &a.powi(n), a.powi(m + n));
        prop_assert_eq!(a.powi(m).powi(n), a.powi(m * n));
    }

    #[test]
    fn what_is_printed_reads_back(unit in unit(), value in value()) {
        let printed = unit.to_string();
        prop_assert_eq!(Unit::parse(&printed).map_err(|e| format!("{printed}: {e}")), Ok(unit.clone()));
        let quantity = Quantity::new(value, unit);
        prop_assert_eq!(Quantity::parse(&quantity.to_string()), Ok(quantity));
    }

    #[test]
    fn there_and_back_is_the_same(value in -1e6..1e6_f64, from in unit(), to in unit()) {
        let to = &to / &(&to / &from); // built from other parts, the same unit
        let quantity = Quantity::new(value, from.clone());
        let there = quantity.in_unit(&to).unwrap();
        let back = Quantity::new(there, to).in_unit(&from).unwrap();
        prop_assert!((back - value).abs() <= 1e-14 * value.abs());
    }

    #[test]
    fn no_text_makes_parsing_panic(text in "[0-9a-zA-Zµ²³⁻¹·%/*^(){}\\[\\]. ,+−°語-]{0,24}") {
        for error in [Unit::parse(&text).err(), Quantity::parse(&text).err()].into_iter().flatten() {
            prop_assert!(error.span.start <= error.span.end && error.span.end as usize <= text.len());
            prop_assert!(text.is_char_boundary(error.span.start as usize) && text.is_char_boundary(error.span.end as usize));
        }
    }
}

#[test]
fn synonyms_are_the_same_unit() {
    for (one, other) in [
        ("hours", "h"),
        ("hr", "h"),
        ("minutes", "min"),
        ("seconds", "s"),
        ("days", "d"),
        ("weeks", "wk"),
        ("years", "y"),
        ("mcg", "ug"),
        ("\u{b5}g", "\u{3bc}g"),
        ("milligrams", "mg"),
        ("ml", "mL"),
        ("nM", "nM"),
        ("mg.kg-1.h-1", "mg/kg/h"),
        ("mg\u{b7}kg\u{207b}\u{b9}", "mg/kg"),
        ("mg/(kg*h)", "mg/kg/h"),
        ("/h", "1/h"),
        ("h^-1", "1/h"),
        ("m\u{b2}", "m^2"),
        ("m**2", "m2"),
        ("m^0.5", "m^(1/2)"),
        ("{score}", "1"),
        ("mg{base}/kg", "mg/kg"),
    ] {
        assert_eq!(
            Unit::parse(one).unwrap(),
            Unit::parse(other).unwrap(),
            "{one} {other}"
        );
    }
}

#[test]
fn a_dose_per_body_weight_is_no_bare_number() {
    let dose = Unit::parse("mg/kg").unwrap();
    assert_eq!(dose.dimension(), Dimension::NONE);
    assert!(!dose.is_bare() && Unit::parse("1").unwrap().is_bare());
    assert_eq!(dose.without_body_weight(), Some(Unit::parse("mg").unwrap()));
    assert_eq!(
        Unit::parse("mg/kg/h").unwrap().without_body_weight(),
        Some(Unit::parse("mg/h").unwrap())
    );
    assert_eq!(Unit::parse("mg").unwrap().without_body_weight(), None);
    assert!(dose.is_like(&Unit::parse("ug/kg").unwrap()));
    assert!(!dose.is_like(&Unit::BARE) && !dose.is_like(&Unit::parse("mg").unwrap()));
    assert!(Unit::parse("%").unwrap().is_like(&Unit::BARE));
    assert!(
        Unit::parse("nM")
            .unwrap()
            .is_like(&Unit::parse("nmol/mL").unwrap())
    );
    assert_eq!(&dose * &Unit::parse("kg").unwrap(), Unit::parse("mg").unwrap());
}

#[test]
fn mass_and_amount_convert_by_molar_mass() {
    // 100 g/mol: 1 ng/mL is 10 pmol/mL.
    let molar_mass = Quantity::parse("100 g/mol").unwrap();
    let concentration = Quantity::parse("1 ng/mL").unwrap();
    let in_unit = |unit: &str| concentration.in_unit_by_molar_mass(&Unit::parse(unit).unwrap(), &molar_mass);
    assert_eq!(in_unit("nmol/mL"), Ok(0.01));
    assert_eq!(in_unit("nM"), Ok(10.0));
    assert_eq!(in_unit("ug/L"), Ok(1.0));
    assert!(in_unit("h").is_err() && in_unit("nmol").is_err());
    let back = Quantity::parse("0.01 nmol/mL").unwrap();
    assert_eq!(
        back.in_unit_by_molar_mass(&Unit::parse("ng/mL").unwrap(), &molar_mass),
        Ok(1.0)
    );
    assert!(
        back.in_unit_by_molar_mass(&Unit::parse("ng/mL").unwrap(), &back)
            .is_err()
    );
}

#[test]
fn roots_are_exact_where_they_are_whole() {
    // The square of 8 kg is 64 kg^2; a root of a factor of a million is a thousand.
    let root = Unit::parse("mg^(1/2)").unwrap();
    assert_eq!((&root * &root), Unit::parse("mg").unwrap());
    let value = Quantity::new(1.0, Unit::parse("kg^(1/2)").unwrap())
        .in_unit(&root)
        .unwrap();
    assert!((value - 1000.0).abs() < 1e-10, "{value}");
    let value = Quantity::new(1.0, Unit::parse("m^(1/3)").unwrap())
        .in_unit(&Unit::parse("mm^(1/3)").unwrap())
        .unwrap();
    assert!((value - 10.0).abs() < 1e-12, "{value}");
}

#[test]
fn dimensions_have_everyday_names() {
    for (unit, name) in [
        ("mg", "a mass"),
        ("min", "a time"),
        ("mL/min", "a volume per time"),
        ("ng/mL", "a mass concentration"),
        ("1/h", "a rate per time"),
        ("%", "a bare number"),
        ("mg/h^2", "mass / time^2"),
        ("ng*h/mL", "mass * time / length^3"),
    ] {
        assert_eq!(Unit::parse(unit).unwrap().dimension().to_string(), name, "{unit}");
    }
}
