//! Markdown: for comments on pull requests and summaries of pipelines.

mod decision;
mod differences;
mod report;

use crate::Format;
use crate::words::prose;

pub(crate) static FORMAT: Format = Format {
    name: "markdown",
    summary: "for comments on pull requests and summaries of pipelines",
    report: Some(report::render),
    decision: Some(decision::render),
    differences: Some(differences::render),
};

/// A text inside a table: on one line, with nothing that means something in Markdown or HTML but code.
fn cell(text: &str) -> String {
    let text = single_ticks(&prose(text));
    let mut out = String::with_capacity(text.len() + 16);
    let mut in_code = false;
    for c in text.chars() {
        match c {
            '`' => {
                in_code = !in_code;
                out.push('`');
            }
            '|' => out.push_str("\\|"),
            '<' if !in_code => out.push_str("&lt;"),
            '>' if !in_code => out.push_str("&gt;"),
            '&' if !in_code => out.push_str("&amp;"),
            // A reference or a mention is made of the text as it is shown: a backslash does not keep it from that.
            '@' | '#' if !in_code => {
                out.push(c);
                out.push_str("<!-- -->");
            }
            '*' | '_' | '[' | ']' | '~' | '!' | '\\' if !in_code => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A text in which backticks stand alone and in pairs: others would be paired with each other in ways of their own, and let
/// out what stands between them.
fn single_ticks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = None;
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        let (before, ticks) = rest.split_at(at);
        let behind = ticks.trim_start_matches('`');
        let count = ticks.len() - behind.len();
        out.push_str(before);
        if count == 1 {
            last = if last.is_some() { None } else { Some(out.len()) };
            out.push('`');
        } else {
            out.extend(std::iter::repeat_n('\'', count));
        }
        rest = behind;
    }
    out.push_str(rest);
    if let Some(open) = last {
        out.replace_range(open..=open, "'");
    }
    out
}

/// A name as code.
fn code(name: &str) -> String {
    format!("`{}`", prose(name).replace('`', "'").replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_means_nothing_in_markdown() {
        let text = "*a* <b> [c](d) | @someone #12 `e|*<f>`";
        let shown = r"\*a\* &lt;b&gt; \[c\](d) \| @<!-- -->someone #<!-- -->12 `e\|*<f>`".replace(r"\\", r"\");
        assert_eq!(cell(text), shown);
        assert_eq!(cell("`open"), "'open");
        assert_eq!(cell("``` <b> `x` ``<i>`` &amp; \\`"), "''' &lt;b&gt; `x` ''&lt;i&gt;'' &amp;amp; \\\\'");
        assert_eq!(code("a`b|c"), r"`a'b\|c`".replace(r"\\", r"\"));
    }
}
