//! What the page can be narrowed down by. Hidden where no script runs.

use std::fmt::Write;

use paritygate_model::report::Severity;

use super::parts::class;
use super::report::Ready;
use crate::markup::escape;
use crate::words::count;

pub(super) fn write(out: &mut String, ready: &Ready<'_>) {
    out.push_str("<form class=\"filters\" aria-label=\"Narrow down\" hidden>\n");
    out.push_str(
        "<input type=\"search\" name=\"text\" aria-label=\"Find\" placeholder=\"Find a path, value or rule\">\n",
    );
    out.push_str("<fieldset>\n<legend>Status</legend>\n");
    for (group, findings) in ready.groups() {
        let ((_, one, many), class) = (group.words(), class(group));
        let label = count(findings.len(), one, many);
        let _infallible = writeln!(
            out,
            "<label class=\"{class}\"><input type=\"checkbox\" name=\"group\" value=\"{class}\" checked> {label}</label>"
        );
    }
    out.push_str("</fieldset>\n");
    let used = |severity: &Severity| ready.ranked.iter().any(|(_, finding)| finding.severity == *severity);
    let severities = Severity::ALL.into_iter().filter(used).map(|severity| (severity.word(), severity.word()));
    choice(out, "severity", severities);
    choice(out, "rule", numbered(&ready.rules).iter().map(|(at, name)| (at.as_str(), *name)));
    choice(out, "environment", numbered(&ready.environments).iter().map(|(at, name)| (at.as_str(), *name)));
    out.push_str("<button type=\"reset\">Reset</button>\n<output aria-live=\"polite\"></output>\n</form>\n");
}

fn numbered<'r>(names: &[&'r str]) -> Vec<(String, &'r str)> {
    names.iter().enumerate().map(|(at, name)| (at.to_string(), *name)).collect()
}

/// A choice of one thing, or of any: with one thing to choose from there is no choice.
fn choice<'a>(out: &mut String, name: &str, options: impl Iterator<Item = (&'a str, &'a str)>) {
    let options: Vec<_> = options.collect();
    if options.len() < 2 {
        return;
    }
    let _infallible =
        writeln!(out, "<select name=\"{name}\" aria-label=\"{name}\">\n<option value=\"\">any {name}</option>");
    for (value, label) in options {
        let _infallible = writeln!(out, "<option value=\"{value}\">{}</option>", escape(label));
    }
    out.push_str("</select>\n");
}
