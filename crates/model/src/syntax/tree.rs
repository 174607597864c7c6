//! The syntax tree of a model file.
//!
//! Two trees are equal when they say the same: places do not count.

use euthymia_diagnostics::{Source, Span};

/// A name with its place.
#[derive(Clone, Debug, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// A comment without its `#`.
#[derive(Clone, Debug, Eq)]
pub struct Comment {
    /// The words, trimmed.
    pub text: String,
    /// Where it stands, with its `#`.
    pub span: Span,
}

impl PartialEq for Comment {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Comments that belong to a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comments {
    /// On lines of their own before the statement.
    pub above: Vec<Comment>,
    /// On the lines of the statement itself.
    pub beside: Vec<Comment>,
}

impl Comments {
    /// The comments on the statement's own lines as one text.
    #[must_use]
    pub fn text_beside(&self) -> Option<String> {
        if self.beside.is_empty() {
            return None;
        }
        Some(
            self.beside
                .iter()
                .map(|comment| comment.text.as_str())
                .collect::<Vec<_>>()
                .join("\n"),
        )
    }
}

/// A model file: `name <- function() { metadata; ini({...}); model({...}) }`.
#[derive(Clone, Debug)]
pub struct ModelFile {
    /// The text it came from.
    pub source: Source,
    /// Name of the function.
    pub name: Name,
    /// `description <- "..."` and the like.
    pub metadata: Vec<Metadata>,
    /// Statements of `ini({})`.
    pub ini: Vec<IniStatement>,
    /// Statements of `model({})`.
    pub equations: Block,
    /// Whether everything in the text was understood. What was not is missing here, so such a file is never a model.
    pub complete: bool,
}

impl PartialEq for ModelFile {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.metadata == other.metadata
            && self.ini == other.ini
            && self.equations == other.equations
    }
}

/// A statement before `ini({})`: `name <- value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    /// What it is about.
    pub name: Name,
    /// What it says.
    pub value: MetadataValue,
    /// Its comments.
    pub comments: Comments,
}

/// The value of a metadata statement.
#[derive(Clone, Debug)]
pub struct MetadataValue {
    /// What it is.
    pub kind: MetadataKind,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for MetadataValue {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What a metadata value is.
#[derive(Clone, Debug, PartialEq)]
pub enum MetadataKind {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// `TRUE` or `FALSE`.
    Logical(bool),
    /// `NULL` or `NA`.
    Missing,
    /// `c(...)`.
    Vector(Vec<MetadataItem>),
    /// `list(...)`.
    List(Vec<MetadataItem>),
}

/// An element of `c(...)` or `list(...)`.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataItem {
    /// Its name, if it has one.
    pub name: Option<Name>,
    /// Its value.
    pub value: MetadataValue,
}

impl MetadataValue {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            MetadataKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match &self.kind {
            MetadataKind::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The elements of a vector or list; none of anything else.
    #[must_use]
    pub fn items(&self) -> &[MetadataItem] {
        match &self.kind {
            MetadataKind::Vector(items) | MetadataKind::List(items) => items,
            _ => &[],
        }
    }

    /// The element of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let named = |item: &&MetadataItem| item.name.as_ref().is_some_and(|given| given.text == name);
        self.items().iter().find(named).map(|item| &item.value)
    }
}

/// A statement of `ini({})`.
#[derive(Clone, Debug, PartialEq)]
pub struct IniStatement {
    /// What it declares.
    pub kind: IniKind,
    /// `label("...")`, if one follows.
    pub label: Option<Label>,
    /// Its comments.
    pub comments: Comments,
    /// Where it stands, without label and comments.
    pub span: Place,
}

/// A span that does not count when trees are compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place(pub Span);

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The text of a `label()`.
#[derive(Clone, Debug, Eq)]
pub struct Label {
    /// The words between the quotes.
    pub text: String,
    /// Where the text stands, with its quotes.
    pub span: Span,
}

impl PartialEq for Label {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// What a statement of `ini({})` declares.
#[derive(Clone, Debug, PartialEq)]
pub enum IniKind {
    /// `name <- value`.
    Theta(ThetaSyntax),
    /// `eta ~ variance` or `eta1 + eta2 ~ c(...)`.
    Omega(OmegaSyntax),
}

/// A population parameter as written.
#[derive(Clone, Debug, PartialEq)]
pub struct ThetaSyntax {
    /// Its name.
    pub name: Name,
    /// First of three or of two values in `c()`.
    pub lower: Option<Expression>,
    /// The estimate.
    pub estimate: Expression,
    /// Third value in `c()`.
    pub upper: Option<Expression>,
    /// Whether `fix()` or `fixed()` is around it.
    pub fixed: bool,
}

/// A block of random effects as written.
#[derive(Clone, Debug, PartialEq)]
pub struct OmegaSyntax {
    /// Names of the effects.
    pub etas: Vec<Name>,
    /// Lower triangle of the covariance matrix by rows.
    pub values: Vec<Expression>,
    /// Where the values stand.
    pub values_span: Place,
    /// Whether `fix()` or `fixed()` is around it.
    pub fixed: bool,
    /// `| level`.
    pub level: Option<Name>,
}

/// Statements between braces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// The statements in order.
    pub statements: Vec<Statement>,
    /// Comments after the last of them.
    pub closing: Vec<Comment>,
}

/// A statement of `model({})`.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Its comments.
    pub comments: Comments,
    /// Where it stands.
    pub span: Place,
}

