//! Tables with aligned columns; the last one is wrapped.

/// What stands between two columns.
const GAP: usize = 2;
/// The least that the last column gets, however wide the others are.
const LEAST: usize = 24;

/// Renders rows under a head. Every row has as many columns as the head.
pub(crate) fn render<const N: usize>(head: [&str; N], rows: &[[String; N]], width: usize) -> String {
    let head = head.map(str::to_owned);
    let mut widths = [0; N];
    for row in std::iter::once(&head).chain(rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let indent: usize = widths.iter().take(N.saturating_sub(1)).map(|width| width + GAP).sum();
    let mut out = String::new();
    for row in std::iter::once(&head).chain(rows) {
        let mut line = String::new();
        for (at, (cell, column)) in row.iter().zip(widths).enumerate() {
            if at + 1 < N {
                line.push_str(&format!("{cell:<pad$}", pad = column + GAP));
            } else {
                let wrapped = wrap(cell, width.saturating_sub(indent).max(LEAST));
                line.push_str(&wrapped.join(&format!("\n{:indent$}", "")));
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// A text in lines of at most `width` characters, broken at spaces.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn columns_are_aligned_and_the_last_is_wrapped() {
        let row = |a: &str, b: &str, c: &str| [a.to_owned(), b.to_owned(), c.to_owned()];
        let rows =
            [row("no-surprises", "same", "values that nobody expects are the ones that hurt"), row("é", "", "x")];
        expect![[r"
            RULE          KIND  WHAT FOR
            no-surprises  same  values that nobody
                                expects are the ones
                                that hurt
            é                   x
        "]]
        .assert_eq(&render(["RULE", "KIND", "WHAT FOR"], &rows, 44));
    }
}
