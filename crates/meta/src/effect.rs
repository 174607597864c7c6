//! Effect sizes and their sampling variances.

/// Effect sizes of the rows of a table: a cell for each row, missing where the row has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects {
    /// Name of the measure, as `RR`.
    pub measure: String,
    /// Effect sizes on the scale that is pooled (a log for ratios).
    pub yi: Vec<Option<f64>>,
    /// Their sampling variances.
    pub vi: Vec<Option<f64>>,
    /// People of each study, where the columns tell.
    pub ni: Vec<Option<f64>>,
}
