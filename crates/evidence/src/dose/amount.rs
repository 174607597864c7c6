//! The dose of an arm in one unit, or why it has none.

use crate::arm::Arm;
use crate::vocabulary::DoseUnit;

/// How a dose came to its unit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Converted {
    /// In words.
    pub(super) told: String,
    /// Whether by a weight that nobody measured.
    pub(super) assumed: bool,
}

/// The dose at a time, and how it came to its unit where it had another.
pub(super) fn read(
    arm: &Arm,
    unit: Option<DoseUnit>,
    assumed: Option<f64>,
    memory: bool,
) -> Result<(f64, Option<Converted>), String> {
    let (dose, unit) = match (arm.dose, unit) {
        (Some(dose), Some(unit)) => (dose, unit),
        _ => return Err("the tables hold no dose of it".to_owned()),
    };
    let remembered = |name: &str| !memory && arm.memory_fields.iter().any(|field| field == name);
    if remembered("dose") {
        return Err("its dose is known from memory only (`--include-memory`)".to_owned());
    }
    if dose.minimum != dose.maximum {
        return Err(format!(
            "its people received {} to {} {}, not one dose",
            dose.minimum,
            dose.maximum,
            dose.unit.word()
        ));
    }
    let given = dose.minimum;
    if given <= 0.0 {
        return Err("a dose of 0 is a control".to_owned());
    }
    if dose.unit == unit {
        return Ok((given, None));
    }
    let (weight, assumed, whose) = match (arm.mean_weight.filter(|_| !remembered("mean_weight")), assumed) {
        (Some(weight), _) => (weight, false, "the mean weight of the arm"),
        (None, Some(weight)) => (weight, true, "a weight that is ASSUMED"),
        (None, None) => {
            return Err(format!(
                "its dose is {given} {}, and no weight tells how many {} that is (`--weight KG` would assume one)",
                dose.unit.word(),
                unit.word()
            ));
        }
    };
    let converted = match unit {
        DoseUnit::MilligramPerKilogram => given / weight,
        DoseUnit::Milligram => given * weight,
    };
    // As many digits as the weight has: a dose that is worked back is no exact one.
    let converted = (converted * 1e4).round() / 1e4;
    let told = format!(
        "{given} {} taken as {converted} {} with {weight} kg, {whose}",
        dose.unit.word(),
        unit.word()
    );
    Ok((converted, Some(Converted { told, assumed })))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::arm::Dose;
    use crate::schedule::Schedule;
    use crate::vocabulary::Verified;

    fn arm(minimum: f64, maximum: f64, unit: DoseUnit) -> Arm {
        Arm {
            study_id: "doe-2030".to_owned(),
            arm_id: "drug".to_owned(),
            drug: "drug".to_owned(),
            route: None,
            dose: Some(Dose {
                minimum,
                maximum,
                unit,
            }),
            infusion_min: None,
            schedule_text: None,
            schedule: Schedule::from_words(""),
            n_doses: None,
            psychotherapy: None,
            n: None,
            mean_age: None,
            female_pct: None,
            mean_weight: None,
            baseline: None,
            source_url: String::new(),
            verified: Verified::Yes,
            note: None,
            memory_fields: Vec::new(),
            inferred_fields: Vec::new(),
        }
    }

    #[test]
    fn units_are_never_mixed_in_silence() {
        let by_weight = Some(DoseUnit::MilligramPerKilogram);
        let absolute = arm(56.0, 56.0, DoseUnit::Milligram);
        assert_eq!(
            read(&absolute, Some(DoseUnit::Milligram), None, false),
            Ok((56.0, None))
        );
        let told = read(&absolute, by_weight, None, false).unwrap_err();
        assert!(told.contains("no weight tells"), "{told}");
        let (dose, told) = read(&absolute, by_weight, Some(80.0), false).unwrap();
        let told = told.unwrap();
        assert!(dose == 0.7 && told.assumed && told.told.contains("80 kg, a weight that is ASSUMED"));
        let weighed = Arm {
            mean_weight: Some(70.0),
            ..arm(0.5, 0.5, DoseUnit::MilligramPerKilogram)
        };
        let (dose, told) = read(&weighed, Some(DoseUnit::Milligram), Some(80.0), false).unwrap();
        let told = told.unwrap();
        assert!(dose == 35.0 && !told.assumed && told.told.contains("the mean weight of the arm"));
    }

    #[test]
    fn what_is_no_single_dose_has_no_place() {
        let flexible = arm(28.0, 84.0, DoseUnit::Milligram);
        let told = read(&flexible, Some(DoseUnit::Milligram), None, false).unwrap_err();
        assert!(told.contains("28 to 84 mg"), "{told}");
        let remembered = Arm {
            memory_fields: vec!["dose".to_owned()],
            ..arm(0.5, 0.5, DoseUnit::Milligram)
        };
        let unit = Some(DoseUnit::Milligram);
        assert!(
            read(&remembered, unit, None, false)
                .unwrap_err()
                .contains("memory")
        );
        assert!(read(&remembered, unit, None, true).is_ok());
    }
}
