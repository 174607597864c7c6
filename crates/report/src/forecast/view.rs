//! What the template of a forecast is given: sentences and tables, everything decided.

use super::{calibrated, drawn};
use crate::course::{Cell, Fact, FigureView, Table, files, provenance};
use crate::error::ReportError;
use crate::figure::STYLE;
use crate::figure::number::{fixed, percent};
use euthymia_therapy::forecast::{At, Chance, Forecast, Role};
use euthymia_therapy::result::Provenance;
use serde::Serialize;

/// The page.
#[derive(Serialize)]
pub(super) struct View {
    title: String,
    sentence: String,
    verdict: String,
    figure_style: &'static str,
    page_style: &'static str,
    figure_view: FigureView,
    chances: Table,
    changed: Table,
    particles: String,
    known: Table,
    unused: Option<Table>,
    warnings: Vec<String>,
    assumptions: Vec<String>,
    calibration: Option<Table>,
    real: &'static str,
    provenance: Vec<Fact>,
    files: Table,
}

/// Said of real courses: forecasts of them have not been tested.
const REAL: &str = "Forecasts have not been held against the courses of real people. A search for published series of single \
     patients treated with ketamine found means, percentages and pictures, and no table of scores by date that could be read and \
     cited.";

impl View {
    pub(super) fn new(
        forecast: &Forecast,
        made: &Provenance,
        calibration: Option<&str>,
    ) -> Result<Self, ReportError> {
        let figure = FigureView::new(
            "alternatives",
            "Scores so far, and where the next are likely to be".to_owned(),
            format!(
                "Points are the patient's scores on the {}. Blue: half and nine of ten of the next ratings, and the median, given the \
                 scores. Grey: nine of ten of the population with the same baseline who were given the same; dashed, its median.",
                forecast.abbreviation
            ),
            drawn::figure(forecast)?,
            Vec::new(),
        );
        Ok(Self {
            title: forecast.course.clone(),
            sentence: sentence(forecast),
            verdict: forecast.verdict.sentence.clone(),
            figure_style: STYLE,
            page_style: include_str!("../../templates/course.css"),
            figure_view: figure,
            chances: chances(forecast),
            changed: changed(forecast),
            particles: format!(
                "{} particles, of which the scores leave {} that count.",
                forecast.particles,
                fixed(forecast.effective, 0)
            ),
            known: known(forecast),
            unused: unused(forecast),
            warnings: forecast.warnings.clone(),
            assumptions: forecast.assumptions.clone(),
            calibration: calibration.and_then(calibrated::read),
            real: REAL,
            provenance: provenance(made),
            files: files(made),
        })
    }
}

/// The answer: the course going on, at the last named time.
pub(super) fn sentence(forecast: &Forecast) -> String {
    let branch = forecast.branches.first();
    let Some((branch, at)) = branch.and_then(|branch| Some((branch, branch.at.last()?))) else {
        return "No time is named that the forecast reaches.".to_owned();
    };
    format!(
        "{} before treatment was {}. If the course goes on ({}), it is likely to be {} in {} (half of such patients: {} to {}; nine of ten: {} to {}), \
         with a chance of {} of a response and of {} of remission.",
        forecast.abbreviation,
        fixed(forecast.baseline, 0),
        branch.description,
        fixed(at.patient.median, 0),
        weeks(at.after_h),
        fixed(at.patient.half[0], 0),
        fixed(at.patient.half[1], 0),
        fixed(at.patient.most[0], 0),
        fixed(at.patient.most[1], 0),
        percent(at.patient.response),
        percent(at.patient.remission),
    )
}

pub(super) fn weeks(hours: f64) -> String {
    let days = hours / 24.0;
    let plural = |value: f64, unit: &str| {
        let text = fixed(value, usize::from(value.fract() != 0.0));
        format!("{text} {unit}{}", if value == 1.0 { "" } else { "s" })
    };
    if days >= 7.0 && days % 7.0 == 0.0 {
        plural(days / 7.0, "week")
    } else if days >= 1.0 {
        plural(days, "day")
    } else {
        plural(hours, "hour")
    }
}

fn range([low, high]: [f64; 2]) -> String {
    format!("{} to {}", fixed(low, 0), fixed(high, 0))
}

