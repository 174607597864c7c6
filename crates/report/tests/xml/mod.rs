//! A small strict reader of the XML that figures use: elements nest, attributes are quoted and unique, text is escaped.

#![allow(clippy::unwrap_used, dead_code, missing_docs, unreachable_pub)]

/// Checks one element with its content; returns the names of its elements, or what is wrong.
pub fn elements(text: &str) -> Result<Vec<String>, String> {
    let mut open: Vec<String> = Vec::new();
    let mut seen = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some(tag_at) = rest.find('<') else {
            return if open.is_empty() && rest.trim().is_empty() {
                Ok(seen)
            } else {
                Err(format!("text at the end: {rest}"))
            };
        };
        escaped(&rest[..tag_at])?;
        let end = rest[tag_at..].find('>').ok_or("a tag without an end")? + tag_at;
        let tag = &rest[tag_at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop().as_deref() != Some(name) {
                return Err(format!("</{name}> closes something else"));
            }
            continue;
        }
        let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        if name.is_empty() {
            return Err(format!("no name in <{tag}>"));
        }
        attributes(&tag[name.len()..])?;
        seen.push(name.clone());
        if !empty {
            open.push(name);
        }
    }
    if open.is_empty() {
        Ok(seen)
    } else {
        Err(format!("left open: {open:?}"))
    }
}

fn attributes(text: &str) -> Result<(), String> {
    let mut rest = text;
    let mut names: Vec<&str> = Vec::new();
    while !rest.trim().is_empty() {
        if !rest.starts_with(' ') {
            return Err(format!("no space before an attribute: {rest}"));
        }
        rest = rest.trim_start();
        let (name, after) = rest
            .split_once("=\"")
            .ok_or_else(|| format!("not an attribute: {rest}"))?;
        let valid = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ':');
        if name.is_empty() || !valid || names.contains(&name) {
            return Err(format!("bad or double attribute {name}"));
        }
        names.push(name);
        let (value, after) = after.split_once('"').ok_or("an attribute without an end")?;
        escaped(value)?;
        rest = after;
    }
    Ok(())
}

fn escaped(text: &str) -> Result<(), String> {
    for (at, _) in text.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
        if !known.iter().any(|entity| text[at..].starts_with(entity)) {
            return Err(format!("a bare ampersand: {}", &text[at..]));
        }
    }
    if text.contains(['<', '>']) || text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(format!("not escaped: {text}"));
    }
    Ok(())
}

/// The SVG elements of a page.
pub fn svgs(html: &str) -> Vec<&str> {
    html.match_indices("<svg")
        .map(|(at, _)| {
            let end = html[at..].find("</svg>").unwrap() + "</svg>".len();
            &html[at..at + end]
        })
        .collect()
}
