//! Examples in manuals and in the files of edges.

/// The fenced blocks of a manual.
pub fn examples(manual: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in manual.lines() {
        match (&mut open, line.trim_end()) {
            (None, "```example") => open = Some(String::new()),
            (Some(block), "```") => {
                blocks.push(std::mem::take(block));
                open = None;
            }
            (Some(block), line) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, _) => {}
        }
    }
    assert!(open.is_none(), "an example is not closed");
    blocks
}

/// Runs the examples of files, each about one kind; `check` adds what is wrong to its list.
pub fn the_edges_hold<T>(
    edges: &[(&str, &str)],
    is_kind: impl Fn(&str) -> bool,
    check: impl Fn(&str, &str, &mut Vec<String>) -> T,
) {
    let mut failed = Vec::new();
    for (kind, text) in edges {
        assert!(is_kind(kind), "there is no kind `{kind}`");
        check(kind, text, &mut failed);
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}
