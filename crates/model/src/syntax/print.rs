//! A syntax tree as text, in one form: parsing what was printed gives the same tree.
//!
//! A statement takes one line, a metadata list and a covariance block one line per element. Where several comments
//! stand beside a statement of one line they become one.

use std::fmt::Write;

use super::expression::{COMPARISON, NOT, POWER, SIGN, power_of};
use super::lexer::is_plain_name;
use super::tree::{
    BinaryOperator, Block, Comment, Comments, Expression, ExpressionKind, IniKind, IniStatement,
    MetadataItem, MetadataKind, MetadataValue, ModelFile, OmegaSyntax, Statement, StatementKind, Target,
    TargetKind, ThetaSyntax, UnaryOperator,
};

/// Spaces per level of indentation.
const STEP: usize = 2;

/// The text of a model file.
#[must_use]
pub fn print(file: &ModelFile) -> String {
    let mut printer = Printer {
        text: String::new(),
        indent: 0,
    };
    printer.line(&format!("{} <- function() {{", name(&file.name.text)), &[]);
    printer.indent += 1;
    for metadata in &file.metadata {
        printer.above(&metadata.comments);
        let lines = metadata_lines(&name(&metadata.name.text), &metadata.value);
        printer.lines(&lines, &metadata.comments);
    }
    if !file.ini.is_empty() {
        printer.line("ini({", &[]);
        printer.indent += 1;
        for statement in &file.ini {
            printer.ini(statement);
        }
        printer.indent -= 1;
        printer.line("})", &[]);
    }
    printer.line("model({", &[]);
    printer.block(&file.equations);
    printer.line("})", &[]);
    printer.indent -= 1;
    printer.line("}", &[]);
    printer.text
}

struct Printer {
    text: String,
    indent: usize,
}

impl Printer {
    fn line(&mut self, words: &str, comments: &[Comment]) {
        let indent = self.indent * STEP;
        // Writing to a string does not fail.
        let _ = write!(self.text, "{:indent$}{words}", "");
        if !comments.is_empty() {
            let joined: Vec<&str> = comments.iter().map(|comment| comment.text.as_str()).collect();
            let _ = write!(self.text, " # {}", joined.join("; "));
        }
        self.text.push('\n');
    }

    fn above(&mut self, comments: &Comments) {
        self.own_lines(&comments.above);
    }

    fn own_lines(&mut self, comments: &[Comment]) {
        for comment in comments {
            self.line(&format!("# {}", comment.text), &[]);
        }
    }

    /// Lines of one statement, each with its comment while there are any; the last takes all that are left.
    fn lines(&mut self, lines: &[String], comments: &Comments) {
        let mut rest = comments.beside.as_slice();
        for (at, line) in lines.iter().enumerate() {
            let count = if at + 1 == lines.len() {
                rest.len()
            } else {
                rest.len().min(1)
            };
            let (here, after) = rest.split_at(count);
            self.line(line, here);
            rest = after;
        }
    }

    fn ini(&mut self, statement: &IniStatement) {
        self.above(&statement.comments);
        let mut lines = match &statement.kind {
            IniKind::Theta(theta) => vec![theta_line(theta)],
            IniKind::Omega(omega) => omega_lines(omega),
        };
        if let (Some(label), Some(last)) = (&statement.label, lines.last_mut()) {
            let _ = write!(last, "; label({})", quoted(&label.text));
        }
        self.lines(&lines, &statement.comments);
    }

    fn block(&mut self, block: &Block) {
        self.indent += 1;
        for statement in &block.statements {
            self.statement(statement);
        }
        self.own_lines(&block.closing);
        self.indent -= 1;
    }

    fn statement(&mut self, statement: &Statement) {
        self.above(&statement.comments);
        match &statement.kind {
            StatementKind::Assign {
                target,
                suppressed,
                value,
            } => {
                let sign = if *suppressed { "~" } else { "<-" };
                let line = format!("{} {sign} {}", target_text(target), expression(value));
                self.line(&line, &statement.comments.beside);
            }
            StatementKind::Endpoint {
                variable,
                terms,
                condition,
            } => {
                let terms: Vec<String> = terms
                    .iter()
                    .map(|term| call(&term.function.text, &term.arguments))
                    .collect();
                let mut line = format!("{} ~ {}", name(&variable.text), terms.join(" + "));
                if let Some(condition) = condition {
                    let _ = write!(line, " | {}", name(&condition.text));
                }
                self.line(&line, &statement.comments.beside);
            }
            StatementKind::Compartment(compartment) => {
                let line = format!("cmt({})", name(&compartment.text));
                self.line(&line, &statement.comments.beside);
            }
            StatementKind::If { branches, otherwise } => {
                for (at, (condition, block)) in branches.iter().enumerate() {
                    let lead = if at == 0 { "if" } else { "} else if" };
                    self.line(&format!("{lead} ({}) {{", expression(condition)), &[]);
                    self.block(block);
                }
                if let Some(block) = otherwise {
                    self.line("} else {", &[]);
                    self.block(block);
                }
                self.line("}", &statement.comments.beside);
            }
        }
    }
}

fn metadata_lines(name: &str, value: &MetadataValue) -> Vec<String> {
    let (function, items) = match &value.kind {
        MetadataKind::List(items) => ("list", items),
        MetadataKind::Vector(items) => ("c", items),
        _ => return vec![format!("{name} <- {}", metadata_value(value))],
    };
    if items.is_empty() {
        return vec![format!("{name} <- {function}()")];
    }
    let mut lines = vec![format!("{name} <- {function}(")];
    for (at, item) in items.iter().enumerate() {
        let comma = if at + 1 < items.len() { "," } else { "" };
        lines.push(format!("{:STEP$}{}{comma}", "", metadata_item(item)));
    }
    lines.push(")".to_owned());
    lines
}

