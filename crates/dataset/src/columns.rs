//! What each column of a table is.

use std::collections::{HashMap, HashSet};

use euthymia_diagnostics::{Diagnostic, Span, nearest};
use euthymia_document::Rows;

use crate::names::ModelNames;
use crate::parameters::Parameters;
use crate::problems::Problems;
use crate::time::DateOrder;

/// Columns with a meaning of their own, in upper case.
const RESERVED: [&str; 19] = [
    "ID", "TIME", "AMT", "RATE", "DUR", "EVID", "MDV", "CMT", "II", "ADDL", "SS", "DV", "CENS", "LIMIT", "C",
    "DATE", "DAT1", "DAT2", "DAT3",
];

/// Those that one hand writes in one case.
const ONE_CASE: [&str; 10] = [
    "TIME", "AMT", "RATE", "DUR", "EVID", "MDV", "CMT", "II", "ADDL", "SS",
];

/// Where each column stands.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(crate) id: usize,
    pub(crate) time: usize,
    pub(crate) amount: Option<usize>,
    pub(crate) rate: Option<usize>,
    pub(crate) duration: Option<usize>,
    pub(crate) event: Option<usize>,
    pub(crate) missing: Option<usize>,
    pub(crate) compartment: Option<usize>,
    pub(crate) interval: Option<usize>,
    pub(crate) additional: Option<usize>,
    pub(crate) steady: Option<usize>,
    pub(crate) observed: Option<usize>,
    pub(crate) comment: Option<usize>,
    pub(crate) date: Option<(usize, DateOrder)>,
    /// Covariates: index of the input, and column.
    pub(crate) covariates: Vec<(u16, usize)>,
}

impl Columns {
    /// `None` where the table cannot be read at all.
    pub(crate) fn find(
        rows: &Rows,
        names: &ModelNames,
        parameters: Option<&Parameters>,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        twice(rows, problems);
        let find = |wanted: &str| {
            let is = |text: &str| text == wanted || text == wanted.to_ascii_lowercase();
            rows.header.iter().position(|cell| is(cell.text.trim()))
        };
        let mut dates = DateOrder::ALL
            .into_iter()
            .filter_map(|order| Some((find(order.column())?, order)));
        let date = dates.next();
        if let Some((second, _)) = dates.next() {
            let cell = &rows.header[second];
            let message = format!("`{}` is a second column of dates", cell.text.trim());
            problems.error(
                "N003",
                cell.span,
                message,
                "one date is enough",
                "leave one of them out",
            );
        }
        let (covariates, misspelt) = covariates(rows, names, parameters, problems);
        one_case(rows, problems);
        unused(rows, names, &covariates, &misspelt, problems);
        let (id, time) = (find("ID"), find("TIME"));
        for (name, column) in [("ID", id), ("TIME", time)] {
            // In another case it is there, and has been reported.
            if column.is_none() && !has(rows, name) {
                let cells = rows.header.iter().map(|cell| cell.span);
                let span = cells.reduce(Span::to).unwrap_or_default();
                let message = format!("the column `{name}` is missing");
                let help = format!("add a column `{name}`; every data set needs ID and TIME");
                problems.error("N001", span, message, "in this header", help);
            }
        }
        Some(Self {
            id: id?,
            time: time?,
            amount: find("AMT"),
            rate: find("RATE"),
            duration: find("DUR"),
            event: find("EVID"),
            missing: find("MDV"),
            compartment: find("CMT"),
            interval: find("II"),
            additional: find("ADDL"),
            steady: find("SS"),
            observed: find("DV"),
            comment: find("C").filter(|column| covariates.iter().all(|(_, at)| at != column)),
            date,
            covariates,
        })
    }
}

fn twice(rows: &Rows, problems: &mut Problems<'_>) {
    let reserved = |text: &str| {
        let upper = text.to_ascii_uppercase();
        RESERVED.contains(&upper.as_str()).then_some(upper)
    };
    let mut seen = HashMap::new();
    for cell in &rows.header {
        let text = cell.text.trim();
        let name = reserved(text).unwrap_or_else(|| text.to_owned());
        if let Some(first) = seen.insert(name, cell.span) {
            let message = format!("the column `{text}` stands twice");
            let problem = Diagnostic::error("N003", message)
                .at(problems.source, cell.span, "again here")
                .at(problems.source, first, "first here")
                .help("rename one of them or leave it out");
            problems.push(problem);
        }
    }
}

