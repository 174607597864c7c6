//! Claims and questions answered from the library: nothing that its numbers do not say.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::LazyLock;

use euthymia_evidence::claims::{
    Bears, ClaimReport, Definitions, Item, Questions, Reply, Role, answer_questions, assess, assess_one,
};
use euthymia_evidence::{Asked, Evidence, How, Reading, Review, Verdict, Words};

static EVIDENCE: LazyLock<Evidence> = LazyLock::new(support::evidence);
static WORDS: LazyLock<Words> = LazyLock::new(support::words);
static CLAIMS: LazyLock<Vec<ClaimReport>> =
    LazyLock::new(|| assess(&EVIDENCE, &WORDS, &support::definitions(), &How::default()).unwrap());
static REPLIES: LazyLock<Vec<Reply>> = LazyLock::new(|| {
    let (claims, questions) = (support::definitions(), support::questions());
    answer_questions(&EVIDENCE, &WORDS, &claims, &questions, &How::default()).unwrap()
});

fn claim(name: &str) -> &'static ClaimReport {
    CLAIMS.iter().find(|claim| claim.name == name).unwrap()
}

fn item(claim_name: &str, key: &str) -> &'static Item {
    claim(claim_name)
        .items
        .iter()
        .find(|item| item.key == key)
        .unwrap()
}

#[test]
fn every_claim_has_a_name_to_ask_by() {
    let definitions = support::definitions();
    for known in &EVIDENCE.claims {
        assert!(definitions.of(&known.claim_id).is_some(), "{}", known.claim_id);
    }
    assert_eq!(definitions.claims.len(), EVIDENCE.claims.len());
    let by_name = assess_one(&EVIDENCE, &WORDS, &definitions, "ptsd", &How::default()).unwrap();
    let by_letter = assess_one(&EVIDENCE, &WORDS, &definitions, "F", &How::default()).unwrap();
    assert_eq!(by_name, by_letter);
    assert_eq!(by_name.unwrap().claim_id, "f");
    let none = assess_one(&EVIDENCE, &WORDS, &definitions, "immortality", &How::default());
    assert_eq!(none.unwrap(), None);
}

#[test]
fn where_verdict_and_numbers_differ_somebody_says_why() {
    for claim in CLAIMS.iter() {
        assert_eq!(!claim.agrees, claim.differs.is_some(), "{}", claim.name);
    }
}

#[test]
fn nothing_is_said_without_a_source() {
    for item in CLAIMS.iter().flat_map(|claim| &claim.items) {
        assert!(
            item.estimate.is_none() || !item.sources.is_empty(),
            "{}",
            item.key
        );
        assert!(
            item.sources.iter().all(|source| source.url.starts_with("http")),
            "{}",
            item.key
        );
    }
    for sentence in REPLIES.iter().flat_map(|reply| &reply.sentences) {
        assert!(!sentence.numbers.is_empty(), "{}", sentence.text);
        assert!(
            sentence.numbers.iter().all(|number| !number.sources.is_empty()),
            "{}",
            sentence.text
        );
        assert!(!sentence.text.contains(['{', '}']), "{}", sentence.text);
    }
}

#[test]
fn what_is_not_borne_out_is_said_as_plainly() {
    for claim in CLAIMS.iter() {
        let not = claim
            .items
            .iter()
            .filter(|item| item.role == Role::For && item.bears != Bears::Out);
        assert_eq!(claim.not_shown.len(), not.count(), "{}", claim.name);
    }
    let therapy = claim("psychotherapy");
    assert_eq!(
        (therapy.verdict, therapy.numbers_say),
        (Verdict::NotSupported, Some(Verdict::NotSupported))
    );
    assert!(
        therapy.wording[0].starts_with("none of the 2 numbers"),
        "{:?}",
        therapy.wording
    );
    // No number of patients: the verdict is called a reading, and no number is made up.
    for name in ["synapses", "inflammation", "dopamine-serotonin", "blinding"] {
        assert_eq!(claim(name).numbers_say, None);
        assert!(claim(name).wording[0].starts_with("no number of patients"));
    }
}

