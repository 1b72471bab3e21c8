//! Reads a flowchart as a pipeline. Of Mermaid it understands nodes with labels, arrows with and without a text, chains and
//! `&`; styles, classes, subgraphs' frames and comments are passed over, and what it can't read is told.

use std::sync::Arc;

use paritygate_model::{Diagnostic, Location, SortedMap, Source, Span, limits};

use crate::json::Json;

/// Lines that say how it looks, or where it is grouped.
const LOOKS: [&str; 9] =
    ["style ", "linkStyle ", "classDef ", "class ", "subgraph", "end", "direction ", "click ", "accTitle"];
/// How many stages a flowchart may have.
const MAX_STAGES: usize = 256;

/// The flowchart's nodes in the order in which they are met, and its edges.
#[derive(Default)]
struct Chart {
    ids: Vec<String>,
    labels: SortedMap<String, String>,
    /// Sources, target, text.
    edges: Vec<(Vec<String>, String, String)>,
}

/// The part of a manifest that a flowchart draws: `environments` and `pipeline`.
pub fn read(source: &Arc<Source>) -> (Json, Vec<Diagnostic>) {
    let mut chart = Chart::default();
    let mut diagnostics = Vec::new();
    let (mut at, mut has_head) = (0usize, false);
    for raw in source.text().split_inclusive('\n') {
        let start = at + (raw.len() - raw.trim_start().len());
        at += raw.len();
        let line = raw.trim().trim_end_matches(';').trim_end();
        let place = || Location::new(source, Span::of(start..start + line.len()));
        if line.is_empty() || line.starts_with("%%") || line == "---" || line.starts_with("```") {
            continue;
        }
        if !has_head {
            has_head = line.starts_with("flowchart") || line.starts_with("graph");
            if !has_head {
                let wrong = Diagnostic::error("mermaid", place(), "this is no flowchart");
                diagnostics.push(wrong.help("begin it with `flowchart LR`"));
                break;
            }
            continue;
        }
        if LOOKS.iter().any(|word| line.starts_with(word)) {
            continue;
        }
        if let Err(why) = chart.statement(line) {
            let wrong = Diagnostic::error("mermaid", place(), why);
            diagnostics
                .push(wrong.help("write nodes as `a[\"staging\"]` and edges as `a --> b` or `a -->|\"text\"| b`"));
        }
        if chart.ids.len() > MAX_STAGES || diagnostics.len() >= limits::MAX_DIAGNOSTICS {
            let message = format!("a pipeline has at most {MAX_STAGES} stages");
            if chart.ids.len() > MAX_STAGES {
                diagnostics.push(Diagnostic::error("too-many-stages", place(), message).help("draw fewer"));
            }
            break;
        }
    }
    if diagnostics.is_empty() && chart.ids.is_empty() {
        let at = Location::new(source, Span::default());
        diagnostics
            .push(Diagnostic::error("mermaid", at, "the flowchart has no node").help("draw a node per environment"));
    }
    (chart.manifest(), diagnostics)
}

impl Chart {
    /// One line: nodes, joined by arrows.
    fn statement(&mut self, line: &str) -> Result<(), String> {
        let (mut before, mut rest) = self.group(line)?;
        while !rest.is_empty() {
            let (text, after) = arrow(rest)?;
            let (targets, left) = self.group(after)?;
            for target in &targets {
                self.edges.push((before.clone(), target.clone(), text.clone()));
            }
            (before, rest) = (targets, left);
        }
        Ok(())
    }

