//! Reads a flowchart as a pipeline. Of Mermaid it understands nodes with labels, arrows with and without a text, chains and
//! `&`; styles, classes, subgraphs' frames and comments are passed over, and what it can't read is told.

use std::rc::Rc;
use std::sync::Arc;

use paritygate_model::{Diagnostic, Location, SortedMap, SortedSet, Source, Span, limits};

use crate::json::Json;

/// The first words of lines that say how it looks, or where it is grouped.
const LOOKS: [&str; 9] =
    ["style", "linkStyle", "classDef", "class", "subgraph", "end", "direction", "click", "accTitle"];

/// Nodes that are named together, by their places.
type Group = Rc<[usize]>;

/// The flowchart's nodes in the order in which they are met, and its edges.
#[derive(Default)]
struct Chart {
    ids: Vec<String>,
    /// Where each of the ids is.
    places: SortedMap<String, usize>,
    labels: SortedMap<usize, String>,
    /// Sources, target, how many of the sources are needed.
    edges: Vec<(Group, usize, Option<Rc<str>>)>,
    /// How many sources all edges have.
    links: usize,
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
        if LOOKS.iter().any(|word| line.strip_prefix(word).is_some_and(is_end_of_word)) {
            continue;
        }
        let read = chart.statement(line);
        if let Some((code, message)) = chart.is_too_large() {
            diagnostics.push(Diagnostic::error(code, place(), message).help("draw fewer"));
            break;
        }
        if let Err(why) = read {
            let wrong = Diagnostic::error("mermaid", place(), why);
            diagnostics
                .push(wrong.help("write nodes as `a[\"staging\"]` and edges as `a --> b` or `a -->|\"text\"| b`"));
        }
        if diagnostics.len() >= limits::MAX_DIAGNOSTICS {
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
    /// What there is too much of.
    fn is_too_large(&self) -> Option<(&'static str, String)> {
        let counts = [
            ("too-many-stages", self.ids.len(), limits::MAX_STAGES, "stages"),
            ("too-many-links", self.links, limits::MAX_DRAWN_LINKS, "links"),
        ];
        let (code, _, limit, what) = counts.into_iter().find(|(_, count, limit, _)| count > limit)?;
        Some((code, format!("a pipeline has at most {limit} {what}")))
    }

    /// One line: nodes, joined by arrows. It ends where the flowchart gets too large.
    fn statement(&mut self, line: &str) -> Result<(), String> {
        let (mut before, mut rest) = self.group(line)?;
        while !rest.is_empty() {
            let (text, after) = arrow(rest)?;
            let (targets, left) = self.group(after)?;
            let needs = text.split('\n').find_map(|line| line.trim().strip_prefix("needs:"));
            let needs: Option<Rc<str>> = needs.map(|needs| bounded(needs.trim())).transpose()?.map(Rc::from);
            for &target in targets.iter() {
                self.links += before.len();
                self.edges.push((Rc::clone(&before), target, needs.clone()));
            }
            if self.is_too_large().is_some() {
                break;
            }
            (before, rest) = (targets, left);
        }
        Ok(())
    }

    /// `a & b["label"]`, and what follows.
    fn group<'t>(&mut self, text: &'t str) -> Result<(Group, &'t str), String> {
        let (mut places, mut rest) = (Vec::new(), text);
        loop {
            let (place, after) = self.node(rest.trim_start())?;
            if !places.contains(&place) {
                places.push(place);
            }
            rest = after.trim_start();
            match rest.strip_prefix('&').filter(|_| self.is_too_large().is_none()) {
                Some(more) => rest = more,
                None => return Ok((places.into(), rest)),
            }
        }
    }

