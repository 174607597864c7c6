//! The designs of the arms of the library's trials, and the occupancy behind them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_engine::Options;
use euthymia_evidence::{Evidence, TimeBasis};
use euthymia_therapy::course::DoseAmount;
use euthymia_therapy::library::Library;
use euthymia_therapy::response::{
    ArmDesign, Background, Blinding, Designs, Exposure, Given, Kind, Portion, Setting,
};
use std::fmt::Write;

fn designs(library: &Library) -> (Designs, Evidence) {
    let evidence = library.evidence().unwrap().unwrap();
    (Designs::of(&evidence, library).unwrap(), evidence)
}

fn options() -> Options {
    Options {
        rtol: 1e-9,
        atol: 1e-12,
        ..Options::standard()
    }
}

/// `2 x 0.5 mg/kg iv 40 min at 0, 3 d`.
fn sessions(design: &ArmDesign, designs: &Designs) -> String {
    let mut words = String::new();
    for (at, session) in design.sessions.iter().enumerate() {
        let what = match session.regimen {
            Some(regimen) => regimen_words(&designs.regimens[regimen]),
            None => format!("{:?}", session.kind),
        };
        let before = at.checked_sub(1).map(|before| &design.sessions[before]);
        if before.is_none_or(|before| (before.kind, before.regimen) != (session.kind, session.regimen)) {
            write!(words, "{}{what} at d", if at == 0 { "" } else { "; " }).unwrap();
        }
        write!(words, " {}", session.time_h / 24.0).unwrap();
    }
    words
}

fn regimen_words(given: &Given) -> String {
    let portions = given.portions.iter().map(|portion| {
        let dose = match portion.dose {
            DoseAmount::Fixed(mg) => format!("{mg} mg"),
            DoseAmount::PerWeight(mg) => format!("{mg} mg/kg"),
        };
        let over = portion
            .infusion_h
            .map_or_else(String::new, |hours| format!("/{:.0} min", hours * 60.0));
        let after = if portion.after_h > 0.0 {
            format!("+{:.0} min ", portion.after_h * 60.0)
        } else {
            String::new()
        };
        format!("{after}{dose}{over}")
    });
    let portions: Vec<String> = portions.collect();
    format!("{} {} {}", given.drug, given.route, portions.join(", "))
}

