//! Each policy in `policies/` is embedded: a file that nobody lists would be a policy that nobody runs.

use super::{Problem, below};
use crate::workspace::Files;

const FOLDER: &str = "policies/";
const LIST: &str = "policies/src/lib.rs";

/// Compares the policies with the list that embeds them.
pub(super) fn check(files: &Files) -> Vec<Problem> {
    let list = files.get(LIST).map(String::as_str).unwrap_or_default();
    let policies = below(files, FOLDER, ".yaml").filter_map(|(path, _)| path.strip_prefix(FOLDER));
    // A policy lies right in its pack; what lies deeper are its cases.
    let policies = policies.filter(|path| path.matches('/').count() == 1 && !path.starts_with("src/"));
    let missing = policies.filter_map(|path| {
        let line = format!("include_str!(\"../{path}\")");
        let count = list.matches(&line).count();
        let help = || format!("write `{line}` once in the list of `{LIST}`");
        (count != 1).then(|| Problem::new(format!("{FOLDER}{path}"), format!("is embedded {count} times"), help()))
    });
    missing.collect()
}

#[cfg(test)]
mod tests {
    use super::super::{files, shown};
    use super::*;

    #[test]
    fn a_policy_that_is_not_embedded_is_a_problem() {
        let list = "pub static ALL: &[Policy] = &[include_str!(\"../recommended/compose.yaml\")];";
        let folder = [
            (LIST, list),
            ("policies/recommended/compose.yaml", ""),
            ("policies/recommended/dotenv.yaml", ""),
            ("policies/recommended/compose/case.yaml", ""),
        ];
        assert_eq!(shown(&check(&files(&folder))), "policies/recommended/dotenv.yaml: is embedded 0 times\n");
    }
}