fn chances(forecast: &Forecast) -> Table {
    let head = [
        "Alternative",
        "From now",
        "Median",
        "Half",
        "Nine of ten",
        "Response",
        "Remission",
    ];
    let mut rows = Vec::new();
    for branch in &forecast.branches {
        for at in &branch.at {
            let mut row = |name: String, chance: &Chance| {
                rows.push(vec![
                    Cell::text(name),
                    Cell::text(weeks(at.after_h)),
                    Cell::number(fixed(chance.median, 0)),
                    Cell::number(range(chance.half)),
                    Cell::number(range(chance.most)),
                    Cell::number(percent(chance.response)),
                    Cell::number(percent(chance.remission)),
                ]);
            };
            row(branch.label.clone(), &at.patient);
            row("\u{2003}population".to_owned(), &at.population);
        }
    }
    Table {
        caption: format!("{} from now on, and chances", forecast.abbreviation),
        head: head.map(str::to_owned).to_vec(),
        rows,
        note: format!(
            "Response: {}. Remission: {}. Population: who had the same baseline and was given the same, whatever their scores since.",
            forecast.definitions[0], forecast.definitions[1]
        ),
    }
}

fn changed(forecast: &Forecast) -> Table {
    let head = [
        "If the course goes on",
        "Spread left",
        "Mean moved",
        "Median",
        "Population's median",
    ];
    let row = |at: &At| {
        let direction = if at.shift > 0.0 { "worse" } else { "better" };
        vec![
            Cell::text(format!("{} from now", weeks(at.after_h))),
            Cell::number(percent(at.width)),
            Cell::number(format!("{} to the {direction}", fixed(at.shift.abs(), 2))),
            Cell::number(fixed(at.patient.median, 1)),
            Cell::number(fixed(at.population.median, 1)),
        ]
    };
    let first = forecast.branches.first();
    Table {
        caption: "What the scores changed".to_owned(),
        head: head.map(str::to_owned).to_vec(),
        rows: first.into_iter().flat_map(|branch| branch.at.iter().map(row)).collect(),
        note: "Spread: the standard deviation of the logarithm of the score, over that of the population's forecast; a forecast counts as \
               better than the population's below 95 % at the last of these times. The mean is moved in units of the population's spread."
            .to_owned(),
    }
}

fn known(forecast: &Forecast) -> Table {
    let head = ["Date", "Day", "What", "Value", "To the forecast"];
    let mut rows: Vec<(f64, Vec<Cell>)> = Vec::new();
    let day = |time_h: f64| fixed((time_h / 24.0).floor(), 0);
    for score in &forecast.scores {
        let role = match score.role {
            Role::Earlier => "drawn, not used",
            Role::Baseline => "baseline",
            Role::Update => "updates it",
        };
        let read = if score.instrument == forecast.instrument {
            String::new()
        } else {
            format!("; {} {}", forecast.abbreviation, fixed(score.shown, 0))
        };
        rows.push((
            score.time_h,
            vec![
                Cell::text(score.date.clone()),
                Cell::number(day(score.time_h)),
                Cell::text(score.instrument.clone()),
                Cell::number(format!("{}{read}", score.value)),
                Cell::text(role),
            ],
        ));
    }
    for given in &forecast.given {
        rows.push((
            given.time_h,
            vec![
                Cell::text(given.date.clone()),
                Cell::number(day(given.time_h)),
                Cell::text(given.what.clone()),
                Cell::number(String::new()),
                Cell::text("given"),
            ],
        ));
    }
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    Table {
        caption: "What is known".to_owned(),
        head: head.map(str::to_owned).to_vec(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        note: String::new(),
    }
}

fn unused(forecast: &Forecast) -> Option<Table> {
    let row = |one: &euthymia_therapy::forecast::Unused| {
        [&one.place, &one.what, &one.reason, &one.help]
            .map(|text| Cell::text(text.clone()))
            .to_vec()
    };
    (!forecast.unused.is_empty()).then(|| Table {
        caption: "What of the file is not used".to_owned(),
        head: ["Place", "What", "Why", "What to do"].map(str::to_owned).to_vec(),
        rows: forecast.unused.iter().map(row).collect(),
        note: String::new(),
    })
}
