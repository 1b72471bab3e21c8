//! Comments that except what stands in their line: `# paritygate: ignore RULE reason`.

use std::sync::Arc;

use paritygate_model::report::{Severity, WaiverRef};
use paritygate_model::secret::redacted;
use paritygate_model::source::REMARK;
use paritygate_model::{Diagnostic, Environment, Level, Location, SortedMap, SortedSet, Source, Span, limits, suggest};

use super::{ExceptionFinding, lay, never};
use crate::collector::Collector;
use crate::engine::CheckRequest;
use crate::kind::{Deviation, Plan};
use crate::row::Row;

/// How it is written.
const FORM: &str = "write `# paritygate: ignore RULE reason`";

/// One rule that a comment excepts.
struct Ignore<'t> {
    rule: &'t str,
    reason: &'t str,
    at: Location,
    used: bool,
}

/// A line of a text.
type Line = (*const Source, u32);

/// Covers what stands in the lines of the comments, and says which of them are wrong or not used.
pub(super) fn apply<'t>(
    request: &CheckRequest<'_>,
    environments: &[&'t Environment],
    collector: &mut Collector<'_, 't>,
    diagnostics: &mut Vec<Diagnostic>,
    found: &mut Vec<ExceptionFinding>,
) {
    let (mut ignores, index) = read(environments, collector, diagnostics);
    if ignores.is_empty() {
        return;
    }
    let no_class = |_: &paritygate_model::Secret| String::new();
    // Comments in the line of an environment that is only compared with: they excuse no other one.
    let mut beside: SortedMap<usize, String> = SortedMap::new();
    let mut split = Vec::new();
    let mut findings = std::mem::take(&mut collector.findings);
    for finding in findings.iter_mut().filter(|finding| finding.waiver.is_none()) {
        let Some(rule) = collector.rules.get(finding.rule) else { continue };
        let Some(row) = collector.kept.row(finding.row, rule.scope, environments, &no_class) else { continue };
        let id = &*rule.compiled.rule.id;
        let of = |at: usize| -> Option<usize> {
            // What the finding shows of an environment may stand in another line than the row.
            let shown = match &rule.compiled.plan {
                Plan::Row(check) => check.shows(&row, at).and_then(|cell| cell.location()).map(line),
                Plan::Group(_) => None,
            };
            let mut all = lines(&row, at).into_iter().chain([shown]).flatten();
            all.find_map(|line| index.get(&(line, id)).copied())
        };
        // What is missing stands nowhere: then the line of what it was compared with is meant.
        let is_missing = |at: usize| row.cell(at).node.is_none();
        let covering = |deviation: &Deviation| {
            let against = deviation.against.filter(|_| is_missing(deviation.environment));
            of(deviation.environment).or_else(|| against.and_then(of))
        };
        for deviation in &finding.deviations {
            let Some((against, entry)) = deviation.against.and_then(|at| Some((at, of(at)?))) else { continue };
            beside.insert(entry, row.name(against).to_owned());
        }
        let covered: Vec<usize> = finding.deviations.iter().filter_map(covering).collect();
        let Some(&first) = covered.first() else { continue };
        let refused = never(request, rule, finding, environments, &row);
        if refused {
            finding.notes.push(format!("no comment may except `{id}` where production is concerned"));
        } else if let Some(ignore) = ignores.get(first) {
            let reason = redacted(ignore.reason.to_owned());
            let waiver = WaiverRef { exception: "inline", owner: None, reason, expires_at: None };
            split.extend(lay(finding, &waiver, |deviation| covering(deviation).is_some()));
        }
        for entry in covered {
            if let Some(ignore) = ignores.get_mut(entry) {
                ignore.used = true;
            }
        }
    }
    findings.append(&mut split);
    collector.findings = findings;
    let ran = |id: &str| collector.rules.iter().any(|rule| rule.runs && *rule.compiled.rule.id == *id);
    // Views of one environment are alike where environments differ: that says nothing of a comment.
    let views = environments.iter().any(|environment| environment.view_of.is_some());
    let unused = ignores.into_iter().enumerate().filter(|(_, ignore)| !ignore.used && !views && ran(ignore.rule));
    found.extend(unused.map(|(at, ignore)| {
        let (message, help) = match beside.get(&at) {
            Some(name) => (
                format!("this comment ignores `{}` in a line of {name}, with which others are compared", ignore.rule),
                "move it to the line of the environment that differs: a comment excuses the value beside it",
            ),
            None => (
                format!("this comment ignores `{}`, which finds nothing in its line", ignore.rule),
                "remove it: what it excused is gone",
            ),
        };
        ExceptionFinding {
            rule: "inline-ignore",
            severity: Severity::Warning,
            path: String::new(),
            environments: Vec::new(),
            message,
            help: help.to_owned(),
            at: ignore.at,
        }
    }));
}

/// The texts of all environments, each once, by name.
fn sources<'t>(environments: &[&'t Environment]) -> Vec<&'t Arc<Source>> {
    let all = environments.iter().flat_map(|environment| environment.tree.sources());
    let mut seen = SortedSet::new();
    let mut sources: Vec<&Arc<Source>> = all.filter(|source| seen.insert(Arc::as_ptr(source))).collect();
    sources.sort_by(|a, b| a.name().cmp(b.name()));
    sources
}

fn line(at: Location) -> Line {
    (Arc::as_ptr(&at.source), at.position().line)
}

