//! A file as a tree of values with spans, and the reader that checks it against what was expected.
