//! Text to tokens. Comments are kept aside; what is no token is reported and becomes [`TokenKind::Invalid`].

use euthymia_diagnostics::{Diagnostic, Source, Span};

use super::MOST_PROBLEMS;
use super::token::{Symbol, Token, TokenKind};
use super::tree::Comment;

/// Everything the lexer found.
pub(crate) struct Lexed {
    /// Tokens, the last one [`TokenKind::End`].
    pub(crate) tokens: Vec<Token>,
    /// Comments in order, each with its line from 0.
    pub(crate) comments: Vec<(u32, Comment)>,
    /// What was wrong.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Splits a text into tokens.
pub(crate) fn lex(source: &Source) -> Lexed {
    let mut lexer = Lexer {
        source,
        text: source.text(),
        at: 0,
        line: 0,
        after_newline: true,
        lexed: Lexed {
            tokens: Vec::new(),
            comments: Vec::new(),
            diagnostics: Vec::new(),
        },
    };
    if lexer.text.starts_with('\u{feff}') {
        lexer.at = '\u{feff}'.len_utf8();
    }
    while lexer.at < lexer.text.len() {
        lexer.next();
    }
    let end = lexer.text.len();
    lexer.push(TokenKind::End, end);
    lexer.lexed
}

struct Lexer<'s> {
    source: &'s Source,
    text: &'s str,
    at: usize,
    line: u32,
    after_newline: bool,
    lexed: Lexed,
}

