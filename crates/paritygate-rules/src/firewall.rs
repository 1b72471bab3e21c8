//! Firewall rules in one form, so that two ways to write one rule are the same rule.

use paritygate_eval::{cell, compare};
use paritygate_model::{Node, SortedMap, Value, address_range};

/// What a rule lets pass, but for its ports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Flow {
    /// `ingress` or `egress`, mostly.
    pub(crate) direction: String,
    /// `tcp`; `all` where any will do.
    pub(crate) protocol: String,
    /// The range of addresses on the other side, or the name that was given to it.
    pub(crate) peer: Option<String>,
    /// What else the rule says.
    pub(crate) rest: Vec<Detail>,
}

/// A field of a rule of which nothing is known but its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Detail {
    pub(crate) key: String,
    /// Equal for equal values; never shown.
    canonical: String,
    pub(crate) shown: String,
}

/// Ranges of ports, both ends included: sorted, and no two of them touch.
pub(crate) type Ports = Vec<(u16, u16)>;

/// All ports. Nothing listens on port 0, so it does not count.
pub(crate) const ALL_PORTS: (u16, u16) = (1, u16::MAX);

/// The rules of an environment.
#[derive(Debug, Default)]
pub(crate) struct RuleSet {
    flows: SortedMap<Flow, Ports>,
    /// Why there may be more.
    pub(crate) unknown: Option<String>,
}

impl RuleSet {
    /// Rules of which nothing is known.
    pub(crate) fn unknown(reason: &str) -> Self {
        Self { flows: SortedMap::new(), unknown: Some(reason.to_owned()) }
    }

    /// Reads a list of rules. `names` has the ranges that go by a name; fields in `ignore` don't count.
    pub(crate) fn read(list: Option<Node<'_>>, names: &SortedMap<String, String>, ignore: &[String]) -> Self {
        let mut rules = Self::default();
        for item in list.into_iter().flat_map(Node::items) {
            if let Err(reason) = rules.add(item, names, ignore) {
                rules.unknown.get_or_insert(reason);
            }
        }
        rules.flows.values_mut().for_each(merge);
        rules
    }

    /// What these rules let pass and others do not.
    pub(crate) fn minus(&self, other: &Self) -> Vec<(Flow, Ports)> {
        let rest = |(flow, ports): (&Flow, &Ports)| {
            let rest = other.flows.get(flow).map_or_else(|| ports.clone(), |other| minus(ports, other));
            (!rest.is_empty()).then(|| (flow.clone(), rest))
        };
        self.flows.iter().filter_map(rest).collect()
    }

    fn add(&mut self, rule: Node<'_>, names: &SortedMap<String, String>, ignore: &[String]) -> Result<(), String> {
        let mut flow = Flow { direction: String::new(), protocol: "all".to_owned(), peer: None, rest: Vec::new() };
        let (mut from, mut to, mut peers) = (None, None, Vec::new());
        if !rule.is_map() {
            flow.rest.push(Detail::of("", rule)?);
        }
        for (key, _, node) in rule.entries().filter(|(key, ..)| !ignore.iter().any(|ignored| ignored == key)) {
            let text = node.scalar_text();
            match (key, text) {
                _ if matches!(node.value(), Value::Null) => {}
                ("direction", Some(text)) => flow.direction = direction(text),
                ("protocol", Some(text)) => flow.protocol = protocol(text),
                ("fromPort", Some(text)) if port(text).is_some() => from = port(text),
                ("toPort", Some(text)) if port(text).is_some() => to = port(text),
                ("cidrs", Some(text)) => peers.push(text),
                ("cidrs", None) if node.is_sequence() => {
                    for item in node.items() {
                        peers.push(item.scalar_text().ok_or_else(|| unreadable(item))?);
                    }
                }
                _ => flow.rest.push(Detail::of(key, node)?),
            }
        }
        let ports = match (from.or(to), to.or(from)) {
            (Some(from), Some(to)) if has_ports(&flow.protocol) => range(from, to),
            // The type and the code of ICMP, where they are not all of them.
            (Some(from), Some(to)) if flow.protocol != "all" && (from, to) != (-1, -1) => {
                let shown = format!("{from}/{to}");
                flow.rest.push(Detail { key: "type".to_owned(), canonical: shown.clone(), shown });
                ALL_PORTS
            }
            _ => ALL_PORTS,
        };
        flow.rest.sort_unstable();
        if peers.is_empty() {
            self.flows.entry(flow).or_default().push(ports);
            return Ok(());
        }
        for peer in peers {
            let peer = address_range(peer).unwrap_or_else(|| peer.trim().to_ascii_lowercase());
            let peer = names.get(&peer).cloned().unwrap_or(peer);
            self.flows.entry(Flow { peer: Some(peer), ..flow.clone() }).or_default().push(ports);
        }
        Ok(())
    }
}