    /// `a & b["label"]`, and what follows.
    fn group<'t>(&mut self, text: &'t str) -> Result<(Vec<String>, &'t str), String> {
        let (mut ids, mut rest) = (Vec::new(), text);
        loop {
            let (id, after) = self.node(rest.trim_start())?;
            ids.push(id);
            rest = after.trim_start();
            match rest.strip_prefix('&') {
                Some(more) => rest = more,
                None => return Ok((ids, rest)),
            }
        }
    }

    /// `a`, `a[label]`, `a("label")`, `a{{label}}`, `a:::class`, and what follows.
    fn node<'t>(&mut self, text: &'t str) -> Result<(String, &'t str), String> {
        let is_id = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let mut end = text.find(|c| !is_id(c)).unwrap_or(text.len());
        // A `-` belongs to a name where a letter follows, and to an arrow where another `-` does.
        while text.get(end..).is_some_and(|rest| rest.starts_with('-'))
            && text.get(end + 1..).is_some_and(|rest| rest.starts_with(is_id))
        {
            end += 1;
            end += text.get(end..).and_then(|rest| rest.find(|c| !is_id(c))).unwrap_or(text.len() - end);
        }
        let (id, mut rest) =
            text.split_at_checked(end).filter(|(id, _)| !id.is_empty()).ok_or("a node was expected here")?;
        if !self.ids.iter().any(|known| known == id) {
            self.ids.push(id.to_owned());
        }
        let shape = rest.find(|c| !matches!(c, '[' | '(' | '{' | '>' | '/' | '\\')).unwrap_or(rest.len());
        if shape > 0 && !rest.starts_with('>') {
            let opened = rest.get(shape..).unwrap_or_default();
            let (label, after) = match opened.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').ok_or("the quotes of this label do not end")?,
                None => opened.split_at(opened.find([']', ')', '}']).ok_or("the label of this node does not end")?),
            };
            self.labels.insert(id.to_owned(), unescaped(label));
            rest = after.trim_start_matches([']', ')', '}', '/', '\\']);
        }
        if let Some(class) = rest.strip_prefix(":::") {
            rest = class.trim_start_matches(is_id);
        }
        Ok((id.to_owned(), rest))
    }

    fn manifest(&self) -> Json {
        let mut environments = SortedMap::new();
        let mut names: SortedMap<&str, String> = SortedMap::new();
        for id in &self.ids {
            let label = self.labels.get(id).map_or(id.as_str(), String::as_str);
            let mut lines = label.split('\n').map(str::trim).filter(|line| !line.is_empty());
            let name = lines.next().unwrap_or(id).to_owned();
            let mut about = SortedMap::new();
            lines.for_each(|line| field(line, &mut about));
            names.insert(id, name.clone());
            environments.insert(name, Json::Map(about));
        }
        let name = |id: &String| names.get(id.as_str()).cloned().unwrap_or_default();
        let edges: Vec<Json> = self
            .edges
            .iter()
            .map(|(from, to, text)| {
                let from: Vec<String> = from.iter().map(name).collect();
                let from = match from.as_slice() {
                    [one] => Json::text(one),
                    many => Json::texts(many),
                };
                let mut edge = SortedMap::new();
                edge.insert("from".to_owned(), from);
                edge.insert("to".to_owned(), Json::text(name(to)));
                let needs = text.split('\n').find_map(|line| line.trim().strip_prefix("needs:"));
                if let Some(needs) = needs.map(str::trim) {
                    edge.insert(
                        "needs".to_owned(),
                        needs
                            .parse::<u64>()
                            .map_or_else(|_| Json::text(needs), |number| Json::Number(number.to_string())),
                    );
                }
                Json::Map(edge)
            })
            .collect();
        let stages: Vec<String> = self.ordered().iter().map(|id| name(id)).collect();
        let pipeline = Json::map([("stages", Json::texts(stages)), ("edges", Json::List(edges))]);
        Json::map([("environments", Json::Map(environments)), ("pipeline", pipeline)])
    }

    /// The nodes, each behind those that lead to it; in the order of the text where that leaves a choice, or is a circle.
    fn ordered(&self) -> Vec<&String> {
        let mut left: Vec<&String> = self.ids.iter().collect();
        let mut done: Vec<&String> = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let waits = |id: &&String| {
                let mut into = self.edges.iter().filter(|(_, to, _)| to == *id).flat_map(|(from, ..)| from);
                into.any(|from| left.contains(&from))
            };
            let next = left.iter().position(|id| !waits(id)).unwrap_or(0);
            done.push(left.remove(next));
        }
        done
    }
}

