//! nlmixr2 model text to a checked model and straight-line tapes.

pub mod program;
pub mod tape;