#[test]
fn the_two_rows_of_the_article_table_cannot_be_traced() {
    for (name, n, percent, events) in [("table-2018", 102, 70.0, 71), ("table-2020", 50, 80.0, 40)] {
        let row = claim(name);
        assert_eq!(row.verdict, Verdict::Untraceable);
        let reported = row.reported.as_ref().unwrap();
        assert_eq!((reported.n, reported.percent), (n, percent));
        assert_eq!(reported.events, [events]);
        assert!(reported.exact.0 < percent / 100.0 && percent / 100.0 < reported.exact.1);
    }
}

#[test]
fn published_contrasts_are_read_as_they_stand() {
    // Daly 2019: hazard ratio 0.49 (0.29 to 0.84) in remitters.
    let relapse = item("durability", "relapse-remitters");
    assert_eq!(
        (relapse.estimate, relapse.low, relapse.high),
        (Some(0.49), Some(0.29), Some(0.84))
    );
    assert_eq!(relapse.reading, Reading::Better);
    // Grabski 2022: 4.2 points (-6.7 to 15.2).
    assert_eq!(
        item("psychotherapy", "therapy-or-education").reading,
        Reading::Unclear
    );
}

#[test]
fn pools_are_computed_now() {
    let day = item("rapid-relief", "symptoms-day");
    let answer = day.answer.as_ref().unwrap();
    assert_eq!(day.k.unwrap() as usize, answer.selection.included.len());
    assert!(day.k.unwrap() >= 8, "{:?}", day.k);
    let pooled = answer.pooled().unwrap();
    assert_eq!(day.estimate, Some(pooled.estimate.value));
    assert_eq!(day.reading, Reading::Better);
    let grade = day.grade.as_ref().unwrap();
    assert_eq!(grade.domains.len(), 5);
    assert!(grade.domains.iter().all(|domain| !domain.reason.is_empty()));
    let by_hand = grade
        .domains
        .iter()
        .find(|domain| domain.domain == "risk of bias")
        .unwrap();
    assert!(!by_hand.computed && by_hand.concern == "serious");
    // Masked by anaesthesia there was no difference: it is shown beside, whatever the verdict.
    assert_eq!(item("rapid-relief", "masked").reading, Reading::Unclear);
}

#[test]
fn a_trial_that_changes_the_numbers_changes_the_words() {
    let mut evidence = EVIDENCE.clone();
    for row in &mut evidence.comparisons {
        if row.study_id == "grabski-2022" && row.arm_b == "ket-edu" {
            row.ci_low = Some(1.0);
        }
    }
    let found = assess_one(
        &evidence,
        &WORDS,
        &support::definitions(),
        "psychotherapy",
        &How::default(),
    );
    let found = found.unwrap().unwrap();
    assert_eq!(found.numbers_say, Some(Verdict::Mixed));
    assert!(
        found.wording[0].starts_with("1 of the 2 numbers"),
        "{:?}",
        found.wording
    );
    let replies = answer_questions(
        &evidence,
        &WORDS,
        &support::definitions(),
        &support::questions(),
        &How::default(),
    );
    let texts: Vec<String> = replies
        .unwrap()
        .into_iter()
        .flat_map(|reply| reply.sentences)
        .map(|sentence| sentence.text)
        .collect();
    assert!(
        !texts
            .iter()
            .any(|text| text.contains("That it adds is therefore not shown"))
    );
}

#[test]
fn four_questions_are_answered() {
    assert_eq!(REPLIES.len(), 4);
    for reply in REPLIES.iter() {
        assert!(reply.sentences.len() >= 4, "{}", reply.asks);
    }
    let all: Vec<&str> = REPLIES[3]
        .sentences
        .iter()
        .map(|sentence| sentence.text.as_str())
        .collect();
    // Rush 2006 and Pigott 2023 as the tables have them.
    assert!(
        all[0].contains("37 of a hundred") && all[0].contains("31 of those"),
        "{}",
        all[0]
    );
    assert!(
        all[2].contains("67 of a hundred") && all[2].ends_with("35."),
        "{}",
        all[2]
    );
}

