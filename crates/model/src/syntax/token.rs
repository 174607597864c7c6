//! Tokens of model text: what the lexer hands to the parser.

use euthymia_diagnostics::Span;

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    /// Identifier or reserved word, without backticks.
    Name(String),
    /// Number literal.
    Number(f64),
    /// Text literal, unescaped.
    Text(String),
    /// Operator, bracket or separator.
    Symbol(Symbol),
    /// Text that is not a token of the language and was reported by the lexer.
    Invalid,
    /// After the last token.
    End,
}

/// Operators, brackets and separators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    Plus,
    Minus,
    Star,
    Slash,
    Remainder,
    Caret,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    EqualEqual,
    NotEqual,
    Not,
    And,
    Or,
    /// A single `|`: logical or in an equation, a condition after `~`.
    Bar,
    Arrow,
    Equal,
    Tilde,
    Comma,
    Semicolon,
    LeftParenthesis,
    RightParenthesis,
    LeftBrace,
    RightBrace,
}

impl Symbol {
    /// The symbol as it is written.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Star => "*",
            Self::Slash => "/",
            Self::Remainder => "%%",
            Self::Caret => "^",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::EqualEqual => "==",
            Self::NotEqual => "!=",
            Self::Not => "!",
            Self::And => "&&",
            Self::Or => "||",
            Self::Bar => "|",
            Self::Arrow => "<-",
            Self::Equal => "=",
            Self::Tilde => "~",
            Self::Comma => ",",
            Self::Semicolon => ";",
            Self::LeftParenthesis => "(",
            Self::RightParenthesis => ")",
            Self::LeftBrace => "{",
            Self::RightBrace => "}",
        }
    }
}

/// A token with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: TokenKind,
    /// Where it is.
    pub(crate) span: Span,
    /// Line of its last byte, from 0.
    pub(crate) line: u32,
    /// Whether a line break lies between the token before and this one.
    pub(crate) after_newline: bool,
}
