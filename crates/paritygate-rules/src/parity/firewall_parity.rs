//! `firewall-parity`: firewalls let the same traffic pass.

use paritygate_eval::kind::Params;
use paritygate_eval::{Accepts, Comparison, Description, Deviation, Kind, Outcome, Plan, Row, RowCheck};
use paritygate_model::read::Read;
use paritygate_model::{Diagnostic, Node, SortedMap, address_range};

use crate::firewall::{ALL_PORTS, Flow, Ports, RuleSet};

/// The parameters of `firewall-parity`.
#[derive(Debug, Default, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FirewallParity {
    /// Address ranges that differ by right: a name, and the ranges that it stands for in each environment or tier.
    pub cidrs: SortedMap<String, SortedMap<String, Vec<String>>>,
    /// Fields of rules that don't count, beside `description`.
    pub ignore: Vec<String>,
}

impl Kind for FirewallParity {
    const NAME: &'static str = "firewall-parity";
    const SUMMARY: &'static str = "firewalls let the same traffic pass";
    const ACCEPTS: Accepts = Accepts::Collection;
    const MANUAL: &'static str = r#"
Select lists of firewall rules (`network.firewall`). Each environment's rules are compared with the reference's by what they
let pass, however it is written: the order of rules and how ports and ranges are spread over them don't count, nor does the
case of protocols; 6 is `tcp`, -1 is every protocol, ports that are not given are all ports, `10.0.0.7` is `10.0.0.7/32`.
Whether one range contains another is not asked. Fields beside `direction`, `protocol`, `fromPort`, `toPort` and `cidrs` must
be equal, but for `description` and those in `ignore`.

`cidrs` names ranges that are not the same everywhere: `{ office: { staging: [10.1.0.0/16], production: [10.2.0.0/16] } }`.
Each of them is replaced by its name before rules are compared. Exactly that range is meant, none inside it.

Where a rule of one environment is not known, nobody knows what the other one has beyond it. What the former has beyond the
latter fails nevertheless. An environment whose network is described without rules has none.

```example
select: network.firewall
params: { cidrs: { office: { staging: [10.1.0.0/16], production: [10.2.0.0/16, 10.3.0.0/16] } } }
environments:
  staging:
    network:
      firewall:
        - { direction: ingress, protocol: tcp, fromPort: 22, cidrs: [10.1.0.0/16], description: shell }
        - { direction: ingress, protocol: TCP, fromPort: 80, toPort: 81, cidrs: [0.0.0.0/0] }
  production:
    network:
      firewall:
        - { direction: ingress, protocol: "6", fromPort: 80, toPort: 80, cidrs: [0.0.0.0/0] }
        - { direction: ingress, protocol: tcp, fromPort: 81, toPort: 81, cidrs: [0.0.0.0/0] }
        - { direction: ingress, protocol: tcp, fromPort: 22, toPort: 22, cidrs: [10.2.0.0/16, 10.3.0.0/16] }
expect: pass
```

```example
select: network.firewall
environments:
  staging: { network: { firewall: [{ direction: egress, protocol: tcp, fromPort: 443, toPort: 443, cidrs: [0.0.0.0/0] }] } }
  production: { network: { firewall: [] } }
expect: fail
message: "`network.firewall` differs: `egress tcp 443 to 0.0.0.0/0` open only in staging"
```

```example
select: network.firewall
params: { cidrs: { office: { staging: [10.1.0.0/16] } } }
environments:
  staging: { network: { firewall: [{ direction: ingress, protocol: tcp, fromPort: 8000, toPort: 8999, cidrs: [10.1.0.0/16] }] } }
  production: { network: { firewall: [{ direction: ingress, protocol: tcp, fromPort: 8080, cidrs: [10.1.0.0/16] }, { direction: ingress, protocol: all, cidrs: [10.0.0.0/8] }] } }
expect: fail
message: "`network.firewall` differs: `ingress tcp 8000-8999 from office` open only in staging, `ingress all from 10.0.0.0/8` open only in production, `ingress tcp 8080 from 10.1.0.0/16` open only in production"
```

```example
select: network.firewall
environments:
  staging: { network: { firewall: [{ direction: ingress, protocol: tcp, fromPort: 443, cidrs: [{ unresolved: a variable }] }] } }
  production: { network: { firewall: [{ direction: ingress, protocol: tcp, fromPort: 443, cidrs: [0.0.0.0/0] }] } }
expect: unknown
```

```example
select: network.firewall
params: { cidrs: { office: { staging: [10.0.0.0/40] } } }
environments:
  staging: { network: { firewall: [] } }
expect: rejected
message: "`10.0.0.0/40` is no range of addresses"
```
"#;

    fn compile(mut self, params: &Params<'_>) -> Result<Plan, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let mut names: SortedMap<String, SortedMap<String, String>> = SortedMap::new();
        for (name, environments) in &self.cidrs {
            for (environment, ranges) in environments {
                for text in ranges {
                    let Some(range) = address_range(text) else {
                        let wrong = params.wrong("cidrs", format!("`{text}` is no range of addresses"));
                        diagnostics.push(wrong.help("write it like `10.1.0.0/16`"));
                        continue;
                    };
                    let known = names.entry(environment.clone()).or_default().insert(range, name.clone());
                    if let Some(known) = known.filter(|known| known != name) {
                        let message = format!("`{text}` of {environment} is both `{known}` and `{name}`");
                        diagnostics.push(params.wrong("cidrs", message).help("give a range one name"));
                    }
                }
            }
        }
        self.ignore.push("description".to_owned());
        if diagnostics.is_empty() {
            Ok(Plan::Row(Box::new(Check { names, ignore: self.ignore })))
        } else {
            Err(diagnostics)
        }
    }
}

