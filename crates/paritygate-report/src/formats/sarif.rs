//! SARIF 2.1.0: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
//!
//! A result stands at the place of the first environment that deviates; the other environments are related locations.
//! What can't be judged is of the kind `open`, what is only observed `informational`, and what is waived carries a
//! suppression. A result's fingerprint is made of its rule, its path and its environments: neither a value nor a line
//! that moves makes it another one.

use paritygate_model::report::{Finding, Report, Severity, Status, Verdict};
use paritygate_model::{Diagnostic, Level, Note};
use serde_json::{Map, Value, json};

use super::json::{WirePlace, visible};
use crate::view::{content, told};
use crate::words::{escape, prose};
use crate::{Format, Style};

pub(crate) static FORMAT: Format = Format {
    name: "sarif",
    summary: "SARIF 2.1.0, for code scanning and editors",
    report: Some(render),
    decision: None,
    differences: None,
};

/// The fingerprint's name: it changes where what it is made of does.
const FINGERPRINT: &str = "paritygate/v1";

fn render(report: &Report, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let mut rules: Vec<(&str, &str)> = report.rules.iter().map(|rule| (&*rule.id, rule.kind)).collect();
    for finding in &report.findings {
        // Exceptions are reported under rules of their own.
        if rules.iter().all(|(id, _)| *id != &*finding.rule) {
            rules.push((&finding.rule, finding.kind));
        }
    }
    let place_of = |id: &str| rules.iter().position(|(known, _)| *known == id);
    let results: Vec<Value> =
        report.findings.iter().map(|finding| result(finding, place_of(&finding.rule), style)).collect();
    let rules: Vec<Value> = rules
        .iter()
        .map(|(id, kind)| json!({ "id": id, "shortDescription": { "text": format!("{id} ({kind})") }, "properties": { "kind": kind } }))
        .collect();
    let notifications: Vec<Value> = diagnostics.iter().map(|wrong| notification(wrong, style)).collect();
    visible(&json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": report.engine.name,
                "version": report.engine.version,
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": report.verdict != Verdict::Error,
                "endTimeUtc": report.evaluated_at.to_string(),
                "toolConfigurationNotifications": notifications,
            }],
            "results": results,
        }],
    }))
}

fn result(finding: &Finding, rule: Option<usize>, style: &Style<'_>) -> Value {
    // By the standard, what is no failure has no level.
    let (kind, level) = match finding.status {
        _ if finding.observed => ("informational", "none"),
        Status::Unknown => ("open", "none"),
        Status::Fail => ("fail", "error"),
        Status::Warn => ("fail", "warning"),
        Status::Pass => ("fail", "note"),
        Status::Waived => match finding.severity {
            Severity::Error => ("fail", "error"),
            Severity::Warning => ("fail", "warning"),
            Severity::Info => ("fail", "note"),
        },
    };
    let text = text(&finding.message, &finding.notes, finding.help.as_ref());
    let mut location = Map::new();
    if let Some(place) = told::place(finding) {
        location.insert("physicalLocation".to_owned(), physical(&told::of_place(place), style));
    }
    location.insert(
        "logicalLocations".to_owned(),
        json!([{ "fullyQualifiedName": escape(&finding.path), "kind": "member" }]),
    );
    let related: Vec<Value> = told::others(finding)
        .enumerate()
        .map(|(at, (name, cell, place))| {
            json!({
                "id": at + 1,
                "message": { "text": format!("{}: {}", escape(name), content(cell)) },
                "physicalLocation": physical(&told::of_place(place), style),
            })
        })
        .collect();
    let environments: Vec<&str> = finding.environments.iter().map(|name| &**name).collect();
    let mut result = json!({
        "ruleId": &*finding.rule,
        "kind": kind,
        "level": level,
        "message": { "text": text },
        "locations": [location],
        "relatedLocations": related,
        "partialFingerprints": { FINGERPRINT: told::finding_fingerprint(finding) },
        "properties": { "path": escape(&finding.path), "environments": environments },
    });
    if let Some(fields) = result.as_object_mut() {
        if let Some(rule) = rule {
            fields.insert("ruleIndex".to_owned(), json!(rule));
        }
        if let Some(waiver) = &finding.waiver {
            let why = json!([{ "kind": "external", "status": "accepted", "justification": prose(&waiver.reason) }]);
            fields.insert("suppressions".to_owned(), why);
        }
    }
    result
}

fn notification(diagnostic: &Diagnostic, style: &Style<'_>) -> Value {
    let text = text(&diagnostic.message, &diagnostic.notes, diagnostic.help.as_ref());
    let locations: Vec<Value> = diagnostic
        .location
        .iter()
        .map(|at| json!({ "physicalLocation": physical(&WirePlace::of(at), style) }))
        .collect();
    let level = match diagnostic.level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    json!({
        "descriptor": { "id": diagnostic.code },
        "level": level,
        "message": { "text": text },
        "locations": locations,
    })
}

/// The message, and a paragraph each for why and what to do.
fn text(message: &str, notes: &[Note], help: Option<&String>) -> String {
    let more = notes.iter().map(|note| &**note).chain(help.map(String::as_str));
    [message].into_iter().chain(more).map(prose).collect::<Vec<_>>().join("\n\n")
}

fn physical(place: &WirePlace, style: &Style<'_>) -> Value {
    json!({
        "artifactLocation": { "uri": uri(style.path(&place.document)) },
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    })
}

/// A path as a relative reference (RFC 3986).
fn uri(path: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(byte as char),
            b'\\' => out.push('/'),
            byte => {
                let _infallible = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn the_sample() {
        let text = render(&sample::report(), &sample::diagnostics(), &Style::default());
        expect_file!["../sample/report.sarif"].assert_eq(&text);
    }

    #[test]
    fn a_fingerprint_outlives_values_and_lines() {
        let mut report = sample::report();
        let finding = &mut report.findings[1];
        let before = told::finding_fingerprint(finding);
        finding.cells.0.iter_mut().for_each(|(_, cell)| (cell.value, cell.source) = (None, None));
        finding.message.clear();
        assert_eq!(told::finding_fingerprint(finding), before);
        finding.path.push('x');
        assert_ne!(told::finding_fingerprint(finding), before);
    }

    #[test]
    fn paths_are_references() {
        assert_eq!(uri("deploy/a b#1%.env"), "deploy/a%20b%231%25.env");
        assert_eq!(uri("é"), "%C3%A9");
    }
}
