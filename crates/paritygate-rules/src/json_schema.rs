//! JSON Schema over our trees: every mistake at its place, and nothing said of what can't be read.
//!
//! The validator sees a copy of the value in which something harmless stands for what is secret or unresolved. What it then
//! says counts only where it would say the same whatever stood there.

mod lint;
mod reach;
#[cfg(test)]
mod tests;
mod value;
mod words;

use jsonschema::error::ValidationErrorKind as Wrong;
use jsonschema::{PatternOptions, ValidationError, Validator};
use paritygate_eval::Step;
use paritygate_model::{Diagnostic, Node, SortedMap, SortedSet, limits};
use serde_json::Value;

pub(crate) use value::secrets;
use value::{Hole, steps_of};
use words::Words;

/// A schema that is ready.
pub(crate) struct JsonSchema {
    validator: Validator,
    /// The schema as a value, for its bounds and for words.
    value: Value,
}

/// A place where a value breaks its schema, or where that can't be known.
pub(crate) struct Place {
    /// The way there.
    pub(crate) steps: Vec<Step>,
    /// Whether the key is meant, and not what it leads to.
    pub(crate) at_key: bool,
    /// Why it can't be known.
    pub(crate) unknown: Option<String>,
    /// What to say.
    pub(crate) words: Words,
}

impl JsonSchema {
    /// Compiles a schema.
    ///
    /// # Errors
    ///
    /// What is wrong with it, each at its place.
    pub(crate) fn compile(schema: Node<'_>) -> Result<Self, Vec<Diagnostic>> {
        let value = lint::checked(schema)?;
        let patterns =
            PatternOptions::regex().size_limit(limits::MAX_PATTERN_MEMORY).dfa_size_limit(limits::MAX_PATTERN_MEMORY);
        // The metaschema was asked before, for all of its errors.
        let options = jsonschema::options().offline().should_validate_formats(true).with_pattern_options(patterns);
        match options.build(&value) {
            Ok(validator) => Ok(Self { validator, value }),
            Err(error) => Err(vec![lint::not_built(schema, &error)]),
        }
    }

    /// Where a value breaks the schema, in the order of its text. `sealed` are places that are secret in any environment.
    pub(crate) fn judge(&self, node: Node<'_>, sealed: &SortedSet<Vec<Step>>) -> Vec<Place> {
        let instance = value::instance(node, sealed);
        let asked = match reach::asked(&self.value, &instance) {
            Ok(asked) => asked,
            Err(reason) => return vec![Place::unknown(Vec::new(), reason)],
        };
        let asked: Vec<&Hole> = asked.into_iter().filter_map(|at| instance.holes.get(at)).collect();
        let mut places: SortedMap<(Vec<Step>, bool), Vec<Words>> = SortedMap::new();
        for error in self.validator.iter_errors(&instance.value).take(limits::MAX_SCHEMA_MISTAKES) {
            let at = steps_of(error.instance_path().as_str(), node);
            if is_clear(&error, &at, &asked) {
                for (steps, at_key, words) in self.words_of(&error, at, node) {
                    places.entry((steps, at_key)).or_default().push(words);
                }
            }
        }
        let wrong = places.into_iter().map(|((steps, at_key), all)| Place::wrong(steps, at_key, all));
        let unknown = asked.iter().map(|hole| Place::unknown(hole.steps.clone(), hole.reason.clone()));
        let mut found: Vec<Place> = wrong.chain(unknown).collect();
        found.sort_by_cached_key(|place| (value::position(node, &place.steps, place.at_key), place.steps.clone()));
        let more = found.len().saturating_sub(limits::MAX_SCHEMA_ERRORS);
        found.truncate(limits::MAX_SCHEMA_ERRORS);
        if let Some(last) = found.last_mut().filter(|_| more > 0) {
            let places = if more == 1 { "place is" } else { "places are" };
            let limit = limits::MAX_SCHEMA_ERRORS;
            last.words.notes.push(format!("{more} more {places} wrong, beyond the limit of {limit}"));
        }
        found
    }

