//! Digests of artifacts: `sha256:…`.

/// Whether two digests are of the same bytes; `None` where their algorithms differ or one is empty, which says nothing: also
/// `sha256:` with nothing behind it.
pub fn same(a: &str, b: &str) -> Option<bool> {
    if [a, b].iter().any(|digest| digest.trim_end().is_empty() || digest.trim_end().ends_with(':')) {
        return None;
    }
    let algorithm = |digest: &str| digest.split_once(':').map(|(algorithm, _)| algorithm.len());
    let (one, other) = (algorithm(a), algorithm(b));
    (one == other && one.is_none_or(|end| a.get(..end) == b.get(..end))).then(|| a == b)
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn digests_of_two_algorithms_say_nothing_of_each_other() {
        assert_eq!(same("sha256:aa", "sha256:aa"), Some(true));
        assert_eq!(same("sha256:aa", "sha256:ab"), Some(false));
        assert_eq!(same("sha256:aa", "sha512:aa"), None);
        assert_eq!(same("sha256:aa", "aa"), None);
        assert_eq!(same("aa", "aa"), Some(true));
        assert_eq!(same("", "sha256:aa"), None);
        assert_eq!(same("", ""), None);
        assert_eq!(same("sha256:", "sha256:"), None);
    }
}