/// The lines in which an environment's cell stands: that of its value, and for a map or a list that of its key, which is
/// mostly the line above.
fn lines(row: &Row<'_, '_>, environment: usize) -> [Option<Line>; 2] {
    let value = row.cell(environment).location().map(line);
    let key = || {
        row.cell(environment).collection()?;
        let (key, parents) = row.path().split_last()?;
        let root = row.environment(environment)?.root();
        let at = parents.iter().try_fold(root, |node, key| node.get(key))?.key_location(key).map(line)?;
        let (source, number) = value?;
        (at.0 == source && at.1 <= number).then_some(at)
    };
    [value, key()]
}

/// What the comments in all texts except, and which of them excepts a rule in a line: the first that does. What is wrong
/// with them is told.
fn read<'t>(
    environments: &[&'t Environment],
    collector: &Collector<'_, 't>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Ignore<'t>>, SortedMap<(Line, &'t str), usize>) {
    let known = || collector.rules.iter().map(|rule| &*rule.compiled.rule.id);
    let (mut ignores, mut index): (Vec<Ignore<'_>>, _) = (Vec::new(), SortedMap::new());
    let (mut mistakes, mut unread) = (0, None);
    let mut tell = |at: &Location, message: String, help: String| {
        mistakes += 1;
        if mistakes <= limits::MAX_DIAGNOSTICS {
            diagnostics.push(Diagnostic::warning("inline-ignore", at.clone(), message).help(help));
        }
    };
    'texts: for source in sources(environments) {
        let mut line = 0;
        for span in source.remarks() {
            let at = Location::new(source, span);
            line = meant(source, span, line);
            let (rules, reason) = match said(source.slice(span)) {
                Ok(said) => said,
                Err((message, help)) => {
                    tell(&at, message.to_owned(), help);
                    continue;
                }
            };
            if ignores.len() + rules.len() > limits::MAX_IGNORED_RULES {
                unread = Some(at);
                break 'texts;
            }
            for rule in rules {
                index.entry(((Arc::as_ptr(source), line), rule)).or_insert(ignores.len());
                ignores.push(Ignore { rule, reason, at: at.clone(), used: false });
                // A rule that nothing here is like may be one of a policy that is not asked in this run.
                if !known().any(|id| id == rule)
                    && let Some(near) = suggest::nearest(rule, known())
                {
                    let message = format!("there is no rule `{rule}` that this comment could ignore");
                    tell(&at, message, format!("did you mean `{near}`?"));
                }
            }
        }
    }
    if let Some(at) = unread {
        let limit = limits::MAX_IGNORED_RULES;
        let message =
            format!("the comments name more than {limit} rules, which is the limit: none is ignored from here on");
        diagnostics.push(Diagnostic::warning("inline-ignore", at, message).help("accept so much with a baseline"));
    }
    if let Some(more) = mistakes.checked_sub(limits::MAX_DIAGNOSTICS).filter(|&more| more > 0) {
        let limit = limits::MAX_DIAGNOSTICS;
        let message = format!("{more} more mistakes in comments are not shown: the limit is {limit}");
        let mut wrong = Diagnostic::nowhere("inline-ignore", message).help("mend those above first");
        wrong.level = Level::Warning;
        diagnostics.push(wrong);
    }
    (ignores, index)
}

/// The line that a comment is about: its own where something stands before it, else the next one that says something.
/// `last` is the line that the comment before it is about.
fn meant(source: &Source, span: Span, last: u32) -> u32 {
    let text = source.text();
    let (start, end) = (span.start as usize, span.end as usize);
    let before = text.get(..start).unwrap_or_default();
    let own = source.position(span.start).line;
    let begins = before.rfind('\n').map_or(0, |at| at + 1);
    if !before.get(begins..).unwrap_or_default().trim().is_empty() {
        return own;
    }
    // Among those that the one before it passed over.
    if own < last {
        return last;
    }
    let after = text.get(end..).unwrap_or_default().split('\n').skip(1);
    let says = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let passed = after.take_while(|line| !says(line)).count();
    own + 1 + passed as u32
}

/// The rules that a comment names and the reason; else what is wrong with it, and what to do.
fn said(comment: &str) -> Result<(Vec<&str>, &str), (&'static str, String)> {
    let said = comment.trim_start_matches(['#', ' ', '\t']).strip_prefix(REMARK).unwrap_or_default().trim();
    let (verb, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
    if verb != "ignore" {
        return Err(("this comment is meant for paritygate, and says nothing that it knows", FORM.to_owned()));
    }
    let mut rest = rest.trim_start();
    let mut rules: Vec<&str> = Vec::new();
    loop {
        let end = rest.find([',', ' ', '\t']).unwrap_or(rest.len());
        let (rule, behind) = rest.split_at(end);
        if !rule.is_empty() {
            rules.push(rule);
        }
        let behind = behind.trim_start();
        let Some(more) = behind.strip_prefix(',') else {
            rest = behind;
            break;
        };
        rest = more.trim_start();
    }
    if rules.is_empty() {
        return Err(("this comment names no rule to ignore", FORM.to_owned()));
    }
    if rest.is_empty() {
        let help = format!("say why behind the rule: {FORM}");
        return Err(("this comment gives no reason, so nothing is ignored", help));
    }
    if rules.iter().any(|rule| rule.contains('*')) {
        return Err(("this comment means any rule, and so ignores none", format!("name each rule: {FORM}")));
    }
    Ok((rules, rest))
}
