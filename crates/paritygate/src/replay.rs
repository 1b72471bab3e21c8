//! Replaying a decision: the same texts give the same bytes, or it is told which text is another.

use std::fmt;

use paritygate_model::decision::Decision;
use paritygate_model::{Diagnostic, SortedMap, Timestamp};
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

/// A decision that was written down, as far as it is needed to make it again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    engine: RecordedEngine,
    #[serde(deserialize_with = "instant")]
    now: Timestamp,
    policies: Vec<RecordedText>,
    inputs: Vec<RecordedInput>,
    decision: RecordedOutcome,
}

#[derive(Debug, Deserialize)]
struct RecordedEngine {
    version: String,
    tzdb: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RecordedText {
    name: String,
    digest: String,
}

#[derive(Debug, Deserialize)]
struct RecordedInput {
    role: String,
    name: String,
    digest: String,
}

#[derive(Debug, Deserialize)]
struct RecordedOutcome {
    clock: String,
}

/// Reads an instant. That of `jiff` itself carries the words of every error that it knows, and here only the place is told.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    struct Text;
    impl Visitor<'_> for Text {
        type Value = Timestamp;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an instant")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
            text.parse().map_err(|_| E::custom("no instant"))
        }
    }
    deserializer.deserialize_str(Text)
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
    pub fn read(name: &str, text: &str) -> Result<Self, Diagnostic> {
        serde_json::from_str(text).map_err(|wrong| {
            let message = format!("`{name}` is no decision: line {}, column {}", wrong.line(), wrong.column());
            Diagnostic::nowhere("not-a-decision", message).help("hand in what `paritygate gate --format json` wrote")
        })
    }

    /// The instant to judge for; `None` where the request itself said it.
    pub fn now(&self) -> Option<Timestamp> {
        (self.decision.clock == "host").then_some(self.now)
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
        told("the version of the engine", &self.engine.version, decision.engine.version);
        let none = |version: Option<&str>| version.unwrap_or("none").to_owned();
        told("the time-zone database", &none(self.engine.tzdb.as_deref()), &none(decision.engine.tzdb.as_deref()));
        let then = self.policies.iter().map(|policy| (("policy", policy.name.as_str()), policy.digest.as_str()));
        let then = then
            .chain(self.inputs.iter().map(|input| ((input.role.as_str(), input.name.as_str()), input.digest.as_str())));
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
