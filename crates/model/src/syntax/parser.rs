//! The parser's cursor over tokens: looking ahead, expecting, recovering, and giving comments to statements.

use euthymia_diagnostics::{Diagnostic, Source, Span};

use super::MOST_PROBLEMS;
use super::lexer::Lexed;
use super::token::{Symbol, Token, TokenKind};
use super::tree::{Comment, Comments};

/// The problem has been reported; the caller gives up its construct.
#[derive(Debug)]
pub(crate) struct Reported;

/// What parsing functions return.
pub(crate) type Parsed<T> = Result<T, Reported>;

/// Deepest nesting of brackets, operators and blocks. Far beyond what people write, well within any stack.
pub(crate) const MAX_DEPTH: usize = 250;

/// Position in the tokens, and what was reported.
pub(crate) struct Parser<'s> {
    pub(crate) source: &'s Source,
    tokens: Vec<Token>,
    at: usize,
    comments: std::collections::VecDeque<(u32, Comment)>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Open `(` around the cursor since the last `{`: line breaks end nothing inside them.
    pub(crate) parentheses: usize,
    /// Constructs around the cursor.
    pub(crate) depth: usize,
    /// Where the statement around the cursor began.
    pub(crate) statement_start: usize,
    /// Whether a `|` outside of parentheses ends the expression, as after `~`.
    pub(crate) bar_ends: bool,
}

impl<'s> Parser<'s> {
    pub(crate) fn new(source: &'s Source, lexed: Lexed) -> Self {
        Self {
            source,
            tokens: lexed.tokens,
            at: 0,
            comments: lexed.comments.into(),
            diagnostics: lexed.diagnostics,
            parentheses: 0,
            depth: 0,
            statement_start: 0,
            bar_ends: false,
        }
    }

    /// The token `ahead` of the cursor; the end beyond the last.
    pub(crate) fn token(&self, ahead: usize) -> &Token {
        // The lexer always closes with an end token.
        &self.tokens[(self.at + ahead).min(self.tokens.len() - 1)]
    }

    pub(crate) fn span(&self) -> Span {
        self.token(0).span
    }

    /// Span of the token before the cursor.
    pub(crate) fn previous_span(&self) -> Span {
        self.tokens[self.at.saturating_sub(1).min(self.tokens.len() - 1)].span
    }

    pub(crate) fn at_end(&self) -> bool {
        self.token(0).kind == TokenKind::End
    }

    pub(crate) fn is(&self, symbol: Symbol) -> bool {
        self.is_ahead(0, symbol)
    }

    pub(crate) fn is_ahead(&self, ahead: usize, symbol: Symbol) -> bool {
        self.token(ahead).kind == TokenKind::Symbol(symbol)
    }

    pub(crate) fn is_word(&self, ahead: usize, word: &str) -> bool {
        matches!(&self.token(ahead).kind, TokenKind::Name(name) if name == word)
    }

    pub(crate) fn advance(&mut self) -> Token {
        let token = self.token(0).clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    pub(crate) fn eat(&mut self, symbol: Symbol) -> bool {
        let found = self.is(symbol);
        if found {
            self.advance();
        }
        found
    }

    /// Takes the symbol or reports that it is missing.
    pub(crate) fn expect(&mut self, symbol: Symbol, context: &str) -> Parsed<Span> {
        if self.is(symbol) {
            return Ok(self.advance().span);
        }
        Err(self.unexpected(&format!("`{}` {context}", symbol.text())))
    }

    /// Takes a closing parenthesis or reports it missing, pointing at the opening one too.
    pub(crate) fn expect_close(&mut self, open: Span, expected: &str) -> Parsed<Span> {
        if self.is(Symbol::RightParenthesis) {
            return Ok(self.advance().span);
        }
        if self.token(0).kind == TokenKind::Invalid {
            return Err(Reported);
        }
        let diagnostic = Diagnostic::error("M006", format!("expected {expected}, found {}", self.found()))
            .at(self.source, self.span(), format!("expected {expected}"))
            .at(self.source, open, "opened here");
        Err(self.report(diagnostic))
    }

    /// Reports that something else was expected here.
    pub(crate) fn unexpected(&mut self, expected: &str) -> Reported {
        // The lexer has said what is wrong with an invalid token.
        if self.token(0).kind != TokenKind::Invalid {
            let diagnostic = Diagnostic::error(
                "M004",
                format!("expected {expected}, found {}", self.found()),
            )
            .at(self.source, self.span(), format!("expected {expected}"));
            return self.report(diagnostic);
        }
        Reported
    }

    /// Reports that a line ended where something was still to come.
    pub(crate) fn unfinished(&mut self, expected: &str) -> Reported {
        let end = self.previous_span().end as usize;
        let diagnostic = Diagnostic::error("M004", format!("expected {expected}, found the end of the line"))
            .at(self.source, Span::new(end, end), format!("expected {expected}"));
        self.report(diagnostic)
    }

    /// Reports something at a place.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        self.diagnostics.push(diagnostic);
        if self.diagnostics.len() == MOST_PROBLEMS {
            self.diagnostics
                .push(super::too_many_problems(self.source, self.span()));
        }
        if self.diagnostics.len() >= MOST_PROBLEMS {
            self.at = self.tokens.len() - 1;
        }
        Reported
    }

    /// The token at the cursor in words.
    fn found(&self) -> String {
        match &self.token(0).kind {
            TokenKind::Name(name) => format!("`{name}`"),
            TokenKind::Number(_) => format!("`{}`", self.source.slice(self.span())),
            TokenKind::Text(_) => "a text".to_owned(),
            TokenKind::Symbol(symbol) => format!("`{}`", symbol.text()),
            TokenKind::Invalid => "something else".to_owned(),
            TokenKind::End => "the end of the file".to_owned(),
        }
    }

