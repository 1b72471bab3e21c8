//! The manual: what `rules` lists and `explain` says.

#[cfg(feature = "manual")]
use std::fmt::Write;
use std::sync::Arc;

#[cfg(feature = "manual")]
use paritygate_lang::policy::OnUnknown;
use paritygate_lang::policy::{EnvironmentRef, Gate, Policy, Rule, SeverityBy};
use paritygate_lang::{Placeholder, Selector, Spanned};
use paritygate_model::report::Severity;
#[cfg(feature = "manual")]
use paritygate_model::suggest;
use paritygate_model::{SortedMap, Source};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Serialize;
#[cfg(feature = "manual")]
use serde_json::Value;

/// A rule of a built-in pack.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct PackRule {
    /// Its id.
    pub id: String,
    /// The kind behind it.
    pub kind: String,
    /// The pack whose folder holds it.
    pub pack: &'static str,
    /// All packs that it stands in, sorted by name.
    pub packs: Vec<&'static str>,
    /// What it says, from the policy.
    pub why: String,
    /// What it selects; for a gate to where promotions go.
    pub select: String,
    /// How much it weighs, and where; a gate `denies`.
    pub severity: String,
    /// How much it weighs at most; a gate `denies`.
    pub worst: &'static str,
}

/// The rules of all built-in packs, each once, in the order of their folders.
pub fn pack_rules() -> Vec<PackRule> {
    let all = |(place, policy): (InPacks, Policy)| {
        let rules = policy.rules.iter().map(|rule| pack_rule(&place, rule));
        rules.chain(policy.gates.iter().map(|gate| pack_gate(&place, gate))).collect::<Vec<_>>()
    };
    policies().flat_map(all).collect()
}

/// Where a policy stands.
struct InPacks {
    /// The pack whose folder holds it.
    home: &'static str,
    /// All packs that list it.
    packs: Vec<&'static str>,
}

#[cfg(feature = "manual")]
impl InPacks {
    /// ``the packs `checklist` and `recommended` ``
    fn words(&self) -> String {
        let names: Vec<String> = self.packs.iter().map(|pack| format!("`{pack}`")).collect();
        match names.as_slice() {
            [rest @ .., last] if !rest.is_empty() => format!("the packs {} and {last}", rest.join(", ")),
            names => format!("the pack {}", names.concat()),
        }
    }
}

fn pack_gate(place: &InPacks, gate: &Gate) -> PackRule {
    let to: Vec<&str> = gate.to.iter().map(|to| word(&to.value)).collect();
    PackRule {
        id: gate.id.to_string(),
        kind: gate.kind.value.clone(),
        pack: place.home,
        packs: place.packs.clone(),
        why: gate.why.clone().unwrap_or_default(),
        select: if to.is_empty() { "to any environment".to_owned() } else { format!("to {}", to.join(", ")) },
        severity: "denies".to_owned(),
        worst: "denies",
    }
}

fn word(reference: &EnvironmentRef) -> &str {
    match reference {
        EnvironmentRef::All => "all",
        EnvironmentRef::Name(name) => name,
    }
}

/// The policies of all built-in packs, each once, in the order of their paths.
fn policies() -> impl Iterator<Item = (InPacks, Policy)> {
    let mut files: SortedMap<&'static str, (InPacks, &'static str)> = SortedMap::new();
    for pack in paritygate_policies::ALL {
        for file in pack.policies {
            let home = file.path.split('/').next().unwrap_or_default();
            let (place, _) = files.entry(file.path).or_insert((InPacks { home, packs: Vec::new() }, file.text));
            place.packs.push(pack.name);
        }
    }
    files.into_iter().map(|(path, (place, text))| {
        let (document, _) = paritygate_import::document::read(&Source::new(path, text));
        (place, paritygate_lang::policy::lower(Arc::new(document)).0)
    })
}

fn pack_rule(place: &InPacks, rule: &Rule) -> PackRule {
    let select = rule.select.as_deref().unwrap_or_default();
    PackRule {
        id: rule.id.to_string(),
        kind: rule.kind.value.clone(),
        pack: place.home,
        packs: place.packs.clone(),
        why: rule.why.as_ref().map(|why| in_general(&why.text)).unwrap_or_default(),
        select: if select.is_empty() { "environments as a whole".to_owned() } else { selectors(select) },
        severity: severity(&rule.severity),
        worst: rule.severity.by.iter().map(|(_, severity)| *severity).fold(rule.severity.default, Severity::max).word(),
    }
}

fn selectors(selectors: &[Spanned<Selector>]) -> String {
    let texts: Vec<&str> = selectors.iter().map(|selector| selector.value.text.as_str()).collect();
    texts.join(", ")
}

