//! The words for what a schema finds wrong. They show what the schema asks, and never the value: that stands in its cell,
//! where secrets are masked.

use std::cmp::Ordering;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Wrong};
use paritygate_eval::Description;
use paritygate_model::{Node, Note, SortedSet, suggest};
use serde_json::Value;

/// How many allowed values are listed.
const SHOWN: usize = 8;
/// How many characters of one of them are shown.
const SHOWN_CHARS: usize = 40;

/// What is wrong at a place, to be said after its name.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// What is wrong: `must be a number`.
    pub(super) what: String,
    /// The keys that are missing, where that is all: they are said in one sentence.
    missing: Vec<String>,
    /// Why, and what else is wrong there.
    pub(super) notes: Vec<String>,
    /// What to do.
    pub(super) help: Option<String>,
}

impl Words {
    fn new(error: &ValidationError<'_>, what: impl Into<String>) -> Self {
        let why = format!("the schema asks for it at `#{}`", error.schema_path().as_str());
        Self { what: what.into(), missing: Vec::new(), notes: vec![why], help: None }
    }

    fn help(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }

    /// The words as they are said of a subject.
    pub(crate) fn described(self, subject: &str) -> Description {
        let message = format!("{subject} {}", self.what);
        Description { message, notes: self.notes.into_iter().map(Note::from).collect(), help: self.help, fix: None }
    }
}

/// What is wrong at one place in one sentence, and the rest in notes.
pub(super) fn joined(mut all: Vec<Words>) -> Words {
    // Keys are named in the order in which the schema asks for them.
    all.sort_by(|a, b| a.missing.is_empty().cmp(&b.missing.is_empty()).then_with(|| by_words(a, b)));
    let (missing, others): (Vec<Words>, Vec<Words>) = all.into_iter().partition(|words| !words.missing.is_empty());
    let mut rest = others.into_iter();
    let mut words = match missing.into_iter().reduce(|a, b| Words { missing: [a.missing, b.missing].concat(), ..a }) {
        Some(mut lacks) => {
            let mut seen = SortedSet::new();
            lacks.missing.retain(|key| seen.insert(key.clone()));
            lacks.what = format!("lacks {}", suggest::quoted(&lacks.missing));
            let them = if lacks.missing.len() == 1 { "it" } else { "them" };
            lacks.help = Some(format!("add {them} here"));
            lacks
        }
        None => rest.next().unwrap_or_default(),
    };
    words.notes.extend(rest.map(|other| format!("it {} as well", other.what)));
    words
}

/// The order of what is wrong at one place; none among keys that are missing.
fn by_words(a: &Words, b: &Words) -> Ordering {
    if a.missing.is_empty() { a.what.cmp(&b.what) } else { Ordering::Equal }
}

/// The names of the properties that a schema knows beside the keyword at a pointer.
pub(super) fn siblings(schema: &Value, pointer: &str) -> Vec<String> {
    let above = pointer.rsplit_once('/').map_or("", |(above, _)| above);
    let properties = schema.pointer(above).and_then(|schema| schema.get("properties")).and_then(Value::as_object);
    properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect()
}

/// A key that the schema does not know.
pub(super) fn unexpected(error: &ValidationError<'_>, key: &str, known: &[String]) -> Words {
    let help = suggest::did_you_mean(key, known.iter().map(String::as_str));
    let what = "is not among the keys that the schema allows";
    Words::new(error, what).help(help.or_else(|| Some("remove it, or allow it in the schema".to_owned())))
}

/// A key whose name breaks the schema.
pub(super) fn of_name(error: &ValidationError<'_>, name: &ValidationError<'_>) -> Words {
    Words::new(error, format!("has a name that {}", what(name, None)))
}

/// What an error says of the value at its place.
pub(super) fn of(error: &ValidationError<'_>, node: Node<'_>) -> Words {
    if let Wrong::Required { property } = error.kind() {
        let missing = vec![property.as_str().unwrap_or_default().to_owned()];
        return Words { missing, ..Words::new(error, format!("lacks `{}`", property.as_str().unwrap_or_default())) };
    }
    let words = Words::new(error, what(error, Some(node)));
    match error.kind() {
        Wrong::Enum { options } => {
            let texts = options.as_array().into_iter().flatten().filter_map(Value::as_str);
            let near = node.scalar_text().and_then(|text| suggest::nearest(text, texts));
            words.help(near.map(|near| format!("did you mean `{near}`?")))
        }
        Wrong::AnyOf { context } | Wrong::OneOfNotValid { context } => {
            let mut words = words;
            let nearest =
                of_type(context, error).into_iter().min_by_key(|errors| errors.len()).and_then(|errors| errors.first());
            words.notes.extend(nearest.map(|nearest| format!("of the nearest of them, {}", placed(nearest, error))));
            words
        }
        _ => words,
    }
}

