//! How wide a text will be: an estimate, since the reader's font is not known here.

/// Estimated width in the unit of `size` (the font size), for a sans-serif system font. Errs on the wide side.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(relative_width).sum::<f64>() * size
}

/// Breaks at spaces so that no line is wider than `limit`, unless a single word is.
pub(crate) fn wrap(text: &str, size: f64, limit: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if width(line, size) + width(word, size) + size * 0.28 <= limit => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn relative_width(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '|' | '\'' | '!' | 'I' | ' ' | '\u{a0}' => 0.29,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '-' | '/' => 0.36,
        'm' | 'M' | 'w' | 'W' | '@' | '%' => 0.88,
        character if character.is_uppercase() => 0.68,
        character if character.is_ascii_digit() => 0.57,
        character if (character as u32) > 0x2e80 => 1.0,
        _ => 0.56,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_every_word_in_order() {
        let text = "Ketamine in arterial plasma, all patients (ng/mL)";
        let lines = wrap(text, 13.0, 120.0);
        assert!(lines.len() > 2);
        assert_eq!(lines.join(" "), text);
        assert!(lines.iter().all(|line| width(line, 13.0) <= 120.0));
    }
}
