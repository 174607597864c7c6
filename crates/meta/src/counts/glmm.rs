//! Mixed models of counts.
