//! The schema of policies: the envelope around what each kind of rule and gate asks.

use serde_json::{Map, Value, json};

use super::kinds::{self, as_read};
use super::words::{field, one_of, shown, some_of, text, text_or_texts};

/// How much a finding weighs.
const SEVERITIES: [(&str, &str); 3] = [
    ("error", "It fails the check."),
    ("warning", "It is told, and the check passes with a warning."),
    ("info", "It is worth knowing."),
];
/// What becomes of a row that can't be judged.
const ON_UNKNOWN: [(&str, &str); 4] = [
    ("unknown", "It is unknown, and so is the check unless something fails. The default."),
    ("fail", "It fails."),
    ("warn", "It is counted, and the check passes with a warning."),
    ("skip", "It is passed over."),
];
/// Whether a rule can fail the check.
const MODES: [(&str, &str); 2] =
    [("enforce", "It counts. The default."), ("observe", "It is run and told only: a trial.")];
/// From where facts may be.
const SOURCES: [(&str, &str); 2] = [
    ("asserted", "They stand in the request itself."),
    ("imported", "They were read from what another system printed."),
];
/// The kinds of change.
const CHANGES: [(&str, &str); 5] = [
    ("release", "A new version."),
    ("hotfix", "A version that mends one thing."),
    ("rollback", "A version that was there before."),
    ("configOnly", "The same version with other settings."),
    ("infrastructure", "What the version runs on."),
];

pub(super) fn schema() -> Value {
    let mut generator = super::generator();
    let mut definitions = Map::new();
    let rules = kinds::rules(&mut generator, &mut definitions);
    let gates = kinds::gates(&mut generator, &mut definitions);
    for (name, mut schema) in generator.take_definitions(true) {
        as_read(&mut schema);
        definitions.insert(name, schema);
    }
    definitions.insert("severity".to_owned(), severity());
    definitions.insert("rule".to_owned(), rule(rules));
    definitions.insert("gate".to_owned(), gate(gates));
    definitions.insert("breakGlass".to_owned(), break_glass());
    super::headed("Policy", "Rules about environments, and gates for promotions.", envelope(definitions))
}

