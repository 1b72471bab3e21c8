//! The matrix as a heat map.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use paritygate_model::report::{Finding, Report};

use super::{class, data};
use crate::markup::{attribute, escape};
use crate::view::Group;
use crate::view::matrix::{self, Mark, Square};
use crate::words::cut_end;

/// How wide a value may be, in columns: the finding shows all of it.
const MAX_VALUE: usize = 44;

/// The class of a mark in the page's style.
const fn class_of(mark: Mark) -> &'static str {
    match mark {
        Mark::Alike => "alike",
        Mark::Differs => "differs",
        Mark::Shared => "shared",
        Mark::Breaks => "breaks",
        Mark::Missing => "missing",
        Mark::Empty => "empty",
        Mark::Unknown => "unknown",
        Mark::Outside => "outside",
    }
}

/// Writes the matrix: a row per path, a column per environment.
pub(super) fn write(out: &mut String, report: &Report, ranked: &[(Group, &Finding)]) {
    let columns = matrix::columns(report, ranked);
    let rows = matrix::rows(&columns, ranked, true);
    if rows.is_empty() {
        return;
    }
    // Each path with the first of its findings, to follow, and all of their rules, to narrow down.
    let mut about: BTreeMap<&str, (usize, BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for (at, (_, finding)) in ranked.iter().enumerate().filter(|(_, (_, finding))| !finding.cells.0.is_empty()) {
        let (_, rules, environments) =
            about.entry(&finding.path).or_insert_with(|| (at, BTreeSet::new(), BTreeSet::new()));
        rules.insert(&finding.rule);
        environments.extend(finding.environments.iter().map(|name| &**name));
    }
    out.push_str("<section aria-labelledby=\"matrix\">\n<h2 id=\"matrix\">Matrix</h2>\n");
    out.push_str("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"matrix\">\n<table>\n<thead><tr><th scope=\"col\">Path</th>");
    for column in &columns {
        let _infallible = write!(out, "<th scope=\"col\">{}</th>", escape(column));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for same in rows.chunk_by(|a, b| a.group == b.group) {
        let Some(group) = same.first().map(|row| row.group) else { continue };
        let (slug, span) = (class(group), columns.len() + 1);
        let _infallible = writeln!(
            out,
            "<tr class=\"group\" data-of=\"{slug}\" data-where=\"tr\"><th scope=\"colgroup\" colspan=\"{span}\">{}</th></tr>",
            group.heading()
        );
        for row in same {
            let Some((first, rules, environments)) = about.get(&*row.key) else { continue };
            let _infallible = write!(out, "<tr class=\"{slug}\"");
            data(out, group, rules.iter().copied(), environments.iter().copied());
            let _infallible = write!(out, "><th scope=\"row\"><a href=\"#f{first}\">{}</a></th>", escape(&row.path));
            row.squares.iter().for_each(|one| square(out, one.as_ref()));
            out.push_str("</tr>\n");
        }
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    legend(out, &rows);
    out.push_str("</section>\n");
}

fn square(out: &mut String, square: Option<&Square>) {
    let Some(square) = square else {
        let _infallible = write!(out, "<td class=\"outside\">{}</td>", Mark::Outside.sign(true));
        return;
    };
    let deviates = if square.deviates { " deviates" } else { "" };
    let _infallible = write!(out, "<td class=\"{}{deviates}\"", class_of(square.mark));
    attribute(out, "title", square.mark.meaning());
    let value = cut_end(square.value.as_deref().unwrap_or_default(), MAX_VALUE, "…");
    // The space does not break, so that a long value begins beside its mark.
    let _infallible = write!(out, ">{}&nbsp;{}</td>", square.mark.sign(true), escape(&value));
}

fn legend(out: &mut String, rows: &[matrix::Row]) {
    let squares = rows.iter().flat_map(|row| &row.squares);
    let marks: BTreeSet<Mark> =
        squares.map(|square| square.as_ref().map_or(Mark::Outside, |square| square.mark)).collect();
    out.push_str("<ul class=\"legend\" aria-label=\"Marks\">");
    for mark in marks {
        let _infallible = write!(out, "<li>{} {}</li>", mark.sign(true), mark.meaning());
    }
    out.push_str("</ul>\n");
}
