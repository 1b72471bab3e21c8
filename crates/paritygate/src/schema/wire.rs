//! The schema of calls and answers.

use serde_json::{Map, Value, json};

use crate::wire::{ErrorAnswer, VERSION, verbs};

pub(super) fn schema() -> Value {
    let (mut read, mut written) = (super::generator(), super::written());
    let (mut calls, mut answers) = (Vec::new(), Vec::new());
    let tagged = |name: &str, about: String, schema: Value| {
        json!({
            "type": "object",
            "description": about,
            "additionalProperties": false,
            "required": ["wire", name],
            "properties": { "wire": { "const": VERSION }, name: schema },
        })
    };
    for verb in verbs::ALL {
        let (params, answer) = ((verb.params)(&mut read), (verb.answer)(&mut written));
        calls.push(tagged(verb.name, format!("The call `{}`: {}.", verb.name, verb.summary), params.to_value()));
        answers.push(tagged(verb.name, format!("The answer to `{}`.", verb.name), answer.to_value()));
    }
    let error = written.subschema_for::<ErrorAnswer>().to_value();
    answers.push(tagged("error", "The answer to a call that was wrong.".to_owned(), error));
    let mut definitions: Map<String, Value> = read.take_definitions(true).into_iter().collect();
    definitions.extend(written.take_definitions(true));
    definitions.insert("Call".to_owned(), json!({ "description": "What can be asked.", "oneOf": calls }));
    definitions.insert("Answer".to_owned(), json!({ "description": "What is answered.", "oneOf": answers }));
    super::headed(
        "Wire",
        "The calls that bindings make, and the answers that they get.",
        json!({
            "anyOf": [{ "$ref": "#/$defs/Call" }, { "$ref": "#/$defs/Answer" }],
            "$defs": definitions,
        }),
    )
}
