//! Variance components of a nested random-effects design: draws of the parameters, studies within draws, subjects
//! within studies.
//!
//! A run simulates few subjects in each of many studies. The means of the studies differ because their effects and
//! parameters differ, but also because each is the mean of few subjects. The analysis of variance tells the two
//! apart, so that the uncertainty of the mean can be shown without the noise of a finite simulation.

use crate::moments::Moments;
use crate::proportion::{self, Interval};
use crate::quantile::type7;

/// Count, mean and spread of one quantity in every study of every draw. Memory does not grow with the subjects.
#[derive(Clone, Debug, PartialEq)]
pub struct NestedSums {
    studies_per_draw: usize,
    /// Study `sim % studies_per_draw` of draw `sim / studies_per_draw`.
    cells: Vec<Moments>,
}

/// Where the variance comes from; each in squares of the unit of the values, and none below 0.
///
/// The estimates of the method of moments can come out negative when a component is small. They are then reported as
/// 0, which biases small components upwards by a fraction of their standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Components {
    /// Between draws of the parameters. `None` with fewer than two draws.
    pub parameters: Option<f64>,
    /// Between the studies of a draw. `None` with fewer than two studies in every draw: it is then part of
    /// `parameters`.
    pub between_studies: Option<f64>,
    /// Between the subjects of a study. `None` with fewer than two subjects in every study.
    pub between_patients: Option<f64>,
}

/// Below this number of studies the ends of an interval would be those of the most extreme ones.
const FEWEST_STUDIES: usize = 10;

/// Sums of squares, degrees of freedom and the coefficients of unequal sample sizes.
struct Anova {
    /// Of draws, studies, subjects.
    squares: [f64; 3],
    degrees: [f64; 3],
    /// Subjects for each study, as seen by the mean square of studies and by that of draws.
    per_study: [f64; 2],
    /// Subjects for each draw.
    per_draw: f64,
}

impl NestedSums {
    /// Of nothing, for a design. A `studies_per_draw` of 0 counts as 1.
    #[must_use]
    pub fn new(draws: usize, studies_per_draw: usize) -> Self {
        let studies_per_draw = studies_per_draw.max(1);
        Self {
            studies_per_draw,
            cells: vec![Moments::new(); draws * studies_per_draw],
        }
    }

    /// Takes in the value of a subject of a study (`sim = draw * studies_per_draw + study`). A study beyond the
    /// design is taken modulo their number, as subjects are dealt to studies.
    #[inline]
    pub fn push(&mut self, sim: usize, value: f64) {
        if let Some(at) = sim.checked_rem(self.cells.len()) {
            self.cells[at].push(value);
        }
    }

    /// Takes in what another of the same design has seen, study by study.
    pub fn merge(&mut self, other: &Self) {
        for (cell, other) in self.cells.iter_mut().zip(&other.cells) {
            cell.merge(other);
        }
    }