impl Lexer<'_> {
    fn next(&mut self) {
        let start = self.at;
        let Some(first) = self.peek(0) else { return };
        match first {
            '\n' => {
                self.at += 1;
                self.line += 1;
                self.after_newline = true;
            }
            character if character.is_whitespace() => self.at += character.len_utf8(),
            '#' => self.comment(),
            '"' | '\'' => self.string(first),
            '`' => self.quoted_name(),
            '0'..='9' => self.number(),
            '.' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) => self.number(),
            character if is_name_start(character) => {
                self.skip_while(is_name_part);
                let name = self.text[start..self.at].to_owned();
                self.push(TokenKind::Name(name), start);
            }
            _ => self.symbol(start, first),
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text[self.at..].chars().nth(ahead)
    }

    fn skip_while(&mut self, accept: impl Fn(char) -> bool) {
        let rest = &self.text[self.at..];
        self.at += rest.find(|character| !accept(character)).unwrap_or(rest.len());
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = Span::new(start, self.at.max(start));
        self.lexed.tokens.push(Token {
            kind,
            span,
            line: self.line,
            after_newline: self.after_newline,
        });
        self.after_newline = false;
    }

    fn report(&mut self, code: &'static str, message: String, start: usize, label: &str, help: &str) {
        if self.lexed.diagnostics.len() >= MOST_PROBLEMS {
            if self.lexed.diagnostics.len() == MOST_PROBLEMS {
                let place = Span::new(start, self.at);
                self.lexed
                    .diagnostics
                    .push(super::too_many_problems(self.source, place));
            }
            return;
        }
        let diagnostic = Diagnostic::error(code, message)
            .at(self.source, Span::new(start, self.at), label)
            .help(help.to_owned());
        self.lexed.diagnostics.push(diagnostic);
    }

    fn comment(&mut self) {
        let start = self.at;
        self.skip_while(|character| character != '\n');
        let text = self.text[start..self.at].trim_end();
        let span = Span::new(start, start + text.len());
        let text = text.trim_start_matches('#').trim().to_owned();
        self.lexed.comments.push((self.line, Comment { text, span }));
    }

    fn string(&mut self, quote: char) {
        let start = self.at;
        let mut value = String::new();
        let mut characters = self.text[start + 1..].char_indices();
        while let Some((offset, character)) = characters.next() {
            if character == quote {
                self.at = start + 1 + offset + 1;
                self.line += count_lines(&self.text[start..self.at]);
                self.push(TokenKind::Text(value), start);
                return;
            }
            if character != '\\' {
                value.push(character);
                continue;
            }
            match characters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, escaped @ ('\\' | '"' | '\'' | '`'))) => value.push(escaped),
                Some((escape_at, other)) => {
                    let from = start + escape_at;
                    self.at = from + 1 + other.len_utf8();
                    self.report(
                        "M002",
                        format!("unknown escape `\\{other}` in a text"),
                        from,
                        "not an escape we take",
                        "write `\\\\` for a backslash; `\\n`, `\\t`, `\\\"` and `\\'` are the others",
                    );
                    value.push(other);
                }
                None => break,
            }
        }
        // Nothing closes it: take the rest of the line so that what follows is still read.
        self.at = start;
        self.skip_while(|character| character != '\n');
        self.report(
            "M002",
            "text without an end".to_owned(),
            start,
            "opened here",
            &format!("close the text with `{quote}`"),
        );
        self.push(TokenKind::Invalid, start);
    }

    fn quoted_name(&mut self) {
        let start = self.at;
        self.at += 1;
        self.skip_while(|character| character != '`' && character != '\n');
        let name = self.text[start + 1..self.at].to_owned();
        if self.peek(0) == Some('`') && !name.is_empty() {
            self.at += 1;
            self.push(TokenKind::Name(name), start);
        } else {
            self.report(
                "M002",
                "name without an end".to_owned(),
                start,
                "opened here",
                "close it with a backtick",
            );
            self.push(TokenKind::Invalid, start);
        }
    }

    fn number(&mut self) {
        let start = self.at;
        self.skip_while(|character| character.is_ascii_digit());
        if self.peek(0) == Some('.') {
            self.at += 1;
            self.skip_while(|character| character.is_ascii_digit());
        }
        if matches!(self.peek(0), Some('e' | 'E')) {
            let sign = usize::from(matches!(self.peek(1), Some('+' | '-')));
            if self.peek(1 + sign).is_some_and(|digit| digit.is_ascii_digit()) {
                self.at += 1 + sign;
                self.skip_while(|character| character.is_ascii_digit());
            }
        }
        let value = self.text[start..self.at].parse::<f64>();
        if self.peek(0) == Some('L') {
            self.at += 1;
        }
        let clean = self.at;
        self.skip_while(is_name_part);
        match value {
            Ok(value) if clean == self.at && value.is_finite() => self.push(TokenKind::Number(value), start),
            Ok(_) if clean == self.at => {
                let message = format!("number `{}` is too large", &self.text[start..self.at]);
                self.report(
                    "M003",
                    message,
                    start,
                    "larger than 1.8e308",
                    "check the exponent",
                );
                self.push(TokenKind::Invalid, start);
            }
            _ => {
                let message = format!("`{}` is neither a number nor a name", &self.text[start..self.at]);
                let help = "numbers look like `12`, `0.5`, `.5`, `1e-3`; a name cannot begin with a digit";
                self.report("M003", message, start, "here", help);
                self.push(TokenKind::Invalid, start);
            }
        }
    }

    fn symbol(&mut self, start: usize, first: char) {
        let rest = &self.text[start..];
        for (text, help) in REFUSED {
            if rest.starts_with(text) && !rest.starts_with("%%") {
                self.at += text.len();
                if *text == "%" {
                    self.skip_percent_operator();
                }
                let message = format!(
                    "operator `{}` is not part of the model language",
                    &self.text[start..self.at]
                );
                self.report("M008", message, start, "not taken", help);
                self.push(TokenKind::Invalid, start);
                return;
            }
        }
        for (text, symbol) in SYMBOLS {
            if rest.starts_with(text) {
                self.at += text.len();
                self.push(TokenKind::Symbol(*symbol), start);
                return;
            }
        }
        self.at += first.len_utf8();
        let message = format!("unexpected character `{}`", first.escape_debug());
        self.report(
            "M001",
            message,
            start,
            "here",
            "remove it, or put it in a comment (`#`)",
        );
        self.push(TokenKind::Invalid, start);
    }

    fn skip_percent_operator(&mut self) {
        let rest = &self.text[self.at..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        if let Some(end) = line.find('%').filter(|end| *end <= 8) {
            self.at += end + 1;
        }
    }
}

