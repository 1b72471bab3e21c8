//! The command line of paritygate.
fn main() {}
