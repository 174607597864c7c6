//! Model formulas written as in R (`~ factor(alloc) * ablat - 1`) and the design matrices they stand for.
//!
//! A term is a product of variables. A variable with texts, or inside `factor()`, is a factor: its levels are sorted and
//! coded by treatment contrasts against the first, or all of them where the term without this factor is not in the model
//! (Chambers and Hastie 1992, section 2.4: the coding that keeps the columns independent).

mod collate;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use nalgebra::DMatrix;

use crate::expression::{Expression, evaluate, parse};
use crate::linear::redundant;
use crate::{Column, Frame, MetaError};

pub use collate::collate;

/// A parsed formula: terms on the right of `~`, in R's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// What stands on the left of `~`.
    pub left: Option<Expression>,
    /// Whether the model has an intercept.
    pub intercept: bool,
    /// Variables of each term, main effects first.
    pub terms: Vec<Vec<Expression>>,
}

/// A design matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// Rows of the table that have all variables, in order.
    pub rows: Vec<usize>,
    /// As many rows as `rows`.
    pub x: DMatrix<f64>,
    /// Names of the columns, as R gives them; the intercept is `intrcpt`.
    pub names: Vec<String>,
    /// The term of each column: 0 for the intercept, else 1 + its place in [`Formula::terms`].
    pub terms: Vec<usize>,
}

/// A variable of the model, evaluated.
enum Variable {
    Numeric(Vec<Option<f64>>),
    Factor {
        levels: Vec<String>,
        codes: Vec<Option<usize>>,
    },
}

impl Design {
    /// Leaves out the columns that are combinations of those before them, as metafor does; returns their names.
    pub fn drop_redundant(&mut self) -> Vec<String> {
        let repeated = redundant(&self.x);
        let kept: Vec<usize> = (0..self.names.len())
            .filter(|place| !repeated.contains(place))
            .collect();
        let dropped = repeated.iter().map(|place| self.names[*place].clone()).collect();
        self.x = self.x.select_columns(&kept);
        self.names = kept.iter().map(|place| self.names[*place].clone()).collect();
        self.terms = kept.iter().map(|place| self.terms[*place]).collect();
        dropped
    }
}

impl Formula {
    /// Reads a formula; the `~` in front may be missing.
    ///
    /// # Errors
    /// The text is no formula.
    pub fn parse(text: &str) -> Result<Self, MetaError> {
        let (left, right) = match parse(text)? {
            Expression::Unary("~", right) => (None, *right),
            Expression::Binary("~", left, right) => (Some(*left), *right),
            right => (None, right),
        };
        let mut formula = Self {
            left,
            intercept: true,
            terms: Vec::new(),
        };
        formula.add(&right, true)?;
        formula.terms.sort_by_key(Vec::len);
        Ok(formula)
    }

    fn add(&mut self, expression: &Expression, plus: bool) -> Result<(), MetaError> {
        match expression {
            Expression::Binary("+", a, b) => {
                self.add(a, plus)?;
                self.add(b, plus)?;
            }
            Expression::Binary("-", a, b) => {
                self.add(a, plus)?;
                self.add(b, !plus)?;
            }
            Expression::Unary("-", a) => self.add(a, !plus)?,
            Expression::Number(one) if *one == 1.0 => self.intercept = plus,
            Expression::Number(zero) if *zero == 0.0 => self.intercept = !plus,
            _ => {
                for term in terms(expression)? {
                    let same = |found: &Vec<Expression>| is_same(found, &term);
                    if !plus {
                        self.terms.retain(|found| !same(found));
                    } else if !self.terms.iter().any(same) {
                        self.terms.push(term);
                    }
                }
            }
        }
        Ok(())
    }

