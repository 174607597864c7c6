//! Problems of a table, counted so that a wrong column of a long table does not say so a million times.

use euthymia_diagnostics::{Diagnostic, Source, Span};

/// More errors than this are counted only.
const MOST_ERRORS: usize = 150;
/// More warnings than this are counted only.
const MOST_WARNINGS: usize = 50;

#[derive(Debug)]
pub(crate) struct Problems<'a> {
    pub(crate) source: &'a Source,
    told: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
}

impl<'a> Problems<'a> {
    pub(crate) fn new(source: &'a Source) -> Self {
        Self {
            source,
            told: Vec::new(),
            errors: 0,
            warnings: 0,
        }
    }

    pub(crate) fn push(&mut self, problem: Diagnostic) {
        let (count, most) = if problem.is_error() {
            (&mut self.errors, MOST_ERRORS)
        } else {
            (&mut self.warnings, MOST_WARNINGS)
        };
        *count += 1;
        if *count <= most {
            self.told.push(problem);
        }
    }

    /// An error at a cell: the fact, what was expected there, and the way out where there is one to name.
    pub(crate) fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(
            Diagnostic::error(code, message)
                .at(self.source, wide(span), label)
                .help(help),
        );
    }

    /// A warning at a cell.
    pub(crate) fn warning(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(
            Diagnostic::warning(code, message)
                .at(self.source, wide(span), label)
                .help(help),
        );
    }

    pub(crate) fn any_error(&self) -> bool {
        self.errors > 0
    }

    /// What was told, and how much was not.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        let more = self.errors.saturating_sub(MOST_ERRORS) + self.warnings.saturating_sub(MOST_WARNINGS);
        if more > 0 {
            let message = format!("{more} more problems of this table are not shown");
            self.told.push(
                Diagnostic::warning("N099", message).help("mend those above first: many have the same cause"),
            );
        }
        self.told
    }
}

/// A blank cell has no width; the separator beside it shows where it is.
fn wide(span: Span) -> Span {
    Span {
        end: span.end.max(span.start.saturating_add(1)),
        ..span
    }
}