/// Symbols, longer ones before their beginnings.
const SYMBOLS: &[(&str, Symbol)] = &[
    ("<-", Symbol::Arrow),
    ("<=", Symbol::LessEqual),
    (">=", Symbol::GreaterEqual),
    ("==", Symbol::EqualEqual),
    ("!=", Symbol::NotEqual),
    ("&&", Symbol::And),
    ("||", Symbol::Or),
    ("**", Symbol::Caret),
    ("%%", Symbol::Remainder),
    ("&", Symbol::And),
    ("|", Symbol::Bar),
    ("+", Symbol::Plus),
    ("*", Symbol::Star),
    ("/", Symbol::Slash),
    ("^", Symbol::Caret),
    ("!", Symbol::Not),
    (",", Symbol::Comma),
    (";", Symbol::Semicolon),
    ("(", Symbol::LeftParenthesis),
    (")", Symbol::RightParenthesis),
    ("{", Symbol::LeftBrace),
    ("}", Symbol::RightBrace),
    ("~", Symbol::Tilde),
    ("<", Symbol::Less),
    (">", Symbol::Greater),
    ("-", Symbol::Minus),
    ("=", Symbol::Equal),
];

/// Operators of R that are refused by name; tried before [`SYMBOLS`], some of which they begin with.
const REFUSED: &[(&str, &str)] = &[
    ("<<-", "assign with `<-`"),
    ("->", "write the name first: `name <- value`"),
    ("%", "of these operators there is `%%`, the remainder"),
    ("::", "leave the package name out"),
    (":", "write the numbers out"),
    ("[", "give each element its own name"),
    ("]", "give each element its own name"),
    ("$", "give each element its own name"),
    ("@", "give each element its own name"),
    ("?", "ask for help outside of the model"),
];

/// Whether a name needs no backticks.
pub(crate) fn is_plain_name(text: &str) -> bool {
    let mut characters = text.chars();
    let starts = characters.next().is_some_and(is_name_start);
    let is_number = text.starts_with('.') && text[1..].starts_with(|next: char| next.is_ascii_digit());
    starts && !is_number && characters.all(is_name_part)
}

fn is_name_start(character: char) -> bool {
    character.is_alphabetic() || character == '.'
}

fn is_name_part(character: char) -> bool {
    character.is_alphanumeric() || character == '.' || character == '_'
}

fn count_lines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|byte| *byte == b'\n').count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        lex(&Source::new("t", text))
            .tokens
            .into_iter()
            .map(|token| token.kind)
            .collect()
    }

    #[test]
    fn numbers() {
        let number = TokenKind::Number;
        let expected = [1.0, 0.5, 0.5, 5.0, 1e-3, 2.5e10, 7.0, 30.0].map(number);
        let found = kinds("1 0.5 .5 5. 1e-3 2.5E+10 7L 3e1L");
        assert_eq!(found[..8], expected);
        // An `e` without digits is a name that ran into the number.
        let lexed = lex(&Source::new("t", "2e"));
        assert_eq!(lexed.diagnostics[0].code, "M003");
    }

    #[test]
    fn names_and_operators() {
        let name = |text: &str| TokenKind::Name(text.to_owned());
        assert_eq!(
            kinds("prop.sd .x x_1 `a b` µ")[..5],
            ["prop.sd", ".x", "x_1", "a b", "µ"].map(name)
        );
        let symbols = "a<-b<=c**d!=!e||f|g&h";
        let written: Vec<&str> = kinds(symbols)
            .iter()
            .filter_map(|kind| match kind {
                TokenKind::Symbol(symbol) => Some(symbol.text()),
                _ => None,
            })
            .collect();
        assert_eq!(written, ["<-", "<=", "^", "!=", "!", "||", "|", "&&"]);
    }

    #[test]
    fn lines_spans_and_comments() {
        let source = Source::new("t", "a # one\n\n\"x\ny\" b# two #\n");
        let lexed = lex(&source);
        let lines: Vec<(u32, bool)> = lexed
            .tokens
            .iter()
            .map(|token| (token.line, token.after_newline))
            .collect();
        assert_eq!(lines, [(0, true), (3, true), (3, false), (4, true)]);
        assert_eq!(source.slice(lexed.tokens[1].span), "\"x\ny\"");
        let comments: Vec<(u32, &str)> = lexed
            .comments
            .iter()
            .map(|(line, comment)| (*line, &*comment.text))
            .collect();
        assert_eq!(comments, [(0, "one"), (3, "two #")]);
    }
}
