//! What the schemas of hand-written texts are made of. An editor shows a title, a description and examples where the cursor
//! is, and offers the words of an enumeration with what each of them means.

use serde_json::{Value, json};

/// A field with an example in YAML, where it holds maps: editors show that, and what they would offer of such a value is broken.
pub(super) fn shown(yaml: &str, field: Value) -> Value {
    let mut field = field;
    let about = field.get("description").and_then(Value::as_str).unwrap_or_default();
    let markdown = format!("{about}\n\n```yaml\n{yaml}\n```");
    if let Some(object) = field.as_object_mut() {
        object.insert("markdownDescription".to_owned(), json!(markdown));
    }
    field
}

/// A field: its title, what it is, examples (texts, numbers, or lists of them), and what it holds.
pub(super) fn field(title: &str, about: &str, examples: &[&str], holds: Value) -> Value {
    let mut field = holds;
    if let Some(object) = field.as_object_mut() {
        object.insert("title".to_owned(), json!(title));
        object.insert("description".to_owned(), json!(about));
        // Written as JSON, so that an example may be a list.
        let read = |example: &&str| serde_json::from_str(example).unwrap_or_else(|_| json!(example));
        let examples: Vec<Value> = examples.iter().map(read).collect();
        if !examples.is_empty() {
            object.insert("examples".to_owned(), Value::Array(examples));
        }
    }
    field
}

/// A field that holds a text.
pub(super) fn text(title: &str, about: &str, examples: &[&str]) -> Value {
    field(title, about, examples, json!({ "type": "string" }))
}

/// A field that holds a list of texts.
pub(super) fn texts(title: &str, about: &str, examples: &[&str]) -> Value {
    field(title, about, examples, json!({ "type": "array", "items": { "type": "string" } }))
}

/// A field that holds a text, or a list of them.
pub(super) fn text_or_texts(title: &str, about: &str, examples: &[&str]) -> Value {
    let one_or_more =
        json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }] });
    field(title, about, examples, one_or_more)
}

/// One word of a few, each with what it means.
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    let word = |(word, about): (&str, &str)| json!({ "const": word, "title": word, "description": about });
    json!({ "oneOf": words.into_iter().map(word).collect::<Vec<Value>>() })
}

/// One word of a few, or a list of such words.
pub(super) fn some_of<'a>(words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    let word = one_of(words);
    json!({ "anyOf": [word, { "type": "array", "items": word, "minItems": 1 }] })
}

/// `` `a`, `b` and `c` ``.
pub(super) fn listed(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        quoted => quoted.concat(),
    }
}

/// `Text.` of `text`.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().collect::<String>());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}
