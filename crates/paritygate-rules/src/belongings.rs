//! What belongs to an environment: its own hosts, and the names under which it is known.

use std::ops::Range;

use paritygate_eval::Cell;
use paritygate_lang::selector::Glob;
use paritygate_model::secret::SplitUrl;
use paritygate_model::{Environment, Node, SortedSet};

use crate::address::{host_and_port, hosts, is_host, readable};

/// What belongs to one environment.
pub(crate) struct Belongings {
    /// Its place in the check.
    pub(crate) environment: usize,
    /// Its names, and what hosts are usually called in their stead.
    names: Vec<String>,
    /// Those of its names that stand for nothing else.
    aliases: Vec<String>,
    /// Hosts that it names and that have its name.
    hosts: SortedSet<String>,
}

/// What a value names, as it is written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named<'a> {
    /// A host of an environment.
    Host(&'a str),
    /// An alias of an environment.
    Alias(&'a str),
    /// Something that a pattern says to be of an environment.
    Pattern(&'a str),
}

/// The names of an environment, in lower case.
pub(crate) fn names(environment: &Environment) -> Vec<String> {
    let all = std::iter::once(&*environment.name).chain(environment.aliases.iter().map(String::as_str));
    let mut names: Vec<String> = all.filter(|name| !name.is_empty()).map(str::to_ascii_lowercase).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What hosts are called by, beside the name of their environment.
const USUAL: [&[&str]; 3] = [&["production", "prod", "prd"], &["staging", "stage", "stg"], &["development", "dev"]];

impl Belongings {
    /// Reads what belongs to an environment from its description. `taken` are the names of all environments.
    pub(crate) fn of(at: usize, environment: &Environment, taken: &[String]) -> Self {
        let mut names = names(environment);
        let name = environment.name.to_ascii_lowercase();
        let aliases = names.iter().filter(|alias| **alias != name).cloned().collect();
        let usual = USUAL.iter().filter(|usual| usual.contains(&name.as_str())).flat_map(|usual| usual.iter());
        names.extend(usual.filter(|usual| !taken.iter().any(|taken| taken == *usual)).map(|usual| (*usual).to_owned()));
        let mut found = Self { environment: at, names, aliases, hosts: SortedSet::new() };
        let root = environment.root();
        let entries = |node: Option<Node<'_>>, take: &mut dyn FnMut(&str, Node<'_>)| {
            node.into_iter().flat_map(Node::entries).for_each(|(key, _, node)| take(key, node));
        };
        let mut variable = |key: &str, node: Node<'_>| {
            if let Some(text) = readable(&Cell::of(node)) {
                found.add_from_text(text, speaks_of_host(key));
            }
        };
        entries(root.get("variables"), &mut variable);
        entries(root.get("workloads"), &mut |_, workload| entries(workload.get("variables"), &mut variable));
        entries(root.get("externalServices"), &mut |_, service| {
            if let Some(url) = service.get("baseUrl").and_then(Node::scalar_text) {
                found.add_from_text(url, true);
            }
        });
        entries(root.get("network").and_then(|network| network.get("dns")), &mut |record, _| {
            let name = record.split('/').next().unwrap_or_default();
            found.add(name.strip_prefix("*.").unwrap_or(name));
        });
        found
    }

    /// Adds the hosts of a text: of its URLs and addresses, and itself where it is said to be a host.
    fn add_from_text(&mut self, text: &str, is_host: bool) {
        let ends = |sign: char| sign.is_whitespace() || matches!(sign, ',' | ';' | '"' | '\'');
        for piece in text.split(ends).filter(|piece| !piece.is_empty()) {
            if let Some(url) = SplitUrl::of(piece) {
                hosts(&url).for_each(|(host, _)| self.add(host));
                continue;
            }
            let (host, port) = host_and_port(piece.split('/').next().unwrap_or_default());
            if port.is_some() || is_host && host.contains('.') {
                self.add(host);
            }
        }
    }

    fn add(&mut self, host: &str) {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if is_host(&host) && mentioned(&host, &self.names, &[]).is_some_and(|name| name != (0..host.len())) {
            self.hosts.insert(host);
        }
    }

    /// What of this environment a value of another one names. `others` are the other one's names in lower case.
    pub(crate) fn named_in<'t>(
        &self,
        text: &'t str,
        others: &[String],
        patterns: &[Glob],
        is_allowed: impl Fn(&str) -> bool,
    ) -> Option<Named<'t>> {
        let lower = text.to_ascii_lowercase();
        for range in runs(&lower) {
            let (Some(run), Some(written)) = (lower.get(range.clone()), text.get(range)) else { continue };
            let is_host = self.has_host(run) && mentioned(run, &self.names, others).is_some();
            if (is_host || patterns.iter().any(|glob| glob.matches(run))) && !is_allowed(run) {
                return Some(if is_host { Named::Host(written) } else { Named::Pattern(written) });
            }
        }
        let alias = mentioned(&lower, &self.aliases, others)?;
        let around = runs(&lower).find(|run| run.start <= alias.start && alias.end <= run.end);
        if around.and_then(|run| lower.get(run)).is_some_and(is_allowed) {
            return None;
        }
        text.get(alias).map(Named::Alias)
    }

    /// Whether a host is one of its own, or below one.
    fn has_host(&self, host: &str) -> bool {
        let mut rest = Some(host).filter(|_| !self.hosts.is_empty());
        while let Some(host) = rest {
            if self.hosts.contains(host) {
                return true;
            }
            rest = host.split_once('.').map(|(_, above)| above);
        }
        false
    }
}

