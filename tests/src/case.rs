//! Cases as data: YAML texts that say which files there are and what is asked.

use std::collections::BTreeMap;

use paritygate::{FingerprintKey, Source, Timestamp, document};

/// The texts of a small project and what is asked about them.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// Its name; empty where the folder names it.
    pub name: String,
    /// The texts, by path.
    pub files: BTreeMap<String, String>,
    /// The instant of the check.
    pub now: Timestamp,
    /// The text of the key.
    pub key: String,
    /// The rules to run; empty means all.
    pub only: Vec<String>,
    /// What is compared with what, where it is not environments with each other.
    pub pairing: Option<Pairing>,
    /// The texts of the project as it was, by path, for the pairing `change`.
    pub before: BTreeMap<String, String>,
    /// The path of a promotion request among the texts: then it is decided, and not checked.
    pub request: Option<String>,
    /// The paths of facts among the texts, that stand beside the request.
    pub facts: Vec<String>,
    /// What no output may hold.
    pub canaries: Vec<String>,
    /// `severity rule path` of each finding: the cases of policies say it, the conformance cases have an answer instead.
    pub finds: Option<Vec<String>>,
}

/// What is compared with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// What was observed of each environment with what is declared.
    Drift,
    /// Each environment with what it was.
    Change,
}

impl Pairing {
    /// The word in cases, in calls and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Change => "change",
        }
    }
}

impl Case {
    /// The key for fingerprints.
    pub fn fingerprint_key(&self) -> FingerprintKey {
        FingerprintKey::from_bytes(self.key.as_bytes())
    }
}

/// Reads the cases of a text: one map, or a list of maps.
///
/// # Errors
///
/// If the text is no case.
pub fn read(name: &str, text: &str) -> Result<Vec<Case>, String> {
    let (document, diagnostics) = document::read(&Source::new(name, text));
    if let Some(wrong) = diagnostics.first() {
        return Err(format!("{name}: {}", wrong.message));
    }
    let Some(root) = document.root() else { return Err(format!("{name}: empty")) };
    let maps: Vec<_> = if root.is_sequence() { root.items().collect() } else { vec![root] };
    let mut cases = Vec::new();
    for map in maps {
        let mut case = Case { key: "for these cases only".to_owned(), ..Case::default() };
        for (key, _, node) in map.entries() {
            let text = || node.scalar_text().map(str::to_owned).ok_or_else(|| format!("{name}: `{key}` is no text"));
            let texts =
                || -> Vec<String> { node.items().filter_map(|item| item.scalar_text()).map(str::to_owned).collect() };
            match key {
                "case" | "about" => case.name = text()?,
                "now" => case.now = text()?.parse().map_err(|error| format!("{name}: `now`: {error}"))?,
                "key" => case.key = text()?,
                "only" => case.only = texts(),
                "request" => case.request = Some(text()?),
                "facts" => case.facts = texts(),
                "canaries" => case.canaries = texts(),
                "finds" => case.finds = Some(texts()),
                "pairing" => {
                    let known = [Pairing::Drift, Pairing::Change];
                    let word = text()?;
                    let pairing = known.into_iter().find(|pairing| pairing.word() == word);
                    case.pairing = Some(pairing.ok_or_else(|| format!("{name}: there is no pairing `{word}`"))?);
                }
                "files" | "before" => {
                    let texts = if key == "files" { &mut case.files } else { &mut case.before };
                    for (path, _, node) in node.entries() {
                        let text = node.scalar_text().ok_or_else(|| format!("{name}: `{path}` is no text"))?;
                        texts.insert(path.to_owned(), text.to_owned());
                    }
                }
                _ => return Err(format!("{name}: unknown field `{key}`")),
            }
        }
        cases.push(case);
    }
    Ok(cases)
}
