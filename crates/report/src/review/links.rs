//! Numbers in sentences as links to where they come from.

use euthymia_evidence::select::Source;
use serde::Serialize;

use crate::figure::escape;
pub(super) use crate::figure::is_address;
use crate::figure::number::count;

/// A link with what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Link {
    pub(super) text: String,
    pub(super) href: String,
    /// Where on the page.
    pub(super) locator: Option<String>,
}

/// A target of numbers: which it says, and where it leads.
pub(super) struct Target {
    numbers: Vec<String>,
    pub(super) href: String,
    pub(super) title: String,
}

impl Target {
    /// That a number of a sentence is one of those in `says`: as it stands, without its sign, or a proportion as a
    /// percentage.
    fn saying(says: &str, href: String, title: String) -> Self {
        let mut numbers = Vec::new();
        let has_share = says.contains("proportion");
        for token in tokens(says) {
            let plain = plain(&token);
            let size = plain.trim_start_matches('-').to_owned();
            // Not a count, which has no decimals.
            let share = size.parse::<f64>().ok().filter(|share| *share <= 1.0);
            if let Some(share) = share.filter(|_| has_share && size.contains('.')) {
                numbers.push(format!("{:.0}", 100.0 * share));
            }
            numbers.extend([size, plain]);
        }
        Self { numbers, href, title }
    }

    fn says(&self, token: &str) -> bool {
        let wanted = plain(token);
        self.numbers.contains(&wanted)
    }
}

/// Where a number leads: to its pool on this page, else to the page it was read on. A number of several pages leads to
/// the `list` of them.
pub(super) fn target(
    key: &str,
    says: &str,
    sources: &[Source],
    pools: &[&str],
    list: Option<&str>,
) -> Option<Target> {
    if pools.contains(&key) {
        let title = "the pool behind this number".to_owned();
        return Some(Target::saying(says, format!("#pool-{key}"), title));
    }
    let mut pages = sources.iter().filter(|source| is_address(&source.url));
    let first = pages.next()?;
    let (href, title) = if pages.all(|source| source.url == first.url) {
        (
            first.url.clone(),
            first.locator.clone().unwrap_or_else(|| first.url.clone()),
        )
    } else {
        (list?.to_owned(), "the pages that this was read on".to_owned())
    };
    Some(Target::saying(says, href, title))
}

/// A page that says these numbers.
pub(super) fn page(says: &str, url: &str) -> Option<Target> {
    is_address(url).then(|| Target::saying(says, url.to_owned(), url.to_owned()))
}

/// The pages as links, each once, called by their hosts.
pub(super) fn of_sources(sources: &[Source]) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for source in sources.iter().filter(|source| is_address(&source.url)) {
        if links.iter().all(|link| link.href != source.url) {
            links.push(Link {
                text: called(&source.url),
                href: source.url.clone(),
                locator: source.locator.clone(),
            });
        }
    }
    links
}

/// A page by its identifier where it has a known one, else by its host.
pub(super) fn called(url: &str) -> String {
    let rest = url
        .split_once("://")
        .map_or(url, |(_, rest)| rest)
        .trim_end_matches('/');
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.trim_start_matches("www.");
    let parts: Vec<&str> = path
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .split('/')
        .collect();
    let is_article = |part: &&&str| {
        let digits = part.strip_prefix("PMC");
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let article = parts.iter().find(is_article);
    match (host, article, parts.as_slice()) {
        (_, Some(article), _) => (*article).to_owned(),
        ("doi.org", ..) => format!("doi:{path}"),
        ("pubmed.ncbi.nlm.nih.gov", _, [number, ..]) => format!("PubMed {number}"),
        ("clinicaltrials.gov", _, [.., number]) => (*number).to_owned(),
        ("github.com", _, [owner, name, ..]) => format!("GitHub {owner}/{name}"),
        _ => host.to_owned(),
    }
}

/// The sentence as HTML: every number in it leads to the target that says it; one that none says is bare. Of several
/// that say it the one that the number before it leads to comes first, as the numbers of one result stand together.
pub(super) fn sentence(text: &str, targets: &[Target]) -> String {
    let mut before: Option<&Target> = None;
    linked(text, |token| {
        let mut candidates = before.into_iter().chain(targets);
        before = candidates.find(|target| target.says(token)).or(before);
        before.filter(|target| target.says(token))
    })
}

/// The sentence as HTML: every number in it leads to its one target.
pub(super) fn of_one(text: &str, target: Option<&Target>) -> String {
    linked(text, |_| target)
}

fn linked<'t>(text: &str, mut find: impl FnMut(&str) -> Option<&'t Target>) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < letters.len() {
        let end = number_end(&letters, at);
        if end == at {
            // The square of Higgins and Thompson's I, as tables and figures of the page write it.
            let is_i2 = letters[at..].starts_with(&['I', '2', ' '])
                && (at == 0 || !letters[at - 1].is_alphanumeric());
            if is_i2 {
                out.push_str("I²");
                at += 2;
            } else {
                out.push_str(&escape(&letters[at].to_string()));
                at += 1;
            }
            continue;
        }
        let token: String = letters[at..end].iter().collect();
        let rest: String = letters[end..].iter().take(7).collect();
        let shown = shown(&token, rest == " people");
        match find(&token) {
            Some(target) => out.push_str(&format!(
                "<a class=\"number\" href=\"{}\" title=\"{}\">{}</a>",
                escape(&target.href),
                escape(&target.title),
                escape(&shown)
            )),
            None => out.push_str(&escape(&shown)),
        }
        at = end;
    }
    out
}

