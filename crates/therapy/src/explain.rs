//! The mechanism of a course, layer by layer: every quantity with its curve, what it rests on, what speaks against it and
//! what feeds it.
//!
//! The course is simulated as ever, with all models of the mechanism composed and every quantity reported; what the
//! models say of themselves is laid over the result. Like that result, an [`Explanation`] is the one structure from which
//! page, terminal and JSON are made.

mod acute;
mod rests;
mod score;
mod window;

pub use acute::{EffectTimes, Range};
pub use rests::{Cited, Feed, Parameter};
pub use score::{Reaching, ScoreRests};

pub use crate::assembly::LeftOut;
use crate::assembly::{Assembly, SCORE, assemble, stem};
use crate::course::{Course, GridStretch, Report};
use crate::library::Library;
use crate::result::{CourseResult, Quantity, QuantityKind};
use crate::simulate::quantities::kind;
use crate::simulate::{self, Settings, SimulateError, simulate};
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_engine::Progress;
use euthymia_model::mechanism::{Badge, Layer};
use euthymia_model::{Dependencies, OutputLabel};
use serde::Serialize;

/// The mechanism of a course.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The layers in the order in which one feeds the next; those without a quantity are there too.
    pub layers: Vec<LayerPart>,
    /// What of the mechanism reaches the score.
    pub score: ScoreRests,
    /// Models of the mechanism that this course cannot compose.
    pub left_out: Vec<LeftOut>,
    /// The course simulated with the whole mechanism: curves, people, doses, how to make it again.
    pub result: CourseResult,
}

/// One layer.
#[derive(Clone, Debug, Serialize)]
pub struct LayerPart {
    /// Its word in a model (`cascade`).
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What it holds, in the order of composition.
    pub quantities: Vec<Explained>,
    /// Labels of quantities that have one and the same value in every patient all the time.
    pub still: Vec<String>,
}

/// One quantity of a layer. Its curve is the one of that name in the result.
#[derive(Clone, Debug, Serialize)]
pub struct Explained {
    /// Name in the models and in the result.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// The model that computes it.
    pub model: String,
    /// `measured in people`, `scaled from animals` or `assumed`; absent where the model does not say.
    pub badge: Option<&'static str>,
    /// What it was held against.
    pub anchors: Vec<Cited>,
    /// What was found and does not agree with it.
    pub disagreement: Vec<Cited>,
    /// What other models, the patient and the route give to it.
    pub feeds: Vec<Feed>,
    /// Parameters that it rests on, of its own model.
    pub parameters: Vec<Parameter>,
    /// The stretch of time worth looking at, h.
    pub window_h: [f64; 2],
    /// The median furthest from where it starts in that stretch; absent where it does not move.
    pub extreme: Option<Extreme>,
    /// When it comes and goes, of an acute effect.
    pub times: Option<EffectTimes>,
}

/// The median at its furthest from where it starts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Extreme {
    /// When, h.
    pub time_h: f64,
    /// The median there.
    pub median: f64,
    /// The percentiles there.
    pub p05: f64,
    /// 95th percentile.
    pub p95: f64,
    /// Whether it is a low and not a peak.
    pub low: bool,
}

const NAMES: [(Layer, &str); 5] = [
    (Layer::Kinetics, "Kinetics"),
    (Layer::Target, "Target"),
    (Layer::Acute, "Acute effects"),
    (Layer::Cascade, "Cascade"),
    (Layer::Response, "Response"),
];

/// Fine enough for what follows a session within days, everywhere in the first weeks.
const GRID: [GridStretch; 4] = [
    GridStretch {
        every_h: 1.0,
        until_h: 72.0,
    },
    GridStretch {
        every_h: 2.0,
        until_h: 336.0,
    },
    GridStretch {
        every_h: 6.0,
        until_h: 672.0,
    },
    GridStretch {
        every_h: 24.0,
        until_h: f64::INFINITY,
    },
];