/// A template without a finding to fill it.
fn in_general(template: &str) -> String {
    Placeholder::ALL.into_iter().fold(template.to_owned(), |text, placeholder| {
        let word = placeholder.word();
        let general = if placeholder == Placeholder::ReferenceValue { "reference's value" } else { word };
        let (general, quoted) = (format!("the {general}"), format!("`{{{word}}}`"));
        text.replace(&quoted, &general).replace(&format!("{{{word}}}"), &general)
    })
}

/// `error in production and staging, else info`
fn severity(severity: &SeverityBy) -> String {
    let mut parts: Vec<String> = Vec::new();
    for level in Severity::ALL {
        let names = severity.by.iter().filter(|(_, of)| *of == level).map(|(name, _)| name.value.as_str());
        let names: Vec<&str> = names.collect();
        if !names.is_empty() {
            parts.push(format!("{} in {}", level.word(), names.join(" and ")));
        }
    }
    let default = severity.default.word();
    parts.push(if parts.is_empty() { default.to_owned() } else { format!("else {default}") });
    parts.join(", ")
}

/// The manual page of a kind or of a rule of a pack, as Markdown.
///
/// # Errors
///
/// What to try instead, where there is no such kind or rule.
#[cfg(feature = "manual")]
pub fn explain(name: &str) -> Result<String, String> {
    let mut out = String::new();
    let (mut of_rule, mut ids) = (None, Vec::new());
    for (place, policy) in policies() {
        for rule in &policy.rules {
            if *rule.id == *name {
                rule_page(&mut out, &place, &policy, rule);
                of_rule = Some(rule.kind.value.clone());
            }
            ids.push(Arc::clone(&rule.id));
        }
        for gate in &policy.gates {
            if *gate.id == *name {
                gate_page(&mut out, &place, &policy, gate);
                of_rule = Some(gate.kind.value.clone());
            }
            ids.push(Arc::clone(&gate.id));
        }
    }
    let kind = of_rule.unwrap_or_else(|| name.to_owned());
    let schema: Value = serde_json::from_str(POLICY_SCHEMA).unwrap_or_default();
    if matches!(name, BREAK_GLASS | "breakGlass") {
        let about = schema.pointer("/$defs/breakGlass").unwrap_or(&Value::Null);
        let manual = about.get("markdownDescription").and_then(Value::as_str).unwrap_or_default();
        return Ok(format!("# {BREAK_GLASS}\n\n{manual}\n{}", parameters(&schema, about)));
    }
    if let Some(manual) = manual(&schema, &kind) {
        let _infallible = writeln!(out, "# kind {kind}\n\n{manual}");
        let params = schema.pointer(&format!("/$defs/params-{kind}")).unwrap_or(&Value::Null);
        out.push_str(&parameters(&schema, params));
        Ok(out)
    } else {
        let mut known: Vec<&str> = paritygate_rules::all().iter().map(|entry| entry.name).collect();
        known.extend(paritygate_rules::gates().iter().map(|entry| entry.name));
        known.extend(ids.iter().map(|id| &**id).chain([BREAK_GLASS]));
        Err(suggest::nearest(name, known.iter().copied()).map_or_else(
            || "`paritygate rules` lists the rules of the packs, `paritygate rules --kinds` the kinds".to_owned(),
            |near| format!("did you mean `{near}`?"),
        ))
    }
}

/// The id under which decisions tell of it.
#[cfg(feature = "manual")]
const BREAK_GLASS: &str = "break-glass";

/// What the policy says about a rule.
#[cfg(feature = "manual")]
fn rule_page(out: &mut String, place: &InPacks, policy: &Policy, rule: &Rule) {
    let said = pack_rule(place, rule);
    let environments: Vec<&str> = rule
        .environments
        .iter()
        .map(|environment| match &environment.value {
            EnvironmentRef::All => "all",
            EnvironmentRef::Name(name) => name.as_str(),
        })
        .collect();
    let environments = if environments.is_empty() { "all".to_owned() } else { environments.join(", ") };
    let params = rule.params.map(|id| policy.document.tree.node(id).span());
    let params = params.and_then(|span| policy.source.text().get(span.start as usize..span.end as usize));
    let on_unknown = match rule.on_unknown {
        OnUnknown::Unknown => "it is told as unknown",
        OnUnknown::Fail => "it fails",
        OnUnknown::Warn => "it is a warning, counted by its reason",
        OnUnknown::Skip => "it is passed over",
    };
    let _infallible = writeln!(out, "# {}\n\nA rule of {}, of kind `{}`.\n", rule.id, place.words(), said.kind);
    let mut line = |what: &str, text: &str| {
        let _infallible = writeln!(out, "- {what}: {text}");
    };
    if rule.select.is_some() {
        line("selects", &format!("`{}`", said.select));
    } else {
        line("is about", &said.select);
    }
    if !rule.except.is_empty() {
        line("but not", &format!("`{}`", selectors(&rule.except)));
    }
    line("environments", &environments);
    if let Some(reference) = &rule.reference {
        line("compared with", &reference.value);
    }
    if let Some(params) = params {
        line("params", &format!("`{}`", params.trim()));
    }
    line("severity", &said.severity);
    line("what can't be judged", on_unknown);
    line("why", &said.why);
    if let Some(fix) = &rule.fix {
        line("what to do", &in_general(&fix.text));
    }
    out.push('\n');
}

