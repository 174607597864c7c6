//! Nanoseconds per element of every function.

fn main() {}
