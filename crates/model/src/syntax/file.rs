//! The outside of a model file: the function, its metadata and its two blocks.

use euthymia_diagnostics::{Diagnostic, Span};

use super::MOST_PROBLEMS;
use super::parser::{Parsed, Parser};
use super::token::{Symbol, TokenKind};
use super::tree::{Block, Metadata, MetadataItem, MetadataKind, MetadataValue, ModelFile, Name};

/// What a file has to look like, for messages.
const FORM: &str = "a model file is `name <- function() { ini({ ... }); model({ ... }) }`";

impl Parser<'_> {
    /// The whole file. What is missing is reported and left empty.
    pub(crate) fn file(mut self) -> (ModelFile, Vec<Diagnostic>) {
        let nameless = Name {
            text: String::new(),
            span: Span::new(0, 0),
        };
        let mut file = ModelFile {
            source: self.source.clone(),
            name: nameless,
            metadata: Vec::new(),
            ini: Vec::new(),
            equations: Block::default(),
            complete: false,
        };
        if self.diagnostics.len() < MOST_PROBLEMS && self.header(&mut file).is_ok() {
            self.body(&mut file);
        }
        file.complete = !self.diagnostics.iter().any(Diagnostic::is_error);
        self.diagnostics
            .sort_by_key(|diagnostic| diagnostic.labels.first().map_or(0, |label| label.span.start));
        (file, self.diagnostics)
    }

    fn header(&mut self, file: &mut ModelFile) -> Parsed<()> {
        if self.at_end() {
            let diagnostic = Diagnostic::error("M007", "empty model file")
                .at(self.source, self.span(), "")
                .help(FORM);
            return Err(self.report(diagnostic));
        }
        let is_header = matches!(self.token(0).kind, TokenKind::Name(_))
            && (self.is_ahead(1, Symbol::Arrow) || self.is_ahead(1, Symbol::Equal))
            && self.is_word(2, "function");
        if !is_header {
            let diagnostic = Diagnostic::error("M007", "not a model file")
                .at(self.source, self.span(), "expected `name <- function() {`")
                .help(FORM);
            return Err(self.report(diagnostic));
        }
        file.name = self.name("the name of the model")?;
        self.advance();
        self.advance();
        let open = self.expect(Symbol::LeftParenthesis, "after `function`")?;
        if !self.is(Symbol::RightParenthesis) {
            let diagnostic = Diagnostic::error("M007", "a model function takes no arguments")
                .at(self.source, self.span(), "expected `)`")
                .at(self.source, open, "opened here")
                .help("give values to parameters in `ini({ ... })`");
            return Err(self.report(diagnostic));
        }
        self.advance();
        self.expect(Symbol::LeftBrace, "after `function()`").map(|_| ())
    }

    fn body(&mut self, file: &mut ModelFile) {
        let (mut ini, mut model) = (None, None);
        while !self.at_end() && !self.is(Symbol::RightBrace) {
            if self.eat(Symbol::Semicolon) {
                continue;
            }
            let from = self.begin_statement();
            if self.body_statement(file, &mut ini, &mut model).is_err() {
                self.recover(from);
            }
        }
        let end = self.span();
        if self.eat(Symbol::RightBrace) {
            if !self.at_end() {
                let diagnostic = Diagnostic::error("M007", "text after the model")
                    .at(self.source, self.span(), "expected the end of the file")
                    .help("one model in a file; put the next into a file of its own");
                self.report(diagnostic);
            }
        } else {
            let diagnostic = Diagnostic::error("M006", "the model function is not closed")
                .at(self.source, end, "expected `}`")
                .at(self.source, file.name.span, "this function")
                .help("close it with `}`");
            self.report(diagnostic);
        }
        if model.is_none() {
            let diagnostic = Diagnostic::error("M007", "no `model({ ... })` block")
                .at(self.source, file.name.span, "this function has none")
                .help(FORM);
            self.report(diagnostic);
        }
    }

    fn body_statement(
        &mut self,
        file: &mut ModelFile,
        ini: &mut Option<Span>,
        model: &mut Option<Span>,
    ) -> Parsed<()> {
        let is_block =
            |parser: &Self, word| parser.is_word(0, word) && parser.is_ahead(1, Symbol::LeftParenthesis);
        if is_block(self, "ini") {
            self.once("ini", ini)?;
            return self.braced("ini", |parser| file.ini.extend(parser.ini_statements()));
        }
        if is_block(self, "model") {
            self.once("model", model)?;
            return self.braced("model", |parser| file.equations = parser.statements());
        }
        let above = self.comments_before();
        let is_assignment = self.is_ahead(1, Symbol::Arrow) || self.is_ahead(1, Symbol::Equal);
        if !is_assignment {
            return Err(self.unexpected("`name <- value`, `ini({` or `model({`"));
        }
        let name = self.name("the name of a metadata statement")?;
        self.advance();
        let value = self.metadata_value()?;
        self.expect_statement_end()?;
        let comments = self.comments(above);
        if let Some(first) = file.metadata.iter().find(|metadata| metadata.name == name) {
            let diagnostic = Diagnostic::error("M046", format!("`{}` is given twice", name.text))
                .at(self.source, name.span, "second")
                .at(self.source, first.name.span, "first")
                .help("keep one of them");
            self.report(diagnostic);
        }
        file.metadata.push(Metadata {
            name,
            value,
            comments,
        });
        Ok(())
    }

    fn once(&mut self, word: &str, seen: &mut Option<Span>) -> Parsed<()> {
        let span = self.span();
        if let Some(first) = *seen {
            let diagnostic = Diagnostic::error("M007", format!("a second `{word}` block"))
                .at(self.source, span, "second")
                .at(self.source, first, "first")
                .help("put everything into one");
            return Err(self.report(diagnostic));
        }
        *seen = Some(span);
        Ok(())
    }

    /// `word({ ... })` around something.
    fn braced(&mut self, word: &str, inside: impl FnOnce(&mut Self)) -> Parsed<()> {
        self.advance();
        let open = self.expect(Symbol::LeftParenthesis, &format!("after `{word}`"))?;
        let brace = self.expect(Symbol::LeftBrace, &format!("in `{word}({{ ... }})`"))?;
        inside(self);
        if !self.is(Symbol::RightBrace) {
            let diagnostic = Diagnostic::error("M006", format!("the `{word}` block is not closed"))
                .at(self.source, self.span(), "expected `})`")
                .at(self.source, brace, "opened here");
            return Err(self.report(diagnostic));
        }
        self.advance();
        self.expect_close(open, "`)`")?;
        self.comments_beside();
        self.expect_statement_end()
    }

    fn metadata_value(&mut self) -> Parsed<MetadataValue> {
        self.deeper(|parser| {
            let start = parser.span();
            let kind = parser.metadata_kind()?;
            Ok(MetadataValue {
                kind,
                span: start.to(parser.previous_span()),
            })
        })
    }

    fn metadata_kind(&mut self) -> Parsed<MetadataKind> {
        let negative = self.is(Symbol::Minus) && matches!(self.token(1).kind, TokenKind::Number(_));
        if negative {
            self.advance();
        }
        let token = self.token(0).clone();
        match token.kind {
            TokenKind::Text(text) => {
                self.advance();
                Ok(MetadataKind::Text(text))
            }
            TokenKind::Number(value) => {
                self.advance();
                Ok(MetadataKind::Number(if negative { -value } else { value }))
            }
            TokenKind::Name(name) => {
                let kind = match name.as_str() {
                    "TRUE" => Some(MetadataKind::Logical(true)),
                    "FALSE" => Some(MetadataKind::Logical(false)),
                    "NULL" | "NA" | "NA_character_" | "NA_real_" | "NA_integer_" => {
                        Some(MetadataKind::Missing)
                    }
                    _ => None,
                };
                if let Some(kind) = kind {
                    self.advance();
                    return Ok(kind);
                }
                match name.as_str() {
                    "c" => Ok(MetadataKind::Vector(self.metadata_items()?)),
                    "list" => Ok(MetadataKind::List(self.metadata_items()?)),
                    _ => {
                        let diagnostic =
                            Diagnostic::error("M009", format!("`{name}` in a metadata statement"))
                                .at(
                                    self.source,
                                    token.span,
                                    "expected a text, number, `c(...)` or `list(...)`",
                                )
                                .help("write the value out: nothing is computed here");
                        Err(self.report(diagnostic))
                    }
                }
            }
            _ => Err(self.unexpected("a text, a number, `TRUE`, `FALSE`, `NULL`, `c(...)` or `list(...)`")),
        }
    }

    fn metadata_items(&mut self) -> Parsed<Vec<MetadataItem>> {
        self.advance();
        let open = self.expect(Symbol::LeftParenthesis, "before the elements")?;
        let mut items = Vec::new();
        while !self.is(Symbol::RightParenthesis) {
            let name = self.metadata_item_name();
            let value = self.metadata_value()?;
            items.push(MetadataItem { name, value });
            if !self.eat(Symbol::Comma) {
                break;
            }
        }
        self.expect_close(open, "`,` or `)`")?;
        Ok(items)
    }

    fn metadata_item_name(&mut self) -> Option<Name> {
        if !self.is_ahead(1, Symbol::Equal) {
            return None;
        }
        let text = match &self.token(0).kind {
            TokenKind::Name(text) | TokenKind::Text(text) => text.clone(),
            _ => return None,
        };
        let span = self.advance().span;
        self.advance();
        Some(Name { text, span })
    }
}
