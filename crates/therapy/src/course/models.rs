use super::Course;
use crate::library::Library;
use euthymia_diagnostics::Diagnostic;
pub(crate) fn check(_: &Course, _: &Library) -> Vec<Diagnostic> {
    Vec::new()
}