struct Check {
    /// By environment or tier: ranges and their names.
    names: SortedMap<String, SortedMap<String, String>>,
    ignore: Vec<String>,
}

/// What only one of two environments lets pass, as far as that is known.
struct Difference {
    own: Vec<(Flow, Ports)>,
    other: Vec<(Flow, Ports)>,
    unknown: Option<String>,
}

impl Check {
    fn rules(&self, row: &Row<'_, '_>, environment: usize) -> RuleSet {
        let cell = row.cell(environment);
        if let Some(reason) = cell.unknown() {
            return RuleSet::unknown(reason);
        }
        if cell.is_set() && !cell.collection().is_some_and(Node::is_sequence) {
            return RuleSet::unknown("it is no list of rules");
        }
        let names = self.names.get(row.name(environment)).or_else(|| self.names.get(row.tier(environment).word()));
        RuleSet::read(cell.collection(), names.unwrap_or(&SortedMap::new()), &self.ignore)
    }

    fn difference(&self, row: &Row<'_, '_>, environment: usize, against: usize) -> Option<Difference> {
        if row.compare_exactly(environment, against) == Comparison::Equal {
            return None;
        }
        let (own, other) = (self.rules(row, environment), self.rules(row, against));
        let known = |has: &RuleSet, lacks: &RuleSet| match lacks.unknown {
            Some(_) => Vec::new(),
            None => has.minus(lacks),
        };
        let (only_own, only_other) = (known(&own, &other), known(&other, &own));
        Some(Difference { own: only_own, other: only_other, unknown: own.unknown.or(other.unknown) })
    }
}

impl RowCheck for Check {
    fn row(&self, row: &Row<'_, '_>, out: &mut Outcome) {
        for (environment, against) in row.pairs() {
            let Some(difference) = self.difference(row, environment, against) else { continue };
            if !difference.own.is_empty() || !difference.other.is_empty() {
                out.fail(environment, against);
            } else if let Some(reason) = difference.unknown {
                out.unknown(environment, Some(against), &reason);
            }
        }
    }

    fn describe(&self, row: &Row<'_, '_>, deviations: &[Deviation]) -> Description {
        let (mut more, mut less) = (Told::new(), Told::new());
        let mut notes = Vec::new();
        for deviation in deviations {
            let (environment, Some(against)) = (deviation.environment, deviation.against) else { continue };
            let Some(difference) = self.difference(row, environment, against) else { continue };
            for (told, flows) in [(&mut more, difference.own), (&mut less, difference.other)] {
                for (flow, ports) in flows {
                    told.entry((flow, ports, against)).or_default().push(environment);
                }
            }
            if let Some(reason) = difference.unknown {
                let (own, other) = (row.name(environment), row.name(against));
                notes.push(format!("not all rules of {own} and {other} are known: {reason}"));
            }
        }
        let opened = more.iter().map(|((flow, ports, _), environments)| {
            format!("`{}` {}only in {}", shown(flow, ports), open(flow), row.names(environments.iter().copied()))
        });
        let closed = less.iter().map(|((flow, ports, against), environments)| {
            let (what, open, reference) = (shown(flow, ports), open(flow), row.name(*against));
            let compared = row.pairs().filter(|(_, other)| other == against).count();
            if environments.len() == compared {
                format!("`{what}` {open}only in {reference}")
            } else {
                format!("`{what}` {open}in {reference}, not in {}", row.names(environments.iter().copied()))
            }
        });
        let told: Vec<String> = opened.chain(closed).collect();
        let message = format!("`{}` differs: {}", row.path_text(), super::first_few(told.into_iter(), SHOWN));
        let description = notes.into_iter().fold(Description::new(message), Description::note);
        description.help("open and close the same everywhere, or name ranges that differ by right under `cidrs`")
    }
}

/// How many differences a message tells.
const SHOWN: usize = 6;

/// Differences from a reference, each with the environments that share it.
type Told = SortedMap<(Flow, Ports, usize), Vec<usize>>;

/// `open `, unless the rule says itself what it does.
fn open(flow: &Flow) -> &'static str {
    let acts = |key: &str| matches!(key, "" | "action" | "access" | "effect" | "policy");
    if flow.rest.iter().any(|detail| acts(&detail.key)) { "" } else { "open " }
}

/// `egress tcp 443 to 0.0.0.0/0`.
fn shown(flow: &Flow, ports: &Ports) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !flow.direction.is_empty() {
        parts.push(flow.direction.clone());
    }
    if flow.rest.iter().all(|detail| !detail.key.is_empty()) {
        parts.push(flow.protocol.clone());
    }
    if *ports != [ALL_PORTS] {
        let range = |(first, last): &(u16, u16)| {
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        };
        parts.push(ports.iter().map(range).collect::<Vec<_>>().join(","));
    }
    if let Some(peer) = &flow.peer {
        parts.push(format!("{} {peer}", if flow.direction == "egress" { "to" } else { "from" }));
    }
    for detail in &flow.rest {
        parts.push(if detail.key.is_empty() {
            detail.shown.clone()
        } else {
            format!("{} {}", detail.key, detail.shown)
        });
    }
    parts.join(" ")
}
