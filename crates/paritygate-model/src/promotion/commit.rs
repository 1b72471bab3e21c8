//! Commits, as systems print them: in full, or shortened.

/// The fewest characters to which a commit may be shortened.
const SHORTEST: usize = 7;

/// Whether two commits are the same, of which one may be shortened; `None` where one of them is no commit.
pub fn same(a: &str, b: &str) -> Option<bool> {
    let is_commit = |text: &str| text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (a, b) = (a.trim(), b.trim());
    let shorter = a.len().min(b.len());
    let same = || a.get(..shorter).zip(b.get(..shorter)).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
    (is_commit(a) && is_commit(b)).then(same)
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn one_may_be_shortened() {
        assert_eq!(same("3f2c1a9", "3F2C1A9d0b"), Some(true));
        assert_eq!(same("3f2c1a9d0b", "3f2c1a9"), Some(true));
        assert_eq!(same("3f2c1a9", "3f2c1a8"), Some(false));
        assert_eq!(same("3f2c1a9\n", "3f2c1a9d"), Some(true));
    }

    #[test]
    fn words_are_no_commits() {
        assert_eq!(same("3f2c1a", "3f2c1a9d0b"), None);
        assert_eq!(same("latest-main", "latest-main"), None);
        assert_eq!(same("", ""), None);
    }
}