/// What is wrong, without a subject.
fn what(error: &ValidationError<'_>, node: Option<Node<'_>>) -> String {
    match error.kind() {
        Wrong::Type { kind } => {
            let words: Vec<&str> = match kind {
                TypeKind::Single(kind) => vec![type_word(&kind.to_string())],
                TypeKind::Multiple(kinds) => kinds.iter().map(|kind| type_word(&kind.to_string())).collect(),
            };
            let is = node.map(Node::kind_word).filter(|word| *word != "a secret");
            let is = is.map(|word| format!(", and is {word}")).unwrap_or_default();
            format!("must be {}{is}", words.join(" or "))
        }
        Wrong::Required { property } => format!("lacks `{}`", shown(property)),
        Wrong::AdditionalProperties { unexpected } | Wrong::UnevaluatedProperties { unexpected } => {
            let keys = if unexpected.len() == 1 { "the key" } else { "the keys" };
            format!("must not have {keys} {}", suggest::quoted(unexpected))
        }
        Wrong::Enum { options } => {
            let all = options.as_array().map(Vec::as_slice).unwrap_or_default();
            let mut words: Vec<String> = all.iter().take(SHOWN).map(|value| format!("`{}`", shown(value))).collect();
            if all.len() > SHOWN {
                words.push(format!("{} more", all.len() - SHOWN));
            }
            if words.len() == 1 {
                format!("must be {}", words.concat())
            } else {
                format!("must be one of {}", words.join(", "))
            }
        }
        Wrong::Constant { expected_value } => format!("must be `{}`", shown(expected_value)),
        Wrong::Minimum { limit } => format!("must be at least {limit}"),
        Wrong::Maximum { limit } => format!("must be at most {limit}"),
        Wrong::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Wrong::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Wrong::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Wrong::MinLength { limit } => format!("must have at least {}", count(*limit, "character", "characters")),
        Wrong::MaxLength { limit } => format!("must have at most {}", count(*limit, "character", "characters")),
        Wrong::MinItems { limit } => format!("must have at least {}", count(*limit, "item", "items")),
        Wrong::MaxItems { limit } => format!("must have at most {}", count(*limit, "item", "items")),
        Wrong::AdditionalItems { limit } => format!("must have at most {}", count(*limit as u64, "item", "items")),
        Wrong::UnevaluatedItems { .. } => "has items that the schema does not allow".to_owned(),
        Wrong::MinProperties { limit } => format!("must have at least {}", count(*limit, "key", "keys")),
        Wrong::MaxProperties { limit } => format!("must have at most {}", count(*limit, "key", "keys")),
        Wrong::UniqueItems => "must not hold an item twice".to_owned(),
        Wrong::Contains => "holds too few or too many of the items that the schema asks for".to_owned(),
        Wrong::Pattern { pattern } => format!("must match `{pattern}`"),
        Wrong::Format { format } => format!("must be of the format `{format}`"),
        Wrong::PropertyNames { error } => {
            format!("must not have the key `{}`, which {}", shown(error.instance()), what(error, None))
        }
        Wrong::ContentEncoding { content_encoding } => format!("must be encoded as `{content_encoding}`"),
        Wrong::ContentMediaType { content_media_type } => format!("must be of the media type `{content_media_type}`"),
        Wrong::FalseSchema => "must not be there".to_owned(),
        Wrong::Not { .. } => "is what the schema rules out".to_owned(),
        Wrong::AnyOf { context } | Wrong::OneOfNotValid { context } => {
            format!("fits none of the {} forms that the schema allows", context.len())
        }
        Wrong::OneOfMultipleValid { context } => {
            format!("fits several of the {} forms of which the schema allows one", context.len())
        }
        Wrong::FromUtf8 { .. } => "must be a text where its encoding is undone".to_owned(),
        Wrong::BacktrackLimitExceeded { .. } | Wrong::RegexEngineFailure { .. } => {
            "can't be matched with a pattern of the schema".to_owned()
        }
        Wrong::Custom { keyword, .. } => format!("breaks `{keyword}`"),
        Wrong::Referencing(problem) => {
            format!("can't be judged, as a reference of the schema leads nowhere: {problem}")
        }
    }
}

/// The only one of several forms that is of the value's type: then that is meant, and its mistakes are told as they are.
pub(super) fn meant<'e>(error: &'e ValidationError<'_>) -> Option<&'e [ValidationError<'static>]> {
    let (Wrong::AnyOf { context } | Wrong::OneOfNotValid { context }) = error.kind() else { return None };
    let mut fitting = of_type(context, error).into_iter();
    fitting.next().filter(|errors| !errors.is_empty() && fitting.next().is_none())
}

/// The forms that are of the type of the value that breaks all of them.
fn of_type<'e>(
    forms: &'e [Vec<ValidationError<'static>>],
    whole: &ValidationError<'_>,
) -> Vec<&'e [ValidationError<'static>]> {
    let is_of_type = |errors: &&[ValidationError<'_>]| {
        let breaks = |error: &ValidationError<'_>| matches!(error.kind(), Wrong::Type { .. } | Wrong::FalseSchema);
        !errors.iter().any(|error| breaks(error) && error.instance_path() == whole.instance_path())
    };
    forms.iter().map(Vec::as_slice).filter(is_of_type).collect()
}

/// What is wrong below a place, with the way there.
fn placed(error: &ValidationError<'_>, whole: &ValidationError<'_>) -> String {
    let path = error.instance_path().as_str();
    let below = path.strip_prefix(whole.instance_path().as_str()).unwrap_or(path).trim_start_matches('/');
    let subject = if below.is_empty() { "it".to_owned() } else { format!("`{}`", below.replace('/', ".")) };
    format!("{subject} {}", what(error, None))
}

fn type_word(name: &str) -> &'static str {
    match name {
        "array" => "a list",
        "boolean" => "a boolean",
        "integer" => "a whole number",
        "null" => "null",
        "number" => "a number",
        "object" => "a map",
        _ => "a text",
    }
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A value of the schema, cut to what a message can hold.
fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
