//! Mistakes in the tables, each told at its cell with what was expected and the nearest right word.
#![allow(clippy::unwrap_used)]

use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::Rows;
use euthymia_evidence::{Evidence, Tables};

const STUDIES: &str =
    "study_id,registration,year,doi,pmid,title_short,condition,design,blinding,comparator,setting_country,\
n_randomised,adjunct_to,notes,source_url,verified,memory_fields,inferred_fields,overlaps_with
smith-2020,,2020,,,A trial,trd,parallel,double,saline,,40,,,https://example.org,yes,doi,,
";
const ARMS: &str = "study_id,arm_id,drug,route,dose,dose_min,dose_max,dose_text,dose_unit,infusion_min,schedule,n_doses,\
psychotherapy,n,mean_age,female_pct,mean_weight,baseline_scale,baseline_mean,baseline_sd,source_url,verified,note,\
memory_fields,inferred_fields
smith-2020,active,drug-a,iv,0.5,0.5,0.5,,mg/kg,40,single,1,none,20,45,50,,madrs,30,5,https://example.org,yes,,,
smith-2020,control,saline,iv,,,,,,40,single,1,none,20,45,50,,madrs,30,5,https://example.org,yes,,,
";
const OUTCOMES: &str =
    "study_id,arm_id,time_h,time_basis,outcome,statistic,value,dispersion,dispersion_type,n,source_url,\
source_locator,verified,note
smith-2020,active,24,after_first_dose,response,n_events,12,,,20,https://example.org,,yes,
";
const COMPARISONS: &str =
    "study_id,arm_a,arm_b,outcome,time_h,subset,measure,estimate,ci_low,ci_high,p,source_url,\
source_locator,verified,note
smith-2020,active,control,madrs,24,all,MD,-5,-8,-2,,https://example.org,,yes,
";
const POOLED: &str =
    "review_id,doi,condition,contrast,outcome,time,k,n,measure,model,estimate,ci_low,ci_high,i2,tau2,p,\
source_url,verified,note
jones-2021,,trd,drug-a vs saline,madrs,24 h,3,120,MD,random,-4,-7,-1,20,,,https://example.org,yes,
";
const CLAIMS: &str = "claim_id,claim,verdict,grade,study_or_review_ids,source_url,verified,note
a,It works,mixed,low,smith-2020; jones-2021,,yes,
";

const REVIEW_DATA: &str =
    "review_id,analysis,study_id,events_t,n_t,events_c,n_c,mean_t,sd_t,mean_c,sd_c,weight,measure,\
effect,ci_low,ci_high,source_url,verified,note
jones-2021,response,smith-2020,12,20,5,20,,,,,40,RR,2.4,1.04,5.55,https://example.org,yes,
";

/// What is said of the tables after one replacement in one of them.
fn told(table: usize, from: &str, to: &str) -> String {
    let names = [
        "studies.csv",
        "arms.csv",
        "outcomes.csv",
        "comparisons.csv",
        "pooled.csv",
        "claims.csv",
        "review_data.csv",
    ];
    let texts = [STUDIES, ARMS, OUTCOMES, COMPARISONS, POOLED, CLAIMS, REVIEW_DATA];
    assert!(texts[table].contains(from), "{from}");
    let rows: Vec<Rows> = (0..7)
        .map(|i| {
            let text = if i == table {
                texts[i].replacen(from, to, 1)
            } else {
                texts[i].to_owned()
            };
            let (rows, diagnostics) = euthymia_io::csv::rows(&Source::new(names[i], text));
            assert_eq!(diagnostics, []);
            rows.unwrap()
        })
        .collect();
    let tables = Tables {
        studies: &rows[0],
        arms: &rows[1],
        outcomes: &rows[2],
        comparisons: &rows[3],
        pooled: &rows[4],
        review_data: &rows[6],
        claims: &rows[5],
        conditions: &["mdd", "trd", "ptsd"],
    };
    let (_, diagnostics) = Evidence::read(&tables);
    diagnostics.iter().map(in_words).collect::<Vec<_>>().join("\n")
}

fn in_words(diagnostic: &Diagnostic) -> String {
    let label = &diagnostic.labels[0];
    let position = label.source.position(label.span.start);
    let mut words = format!(
        "{} {}:{}:{} {} [{}: {}]",
        diagnostic.code,
        label.source.name(),
        position.line,
        position.column,
        diagnostic.message,
        label.source.slice(label.span),
        label.message
    );
    for line in diagnostic.notes.iter().chain(&diagnostic.help) {
        words.push_str(&format!("\n    {line}"));
    }
    words
}

#[test]
fn the_right_tables_are_right() {
    assert_eq!(told(0, "trd", "trd"), "");
}

#[test]
fn every_mistake_is_told_at_its_cell() {
    let cases = [
        (0, "trd", "tdr"),
        (0, ",double,", ",duble,"),
        (0, "2020,,2020,,,", "2020,,twenty,,,"),
        (0, "yes,doi", "yes,dio"),
        (0, "yes,doi,,", "yes,doi,,smyth-2020"),
        (0, "https://example.org,yes", ",yes"),
        (0, "condition", "codition"),
        (1, "smith-2020,active", "smyth-2020,active"),
        (1, "smith-2020,control", "smith-2020,active"),
        (1, "0.5,0.5,0.5,,mg/kg", "0.5,0.5,0.5,,"),
        (1, "0.5,0.5,0.5,,mg/kg", ",0.8,0.5,,mg/kg"),
        (1, "0.5,0.5,0.5,,mg/kg", "half,0.5,0.5,,mg/kg"),
        (1, ",iv,0.5", ",i.v.,0.5"),
        (1, ",45,50,", ",45,150,"),
        (2, "smith-2020,active", "smith-2020,activ"),
        (2, "n_events,12,,,20", "n_events,22,,,20"),
        (2, "n_events,12,,,20", "n_events,12,,,"),
        (2, "n_events,12,,,20", "proportion,12,,,20"),
        (2, "n_events,12,,,20", "mean,12,3,,20"),
        (2, "after_first_dose", "after_first_does"),
        (2, ",yes,", ",perhaps,"),
        (3, "-5,-8,-2", "-5,-2,-8"),
        (3, "-5,-8,-2", "5,-8,-2"),
        (3, "active,control", "active,controll"),
        (4, ",MD,", ",md,"),
        (5, "mixed", "mixt"),
        (5, "jones-2021", "jones-2012"),
        (6, "smith-2020", "smyth-2020"),
        (6, "12,20,5,20", "22,20,5,20"),
        (6, "12,20,5,20", "12,,5,20"),
        (6, "12,20,5,20", "12,20,-5,20"),
        (6, "2.4,1.04,5.55", "0.4,1.04,5.55"),
        (6, ",RR,", ",rr,"),
        (6, ",https://example.org,", ",,"),
    ];
    let mut all = String::new();
    for (table, from, to) in cases {
        let told = told(table, from, to);
        assert!(!told.is_empty(), "{from} -> {to} goes unnoticed");
        all.push_str(&format!("# {from} -> {to}\n{told}\n\n"));
    }
    insta::assert_snapshot!(all);
}
