//! Results to figures (SVG) and one self-contained HTML page.