    /// The names of all columns that the formula uses.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let mut names = Vec::new();
        for variable in self.terms.iter().flatten() {
            collect_names(variable, &mut names);
        }
        names
    }

    /// The design matrix over the rows of `frame` that have all variables.
    ///
    /// # Errors
    /// A column is missing or holds what it must not.
    pub fn design(&self, frame: &Frame) -> Result<Design, MetaError> {
        let mut variables: BTreeMap<String, Variable> = BTreeMap::new();
        for expression in self.terms.iter().flatten() {
            if let Entry::Vacant(entry) = variables.entry(expression.to_string()) {
                entry.insert(variable(expression, frame)?);
            }
        }
        let has_all = |row: &usize| variables.values().all(|variable| variable.has(*row));
        let rows: Vec<usize> = (0..frame.rows()).filter(has_all).collect();
        // A level that no complete row has makes no column.
        for variable in variables.values_mut() {
            variable.keep_levels(&rows);
        }
        let mut design = Columns::default();
        if self.intercept {
            design.push("intrcpt".to_owned(), 0, vec![1.0; rows.len()]);
        }
        for (place, term) in self.terms.iter().enumerate() {
            self.expand(term, place + 1, &rows, &variables, &mut design);
        }
        let x = DMatrix::from_fn(rows.len(), design.values.len(), |row, column| {
            design.values[column][row]
        });
        Ok(Design {
            rows,
            x,
            names: design.names,
            terms: design.terms,
        })
    }

    fn expand(
        &self,
        term: &[Expression],
        place: usize,
        rows: &[usize],
        variables: &BTreeMap<String, Variable>,
        design: &mut Columns,
    ) {
        let mut products: Vec<(String, Vec<f64>)> = vec![(String::new(), vec![1.0; rows.len()])];
        for (at, expression) in term.iter().enumerate() {
            let name = expression.to_string();
            let mut columns: Vec<(String, Vec<f64>)> = Vec::new();
            match &variables[&name] {
                Variable::Numeric(cells) => {
                    let values = rows.iter().map(|row| cells[*row].unwrap_or(0.0)).collect();
                    columns.push((name, values));
                }
                Variable::Factor { levels, codes } => {
                    let rest: Vec<Expression> = term
                        .iter()
                        .enumerate()
                        .filter(|(i, _)| *i != at)
                        .map(|(_, e)| e.clone())
                        .collect();
                    let margin = if rest.is_empty() {
                        self.intercept || self.codes_all_before(place - 1, variables)
                    } else {
                        self.terms.iter().any(|found| is_same(found, &rest))
                    };
                    for (code, level) in levels.iter().enumerate().skip(usize::from(margin)) {
                        let is = |row: &usize| f64::from(u8::from(codes[*row] == Some(code)));
                        columns.push((format!("{name}{level}"), rows.iter().map(is).collect()));
                    }
                }
            }
            // The first variable varies fastest.
            products = columns
                .iter()
                .flat_map(|(name, values)| {
                    products.iter().map(move |(before, product)| {
                        let joined = if before.is_empty() {
                            name.clone()
                        } else {
                            format!("{before}:{name}")
                        };
                        (joined, product.iter().zip(values).map(|(a, b)| a * b).collect())
                    })
                })
                .collect();
        }
        for (name, values) in products {
            design.push(name, place, values);
        }
    }

    /// Whether a factor among the main effects before `place` has columns for all its levels: then the intercept is
    /// among the columns although it is not in the formula.
    fn codes_all_before(&self, place: usize, variables: &BTreeMap<String, Variable>) -> bool {
        self.terms[..place].iter().any(|term| match term.as_slice() {
            [one] => matches!(variables[&one.to_string()], Variable::Factor { .. }),
            _ => false,
        })
    }
}

#[derive(Default)]
struct Columns {
    names: Vec<String>,
    terms: Vec<usize>,
    values: Vec<Vec<f64>>,
}

impl Columns {
    fn push(&mut self, name: String, term: usize, values: Vec<f64>) {
        self.names.push(name);
        self.terms.push(term);
        self.values.push(values);
    }
}

impl Variable {
    fn has(&self, row: usize) -> bool {
        match self {
            Self::Numeric(cells) => cells[row].is_some(),
            Self::Factor { codes, .. } => codes[row].is_some(),
        }
    }

    fn keep_levels(&mut self, rows: &[usize]) {
        let Self::Factor { levels, codes } = self else {
            return;
        };
        let used: Vec<usize> = (0..levels.len())
            .filter(|code| rows.iter().any(|row| codes[*row] == Some(*code)))
            .collect();
        *levels = used.iter().map(|code| levels[*code].clone()).collect();
        for code in codes.iter_mut() {
            *code = code.and_then(|old| used.iter().position(|kept| *kept == old));
        }
    }
}

fn variable(expression: &Expression, frame: &Frame) -> Result<Variable, MetaError> {
    let column = evaluate(expression, frame)?;
    let is_factor =
        matches!(expression, Expression::Call(name, _) if name == "factor" || name == "as.factor");
    match column {
        Column::Numbers(cells) if !is_factor => Ok(Variable::Numeric(cells)),
        column => {
            let (levels, codes) = factor(&column);
            Ok(Variable::Factor { levels, codes })
        }
    }
}

/// The sorted levels of a column, and the place of each cell's level among them.
#[must_use]
pub fn factor(column: &Column) -> (Vec<String>, Vec<Option<usize>>) {
    let texts = column.to_texts();
    let mut order: Vec<usize> = (0..texts.len()).filter(|row| texts[*row].is_some()).collect();
    match column {
        Column::Numbers(cells) => order.sort_by(|a, b| {
            cells[*a]
                .partial_cmp(&cells[*b])
                .unwrap_or(core::cmp::Ordering::Equal)
        }),
        Column::Texts(cells) => order.sort_by(|a, b| collate(cells[*a].as_deref(), cells[*b].as_deref())),
    }
    let mut levels: Vec<String> = Vec::new();
    for row in order {
        if let Some(text) = &texts[row]
            && levels.last() != Some(text)
        {
            levels.push(text.clone());
        }
    }
    let codes = texts
        .iter()
        .map(|text| {
            text.as_ref()
                .and_then(|text| levels.iter().position(|level| level == text))
        })
        .collect();
    (levels, codes)
}

