//! Work on the workspace.
fn main() {}
