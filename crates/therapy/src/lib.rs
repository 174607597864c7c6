//! The domain: instruments, courses, populations, response and outcomes.
