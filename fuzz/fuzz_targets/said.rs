//! What must hold of everything that is said, whatever was read.

use euthymia_diagnostics::{Diagnostic, render};

/// The text of an input: what a file would be decoded to, or nothing where it would be refused for not being UTF-8.
pub(crate) fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Spans lie in their texts, every error has a place and says what to do, and all three renderings end.
pub(crate) fn hold(diagnostics: &[Diagnostic]) {
    for one in diagnostics {
        assert!(!one.message.is_empty(), "{one:?}");
        for label in &one.labels {
            let (start, end) = (label.span.start as usize, label.span.end as usize);
            assert!(start <= end, "{one:?}");
            // A blank cell at the very end is shown by the place behind it.
            assert!(end <= label.source.text().len() + 1, "{one:?}");
        }
    }
    for width in [20, 100] {
        let style = render::Style {
            colour: width == 100,
            width,
        };
        let _ = render::text(diagnostics, style);
    }
    let _ = render::json(diagnostics);
    let _ = render::html(diagnostics);
}
