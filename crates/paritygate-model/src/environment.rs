//! The normalised description of one environment.

use std::sync::Arc;

use crate::promotion::FactSource;
use crate::secret::FingerprintKey;
use crate::tree::{Node, NodeId, Tree};

/// Which kind of environment it is: GitLab's deployment tiers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// None of the others.
    #[default]
    Other,
    /// Where people develop.
    Development,
    /// Where tests run.
    Testing,
    /// Where production is rehearsed.
    Staging,
    /// Where users are.
    Production,
}

impl Tier {
    /// All tiers, from the highest.
    pub const ALL: [Self; 5] = [Self::Production, Self::Staging, Self::Testing, Self::Development, Self::Other];

    /// The word in documents and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Testing => "testing",
            Self::Development => "development",
            Self::Other => "other",
        }
    }

    /// The tier of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.word() == word)
    }

    /// The tier that an environment's usual name stands for: `prod-eu` is production, `preprod` is staging.
    pub fn from_name(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let squeezed: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        if ["preprod", "nonprod", "preproduction", "prelive"].iter().any(|word| squeezed.contains(word)) {
            return Self::Staging;
        }
        let word = |word: &str| match word.trim_end_matches(|c: char| c.is_ascii_digit()) {
            "production" | "prod" | "prd" | "live" => Some(Self::Production),
            "staging" | "stage" | "stg" | "uat" | "rc" | "acceptance" | "acc" | "aat" | "sandbox" | "demo"
            | "canary" => Some(Self::Staging),
            "testing" | "test" | "tst" | "qa" | "ci" | "e2e" | "integration" | "int" | "perf" | "perftest" | "ithc"
            | "pen" => Some(Self::Testing),
            "development" | "develop" | "dev" | "local" | "review" | "preview" => Some(Self::Development),
            _ => None,
        };
        name.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(word).max().unwrap_or_default()
    }
}

/// How much of a section a description covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// What is not there does not exist.
    Complete,
    /// What is not there may exist.
    Partial,
    /// Nothing was looked at.
    NotCollected,
    /// The source can't know.
    Unsupported,
}

impl Coverage {
    /// The coverage of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "complete" => Self::Complete,
            "partial" => Self::Partial,
            "notCollected" => Self::NotCollected,
            "unsupported" => Self::Unsupported,
            _ => return None,
        })
    }

    /// The word in documents and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::NotCollected => "notCollected",
            Self::Unsupported => "unsupported",
        }
    }

    /// Why something that is not there can't be called missing; `None` where it can.
    pub const fn why_not_missing(self) -> Option<&'static str> {
        match self {
            Self::Complete => None,
            Self::Partial => Some("only part of this section is described"),
            Self::NotCollected => Some("this section was not collected"),
            Self::Unsupported => Some("the source can't describe this section"),
        }
    }
}

/// Which view of an environment is meant, where two views of one are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// What it is declared to be.
    Declared,
    /// What was observed of it.
    Observed,
    /// What it was.
    Then,
    /// What it is now.
    Now,
}

impl View {
    /// The word behind the environment's name.
    const fn word(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Observed => "observed",
            Self::Then => "then",
            Self::Now => "now",
        }
    }
}

/// The environment that another one is a view of.
#[derive(Clone, Debug)]
pub struct ViewOf {
    /// Its name.
    pub name: Arc<str>,
    /// Which view.
    pub view: View,
}

/// One environment, ready to be compared. Cheap to clone: the tree is shared.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: Arc<str>,
    /// The environment that this is a view of, where it is compared with another view of the same one: `production`, of
    /// which this is what was observed. Its name says which view it is.
    pub view_of: Option<ViewOf>,
    /// Its tier.
    pub tier: Tier,
    /// Its place in the order of environments, if the manifest gives one. Higher is nearer to users.
    pub order: Option<i64>,
    /// Other names under which values speak of it, as whole words.
    pub aliases: Vec<String>,
    /// Whether this is a contract: not an environment, but the keys that every environment must have.
    pub contract: bool,
    /// Whose word the description is: a request's own is asserted, all others are imported.
    pub source: FactSource,
    /// The tree that holds it.
    pub tree: Arc<Tree>,
    /// Its root in the tree: a map of sections.
    pub root: NodeId,
    /// The declared coverage of sections and of paths in them, sorted by path. A section that is there and not listed is complete; one that is neither is not collected.
    pub coverage: Vec<(String, Coverage)>,
    /// The key under which its plain values are fingerprinted when another environment calls them secret.
    pub key: FingerprintKey,
}

impl Environment {
    /// The map of its sections.
    pub fn root(&self) -> Node<'_> {
        self.tree.node(self.root)
    }

    /// The name under which policies and manifests speak of it.
    pub fn own_name(&self) -> &Arc<str> {
        self.view_of.as_ref().map_or(&self.name, |of| &of.name)
    }

    /// This environment as one view of itself: `production (then)`.
    #[must_use]
    pub fn viewed(self, view: View) -> Self {
        let name = format!("{} ({})", self.name, view.word()).into();
        Self { view_of: Some(ViewOf { name: self.name, view }), name, ..self }
    }

    /// How much is described at a path, by the longest declared path that leads there.
    ///
    /// Paths in `coverage` are sections (`network`) or, where part of a section was not readable, deeper
    /// (`workloads.api.variables`), written as in a policy.
    pub fn coverage_at(&self, path: &[&str]) -> Coverage {
        let Some(section) = path.first() else { return Coverage::Complete };
        // INVARIANT: sorted by path.
        let declares = |path: &str| self.coverage.binary_search_by(|(at, _)| (**at).cmp(path)).ok();
        let of = |path: &str| declares(path).and_then(|at| self.coverage.get(at)).map(|(_, coverage)| *coverage);
        let mut declared = of(section);
        let next = self.coverage.partition_point(|(at, _)| &**at <= *section);
        if self.coverage.get(next).is_some_and(|(at, _)| at.starts_with(section)) {
            let mut here = String::new();
            for key in path {
                if !here.is_empty() {
                    here.push('.');
                }
                let _infallible = crate::path::write_segment(&mut here, key);
                declared = of(&here).or(declared);
            }
        }
        if let Some(coverage) = declared {
            return coverage;
        }
        let described = self.root().get(section).is_some();
        if described { Coverage::Complete } else { Coverage::NotCollected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_read_from_names() {
        for (name, tier) in [
            ("production", Tier::Production),
            ("prod-eu", Tier::Production),
            ("preprod", Tier::Staging),
            ("pre-production", Tier::Staging),
            ("stg2", Tier::Staging),
            ("qa", Tier::Testing),
            ("dev", Tier::Development),
            ("api", Tier::Other),
        ] {
            assert_eq!(Tier::from_name(name), tier, "{name}");
        }
    }
}
