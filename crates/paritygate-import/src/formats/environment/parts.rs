//! The parts of a secret URL or connection string, as `import` writes them: what rules about hosts, databases and passwords
//! need of it.

use std::fmt::Write;
use std::sync::Arc;

use paritygate_model::secret::{Dsn, UrlParts};
use paritygate_model::source::MASK;
use paritygate_model::{Fingerprint, Node};

/// A fingerprint; `None` where a part of it is missing.
pub(super) fn fingerprint(node: Node<'_>) -> Option<Fingerprint> {
    let text = |key: &str| node.get(key).and_then(Node::scalar_text).map(Arc::<str>::from);
    Some(Fingerprint { key_id: text("keyId")?, hex: text("hex")?, probe: None })
}

/// The parts of a URL; `None` where there is no host among them. `masked` is the URL with its masks, where it was written.
pub(super) fn url(node: Node<'_>, masked: Option<String>) -> Option<UrlParts> {
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
pub(super) fn dsn(node: Node<'_>) -> Option<Dsn> {
    let text = |key: &str| node.get(key).and_then(Node::scalar_text);
    let port = text("port").and_then(|port| port.parse().ok());
    Dsn::from_parts(text("kind")?, text("host")?, port, text("database")?)
}
