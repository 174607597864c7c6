//! The `euthymia` command.

fn main() {}
