//! Facts that other systems printed: deployments, reviews, approvals and checks as GitHub tells them, and paritygate's own
//! reports.
//!
//! A text holds one object, a list of them, a list of pages (`gh api --paginate --slurp`), or several of these behind each
//! other (`gh api --paginate`, read by [`crate::document::read_stream`]). Each object is judged by its shape alone, so that
//! a text may mix them. Some are only parts: statuses belong to deployments and reviews to pull requests, in whichever text
//! they are handed in. So everything is collected first, and joined once all texts are read.
//!
//! What a system does not say stays absent; nothing is guessed. Every fact is `imported`, and knows where it is written.

pub mod github_approvals;
pub mod github_checks;
pub mod github_commits;
pub mod github_deployment_statuses;
pub mod github_deployments;
pub mod github_environments;
pub mod github_pull_requests;
pub mod github_reviews;
pub mod paritygate_report;

use paritygate_model::promotion::Facts;
use paritygate_model::{Diagnostic, Document, Location, Node, Span};

pub use crate::collector::Collector;

/// A form in which a system prints facts.
pub struct FactFormat {
    /// Its name.
    pub name: &'static str,
    /// What it is, in one line: which command prints it.
    pub summary: &'static str,
    /// Whether one object has its shape.
    pub is: fn(Node<'_>) -> bool,
    /// Takes the facts of one object of that shape.
    pub take: for<'d> fn(Node<'d>, &mut Collector<'d>),
}

impl FactFormat {
    /// Whether a document is of this form, by the shape of its first object.
    pub fn detect(&self, root: Node<'_>) -> bool {
        objects(root).first().is_some_and(|object| (self.is)(*object))
    }

    /// Reads one document of this form. What belongs to objects of other documents is joined by [`read_all`] only.
    pub fn read(&self, document: &Document, out: &mut Facts, diagnostics: &mut Vec<Diagnostic>) {
        let mut collector = Collector::default();
        collect(document, &[self], &mut collector);
        let (facts, found) = collector.finish();
        diagnostics.extend(found);
        add(out, facts);
    }
}

/// All forms, sorted by name.
pub static ALL: &[&FactFormat] = &[
    &github_approvals::FORMAT,
    &github_checks::FORMAT,
    &github_commits::FORMAT,
    &github_deployment_statuses::FORMAT,
    &github_deployments::FORMAT,
    &github_environments::FORMAT,
    &github_pull_requests::FORMAT,
    &github_reviews::FORMAT,
    &paritygate_report::FORMAT,
];

/// The form of that name.
pub fn find(name: &str) -> Option<&'static FactFormat> {
    ALL.iter().copied().find(|format| format.name == name)
}

/// The form of a document, by the shape of its first object.
pub fn detect(root: Node<'_>) -> Option<&'static FactFormat> {
    ALL.iter().copied().find(|format| format.detect(root))
}

/// Whether a document is to be read here, and is not in paritygate's own form of facts: it is a list, which that never is,
/// or its first object has a known shape, or it says that GitHub refused to answer.
pub fn is_foreign(document: &Document) -> bool {
    document.root().is_some_and(|root| root.is_sequence() || refusal(root).is_some() || detect(root).is_some())
}

/// Reads all documents, and joins what belongs together: statuses with their deployments, reviews with their pull requests.
pub fn read_all<'d>(documents: impl IntoIterator<Item = &'d Document>) -> (Facts, Vec<Diagnostic>) {
    let mut collector = Collector::default();
    for document in documents {
        collect(document, ALL, &mut collector);
    }
    collector.finish()
}

/// What GitHub says instead of an answer: `Not Found`.
fn refusal(root: Node<'_>) -> Option<&str> {
    root.get("documentation_url")?;
    root.get("message")?.as_str()
}

fn collect<'d>(document: &'d Document, formats: &[&FactFormat], collector: &mut Collector<'d>) {
    if document.source.text().trim().is_empty() {
        let at = Location::new(&document.source, Span::default());
        let wrong = Diagnostic::error("empty-document", at, "the text is empty: facts were expected");
        collector.tell(wrong.help("see whether the command that was to print them failed"));
    }
    let mut told = false;
    for object in document.roots().flat_map(objects) {
        match formats.iter().find(|format| (format.is)(object)) {
            Some(format) if collector.admits(object) => (format.take)(object, collector),
            Some(_) => return,
            // One strange object says it for all others of its text.
            None if !told => {
                told = true;
                let at = object.location().unwrap_or_else(|| Location::new(&document.source, Span::default()));
                collector.tell(unknown(object, at, formats));
            }
            None => {}
        }
    }
}

