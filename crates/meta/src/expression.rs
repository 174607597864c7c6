//! Expressions over the columns of a table, written as in R: `1/(vi+0.1)`, `year-1983`, `study %in% c(1, 6)`.
//!
//! Used for derived columns, weights and filters, and inside `I()` of formulas. Missing cells stay missing.

mod evaluate;
mod parse;

pub use evaluate::{evaluate, filter, numbers};
pub use parse::parse;

/// A parsed expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A number.
    Number(f64),
    /// A quoted text.
    Text(String),
    /// A column.
    Name(String),
    /// `-x`, `!x`, `+x`, `~ x`.
    Unary(&'static str, Box<Expression>),
    /// Two operands.
    Binary(&'static str, Box<Expression>, Box<Expression>),
    /// A function of arguments.
    Call(String, Vec<Expression>),
}

impl core::fmt::Display for Expression {
    /// As R prints it: blanks around most operators, none around `^` and `:`.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Name(name) => f.write_str(name),
            Self::Unary(operator, x) => write!(f, "{operator}{x}"),
            Self::Binary(operator @ ("^" | ":"), a, b) => write!(f, "{}{operator}{}", Inner(a), Inner(b)),
            Self::Binary(operator @ "/", a, b) => write!(f, "{}{operator}{}", Inner(a), Inner(b)),
            Self::Binary(operator, a, b) => write!(f, "{a} {operator} {b}"),
            Self::Call(name, arguments) if name == "(" => write!(f, "({})", arguments[0]),
            Self::Call(name, arguments) => {
                write!(f, "{name}(")?;
                for (place, argument) in arguments.iter().enumerate() {
                    if place > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{argument}")?;
                }
                f.write_str(")")
            }
        }
    }
}

/// An operand of a tight operator.
struct Inner<'e>(&'e Expression);

impl core::fmt::Display for Inner<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.0)
    }
}
