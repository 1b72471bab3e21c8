//! HTML: one page that needs nothing else, to attach to a release or to open from a pipeline.
//!
//! The page fetches nothing: its policy (`Content-Security-Policy`) allows its own style and script, by their digests, and
//! nothing more. Without the script it shows everything; the script narrows it down.

mod finding;
mod heat;

use std::collections::BTreeSet;
use std::fmt::Write;

use paritygate_model::Diagnostic;
use paritygate_model::report::{Finding, Report};

use crate::markup::{attribute, escape};
use crate::view::{self, Group};
use crate::words::count;
use crate::{Format, Style};

pub(crate) static FORMAT: Format = Format {
    name: "html",
    summary: "a page of its own, with the matrix as a heat map",
    report: Some(render),
    decision: None,
    differences: None,
};

const CSS: &str = include_str!("html/page.css");
const JS: &str = include_str!("html/page.js");
/// The digests of the style and the script, as the page's policy names them.
const CSS_DIGEST: &str = "sha256-z2WhsY4f6AGz4qRVx+mJOBFRL6fWsYlxkS6FhKnvT1w=";
const JS_DIGEST: &str = "sha256-iyxNFbJm0JCkjL2NBHgth6bwyUMGFmkoUCr83s4syG8=";

fn render(report: &Report, diagnostics: &[Diagnostic], style: &Style<'_>) -> String {
    let ranked = view::ranked(report);
    let mut out = String::with_capacity(32 * 1024);
    head(&mut out, report);
    top(&mut out, report, &ranked);
    filters(&mut out, report, &ranked);
    out.push_str("<main>\n");
    wrong(&mut out, diagnostics, style);
    if ranked.is_empty() {
        out.push_str(
            "<p>Nothing was found: the environments are alike where they must be, and differ where they must.</p>\n",
        );
    }
    heat::write(&mut out, report, &ranked);
    findings(&mut out, &ranked, style);
    remarks(&mut out, report);
    out.push_str("</main>\n");
    foot(&mut out, report);
    let _infallible = writeln!(out, "<script>{JS}</script>\n</body>\n</html>");
    out
}

/// The name of a group in classes: `not-judged`.
fn class(group: Group) -> String {
    group.words().1.replace(' ', "-")
}

fn names(report: &Report) -> impl Iterator<Item = &str> {
    report.environments.iter().filter(|column| !column.contract).map(|column| &*column.name)
}

fn head(out: &mut String, report: &Report) {
    let names: Vec<&str> = names(report).collect();
    let title = format!("Parity of {}: {}", names.join(", "), report.verdict.word());
    let policy = format!(
        "default-src 'none'; style-src '{CSS_DIGEST}'; script-src '{JS_DIGEST}'; base-uri 'none'; form-action 'none'"
    );
    let _infallible = writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\" data-theme=\"auto\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>{CSS}</style>\n</head>\n<body>",
        escape(&title)
    );
}

fn top(out: &mut String, report: &Report, ranked: &[(Group, &Finding)]) {
    let names: Vec<&str> = names(report).collect();
    let groups = ranked.chunk_by(|a, b| a.0 == b.0).filter_map(|same| {
        let (_, one, many) = same.first()?.0.words();
        Some(count(same.len(), one, many))
    });
    let groups: Vec<String> = groups.collect();
    let found = if groups.is_empty() { "nothing found".to_owned() } else { groups.join(", ") };
    let verdict = report.verdict.word();
    let _infallible = writeln!(
        out,
        "<header>\n<div class=\"top\">\n<h1>Parity of {}</h1>\n\
         <button type=\"button\" id=\"theme\" hidden>Theme: auto</button>\n</div>\n\
         <p><span class=\"verdict {verdict}\">{verdict}</span> {found}, in {} over {}. \
         <span class=\"faint\">Judged for <time>{}</time>.</span></p>\n</header>",
        escape(&names.join(", ")),
        count(report.summary.rules, "rule", "rules"),
        count(report.summary.rows, "row", "rows"),
        report.evaluated_at,
    );
}

/// What the page can be narrowed down by. Hidden where no script runs.
fn filters(out: &mut String, report: &Report, ranked: &[(Group, &Finding)]) {
    out.push_str("<form class=\"filters\" aria-label=\"Narrow down\" hidden>\n");
    out.push_str("<label>Find <input type=\"search\" name=\"text\" placeholder=\"a path, a value, a rule\"></label>\n");
    for same in ranked.chunk_by(|a, b| a.0 == b.0) {
        let Some((group, _)) = same.first() else { continue };
        let (_, one, many) = group.words();
        let _infallible = writeln!(
            out,
            "<label><input type=\"checkbox\" name=\"group\" value=\"{}\" checked> {}</label>",
            class(*group),
            count(same.len(), one, many)
        );
    }
    let rules: BTreeSet<&str> = ranked.iter().map(|(_, finding)| &*finding.rule).collect();
    choice(out, "rule", "Rule", rules.into_iter());
    choice(out, "environment", "Environment", names(report));
    out.push_str("<button type=\"reset\">Reset</button>\n<output aria-live=\"polite\"></output>\n</form>\n");
}

