//! Claims and questions answered from the library: nothing that its numbers do not say.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::LazyLock;

use euthymia_evidence::claims::{
    Bears, ClaimReport, Item, Reply, Role, answer_questions, assess, assess_one,
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
