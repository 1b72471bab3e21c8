//! `no-reference-to`: no value names what belongs to another environment.

use paritygate_eval::kind::{GroupFinding, Params};
use paritygate_eval::{Accepts, Cell, Compares, Description, Deviation, GroupCheck, Kind, Plan, Row, Rows, State};
use paritygate_lang::selector::Glob;
use paritygate_model::read::Read;
use paritygate_model::secret::ValueType;
use paritygate_model::{Diagnostic, Environment, Node, limits};

use crate::address::{readable, readable_item};
use crate::belongings::{Belongings, Named, names};
use crate::shared;

/// The parameters of `no-reference-to`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NoReferenceTo {
    /// The environments that others must not name: names or tiers. Where there is none, each environment's reference.
    pub from: Vec<String>,
    /// More hosts and accounts of theirs, such as `*.prd.acme.internal` or `123456789012`.
    pub patterns: Vec<String>,
    /// Keys whose values may name them, and hosts that may be named. `*` stands for any characters.
    pub allow: Vec<String>,
}

impl Kind for NoReferenceTo {
    const NAME: &'static str = "no-reference-to";
    const SUMMARY: &'static str = "no value names a host, an account or an alias of another environment";
    const ACCEPTS: Accepts = Accepts::Leaf;
    const MANUAL: &'static str = r#"
Looks in the values of each environment for what belongs to its reference, or to the environments `from`. These belong to
an environment:

- Its own hosts, and every host below them. A host is its own if the environment names it, and if it has the environment's
  name or one of its aliases as a word of its own: `db.production.acme.io` belongs to production, `api.stripe.com` to
  nobody. In hosts `prod` and `prd` stand for production, `stage` and `stg` for staging and `dev` for development, unless
  another environment is called so. It is named by the URL of a variable, by a variable whose key speaks of a host (`DB_HOST`), by an address with a
  port, by `externalServices.*.baseUrl` or by `network.dns`. The bare name alone (`redis://production`) is no host of its
  own.
- Its declared aliases, as whole words: `prd` in `/shop/prd/cache`, not in `sprdlb`. Its name alone does not count: values
  such as `NODE_ENV=production` are right in many environments.
- What `patterns` say: hosts, accounts, buckets. They are compared with each run of letters, digits, `.`, `-` and `_`.

Case doesn't count. A word that is part of one of the environment's own names is not another's alias (`prd-eu` is not
`prd`), nor is one behind `pre` or `non`. Names are never replaced here. `allow` takes keys and hosts that are meant.

Of a secret only the readable parts of a URL are looked at, other secrets are passed over; a secret that is a URL and has no
readable parts is unknown, as is what is unresolved. What was not collected is not looked at.

```example
select: variables.*
environments:
  staging: { variables: { DB_HOST: db.prod.acme.io } }
  production: { variables: { DB_HOST: db.prod.acme.io } }
expect: fail
```

```example
select: variables.*
environments:
  staging: { variables: { API_URL: "https://api.staging.acme.io", PAY_URL: "https://api.stripe.com", NODE_ENV: production } }
  production: { variables: { API_URL: "https://api.production.acme.io", PAY_URL: "https://api.stripe.com", NODE_ENV: production } }
expect: pass
```

```example
select: variables.*
environments:
  staging: { variables: { API_URL: "https://db.production.acme.io/v1" } }
  production: { variables: { DATABASE_URL: "postgres://app:correct-horse@db.production.acme.io/shop" } }
expect: fail
message: "`variables.API_URL` in staging contains production's host `db.production.acme.io`"
```

```example
select: variables.*
environments:
  staging: { variables: { BROKERS: "kafka-1.stg.acme.io:9092,Kafka-1.Production.acme.io:9092" } }
  production: { variables: { KAFKA_HOSTS: "kafka-1.production.acme.io,kafka-2.production.acme.io" } }
expect: fail
message: "`variables.BROKERS` in staging contains production's host `Kafka-1.Production.acme.io`"
```

