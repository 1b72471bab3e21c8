//! HTML: one page that needs nothing else, to attach to a release or to open from a pipeline.
//!
//! The page fetches nothing: its policy (`Content-Security-Policy`) allows its own style and script, by their digests, and
//! nothing more. Without the script it shows everything; the script narrows it down.

mod decision;
mod filters;
mod finding;
mod heat;
mod parts;
mod report;

use crate::Format;
use crate::markup::escape;

pub(crate) static FORMAT: Format = Format {
    name: "html",
    summary: "one page for the browser: a heat map or a checklist, and the lines of source that it is about",
    report: Some(report::render),
    decision: Some(decision::render),
    differences: None,
};

const CSS: &str = include_str!("html/page.css");
const JS: &str = include_str!("html/page.js");
/// The digests of the style and the script, as the page's policy names them.
const CSS_DIGEST: &str = "sha256-EEgaQiTNdOlDfmeNZ3PTVRiIbuVLEDYnGT1o2fNAfdk=";
const JS_DIGEST: &str = "sha256-DitoKYXh1dbkE7VrLwu1dDntlPLfgkoRPxxa68Lve5U=";

/// The page around what it says: its header, its main part, and what it was made from. `verdict` is for lists of pages.
fn page(title: &str, verdict: &str, header: &str, body: &str, footer: &str) -> String {
    let policy = format!(
        "default-src 'none'; style-src '{CSS_DIGEST}'; script-src '{JS_DIGEST}'; base-uri 'none'; form-action 'none'"
    );
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"en\" data-theme=\"auto\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}: {verdict}</title>\n<style>{CSS}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the answer</a>\n<header>\n<div class=\"top\">\n<h1>{title}</h1>\n\
         <button type=\"button\" id=\"theme\" hidden>Theme: auto</button>\n</div>\n{header}</header>\n\
         {body}<footer>\n{footer}</footer>\n<script>{JS}</script>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Style, sample};
    use expect_test::expect_file;

    /// A page without its style and its script, which are files of their own.
    fn own(page: &str) -> String {
        page.replace(CSS, "…").replace(JS, "…")
    }

    #[test]
    fn the_sample() {
        let text = report::render(&sample::report(), &sample::diagnostics(), &Style::default());
        expect_file!["../sample/report.html"].assert_eq(&own(&text));
    }

    #[test]
    fn a_decision() {
        let text = decision::render(&sample::decision(), &[], &Style::default());
        expect_file!["../sample/decision.html"].assert_eq(&own(&text));
    }

    #[test]
    fn the_policy_names_this_style_and_this_script() {
        for (text, digest) in [(CSS, CSS_DIGEST), (JS, JS_DIGEST)] {
            assert_eq!(digest, format!("sha256-{}", base64(text)), "the file has changed: so does its digest");
        }
        assert!(CSS.len() + JS.len() <= 14 * 1024, "every WebAssembly host carries them: {}", CSS.len() + JS.len());
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
        const EVIL: &str = "</script><script>alert(1)</script>\"' onload='x` <!-- & {{";
        let is_harmless = |page: &str| {
            let own = own(page);
            assert_eq!(own.matches("<script").count(), 1);
            assert_eq!(own.matches("</script").count(), 1);
            assert!(!own.contains("onload='x") && !own.contains("<!--"), "{own}");
            // Each tag is closed, and no attribute's value is longer than it was written.
            assert!(own.lines().all(|line| line.matches('<').count() == line.matches('>').count()), "{own}");
            assert!(own.matches('"').count().is_multiple_of(2));
        };
        let mut report = sample::report();
        for finding in &mut report.findings {
            (finding.path, finding.message, finding.rule) = (EVIL.to_owned(), EVIL.to_owned(), EVIL.into());
            (finding.notes, finding.help) = (vec![EVIL.into()], Some(EVIL.to_owned()));
            finding.environments.push(EVIL.into());
            finding.reference = Some(EVIL.into());
            for (name, cell) in &mut finding.cells.0 {
                (*name, cell.value, cell.reason) = (EVIL.into(), Some(EVIL.to_owned()), Some(EVIL.to_owned()));
                cell.source.iter_mut().for_each(|place| place.document = EVIL.into());
            }
            if let Some(waiver) = &mut finding.waiver {
                (waiver.owner, waiver.reason) = (Some(EVIL.to_owned()), EVIL.to_owned());
            }
        }
        report.environments.iter_mut().for_each(|column| column.name = EVIL.into());
        report.policies.iter_mut().chain(&mut report.inputs).for_each(|text| text.name = EVIL.into());
        report.summary.vacuous = vec![EVIL.to_owned()];
        report.summary.unknown = [(EVIL.to_owned(), 1)].into();
        report.summary.truncated = [(EVIL.to_owned(), 1)].into();
        is_harmless(&report::render(&report, &[], &Style { fails_by: Some(EVIL), ..Style::default() }));

        let mut decision = sample::decision();
        let asked = &mut decision.request;
        (asked.name, asked.from, asked.to) = (EVIL.to_owned(), EVIL.to_owned(), EVIL.to_owned());
        asked.components = vec![EVIL.to_owned()];
        for finding in &mut decision.findings {
            (finding.rule, finding.message) = (EVIL.into(), EVIL.to_owned());
            (finding.notes, finding.help) = (vec![EVIL.into()], Some(EVIL.to_owned()));
            finding.facts.iter_mut().for_each(|fact| fact.label = EVIL.to_owned());
        }
        for blocker in &mut decision.decision.blockers {
            (blocker.rule, blocker.message, blocker.who) = (EVIL.into(), EVIL.to_owned(), vec![EVIL.to_owned()]);
        }
        decision.decision.next_eligible_at = None;
        decision.decision.next_eligible_reason = Some(EVIL.to_owned());
        decision.summary.not_applicable = vec![EVIL.to_owned()];
        decision.inputs.iter_mut().for_each(|input| input.text.name = EVIL.into());
        is_harmless(&decision::render(&decision, &[], &Style::default()));
    }

    #[test]
    fn a_line_of_text_is_no_markup() {
        use paritygate_model::{Diagnostic, Location, Source, Span};
        let line = "A=<b onload=\"x\">'&amp; <script>";
        let source = Source::new("<em>.env", line);
        let at = Location::new(&source, Span::new(2, 16));
        let wrong = Diagnostic::warning("doubt", at, "`<u>` is <u>").note("<s>").help("<q>");
        let mut report = sample::report();
        report.findings.clear();
        let text = own(&report::render(&report, &[wrong], &Style::default()));
        let shown = "A=<mark>&lt;b onload=&quot;x&quot;&gt;</mark>&#39;&amp;amp; &lt;script&gt;</pre>";
        assert!(text.contains(shown), "{text}");
        for tag in ["<em>", "<u>", "<s>", "<q>"] {
            assert!(!text.contains(tag), "{text}");
        }
    }

    #[test]
    fn without_findings_it_says_so_and_needs_no_filters() {
        let mut report = sample::report();
        report.findings.clear();
        report.summary = paritygate_model::report::Summary { rules: 9, rows: 212, ..Default::default() };
        report.verdict = paritygate_model::report::Verdict::Pass;
        let text = own(&report::render(&report, &[], &Style::default()));
        assert!(text.contains("Nothing was found"), "{text}");
        assert!(!text.contains("<form") && !text.contains("<table"), "{text}");
        report.environments.clear();
        assert!(report::render(&report, &[], &Style::default()).contains("<h1>Nothing to compare</h1>"));
    }
}
