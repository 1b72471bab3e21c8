//! Environments as documents: what `import` prints. Secrets stand as fingerprints.

use paritygate_eval::row::visible;
use paritygate_model::{Environment, Node, Secret, SortedMap, Value, Variable};

use crate::json::Json;

/// The environment document, as JSON, with its keys in the order of MODEL: the name first, then by name.
pub fn document(environment: &Environment) -> Json {
    let mut out = SortedMap::new();
    out.insert("environment".to_owned(), Json::text(&*environment.name));
    out.insert("tier".to_owned(), Json::text(environment.tier.word()));
    if !environment.coverage.is_empty() {
        let coverage = environment.coverage.iter();
        let coverage = coverage.map(|(section, coverage)| (section.as_str(), Json::text(coverage.word())));
        out.insert("coverage".to_owned(), Json::map(coverage));
    }
    for (key, _, node) in environment.root().entries() {
        if !out.contains_key(key) {
            out.insert(key.to_owned(), value(node, key));
        }
    }
    Json::Map(out)
}

fn value(node: Node<'_>, name: &str) -> Json {
    match node.value() {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(value),
        Value::Number(text) => Json::number(text),
        Value::String(text) => Json::text(text),
        Value::Unresolved(reason) => Json::map([("unresolved", Json::text(reason))]),
        Value::Secret(secret) => Json::Map(sealed(secret)),
        Value::Variable(variable) => of_variable(node, variable, name),
        Value::Sequence => Json::List(node.items().map(|item| value(item, name)).collect()),
        Value::Map => Json::map(node.entries().map(|(key, _, node)| (visible(key), value(node, key)))),
    }
}

fn fingerprint(fingerprint: &paritygate_model::Fingerprint) -> Json {
    Json::map([("keyId", Json::text(&*fingerprint.key_id)), ("hex", Json::text(&*fingerprint.hex))])
}

/// What rules need of a sealed value.
fn sealed(secret: &Secret) -> SortedMap<String, Json> {
    let mut out = SortedMap::new();
    out.insert("fingerprint".to_owned(), fingerprint(&secret.fingerprint));
    if let Some(url) = &secret.url {
        out.insert("url".to_owned(), of_url(url));
    }
    if let Some(dsn) = &secret.dsn {
        out.insert("dsn".to_owned(), of_dsn(dsn));
    }
    if !secret.parts.is_empty() {
        let parts = secret.parts.iter().map(fingerprint).collect();
        out.insert("partFingerprints".to_owned(), Json::List(parts));
    }
    out
}

fn of_variable(node: Node<'_>, variable: &Variable, name: &str) -> Json {
    let tree = node.tree();
    let inner = tree.node(variable.value);
    let mut out = SortedMap::new();
    let mut put = |key: &str, value: Json| {
        out.insert(key.to_owned(), value);
    };
    match inner.value() {
        Value::Null => put("presence", Json::text("unset")),
        Value::String("") => put("presence", Json::text("empty")),
        _ => put("presence", Json::text("set")),
    }
    put("sensitivity", Json::text(if variable.secret { "secret" } else { "plain" }));
    match inner.value() {
        Value::Secret(secret) => {
            for (key, part) in sealed(secret) {
                put(&key, part);
            }
        }
        Value::Null | Value::String("") => {}
        _ => put("value", value(inner, name)),
    }
    if matches!(inner.value(), Value::Secret(_) | Value::String(_)) {
        put("valueType", Json::text(variable.value_type(tree).word()));
        put("valueClass", Json::text(variable.value_class(tree, name).word()));
    }
    for (key, id) in
        [("sources", variable.sources), ("rotatedAt", variable.rotated_at), ("expiresAt", variable.expires_at)]
    {
        if let Some(id) = id {
            put(key, value(tree.node(id), key));
        }
    }
    Json::Map(out)
}

fn of_dsn(dsn: &paritygate_model::secret::Dsn) -> Json {
    let mut out = SortedMap::new();
    out.insert("database".to_owned(), Json::text(&*dsn.database));
    out.insert("host".to_owned(), Json::text(&*dsn.host));
    out.insert("kind".to_owned(), Json::text(dsn.kind));
    if let Some(port) = dsn.port {
        out.insert("port".to_owned(), Json::Number(port.to_string()));
    }
    Json::Map(out)
}

fn of_url(url: &paritygate_model::secret::UrlParts) -> Json {
    let mut out = SortedMap::new();
    out.insert("scheme".to_owned(), Json::text(&*url.scheme));
    if let Some(user) = &url.user {
        out.insert("user".to_owned(), Json::text(&**user));
    }
    out.insert("host".to_owned(), Json::text(&*url.host));
    if let Some(port) = url.port {
        out.insert("port".to_owned(), Json::Number(port.to_string()));
    }
    out.insert("path".to_owned(), Json::text(&*url.path));
    out.insert("shown".to_owned(), Json::text(&*url.shown));
    if let Some(password) = &url.password {
        out.insert("passwordFingerprint".to_owned(), fingerprint(password));
    }
    if !url.query.is_empty() {
        let query = url.query.iter().map(|(name, value)| (name.as_str(), fingerprint(value)));
        out.insert("queryFingerprints".to_owned(), Json::map(query));
    }
    Json::Map(out)
}