```example
select: variables.*
environments:
  staging: { variables: { STATUS_URL: "https://status.production.acme.io" } }
  production: { variables: { API_URL: "https://api.production.acme.io" } }
expect: pass
```

```example
select: variables.*
params: { patterns: ["acme-live-*", "123456789012"] }
environments:
  staging: { variables: { ROLE_ARN: "arn:aws:iam::123456789012:role/app", BUCKET: acme-stg-assets } }
  production: { variables: { ROLE_ARN: "arn:aws:iam::123456789012:role/app" } }
expect: fail
message: "`variables.ROLE_ARN` in staging contains `123456789012`, which belongs to production"
```

```example
select: variables.*
params: { allow: [SYNC_*, cdn.production.acme.io] }
environments:
  staging: { variables: { SYNC_SOURCE: "https://api.production.acme.io", LOGO: "https://cdn.production.acme.io/logo.svg" } }
  production: { variables: { API_URL: "https://api.production.acme.io", CDN_URL: "https://cdn.production.acme.io" } }
expect: pass
```

```example
select: variables.*
params: { from: [staging] }
environments:
  staging: { variables: { API_URL: "https://api.staging.acme.io" } }
  production: { variables: { WEBHOOK_URL: "https://api.staging.acme.io/hook" } }
expect: fail
message: "`variables.WEBHOOK_URL` in production contains staging's host `api.staging.acme.io`"
```

```example
select: variables.*
environments:
  staging: { variables: { API_URL: { unresolved: a template } } }
  production: { variables: { API_URL: "https://api.production.acme.io" } }
expect: unknown
```
"#;

    fn compile(self, _: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        let globs = |texts: &[String]| texts.iter().map(|text| Glob::new(&text.to_ascii_lowercase())).collect();
        let (patterns, allow) = (globs(&self.patterns), globs(&self.allow));
        Ok(Plan::Group(Box::new(Check { from: self.from, patterns, allow })))
    }
}

struct Check {
    from: Vec<String>,
    patterns: Vec<Glob>,
    allow: Vec<Glob>,
}

/// An environment, and those that it must not name.
struct Judged {
    environment: usize,
    /// Its own names.
    names: Vec<String>,
    /// Places in the list of what belongs to whom.
    others: Vec<usize>,
}

impl Check {
    fn is_allowed(&self, text: &str) -> bool {
        self.allow.iter().any(|glob| glob.matches(&text.to_ascii_lowercase()))
    }

    /// Whether others must not name an environment.
    fn is_from(&self, environment: &Environment) -> bool {
        let is = |from: &String| *from == *environment.name || from == environment.tier.word() || from == "all";
        !environment.contract && self.from.iter().any(is)
    }

    /// Every environment with those that it must not name, by their place in the check.
    fn pairs(&self, row: &Row<'_, '_>) -> Vec<(usize, usize)> {
        if self.from.is_empty() {
            return row.pairs().collect();
        }
        let all = (0..).map_while(|at| Some((at, row.environment(at)?)));
        let from: Vec<usize> = all.filter(|(_, environment)| self.is_from(environment)).map(|(at, _)| at).collect();
        let of = |member: usize| from.iter().filter(move |&&at| at != member).map(move |&at| (member, at));
        row.members().flat_map(of).collect()
    }

    /// What a value names of another environment; an error says why that can't be known.
    fn named<'r>(
        &self,
        cell: &'r Cell<'_>,
        judged: &Judged,
        belongings: &[Belongings],
    ) -> Result<Option<(usize, Named<'r>)>, &'r str> {
        let look = |text: &'r str| {
            let mut others = judged.others.iter().filter_map(|&at| belongings.get(at));
            others.find_map(|other| {
                let named = other.named_in(text, &judged.names, &self.patterns, |host| self.is_allowed(host))?;
                Some((other.environment, named))
            })
        };
        if let Some(text) = readable(cell) {
            return Ok(look(text));
        }
        match &cell.state {
            State::Unresolved(reason) => Err(reason),
            State::Secret(secret) if secret.value_type == ValueType::Url => Err("a secret can't be read"),
            _ => {
                let items = || cell.collection().into_iter().flat_map(Node::items);
                match items().filter_map(readable_item).find_map(look) {
                    None => items().find_map(|item| Cell::of(item).unknown()).map_or(Ok(None), Err),
                    named => Ok(named),
                }
            }
        }
    }
}

