//! Numbers in sentences as links to where they come from.

use euthymia_evidence::select::Source;
use serde::Serialize;

use crate::figure::escape;

/// A link with what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Link {
    pub(super) text: String,
    pub(super) href: String,
    /// Where on the page.
    pub(super) locator: Option<String>,
}

/// A target of numbers: the words in which it says them, and where it leads.
pub(super) struct Target {
    pub(super) says: String,
    pub(super) href: String,
    pub(super) title: String,
}

/// Where a number leads: to its pool on this page, else to the page it was read on.
pub(super) fn target(key: &str, says: &str, sources: &[Source], pools: &[&str]) -> Option<Target> {
    let (href, title) = if pools.contains(&key) {
        (format!("#pool-{key}"), "the pool behind this number".to_owned())
    } else {
        let source = sources.iter().find(|source| is_address(&source.url))?;
        (
            source.url.clone(),
            source.locator.clone().unwrap_or_else(|| source.url.clone()),
        )
    };
    Some(Target {
        says: says.to_owned(),
        href,
        title,
    })
}

/// Whether a link can lead there.
pub(super) fn is_address(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
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

/// With a capital, as a sentence begins.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The sentence as HTML: every number in it is a link to the first target that says it, else to the first target.
pub(super) fn sentence(text: &str, targets: &[Target]) -> String {
    let Some(first) = targets.first() else {
        return escape(text);
    };
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < letters.len() {
        let end = number_end(&letters, at);
        if end == at {
            out.push_str(&escape(&letters[at].to_string()));
            at += 1;
            continue;
        }
        let token: String = letters[at..end].iter().collect();
        let target = targets
            .iter()
            .find(|target| says(&target.says, &token))
            .unwrap_or(first);
        out.push_str(&format!(
            "<a class=\"number\" href=\"{}\" title=\"{}\">{}</a>",
            escape(&target.href),
            escape(&target.title),
            escape(&token)
        ));
        at = end;
    }
    out
}

/// Where the number that begins here ends; the same place where none does. Digits inside of words (`5-HT2A`, `BDNF2`) are
/// names.
fn number_end(letters: &[char], at: usize) -> usize {
    let is_digit = |place: usize| letters.get(place).is_some_and(char::is_ascii_digit);
    let before = at.checked_sub(1).map(|before| letters[before]);
    if !is_digit(at) || before.is_some_and(|c| c.is_alphanumeric() || c == '.') {
        return at;
    }
    let mut end = at;
    while is_digit(end) || (matches!(letters.get(end), Some('.' | ',')) && is_digit(end + 1)) {
        end += 1;
    }
    let after = letters.get(end).copied();
    let is_name = after.is_some_and(char::is_alphabetic)
        || (after == Some('-') && letters.get(end + 1).is_some_and(|c| c.is_uppercase()));
    if is_name { at } else { end }
}

/// Whether a text holds a number, not as a part of another.
fn says(text: &str, number: &str) -> bool {
    text.match_indices(number).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let mut after = text[at + number.len()..].chars();
        let (next, second) = (after.next(), after.next());
        let goes_on = next.is_some_and(|c| c.is_ascii_digit())
            || (matches!(next, Some('.' | ',')) && second.is_some_and(|c| c.is_ascii_digit()));
        !goes_on && !before.is_some_and(|c| c.is_ascii_digit() || c == '.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets() -> Vec<Target> {
        let target = |says: &str, href: &str| Target {
            says: says.to_owned(),
            href: href.to_owned(),
            title: "t".to_owned(),
        };
        vec![
            target("response: RR 2.64 (1.9 to 3.7); 6 studies", "#pool-a"),
            target("remission: 36.8 %", "https://example.org/x"),
        ]
    }

    #[test]
    fn every_number_leads_to_what_says_it() {
        let html = sentence("RR 2.64 in 6 studies, against 36.8 % & 5-HT", &targets());
        assert_eq!(html.matches("href=\"#pool-a\"").count(), 2, "{html}");
        assert_eq!(
            html.matches("href=\"https://example.org/x\"").count(),
            1,
            "{html}"
        );
        assert!(html.ends_with("% &amp; 5-HT"), "{html}");
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
