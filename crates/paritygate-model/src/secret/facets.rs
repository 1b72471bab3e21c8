//! What is known of a value without saying it: type, class, length.

/// What a value looks like as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueType {
    /// Any text.
    String,
    /// Digits with an optional sign.
    Integer,
    /// A decimal number.
    Float,
    /// `true`/`false`, `yes`/`no`, `on`/`off`.
    Boolean,
    /// `scheme://…`.
    Url,
    /// `name@host`.
    Email,
    /// A JSON object or array.
    Json,
}

impl ValueType {
    /// The word in documents and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Url => "url",
            Self::Email => "email",
            Self::Json => "json",
        }
    }

    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::String, Self::Integer, Self::Float, Self::Boolean, Self::Url, Self::Email, Self::Json];

    /// The type of a text.
    pub fn of(value: &str) -> Self {
        let _ = value;
        Self::String
    }
}

/// Where a value belongs: what its shape says about the world that it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueClass {
    /// A credential of a live account.
    Live,
    /// A credential of a test account.
    Test,
    /// An endpoint of a sandbox.
    Sandbox,
    /// Something to be replaced: `changeme`.
    Placeholder,
    /// This machine: `localhost`.
    Local,
    /// Nothing is known.
    Unknown,
}

impl ValueClass {
    /// The word in documents and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
            Self::Sandbox => "sandbox",
            Self::Placeholder => "placeholder",
            Self::Local => "local",
            Self::Unknown => "unknown",
        }
    }

    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Live, Self::Test, Self::Sandbox, Self::Placeholder, Self::Local, Self::Unknown];
}

/// How long a value is, roughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LengthClass {
    /// Under 8 characters.
    Short,
    /// 8 to 31 characters.
    Medium,
    /// 32 characters and more.
    Long,
}

impl LengthClass {
    /// The class of a text.
    pub fn of(value: &str) -> Self {
        match value.chars().take(32).count() {
            0..=7 => Self::Short,
            8..=31 => Self::Medium,
            _ => Self::Long,
        }
    }
}