impl GroupCheck for Check {
    fn compares(&self) -> Compares {
        Compares::Apart
    }

    fn rows(&self, rows: &Rows<'_, '_>, out: &mut Vec<GroupFinding>) {
        let Some(first) = rows.get(0) else { return };
        let taken: Vec<String> = (0..).map_while(|at| first.environment(at)).flat_map(names).collect();
        let mut belongings: Vec<Belongings> = Vec::new();
        let mut all_judged: Vec<Judged> = Vec::new();
        for (environment, other) in self.pairs(first) {
            let known = belongings.iter().position(|known| known.environment == other);
            let other = known.unwrap_or_else(|| {
                belongings.extend(first.environment(other).map(|described| Belongings::of(other, described, &taken)));
                belongings.len().saturating_sub(1)
            });
            if let Some(last) = all_judged.last_mut().filter(|last| last.environment == environment) {
                last.others.push(other);
            } else {
                let names = first.environment(environment).map(names).unwrap_or_default();
                all_judged.push(Judged { environment, names, others: vec![other] });
            }
        }
        if let (true, Some(member)) = (all_judged.is_empty() && !self.from.is_empty(), first.members().next()) {
            let reason = format!("no other environment is named `{}`", self.from.join("`, `"));
            out.push(shared::unknown(0, member, &reason));
        }
        for (at, row) in rows.iter() {
            if self.is_allowed(row.key()) {
                continue;
            }
            let (mut deviations, mut evidence, mut unknown) = (Vec::new(), Vec::new(), None);
            for judged in &all_judged {
                match self.named(row.cell(judged.environment), judged, &belongings) {
                    Ok(None) => {}
                    Ok(Some((other, named))) => {
                        let (environment, against) = (judged.environment, Some(other));
                        deviations.push(Deviation { environment, against, mutual: false });
                        evidence.push(named.words(row.name(other)));
                    }
                    Err(reason) => unknown = unknown.or(Some((judged.environment, reason))),
                }
            }
            if !deviations.is_empty() {
                out.push(GroupFinding { row: at, deviations, evidence, ..GroupFinding::default() });
            } else if let Some((environment, reason)) = unknown {
                out.push(shared::unknown(at, environment, reason));
            }
        }
    }

    fn describe(&self, rows: &Rows<'_, '_>, finding: &GroupFinding) -> Description {
        let Some(row) = rows.get(finding.row) else { return Description::default() };
        let mut by_words: Vec<(&str, Vec<usize>)> = Vec::new();
        for (deviation, words) in finding.deviations.iter().zip(&finding.evidence) {
            match by_words.iter_mut().find(|(known, _)| known == words) {
                Some((_, environments)) => environments.push(deviation.environment),
                None => by_words.push((words, vec![deviation.environment])),
            }
        }
        let part = |(words, environments): &(&str, Vec<usize>)| {
            format!("in {} contains {words}", row.names(environments.iter().copied()))
        };
        let parts: Vec<String> = by_words.iter().map(part).collect();
        let who = row.names(finding.deviations.iter().map(|deviation| deviation.environment));
        Description::new(format!("`{}` {}", row.path_text(), parts.join("; ")))
            .note("what is done through it reaches the other environment")
            .help(format!("give {who} a value of its own, or list the key or the host under `allow`"))
    }
}

impl Named<'_> {
    fn words(self, owner: &str) -> String {
        let word = |text: &str| text.chars().take(limits::MAX_SHOWN_CHARS).collect::<String>();
        match self {
            Self::Host(host) => format!("{owner}'s host `{}`", word(host)),
            Self::Alias(alias) => format!("{owner}'s alias `{}`", word(alias)),
            Self::Pattern(text) => format!("`{}`, which belongs to {owner}", word(text)),
        }
    }
}
