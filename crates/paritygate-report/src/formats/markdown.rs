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
    let mut out = String::new();
    let mut in_code = false;
    for c in prose(text).chars() {
        match c {
            '`' => {
                in_code = !in_code;
                out.push('`');
            }
            '|' => out.push_str("\\|"),
            '<' if !in_code => out.push_str("&lt;"),
            '>' if !in_code => out.push_str("&gt;"),
            // A reference or a mention is made of the text as it is shown: a backslash does not keep it from that.
            '@' | '#' if !in_code => {
                out.push(c);
                out.push_str("<!-- -->");
            }
            '*' | '_' | '[' | ']' | '~' | '!' if !in_code => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    if in_code {
        out.push('`');
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
        assert_eq!(cell("`open"), "`open`");
        assert_eq!(code("a`b|c"), r"`a'b\|c`".replace(r"\\", r"\"));
    }
}