fn envelope(definitions: Map<String, Value>) -> Value {
    let holds =
        |name: &str| json!({ "required": [name], "errorMessage": "a policy holds `rules`, `gates` or `breakGlass`" });
    json!({
        "type": "object",
        "required": ["policy"],
        "anyOf": [holds("rules"), holds("gates"), holds("breakGlass")],
        "additionalProperties": false,
        "properties": {
            "policy": text("Policy", "Its id, by which reports and decisions speak of it.", &["acme/web"]),
            "description": text("Description", "What it is for.", &["What must be alike before a release."]),
            "defaults": shown("severity:\n  default: warning\n  production: error", field("Defaults", "What holds for every rule that does not say otherwise.",
                &[], json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "environments": environments(),
                    "reference": reference(),
                    "severity": { "$ref": "#/$defs/severity" },
                    "onUnknown": on_unknown(),
                    "mode": mode("Whether they can fail the check."),
                    "acceptSources": sources(),
                },
            }))),
            "clock": field("Clock", "Whose clock decides when a promotion is judged.", &[], one_of([
                ("host", "The host's: a request can't say when it is judged."),
                ("any", "The request's, where it says `evaluateAt`; else the host's. The default."),
            ])),
            "gates": shown("- id: soaked\n  kind: soak\n  to: production\n  params: { duration: PT4H }", field("Gates", "What a promotion is asked before it may go.",
                &[],
                json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/gate" } }))),
            "breakGlass": { "$ref": "#/$defs/breakGlass" },
            "rules": shown("- id: same-node\n  kind: same\n  select: runtimes.node", field("Rules", "What environments are asked.",
                &[],
                json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/rule" } }))),
        },
        "$defs": definitions,
    })
}

fn severity() -> Value {
    let word = one_of(SEVERITIES);
    let by = json!({
        "type": "object",
        "properties": { "default": field("Default", "How much it weighs where nothing else is said.", &[], word.clone()) },
        "additionalProperties": word,
    });
    let about = "How much a finding weighs: one word, or a word by environment or tier with a default.";
    shown("default: warning\nproduction: error", field("Severity", about, &[], json!({ "anyOf": [word, by] })))
}

fn environments() -> Value {
    let about = "The environments that it is about: names, tiers, or `all`. All by default.";
    text_or_texts("Environments", about, &["production", r#"["staging", "production"]"#])
}

fn reference() -> Value {
    text("Reference", "The environment that the others are compared with; the highest by default.", &["production"])
}

fn on_unknown() -> Value {
    field("On unknown", "What becomes of a row that can't be judged.", &[], one_of(ON_UNKNOWN))
}

fn mode(about: &str) -> Value {
    field("Mode", about, &[], one_of(MODES))
}

fn sources() -> Value {
    let about = "From where facts may be that speak for a promotion. Anywhere by default.";
    field("Accepted sources", about, &["imported"], some_of(SOURCES))
}

fn rule(kinds: kinds::Kinds) -> Value {
    let template = |title: &str, about: &str, examples: &[&str]| {
        let may_hold =
            "May hold {key}, {path}, {component}, {rule}, {environment}, {value}, {reference} and {reference.value}.";
        text(title, &format!("{about} {may_hold}"), examples)
    };
    json!({
        "title": "Rule",
        "description": "Something that environments are asked.",
        "type": "object",
        "required": ["id", "kind"],
        "additionalProperties": false,
        "properties": {
            "id": text("Id", "Its id, by which findings and exceptions speak of it.", &["same-node"]),
            "kind": field("Kind", "What it asks.", &[], kinds.words),
            "description": text("Description", "What it is for.", &[]),
            "select": text_or_texts("Select", "The paths that it is about.",
                &["variables.*", "workloads.*.image.tag", r#"["backingServices.*.version", "runtimes.*"]"#]),
            "except": text_or_texts("Except", "The paths among those that it is not about, with all that lies below them.",
                &["variables.LOG_LEVEL"]),
            "environments": environments(),
            "reference": reference(),
            "severity": { "$ref": "#/$defs/severity" },
            "onUnknown": on_unknown(),
            "mode": mode("Whether it can fail the check."),
            "params": { "title": "Parameters", "description": "The parameters of its kind." },
            "message": template("Message", "What to say instead of the kind's own message.", &["`{key}` differs in {environment}"]),
            "why": template("Why", "Why the rule exists.", &["A release is tested with the version that staging runs."]),
            "fix": template("Fix", "What to do about a finding.", &["bring {environment} to `{reference.value}`"]),
        },
        "allOf": kinds.branches,
    })
}

fn gate(kinds: kinds::Kinds) -> Value {
    json!({
        "title": "Gate",
        "description": "Something that a promotion is asked.",
        "type": "object",
        "required": ["id", "kind"],
        "additionalProperties": false,
        "properties": {
            "id": text("Id", "Its id, by which decisions speak of it.", &["soaked"]),
            "kind": field("Kind", "What it asks.", &[], kinds.words),
            "description": text("Description", "What it is for.", &[]),
            "from": text_or_texts("From", "The environments that a promotion comes from: names, tiers, or `all`. Any by default.", &["staging"]),
            "to": text_or_texts("To", "The environments that a promotion goes to: names, tiers, or `all`. Any by default.", &["production"]),
            "kindsOfChange": field("Kinds of change", "The kinds of change that it is about; all by default.",
                &[r#"["release", "hotfix"]"#], some_of(CHANGES)),
            "acceptSources": sources(),
            "mode": mode("Whether it can deny."),
            "params": { "title": "Parameters", "description": "The parameters of its kind." },
            "why": text("Why", "Why the gate exists.", &["What is wrong shows within hours."]),
            "fix": text("Fix", "What to do when it is shut.", &["wait, or take a smaller step"]),
        },
        "allOf": kinds.branches,
    })
}

fn break_glass() -> Value {
    let about = "How gates may be passed over in an emergency.";
    shown(
        "rules: '*'\nnever: same-digest\nmaxLife: PT2H",
        field(
            "Break glass",
            about,
            &[],
            json!({
                "type": "object",
                "required": ["rules"],
                "additionalProperties": false,
                "properties": {
                    "rules": text_or_texts("Gates", "Patterns of the ids of gates that may be passed over.", &["*"]),
                    "never": text_or_texts("Never", "Patterns of the gates that may never be passed over, by their ids or their kinds; they beat `rules`.", &["same-digest"]),
                    "maxLife": field("Longest life", "How long it holds at most after it was broken; PT4H by default.", &["PT2H"],
                        json!({ "type": "string", "format": "duration" })),
                    "coApprovers": field("Co-approvers", "How many others have to agree; 1 by default.", &["2"],
                        json!({ "type": "integer", "minimum": 1 })),
                    "incident": field("Incident", "Whether it needs an incident that is open; it does by default.", &[],
                        json!({ "type": "boolean" })),
                    "acceptSources": sources(),
                },
            }),
        ),
    )
}

#[cfg(test)]
mod tests {
    use paritygate_lang::policy::{Mode, OnUnknown};
    use paritygate_model::promotion::KindOfChange;
    use paritygate_model::report::Severity;

    use super::*;

    fn words<const N: usize>(of: [(&'static str, &str); N]) -> Vec<&'static str> {
        of.into_iter().map(|(word, _)| word).collect()
    }

    #[test]
    fn words_are_those_that_are_read() {
        assert_eq!(words(SEVERITIES), Severity::ALL.map(Severity::word));
        assert_eq!(words(ON_UNKNOWN), OnUnknown::WORDS.map(|(word, _)| word));
        assert_eq!(words(MODES), Mode::WORDS.map(|(word, _)| word));
        let changes: Vec<&str> = KindOfChange::ALL.iter().map(|change| change.word()).collect();
        assert_eq!(words(CHANGES), changes);
    }
}