    /// `a`, `a[label]`, `a("label")`, `a{{label}}`, `a:::class`, and what follows.
    fn node<'t>(&mut self, text: &'t str) -> Result<(usize, &'t str), String> {
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
        let place = self.places.get(id).copied().unwrap_or(self.ids.len());
        if place == self.ids.len() {
            self.ids.push(bounded(id)?.to_owned());
            self.places.insert(id.to_owned(), place);
        }
        let shape = rest.find(|c| !matches!(c, '[' | '(' | '{' | '>' | '/' | '\\')).unwrap_or(rest.len());
        if shape > 0 && !rest.starts_with('>') {
            let opened = rest.get(shape..).unwrap_or_default();
            let (label, after) = match opened.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').ok_or("the quotes of this label do not end")?,
                None => opened.split_at(opened.find([']', ')', '}']).ok_or("the label of this node does not end")?),
            };
            let label = unescaped(label);
            bounded(named(&label))?;
            self.labels.insert(place, label);
            rest = after.trim_start_matches([']', ')', '}', '/', '\\']);
        }
        if let Some(class) = rest.strip_prefix(":::") {
            rest = class.trim_start_matches(is_id);
        }
        Ok((place, rest))
    }

    fn manifest(&self) -> Json {
        let mut environments = SortedMap::new();
        let mut names = Vec::with_capacity(self.ids.len());
        for (place, id) in self.ids.iter().enumerate() {
            let label = self.labels.get(&place).map_or(id.as_str(), String::as_str);
            let name = Some(named(label)).filter(|name| !name.is_empty()).unwrap_or(id);
            let mut about = SortedMap::new();
            lines(label).skip(1).for_each(|line| field(line, &mut about));
            names.push(name);
            environments.insert(name.to_owned(), Json::Map(about));
        }
        let name = |place: &usize| names.get(*place).copied().unwrap_or_default();
        let edges: Vec<Json> = self
            .edges
            .iter()
            .map(|(from, to, needs)| {
                let from: Vec<&str> = from.iter().map(name).collect();
                let from = match from.as_slice() {
                    [one] => Json::text(*one),
                    many => Json::texts(many.iter().copied()),
                };
                let mut edge = SortedMap::new();
                edge.insert("from".to_owned(), from);
                edge.insert("to".to_owned(), Json::text(name(to)));
                if let Some(needs) = needs.as_deref() {
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
        let stages = Json::texts(self.ordered().iter().map(name));
        let pipeline = Json::map([("stages", stages), ("edges", Json::List(edges))]);
        Json::map([("environments", Json::Map(environments)), ("pipeline", pipeline)])
    }

    /// The nodes, each behind those that lead to it; in the order of the text where that leaves a choice, or is a circle.
    fn ordered(&self) -> Vec<usize> {
        let mut waits: SortedMap<usize, SortedSet<usize>> = SortedMap::new();
        for (from, to, _) in &self.edges {
            waits.entry(*to).or_default().extend(from.iter().copied());
        }
        let mut left: Vec<usize> = (0..self.ids.len()).collect();
        let mut done = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let is_free = |place: &usize| waits.get(place).is_none_or(SortedSet::is_empty);
            let next = left.remove(left.iter().position(is_free).unwrap_or(0));
            for from in waits.values_mut() {
                from.remove(&next);
            }
            done.push(next);
        }
        done
    }
}

/// Whether a word ends before this, and no node begins with it.
fn is_end_of_word(rest: &str) -> bool {
    let is_arrow = rest.trim_start().starts_with(['-', '=', '&']) || rest.starts_with(":::");
    !is_arrow && rest.chars().next().is_none_or(|c| c.is_whitespace() || c == ':')
}

/// The lines of a label that say something.
fn lines(label: &str) -> impl Iterator<Item = &str> {
    label.split('\n').map(str::trim).filter(|line| !line.is_empty())
}

/// The name in a label: its first line.
fn named(label: &str) -> &str {
    lines(label).next().unwrap_or_default()
}

/// A text that may stand in the manifest as often as there are links.
fn bounded(text: &str) -> Result<&str, String> {
    let limit = limits::MAX_KEY_BYTES;
    let over = || format!("a name or a number here has more than {limit} bytes, which is the limit");
    Some(text).filter(|text| text.len() <= limit).ok_or_else(over)
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
        let end = if line.contains('.') { ".-" } else { line.get(..2).unwrap_or_default() };
        let (label, tail) = rest.split_at(rest.find(end).ok_or_else(wrong)?);
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
