//! The error of the deserializer, in the user's language.

use std::fmt::{self, Display};

use paritygate_model::{Location, NodeId, suggest};
use serde::de::{self, Expected, Unexpected};

use crate::fields::shown;

/// A mistake on its way up to the reader.
#[derive(Debug)]
pub(super) struct Error(pub(super) Box<Fault>);

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) what: What,
    pub(super) place: Option<Place>,
    /// The collections around the place, innermost first.
    pub(super) around: Vec<NodeId>,
}

/// Where a mistake is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) at: Location,
    /// The node that is passed over from now on; `None` for parameters that are absent.
    pub(super) node: Option<NodeId>,
}

/// What is wrong.
#[derive(Debug)]
pub(super) enum What {
    /// A value is wrong by itself.
    Wrong { code: &'static str, message: String, help: Option<String> },
    /// The values of a collection are wrong together, says its type.
    Together(String),
    /// A required field is not there.
    Missing(&'static str),
    /// What stands in for a mistake does not do: the collection around it must be passed over too.
    Gap,
}

impl Error {
    pub(super) fn new(what: What) -> Self {
        Self(Box::new(Fault { what, place: None, around: Vec::new() }))
    }

    pub(super) fn wrong(code: &'static str, message: impl Into<String>, help: Option<String>) -> Self {
        Self::new(What::Wrong { code, message: message.into(), help })
    }

    /// Gives the error its place, or, if it has one, says which node is around that.
    pub(super) fn through(mut self, place: &Place) -> Self {
        match (&self.0.place, place.node) {
            (None, _) => self.0.place = Some(place.clone()),
            (Some(inner), Some(node)) if inner.node != Some(node) && self.0.around.last() != Some(&node) => {
                self.0.around.push(node);
            }
            _ => {}
        }
        self
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.what {
            What::Wrong { message, .. } | What::Together(message) => f.write_str(message),
            What::Missing(field) => write!(f, "missing field `{field}`"),
            What::Gap => f.write_str("an earlier mistake"),
        }
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(What::Together(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::wrong("wrong-type", format!("expected {}, found {}", words(expected), found_words(found)), None)
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::wrong("bad-value", format!("expected {}", words(expected)), None)
    }

    fn invalid_length(len: usize, _: &dyn Expected) -> Self {
        Self::new(What::Together(format!("{len} is the wrong number of items here")))
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        let help = suggest::did_you_mean(variant, known.iter().copied());
        Self::wrong("unknown-word", format!("unknown word `{}`", shown(variant)), help)
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        let help = suggest::did_you_mean(field, known.iter().copied());
        Self::wrong("unknown-field", format!("unknown parameter `{}`", shown(field)), help)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(What::Missing(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::wrong(
            "duplicate-field",
            format!("`{field}` is given twice, under two names"),
            Some("remove one of them".to_owned()),
        )
    }
}

/// What a type expects, without the names of Rust's types.
fn words(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    match text.as_str() {
        "a string" | "string" | "a borrowed string" => "a text",
        "a sequence" => "a list",
        "unit" => "null",
        "a character" => "a single character",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => {
            "a whole number"
        }
        "f32" | "f64" => "a number",
        other if other.starts_with("a nonzero ") => "a whole number other than zero",
        other if other.starts_with("struct ") => "a map",
        other if ["enum ", "variant ", "variant of "].iter().any(|prefix| other.starts_with(prefix)) => {
            "a word or a map of one entry"
        }
        other
            if ["tuple ", "a tuple ", "an array ", "an empty array"].iter().any(|prefix| other.starts_with(prefix)) =>
        {
            "a list"
        }
        _ => return text,
    }
    .to_owned()
}

fn found_words(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a whole number",
        Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a text",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "a list",
        Unexpected::Map | Unexpected::StructVariant => "a map",
        _ => "something else",
    }
}
