//! Trials as typed tables, and which of them match a course.