/// The columns that one hand writes in one case: all upper or all lower.
fn one_case(rows: &Rows, problems: &mut Problems<'_>) {
    let mut first: Option<(&str, bool)> = None;
    let mut seen = Vec::new();
    for cell in &rows.header {
        let text = cell.text.trim();
        let upper = text.to_ascii_uppercase();
        // A column that stands twice has been reported.
        if !RESERVED.contains(&upper.as_str()) || seen.contains(&upper) {
            continue;
        }
        seen.push(upper.clone());
        let (is_upper, is_lower) = (text == upper, text == text.to_ascii_lowercase());
        let message = if !is_upper && !is_lower {
            format!("the column `{text}` mixes upper and lower case")
        } else if !ONE_CASE.contains(&upper.as_str()) {
            continue;
        } else {
            match first {
                Some((other, other_upper)) if other_upper != is_upper => {
                    format!("the columns `{other}` and `{text}` are not of one case")
                }
                Some(_) => continue,
                None => {
                    first = Some((text, is_upper));
                    continue;
                }
            }
        };
        let lower = upper.to_ascii_lowercase();
        let wanted = match first {
            Some((_, false)) => lower,
            _ => upper,
        };
        let help = format!("write `{wanted}`: names of columns are all upper or all lower case");
        problems.error("N002", cell.span, message, "here", help);
    }
}

/// The columns of covariates, and those that are nearly one; what the model needs and nothing gives is reported.
fn covariates(
    rows: &Rows,
    names: &ModelNames,
    parameters: Option<&Parameters>,
    problems: &mut Problems<'_>,
) -> (Vec<(u16, usize)>, Vec<Span>) {
    let given = |name: &str| parameters.is_some_and(|table| table.gives(name));
    let needed = names
        .inputs
        .iter()
        .enumerate()
        .filter(|(_, input)| input.covariate);
    let (mut found, mut misspelt) = (Vec::new(), Vec::new());
    for (input, name) in needed {
        let (name, has_default) = (name.name.as_str(), name.has_default);
        if given(name) {
            continue;
        }
        let column = rows.header.iter().position(|cell| cell.text.trim() == name);
        if let (Some(column), Ok(input)) = (column, u16::try_from(input)) {
            found.push((input, column));
            continue;
        }
        if has_default {
            continue;
        }
        // A column that means something already is not a misspelt covariate.
        let free = rows.header.iter().filter(|cell| {
            let text = cell.text.trim();
            !RESERVED.contains(&text.to_ascii_uppercase().as_str())
                && names.inputs.iter().all(|input| input.name != text)
        });
        let same = |text: &str| text.to_lowercase() == name.to_lowercase();
        let near = free
            .clone()
            .map(|cell| cell.text.trim())
            .find(|text| same(text))
            .or_else(|| nearest(name, free.clone().map(|cell| cell.text.trim())));
        let cell = near.and_then(|near| rows.header.iter().find(|cell| cell.text.trim() == near));
        if let Some(cell) = cell {
            misspelt.push(cell.span);
            let message = format!("the model needs `{name}`, and no column has that name");
            let label = format!("perhaps meant as `{name}`");
            let help = format!("rename the column `{}` to `{name}`", cell.text.trim());
            problems.error("N005", cell.span, message, label, help);
        } else {
            let cells = rows.header.iter().map(|cell| cell.span);
            let span = cells.reduce(Span::to).unwrap_or_default();
            let message = format!("the model needs the covariate `{name}`, and no column gives it");
            let help = format!("add a column `{name}`, or give it by subject in a table of parameters");
            problems.error("N006", span, message, "in this header", help);
        }
    }
    (found, misspelt)
}

fn unused(
    rows: &Rows,
    names: &ModelNames,
    covariates: &[(u16, usize)],
    misspelt: &[Span],
    problems: &mut Problems<'_>,
) {
    let mut seen = HashSet::new();
    for (at, cell) in rows.header.iter().enumerate() {
        let text = cell.text.trim();
        let used = covariates.iter().any(|(_, column)| *column == at);
        let again = !seen.insert(text);
        if used
            || again
            || misspelt.contains(&cell.span)
            || RESERVED.contains(&text.to_ascii_uppercase().as_str())
        {
            continue;
        }
        let message = match text {
            "" => "nothing uses a column without a name".to_owned(),
            _ => format!("nothing uses the column `{text}`"),
        };
        let parameter = names
            .inputs
            .iter()
            .any(|input| input.name == text && !input.covariate);
        let near = nearest(text, RESERVED);
        let help = if parameter {
            format!("`{text}` is a parameter of the model: give it by subject in a table of parameters")
        } else if let Some(near) = near.filter(|near| !has(rows, near)) {
            format!("did you mean `{near}`?")
        } else {
            "leave it out, or keep it: it changes nothing".to_owned()
        };
        problems.warning("N004", cell.span, message, "not used", help);
    }
}

fn has(rows: &Rows, name: &str) -> bool {
    rows.header
        .iter()
        .any(|cell| cell.text.trim().eq_ignore_ascii_case(name))
}
