//! Where the spread of the score comes from.

use euthymia_therapy::result::{CourseResult, VarianceComponents};

use crate::error::ReportError;
use crate::figure::number::{percent, significant};
use crate::figure::{BarPart, BarRow, Role, StackedBars, responsive};

use super::tables::{Cell, Table};
use super::view::FigureView;
use super::words;

/// Names of the parts, in the order of [`values`].
const PARTS: [(&str, Role); 4] = [
    ("differences between patients", Role::Blue),
    ("differences between studies", Role::Green),
    ("uncertain parameters", Role::Purple),
    ("measurement and day to day", Role::Ink),
];

/// The parts with their shares at the time nearest to the answer's; `None` where nothing varies.
pub(crate) fn shares(result: &CourseResult) -> Option<(f64, Vec<(&'static str, f64)>)> {
    let nearest = result.variance.iter().min_by(|a, b| {
        let distance = |part: &VarianceComponents| (part.time_h - result.answer.time_h).abs();
        distance(a).total_cmp(&distance(b))
    })?;
    let values = values(nearest);
    let total: f64 = values.iter().sum();
    (total > 0.0).then(|| {
        (
            nearest.time_h,
            PARTS
                .iter()
                .zip(values)
                .map(|((name, _), value)| (*name, value / total))
                .collect(),
        )
    })
}

/// The figure, if the variance was split.
pub(crate) fn figure(result: &CourseResult) -> Result<Option<FigureView>, ReportError> {
    let Some((time_h, mut shares)) = shares(result) else {
        return Ok(None);
    };
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    let finding = format!(
        "{}, {} of the variance of the score is {}, {} is {}",
        words::capitalised(&words::instant(time_h)),
        percent(shares[0].1),
        shares[0].0,
        percent(shares[1].1),
        shares[1].0,
    );
    let figure = StackedBars {
        id: "variance".to_owned(),
        title: "Where the variance of the score comes from".to_owned(),
        description: finding.clone(),
        parts: PARTS
            .iter()
            .map(|(label, role)| BarPart {
                label: (*label).to_owned(),
                role: *role,
            })
            .collect(),
        rows: telling(result)
            .into_iter()
            .map(|part| BarRow {
                label: words::capitalised(&words::short_instant(part.time_h)),
                values: values(part).to_vec(),
            })
            .collect(),
    };
    let mut reading =
        "Shares of the variance of single patients' scores. More patients in a trial average out the first \
                       and the last; only better evidence narrows the other two."
            .to_owned();
    if result.variance.len() > MOST_BARS {
        reading.push_str(" The numbers are of more times than are drawn.");
    }
    Ok(Some(FigureView::new(
        "variance",
        finding,
        reading,
        responsive(&figure)?,
        vec![table(result)],
    )))
}

/// Most bars of the figure; its table has all times.
const MOST_BARS: usize = 6;

/// The times that tell most: hours, a day and a week after the first dose, the answer's, the last, and between these the
/// ones farthest from all others.
fn telling(result: &CourseResult) -> Vec<&VarianceComponents> {
    let all = &result.variance;
    if all.len() <= MOST_BARS {
        return all.iter().collect();
    }
    let nearest = |time_h: f64| {
        let distance = |index: &usize| (all[*index].time_h - time_h).abs();
        (0..all.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
    };
    let end_h = all.iter().map(|part| part.time_h).fold(0.0, f64::max);
    let mut chosen: Vec<usize> = Vec::new();
    for time_h in [result.answer.time_h, end_h, 24.0, 168.0, 2.0] {
        chosen.extend(nearest(time_h).filter(|index| !chosen.contains(index)));
    }
    let gap_h = |index: usize, chosen: &[usize]| {
        let gaps = chosen
            .iter()
            .map(|other| (all[*other].time_h - all[index].time_h).abs());
        gaps.fold(f64::INFINITY, f64::min)
    };
    while chosen.len() < MOST_BARS {
        let left = (0..all.len()).filter(|index| !chosen.contains(index));
        let Some(next) = left.max_by(|a, b| gap_h(*a, &chosen).total_cmp(&gap_h(*b, &chosen))) else {
            break;
        };
        chosen.push(next);
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|index| &all[index]).collect()
}

fn values(part: &VarianceComponents) -> [f64; 4] {
    [
        part.between_patients,
        part.between_studies,
        part.parameters,
        part.residual,
    ]
    .map(|value| value.max(0.0))
}

fn table(result: &CourseResult) -> Table {
    let mut head = vec!["Time".to_owned()];
    head.extend(PARTS.iter().map(|(name, _)| words::capitalised(name)));
    head.push("Standard deviation, all together".to_owned());
    let rows = result
        .variance
        .iter()
        .map(|part| {
            let values = values(part);
            let mut cells = vec![Cell::text(words::short_instant(part.time_h))];
            cells.extend(values.iter().map(|value| Cell::number(significant(*value, 3))));
            cells.push(Cell::number(significant(values.iter().sum::<f64>().sqrt(), 3)));
            cells
        })
        .collect();
    Table {
        caption: "Variance of the score (points squared)".to_owned(),
        head,
        rows,
        note: String::new(),
    }
}
