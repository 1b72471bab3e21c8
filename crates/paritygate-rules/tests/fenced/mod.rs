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

/// Runs the examples of the files in a folder below `tests`, each about the kind that it is called by; `check` adds what is
/// wrong to its list.
#[expect(clippy::disallowed_methods, reason = "tests read their own files")]
pub fn the_edges_hold<T>(
    folder: &str,
    is_kind: impl Fn(&str) -> bool,
    check: impl Fn(&str, &str, &mut Vec<String>) -> T,
) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let entries = std::fs::read_dir(&folder).expect("the folder is there");
    let mut files: Vec<std::path::PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    files.retain(|file| file.is_file());
    files.sort_unstable();
    assert!(!files.is_empty(), "{} holds no file", folder.display());
    let mut failed = Vec::new();
    for file in files {
        let kind = file.file_stem().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
        assert!(is_kind(kind), "{}: there is no kind `{kind}`", file.display());
        check(kind, &std::fs::read_to_string(&file).expect("it can be read"), &mut failed);
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}
