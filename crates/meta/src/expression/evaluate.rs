//! Expression to column: cell by cell, missing where an operand is missing.

use euthymia_vecmath::scalar::{exp, exp_m1, ln, ln_1p, log10, pow, tanh};

use super::Expression;
use crate::{Column, Frame, MetaError};

/// The column that an expression stands for: as many cells as the table has rows.
///
/// # Errors
/// A column or function that does not exist, or texts where numbers are needed.
pub fn evaluate(expression: &Expression, frame: &Frame) -> Result<Column, MetaError> {
    let rows = frame.rows();
    match expression {
        Expression::Number(value) => {
            let cell = (!value.is_nan()).then_some(*value);
            Ok(Column::Numbers(vec![cell; rows]))
        }
        Expression::Text(text) => Ok(Column::Texts(vec![Some(text.clone()); rows])),
        Expression::Name(name) => frame.column(name).cloned(),
        Expression::Unary(operator, of) => {
            let of = numbers(of, frame)?;
            Ok(map(&of, |x| match *operator {
                "-" => -x,
                "!" => truth(x == 0.0),
                _ => x,
            }))
        }
        Expression::Binary("%in%", left, right) => within(left, right, frame),
        Expression::Binary(operator @ ("==" | "!="), left, right) => {
            let (left, right) = (evaluate(left, frame)?, evaluate(right, frame)?);
            let same = equal(&left, &right);
            let wanted = *operator == "==";
            Ok(Column::Numbers(
                same.into_iter()
                    .map(|same| same.map(|same| truth(same == wanted)))
                    .collect(),
            ))
        }
        Expression::Binary(operator @ ("&" | "&&" | "|" | "||"), left, right) => {
            let (left, right) = (numbers(left, frame)?, numbers(right, frame)?);
            let settles = operator.starts_with('|');
            let both = left.iter().zip(&right).map(|(a, b)| logic(settles, *a, *b));
            Ok(Column::Numbers(both.collect()))
        }
        Expression::Binary(operator, left, right) => {
            let (left, right) = (numbers(left, frame)?, numbers(right, frame)?);
            let operation =
                binary(operator).ok_or_else(|| unknown(operator, "an operator of formulas only"))?;
            Ok(zip(&left, &right, operation))
        }
        Expression::Call(name, arguments) => call(name, arguments, frame),
    }
}

/// The numbers that an expression stands for.
///
/// # Errors
/// As [`evaluate`]; texts.
pub fn numbers(expression: &Expression, frame: &Frame) -> Result<Vec<Option<f64>>, MetaError> {
    match evaluate(expression, frame)? {
        Column::Numbers(cells) => Ok(cells),
        Column::Texts(cells) => {
            let row = cells.iter().position(Option::is_some).unwrap_or(0);
            Err(MetaError::NotNumbers {
                name: expression.to_string(),
                line: if frame.rows() > 0 { frame.line(row) } else { 0 },
                text: cells.get(row).cloned().flatten().unwrap_or_default(),
            })
        }
    }
}