    /// Number of values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.cells.iter().map(Moments::count).sum()
    }

    /// Mean of all values; NaN of nothing.
    #[must_use]
    pub fn mean(&self) -> f64 {
        pooled(&self.cells).mean()
    }

    /// The components of the variance, by equating mean squares with their expectations (for unequal sample sizes
    /// after Sokal and Rohlf 1995, box 10.6).
    #[must_use]
    pub fn components(&self) -> Components {
        let anova = self.anova();
        let mean_square =
            |level: usize| (anova.degrees[level] > 0.0).then(|| anova.squares[level] / anova.degrees[level]);
        let [draws, studies, subjects] = [mean_square(0), mean_square(1), mean_square(2)];
        // Without subjects to compare, what varies between studies contains what varies between subjects.
        let patients = subjects.unwrap_or(0.0);
        let between_studies = studies.map(|studies| (studies - patients) / anova.per_study[0]);
        let parameters = draws.map(|draws| {
            (draws - patients - anova.per_study[1] * between_studies.unwrap_or(0.0)) / anova.per_draw
        });
        let not_negative = |component: Option<f64>| component.map(|value| value.max(0.0));
        Components {
            parameters: not_negative(parameters),
            between_studies: not_negative(between_studies),
            between_patients: subjects,
        }
    }

    /// Standard error of the mean from the finite number of subjects alone. `None` with fewer than two subjects in
    /// every study.
    #[must_use]
    pub fn monte_carlo_error(&self) -> Option<f64> {
        let variance = self.components().between_patients?;
        Some((variance / self.count() as f64).sqrt())
    }

    /// The means of the studies that have subjects, in their order, the noise of finitely many subjects removed as by
    /// [`Self::mean_interval`]. `None` where that noise is not known: no study has two subjects, or there is one draw.
    #[must_use]
    pub fn study_means(&self) -> Option<Vec<f64>> {
        let components = self.components();
        let within = components.between_patients?;
        let between = components.parameters? + components.between_studies.unwrap_or(0.0);
        let mean = self.mean();
        let shrunken = |cell: &Moments| {
            let noise = within / cell.count() as f64;
            let factor = if between > 0.0 {
                (between / (between + noise)).sqrt()
            } else {
                0.0
            };
            mean + factor * (cell.mean() - mean)
        };
        Some(self.filled().map(shrunken).collect())
    }

    /// The interval that holds the true mean of a study with the given probability: over draws and studies, the
    /// noise of finitely many subjects removed.
    ///
    /// The mean of each study is drawn towards the mean of all by `sqrt(B / (B + W / n))`, where B is the variance
    /// between studies and draws, W that within and n the subjects of the study: the shrunken means have variance B
    /// and keep the shape of their distribution. The ends are their quantiles (type 7).
    ///
    /// `None` where the design is too small to tell: fewer than ten studies with subjects, or no study with two.
    #[must_use]
    pub fn mean_interval(&self, coverage: f64) -> Option<Interval> {
        let mut shrunken = self.study_means()?;
        if shrunken.len() < FEWEST_STUDIES || !self.mean().is_finite() {
            return None;
        }
        shrunken.sort_by(f64::total_cmp);
        let tail = 0.5 - 0.5 * coverage;
        Some(Interval {
            lower: type7(&shrunken, tail),
            upper: type7(&shrunken, 1.0 - tail),
        })
    }

    /// The same for values of 0 and 1, whose mean is a proportion: the beta distribution with the proportion as mean
    /// and the variance between studies and draws (where that is as large as a proportion allows, a hundredth less).
    /// `None` as for [`Self::mean_interval`].
    #[must_use]
    pub fn proportion_interval(&self, coverage: f64) -> Option<Interval> {
        let components = self.components();
        components.between_patients?;
        if self.filled().count() < FEWEST_STUDIES {
            return None;
        }
        let mean = self.mean();
        let between = components.parameters? + components.between_studies.unwrap_or(0.0);
        proportion::beta_moments(mean, between.min(0.99 * mean * (1.0 - mean)), coverage)
    }

    /// The mean under each draw of the parameters, over its studies, drawn towards the mean of all by as much as few studies and
    /// few subjects scatter them: their variance is that between draws. As they are where that cannot be told.
    #[must_use]
    pub fn draw_means(&self) -> Vec<f64> {
        let draws: Vec<Moments> = self.cells.chunks(self.studies_per_draw).map(pooled).collect();
        let mean = self.mean();
        let components = self.components();
        let within = components.between_patients.unwrap_or(0.0);
        let studies = components.between_studies.unwrap_or(0.0) / self.studies_per_draw as f64;
        let shrunken = draws.iter().map(|draw| match components.parameters {
            Some(between) if draw.count() > 0 => {
                let noise = studies + within / draw.count() as f64;
                let all = between + noise;
                let factor = if all > 0.0 { (between / all).sqrt() } else { 1.0 };
                mean + factor * (draw.mean() - mean)
            }
            _ => draw.mean(),
        });
        shrunken.collect()
    }

    fn filled(&self) -> impl Iterator<Item = &Moments> {
        self.cells.iter().filter(|cell| cell.count() > 0)
    }

    fn anova(&self) -> Anova {
        let all = pooled(&self.cells);
        let total = all.count() as f64;
        let mut squares = [0.0; 3];
        let (mut draws, mut studies) = (0.0, 0.0);
        // Sums over studies of n^2 / (n of their draw), and of n^2; over draws of n^2.
        let (mut relative, mut study_square, mut draw_square) = (0.0, 0.0, 0.0);
        for cells in self.cells.chunks(self.studies_per_draw) {
            let draw = pooled(cells);
            if draw.count() == 0 {
                continue;
            }
            let n = draw.count() as f64;
            draws += 1.0;
            draw_square += n * n;
            squares[0] += n * (draw.mean() - all.mean()) * (draw.mean() - all.mean());
            for cell in cells.iter().filter(|cell| cell.count() > 0) {
                let m = cell.count() as f64;
                studies += 1.0;
                relative += m * m / n;
                study_square += m * m;
                squares[1] += m * (cell.mean() - draw.mean()) * (cell.mean() - draw.mean());
                squares[2] += cell.sum_of_squares();
            }
        }
        let degrees = [draws - 1.0, studies - draws, total - studies];
        Anova {
            squares,
            degrees,
            per_study: [
                (total - relative) / degrees[1],
                (relative - study_square / total) / degrees[0],
            ],
            per_draw: (total - draw_square / total) / degrees[0],
        }
    }
}

/// All of several.
fn pooled(cells: &[Moments]) -> Moments {
    cells.iter().fold(Moments::new(), |mut sum, cell| {
        sum.merge(cell);
        sum
    })
}

/// The components of the variance of what was summed; see [`NestedSums::components`].
#[must_use]
pub fn nested(sums: &NestedSums) -> Components {
    sums.components()
}
