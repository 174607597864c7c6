//! Text to expression: R's operators with R's precedence.

use super::Expression;
use crate::MetaError;

/// Operators of two operands, from the loosest to the tightest; `^` binds to the right and is handled apart.
const LEVELS: [&[&str]; 7] = [
    &["~"],
    &["||", "|"],
    &["&&", "&"],
    &["==", "!=", "<=", ">=", "<", ">"],
    &["+", "-"],
    &["*", "/"],
    &["%in%", "%%"],
];

/// Deeper nesting is refused before the stack would end.
const DEEPEST: usize = 200;

/// Longer expressions too: a chain of operators is a tree as deep as the chain is long.
const MOST_OPERANDS: usize = 1000;

/// Reads an expression.
///
/// # Errors
/// The text is no expression; says at which character.
pub fn parse(text: &str) -> Result<Expression, MetaError> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
        operands: 0,
    };
    let expression = parser.level(0)?;
    parser.blanks();
    if parser.at < text.len() {
        return Err(parser.expected("the end or an operator"));
    }
    Ok(expression)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    operands: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn expected(&self, what: &str) -> MetaError {
        let found = self.rest().chars().next();
        MetaError::Expression {
            text: self.text.to_owned(),
            at: self.text[..self.at].chars().count() + 1,
            reason: found.map_or_else(
                || format!("expected {what}, found the end"),
                |c| format!("expected {what}, found `{c}`"),
            ),
        }
    }

    fn operator(&mut self, operators: &'static [&'static str]) -> Option<&'static str> {
        self.blanks();
        let rest = self.rest();
        let found = operators.iter().find(|operator| rest.starts_with(**operator))?;
        self.at += found.len();
        Some(found)
    }

    fn level(&mut self, level: usize) -> Result<Expression, MetaError> {
        let Some(operators) = LEVELS.get(level) else {
            return self.colon();
        };
        self.depth += 1;
        if self.depth > DEEPEST * LEVELS.len() {
            return Err(self.expected("fewer nested brackets"));
        }
        if level == 0 && self.operator(&["~"]).is_some() {
            let right = self.level(1)?;
            self.depth -= 1;
            return Ok(Expression::Unary("~", Box::new(right)));
        }
        if level == 2
            && self.rest().trim_start().starts_with('!')
            && !self.rest().trim_start().starts_with("!=")
        {
            self.operator(&["!"]);
            let right = self.level(3)?;
            self.depth -= 1;
            return Ok(Expression::Unary("!", Box::new(right)));
        }
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            let right = self.level(level + 1)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn colon(&mut self) -> Result<Expression, MetaError> {
        let mut left = self.unary()?;
        while self.operator(&[":"]).is_some() {
            let right = self.unary()?;
            left = Expression::Binary(":", Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expression, MetaError> {
        match self.operator(&["-", "+"]) {
            Some(operator) => {
                self.depth += 1;
                if self.depth > DEEPEST * LEVELS.len() {
                    return Err(self.expected("fewer signs"));
                }
                let of = self.unary()?;
                self.depth -= 1;
                Ok(Expression::Unary(operator, Box::new(of)))
            }
            None => self.power(),
        }
    }

    fn power(&mut self) -> Result<Expression, MetaError> {
        let base = self.primary()?;
        if self.operator(&["^"]).is_some() {
            let exponent = self.unary()?;
            return Ok(Expression::Binary("^", Box::new(base), Box::new(exponent)));
        }
        Ok(base)
    }

    fn primary(&mut self) -> Result<Expression, MetaError> {
        self.operands += 1;
        if self.operands > MOST_OPERANDS {
            return Err(self.expected("a shorter expression"));
        }
        self.blanks();
        let rest = self.rest();
        match rest.chars().next() {
            Some('(') => {
                self.at += 1;
                let inner = self.level(0)?;
                self.close()?;
                Ok(Expression::Call("(".to_owned(), vec![inner]))
            }
            Some(quote @ ('"' | '\'')) => {
                let end = rest[1..]
                    .find(quote)
                    .ok_or_else(|| self.expected("a closed quote"))?;
                self.at += end + 2;
                Ok(Expression::Text(rest[1..=end].to_owned()))
            }
            Some('`') => {
                let end = rest[1..]
                    .find('`')
                    .ok_or_else(|| self.expected("a closed name"))?;
                self.at += end + 2;
                Ok(Expression::Name(rest[1..=end].to_owned()))
            }
            Some(c)
                if c.is_ascii_digit() || c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()) =>
            {
                self.number()
            }
            Some(c) if c.is_alphabetic() || c == '.' || c == '_' => self.name(),
            _ => Err(self.expected("a number, a column, a text or `(`")),
        }
    }

    fn number(&mut self) -> Result<Expression, MetaError> {
        let rest = self.rest();
        let mut end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        if rest[end..].starts_with(['e', 'E']) {
            let exponent = rest[end + 1..]
                .strip_prefix(['+', '-'])
                .unwrap_or(&rest[end + 1..]);
            let digits = exponent
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(exponent.len());
            if digits > 0 {
                end = rest.len() - exponent.len() + digits;
            }
        }
        let value = rest[..end].parse().map_err(|_| self.expected("a number"))?;
        self.at += end;
        Ok(Expression::Number(value))
    }

    fn name(&mut self) -> Result<Expression, MetaError> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '.' && c != '_')
            .unwrap_or(rest.len());
        self.at += end;
        let name = &rest[..end];
        self.blanks();
        if !self.rest().starts_with('(') {
            return Ok(match name {
                "NA" => Expression::Number(f64::NAN),
                "TRUE" => Expression::Number(1.0),
                "FALSE" => Expression::Number(0.0),
                _ => Expression::Name(name.to_owned()),
            });
        }
        self.at += 1;
        let mut arguments = Vec::new();
        self.blanks();
        if !self.rest().starts_with(')') {
            arguments.push(self.level(0)?);
            while self.operator(&[","]).is_some() {
                arguments.push(self.level(0)?);
            }
        }
        self.close()?;
        Ok(Expression::Call(name.to_owned(), arguments))
    }

    fn close(&mut self) -> Result<(), MetaError> {
        self.operator(&[")"])
            .map(|_| ())
            .ok_or_else(|| self.expected("`)`"))
    }
}