/// The terms of an expression of R's formula operators `+ * : / ^` and variables. What is arithmetic there only inside
/// `I()` is refused outside of it.
fn terms(expression: &Expression) -> Result<Vec<Vec<Expression>>, MetaError> {
    Ok(match expression {
        Expression::Call(name, arguments) if name == "(" => terms(&arguments[0])?,
        Expression::Binary("+", a, b) => {
            let mut all = terms(a)?;
            for term in terms(b)? {
                push_new(&mut all, term);
            }
            all
        }
        Expression::Binary(":", a, b) => products(&terms(a)?, &terms(b)?),
        Expression::Binary("*", a, b) => crossed(&terms(a)?, &terms(b)?),
        Expression::Binary("/", a, b) => {
            let mut all = terms(a)?;
            let mut within: Vec<Expression> = Vec::new();
            for variable in all.iter().flatten() {
                if !within.contains(variable) {
                    within.push(variable.clone());
                }
            }
            for term in products(&[within], &terms(b)?) {
                push_new(&mut all, term);
            }
            all
        }
        Expression::Binary("^", a, power) => {
            let times = match **power {
                Expression::Number(n) if (1.0..=10.0).contains(&n) && n.fract() == 0.0 => n as usize,
                _ => return Err(not_a_term(expression)),
            };
            let base = terms(a)?;
            let mut all = base.clone();
            for _ in 1..times {
                all = crossed(&all, &base);
            }
            all
        }
        Expression::Unary(..) | Expression::Binary(..) | Expression::Number(_) | Expression::Text(_) => {
            return Err(not_a_term(expression));
        }
        variable => vec![vec![variable.clone()]],
    })
}

/// `a + b + a:b`.
fn crossed(a: &[Vec<Expression>], b: &[Vec<Expression>]) -> Vec<Vec<Expression>> {
    let mut all = a.to_vec();
    for term in b.iter().cloned().chain(products(a, b)) {
        push_new(&mut all, term);
    }
    all
}

fn not_a_term(expression: &Expression) -> MetaError {
    MetaError::Expression {
        text: expression.to_string(),
        at: 1,
        reason: "is arithmetic, which a formula takes inside `I()` only".to_owned(),
    }
}

fn push_new(all: &mut Vec<Vec<Expression>>, term: Vec<Expression>) {
    if !all.iter().any(|found| is_same(found, &term)) {
        all.push(term);
    }
}

fn products(a: &[Vec<Expression>], b: &[Vec<Expression>]) -> Vec<Vec<Expression>> {
    let mut all = Vec::new();
    for left in a {
        for right in b {
            let mut term = left.clone();
            for variable in right {
                if !term.contains(variable) {
                    term.push(variable.clone());
                }
            }
            push_new(&mut all, term);
        }
    }
    all
}

fn is_same(a: &[Expression], b: &[Expression]) -> bool {
    a.len() == b.len() && a.iter().all(|variable| b.contains(variable))
}

fn collect_names(expression: &Expression, names: &mut Vec<String>) {
    match expression {
        Expression::Name(name) if !names.contains(name) => names.push(name.clone()),
        Expression::Unary(_, of) => collect_names(of, names),
        Expression::Binary(_, a, b) => {
            collect_names(a, names);
            collect_names(b, names);
        }
        Expression::Call(_, arguments) => arguments
            .iter()
            .for_each(|argument| collect_names(argument, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(text: &str) -> Result<Vec<String>, MetaError> {
        let numbers = |cells: &[f64]| Column::Numbers(cells.iter().copied().map(Some).collect());
        let frame = Frame::new(vec![
            ("a".to_owned(), numbers(&[1.0, 2.0, 4.0, 7.0])),
            ("b".to_owned(), numbers(&[3.0, 1.0, 0.0, 2.0])),
        ]);
        Ok(Formula::parse(text)?.design(&frame)?.names)
    }

    /// As R's `model.matrix` names them.
    #[test]
    fn operators_mean_what_they_mean_in_formulas() {
        for (text, names) in [
            ("~ (a + b)^2", vec!["intrcpt", "a", "b", "a:b"]),
            ("~ a^2", vec!["intrcpt", "a"]),
            ("~ a/b", vec!["intrcpt", "a", "a:b"]),
            ("~ a*b - a", vec!["intrcpt", "b", "a:b"]),
            ("~ I(a^2) - 1", vec!["I(a^2)"]),
            ("~ I(a*2)", vec!["intrcpt", "I(a * 2)"]),
        ] {
            assert_eq!(columns(text).unwrap(), names, "{text}");
        }
        for text in ["~ a*(b-1)", "~ a:2", "~ a^b", "~ a^0.5"] {
            assert!(columns(text).is_err(), "{text}");
        }
    }
}
