//! The figures of a meta-analysis, each a pure function of one [`Synthesis`]: what is drawn is what the table and the JSON
//! hold, and every mark carries its numbers as attributes and as text that a screen reader reads.

mod axis;
mod baujat;
mod canvas;
mod cumulative;
mod dose;
mod forest;
mod funnel;
mod influence;
mod labbe;
mod radial;
mod scatter;
mod style;
mod words;

use euthymia_meta::synthesis::Synthesis;

use super::{Draw, FigureError, Size};

pub use dose::{DoseDrawing, of_dose};
pub use style::SYNTHESIS_STYLE;
pub(crate) use words::{estimate_text, head_text, interval_text, moderators, number_text, p_text, read_text};

/// Which figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SynthesisFigure {
    /// Studies with weights and intervals, groups, the pooled estimate and where a new study is expected.
    Forest,
    /// Effects against standard errors, with contours of significance.
    Funnel,
    /// Contribution to heterogeneity against influence on the estimate.
    Baujat,
    /// The estimate as studies came in.
    Cumulative,
    /// What leaving each study out does.
    Influence,
    /// Events of two groups against each other.
    Labbe,
    /// Standardised effects against precision.
    Radial,
}

impl SynthesisFigure {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Forest,
        Self::Funnel,
        Self::Baujat,
        Self::Cumulative,
        Self::Influence,
        Self::Labbe,
        Self::Radial,
    ];

    /// Its name in identifiers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Forest => "forest",
            Self::Funnel => "funnel",
            Self::Baujat => "baujat",
            Self::Cumulative => "cumulative",
            Self::Influence => "influence",
            Self::Labbe => "labbe",
            Self::Radial => "radial",
        }
    }

    /// Why these studies have no such figure; `None` where they have.
    #[must_use]
    pub fn missing(self, synthesis: &Synthesis) -> Option<String> {
        let without_moderators = |what: &str| {
            synthesis
                .pooled
                .is_none()
                .then(|| format!("{what} needs one pooled estimate, the model has moderators"))
        };
        match self {
            Self::Forest => None,
            Self::Funnel => without_moderators("a funnel"),
            Self::Radial => without_moderators("a radial plot"),
            Self::Cumulative => without_moderators("cumulative pooling"),
            Self::Baujat => synthesis
                .influence
                .iter()
                .all(|row| row.baujat.is_none())
                .then(|| "no study could be left out of an inverse-variance model".to_owned()),
            Self::Influence => synthesis
                .influence
                .is_empty()
                .then(|| "the diagnostics need an inverse-variance model of at least two studies".to_owned()),
            Self::Labbe => synthesis
                .studies
                .iter()
                .any(|row| row.study.arms.is_none())
                .then(|| {
                    "it needs events and people of two groups (ai, bi, ci, di, or ai, n1i, ci, n2i)"
                        .to_owned()
                }),
        }
    }
}

/// A figure of a synthesis, with an identifier that is unique on its page.
#[derive(Clone, Copy, Debug)]
pub struct Drawing<'s> {
    /// Which.
    pub figure: SynthesisFigure,
    /// Letters, digits and hyphens.
    pub id: &'s str,
    /// Of what.
    pub synthesis: &'s Synthesis,
}

impl Draw for Drawing<'_> {
    fn svg(&self, size: Size) -> Result<String, FigureError> {
        let (id, synthesis) = (self.id, self.synthesis);
        let draw = match self.figure {
            SynthesisFigure::Forest => forest::draw,
            SynthesisFigure::Funnel => funnel::draw,
            SynthesisFigure::Baujat => baujat::draw,
            SynthesisFigure::Cumulative => cumulative::draw,
            SynthesisFigure::Influence => influence::draw,
            SynthesisFigure::Labbe => labbe::draw,
            SynthesisFigure::Radial => radial::draw,
        };
        Ok(draw(synthesis, id, size))
    }
}

/// A figure as a file of its own: it carries its colours, for light, dark and print.
///
/// # Errors
/// Why these studies have no such figure.
pub fn of_synthesis(figure: SynthesisFigure, synthesis: &Synthesis) -> Result<String, String> {
    if let Some(reason) = figure.missing(synthesis) {
        return Err(reason);
    }
    let size = match figure {
        SynthesisFigure::Forest | SynthesisFigure::Cumulative | SynthesisFigure::Influence => Size::Wide,
        _ => Size::Medium,
    };
    let drawing = Drawing {
        figure,
        id: figure.name(),
        synthesis,
    };
    drawing
        .svg(size)
        .map(|svg| style::standing_alone(&svg))
        .map_err(|error| error.to_string())
}
