//! The shape of an environment: which sections and fields there are, what they hold, and which of them are compared.
//!
//! One static table ([`environment::ENVIRONMENT`]) says it. The native importer checks documents against it, rules learn
//! from it what a selector meets, and the published JSON Schema is generated from it.

pub mod environment;

/// What stands at a place of an environment.
#[derive(Debug)]
pub enum Shape {
    /// Any tree: the content of a configuration file.
    Any,
    /// A text. Numbers and booleans are read as they are written.
    Text,
    /// A version: a text that is never secret by its name.
    Version,
    /// The mode of a file in octal: `750` and `0750` are one.
    Mode,
    /// A text out of a list of words.
    Word(&'static [&'static str]),
    /// True or false.
    Bool,
    /// A whole number.
    Integer,
    /// A number of bytes: an integer, or a text such as `512Mi`.
    Bytes,
    /// A number of thousandths of a processor: an integer, or a text such as `0.5` or `500m`.
    Millicores,
    /// A number.
    Number,
    /// An instant in RFC 3339.
    Timestamp,
    /// An ISO 8601 duration.
    Duration,
    /// An environment variable.
    Variable,
    /// A fingerprint: `{ keyId, hex }`.
    Fingerprint,
    /// A list in which order and duplicates don't count.
    Set(&'static Shape),
    /// A list in which order counts.
    Sequence(&'static Shape),
    /// A map keyed by identity.
    Map(&'static Shape),
    /// Named fields.
    Record(&'static Record),
}

/// Named fields, and which of them stand for the whole.
#[derive(Debug)]
pub struct Record {
    /// What it is, for documentation.
    pub doc: &'static str,
    /// The fields, sorted by name.
    pub fields: &'static [Field],
    /// The fields that a general rule should name instead of the whole.
    pub leaves: &'static [&'static str],
}

/// One field of a record.
#[derive(Debug)]
pub struct Field {
    /// Its name, in camelCase.
    pub name: &'static str,
    /// What it is, for documentation.
    pub doc: &'static str,
    /// What it holds.
    pub shape: &'static Shape,
}

impl Record {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.binary_search_by(|field| field.name.cmp(name)).ok().and_then(|at| self.fields.get(at))
    }
}

impl Shape {
    /// Whether a general rule may compare it: a scalar, a variable, a list.
    pub const fn is_leaf(&self) -> bool {
        !matches!(self, Self::Map(_) | Self::Record(_))
    }

    /// Whether two lists of this shape are equal whatever their order.
    pub const fn is_set(&self) -> bool {
        matches!(self, Self::Set(_))
    }

    /// The shape below `key`; `None` where nothing can stand there.
    pub fn child(&'static self, key: &str) -> Option<&'static Shape> {
        match self {
            Self::Any => Some(self),
            Self::Map(inner) => Some(inner),
            Self::Record(record) => record.field(key).map(|field| field.shape),
            Self::Variable => environment::VARIABLE.field(key).map(|field| field.shape),
            _ => None,
        }
    }
}
