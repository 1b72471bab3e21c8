//! The matrix as a heat map.

use std::fmt::Write;

use paritygate_model::{SortedMap, SortedSet};

use super::parts::{self, class, sign};
use super::report::Ready;
use crate::markup::escape;
use crate::view::matrix::{Mark, Row, Square};
use crate::words::cut_end;

/// How wide a value may be, in columns: the finding shows all of it.
const MAX_VALUE: usize = 44;

/// Writes the matrix: a row per path, a column per environment.
pub(super) fn write(out: &mut String, ready: &Ready<'_>) {
    if ready.rows.is_empty() {
        return;
    }
    // The findings of each path, by their numbers.
    let mut about: SortedMap<&str, Vec<String>> = SortedMap::new();
    for (at, (_, finding)) in ready.ranked.iter().enumerate().filter(|(_, (_, finding))| !finding.cells.0.is_empty()) {
        about.entry(&finding.path).or_default().push(at.to_string());
    }
    out.push_str("<section>\n<h2 id=\"matrix\">Matrix</h2>\n");
    out.push_str("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"matrix\">\n<table>\n");
    out.push_str("<thead><tr><th scope=\"col\">Path</th>");
    for column in &ready.columns {
        let _infallible = write!(out, "<th scope=\"col\">{}</th>", escape(column));
    }
    out.push_str("</tr></thead>\n");
    let mut at = 0;
    for same in ready.rows.chunk_by(|a, b| a.rank == b.rank) {
        let Some(Row { group, heading, .. }) = same.first() else { continue };
        let (class, span) = (class(*group), ready.columns.len() + 1);
        let _infallible = writeln!(
            out,
            "<tbody class=\"group {class}\">\n<tr><th scope=\"rowgroup\" colspan=\"{span}\"><span>{heading}</span></th></tr>"
        );
        for row in same {
            let findings = about.get(&*row.key).map(Vec::as_slice).unwrap_or_default();
            let first = findings.first().map(String::as_str).unwrap_or_default();
            let _infallible = write!(
                out,
                "<tr class=\"one\" id=\"r{at}\" data-findings=\"{}\"><th scope=\"row\"><a href=\"#f{first}\">{}</a></th>",
                findings.join(" "),
                parts::path(&row.path)
            );
            row.squares.iter().for_each(|one| square(out, one.as_ref()));
            out.push_str("</tr>\n");
            at += 1;
        }
        out.push_str("</tbody>\n");
    }
    out.push_str("</table>\n</div>\n");
    legend(out, &ready.rows);
    out.push_str("</section>\n");
}

fn square(out: &mut String, square: Option<&Square>) {
    let Some(square) = square else {
        let _infallible = write!(out, "<td class=\"outside\">{}</td>", sign(Mark::Outside, false));
        return;
    };
    let class = parts::heat(square.mark, square.deviates.then_some(square.group));
    let value = cut_end(square.value.as_deref().unwrap_or(square.mark.meaning()), MAX_VALUE, "…");
    let sign = sign(square.mark, square.value.is_none());
    // The space does not break, so that a long value begins beside its mark.
    let _infallible = write!(out, "<td class=\"{class}\">{sign}&nbsp;{}</td>", escape(&value));
}

fn legend(out: &mut String, rows: &[Row]) {
    let squares = rows.iter().flat_map(|row| &row.squares);
    let marks: SortedSet<Mark> =
        squares.map(|square| square.as_ref().map_or(Mark::Outside, |square| square.mark)).collect();
    out.push_str("<ul class=\"legend\" aria-label=\"Marks\">\n");
    for mark in marks {
        let _infallible = writeln!(out, "<li><b>{}</b> {}</li>", mark.sign(true), mark.meaning());
    }
    out.push_str("</ul>\n");
}