    /// Runs a construct one level deeper, or reports that it is too deep.
    pub(crate) fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            let span = self.span();
            return Err(self.too_deep(span));
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    /// Reports that an expression or block is too deep.
    pub(crate) fn too_deep(&mut self, span: Span) -> Reported {
        let diagnostic = Diagnostic::error("M005", format!("nested more than {MAX_DEPTH} deep"))
            .at(self.source, span, "too deep here")
            .help("give parts of it names of their own");
        self.report(diagnostic)
    }

    /// Whether the statement before the cursor may end here.
    pub(crate) fn at_statement_end(&self) -> bool {
        self.token(0).after_newline
            || self.at_end()
            || self.is(Symbol::Semicolon)
            || self.is(Symbol::RightBrace)
    }

    /// Reports a statement that goes on where it should have ended.
    pub(crate) fn expect_statement_end(&mut self) -> Parsed<()> {
        if self.at_statement_end() {
            return Ok(());
        }
        Err(self.unexpected("the end of the statement (a new line or `;`)"))
    }

    /// Says that a statement begins here; the place is for [`Self::recover`].
    pub(crate) fn begin_statement(&mut self) -> usize {
        self.statement_start = self.at;
        self.at
    }

    /// After a reported problem in a statement that began at `from`: goes to where the next one begins or the block
    /// ends, always past at least one token.
    pub(crate) fn recover(&mut self, from: usize) {
        if self.at == from && !self.is(Symbol::RightBrace) {
            self.advance();
        }
        let (mut braces, mut parentheses) = (0_usize, 0_usize);
        while !self.at_end() {
            if braces == 0 {
                let after_break = self.token(0).after_newline && parentheses == 0;
                if self.is(Symbol::RightBrace) || after_break || self.begins_statement() {
                    return;
                }
                if self.is(Symbol::Semicolon) && parentheses == 0 {
                    self.advance();
                    return;
                }
            }
            match self.advance().kind {
                TokenKind::Symbol(Symbol::LeftBrace) => braces += 1,
                TokenKind::Symbol(Symbol::RightBrace) => braces = braces.saturating_sub(1),
                TokenKind::Symbol(Symbol::LeftParenthesis) => parentheses += 1,
                TokenKind::Symbol(Symbol::RightParenthesis) => parentheses = parentheses.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// Whether a line begins here that can only be a new statement, whatever brackets are open.
    pub(crate) fn begins_statement(&self) -> bool {
        if !self.token(0).after_newline {
            return false;
        }
        let assigns =
            |ahead: usize| self.is_ahead(ahead, Symbol::Arrow) || self.is_ahead(ahead, Symbol::Tilde);
        let is_name = |ahead: usize| matches!(self.token(ahead).kind, TokenKind::Name(_));
        if !is_name(0) {
            return false;
        }
        let is_derivative = self.is_word(0, "d")
            && self.is_ahead(1, Symbol::Slash)
            && self.is_word(2, "dt")
            && self.is_ahead(5, Symbol::RightParenthesis)
            && (assigns(6) || self.is_ahead(6, Symbol::Equal));
        let is_call = self.is_ahead(1, Symbol::LeftParenthesis)
            && self.is_ahead(3, Symbol::RightParenthesis)
            && assigns(4);
        assigns(1) || is_derivative || is_call || self.begins_block()
    }

    /// Whether the token before the cursor asks for more.
    pub(crate) fn after_operator(&self) -> bool {
        if self.at == self.statement_start {
            return false;
        }
        let before = self.at.checked_sub(1).map(|at| &self.tokens[at].kind);
        let ends = [
            Symbol::LeftBrace,
            Symbol::RightBrace,
            Symbol::Semicolon,
            Symbol::RightParenthesis,
        ];
        matches!(before, Some(TokenKind::Symbol(symbol)) if !ends.contains(symbol))
    }

    /// Whether `ini({` or `model({` is at the cursor.
    pub(crate) fn begins_block(&self) -> bool {
        (self.is_word(0, "model") || self.is_word(0, "ini"))
            && self.is_ahead(1, Symbol::LeftParenthesis)
            && self.is_ahead(2, Symbol::LeftBrace)
    }

    /// Comments that stand before the token at the cursor.
    pub(crate) fn comments_before(&mut self) -> Vec<Comment> {
        let start = self.span().start;
        self.take_comments(|_, comment| comment.span.start < start)
    }

    /// Comments on the lines up to that of the token before the cursor.
    pub(crate) fn comments_beside(&mut self) -> Vec<Comment> {
        let line = self.tokens[self.at.saturating_sub(1)].line;
        self.take_comments(|comment_line, _| comment_line <= line)
    }

    fn take_comments(&mut self, belongs: impl Fn(u32, &Comment) -> bool) -> Vec<Comment> {
        let mut taken = Vec::new();
        while let Some((line, comment)) = self.comments.front() {
            if !belongs(*line, comment) {
                break;
            }
            taken.extend(self.comments.pop_front().map(|(_, comment)| comment));
        }
        taken
    }

    /// Comments of a statement that began with `above` and ended before the cursor.
    pub(crate) fn comments(&mut self, above: Vec<Comment>) -> Comments {
        // A statement whose line goes on after `;` leaves the comment to the last statement of the line.
        let beside = if self.is(Symbol::Semicolon) && !self.token(1).after_newline {
            Vec::new()
        } else {
            self.comments_beside()
        };
        Comments { above, beside }
    }
}
