//! Cases that ship with the program, each with a test of its name: rxode2 5.1.6's (liblsoda at rtol 1e-11, atol 1e-12) and
//! closed forms, the whole way from model text and NONMEM records to every variable and compartment. Agreement is as each
//! case states it.
#![allow(clippy::unwrap_used, clippy::panic)]

use euthymia_engine::Options;
use euthymia_population::conformance::{Authority, Case};

fn shipped(authority: Authority) -> Vec<Case> {
    let cases = euthymia_io::reference::shipped().unwrap();
    cases
        .into_iter()
        .filter(|case| case.authority == authority)
        .collect()
}

fn agrees(authority: Authority, name: &str) {
    let case = shipped(authority)
        .into_iter()
        .find(|case| case.name == name)
        .unwrap();
    let outcome = case.run(&Options::precise());
    assert!(outcome.agrees(), "{outcome:#?}");
}

macro_rules! cases {
    ($module:ident, $authority:expr, $($name:ident = $folder:literal),* $(,)?) => {
        mod $module {
            use super::*;

            $(#[test]
            fn $name() {
                agrees($authority, $folder);
            })*

            #[test]
            fn every_case_has_a_test() {
                let names: Vec<String> = shipped($authority).into_iter().map(|case| case.name).collect();
                assert_eq!(names, [$($folder),*] as [&str; _]);
            }
        }
    };
}

cases! {
    rxode2,
    Authority::Rxode2,
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