/// The objects of a document: itself, or the items of its list, or of the lists in its list.
fn objects(root: Node<'_>) -> Vec<Node<'_>> {
    if !root.is_sequence() {
        return vec![root];
    }
    let mut found = Vec::with_capacity(root.len());
    for item in root.items() {
        if item.is_sequence() { found.extend(item.items()) } else { found.push(item) }
    }
    found
}

fn unknown(object: Node<'_>, at: Location, formats: &[&FactFormat]) -> Diagnostic {
    if let Some(message) = refusal(object) {
        let wrong = Diagnostic::error("no-facts", at, format!("this is an error of GitHub and no facts: `{message}`"));
        return wrong.help("see whether the name is right and the token may read it, and ask again");
    }
    let message = match formats {
        [only] => format!("this has not the shape of `{}`", only.name),
        _ => "this has none of the shapes of facts that are known".to_owned(),
    };
    let wrong = Diagnostic::error("unknown-facts", at, message);
    let wrong =
        formats.iter().fold(wrong, |wrong, format| wrong.note(format!("`{}`: {}", format.name, format.summary)));
    wrong
        .help("hand in what one of these commands prints, with all fields, or write the facts in paritygate's own form")
}

fn add(out: &mut Facts, more: Facts) {
    out.approvals.extend(more.approvals);
    out.checks.extend(more.checks);
    out.deployments.extend(more.deployments);
    out.parity.extend(more.parity);
    out.protections.extend(more.protections);
    match (&mut out.change, more.change) {
        (Some(change), Some(more)) => {
            change.pull_requests.extend(more.pull_requests);
            for author in more.authors {
                if !change.authors.contains(&author) {
                    change.authors.push(author);
                }
            }
        }
        (change, Some(more)) => *change = Some(more),
        (_, None) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use paritygate_model::promotion::{FactSource, Instant, Origin};
    use paritygate_model::{SortedMap, Source};

    use super::*;
    use crate::document;

    /// The facts of JSON texts.
    pub(crate) fn facts(texts: &[&str]) -> (Facts, Vec<Diagnostic>) {
        let documents: Vec<Document> = texts
            .iter()
            .map(|text| {
                let (document, diagnostics) = document::read_stream(&Source::new("facts.json", *text));
                assert!(diagnostics.is_empty(), "{diagnostics:?}\n{text}");
                document
            })
            .collect();
        let (facts, diagnostics) = read_all(&documents);
        (facts, diagnostics)
    }

    fn at(instant: Option<Instant>, before: &str) -> String {
        instant.map(|at| format!("{before}{}", at.0)).unwrap_or_default()
    }

    fn or_dash(text: Option<&str>) -> &str {
        text.unwrap_or("-")
    }

    /// Diagnostics and facts of JSON texts, one a line. Every fact is imported and has a place.
    pub(crate) fn shown(texts: &[&str]) -> String {
        let (facts, diagnostics) = facts(texts);
        let mut out = String::new();
        let imported = |origin: &Origin| assert!(origin.source == FactSource::Imported && origin.at.is_some());
        for wrong in &diagnostics {
            let place = wrong.location.as_ref().map(Location::position);
            let place = place.map_or("-".to_owned(), |at| format!("{}:{}", at.line, at.column));
            writeln!(out, "{place} {} {}: {}", wrong.level.word(), wrong.code, wrong.message).unwrap();
        }
        for fact in &facts.deployments {
            imported(&fact.origin);
            let text = |before: &str, text: &Option<String>| {
                text.as_ref().map(|text| format!("{before}{text}")).unwrap_or_default()
            };
            let (of, by) = (text(" of ", &fact.commit), text(" by ", &fact.by));
            let (from, until) = (at(fact.started_at, " from "), at(fact.finished_at, " until "));
            let (id, result) = (or_dash(fact.id.as_deref()), fact.result.word());
            writeln!(out, "deployment {id} to {}{of}{from} {result}{until}{by}", fact.environment).unwrap();
        }
        for fact in &facts.approvals {
            imported(&fact.origin);
            assert!(fact.at.is_none() && fact.digest.is_none() && fact.groups.is_empty());
            let of = or_dash(fact.environment.as_deref());
            writeln!(out, "approval of {of}: {} {}", fact.by, fact.state.word()).unwrap();
        }
        for fact in &facts.checks {
            imported(&fact.origin);
            let (of, at) = (or_dash(fact.commit.as_deref()), at(fact.finished_at, " at "));
            writeln!(out, "check {} of {of} {}{at}", fact.name, fact.status.word()).unwrap();
        }
        for fact in &facts.protections {
            imported(&fact.origin);
            let (people, groups) = (fact.reviewers.join(", "), fact.groups.join(", "));
            writeln!(
                out,
                "protection of {}: people {people}, groups {groups}, waits {:?}, no self review {:?}",
                fact.environment, fact.wait_minutes, fact.prevent_self_review
            )
            .unwrap();
        }
        if let Some(change) = &facts.change {
            imported(&change.origin);
            if !change.authors.is_empty() {
                writeln!(out, "authors {}", change.authors.join(", ")).unwrap();
            }
            for pull in &change.pull_requests {
                let number = pull.number.map_or("-".to_owned(), |number| number.to_string());
                let (by, up_to) = (pull.approved_by.join(", "), or_dash(pull.reviewed_commit.as_deref()));
                write!(out, "pull request {number} approved by {by} up to {up_to}").unwrap();
                if !pull.changes_requested_by.is_empty() {
                    write!(out, " but {} asked for changes", pull.changes_requested_by.join(", ")).unwrap();
                }
                for (before, text) in [(" head ", &pull.head_commit), (" merged by ", &pull.merged_by)] {
                    write!(out, "{}", text.as_ref().map(|text| format!("{before}{text}")).unwrap_or_default()).unwrap();
                }
                out.push('\n');
            }
        }
        for fact in &facts.parity {
            imported(&fact.origin);
            let list = |map: &SortedMap<String, String>| {
                map.iter().map(|(name, digest)| format!("{name}={digest}")).collect::<Vec<_>>().join(", ")
            };
            let (environments, at) = (fact.environments.join(", "), at(fact.evaluated_at, " at "));
            let (policies, inputs) = (list(&fact.policies), list(&fact.inputs));
            let at = format!("{at}{}", fact.valid_until.map_or(String::new(), |end| format!(" until {}", end.0)));
            writeln!(out, "parity of {environments}: {}{at}, policies {policies}, inputs {inputs}", fact.verdict)
                .unwrap();
        }
        out.trim_end().to_owned()
    }

    const STATUS: &str =
        r#"{"id": 1, "state": "success", "created_at": "2026-08-01T10:05:00Z", "deployment_url": "x/deployments/9"}"#;
    const DEPLOYMENT: &str =
        r#"{"id": 9, "sha": "abc", "environment": "staging", "created_at": "2026-08-01T10:00:00Z"}"#;

    #[test]
    fn names_are_sorted_and_found() {
        assert!(ALL.windows(2).all(|pair| pair[0].name < pair[1].name));
        for format in ALL {
            assert_eq!(find(format.name).map(|found| found.name), Some(format.name));
        }
    }

    #[test]
    fn lists_pages_and_streams_hold_the_same() {
        let expected = "deployment 9 to staging of abc from 2026-08-01T10:00:00Z succeeded until 2026-08-01T10:05:00Z";
        for texts in [
            vec![DEPLOYMENT.to_owned(), STATUS.to_owned()],
            vec![format!("[{STATUS}]"), format!("[{DEPLOYMENT}]")],
            vec![format!("[[{DEPLOYMENT}], [{STATUS}]]")],
            vec![format!("[{DEPLOYMENT}][{STATUS}]")],
            vec![format!("{DEPLOYMENT}\n{STATUS}\n")],
            vec!["[]".to_owned(), format!("[{DEPLOYMENT}, {STATUS}]")],
        ] {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            assert_eq!(shown(&texts), expected, "{texts:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_told_once_with_what_is() {
        let (_, diagnostics) = facts(&[&format!(r#"[{{"a": 1}}, 2, null, [3], {DEPLOYMENT}]"#)]);
        assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
        let wrong = &diagnostics[0];
        assert_eq!((wrong.code, wrong.notes.len()), ("unknown-facts", ALL.len()));
        assert!(wrong.notes[0].starts_with("`github-approvals`: `gh api"), "{:?}", wrong.notes);
        assert_eq!(shown(&["[]"]), "");
    }

    #[test]
    fn an_error_of_github_is_told_as_one() {
        let refused =
            r#"{"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}"#;
        assert_eq!(shown(&[refused]), "1:1 error no-facts: this is an error of GitHub and no facts: `Not Found`");
    }

    #[test]
    fn an_empty_text_is_told() {
        let (document, _) = document::read_stream(&Source::new("facts", " \n"));
        let (_, diagnostics) = read_all([&document]);
        assert_eq!(diagnostics.first().map(|wrong| wrong.code), Some("empty-document"));
    }

    #[test]
    fn our_own_form_is_not_foreign() {
        for (text, expected) in [
            ("deployments: []", false),
            ("{\"approvals\": [], \"environments\": []}", false),
            ("[]", true),
            (DEPLOYMENT, true),
            ("{\"message\": \"no\", \"documentation_url\": \"x\"}", true),
            ("", false),
        ] {
            let (document, _) = document::read_stream(&Source::new("facts", text));
            assert_eq!(is_foreign(&document), expected, "{text}");
        }
    }

    #[test]
    fn one_format_reads_its_own_alone() {
        let (document, _) = document::read(&Source::new("a.json", format!("[{DEPLOYMENT}, {STATUS}]")));
        let (mut facts, mut diagnostics) = (Facts::default(), Vec::new());
        let format = document.root().and_then(detect).unwrap();
        assert_eq!(format.name, "github-deployments");
        format.read(&document, &mut facts, &mut diagnostics);
        assert_eq!((facts.deployments.len(), diagnostics.len()), (1, 1));
        assert_eq!(diagnostics[0].message, "this has not the shape of `github-deployments`");
    }

    #[test]
    fn values_of_other_types_break_nothing() {
        let texts = [
            r#"{"id": 9, "sha": "a", "environment": "e", "task": "t", "created_at": "x", "creator": {"login": "b"}, "payload": {"image": "i"}}"#,
            r#"{"deployment_url": "x/9", "state": "success", "created_at": "x", "environment": "e", "id": 1}"#,
            r#"{"total_count": 1, "environments": [{"name": "p", "protection_rules": [{"type": "required_reviewers", "reviewers": [{"type": "Team", "reviewer": {"slug": "s"}}]}]}]}"#,
            r#"{"state": "approved", "user": {"login": "d"}, "environments": [{"name": "p"}]}"#,
            r#"{"total_count": 1, "check_runs": [{"id": 1, "name": "c", "head_sha": "a", "status": "completed", "conclusion": "success", "completed_at": "x"}]}"#,
            r#"{"number": 1, "url": "https://h/o/r/pull/1", "headRefOid": "a", "author": {"login": "b"}, "commits": [{"authors": [{"login": "b"}]}], "reviews": [{"author": {"login": "c"}, "state": "APPROVED", "commit": {"oid": "a"}}]}"#,
            r#"{"pull_request_url": "https://h/repos/o/r/pulls/1", "state": "APPROVED", "user": {"login": "c"}, "commit_id": "a"}"#,
            r#"{"engine": {"name": "paritygate"}, "verdict": "pass", "evaluatedAt": "x", "environments": [{"name": "e"}], "policies": [{"name": "p", "digest": "d"}]}"#,
        ];
        for text in texts {
            for (at, _) in text.match_indices(": ") {
                let rest = text.get(at + 2..).unwrap();
                // A value ends where what is behind it makes the whole valid again.
                let ends = rest.match_indices([',', '}', ']']).map(|(end, _)| end);
                for (end, other) in
                    ends.take(4).flat_map(|end| ["null", "-1", "[[]]", "{\"a\": {}}", "\"\""].map(|o| (end, o)))
                {
                    let changed = format!("{}{other}{}", text.get(..at + 2).unwrap(), rest.get(end..).unwrap());
                    let (document, _) = document::read_stream(&Source::new("facts.json", changed.as_str()));
                    let (_, diagnostics) = read_all([&document]);
                    let within = |at: &Location| at.span.end as usize <= changed.len() && at.span.start <= at.span.end;
                    assert!(diagnostics.iter().filter_map(|wrong| wrong.location.as_ref()).all(within), "{changed}");
                }
            }
        }
    }

    #[test]
    fn doubts_are_told_one_by_one_up_to_a_limit() {
        let many: Vec<String> = (0..paritygate_model::limits::MAX_DIAGNOSTICS + 5)
            .map(|id| STATUS.replace("deployments/9", &format!("deployments/{id}")))
            .collect();
        let (facts, diagnostics) = facts(&[&format!("[{}]", many.join(","))]);
        assert_eq!(facts.deployments.len(), many.len());
        assert_eq!(diagnostics.len(), paritygate_model::limits::MAX_DIAGNOSTICS + 1);
        assert_eq!(diagnostics.last().map(|wrong| wrong.message.as_str()), Some("5 more facts are not as expected"));
    }
}