/// Whether a key says that its value is a host: `DB_HOST`, `PGHOST`, `KAFKA_BOOTSTRAP_SERVERS`.
fn speaks_of_host(key: &str) -> bool {
    const ENDINGS: [&str; 11] = [
        "host", "hosts", "hostname", "domain", "domains", "server", "servers", "endpoint", "address", "addr", "brokers",
    ];
    let key = key.to_ascii_lowercase();
    key.split(|sign: char| !sign.is_alphanumeric()).any(|word| ENDINGS.iter().any(|ending| word.ends_with(ending)))
}

/// The runs of characters of which hosts, accounts and buckets are made.
fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_part = |sign: char| sign.is_alphanumeric() || matches!(sign, '.' | '-' | '_');
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find(is_part)?;
        let rest = text.get(start..)?;
        let end: usize = rest.chars().take_while(|&sign| is_part(sign)).map(char::len_utf8).sum();
        at = start + end;
        let run = rest.get(..end)?;
        let trimmed = run.trim_end_matches(['.', '-', '_']);
        Some(start..start + trimmed.len())
    })
}

/// Where one of some names stands in a text as whole words, and not as a part of `longer` names.
fn mentioned(text: &str, names: &[String], longer: &[String]) -> Option<Range<usize>> {
    names.iter().find_map(|name| {
        let found = text.match_indices(name.as_str()).map(|(at, _)| at..at + name.len());
        found.filter(|at| is_whole(text, at)).find(|at| !is_negated(text, at.start) && !is_part(text, at, name, longer))
    })
}

/// Whether no letter or digit stands beside a word.
fn is_whole(text: &str, word: &Range<usize>) -> bool {
    let beside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let before = text.get(..word.start).and_then(|before| before.chars().next_back());
    let behind = text.get(word.end..).and_then(|behind| behind.chars().next());
    !beside(before) && !beside(behind)
}

/// Whether a name that stands there is a part of one of some longer names.
fn is_part(text: &str, at: &Range<usize>, name: &str, longer: &[String]) -> bool {
    longer.iter().any(|other| {
        let places = other.match_indices(name).filter_map(|(offset, _)| at.start.checked_sub(offset));
        let mut places = places.map(|start| start..start + other.len());
        places.any(|place| text.get(place.clone()) == Some(other) && is_whole(text, &place))
    })
}