/// A number with the minus of the page; one that counts people has its thousands in groups.
fn shown(token: &str, counts: bool) -> String {
    match token.parse::<u64>() {
        Ok(number) if counts => count(number),
        _ => token.replace('-', "\u{2212}"),
    }
}

/// A number without groups and with a plain minus, to compare by.
fn plain(token: &str) -> String {
    token.replace(',', "").replace('\u{2212}', "-")
}

fn tokens(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let end = number_end(&letters, at);
        if end > at {
            found.push(letters[at..end].iter().collect());
        }
        at = end.max(at + 1);
    }
    found
}

/// Where the number that begins here, with its sign, ends; the same place where none does. Digits inside of words
/// (`5-HT2A`, `BDNF2`) are names.
fn number_end(letters: &[char], at: usize) -> usize {
    let is_digit = |place: usize| letters.get(place).is_some_and(char::is_ascii_digit);
    let before = at.checked_sub(1).map(|before| letters[before]);
    let has_sign = matches!(letters[at], '-' | '\u{2212}');
    let first = at + usize::from(has_sign);
    if !is_digit(first) || before.is_some_and(|c| c.is_alphanumeric() || c == '.') {
        return at;
    }
    let mut end = first;
    while is_digit(end) || (matches!(letters.get(end), Some('.' | ',')) && is_digit(end + 1)) {
        end += 1;
    }
    let after = letters.get(end).copied();
    let is_name = after.is_some_and(char::is_alphabetic)
        || (after == Some('-') && letters.get(end + 1).is_some_and(|c| c.is_uppercase()));
    if is_name { at } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets() -> Vec<Target> {
        let target = |says: &str, href: &str| Target::saying(says, href.to_owned(), "t".to_owned());
        vec![
            target(
                "response: RR 2.64 (1.9 to 3.7); 6 studies, 1291 people",
                "#pool-a",
            ),
            target(
                "remission: proportion 0.37 (0.3 to 0.44); MD -4.8",
                "https://example.org/x",
            ),
        ]
    }

    fn hrefs(html: &str) -> Vec<(&str, &str)> {
        html.split("href=\"")
            .skip(1)
            .map(|part| {
                let (href, rest) = part.split_once('"').unwrap_or_default();
                let text = rest.split_once('>').and_then(|(_, rest)| rest.split_once('<'));
                (href, text.unwrap_or_default().0)
            })
            .collect()
    }

    #[test]
    fn every_number_leads_to_what_says_it_and_to_nothing_else() {
        let html = sentence(
            "RR 2.64 in 6 studies of 1291 people, 37 of a hundred, by -4.8 or 4.8 & 5-HT in 2 of the 3 numbers",
            &targets(),
        );
        assert_eq!(
            hrefs(&html),
            [
                ("#pool-a", "2.64"),
                ("#pool-a", "6"),
                ("#pool-a", "1,291"),
                ("https://example.org/x", "37"),
                ("https://example.org/x", "\u{2212}4.8"),
                ("https://example.org/x", "4.8"),
            ],
            "{html}"
        );
        assert!(html.ends_with("&amp; 5-HT in 2 of the 3 numbers"), "{html}");
    }

    #[test]
    fn of_results_with_the_same_number_each_leads_to_its_own() {
        let target = |says: &str, href: &str| Target::saying(says, href.to_owned(), "t".to_owned());
        let both = [target("RR 2.6; 1 study", "#a"), target("SMD 0.5; 1 study", "#b")];
        let html = sentence(
            "RR 2.6 in 1 study, SMD 0.5 in 1 study, 50 days, 100 people",
            &both,
        );
        assert_eq!(
            hrefs(&html),
            [("#a", "2.6"), ("#a", "1"), ("#b", "0.5"), ("#b", "1")],
            "{html}"
        );
    }

    #[test]
    fn a_sentence_of_one_number_has_one_target() {
        let html = of_one("MD -4.8 (-6 to -3); I2 86 %", targets().first());
        let texts: Vec<&str> = hrefs(&html).iter().map(|(_, text)| *text).collect();
        assert_eq!(texts, ["\u{2212}4.8", "\u{2212}6", "\u{2212}3", "86"], "{html}");
        assert!(html.contains("; I² <a"), "{html}");
        assert_eq!(of_one("2 of the 3 numbers", None), "2 of the 3 numbers");
    }

    #[test]
    fn a_number_of_several_pages_leads_to_their_list() {
        let source = |url: &str| Source {
            url: url.to_owned(),
            locator: None,
        };
        let two = [source("https://a.org/1"), source("https://a.org/2")];
        let href = |sources: &[Source], list| target("k", "", sources, &[], list).map(|target| target.href);
        assert_eq!(href(&two[..1], None).as_deref(), Some("https://a.org/1"));
        assert_eq!(href(&two, Some("#pages-q")).as_deref(), Some("#pages-q"));
        assert_eq!(href(&two, None), None);
    }

    #[test]
    fn pages_are_called_by_what_they_are() {
        assert_eq!(
            called("https://pubmed.ncbi.nlm.nih.gov/28452409/"),
            "PubMed 28452409"
        );
        assert_eq!(
            called("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC6457782/"),
            "PMC6457782"
        );
        assert_eq!(
            called("https://pmc.ncbi.nlm.nih.gov/articles/PMC6457782/table/T4/"),
            "PMC6457782"
        );
        assert_eq!(called("https://doi.org/10.1001/x.2"), "doi:10.1001/x.2");
        assert_eq!(called("https://www.thelancet.com/a/b"), "thelancet.com");
    }
}
