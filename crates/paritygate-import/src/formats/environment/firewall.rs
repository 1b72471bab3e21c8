//! Firewall rules in environment documents: maps of any fields, of which ports and ranges of addresses are checked.

use paritygate_model::{Diagnostic, Location, Node, NodeId, address_range};

use super::Lowering;

impl Lowering<'_> {
    /// Says what in the rules at `id` can't be meant.
    pub(super) fn firewall(&mut self, id: NodeId) {
        for at in 0..self.node(id).len() {
            let Some(rule) = self.tree.item_at(id, at) else { break };
            self.ports(rule);
            let Some(cidrs) = self.node(rule).get("cidrs").map(|cidrs| cidrs.id()) else { continue };
            if !self.node(cidrs).is_sequence() {
                self.range(cidrs);
            }
            for at in 0..self.node(cidrs).len() {
                let Some(range) = self.tree.item_at(cidrs, at) else { break };
                self.range(range);
            }
        }
    }

    fn ports(&mut self, rule: NodeId) {
        let rule = self.node(rule);
        // What other protocols call so are types and codes.
        let protocol = rule.get("protocol").and_then(Node::scalar_text).unwrap_or_default().to_ascii_lowercase();
        if !matches!(&*protocol, "tcp" | "udp" | "sctp" | "dccp" | "6" | "17" | "132" | "33") {
            return;
        }
        let port = |field: &str| {
            let node = rule.get(field)?;
            Some((node.id(), node.scalar_text()?.trim().parse::<i64>().ok()?))
        };
        let (from, to) = (port("fromPort"), port("toPort"));
        let beyond = |(_, port): &(NodeId, i64)| !(-1..=i64::from(u16::MAX)).contains(port);
        if let Some((id, port)) = [from, to].into_iter().flatten().find(beyond) {
            self.unlike(id, format!("`{port}` is no port"), "ports go from 0 to 65535, and -1 is all of them");
        } else if let (Some((_, from)), Some((id, to))) = (from, to)
            && from > to
            && to >= 0
        {
            self.unlike(id, format!("`toPort` `{to}` is below `fromPort` `{from}`"), "give the lower port first");
        }
    }

    fn range(&mut self, id: NodeId) {
        let Some(text) = self.node(id).as_str().map(str::trim) else { return };
        // What has a sign is the id of a list or a group, or a template.
        let is_name = text.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_address = text.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'/'));
        if address_range(text).is_some() || !is_name && !is_address || ["any", "all", "internet"].contains(&text) {
            return;
        }
        let help = "write it like `10.1.0.0/16`";
        if is_name {
            let message = format!("`{text}` is no range of addresses, and is compared as a name");
            let at = Location::new(self.source, self.node(id).span());
            self.diagnostics.push(Diagnostic::warning("environment-shape", at, message).help(help));
        } else {
            self.unlike(id, format!("`{text}` is no range of addresses"), help);
        }
    }

    /// Says that a value can't be meant, and knows nothing of it from then on.
    fn unlike(&mut self, id: NodeId, message: String, help: &'static str) {
        let at = Location::new(self.source, self.node(id).span());
        self.diagnostics.push(Diagnostic::error("environment-shape", at, message).help(help));
        self.tree.set_unresolved(id, "the value has the wrong shape");
    }
}
