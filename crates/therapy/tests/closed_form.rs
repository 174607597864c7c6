//! The response model as text, integrated by the engine, against the same equations in closed form, which the fit uses.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_diagnostics::Source;
use euthymia_engine::Options;
use euthymia_model::{Model, check, syntax};
use euthymia_therapy::course::{self, Course, PatientSpec, People};
use euthymia_therapy::library::Library;
use euthymia_therapy::response::{
    ArmDesign, Background, Blinding, Disorder, Exposure, Kind, Session, Setting, Situation, Theta, Thetas,
    Typical, Visit,
};
use euthymia_therapy::simulate::typical;
use euthymia_vecmath::scalar::{exp, ln};

const MODEL: &str = "response/ketamine.R";
/// The score may differ by this part of it: occupancy is interpolated on one side, and cut into pieces.
const TOLERANCE: f64 = 1e-4;

/// What the model may hold at 0, at values that a mistake would show in.
const TELLING: [(&str, f64); 9] = [
    ("psychotherapy", 0.21),
    ("effect_bipolar", 0.3),
    ("effect_ptsd", -0.4),
    ("effect_anxiety", 0.25),
    ("effect_ocd", -0.2),
    ("duration_bipolar", -0.35),
    ("duration_ptsd", 0.4),
    ("duration_anxiety", -0.15),
    ("duration_ocd", 0.1),
];

/// The library, and the parameters of its response model.
fn library() -> (Library, Model) {
    let library = support::library_with(
        |path| path != "response/ketamine-draws.csv" && path != "response/ketamine-posterior.toml",
        |path, text| if path == MODEL { telling(&text) } else { text },
    );
    let model = parsed(library.text(MODEL).unwrap());
    (library, model)
}

fn parsed(text: &Source) -> Model {
    check::check(&syntax::parse(text).0).0.unwrap()
}

fn telling(text: &str) -> String {
    let with = |line: &str| {
        let (name, rest) = line.split_once(" <- ")?;
        let (_, value) = TELLING.iter().find(|(own, _)| *own == name.trim())?;
        Some(format!("{name} <- {value};{}", rest.split_once(';')?.1))
    };
    let lines = text
        .lines()
        .map(|line| with(line).unwrap_or_else(|| line.to_owned()));
    lines.collect::<Vec<_>>().join("\n")
}

fn value(model: &Model, name: &str) -> f64 {
    model.theta(name).unwrap_or_else(|| panic!("no `{name}`")).value
}

/// What a course is, to both sides.
struct Case {
    name: &'static str,
    condition: &'static str,
    /// Lines at the top of the course: blinding, setting.
    head: &'static str,
    /// Its treatments and what goes on beside.
    body: &'static str,
    /// Whether the drug is.
    given: bool,
    blinding: Blinding,
    crisis: bool,
    sessions_h: Vec<f64>,
    attended: bool,
    new_antidepressant: bool,
    psychotherapy: bool,
}

