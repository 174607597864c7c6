//! Lines of a terminal: styled, wrapped, aligned, and without anything that a terminal would obey.

use crate::terminal::Colour;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Bold,
    Dim,
}

pub(crate) struct Lines {
    pub(crate) text: String,
    pub(crate) width: usize,
    pub(crate) colour: Colour,
}

impl Lines {
    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    pub(crate) fn line(&mut self, line: &str, style: Style) {
        let code = match (self.colour, style) {
            (Colour::Ansi, Style::Bold) => "\u{1b}[1m",
            (Colour::Ansi, Style::Dim) => "\u{1b}[2m",
            _ => "",
        };
        self.text.push_str(code);
        self.text.push_str(&printable(line));
        if !code.is_empty() {
            self.text.push_str("\u{1b}[0m");
        }
        self.text.push('\n');
    }

    pub(crate) fn paragraph(&mut self, text: &str, style: Style) {
        for line in wrap(text, self.width) {
            self.line(&line, style);
        }
    }

    /// Labels in a column of their own; on a narrow terminal, or where a label is very long, before the text.
    pub(crate) fn rows(&mut self, rows: &[(String, String)]) {
        let limit = if self.width < 70 { 0 } else { self.width * 2 / 5 };
        let columns = |label: &str| label.chars().count();
        let aligned = rows
            .iter()
            .map(|(label, _)| columns(label))
            .filter(|width| *width <= limit)
            .max();
        for (label, text) in rows {
            match aligned {
                Some(column) if columns(label) <= limit => {
                    for (index, line) in wrap(text, self.width - column - 2).iter().enumerate() {
                        let head = if index == 0 { label } else { "" };
                        self.line(&format!("{}  {line}", pad_right(head, column)), Style::Plain);
                    }
                }
                _ => self.paragraph(&format!("{label}: {text}"), Style::Plain),
            }
        }
    }
}

/// A terminal obeys control characters; text from files must not reach it with any. Spaces that held words together while
/// lines were broken become ordinary ones, so that the output can be searched.
fn printable(text: &str) -> String {
    let shown = text.chars().filter(|character| !character.is_control());
    shown
        .map(|character| if character == '\u{a0}' { ' ' } else { character })
        .collect()
}

pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split([' ', '\n', '\t']).filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

pub(crate) fn pad_right(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.chars().count())))
}

pub(crate) fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.chars().count())))
}
