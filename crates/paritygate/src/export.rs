//! Environments as documents: what `import` prints. Secrets stand as fingerprints.

use paritygate_model::source::MASK;
use paritygate_model::{Environment, Node, SecretTable, Value, Variable};
use serde_json::{Map, Value as Json, json};

/// The environment document, as JSON, with its keys in the order of MODEL: the name first, then by name.
pub fn document(environment: &Environment) -> Json {
    let mut out = Map::new();
    out.insert("environment".to_owned(), json!(&*environment.name));
    out.insert("tier".to_owned(), json!(environment.tier.word()));
    if !environment.coverage.is_empty() {
        let coverage: Map<String, Json> =
            environment.coverage.iter().map(|(section, coverage)| (section.clone(), json!(coverage.word()))).collect();
        out.insert("coverage".to_owned(), Json::Object(coverage));
    }
    for (key, _, node) in environment.root().entries() {
        if !out.contains_key(key) {
            out.insert(key.to_owned(), value(node, key));
        }
    }
    Json::Object(out)
}

fn value(node: Node<'_>, name: &str) -> Json {
    match node.value() {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(value),
        Value::Number(text) => number(text),
        Value::String(text) => json!(text),
        Value::Unresolved(reason) => json!({ "unresolved": reason }),
        Value::Secret(secret) => fingerprint(&secret.fingerprint),
        Value::Variable(variable) => of_variable(node, variable, name),
        Value::Sequence => Json::Array(node.items().map(|item| value(item, name)).collect()),
        Value::Map => {
            Json::Object(node.entries().map(|(key, _, node)| (visible(key).to_owned(), value(node, key))).collect())
        }
    }
}

/// A key as it may be shown: one that is a secret by its shape was meant to be a value.
fn visible(key: &str) -> &str {
    if SecretTable::builtin().classify(None, key).is_some() { MASK } else { key }
}

fn fingerprint(fingerprint: &paritygate_model::Fingerprint) -> Json {
    json!({ "keyId": &*fingerprint.key_id, "hex": &*fingerprint.hex })
}

/// A number as it was written, where JSON can hold it.
fn number(text: &str) -> Json {
    let parsed = text.parse::<i64>().map(Json::from).or_else(|_| text.parse::<u64>().map(Json::from));
    parsed.unwrap_or_else(|_| {
        let float = text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
        float.map_or_else(|| json!(text), Json::Number)
    })
}

fn of_variable(node: Node<'_>, variable: &Variable, name: &str) -> Json {
    let tree = node.tree();
    let inner = tree.node(variable.value);
    let mut out = Map::new();
    let mut put = |key: &str, value: Json| {
        out.insert(key.to_owned(), value);
    };
    match inner.value() {
        Value::Null => put("presence", json!("unset")),
        Value::String("") => put("presence", json!("empty")),
        _ => put("presence", json!("set")),
    }
    put("sensitivity", json!(if variable.secret { "secret" } else { "plain" }));
    match inner.value() {
        Value::Secret(secret) => {
            put("fingerprint", fingerprint(&secret.fingerprint));
            if let Some(url) = &secret.url {
                put("url", of_url(url));
            }
            if let Some(dsn) = &secret.dsn {
                put("dsn", of_dsn(dsn));
            }
        }
        Value::Null | Value::String("") => {}
        _ => put("value", value(inner, name)),
    }
    if matches!(inner.value(), Value::Secret(_) | Value::String(_)) {
        put("valueType", json!(variable.value_type(tree).word()));
        put("valueClass", json!(variable.value_class(tree, name).word()));
    }
    for (key, id) in
        [("sources", variable.sources), ("rotatedAt", variable.rotated_at), ("expiresAt", variable.expires_at)]
    {
        if let Some(id) = id {
            put(key, value(tree.node(id), key));
        }
    }
    Json::Object(out)
}

fn of_dsn(dsn: &paritygate_model::secret::Dsn) -> Json {
    let mut out = Map::new();
    out.insert("database".to_owned(), json!(dsn.database));
    out.insert("host".to_owned(), json!(dsn.host));
    out.insert("kind".to_owned(), json!(dsn.kind));
    if let Some(port) = dsn.port {
        out.insert("port".to_owned(), json!(port));
    }
    Json::Object(out)
}

fn of_url(url: &paritygate_model::secret::UrlParts) -> Json {
    let mut out = Map::new();
    out.insert("scheme".to_owned(), json!(url.scheme));
    if let Some(user) = &url.user {
        out.insert("user".to_owned(), json!(user));
    }
    out.insert("host".to_owned(), json!(url.host));
    if let Some(port) = url.port {
        out.insert("port".to_owned(), json!(port));
    }
    out.insert("path".to_owned(), json!(url.path));
    out.insert("shown".to_owned(), json!(url.shown));
    if let Some(password) = &url.password {
        out.insert("passwordFingerprint".to_owned(), fingerprint(password));
    }
    if !url.query.is_empty() {
        let query: Map<String, Json> =
            url.query.iter().map(|(name, value)| (name.clone(), fingerprint(value))).collect();
        out.insert("queryFingerprints".to_owned(), Json::Object(query));
    }
    Json::Object(out)
}