    /// What an error says, and of which places: a key too many is wrong at that key.
    fn words_of(&self, error: &ValidationError<'_>, at: Vec<Step>, node: Node<'_>) -> Vec<(Vec<Step>, bool, Words)> {
        if let Some(errors) = words::meant(error) {
            let below = errors.iter().map(|error| (steps_of(error.instance_path().as_str(), node), error));
            return below.flat_map(|(at, error)| self.words_of(error, at, node)).collect();
        }
        let target = value::walk(node, &at);
        match error.kind() {
            Wrong::AdditionalProperties { unexpected } | Wrong::UnevaluatedProperties { unexpected } => {
                let known = words::siblings(&self.value, error.schema_path().as_str());
                let one = |key: &String| {
                    let steps = at.iter().cloned().chain([Step::Key(key.clone())]).collect();
                    (steps, true, words::unexpected(error, key, &known))
                };
                unexpected.iter().map(one).collect()
            }
            Wrong::PropertyNames { error: name } => {
                let key = name.instance().as_str().unwrap_or_default().to_owned();
                vec![(at.into_iter().chain([Step::Key(key)]).collect(), true, words::of_name(error, name))]
            }
            _ => vec![(at, false, words::of(error, target))],
        }
    }
}

impl Place {
    fn unknown(steps: Vec<Step>, reason: String) -> Self {
        Self { steps, at_key: false, unknown: Some(reason), words: Words::default() }
    }

    /// What is wrong at one place: the first is said, the others are noted.
    fn wrong(steps: Vec<Step>, at_key: bool, all: Vec<Words>) -> Self {
        Self { steps, at_key, unknown: None, words: words::joined(all) }
    }
}

/// How deep below the row the value lies that the outermost condition on a path through a schema is about; `None` where
/// there is no condition on it.
fn condition(path: &str) -> Option<usize> {
    let (mut depth, mut keywords) = (0, path.split('/').skip(1));
    while let Some(keyword) = keywords.next() {
        match keyword {
            "then" | "else" => return Some(depth),
            // One step down, to a name or a place that follows.
            "properties" | "patternProperties" | "prefixItems" => {
                keywords.next();
                depth += 1;
            }
            "items"
            | "additionalItems"
            | "unevaluatedItems"
            | "contains"
            | "additionalProperties"
            | "unevaluatedProperties" => depth += 1,
            // A name or a number follows, and it stays at the same value.
            "allOf" | "anyOf" | "oneOf" | "dependentSchemas" | "dependencies" => {
                keywords.next();
            }
            _ => {}
        }
    }
    None
}

/// Whether an error would be there whatever stood in the holes of which something is asked.
fn is_clear(error: &ValidationError<'_>, at: &[Step], asked: &[&Hole]) -> bool {
    // What holds under a condition holds only as surely as that.
    let condition = condition(error.evaluation_path().as_str()).map(|depth| at.get(..depth).unwrap_or_default());
    let about_keys = matches!(
        error.kind(),
        Wrong::Type { .. }
            | Wrong::Required { .. }
            | Wrong::AdditionalProperties { .. }
            | Wrong::AdditionalItems { .. }
            | Wrong::PropertyNames { .. }
            | Wrong::FalseSchema
            | Wrong::MinItems { .. }
            | Wrong::MaxItems { .. }
            | Wrong::MinProperties { .. }
            | Wrong::MaxProperties { .. }
    );
    asked.iter().all(|hole| {
        // Nothing is below a hole: an error is at it, around it or elsewhere.
        let is_told = match error.kind() {
            Wrong::FalseSchema => true,
            Wrong::Type { .. } if hole.steps == at => hole.is_text,
            _ => about_keys && hole.steps != at,
        };
        let decides = condition.is_some_and(|about| hole.steps.starts_with(about));
        !decides && (is_told || !hole.steps.starts_with(at))
    })
}