/// What the policy says about a gate.
#[cfg(feature = "manual")]
fn gate_page(out: &mut String, place: &InPacks, policy: &Policy, gate: &Gate) {
    let said = pack_gate(place, gate);
    let params = gate.params.map(|id| policy.document.tree.node(id).span());
    let params = params.and_then(|span| policy.source.text().get(span.start as usize..span.end as usize));
    let _infallible = writeln!(out, "# {}\n\nA gate of {}, of kind `{}`.\n", gate.id, place.words(), said.kind);
    let mut line = |what: &str, text: &str| {
        let _infallible = writeln!(out, "- {what}: {text}");
    };
    line("promotions", &said.select);
    if !gate.kinds_of_change.is_empty() {
        let kinds: Vec<&str> = gate.kinds_of_change.iter().map(|kind| kind.word()).collect();
        line("kinds of change", &kinds.join(", "));
    }
    if !gate.accept_sources.is_empty() {
        let sources: Vec<&str> = gate.accept_sources.iter().map(|source| source.word()).collect();
        line("accepts facts that are", &sources.join(", "));
    }
    if let Some(params) = params {
        line("params", &format!("`{}`", params.trim()));
    }
    line("why", &said.why);
    if let Some(fix) = &gate.fix {
        line("what to do", fix);
    }
    out.push('\n');
}

/// The published schema of policies, which holds the manual and the parameters of every kind.
#[cfg(feature = "manual")]
const POLICY_SCHEMA: &str = include_str!("../../../schemas/policy.schema.json");

/// The manual of a kind of rule or gate.
#[cfg(feature = "manual")]
fn manual(schema: &Value, kind: &str) -> Option<String> {
    let kinds = ["rule", "gate"]
        .into_iter()
        .filter_map(|of| schema.pointer(&format!("/$defs/{of}/properties/kind/oneOf")).and_then(Value::as_array));
    let word = kinds.flatten().find(|word| word.get("const").and_then(Value::as_str) == Some(kind))?;
    word.get("markdownDescription").and_then(Value::as_str).map(str::to_owned)
}

#[cfg(feature = "manual")]
fn parameters(schema: &Value, params: &Value) -> String {
    let mut out = String::from("\n## Parameters\n\n");
    let properties = params.get("properties").and_then(Value::as_object).filter(|properties| !properties.is_empty());
    let Some(properties) = properties else {
        out.push_str("None.\n");
        return out;
    };
    let required = params.get("required").and_then(Value::as_array);
    for (name, property) in properties {
        let required = required.is_some_and(|required| required.iter().any(|item| item == name));
        let mark = if required { " (required)" } else { "" };
        let _infallible = writeln!(out, "- `{name}`{mark}: {}", text(property, "description"));
        for (word, about) in words(schema, property) {
            let _infallible = writeln!(out, "  - `{word}`: {about}");
        }
    }
    out
}

#[cfg(feature = "manual")]
fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().replace('\n', " ")
}

/// The words of an enumeration with what they mean.
#[cfg(feature = "manual")]
fn words(schema: &Value, property: &Value) -> Vec<(String, String)> {
    let reference = property.get("$ref").or_else(|| property.pointer("/allOf/0/$ref")).and_then(Value::as_str);
    let target = reference.and_then(|reference| schema.pointer(reference.trim_start_matches('#'))).unwrap_or(property);
    let options = target.get("oneOf").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let word = |option: &Value| Some((option.get("const")?.as_str()?.to_owned(), text(option, "description")));
    options.iter().filter_map(word).collect()
}

#[cfg(all(test, feature = "manual"))]
mod tests {
    use super::*;

    #[test]
    fn no_page_holds_a_placeholder() {
        let rules = pack_rules();
        let kinds = paritygate_rules::all().iter().map(|entry| entry.name);
        let kinds = kinds.chain(paritygate_rules::gates().iter().map(|entry| entry.name)).chain([BREAK_GLASS]);
        for name in rules.iter().map(|rule| rule.id.as_str()).chain(kinds) {
            let page = explain(name).expect(name);
            for word in Placeholder::ALL.map(Placeholder::word) {
                assert!(!page.contains(&format!("{{{word}}}")), "{name}: {word}\n{page}");
            }
        }
    }
}
