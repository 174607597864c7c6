//! `euthymia courses`: what the library ships.

use euthymia_diagnostics::Diagnostic;
use euthymia_document::Value;

use crate::arguments::Shared;
use crate::exit::Failure;
use crate::library;

/// Lists the courses by name with their titles.
pub(crate) fn run(shared: &Shared) -> Result<(), Failure> {
    let files = library::files(shared)?;
    let mut courses = Vec::new();
    for name in files.course_names()? {
        let (document, diagnostics) = euthymia_io::toml::document(&files.course(&name)?);
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(Failure::Input(diagnostics));
        }
        let title = document
            .as_ref()
            .and_then(|document| match &document.root.get("title")?.node.value {
                Value::String(title) => Some(title.clone()),
                _ => None,
            });
        courses.push((name, title.unwrap_or_default()));
    }
    if shared.json {
        let list: Vec<_> = courses
            .iter()
            .map(|(name, title)| serde_json::json!({ "name": name, "title": title }))
            .collect();
        println!("{}", serde_json::Value::from(list));
    } else {
        let width = courses.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, title) in &courses {
            println!("{name:width$}  {title}");
        }
    }
    Ok(())
}
