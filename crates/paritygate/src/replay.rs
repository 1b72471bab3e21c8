//! Replaying a decision: the same texts give the same bytes, or it is told which text is another.

use std::sync::Arc;

use paritygate_import::document;
use paritygate_model::decision::Decision;
use paritygate_model::{Diagnostic, Node, SortedMap, Source, Timestamp, Value, diagnostic};

/// A decision that was written down, as far as it is needed to make it again.
#[derive(Debug)]
pub struct Recorded {
    engine: String,
    tzdb: Option<String>,
    now: Timestamp,
    clock: String,
    policies: Vec<RecordedText>,
    inputs: Vec<RecordedText>,
}

/// A text that was read.
#[derive(Debug)]
struct RecordedText {
    role: String,
    name: String,
    digest: String,
}

/// How a replay ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// Whether the answer is the same, byte for byte.
    pub same: bool,
    /// What is another, a sentence each.
    pub changes: Vec<String>,
}

impl Recorded {
    /// Reads a decision that `gate --format json` wrote.
    ///
    /// # Errors
    ///
    /// If the text is none.
    pub fn read(source: &Arc<Source>) -> Result<Self, Diagnostic> {
        let (document, wrong) = document::read(source);
        let recorded = document.root().filter(|_| !diagnostic::has_errors(&wrong)).and_then(Self::of);
        recorded.ok_or_else(|| {
            let at = wrong.iter().find_map(|wrong| Some(wrong.location.as_ref()?.position()));
            let (line, column) = at.map_or((1, 1), |at| (at.line, at.column));
            let message = format!("`{}` is no decision: line {line}, column {column}", source.name());
            Diagnostic::nowhere("not-a-decision", message).help("hand in what `paritygate gate --format json` wrote")
        })
    }

    fn of(root: Node<'_>) -> Option<Self> {
        let (engine, decision) = (root.get("engine")?, root.get("decision")?);
        let texts = |list: &str, role: &dyn Fn(Node<'_>) -> Option<String>| {
            let list = root.get(list).filter(|list| matches!(list.value(), Value::Sequence))?;
            let read = |item| {
                Some(RecordedText { role: role(item)?, name: text(item, "name")?, digest: text(item, "digest")? })
            };
            list.items().map(read).collect::<Option<Vec<_>>>()
        };
        Some(Self {
            engine: text(engine, "version")?,
            tzdb: text(engine, "tzdb"),
            now: text(root, "now")?.parse().ok()?,
            clock: text(decision, "clock")?,
            policies: texts("policies", &|_| Some("policy".to_owned()))?,
            inputs: texts("inputs", &|item| text(item, "role"))?,
        })
    }

    /// The instant to judge for; `None` where the request itself said it.
    pub fn now(&self) -> Option<Timestamp> {
        (self.clock == "host").then_some(self.now)
    }

    /// The names of the texts that were read in a role: `request`, `facts`.
    pub fn texts<'a>(&'a self, role: &'a str) -> impl Iterator<Item = &'a str> {
        self.inputs.iter().filter(move |input| input.role == role).map(|input| input.name.as_str())
    }

    /// Compares what was written with a decision that was made from the texts of today.
    pub fn compare(&self, written: &str, decision: &Decision, diagnostics: &[Diagnostic]) -> Replay {
        let mut changes = Vec::new();
        let mut told = |what: &str, then: &str, now: &str| {
            if then != now {
                changes.push(format!("{what} was {then}, and is {now}"));
            }
        };
        told("the version of the engine", &self.engine, decision.engine.version);
        let none = |version: Option<&str>| version.unwrap_or("none").to_owned();
        told("the time-zone database", &none(self.tzdb.as_deref()), &none(decision.engine.tzdb.as_deref()));
        let then = self.policies.iter().chain(&self.inputs);
        let then = then.map(|text| ((text.role.as_str(), text.name.as_str()), text.digest.as_str()));
        let then: SortedMap<(&str, &str), &str> = then.collect();
        let digests: Vec<((&str, &str), String)> = decision
            .policies
            .iter()
            .map(|policy| (("policy", &*policy.name), policy.digest.0.digest()))
            .chain(
                decision
                    .inputs
                    .iter()
                    .map(|input| ((input.role.word(), &*input.text.name), input.text.digest.0.digest())),
            )
            .collect();
        let now: SortedMap<(&str, &str), &str> = digests.iter().map(|(key, digest)| (*key, digest.as_str())).collect();
        for ((role, name), digest) in &then {
            match now.get(&(*role, *name)) {
                None => changes.push(format!("the {role} `{name}` is no longer read")),
                Some(other) if other != digest => changes.push(format!("the {role} `{name}` is another text")),
                Some(_) => {}
            }
        }
        for (role, name) in now.keys().filter(|key| !then.contains_key(*key)) {
            changes.push(format!("the {role} `{name}` was not read then"));
        }
        let same = paritygate_report::decision_json(decision, diagnostics) == written;
        if same {
            changes.clear();
        } else if changes.is_empty() {
            changes.push("the answer is another, although every text is the same: the record was edited".to_owned());
        }
        Replay { same, changes }
    }
}

fn text(of: Node<'_>, key: &str) -> Option<String> {
    of.get(key)?.as_str().map(str::to_owned)
}
