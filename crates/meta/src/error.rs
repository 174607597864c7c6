//! What keeps an analysis from having an answer.

/// Why there is no answer, and where the reason is.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MetaError {
    /// A column that is not in the table.
    #[error("there is no column `{name}`{}", nearest(.near))]
    NoColumn {
        /// What was asked for.
        name: String,
        /// The column whose name is nearest.
        near: Option<String>,
    },
    /// A column with texts where numbers are needed.
    #[error("column `{name}` holds texts, as in line {line}: {text:?}; numbers are needed")]
    NotNumbers {
        /// The column.
        name: String,
        /// Line of the first text that is no number.
        line: usize,
        /// It.
        text: String,
    },
    /// A row whose numbers cannot be.
    #[error("line {line}: {reason}")]
    Row {
        /// Line of the table.
        line: usize,
        /// What is wrong and what to do.
        reason: String,
    },
    /// Fewer studies than the method needs.
    #[error("{what} needs at least {needed} studies with an effect size and a variance, there are {found}")]
    TooFew {
        /// The method.
        what: &'static str,
        /// How many it needs.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// Moderators that cannot be told apart.
    #[error("the moderators cannot be told apart: {columns} repeat what others say; leave them out")]
    Singular {
        /// Columns of the design matrix that are combinations of those before them.
        columns: String,
    },
    /// An iteration that did not end.
    #[error("{what} did not converge: {reason}")]
    NotConverged {
        /// The method.
        what: &'static str,
        /// How far it came and what may help.
        reason: String,
    },
    /// Treatments that no chain of comparisons connects.
    #[error("the network is not connected: {parts}; analyse its parts one by one")]
    Disconnected {
        /// The treatments of each part.
        parts: String,
    },
    /// A field of an analysis that is missing or means nothing.
    #[error("`{field}`: {reason}")]
    Field {
        /// Its path, as `model.method`.
        field: String,
        /// What was expected and what was found.
        reason: String,
    },
    /// A formula or an expression that cannot be read.
    #[error("{text:?}: {reason}, at character {at}")]
    Expression {
        /// The text.
        text: String,
        /// Where, counted from 1.
        at: usize,
        /// What was expected.
        reason: String,
    },
    /// What the method does not answer for these data.
    #[error("{0}")]
    NoAnswer(String),
}

fn nearest(near: &Option<String>) -> String {
    near.as_ref()
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

impl MetaError {
    /// A field of an analysis that is missing or means nothing.
    pub fn field(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Field {
            field: field.into(),
            reason: reason.into(),
        }
    }
}
