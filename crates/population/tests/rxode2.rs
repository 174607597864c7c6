//! Against rxode2 5.1.6 (liblsoda at rtol 1e-11, atol 1e-12), the whole way: model text and NONMEM records to every
//! variable and compartment. Agreement is as each case states it: `relative_tolerance` and `absolute_tolerance` come from
//! the difference between two of rxode2's own methods.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{Numbers, model, read, request, root, rows, table};
use euthymia_dataset::{Dialect, Interpolation};
use euthymia_diagnostics::Source;
use euthymia_engine::Options;
use euthymia_population::{Request, Schedule};

/// The value of a key of a flat JSON object, as written.
fn field<'j>(json: &'j str, key: &str) -> &'j str {
    let after = &json[json.find(&format!("\"{key}\":")).unwrap() + key.len() + 3..];
    after[..after.find([',', '}']).unwrap()].trim()
}

fn case(name: &str) {
    let folder = root().join("suite/reference/rxode2").join(name);
    let json = read(&folder.join("case.json"));
    let number = |key: &str| -> f64 { field(&json, key).parse().unwrap() };
    let interpolation = match field(&json, "covariate_interpolation") {
        "\"locf\"" => Interpolation::Locf,
        "\"nocb\"" => Interpolation::Nocb,
        other => panic!("{other}"),
    };
    let model = model(&read(&folder.join("model.R")));
    let data = rows("data.csv", &read(&folder.join("data.csv")));
    let zero = [Source::new("--omega", "0")];
    let request = Request {
        omega: &zero,
        residual: false,
        dialect: Dialect {
            interpolation,
            ..Dialect::default()
        },
        ..request(&model, Schedule::Data(&data))
    };
    let found = table(&request, &Options::precise()).unwrap_or_else(|error| panic!("{error}"));
    let expected = Numbers::read(&folder.join("expected.csv"));
    let (relative, absolute) = (number("relative_tolerance"), number("absolute_tolerance"));
    for name in &expected.header {
        let (found, expected) = (found.get(name), expected.column(name).unwrap());
        assert_eq!(found.len(), expected.len());
        for (row, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let tolerated = relative * expected.abs() + absolute;
            assert!(
                (found - expected).abs() <= tolerated,
                "`{name}` in row {row}: {found}, rxode2 {expected}"
            );
        }
    }
}

macro_rules! cases {
    ($($name:ident = $folder:literal),* $(,)?) => {
        $(#[test]
        fn $name() {
            case($folder);
        })*

        #[test]
        fn every_case_has_a_test() {
            let mut folders: Vec<String> = std::fs::read_dir(root().join("suite/reference/rxode2"))
                .unwrap()
                .map(|entry| entry.unwrap())
                .filter(|entry| entry.path().is_dir())
                .map(|entry| entry.file_name().into_string().unwrap())
                .collect();
            folders.sort();
            assert_eq!(folders, [$($folder),*]);
        }
    };
}

cases! {
    bolus_f_lag_covariate = "bolus-f-lag-covariate",
    circadian_time = "circadian-time",
    constant_infusion_ss = "constant-infusion-ss",
    covariate_locf = "covariate-locf",
    covariate_nocb = "covariate-nocb",
    effect_site_hysteresis = "effect-site-hysteresis",
    eta_at_zero_blocks = "eta-at-zero-blocks",
    friberg_neutropenia = "friberg-neutropenia",
    functions = "functions",
    if_else_chain = "if-else-chain",
    indirect_response = "indirect-response",
    infusion_modelled_duration = "infusion-modelled-duration",
    infusion_rate_addl = "infusion-rate-addl",
    infusion_ss_ii_shorter_than_duration = "infusion-ss-ii-shorter-than-duration",
    lincmt1_oral = "lincmt1-oral",
    lincmt2_infusion = "lincmt2-infusion",
    michaelis_menten = "michaelis-menten",
    oral_addl = "oral-addl",
    oral_ss1 = "oral-ss1",
    oral_ss1_lag = "oral-ss1-lag",
    parent_metabolite_named_doses = "parent-metabolite-named-doses",
    replace_evid5 = "replace-evid5",
    reset_evid3 = "reset-evid3",
    robertson = "robertson",
    suppressed_and_equals = "suppressed-and-equals",
}
