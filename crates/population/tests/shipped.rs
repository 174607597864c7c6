//! Cases that ship with the program, each with a test of its name: rxode2 5.1.6's (liblsoda at rtol 1e-11, atol 1e-12) and
//! closed forms, the whole way from model text and NONMEM records to every variable and compartment. Agreement is as each
//! case states it.
#![allow(clippy::unwrap_used, clippy::panic)]

use euthymia_engine::{Options, Solver};
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
    for solver in [Solver::Auto, Solver::Collocation, Solver::Rodas5p] {
        let options = Options {
            solver,
            ..Options::precise()
        };
        let outcome = case.run(&options);
        assert!(outcome.agrees(), "{solver:?}: {outcome:#?}");
    }
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

cases! {
    closed_forms,
    Authority::ClosedForm,
    additional_and_lagged_doses_before_records = "additional-and-lagged-doses-before-records",
    amounts_tiny_and_huge = "amounts-tiny-and-huge",
    bioavailability_zero = "bioavailability-zero",
    chain_of_120_compartments = "chain-of-120-compartments",
    clock_times = "clock-times",
    cmt_statement_numbers_compartments = "cmt-statement-numbers-compartments",
    columns_in_capitals_with_others = "columns-in-capitals-with-others",
    compartment_off_during_infusion = "compartment-off-during-infusion",
    compartments_off_and_on = "compartments-off-and-on",
    conditions_on_covariates = "conditions-on-covariates",
    constant_infusion_f = "constant-infusion-f",
    constant_infusion_modelled_rate = "constant-infusion-modelled-rate",
    covariate_at_steady_state = "covariate-at-steady-state",
    covariate_in_duration_of_additional_doses = "covariate-in-duration-of-additional-doses",
    covariate_in_f_linear = "covariate-in-f-linear",
    covariate_in_f_locf = "covariate-in-f-locf",
    covariate_in_f_nocb = "covariate-in-f-nocb",
    covariate_in_lag_and_f = "covariate-in-lag-and-f",
    covariate_in_lag_of_additional_doses = "covariate-in-lag-of-additional-doses",
    covariate_in_lincmt_locf = "covariate-in-lincmt-locf",
    covariate_in_lincmt_nocb = "covariate-in-lincmt-nocb",
    covariate_in_rate_linear = "covariate-in-rate-linear",
    covariate_in_rate_locf = "covariate-in-rate-locf",
    covariate_in_rate_midpoint = "covariate-in-rate-midpoint",
    covariate_in_rate_nocb = "covariate-in-rate-nocb",
    covariate_through_a_reset = "covariate-through-a-reset",
    crowd_of_different_courses = "crowd-of-different-courses",
    dates = "dates",
    dates_day_first = "dates-day-first",
    default_compartment_without_cmt_column = "default-compartment-without-cmt-column",
    derivative_as_a_value = "derivative-as-a-value",
    duration_column = "duration-column",
    duration_modelled_addl_f_lag = "duration-modelled-addl-f-lag",
    evid3_cancels_all = "evid3-cancels-all",
    evid3_initial_values_and_time_back = "evid3-initial-values-and-time-back",
    evid4_resets_then_doses = "evid4-resets-then-doses",
    evid5_evid6_with_lag = "evid5-evid6-with-lag",
    evid5_replaces = "evid5-replaces",
    evid6_multiplies = "evid6-multiplies",
    evid7_gives_nothing = "evid7-gives-nothing",
    extra_records_evid2 = "extra-records-evid2",
    forcing_by_time = "forcing-by-time",
    functions_activation = "functions-activation",
    functions_exponential = "functions-exponential",
    functions_gamma = "functions-gamma",
    functions_gamma_negative = "functions-gamma-negative",
    functions_gamma_values = "functions-gamma-values",
    functions_hyperbolic = "functions-hyperbolic",
    functions_incomplete_gamma = "functions-incomplete-gamma",
    functions_normal = "functions-normal",
    functions_polygamma_and_sums_of_logarithms = "functions-polygamma-and-sums-of-logarithms",
    functions_quantiles = "functions-quantiles",
    functions_rounding = "functions-rounding",
    functions_trigonometric = "functions-trigonometric",
    gompertz_and_logistic_growth = "gompertz-and-logistic-growth",
    id_that_comes_again = "id-that-comes-again",
    indirect_response_ss = "indirect-response-ss",
    infusion_lag_addl_f = "infusion-lag-addl-f",
    infusions_overlapping = "infusions-overlapping",
    infusions_very_short_and_very_long = "infusions-very-short-and-very-long",
    initial_value_of_first_covariate = "initial-value-of-first-covariate",
    initial_values_at_time_zero = "initial-values-at-time-zero",
    initial_values_of_parameters_and_covariates = "initial-values-of-parameters-and-covariates",
    lag_longer_than_interval = "lag-longer-than-interval",
    lagged_dose_at_the_time_of_a_record = "lagged-dose-at-the-time-of-a-record",
    lincmt_1_alpha_v = "lincmt-1-alpha-v",
    lincmt_1_cl_v_bolus = "lincmt-1-cl-v-bolus",
    lincmt_1_dose_into_both = "lincmt-1-dose-into-both",
    lincmt_1_ka_equals_k = "lincmt-1-ka-equals-k",
    lincmt_1_ka_nearly_k = "lincmt-1-ka-nearly-k",
    lincmt_1_kel_v_infusion_lag_f = "lincmt-1-kel-v-infusion-lag-f",
    lincmt_2_alpha_beta_k21 = "lincmt-2-alpha-beta-k21",
    lincmt_2_aob = "lincmt-2-aob",
    lincmt_2_cl_v_q_v2_oral = "lincmt-2-cl-v-q-v2-oral",
    lincmt_2_cl_v1_q_v2_overlapping_infusions = "lincmt-2-cl-v1-q-v2-overlapping-infusions",
    lincmt_2_coefficients = "lincmt-2-coefficients",
    lincmt_2_k12_k21_ss1_ss2 = "lincmt-2-k12-k21-ss1-ss2",
    lincmt_2_vss = "lincmt-2-vss",
    lincmt_3_clearances_oral = "lincmt-3-clearances-oral",
    lincmt_3_coefficients = "lincmt-3-coefficients",
    lincmt_3_rate_constants_infusion_ss = "lincmt-3-rate-constants-infusion-ss",
    lincmt_names_cl_v_q_vp = "lincmt-names-cl-v-q-vp",
    lincmt_names_cl_vc_cld_vt = "lincmt-names-cl-vc-cld-vt",
    lincmt_names_k10_vc_k12_k21 = "lincmt-names-k10-vc-k12-k21",
    lincmt_with_arguments = "lincmt-with-arguments",
    lincmt_with_equations = "lincmt-with-equations",
    mdv_without_evid = "mdv-without-evid",
    metabolite_equal_rate_cumulative = "metabolite-equal-rate-cumulative",
    michaelis_menten_bolus_ss = "michaelis-menten-bolus-ss",
    michaelis_menten_bolus_ss_near_capacity = "michaelis-menten-bolus-ss-near-capacity",
    michaelis_menten_boluses = "michaelis-menten-boluses",
    michaelis_menten_constant_infusion_ss = "michaelis-menten-constant-infusion-ss",
    michaelis_menten_infusion_ss = "michaelis-menten-infusion-ss",
    michaelis_menten_ss2 = "michaelis-menten-ss2",
    negative_times = "negative-times",
    neither_mdv_nor_evid = "neither-mdv-nor-evid",
    operator_remainder = "operator-remainder",
    operators = "operators",
    oral_michaelis_menten_ss = "oral-michaelis-menten-ss",
    oscillator = "oscillator",
    power_below_one_from_zero = "power-below-one-from-zero",
    rate_modelled_addl_f = "rate-modelled-addl-f",
    records_at_one_time_keep_their_order = "records-at-one-time-keep-their-order",
    records_at_one_time_with_covariates = "records-at-one-time-with-covariates",
    records_at_one_time_with_covariates_nocb = "records-at-one-time-with-covariates-nocb",
    root_of_what_is_left = "root-of-what-is-left",
    safe_logarithm_division_power = "safe-logarithm-division-power",
    second_order_binding = "second-order-binding",
    ss_lag = "ss-lag",
    ss1_cancels_what_was_before = "ss1-cancels-what-was-before",
    ss2_adds_to_running_infusion = "ss2-adds-to-running-infusion",
    ss2_infusion_overlapping = "ss2-infusion-overlapping",
    steady_state_then_reset_then_steady_state = "steady-state-then-reset-then-steady-state",
    stiff_linear = "stiff-linear",
    stiff_linear_extreme = "stiff-linear-extreme",
    suppressed_variables_and_states = "suppressed-variables-and-states",
    switch_by_if = "switch-by-if",
    switch_by_mtime = "switch-by-mtime",
    switch_by_mtime_of_covariates = "switch-by-mtime-of-covariates",
    switch_by_remainder = "switch-by-remainder",
    switch_else_if_chain = "switch-else-if-chain",
    tad_before_and_after_doses = "tad-before-and-after-doses",
    tad_in_equations = "tad-in-equations",
    tad_in_equations_lag_addl = "tad-in-equations-lag-addl",
    tad_lag_addl = "tad-lag-addl",
    tad_lag_reset_pending = "tad-lag-reset-pending",
    tad_phantom_replace_multiply = "tad-phantom-replace-multiply",
    tad_resets = "tad-resets",
    tad_steady_state = "tad-steady-state",
    target_mediated_disposition = "target-mediated-disposition",
    times_far_from_zero = "times-far-from-zero",
    transit_chain_equal_rates = "transit-chain-equal-rates",
    transit_dose_without_bioavailability = "transit-dose-without-bioavailability",
    transit_few = "transit-few",
    transit_many = "transit-many",
    transit_phantom_additional = "transit-phantom-additional",
    transit_phantom_dose = "transit-phantom-dose",
    transit_with_lag = "transit-with-lag",
    variables_that_change_their_value = "variables-that-change-their-value",
    year_of_daily_doses = "year-of-daily-doses",
}
