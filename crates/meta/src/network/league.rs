//! The league table: every treatment against every other, as papers print it.

use euthymia_stats::normal;
use euthymia_vecmath::scalar::exp;

use super::estimates::NetworkFit;
use super::graph::Network;
use crate::MetaError;

/// An estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// The effect.
    pub te: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// A league table: below the diagonal the estimates of the network, of the column's treatment against the row's; above
/// it the direct ones, of the row's against the column's.
#[derive(Clone, Debug, PartialEq)]
pub struct League {
    /// Treatments, from the first row to the last.
    pub treatments: Vec<String>,
    /// Rows of cells; empty on the diagonal and where no study compares the pair.
    pub cells: Vec<Vec<Option<Cell>>>,
}

/// The league table of a model, treatments in the order of `order` (places), effects of ratios as ratios.
///
/// # Errors
/// As [`NetworkFit::sources`].
pub fn league(
    network: &Network,
    fitted: &NetworkFit,
    random: bool,
    order: &[usize],
    ratio: bool,
) -> Result<League, MetaError> {
    let model = if random { &fitted.random } else { &fitted.common };
    let direct = super::Direct::of(network, model.tau2);
    let reach = normal::quantile(0.5 + 0.5 * fitted.options.level);
    let shown = |x: f64| if ratio { exp(x) } else { x };
    let cell = |te: f64, se: f64| Cell {
        te: shown(te),
        lower: shown(te - reach * se),
        upper: shown(te + reach * se),
    };
    let cells = order
        .iter()
        .enumerate()
        .map(|(row, a)| {
            let of = |(column, b): (usize, &usize)| match column.cmp(&row) {
                core::cmp::Ordering::Less => Some(cell(model.effect(*b, *a), model.variance(*b, *a).sqrt())),
                core::cmp::Ordering::Equal => None,
                core::cmp::Ordering::Greater => {
                    let (te, se) = direct.te[(*a, *b)].zip(direct.se[(*a, *b)])?;
                    Some(cell(te, se))
                }
            };
            order.iter().enumerate().map(of).collect()
        })
        .collect();
    Ok(League {
        treatments: order.iter().map(|t| network.treatments[*t].clone()).collect(),
        cells,
    })
}

impl League {
    /// As text: the names on the diagonal, `te [lower; upper]` beside them, a full stop for what is empty.
    #[must_use]
    pub fn text(&self, digits: usize) -> Vec<Vec<String>> {
        let rows = self.cells.iter().enumerate();
        rows.map(|(row, cells)| {
            let texts = cells.iter().enumerate().map(|(column, cell)| match cell {
                Some(Cell { te, lower, upper }) => {
                    format!("{te:.digits$} [{lower:.digits$}; {upper:.digits$}]")
                }
                None if row == column => self.treatments[row].clone(),
                None => ".".to_owned(),
            });
            texts.collect()
        })
        .collect()
    }
}