/// The rows for which a condition is true, neither false nor missing.
///
/// # Errors
/// As [`evaluate`].
pub fn filter(condition: &Expression, frame: &Frame) -> Result<Vec<usize>, MetaError> {
    let cells = numbers(condition, frame)?;
    let holds = |row: &usize| cells[*row].is_some_and(|x| x != 0.0);
    Ok((0..frame.rows()).filter(holds).collect())
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// `a & b` and `a | b` as in R: a side that settles the answer does so although the other is missing. What settles it is
/// true for `|` and false for `&`.
fn logic(settles: bool, a: Option<f64>, b: Option<f64>) -> Option<f64> {
    let side = |cell: Option<f64>| cell.map(|x| x != 0.0);
    match (side(a), side(b)) {
        (Some(x), _) | (_, Some(x)) if x == settles => Some(truth(settles)),
        (Some(_), Some(_)) => Some(truth(!settles)),
        _ => None,
    }
}

/// A result that is no number is missing.
fn kept(x: f64) -> Option<f64> {
    (!x.is_nan()).then_some(x)
}

fn map(cells: &[Option<f64>], f: impl Fn(f64) -> f64) -> Column {
    Column::Numbers(cells.iter().map(|cell| cell.and_then(|x| kept(f(x)))).collect())
}

fn zip(a: &[Option<f64>], b: &[Option<f64>], f: impl Fn(f64, f64) -> f64) -> Column {
    let both = |(a, b): (&Option<f64>, &Option<f64>)| a.zip(*b).and_then(|(a, b)| kept(f(a, b)));
    Column::Numbers(a.iter().zip(b).map(both).collect())
}

fn binary(operator: &str) -> Option<fn(f64, f64) -> f64> {
    Some(match operator {
        "+" => |a, b| a + b,
        "-" => |a, b| a - b,
        "*" => |a, b| a * b,
        "/" => |a, b| a / b,
        "^" => pow,
        "%%" => |a, b| a - b * (a / b).floor(),
        "<" => |a, b| truth(a < b),
        ">" => |a, b| truth(a > b),
        "<=" => |a, b| truth(a <= b),
        ">=" => |a, b| truth(a >= b),
        _ => return None,
    })
}

/// Comparison of cells: as numbers where both are, else as texts, as R does.
fn equal(a: &Column, b: &Column) -> Vec<Option<bool>> {
    if let (Column::Numbers(a), Column::Numbers(b)) = (a, b) {
        let both = |(a, b): (&Option<f64>, &Option<f64>)| a.zip(*b).map(|(a, b)| a == b);
        return a.iter().zip(b).map(both).collect();
    }
    let same = |(a, b): (Option<String>, Option<String>)| a.zip(b).map(|(a, b)| a == b);
    a.to_texts().into_iter().zip(b.to_texts()).map(same).collect()
}

fn within(left: &Expression, right: &Expression, frame: &Frame) -> Result<Column, MetaError> {
    let left = evaluate(left, frame)?;
    let items = match right {
        Expression::Call(name, items) if name == "c" => items.as_slice(),
        item => core::slice::from_ref(item),
    };
    let mut found = vec![0.0; frame.rows()];
    for item in items {
        for (found, same) in found.iter_mut().zip(equal(&left, &evaluate(item, frame)?)) {
            if same == Some(true) {
                *found = 1.0;
            }
        }
    }
    Ok(Column::Numbers(found.into_iter().map(Some).collect()))
}

fn unknown(name: &str, what: &str) -> MetaError {
    MetaError::Expression {
        text: name.to_owned(),
        at: 1,
        reason: what.to_owned(),
    }
}

fn call(name: &str, arguments: &[Expression], frame: &Frame) -> Result<Column, MetaError> {
    let argument = |place: usize| {
        let missing = || unknown(name, &format!("needs at least {} arguments", place + 1));
        arguments.get(place).ok_or_else(missing)
    };
    let most = match name {
        "ifelse" => 3,
        "paste" | "paste0" => usize::MAX,
        _ => 1,
    };
    if arguments.len() > most {
        return Err(unknown(
            name,
            &format!("takes {most} here, {} are given", arguments.len()),
        ));
    }
    let one = |f: fn(f64) -> f64| Ok(map(&numbers(argument(0)?, frame)?, f));
    match name {
        "(" | "I" | "factor" | "as.factor" => evaluate(argument(0)?, frame),
        "as.numeric" => {
            let texts = evaluate(argument(0)?, frame)?.to_texts();
            let cells = texts
                .iter()
                .map(|cell| cell.as_deref().and_then(|text| text.trim().parse().ok()));
            Ok(Column::Numbers(cells.collect()))
        }
        "as.character" => Ok(Column::Texts(evaluate(argument(0)?, frame)?.to_texts())),
        "sqrt" => one(f64::sqrt),
        "log" => one(ln),
        "log10" => one(log10),
        "log1p" => one(ln_1p),
        "exp" => one(exp),
        "expm1" => one(exp_m1),
        "abs" => one(f64::abs),
        "round" => one(f64::round_ties_even),
        "floor" => one(f64::floor),
        "ceiling" => one(f64::ceil),
        "tanh" => one(tanh),
        "is.na" => {
            let missing: Vec<bool> = match evaluate(argument(0)?, frame)? {
                Column::Numbers(cells) => cells.iter().map(Option::is_none).collect(),
                Column::Texts(cells) => cells.iter().map(Option::is_none).collect(),
            };
            Ok(Column::Numbers(
                missing.into_iter().map(|missing| Some(truth(missing))).collect(),
            ))
        }
        "ifelse" => {
            let condition = numbers(argument(0)?, frame)?;
            let (yes, no) = (evaluate(argument(1)?, frame)?, evaluate(argument(2)?, frame)?);
            Ok(choose(&condition, &yes, &no))
        }
        "paste" | "paste0" => {
            let separator = if name == "paste" { " " } else { "" };
            let parts: Vec<Vec<Option<String>>> = arguments
                .iter()
                .map(|part| evaluate(part, frame).map(|column| column.to_texts()))
                .collect::<Result<_, _>>()?;
            let joined = (0..frame.rows()).map(|row| {
                let cells: Vec<&str> = parts
                    .iter()
                    .map(|part| part[row].as_deref().unwrap_or("NA"))
                    .collect();
                Some(cells.join(separator))
            });
            Ok(Column::Texts(joined.collect()))
        }
        _ => Err(unknown(
            name,
            "is no function here; there are sqrt, log, log10, log1p, exp, expm1, abs, round, floor, ceiling, tanh, \
             ifelse, is.na, factor, I, paste, paste0, as.numeric and as.character",
        )),
    }
}

fn choose(condition: &[Option<f64>], yes: &Column, no: &Column) -> Column {
    let chosen = |cell: &Option<f64>| cell.map(|x| x != 0.0);
    if let (Column::Numbers(yes), Column::Numbers(no)) = (yes, no) {
        let cells = condition.iter().enumerate();
        return Column::Numbers(
            cells
                .map(|(row, cell)| chosen(cell).and_then(|holds| if holds { yes[row] } else { no[row] }))
                .collect(),
        );
    }
    let (yes, no) = (yes.to_texts(), no.to_texts());
    let cells = condition.iter().enumerate();
    Column::Texts(
        cells
            .map(|(row, cell)| {
                chosen(cell).and_then(|holds| if holds { yes[row].clone() } else { no[row].clone() })
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::parse;

    fn frame() -> Frame {
        Frame::new(vec![
            ("x".to_owned(), Column::Numbers(vec![Some(1.0), None, Some(5.0)])),
            (
                "n".to_owned(),
                Column::Numbers(vec![Some(3.0), Some(3.0), Some(4.0)]),
            ),
        ])
    }

    fn kept(text: &str) -> Vec<usize> {
        filter(&parse(text).unwrap(), &frame()).unwrap()
    }

    #[test]
    fn a_missing_side_does_not_hide_what_the_other_settles() {
        assert_eq!(kept("is.na(x) | x > 2"), [1, 2]);
        assert_eq!(kept("x > 2 | n == 3"), [0, 1, 2]);
        assert_eq!(kept("!(x > 2 & n == 4)"), [0, 1]);
        assert_eq!(kept("x > 0 & n == 3"), [0]);
    }

    #[test]
    fn arguments_that_would_be_ignored_are_refused() {
        for text in [
            "log(n, 2)",
            "round(n, 1)",
            "factor(n, x)",
            "relevel(factor(n), 3)",
        ] {
            assert!(evaluate(&parse(text).unwrap(), &frame()).is_err(), "{text}");
        }
    }

    #[test]
    fn an_endless_expression_is_refused() {
        for text in [
            "n^2".to_owned() + &"^2".repeat(60_000),
            "n".to_owned() + &"+n".repeat(60_000),
            "-".repeat(60_000) + "n",
        ] {
            assert!(parse(&text).is_err());
        }
    }
}
