//! Digests of artifacts: `sha256:…`.

/// A digest without what it is of before it, and without blanks around it.
pub fn plain(digest: &str) -> &str {
    let behind = memchr::memrchr(b'@', digest.as_bytes()).and_then(|at| digest.get(at + 1..));
    behind.unwrap_or(digest).trim()
}

/// Whether two digests are of the same bytes; `None` where their algorithms differ or one is empty, which says nothing: also
/// `sha256:` with nothing behind it, and one that is cut short. Digits are written in either case, and a digest may stand behind what it is of:
/// `registry.example/api@sha256:…`.
pub fn same(a: &str, b: &str) -> Option<bool> {
    // Most are written alike. What ends with a digit is no mere name of an algorithm.
    if a == b && a.ends_with(|last: char| last.is_ascii_hexdigit()) {
        return Some(true);
    }
    let (a, b) = (plain(a), plain(b));
    if [a, b].iter().any(|digest| digest.is_empty() || digest.ends_with(':')) {
        return None;
    }
    let algorithm = |digest: &str| digest.bytes().position(|byte| byte == b':');
    let (one, other) = (algorithm(a), algorithm(b));
    let alike = |a: Option<&str>, b: Option<&str>| a.zip(b).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
    let is_comparable = one == other && one.is_none_or(|end| alike(a.get(..end), b.get(..end))) && !is_cut(a, b);
    is_comparable.then(|| a.eq_ignore_ascii_case(b))
}

/// Whether one is the beginning of the other, as people write it for short: nobody knows whether it is the same.
fn is_cut(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.len() < long.len() && long.get(..short.len()).is_some_and(|head| head.eq_ignore_ascii_case(short))
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

    #[test]
    fn of_one_that_is_cut_short_nothing_is_known() {
        assert_eq!(same("sha256:aab", "sha256:aabb"), None);
        assert_eq!(same("registry.example/api@SHA256:AABB", "sha256:aab"), None);
        assert_eq!(same("sha256:aac", "sha256:aabb"), Some(false));
    }

    #[test]
    fn however_it_is_written_it_is_the_same() {
        assert_eq!(same("sha256:aa", "sha256:AA"), Some(true));
        assert_eq!(same("registry.example/api@sha256:aa", "sha256:aa"), Some(true));
        assert_eq!(same("registry.example/api@sha256:aa", "sha256:ab"), Some(false));
        assert_eq!(same("registry.example/api@", "sha256:ab"), None);
        assert_eq!(same("sha256:aa\n", " sha256:aa"), Some(true));
    }
}