fn metadata_item(item: &MetadataItem) -> String {
    let value = metadata_value(&item.value);
    match &item.name {
        Some(given) if is_plain_name(&given.text) => format!("{} = {value}", given.text),
        Some(given) => format!("{} = {value}", quoted(&given.text)),
        None => value,
    }
}

fn metadata_value(value: &MetadataValue) -> String {
    let all = |items: &[MetadataItem]| items.iter().map(metadata_item).collect::<Vec<_>>().join(", ");
    match &value.kind {
        MetadataKind::Text(text) => quoted(text),
        MetadataKind::Number(value) => number(*value),
        MetadataKind::Logical(true) => "TRUE".to_owned(),
        MetadataKind::Logical(false) => "FALSE".to_owned(),
        MetadataKind::Missing => "NULL".to_owned(),
        MetadataKind::Vector(items) => format!("c({})", all(items)),
        MetadataKind::List(items) => format!("list({})", all(items)),
    }
}

fn theta_line(theta: &ThetaSyntax) -> String {
    let values: Vec<String> = theta
        .lower
        .iter()
        .chain(std::iter::once(&theta.estimate))
        .chain(theta.upper.iter())
        .map(expression)
        .collect();
    let function = match (theta.fixed, values.len()) {
        (true, _) => "fix",
        (false, 1) => return format!("{} <- {}", name(&theta.name.text), values[0]),
        (false, _) => "c",
    };
    format!("{} <- {function}({})", name(&theta.name.text), values.join(", "))
}

fn omega_lines(omega: &OmegaSyntax) -> Vec<String> {
    let etas: Vec<String> = omega.etas.iter().map(|eta| name(&eta.text)).collect();
    let level = omega
        .level
        .as_ref()
        .map_or_else(String::new, |level| format!(" | {}", name(&level.text)));
    let lead = format!("{} ~ ", etas.join(" + "));
    if let [value] = omega.values.as_slice() {
        let value = if omega.fixed {
            format!("fix({})", expression(value))
        } else {
            expression(value)
        };
        return vec![format!("{lead}{value}{level}")];
    }
    let (open, close) = if omega.fixed {
        ("fix(c(", "))")
    } else {
        ("c(", ")")
    };
    let mut lines = vec![format!("{lead}{open}")];
    for (at, value) in omega.values.iter().enumerate() {
        let comma = if at + 1 < omega.values.len() { "," } else { "" };
        lines.push(format!("{:STEP$}{}{comma}", "", expression(value)));
    }
    lines.push(format!("{close}{level}"));
    lines
}

fn target_text(target: &Target) -> String {
    let name = name(&target.name.text);
    match target.kind {
        TargetKind::Variable => name,
        TargetKind::Derivative => format!("d/dt({name})"),
        TargetKind::Initial => format!("{name}(0)"),
        TargetKind::Bioavailability => format!("f({name})"),
        TargetKind::Lag => format!("alag({name})"),
        TargetKind::Duration => format!("dur({name})"),
        TargetKind::Rate => format!("rate({name})"),
        TargetKind::ModelTime => format!("mtime({name})"),
    }
}

/// An expression as text.
pub(crate) fn expression(expression: &Expression) -> String {
    match &expression.kind {
        ExpressionKind::Number(value) => number(*value),
        ExpressionKind::Name(text) => name(text),
        ExpressionKind::Derivative(compartment) => format!("d/dt({})", name(&compartment.text)),
        ExpressionKind::Call(function, arguments) => call(&function.text, arguments),
        ExpressionKind::Unary(operator, inner) => {
            let (sign, weakest) = match operator {
                UnaryOperator::Minus => ("-", SIGN),
                UnaryOperator::Plus => ("+", SIGN),
                UnaryOperator::Not => ("!", NOT),
            };
            format!("{sign}{}", operand(inner, weakest))
        }
        ExpressionKind::Binary(operator, left, right) => {
            let power = power_of(*operator);
            let (weakest_left, weakest_right) = match power {
                POWER => (POWER + 1, SIGN),
                COMPARISON => (power + 1, power + 1),
                _ => (power, power + 1),
            };
            let (left, right) = (operand(left, weakest_left), operand(right, weakest_right));
            let sign = operator_text(*operator);
            if power == POWER {
                format!("{left}{sign}{right}")
            } else {
                format!("{left} {sign} {right}")
            }
        }
    }
}

/// An expression, in parentheses if it binds less than it must here.
fn operand(inner: &Expression, weakest: u8) -> String {
    let power = match &inner.kind {
        ExpressionKind::Binary(operator, ..) => power_of(*operator),
        ExpressionKind::Unary(UnaryOperator::Not, _) => NOT,
        ExpressionKind::Unary(..) => SIGN,
        _ => u8::MAX,
    };
    let text = expression(inner);
    if power < weakest {
        format!("({text})")
    } else {
        text
    }
}

fn call(function: &str, arguments: &[Expression]) -> String {
    let arguments: Vec<String> = arguments.iter().map(expression).collect();
    format!("{}({})", name(function), arguments.join(", "))
}

fn operator_text(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Or => "||",
        BinaryOperator::And => "&&",
        BinaryOperator::Less => "<",
        BinaryOperator::LessEqual => "<=",
        BinaryOperator::Greater => ">",
        BinaryOperator::GreaterEqual => ">=",
        BinaryOperator::Equal => "==",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Remainder => "%%",
        BinaryOperator::Power => "^",
    }
}

/// The shortest text that reads back as the same number.
fn number(value: f64) -> String {
    let text = format!("{value:?}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn name(text: &str) -> String {
    if is_plain_name(text) {
        text.to_owned()
    } else {
        format!("`{text}`")
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
