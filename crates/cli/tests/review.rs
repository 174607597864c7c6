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
                // A digit after a letter is of a name.
                !letter.is_ascii_digit() || before.is_alphanumeric(),
                "{sentence}"
            );
            before = letter;
        }
    }
    assert_eq!(page.matches("not a medical device").count(), 1);
    assert!(values(&page, "data-label").len() > 100);
    let review = std::fs::read_to_string(out.path().join("review.json")).expect("the review");
    let review = serde_json::from_str(&review).expect("JSON");
    sentences_cite_their_own_numbers(&page, &review);
    // What a person sees is not what the tables call it.
    let seen = without_tags(page.split("<body>").nth(1).expect("a body"));
    for raw in [
        "median_days",
        "placebo-or-sedative",
        "GEN [",
        " I2 ",
        "Rests on verdict",
    ] {
        assert!(!seen.contains(raw), "{raw}: {}", around(&seen, raw));
    }
    let hyphens = seen.split(' ').filter(|word| {
        let word = word.trim_start_matches(['(', '[']);
        let digits = word.strip_prefix('-');
        digits.is_some_and(|digits| digits.starts_with(|c: char| c.is_ascii_digit()))
    });
    assert_eq!(hyphens.collect::<Vec<_>>(), Vec::<&str>::new());
}

fn around<'t>(text: &'t str, word: &str) -> &'t str {
    let at = text.find(word).unwrap_or_default();
    let from = (0..=at.saturating_sub(60))
        .rev()
        .find(|i| text.is_char_boundary(*i));
    let to = (at + word.len()..text.len()).find(|i| *i >= at + 60 && text.is_char_boundary(*i));
    &text[from.unwrap_or(0)..to.unwrap_or(text.len())]
}

fn without_tags(html: &str) -> String {
    let mut out = String::new();
    for part in html.split('<') {
        out.push_str(part.split_once('>').map_or(part, |(_, text)| text));
    }
    let plain = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ];
    plain
        .iter()
        .fold(out, |text, (escaped, letter)| text.replace(escaped, letter))
}

/// A sentence about an item leads to the pool of this item alone, and a sentence about none to no pool.
fn sentences_cite_their_own_numbers(page: &str, review: &serde_json::Value) {
    let mut linked = 0;
    for claim in review["claims"].as_array().expect("claims") {
        let name = claim["name"].as_str().expect("a name");
        let article = page
            .split(&format!("id=\"claim-{name}\">"))
            .nth(1)
            .and_then(|rest| rest.split("</article>").next())
            .expect("the claim");
        // The table of the items, which has links of its own.
        let shown = article.split("<details>").next().expect("a part");
        let items = claim["items"].as_array().expect("items");
        for sentence in shown
            .split(['\n'])
            .filter(|line| line.starts_with("<p>") || line.starts_with("<li>"))
        {
            let text = without_tags(sentence).to_lowercase();
            let item = items
                .iter()
                .filter(|item| {
                    text.starts_with(&format!(
                        "{}: ",
                        item["says"].as_str().expect("words").to_lowercase()
                    ))
                })
                .max_by_key(|item| item["says"].as_str().map(str::len));
            let pools = values(sentence, "href")
                .into_iter()
                .filter_map(|href| href.strip_prefix("#pool-"));
            for key in pools {
                linked += 1;
                assert_eq!(
                    item.and_then(|item| item["key"].as_str()),
                    Some(key),
                    "{sentence}"
                );
            }
        }
    }
    assert!(linked > 50, "{linked}");
}