/// Simulates a course with the whole mechanism and says what every quantity rests on.
///
/// The result holds no command, version or hashes: whoever read the files fills in its `provenance`.
///
/// # Errors
/// [`SimulateError`].
pub fn explain(
    course: &Course,
    library: &Library,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Explanation, SimulateError> {
    let everything = Course {
        report: Report {
            grid: GRID.to_vec(),
            times_h: course.report.times_h.clone(),
            ..Report::default()
        },
        ..course.clone()
    }
    .with_whole_mechanism();
    let assembly = assemble(&everything, library).map_err(SimulateError::Files)?;
    let sources = library.sources().map_err(SimulateError::Files)?;
    let unknown: Vec<Diagnostic> = assembly
        .model
        .files()
        .flat_map(|file| crate::lint::unknown_findings(file, &sources))
        .collect();
    if !unknown.is_empty() {
        return Err(SimulateError::Files(unknown));
    }
    let map = Map::new(&assembly);
    let acute = map.of_layer(Layer::Acute).map(|output| output.name.clone());
    let mut effects = acute::Effects::new(acute.collect(), window::first_session(course));
    let result = simulate(&everything, library, settings, &mut effects, progress)?;
    let layers = NAMES.map(|(layer, name)| {
        let found = result
            .quantities
            .iter()
            .filter(|quantity| map.layer_of(&quantity.id) == Some(layer));
        let (still, shown): (Vec<&Quantity>, Vec<&Quantity>) = found.partition(|quantity| is_still(quantity));
        LayerPart {
            id: layer.word(),
            name,
            quantities: shown
                .into_iter()
                .map(|quantity| explained(&map, &sources, &result, quantity, &effects))
                .collect(),
            still: still.into_iter().map(|quantity| quantity.label.clone()).collect(),
        }
    });
    Ok(Explanation {
        layers: layers.to_vec(),
        score: score::rests(&map),
        left_out: assembly.left_out.clone(),
        result,
    })
}

/// Every file that an explanation depends on, in a fixed order.
///
/// # Errors
/// The course and the library do not fit together.
pub fn inputs(course: &Course, library: &Library) -> Result<Vec<Source>, Vec<Diagnostic>> {
    simulate::inputs(&course.clone().with_whole_mechanism(), library)
}

/// The composed model with what is asked of it all the time.
struct Map<'a> {
    assembly: &'a Assembly,
    dependencies: Dependencies<'a>,
    outputs: Vec<OutputLabel>,
}

impl<'a> Map<'a> {
    fn new(assembly: &'a Assembly) -> Self {
        Self {
            assembly,
            dependencies: assembly.model.dependencies(),
            outputs: assembly.model.outputs(),
        }
    }

    fn output(&self, name: &str) -> Option<&OutputLabel> {
        self.outputs.iter().find(|output| output.name == name)
    }

    fn of_layer(&self, layer: Layer) -> impl Iterator<Item = &OutputLabel> {
        self.outputs
            .iter()
            .filter(move |output| self.layer_of(&output.name) == Some(layer))
    }

    /// The layer of a name: that of its file; where the file names none, what the kind of its outputs suggests.
    fn layer_of(&self, name: &str) -> Option<Layer> {
        let at = self.dependencies.file(name)?;
        let file = self.assembly.model.files().nth(at)?;
        if let Some(layer) = file.layer() {
            return Some(layer);
        }
        if self.dependencies.file(SCORE) == Some(at) {
            return Some(Layer::Response);
        }
        let kinds = [name].into_iter().chain(file.output_names());
        let telling = kinds.map(|name| kind(name, self.output(name)));
        Some(
            match telling.into_iter().find(|kind| *kind != QuantityKind::Other) {
                Some(QuantityKind::Concentration) => Layer::Kinetics,
                Some(QuantityKind::Occupancy) => Layer::Target,
                Some(QuantityKind::Score) => Layer::Response,
                _ => Layer::Acute,
            },
        )
    }

    fn badge_of(&self, name: &str) -> Option<Badge> {
        let at = self.dependencies.file(name)?;
        self.assembly.model.files().nth(at)?.badge(name)
    }
}

/// Whether there is nothing to show of a quantity in this course.
fn is_still(quantity: &Quantity) -> bool {
    let Some(first) = quantity.p05.first() else {
        return true;
    };
    let mut ends = quantity.p05.iter().chain(&quantity.p95);
    ends.all(|value| !window::differs(*value, *first))
}

fn explained(
    map: &Map<'_>,
    sources: &crate::sources::Sources,
    result: &CourseResult,
    quantity: &Quantity,
    effects: &acute::Effects,
) -> Explained {
    let name = quantity.id.as_str();
    let at = map.dependencies.file(name);
    let file = at.and_then(|at| map.assembly.model.files().nth(at));
    let text = at.and_then(|at| map.assembly.files.get(at));
    let cited = |statement: &str| {
        let findings = file.map(|file| file.findings(statement, name));
        rests::cited(findings.unwrap_or_default(), sources)
    };
    let layer = map.layer_of(name).unwrap_or(Layer::Response);
    let window_h = window::of(layer, result, quantity);
    Explained {
        id: name.to_owned(),
        label: quantity.label.clone(),
        model: text.map(stem).unwrap_or_default(),
        badge: map.badge_of(name).map(Badge::words),
        anchors: cited("anchors"),
        disagreement: cited("disagreement"),
        feeds: rests::feeds(map, name),
        parameters: rests::parameters(map, sources, name),
        window_h,
        extreme: window::extreme(result, quantity, window_h),
        times: effects.times(name),
    }
}