#[test]
fn the_review_holds_everything_and_has_a_form_as_json() {
    let asked = Asked {
        words: support::words(),
        claims: support::definitions(),
        questions: support::questions(),
        rebuilds: support::rebuilds(),
    };
    let review = Review::of(&EVIDENCE, &asked, &How::default()).unwrap();
    assert_eq!(review.claims, *CLAIMS);
    assert_eq!(review.questions, *REPLIES);
    assert_eq!(review.studies.len(), EVIDENCE.studies.len());
    let json = serde_json::to_value(&review).unwrap();
    let pool = &json["claims"][2]["items"][1]["answer"];
    assert!(pool["synthesis"]["studies"].as_array().unwrap().len() > 5);
    assert_eq!(json["counts"]["studies"], 100);
}

fn asked(text: &str) -> Vec<String> {
    let document = support::document_of("questions.toml", text);
    let (questions, diagnostics) = Questions::read(&document);
    assert_eq!(support::told(&diagnostics), [""; 0]);
    let replies = answer_questions(
        &EVIDENCE,
        &WORDS,
        &support::definitions(),
        &questions.unwrap(),
        &How::default(),
    );
    let sentences = replies.unwrap().into_iter().flat_map(|reply| reply.sentences);
    sentences.map(|sentence| sentence.text).collect()
}

#[test]
fn words_for_a_reading_need_every_number_to_read_so() {
    let texts = asked(
        r#"
        [[question]]
        id = "q"
        asks = "?"
        [[question.sentence]]
        about = ["relapse-remitters", "therapy-or-education"]
        better = "both better"
        unclear = "both unclear"
        text = "not alike"
        [[question.sentence]]
        about = ["relapse-remitters", "therapy-or-education"]
        better = "both better"
        [[question.sentence]]
        about = ["relapse-remitters", "relapse-responders", "median-relapse"]
        better = "all that have an interval"
        [[question.sentence]]
        about = ["dopamine-cortex"]
        better = "lower by {size}"
        text = "by {estimate}, from {low}"
        "#,
    );
    // The last one has no interval: what wants one is not said.
    assert_eq!(texts, ["not alike", "all that have an interval"]);
}

#[test]
fn a_size_stands_only_where_its_direction_is_said() {
    let document = support::document_of(
        "questions.toml",
        "[[question]]\nid = \"q\"\nasks = \"?\"\n[[question.sentence]]\nabout = [\"masked\"]\ntext = \"by {size}\"\n",
    );
    let told = support::told(&Questions::read(&document).1);
    assert!(told[0].starts_with("E011 questions.toml:6"), "{told:?}");
}

#[test]
fn without_a_better_side_an_interval_says_nothing() {
    let texts = asked(
        r#"
        [[item]]
        key = "no-side"
        says = "a pool that nobody said the better side of"
        number = "published"
        review = "kishimoto-2016"
        contrast = "ketamine vs placebo/pseudo-placebo"
        outcome = "depression score"
        [[question]]
        id = "q"
        asks = "?"
        [[question.sentence]]
        about = ["no-side"]
        better = "better"
        worse = "worse"
        nothing = "nothing says so"
        "#,
    );
    assert_eq!(texts, ["nothing says so"]);
}

fn number(key: &str, evidence: &Evidence) -> String {
    let replies = answer_questions(
        evidence,
        &WORDS,
        &support::definitions(),
        &support::questions(),
        &How::default(),
    );
    let numbers = replies
        .unwrap()
        .into_iter()
        .flat_map(|reply| reply.sentences)
        .flat_map(|sentence| sentence.numbers);
    numbers
        .into_iter()
        .find(|number| number.key == key)
        .map(|number| number.says)
        .unwrap()
}

#[test]
fn what_is_counted_is_called_by_its_name() {
    assert!(number("blood-pressure", &EVIDENCE).contains("15 studies, 2252 treatments"));
    let dose = number("usual-dose", &EVIDENCE);
    assert!(
        dose.contains(" of ") && dose.contains(" studies") && !dose.contains("people"),
        "{dose}"
    );
    // Another report of the same people, and a second course of theirs, are no studies more.
    let mut evidence = EVIDENCE.clone();
    let mut report = evidence.study("dwyer-2021").unwrap().clone();
    report.study_id = "dwyer-2031".to_owned();
    report.overlaps_with = vec!["dwyer-2021".to_owned()];
    evidence.studies.push(report);
    let arm = evidence
        .arms_of("dwyer-2021")
        .find(|arm| arm.drug == "racemic-ketamine")
        .unwrap()
        .clone();
    for (study, name) in [("dwyer-2031", "ketamine"), ("dwyer-2021", "ketamine-again")] {
        let mut arm = arm.clone();
        (arm.study_id, arm.arm_id) = (study.to_owned(), name.to_owned());
        evidence.arms.push(arm);
    }
    assert_eq!(number("usual-dose", &evidence), dose);
}