#[test]
fn every_arm_is_used_or_refused_with_a_reason() {
    let library = support::whole_library();
    let (designs, evidence) = designs(&library);
    assert_eq!(designs.arms.len() + designs.refused.len(), evidence.arms.len());
    let mut text = String::new();
    for arm in &evidence.arms {
        write!(text, "{} {}: ", arm.study_id, arm.arm_id).unwrap();
        let Some(design) = designs.arm(&arm.study_id, &arm.arm_id) else {
            let of_arm = |refused: &&euthymia_therapy::response::Refused| {
                refused.study == arm.study_id && refused.arm == arm.arm_id
            };
            let refused = designs.refused.iter().find(of_arm).unwrap();
            writeln!(text, "REFUSED: {}", refused.reason).unwrap();
            continue;
        };
        let background = match &design.background {
            Background::None => "no antidepressant".to_owned(),
            Background::Stable => "stable".to_owned(),
            Background::Started { since_h, step } => {
                format!(
                    "started {} d{}",
                    since_h / 24.0,
                    step.map_or(String::new(), |step| format!(" step {step}"))
                )
            }
            Background::Augmented { with } => format!("with {with}"),
        };
        let n = design.n.map_or_else(|| "?".to_owned(), |n| n.to_string());
        let (blinding, chance, setting) = (design.blinding, design.drug_chance, design.setting);
        write!(
            text,
            "n {n}, {blinding:?} ({chance:.2}), {setting:?}, {background}"
        )
        .unwrap();
        if let Some((therapy, from_h)) = design.therapy {
            write!(text, ", {therapy:?} from d {}", from_h / 24.0).unwrap();
        }
        if let Some(selected) = design.selected {
            write!(text, ", {selected:?}").unwrap();
        }
        if let Some(until_h) = design.until_h {
            write!(text, ", until d {}", until_h / 24.0).unwrap();
        }
        if design.is_subset {
            text.push_str(", subset");
        }
        writeln!(text, " | {}", sessions(design, &designs)).unwrap();
        for assumption in &design.assumptions {
            writeln!(text, "    {assumption}").unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn what_the_held_out_trials_did_is_known() {
    let library = support::whole_library();
    let (designs, _) = designs(&library);
    for study in [
        "jelovac-2025",
        "correia-melo-2020",
        "grunebaum-2017",
        "domany-2019",
        "singh-2016b",
        "hu-2016",
    ] {
        assert!(designs.arms_of(study).count() >= 2, "{study}");
        assert!(
            designs.refused.iter().all(|refused| refused.study != study),
            "{study}"
        );
    }
}

#[test]
fn arms_of_different_kinds() {
    let library = support::whole_library();
    let (designs, _) = designs(&library);
    let masked = designs.arm("lii-2023", "pbo").unwrap();
    assert_eq!(
        (masked.blinding, masked.setting),
        (Blinding::Masked, Setting::Surgery)
    );
    assert_eq!((masked.sessions.len(), masked.sessions[0].regimen), (1, None));
    let felt = designs.arm("murrough-2013", "mid").unwrap();
    assert_eq!(
        (felt.blinding, felt.kind),
        (Blinding::ActiveControl, Kind::ActiveControl)
    );
    // Midazolam came first and ketamine last.
    let last = designs.arm("shiroma-2020", "ket1").unwrap();
    let kinds: Vec<Kind> = last.sessions.iter().map(|session| session.kind).collect();
    assert_eq!(kinds[..5], [Kind::ActiveControl; 5]);
    assert_eq!(kinds[5..], [Kind::Drug]);
    // Whoever was randomised to stop had 16 weeks before.
    let stopped = designs.arm("daly-2019", "pbo-rem").unwrap();
    let before = stopped.sessions.iter().filter(|session| session.time_h < 0.0);
    assert_eq!(before.filter(|session| session.kind == Kind::Drug).count(), 16);
    assert!(
        stopped
            .sessions
            .iter()
            .all(|session| session.time_h < 0.0 || session.regimen.is_none())
    );
    assert_eq!(
        stopped.time_h(TimeBasis::AfterRandomisationToWithdrawal, 24.0),
        Some(24.0)
    );
    let after = designs.arm("takahashi-2021", "esk-any").unwrap();
    assert_eq!(
        after.time_h(TimeBasis::AfterLastDose, 672.0),
        Some(24.0 * 24.0 + 672.0)
    );
    assert_eq!(after.time_h(TimeBasis::Variable, 1.0), None);
    assert_eq!(after.follow_up_h, Some(672.0));
    // What people could hope for: one arm of two, every arm.
    let chance = |study: &str, arm: &str| designs.arm(study, arm).unwrap().drug_chance;
    assert_eq!(chance("su-2017", "sal"), 47.0 / 71.0);
    assert_eq!(chance("correia-melo-2020", "esk"), 1.0);
    assert_eq!(chance("anand-2023", "ket"), 1.0);
    assert_eq!(chance("rush-2006", "level1"), 0.0);
    // 68 people in four arms.
    assert_eq!(designs.arm("singh-2016b", "ket2").unwrap().n, Some(17));
    assert!(
        designs
            .arm("arabzadeh-2018", "placebo")
            .unwrap()
            .sessions
            .iter()
            .all(|one| !one.attended)
    );
}

#[test]
fn without_facts_the_columns_alone_are_taken_and_said_so() {
    let library = support::library_of(|path| path != "response/designs.toml");
    let (designs, _) = designs(&library);
    let fava = designs.arm("fava-2020", "ket05").unwrap();
    assert_eq!(
        (fava.blinding, fava.setting),
        (Blinding::Drug, Setting::Outpatient)
    );
    assert_eq!(fava.background, Background::Stable);
    assert_eq!(fava.assumptions.len(), 1);
    let flexible = designs.arm("popova-2019", "esk").unwrap();
    let dose = |at: usize| designs.regimens[flexible.sessions[at].regimen.unwrap()].portions[0].dose;
    assert_eq!(
        (dose(0), dose(1), dose(7)),
        (
            DoseAmount::Fixed(56.0),
            DoseAmount::Fixed(84.0),
            DoseAmount::Fixed(84.0)
        )
    );
    assert!(
        flexible
            .assumptions
            .iter()
            .any(|words| words.contains("56 to 84 mg was allowed"))
    );
    let refused = |study: &str, arm: &str| {
        let found = designs
            .refused
            .iter()
            .find(|one| one.study == study && one.arm == arm);
        found.unwrap().reason.clone()
    };
    assert!(refused("anand-2023", "ect").contains("`ect`"));
    assert!(refused("yermus-2024", "kap").contains("4-6 guided sessions"));
    assert!(refused("glue-2017", "ket05").contains("single, weekly ascending"));
}

#[test]
fn a_fact_about_nobody_is_refused() {
    let library = support::library_with(
        |_| true,
        |path, text| {
            if path == "response/designs.toml" {
                text.replace("[studies.hu-2016]", "[studies.hu-2061]").replace(
                    "[studies.shiroma-2020.arms.ket1]",
                    "[studies.shiroma-2020.arms.ket9]",
                )
            } else {
                text
            }
        },
    );
    let evidence = library.evidence().unwrap().unwrap();
    let found = Designs::of(&evidence, &library).unwrap_err();
    let messages: Vec<&str> = found.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(
        messages,
        ["there is no study `hu-2061`", "`shiroma-2020` has no arm `ket9`"]
    );
    assert_eq!(found[0].help, ["did you mean `hu-2016`?"]);
    assert_eq!(euthymia_therapy::lint::lint(&library), found);
}

fn given(drug: &str, route: &str, portions: Vec<Portion>) -> Given {
    Given {
        drug: drug.to_owned(),
        route: route.to_owned(),
        portions,
    }
}

fn infused(per_kg: f64, after_h: f64, hours: f64) -> Portion {
    Portion {
        after_h,
        dose: DoseAmount::PerWeight(per_kg),
        infusion_h: Some(hours),
    }
}

#[test]
fn occupancy_follows_the_dose_and_a_control_has_none() {
    let library = support::whole_library();
    let of = |given: &Given| Exposure::of(given, &library, &options()).unwrap();
    let iv = |per_kg| {
        of(&given(
            "racemic-ketamine",
            "iv",
            vec![infused(per_kg, 0.0, 2.0 / 3.0)],
        ))
    };
    let (tenth, half, one) = (iv(0.1), iv(0.5), iv(1.0));
    assert!((tenth.times_h[0], tenth.occupancy[0]) == (0.0, 0.0));
    assert!(one.occupancy.iter().all(|value| (0.0..1.0).contains(value)));
    // The odds of a linear model's occupancy are proportional to the dose.
    let odds = |curve: &Exposure, at: usize| curve.occupancy[at] / (1.0 - curve.occupancy[at]);
    for at in [5, 13, 40, 80, 100] {
        let ratio = odds(&one, at) / odds(&half, at);
        // Extraction by the liver is all but linear at these doses.
        assert!(
            (ratio / 2.0 - 1.0).abs() < 0.05,
            "{ratio} at {} h",
            one.times_h[at]
        );
    }
    assert!(tenth.area_h() < half.area_h() && half.area_h() < one.area_h());
    assert!(one.occupancy.last().unwrap() < &1e-4);
    let saline = of(&given("saline", "iv", vec![infused(0.5, 0.0, 2.0 / 3.0)]));
    assert_eq!(saline, Exposure::none());
}

#[test]
fn a_session_in_parts_is_the_whole_of_them() {
    let library = support::whole_library();
    let of =
        |portions| Exposure::of(&given("racemic-ketamine", "iv", portions), &library, &options()).unwrap();
    let whole = of(vec![infused(0.5, 0.0, 1.0)]);
    let halves = of(vec![infused(0.25, 0.0, 0.5), infused(0.25, 0.5, 0.5)]);
    let both = of(vec![infused(0.25, 0.0, 1.0), infused(0.25, 0.0, 1.0)]);
    for at in 0..whole.times_h.len() {
        let (a, b, c) = (whole.occupancy[at], halves.occupancy[at], both.occupancy[at]);
        assert!((a - b).abs() < 1e-6 && (a - c).abs() < 1e-6, "{a} {b} {c}");
    }
}

#[test]
fn every_regimen_of_the_library_has_an_occupancy() {
    let library = support::whole_library();
    let (designs, _) = designs(&library);
    let exposures = designs.exposures(&library, &options()).unwrap();
    for (given, exposure) in designs.regimens.iter().zip(&exposures) {
        assert!(exposure.area_h() > 0.05, "{}", regimen_words(given));
        // So little is left that the next session begins from nothing.
        let day = exposure.times_h.iter().position(|time| *time == 24.0).unwrap();
        assert!(exposure.occupancy[day] < 0.03, "{}", regimen_words(given));
    }
}

#[test]
fn an_unknown_drug_or_route_is_refused() {
    let library = support::whole_library();
    let of = |drug: &str, route: &str| {
        let error = Exposure::of(&given(drug, route, Vec::new()), &library, &options()).unwrap_err();
        error.to_string()
    };
    assert!(of("aspirin", "oral").contains("aspirin"));
    assert!(of("esketamine", "ear").contains("no route `ear`"));
    // A drug that acts otherwise is computed to do nothing, and is no drug of the response model.
    let psilocybin = given("psilocybin", "oral", Vec::new());
    assert_eq!(
        Exposure::of(&psilocybin, &library, &options()).unwrap(),
        Exposure::none()
    );
    let library = support::library_with(
        |_| true,
        |path, text| {
            let other = |text: String| {
                text.replace(
                    "bloch-2012,ket,racemic-ketamine,iv",
                    "bloch-2012,ket,psilocybin,oral",
                )
            };
            if path == "evidence/arms.csv" {
                other(text)
            } else {
                text
            }
        },
    );
    let (designs, _) = designs(&library);
    let refused = designs
        .refused
        .iter()
        .find(|one| one.study == "bloch-2012")
        .unwrap();
    assert!(
        refused.reason.contains("does nothing to the receptor"),
        "{}",
        refused.reason
    );
}
