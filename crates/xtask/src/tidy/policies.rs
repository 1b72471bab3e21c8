//! Each policy in `policies/` is listed: a file that nobody lists would be a policy that nobody runs.

use super::{Problem, below};
use crate::workspace::Files;

const FOLDER: &str = "policies/";
const LIST: &str = "policies/src/lib.rs";
/// How the file with a policy's cases ends.
const CASES: &str = ".cases";

/// Compares the policies with the list that embeds them.
pub(super) fn check(files: &Files) -> Vec<Problem> {
    let list = files.get(LIST).map(String::as_str).unwrap_or_default();
    let mut problems = Vec::new();
    for (path, _) in below(files, FOLDER, ".yaml") {
        let name = path.trim_start_matches(FOLDER).trim_end_matches(".yaml");
        if let Some(policy) = name.strip_suffix(CASES) {
            if !files.contains_key(&format!("{FOLDER}{policy}.yaml")) {
                let help = format!("write `{policy}.yaml`, or remove the cases");
                problems.push(Problem::new(path, "holds cases of a policy that is not there", help));
            }
            continue;
        }
        let line = format!("policy!(\"{name}\")");
        let count = list.matches(&line).count();
        if count != 1 {
            let help = format!("write `{line}` once in `{LIST}`");
            problems.push(Problem::new(path, format!("is listed {count} times"), help));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::{files, shown};
    use super::*;

    #[test]
    fn a_policy_that_is_not_listed_is_a_problem() {
        let folder = [
            (LIST, "policies: &[policy!(\"recommended/compose\")],"),
            ("policies/recommended/compose.yaml", ""),
            ("policies/recommended/compose.cases.yaml", ""),
            ("policies/recommended/dotenv.yaml", ""),
            ("policies/recommended/gone.cases.yaml", ""),
        ];
        assert_eq!(
            shown(&check(&files(&folder))),
            "policies/recommended/dotenv.yaml: is listed 0 times\n\
             policies/recommended/gone.cases.yaml: holds cases of a policy that is not there\n"
        );
    }
}