#[test]
fn no_worse_needs_an_interval_that_holds_no_important_harm() {
    // With the standard error that so few people, as different from each other, would give.
    let bears = |few: Option<(u32, f64)>| {
        let mut evidence = EVIDENCE.clone();
        let rows = evidence.outcomes.iter_mut();
        for row in rows.filter(|row| row.outcome == "hvlt-r-delayed-recall-t") {
            if let (Some((n, se)), Some(dispersion)) = (few, row.dispersion.as_mut()) {
                row.n = Some(n);
                dispersion.value = se;
            }
        }
        let definitions = support::definitions();
        let claim = assess_one(&evidence, &WORDS, &definitions, "cognition", &How::default());
        claim.unwrap().unwrap().items[0].bears
    };
    assert_eq!(bears(None), Bears::Out);
    // Nothing is known then, neither that it is better nor that it is not much worse.
    assert_eq!(bears(Some((4, 7.0))), Bears::Unclear);
}

#[test]
fn whoever_leaves_a_study_out_says_why_and_the_pool_repeats_it() {
    let fortnight = item("durability", "symptoms-fortnight");
    let excluded = &fortnight.answer.as_ref().unwrap().selection.excluded;
    let anderson = excluded.iter().find(|study| study.study_id == "anderson-2017");
    assert!(anderson.unwrap().reason.contains("electroconvulsive therapy"));
    let document = support::document_of(
        "claims.toml",
        r#"
        [[claim]]
        id = "b"
        name = "durability"
        [[claim.item]]
        key = "k"
        says = "s"
        number = "pool"
        outcome = "depression"
        time = "24h"
        without = [{ study = "anderson-2017" }]
        "#,
    );
    let told = support::told(&Definitions::read(&document).1);
    assert!(told.iter().any(|line| line.contains("reason")), "{told:?}");
}

#[test]
fn a_definition_of_no_claim_or_a_name_given_twice_is_refused() {
    let assess = |definitions: &Definitions| assess(&EVIDENCE, &WORDS, definitions, &How::default());
    let mut astray = support::definitions();
    astray.claims[3].id = "zz".to_owned();
    assert!(assess(&astray).unwrap_err().contains("`zz`"));
    let mut twice = support::definitions();
    let key = twice.claims[2].items[0].key.clone();
    twice.claims[3].items[0].key = key.clone();
    assert!(assess(&twice).unwrap_err().contains(&key));
}

#[test]
fn units_are_those_of_the_number() {
    let texts = asked(
        r#"
        [[item]]
        key = "day-standardised"
        says = "symptoms a day after the first dose"
        number = "pool"
        outcome = "madrs"
        measure = "SMD"
        time = "24h"
        [[item]]
        key = "response-odds"
        says = "response a day after the first dose"
        number = "pool"
        outcome = "response"
        measure = "OR"
        time = "24h"
        [[question]]
        id = "q"
        asks = "?"
        [[question.sentence]]
        about = ["symptoms-day", "day-standardised", "usual-dose-here"]
        text = "{unit}, {day-standardised.unit}, {usual-dose-here.unit}"
        [[question.sentence]]
        about = ["response-odds"]
        text = "odds are {times} times as often"
        [[question.sentence]]
        about = ["response-day"]
        text = "response has {unit}"
        [[item]]
        key = "usual-dose-here"
        says = "the dose of most sprays"
        number = "usual-dose"
        drug = "esketamine"
        route = "in"
        "#,
    );
    // Odds are no frequency, and a ratio has no unit: neither is said.
    assert_eq!(texts, ["points on the MADRS, standard deviations, mg"]);
}
