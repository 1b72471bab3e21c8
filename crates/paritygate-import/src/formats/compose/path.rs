//! Paths as Compose files write them, relative to the project's root.

/// `text` as it counts from `folder`. Absolute paths stay as they are.
pub(super) fn join(folder: &str, text: &str) -> String {
    if text.starts_with(['/', '~']) {
        return text.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    let absolute = folder.starts_with('/');
    for part in folder.split('/').chain(text.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute { format!("/{joined}") } else { joined }
}

/// The folder that a file stands in; empty for the project's root.
pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| if folder.is_empty() { "/" } else { folder })
}

/// Whether a reference leads to a server and not to a file.
pub(super) fn is_remote(text: &str) -> bool {
    text.contains("://")
        || text.starts_with("git@")
        || text.starts_with("oci:")
        || text.starts_with("github.com/")
        || text.split('#').next().is_some_and(|path| has_ending(path, &["git"]))
}

/// Whether a file's name says that it is YAML.
pub(super) fn is_yaml(path: &str) -> bool {
    has_ending(path, &["yml", "yaml"])
}

fn has_ending(path: &str, endings: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_count_from_a_folder() {
        for (folder, text, expected) in [
            ("", "a.yml", "a.yml"),
            ("", "./a.yml", "a.yml"),
            ("deploy", "../a.yml", "a.yml"),
            ("deploy", "../../a.yml", "../a.yml"),
            ("../x", "../a", "../a"),
            ("..", "../a", "../../a"),
            ("a/b", "./c//d", "a/b/c/d"),
            ("a", "/etc/x", "/etc/x"),
            ("/", "../x", "/x"),
        ] {
            assert_eq!(join(folder, text), expected, "{folder} + {text}");
        }
        assert_eq!((parent("a/b.yml"), parent("b.yml"), parent("/b.yml")), ("a", "", "/"));
    }
}
