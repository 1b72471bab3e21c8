//! Sealed values as `import` writes them: a fingerprint, and of a URL or a connection string what rules about hosts, databases
//! and passwords need of it.

use std::fmt::Write;
use std::sync::Arc;

use paritygate_model::secret::{Dsn, MaskReason, Secret, UrlParts, ValueClass, ValueType};
use paritygate_model::shape::environment::SEALED;
use paritygate_model::source::MASK;
use paritygate_model::{Fingerprint, Node, NodeId};

use super::Lowering;

impl Lowering<'_> {
    /// Whether a map is a sealed value, and the value sealed again: `{ fingerprint: { keyId, hex } }`.
    pub(super) fn is_sealed(&mut self, id: NodeId) -> bool {
        let node = self.node(id);
        let is_one = node.entries().all(|(key, ..)| SEALED.contains(&key));
        let Some(whole) = node.get("fingerprint").filter(|_| is_one).and_then(fingerprint) else { return false };
        let shown = node.get("url").and_then(|url| self.shown(url));
        let mut secret = secret(node, whole, shown);
        if secret.url.is_some() {
            secret.value_type = ValueType::Url;
        }
        self.tree.seal(id, secret);
        true
    }

    /// The URL of a sealed value with its masks, read before it is sealed as a URL with a password.
    pub(super) fn shown(&self, url: Node<'_>) -> Option<String> {
        url.get("shown").and_then(Node::scalar_text).map(|shown| self.context.secrets.scrub(shown))
    }
}

/// A sealed value by its fields.
pub(super) fn secret(node: Node<'_>, whole: Fingerprint, shown: Option<String>) -> Secret {
    Secret {
        reason: MaskReason::Origin,
        fingerprint: whole,
        value_type: ValueType::String,
        value_class: ValueClass::Unknown,
        length: None,
        url: node.get("url").and_then(|parts| url(parts, shown)).map(Box::new),
        dsn: node.get("dsn").and_then(dsn).map(Box::new),
        parts: node.get("partFingerprints").into_iter().flat_map(Node::items).filter_map(fingerprint).collect(),
    }
}

/// A fingerprint; `None` where a part of it is missing.
pub(super) fn fingerprint(node: Node<'_>) -> Option<Fingerprint> {
    let text = |key: &str| node.get(key).and_then(Node::scalar_text).map(Arc::<str>::from);
    Some(Fingerprint { key_id: text("keyId")?, hex: text("hex")?, probe: None })
}

/// The parts of a URL; `None` where there is no host among them. `masked` is the URL with its masks, where it was written.
fn url(node: Node<'_>, masked: Option<String>) -> Option<UrlParts> {
    let text = |key: &str| node.get(key).and_then(Node::scalar_text).map(str::to_owned);
    let query = node.get("queryFingerprints").into_iter().flat_map(Node::entries);
    let mut parts = UrlParts {
        shown: String::new(),
        scheme: text("scheme")?,
        user: text("user"),
        host: text("host")?,
        port: text("port").and_then(|port| port.parse().ok()),
        path: text("path").unwrap_or_default(),
        password: node.get("passwordFingerprint").and_then(fingerprint),
        query: query.filter_map(|(name, _, value)| Some((name.to_owned(), fingerprint(value)?))).collect(),
    };
    parts.shown = masked.unwrap_or_else(|| shown(&parts));
    Some(parts)
}

/// The URL with a mask in place of each secret.
fn shown(parts: &UrlParts) -> String {
    let mut out = format!("{}://", parts.scheme);
    match (&parts.user, &parts.password) {
        (None, None) => {}
        (user, None) => out.extend([user.as_deref().unwrap_or_default(), "@"]),
        (user, Some(_)) => out.extend([user.as_deref().unwrap_or_default(), ":", MASK, "@"]),
    }
    out.push_str(&parts.host);
    if let Some(port) = parts.port {
        let _infallible = write!(out, ":{port}");
    }
    out.extend(["/", &parts.path]);
    for (at, (name, _)) in parts.query.iter().enumerate() {
        out.extend([if at == 0 { "?" } else { "&" }, name, "=", MASK]);
    }
    out
}

/// The parts of a connection string.
fn dsn(node: Node<'_>) -> Option<Dsn> {
    let text = |key: &str| node.get(key).and_then(Node::scalar_text);
    let port = text("port").and_then(|port| port.parse().ok());
    Dsn::from_parts(text("kind")?, text("host")?, port, text("database")?)
}