/// Whether the word before this place says that another environment is meant: `pre-production`, `non-prod`.
fn is_negated(text: &str, at: usize) -> bool {
    let Some(before) = text.get(..at).and_then(|before| before.strip_suffix(['-', '_'])) else { return false };
    let word = before.rsplit(|sign: char| !sign.is_alphanumeric()).next().unwrap_or_default();
    matches!(word, "pre" | "non")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(hosts: &[&str], aliases: &[&str]) -> Belongings {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>();
        let names = [texts(&["production"]), texts(aliases)].concat();
        let mut own = Belongings { environment: 0, names, aliases: texts(aliases), hosts: SortedSet::new() };
        for host in hosts {
            own.add_from_text(host, true);
        }
        own
    }

    fn check(text: &str, own: &Belongings, expected: Option<Named<'_>>) {
        let others = ["staging".to_owned(), "prd-eu".to_owned()];
        let patterns = [Glob::new("acme-live-*")];
        assert_eq!(own.named_in(text, &others, &patterns, |_| false), expected, "{text}");
    }

    #[test]
    fn an_environment_has_the_hosts_with_its_name() {
        for (text, expected) in [
            ("https://api.production.acme.io/v1", &["api.production.acme.io"][..]),
            ("https://user@API.Production.acme.io.", &["api.production.acme.io"]),
            ("a.production.acme.io:9092,b.production.acme.io:9092", &["a.production.acme.io", "b.production.acme.io"]),
            ("mongodb://a.prd.acme.io:1,b.prd.acme.io:1/shop", &["a.prd.acme.io", "b.prd.acme.io"]),
            ("s3://acme-production-assets/logo.svg", &["acme-production-assets"]),
            ("production-db:5432", &["production-db"]),
            ("db.prd.acme.io", &["db.prd.acme.io"]),
            ("https://api.stripe.com/production", &[]),
            ("redis://production/0", &[]),
            ("production", &[]),
            ("production-db", &[]),
            ("https://api.preproduction.acme.io", &[]),
            ("https://api.pre-production.acme.io", &[]),
        ] {
            let own = own(&[text], &["prd"]);
            assert_eq!(own.hosts.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_allowed_is_the_whole_run_around_an_alias() {
        let own = own(&[], &["prd"]);
        for (text, expected) in
            [("first, acme-prd-shared, last", None), ("first, acme-prd-own, last", Some(Named::Alias("prd")))]
        {
            assert_eq!(own.named_in(text, &[], &[], |run| run == "acme-prd-shared"), expected, "{text}");
        }
    }

    #[test]
    fn values_name_what_belongs_to_others() {
        let own = own(&["https://db.production.acme.io", "https://prd.acme.io"], &["prd"]);
        for (text, expected) in [
            ("postgres://app:x@DB.production.acme.io:5432/shop", Some(Named::Host("DB.production.acme.io"))),
            ("Server=db.production.acme.io;Port=5432", Some(Named::Host("db.production.acme.io"))),
            ("http://replica.db.production.acme.io.", Some(Named::Host("replica.db.production.acme.io"))),
            ("https://www.prd.acme.io", Some(Named::Host("www.prd.acme.io"))),
            ("/shop/PRD/cache", Some(Named::Alias("PRD"))),
            ("arn:aws:s3:::acme-live-assets", Some(Named::Pattern("acme-live-assets"))),
            ("production", None),
            ("https://xdb.production.acme.io", None),
            ("https://db.production.acme.io.evil.io", None),
            ("sprdlb", None),
            ("queue-prd-eu", None),
            ("prd-eu and prd", Some(Named::Alias("prd"))),
            ("non-prd", None),
            ("pre_prd", None),
            ("ünprdü", None),
        ] {
            check(text, &own, expected);
        }
    }
}