/// What a statement of `model({})` does.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `target <- value`.
    Assign {
        /// What receives the value.
        target: Target,
        /// Whether it was written with `~`: computed, not reported.
        suppressed: bool,
        /// The value.
        value: Expression,
    },
    /// `variable ~ add(sd) + prop(sd) | condition`.
    Endpoint {
        /// What is observed.
        variable: Name,
        /// The terms of the residual error: calls in the order written.
        terms: Vec<ErrorCall>,
        /// Name after `|`.
        condition: Option<Name>,
    },
    /// `cmt(compartment)`: the compartment has its number here, before those that follow.
    Compartment(Name),
    /// `if (...) {...} else if (...) {...} else {...}`.
    If {
        /// Conditions with what they guard, in order.
        branches: Vec<(Expression, Block)>,
        /// The last `else`.
        otherwise: Option<Block>,
    },
}

/// `add(sd)`: one term of a residual error.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorCall {
    /// Which distribution or component.
    pub function: Name,
    /// Its arguments.
    pub arguments: Vec<Expression>,
}

/// What an assignment writes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Which kind of thing.
    pub kind: TargetKind,
    /// Variable or compartment.
    pub name: Name,
    /// Where the whole target stands.
    pub span: Place,
}

/// Kinds of assignment targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// `x`
    Variable,
    /// `d/dt(x)`
    Derivative,
    /// `x(0)`
    Initial,
    /// `f(x)`
    Bioavailability,
    /// `alag(x)` or `lag(x)`
    Lag,
    /// `dur(x)`
    Duration,
    /// `rate(x)`
    Rate,
    /// `mtime(x)`: a variable, and a time at which the solver stops.
    ModelTime,
}

impl TargetKind {
    /// Whether the name assigned to is that of a variable.
    pub(crate) fn is_variable(self) -> bool {
        matches!(self, Self::Variable | Self::ModelTime)
    }
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind {
    /// A literal.
    Number(f64),
    /// A parameter, covariate, variable, compartment or reserved name.
    Name(String),
    /// `d/dt(x)` used as a value.
    Derivative(Name),
    /// An operator before its operand.
    Unary(UnaryOperator, Box<Expression>),
    /// An operator between its operands.
    Binary(BinaryOperator, Box<Expression>, Box<Expression>),
    /// A function of its arguments.
    Call(Name, Vec<Expression>),
}

/// Operators before an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-a`
    Minus,
    /// `+a`
    Plus,
    /// `!a`
    Not,
}

/// Operators between operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `a || b`
    Or,
    /// `a && b`
    And,
    /// `a < b`
    Less,
    /// `a <= b`
    LessEqual,
    /// `a > b`
    Greater,
    /// `a >= b`
    GreaterEqual,
    /// `a == b`
    Equal,
    /// `a != b`
    NotEqual,
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`
    Divide,
    /// `a %% b`
    Remainder,
    /// `a ^ b`
    Power,
}

impl Expression {
    /// The numbers, names, operators and calls directly inside, in order.
    pub(crate) fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExpressionKind::Number(_) | ExpressionKind::Name(_) | ExpressionKind::Derivative(_) => Vec::new(),
            ExpressionKind::Unary(_, operand) => vec![operand],
            ExpressionKind::Binary(_, left, right) => vec![left, right],
            ExpressionKind::Call(_, arguments) => arguments.iter().collect(),
        }
    }
}
