//! The baseline: findings that were there when somebody began to look, and that are accepted.
//!
//! A text of its own, which is written and not edited. It holds no value, no line and no secret: rule, path and
//! environments say which finding is meant.

use std::fmt::Write;

use paritygate_model::{Diagnostic, Document, Location, Node};

use crate::fields::Reader;
use crate::spanned::Spanned;

const FIELDS: [&str; 2] = ["baseline", "findings"];
const FINDING_FIELDS: [&str; 3] = ["rule", "path", "environments"];
/// The version of the text.
const VERSION: i64 = 1;

/// A finding that is accepted.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The rule.
    pub rule: String,
    /// The path, as a finding shows it.
    pub path: String,
    /// The environments that deviate.
    pub environments: Vec<Spanned<String>>,
    /// Where it is written.
    pub at: Location,
}

/// Reads a baseline: what could be understood, and everything that is wrong.
pub fn lower(document: &Document) -> (Vec<Accepted>, Vec<Diagnostic>) {
    let mut reader = Reader::new(document);
    let accepted = reader.root(document, "a baseline").map(|root| reader.baseline(root)).unwrap_or_default();
    (accepted, reader.mistakes.finish())
}

impl Reader<'_> {
    fn baseline(&mut self, root: Node<'_>) -> Vec<Accepted> {
        self.known(root, "a baseline", &FIELDS);
        let help = "write it with `paritygate baseline`";
        let version = self.required(root, "a baseline", &FIELDS, "baseline", help);
        if let Some(node) = version
            && let Some(number) = self.integer(node)
            && number != VERSION
        {
            let message = format!("this baseline is of version {number}, and {VERSION} is known here");
            let at = self.at(node);
            self.error("baseline-version", at, message, help);
            return Vec::new();
        }
        let Some(findings) = root.get("findings").filter(|node| !node.is_null()) else { return Vec::new() };
        self.items(findings).filter_map(|item| self.accepted(item)).collect()
    }

    fn accepted(&mut self, map: Node<'_>) -> Option<Accepted> {
        const WHAT: &str = "an accepted finding";
        if !self.map(map, WHAT) {
            return None;
        }
        self.known(map, WHAT, &FINDING_FIELDS);
        let mut field = |name| self.required(map, WHAT, &FINDING_FIELDS, name, "a finding is meant by all three");
        let (rule, path, environments) = (field("rule"), field("path"), field("environments"));
        let rule = rule.and_then(|node| self.text(node)).map(str::to_owned);
        let path = path.and_then(|node| self.text(node)).map(str::to_owned);
        let environments = environments.map(|node| self.spanned_texts(node, Some("environments")));
        Some(Accepted { rule: rule?, path: path?, environments: environments?, at: self.at(map) })
    }
}

/// Writes a baseline: rule, path and environments of each finding. Sorted, so that two baselines can be compared.
pub fn write<'a>(findings: impl Iterator<Item = (&'a str, &'a str, Vec<&'a str>)>) -> String {
    let mut findings: Vec<_> = findings.collect();
    findings.sort();
    findings.dedup();
    let mut out = String::from(
        "# Findings that are accepted; new ones count. Written by `paritygate baseline`, which drops what is gone.\n",
    );
    let _infallible = writeln!(out, "baseline: {VERSION}\nfindings:{}", if findings.is_empty() { " []" } else { "" });
    for (rule, path, mut environments) in findings {
        environments.sort_unstable();
        let environments: Vec<String> = environments.into_iter().map(quoted).collect();
        let environments = environments.join(", ");
        let _infallible =
            writeln!(out, "  - {{ rule: {}, path: {}, environments: [{environments}] }}", quoted(rule), quoted(path));
    }
    out
}

/// A text as YAML and JSON read it.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                let _infallible = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_sorted_and_quoted() {
        let findings = [("same", "variables.\"A.B\"", vec!["staging", "dev"]), ("present", "x\n", vec!["dev"])];
        let text = write(findings.into_iter());
        let (_, lines) = text.split_once("findings:\n").expect("findings");
        assert_eq!(
            lines,
            "  - { rule: \"present\", path: \"x\\u000a\", environments: [\"dev\"] }\n  \
             - { rule: \"same\", path: \"variables.\\\"A.B\\\"\", environments: [\"dev\", \"staging\"] }\n"
        );
        assert!(write([].into_iter()).ends_with("findings: []\n"));
    }
}
