//! Tape and events to trajectories: lanes, integrators, dense output.
