//! What every Euthymia error is made of: source, span, code, message, labels, help; rendered as text, JSON and HTML.
