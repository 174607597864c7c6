//! Claims and questions answered from the library: nothing that its numbers do not say.

mod support;

use std::sync::LazyLock;

use euthymia_evidence::claims::{ClaimReport, Reply, answer_questions, assess};
use euthymia_evidence::{Evidence, How, Verdict, Words};

static EVIDENCE: LazyLock<Evidence> = LazyLock::new(support::evidence);
static WORDS: LazyLock<Words> = LazyLock::new(support::words);
static CLAIMS: LazyLock<Vec<ClaimReport>> =
    LazyLock::new(|| assess(&EVIDENCE, &WORDS, &support::definitions(), &How::default()).unwrap());
static REPLIES: LazyLock<Vec<Reply>> = LazyLock::new(|| {
    let (claims, questions) = (support::definitions(), support::questions());
    answer_questions(&EVIDENCE, &WORDS, &claims, &questions, &How::default()).unwrap()
});

#[test]
fn show() {
    for claim in CLAIMS.iter() {
        println!("{} {} {:?} say {:?}", claim.claim_id, claim.name, claim.verdict, claim.numbers_say);
        for line in &claim.wording {
            println!("   + {line}");
        }
        for line in &claim.not_shown {
            println!("   - {line}");
        }
        for item in claim.items.iter().filter(|item| item.grade.is_some()) {
            println!("     {} {:?}", item.key, item.grade.as_ref().unwrap());
            let answer = item.answer.as_ref().unwrap();
            let ids: Vec<&str> = answer.selection.included.iter().map(|one| one.study_id.as_str()).collect();
            println!("     {ids:?}");
        }
        println!("   {:?}", claim.reported);
    }
    for reply in REPLIES.iter() {
        println!("\n{}", reply.asks);
        for sentence in &reply.sentences {
            println!("  {}", sentence.text);
        }
    }
}