impl Detail {
    fn of(key: &str, node: Node<'_>) -> Result<Self, String> {
        let canonical = compare::canonical(node).map_err(str::to_owned)?;
        Ok(Self { key: key.to_owned(), canonical, shown: cell::readable(node) })
    }
}

fn unreadable(node: Node<'_>) -> String {
    match node.value() {
        Value::Unresolved(reason) => reason.to_owned(),
        Value::Secret(_) => "a secret can't be read".to_owned(),
        _ => "an address range is no text".to_owned(),
    }
}

fn direction(text: &str) -> String {
    let text = text.trim().to_ascii_lowercase();
    match &*text {
        "in" | "inbound" => "ingress".to_owned(),
        "out" | "outbound" => "egress".to_owned(),
        _ => text,
    }
}

fn protocol(text: &str) -> String {
    let text = text.trim().to_ascii_lowercase();
    let word = match &*text {
        "-1" | "any" | "*" | "" => "all",
        "1" => "icmp",
        "6" => "tcp",
        "17" => "udp",
        "58" | "ipv6-icmp" => "icmpv6",
        "132" => "sctp",
        _ => return text,
    };
    word.to_owned()
}

fn has_ports(protocol: &str) -> bool {
    matches!(protocol, "tcp" | "udp" | "sctp" | "dccp")
}

fn port(text: &str) -> Option<i32> {
    text.trim().parse().ok().filter(|port| (-1..=i32::from(u16::MAX)).contains(port))
}

fn range(from: i32, to: i32) -> (u16, u16) {
    match (u16::try_from(from.min(to)), u16::try_from(from.max(to))) {
        (Ok(0), Ok(last)) if last > 0 => (1, last),
        (Ok(first), Ok(last)) => (first, last),
        // -1 stands for all.
        _ => ALL_PORTS,
    }
}

fn merge(ports: &mut Ports) {
    ports.sort_unstable();
    let mut merged: Ports = Vec::with_capacity(ports.len());
    for &(first, last) in ports.iter() {
        match merged.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => merged.push((first, last)),
        }
    }
    *ports = merged;
}

fn minus(ports: &Ports, other: &Ports) -> Ports {
    let mut rest = Vec::new();
    for &(first, last) in ports {
        let mut next = Some(first);
        let overlapping = other.partition_point(|(_, end)| *end < first);
        for &(start, end) in other.iter().skip(overlapping).take_while(|(start, _)| *start <= last) {
            let Some(from) = next else { break };
            if start > from {
                rest.push((from, start - 1));
            }
            next = end.checked_add(1).filter(|next| *next <= last);
        }
        rest.extend(next.map(|from| (from, last)));
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_merged_and_subtracted() {
        let merged = |ports: &[(u16, u16)]| {
            let mut ports = ports.to_vec();
            merge(&mut ports);
            ports
        };
        assert_eq!(merged(&[(90, 95), (80, 80), (81, 89)]), [(80, 95)]);
        assert_eq!(merged(&[(1, u16::MAX), (5, 6)]), [ALL_PORTS]);
        assert_eq!(minus(&merged(&[(80, 90)]), &merged(&[(82, 83), (85, 95)])), [(80, 81), (84, 84)]);
        assert_eq!(minus(&vec![ALL_PORTS], &vec![(443, 443)]), [(1, 442), (444, u16::MAX)]);
        assert_eq!(minus(&vec![(443, 443)], &vec![ALL_PORTS]), []);
        assert_eq!(minus(&vec![(1, 2), (4, 5)], &vec![]), [(1, 2), (4, 5)]);
    }
}