/// `-->`, `-->|text|`, `-- text -->`, `==>`, `-.->`: the text, and what follows.
fn arrow(text: &str) -> Result<(String, &str), String> {
    let wrong =
        || format!("an arrow such as `-->` was expected before `{}`", text.chars().take(20).collect::<String>());
    let is_line = |c: char| matches!(c, '-' | '=' | '.');
    let end = text.find(|c| !is_line(c)).ok_or_else(wrong)?;
    let (line, rest) = text.split_at(end);
    if line.len() < 2 {
        return Err(wrong());
    }
    let Some(after) = rest.strip_prefix(['>', 'x', 'o']) else {
        // `-- text -->`, or a line without a head.
        let Some(tail) = rest.find("--").or_else(|| rest.find("==")).or_else(|| rest.find(".-")) else {
            return Err(wrong());
        };
        let (label, tail) = rest.split_at(tail);
        let after = tail.trim_start_matches(is_line).strip_prefix('>').ok_or_else(wrong)?;
        return Ok((unescaped(label.trim().trim_matches('"')), after));
    };
    match after.trim_start().strip_prefix('|') {
        Some(label) => {
            let (label, rest) = label.split_once('|').ok_or("the text of this arrow does not end with `|`")?;
            Ok((unescaped(label.trim().trim_matches('"')), rest))
        }
        None => Ok((String::new(), after)),
    }
}

/// A label with its breaks as lines and its entities as characters.
fn unescaped(label: &str) -> String {
    let mut text = label.to_owned();
    for tag in ["<br/>", "<br />", "<br>", "\\n"] {
        text = text.replace(tag, "\n");
    }
    for (entity, c) in [("#quot;", "\""), ("#lt;", "<"), ("#gt;", ">"), ("#96;", "`"), ("#amp;", "&"), ("#35;", "#")] {
        text = text.replace(entity, c);
    }
    text
}

/// A line of a stage's label as a field of its environment; what is none is passed over.
fn field(line: &str, about: &mut SortedMap<String, Json>) {
    let Some((word, value)) = line.split_once(':') else { return };
    let (word, value) = (word.trim(), value.trim());
    let list = || Json::texts(value.split(',').map(str::trim));
    match word {
        "trigger" | "tier" => {
            about.insert(word.to_owned(), Json::text(value));
        }
        "branches" | "tags" => {
            about.insert(word.to_owned(), list());
        }
        "approvals" => {
            let (number, groups) =
                value.split_once(" of ").map_or((value, None), |(number, groups)| (number, Some(groups)));
            if let Ok(required) = number.trim().parse::<u32>() {
                let mut approvals = SortedMap::new();
                approvals.insert("required".to_owned(), Json::Number(required.to_string()));
                if let Some(groups) = groups {
                    approvals.insert("groups".to_owned(), Json::texts(groups.split(',').map(str::trim)));
                }
                about.insert(word.to_owned(), Json::Map(approvals));
            }
        }
        "window" => window(value, about),
        _ => {}
    }
}

/// `mon,tue 09:00-17:00 Europe/London`
fn window(value: &str, about: &mut SortedMap<String, Json>) {
    let Some((rest, timezone)) = value.rsplit_once(' ') else { return };
    let Some((days, hours)) = rest.rsplit_once(' ') else { return };
    let Some((start, end)) = hours.split_once('-') else { return };
    let mut window = SortedMap::new();
    if days != "every day" {
        window.insert("days".to_owned(), Json::texts(days.split(',')));
    }
    window.insert("start".to_owned(), Json::text(start));
    window.insert("end".to_owned(), Json::text(end));
    let first = || Json::map([("timezone", Json::text(timezone)), ("windows", Json::List(Vec::new()))]);
    let windows = about.entry("windows".to_owned()).or_insert_with(first);
    if let Json::Map(windows) = windows
        && let Some(Json::List(list)) = windows.get_mut("windows")
    {
        list.push(Json::Map(window));
    }
}