fn choice<'a>(out: &mut String, name: &str, label: &str, options: impl Iterator<Item = &'a str>) {
    let _infallible = writeln!(out, "<label>{label} <select name=\"{name}\"><option value=\"\">all</option>");
    for option in options {
        out.push_str("<option");
        attribute(out, "value", option);
        let _infallible = writeln!(out, ">{}</option>", escape(option));
    }
    out.push_str("</select></label>\n");
}

/// Attributes by which the script narrows the page down.
fn data<'a>(
    out: &mut String,
    group: Group,
    rules: impl Iterator<Item = &'a str>,
    environments: impl Iterator<Item = &'a str>,
) {
    let list = |items: Vec<&str>| serde_json::to_string(&items).unwrap_or_default();
    attribute(out, "data-group", &class(group));
    attribute(out, "data-rules", &list(rules.collect()));
    attribute(out, "data-environments", &list(environments.collect()));
}

/// What is wrong with the texts that were handed in.
fn wrong(out: &mut String, diagnostics: &[Diagnostic], style: &Style<'_>) {
    if diagnostics.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"wrong\">\n<h2 id=\"wrong\">Wrong with the texts</h2>\n");
    for diagnostic in diagnostics {
        finding::diagnostic(out, diagnostic, style);
    }
    out.push_str("</section>\n");
}

fn findings(out: &mut String, ranked: &[(Group, &Finding)], style: &Style<'_>) {
    if ranked.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>\n");
    for (at, (group, found)) in ranked.iter().enumerate() {
        finding::write(out, at, *group, found, style);
    }
    out.push_str("</section>\n");
}

/// What was not judged, and what was left out.
fn remarks(out: &mut String, report: &Report) {
    let summary = &report.summary;
    if summary.unknown.is_empty() && summary.vacuous.is_empty() && summary.truncated.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"remarks\">\n<h2 id=\"remarks\">What was not judged</h2>\n<ul>\n");
    for (reason, &rows) in &summary.unknown {
        let rows = count(rows, "row", "rows");
        let _infallible = writeln!(out, "<li>{rows} could not be judged: {}</li>", escape(reason));
    }
    if !summary.vacuous.is_empty() {
        let rules = count(summary.vacuous.len(), "rule", "rules");
        let listed = escape(&summary.vacuous.join(", ")).into_owned();
        let _infallible = writeln!(out, "<li>{rules} had nothing to judge, which is not a pass: {listed}</li>");
    }
    for (rule, &more) in &summary.truncated {
        let more = count(more, "finding", "findings");
        let _infallible = writeln!(out, "<li>{more} of {} beyond the limit of a rule</li>", escape(rule));
    }
    out.push_str("</ul>\n</section>\n");
}

/// What the answer was made from.
fn foot(out: &mut String, report: &Report) {
    out.push_str("<footer>\n<details><summary>Policies and inputs</summary>\n<ul>\n");
    for text in report.policies.iter().chain(&report.inputs) {
        let _infallible = writeln!(out, "<li>{} <code>{}</code></li>", escape(&text.name), text.digest.0.digest());
    }
    let _infallible = writeln!(
        out,
        "</ul>\n</details>\n<p>{} {}. This page holds no secret and fetches nothing.</p>\n</footer>",
        report.engine.name, report.engine.version
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn the_sample() {
        let text = render(&sample::report(), &sample::diagnostics(), &Style::default());
        // The style and the script are files of their own.
        let text = text.replace(CSS, "…").replace(JS, "…");
        expect_file!["../sample/report.html"].assert_eq(&text);
    }

    #[test]
    fn the_policy_names_this_style_and_this_script() {
        for (text, digest) in [(CSS, CSS_DIGEST), (JS, JS_DIGEST)] {
            assert_eq!(digest, format!("sha256-{}", base64(text)), "the file has changed: so does its digest");
        }
    }

    /// The digest of a text in Base64.
    fn base64(text: &str) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let hex = paritygate_model::secret::sha256(text.as_bytes());
        let hex = hex.strip_prefix("sha256:").expect("hexadecimal digits");
        let bits: String = hex.chars().map(|digit| format!("{:04b}", digit.to_digit(16).expect("a digit"))).collect();
        let bits = format!("{bits}00");
        let sextets = bits.as_bytes().chunks(6).map(|six| std::str::from_utf8(six).expect("bits"));
        let letters = sextets.map(|six| ALPHABET[usize::from_str_radix(six, 2).expect("bits")] as char);
        letters.chain(['=']).collect()
    }

    #[test]
    fn no_text_is_markup() {
        let mut report = sample::report();
        let evil = "</script><script>alert(1)</script>\"' onload='x";
        for finding in &mut report.findings {
            finding.path = evil.to_owned();
            finding.message = evil.to_owned();
            finding.rule = evil.into();
            finding.environments.push(evil.into());
            finding.cells.0.iter_mut().for_each(|(_, cell)| cell.value = Some(evil.to_owned()));
        }
        report.environments[0].name = evil.into();
        let text = render(&report, &sample::diagnostics(), &Style::default());
        assert_eq!(text.matches("<script").count(), 1);
        assert!(!text.contains("onload='x"), "{text}");
    }
}