fn cases() -> Vec<Case> {
    let twice_weekly: Vec<f64> = (0..8).map(|dose| 84.0 * f64::from(dose)).collect();
    let single = "[[treatments]]\ndrug = \"racemic-ketamine\"\nroute = \"iv\"\ndose = \"0.5 mg/kg\"\n";
    let usual = || Case {
        name: "one infusion, blinded",
        condition: "trd",
        head: "blinding = \"double-blind\"\n",
        body: single,
        given: true,
        blinding: Blinding::Drug,
        crisis: false,
        sessions_h: vec![0.0],
        attended: true,
        new_antidepressant: false,
        psychotherapy: false,
    };
    vec![
        usual(),
        Case {
            name: "two infusions a week, open label, with psychotherapy",
            head: "",
            body: "[[treatments]]\ndrug = \"racemic-ketamine\"\nroute = \"iv\"\ndose = \"0.5 mg/kg\"\nevery = \"3.5 d\"\n\
                   count = 8\n[psychotherapy]\nkind = \"cbt\"\nevery = \"7 d\"\ncount = 8\n",
            blinding: Blinding::OpenLabel,
            sessions_h: twice_weekly.clone(),
            psychotherapy: true,
            ..usual()
        },
        Case {
            name: "esketamine spray with a new antidepressant",
            body: "[[treatments]]\ndrug = \"esketamine\"\nroute = \"in\"\ndose = \"84 mg\"\nevery = \"3.5 d\"\ncount = 8\n\
                   [background]\nantidepressant = \"newly-started\"\n",
            sessions_h: twice_weekly.clone(),
            new_antidepressant: true,
            ..usual()
        },
        Case {
            name: "saline, blinded",
            body: "[[treatments]]\ndrug = \"saline\"\nroute = \"iv\"\nevery = \"3.5 d\"\ncount = 8\n",
            given: false,
            blinding: Blinding::InactiveControl,
            sessions_h: twice_weekly.clone(),
            ..usual()
        },
        Case {
            name: "midazolam, blinded",
            body: "[[treatments]]\ndrug = \"midazolam\"\nroute = \"iv\"\ndose = \"0.045 mg/kg\"\nevery = \"3.5 d\"\ncount = 8\n",
            given: false,
            blinding: Blinding::ActiveControl,
            sessions_h: twice_weekly,
            ..usual()
        },
        Case {
            name: "under anaesthesia",
            head: "blinding = \"masked\"\n",
            blinding: Blinding::Masked,
            ..usual()
        },
        Case {
            name: "saline under anaesthesia",
            head: "blinding = \"masked\"\n",
            body: "[[treatments]]\ndrug = \"saline\"\nroute = \"iv\"\n",
            given: false,
            blinding: Blinding::Masked,
            ..usual()
        },
        Case {
            name: "suicidality in a crisis",
            condition: "suicidality",
            head: "blinding = \"double-blind\"\nsetting = \"crisis\"\n",
            crisis: true,
            ..usual()
        },
        Case {
            name: "bipolar depression",
            condition: "bipolar-depression",
            ..usual()
        },
        Case {
            name: "post-traumatic stress disorder",
            condition: "ptsd",
            ..usual()
        },
        Case {
            name: "anxiety",
            condition: "gad-sad",
            ..usual()
        },
        Case {
            name: "obsessive-compulsive disorder",
            condition: "ocd",
            ..usual()
        },
        Case {
            name: "a new antidepressant alone, at home",
            condition: "mdd",
            head: "",
            body: "[[treatments]]\ndrug = \"escitalopram\"\nroute = \"oral\"\ndose = \"10 mg\"\nevery = \"1 d\"\ncount = 28\n\
                   [background]\nantidepressant = \"newly-started\"\n",
            given: false,
            blinding: Blinding::OpenLabel,
            sessions_h: vec![],
            attended: false,
            new_antidepressant: true,
            ..usual()
        },
        Case {
            name: "the drug decides, whatever is infused beside it",
            body: "[[treatments]]\ndrug = \"saline\"\nroute = \"iv\"\n[[treatments]]\ndrug = \"racemic-ketamine\"\nroute = \"iv\"\n\
                   dose = \"0.5 mg/kg\"\n",
            ..usual()
        },
    ]
}

impl Case {
    fn course(&self, library: &Library) -> (Course, PatientSpec) {
        let text = format!(
            "title = \"T\"\ncondition = \"{}\"\nhorizon = \"8 wk\"\n{}[patient]\nage = \"45 y\"\nweight = \"75 kg\"\n\
             sex = \"female\"\nbaseline = {{ instrument = \"madrs\", score = 34 }}\n{}",
            self.condition, self.head, self.body
        );
        let (document, _) = support::document("course.toml", &text);
        let (course, diagnostics) = course::read(&document.unwrap(), library);
        assert_eq!(diagnostics, [], "{}", self.name);
        let course = course.unwrap();
        let People::Patient(patient) = &course.people else {
            panic!("one patient")
        };
        let patient = (**patient).clone();
        (course, patient)
    }

    fn situation(&self, ln_size: f64) -> Situation {
        Situation {
            blinding: self.blinding,
            crisis: self.crisis,
            disorder: Disorder::of(self.condition).unwrap(),
            ln_size,
            antidepressant_from_h: self.new_antidepressant.then_some(0.0),
            psychotherapy_from_h: self.psychotherapy.then_some(0.0),
        }
    }

    /// As much of an arm as a visit looks at.
    fn arm(&self) -> ArmDesign {
        let kind = if self.given {
            Kind::Drug
        } else {
            Kind::InactiveControl
        };
        let sessions = self.sessions_h.iter().map(|time_h| Session {
            time_h: *time_h,
            kind,
            regimen: self.given.then_some(0),
            attended: self.attended,
        });
        ArmDesign {
            study: String::new(),
            arm: String::new(),
            n: None,
            study_people: None,
            condition: self.condition.to_owned(),
            drug: String::new(),
            kind,
            blinding: self.blinding,
            drug_chance: 0.5,
            setting: Setting::Outpatient,
            background: Background::None,
            therapy: None,
            baseline: None,
            sessions: sessions.collect(),
            until_h: None,
            selected: None,
            is_subset: false,
            overlaps_with: Vec::new(),
            follow_up_h: None,
            assumptions: Vec::new(),
        }
    }

    /// The occupancy after the first session, of the same person.
    fn exposures(&self, library: &Library) -> Vec<Exposure> {
        let (mut course, patient) = self.course(library);
        course
            .treatments
            .iter_mut()
            .for_each(|treatment| treatment.times_h.truncate(1));
        let times_h = fine_h();
        let curves = typical(&course, &patient, library, &times_h, &Options::standard()).unwrap();
        let exposure = |occupancy: &[f64]| Exposure {
            times_h: times_h.clone(),
            occupancy: occupancy.to_vec(),
        };
        curves.curve("occupancy").map(exposure).into_iter().collect()
    }
}

