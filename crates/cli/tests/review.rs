//! The living review: one file whose numbers lead to where they come from.

mod common;

use std::collections::BTreeSet;

use common::{euthymia, text};

fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    page.split(&format!(" {attribute}=\""))
        .skip(1)
        .map(|rest| rest.split('"').next().expect("an end"))
        .collect()
}

#[test]
fn the_review_is_one_page_whose_links_lead_somewhere() {
    let out = tempfile::tempdir().expect("a folder");
    let layer = tempfile::tempdir().expect("a folder");
    let target = out.path().to_str().expect("UTF-8");
    let layer = layer.path().to_str().expect("UTF-8");
    let run = euthymia(&["evidence", "review", target, "--layer", layer]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let page = std::fs::read_to_string(out.path().join("review.html")).expect("the page");

    // Nothing is loaded from elsewhere, nothing runs.
    for outside in ["<script", "<link", "<img", " src=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    // Every anchor is there, every other link is an address.
    let ids: Vec<&str> = values(&page, "id");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "an id stands twice");
    for link in values(&page, "href") {
        match link.strip_prefix('#') {
            Some(anchor) => assert!(unique.contains(anchor), "{link}"),
            None => assert!(
                link.starts_with("https://") || link.starts_with("http://"),
                "{link}"
            ),
        }
    }
    // The four questions, in which no number stands without a link.
    let questions = page
        .split("<section id=\"questions\">")
        .nth(1)
        .expect("questions");
    let questions = questions.split("</section>").next().expect("an end");
    assert_eq!(questions.matches("<article").count(), 4);
    for sentence in questions.split("<p>").skip(1) {
        let sentence = sentence.split("</p>").next().expect("an end");
        let mut bare = String::new();
        for part in sentence.split("<a ") {
            bare.push_str(part.split("</a>").last().expect("a part"));
        }
        let mut before = ' ';
        for letter in bare.chars() {
            assert!(
                !letter.is_ascii_digit() || before.is_alphanumeric() || before == '-',
                "{sentence}"
            );
            before = letter;
        }
    }
    assert_eq!(page.matches("not a medical device").count(), 1);
    assert!(values(&page, "data-label").len() > 100);
}