/// Every 12 seconds while an infusion runs and the occupancy is steep, then coarser.
fn fine_h() -> Vec<f64> {
    let mut seconds = vec![0_u32];
    for (step, hours) in [(12, 2), (60, 12), (600, 96)] {
        while let Some(last) = seconds.last().filter(|last| **last < hours * 3600) {
            seconds.push(last + step);
        }
    }
    seconds.into_iter().map(|at| f64::from(at) / 3600.0).collect()
}

#[test]
fn the_typical_score_of_the_engine_is_that_of_the_closed_form() {
    let (library, model) = library();
    let thetas: Thetas<f64> = Thetas::new(|theta: Theta| value(&model, theta.name()));
    let ln_size = ln(value(&model, "size") / value(&model, "size_usual"));
    let mut different = Vec::new();
    let times_h = [2.0, 6.0, 24.0, 72.0, 168.0, 336.0, 504.0, 672.0, 1000.0, 1344.0];
    for case in cases() {
        let (course, patient) = case.course(&library);
        let options = Options::standard();
        let curves = typical(&course, &patient, &library, &times_h, &options).unwrap();
        let (arm, exposures) = (case.arm(), case.exposures(&library));
        for (at, time_h) in times_h.iter().enumerate() {
            let visit = Visit::of(&arm, case.situation(ln_size), &exposures, *time_h);
            let effects = Typical::at(&visit, &thetas);
            let improvement =
                effects.expectancy + effects.drug + effects.antidepressant + effects.psychotherapy;
            // An effect is a fraction of the score, so it may differ by as much of that.
            let mut same = |name: &str, expected: f64| {
                let found = curves.curve(name).unwrap()[at];
                if (found - expected).abs() > TOLERANCE * expected.max(1.0) {
                    different.push(format!(
                        "{}, {time_h} h: `{name}` is {found} by the engine, {expected} in closed form",
                        case.name
                    ));
                }
            };
            same("score", 34.0 * exp(-improvement));
            same("expectancy_effect", 1.0 - exp(-effects.expectancy));
            same("drug_effect", 1.0 - exp(-effects.drug));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn every_theta_is_a_parameter_of_the_text_and_every_parameter_that_is_not_fixed_a_theta() {
    let model = parsed(support::whole_library().text(MODEL).unwrap());
    for theta in Theta::ALL {
        assert!(model.theta(theta.name()).is_some(), "{}", theta.name());
    }
    for theta in model.thetas().iter().filter(|theta| !theta.fixed) {
        assert!(Theta::named(&theta.name).is_some(), "{}", theta.name);
    }
}

#[test]
fn what_the_synaptic_model_shares_with_the_fitted_one_is_the_same() {
    let library = support::whole_library();
    let of = |path: &str| parsed(library.text(path).unwrap());
    let (fitted, synaptic) = (of(MODEL), of("response/synaptic.R"));
    let shared = synaptic.thetas().iter().filter_map(|own| {
        let same = fitted.theta(&own.name)?;
        Some((&own.name, own.value, same.value))
    });
    let different: Vec<_> = shared.filter(|(_, own, same)| own != same).collect();
    assert!(different.is_empty(), "copy these: {different:?}");
}

/// The one number of `synaptic.R` that is its own: if this fails, the message tells what it has to be.
#[test]
fn synapses_of_half_the_effect_give_the_effect_of_the_fitted_model_on_day_3() {
    let library = support::whole_library();
    let on_day_3 = |response: &str, name: &str| {
        let text = format!(
            "title = \"T\"\ncondition = \"trd\"\nhorizon = \"2 wk\"\nresponse = \"{response}\"\n[patient]\nage = \"45 y\"\n\
             weight = \"75 kg\"\nsex = \"female\"\nbaseline = {{ instrument = \"madrs\", score = 34 }}\n[[treatments]]\n\
             drug = \"racemic-ketamine\"\nroute = \"iv\"\ndose = \"0.5 mg/kg\"\n"
        );
        let (document, _) = support::document("course.toml", &text);
        let course = course::read(&document.unwrap(), &library).0.unwrap();
        let People::Patient(patient) = &course.people else {
            panic!("one patient")
        };
        let curves = typical(&course, patient, &library, &[72.0], &Options::standard()).unwrap();
        curves.curve(name).unwrap()[0]
    };
    let (fitted, own) = (
        on_day_3("ketamine", "drug_effect"),
        on_day_3("synaptic", "drug_effect"),
    );
    // drug = emax S / (S + half) in one, emax A / (A + a50) in the other.
    let half = (on_day_3("synaptic", "synapses") - 1.0)
        * exp(value(&parsed(library.text(MODEL).unwrap()), "la50"))
        / on_day_3("ketamine", "action");
    assert!(
        (fitted / own - 1.0).abs() < 0.01,
        "{fitted} and {own}: `lsynapses_half` has to be log({half:.4})"
    );
}
