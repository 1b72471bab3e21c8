//! The answer of a check: plain data, free of secrets, in an order that does not change.

use std::sync::Arc;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::{Note, SortedMap, Timestamp, limits};

/// The answer of a parity check.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What answered.
    pub engine: Engine,
    /// The `now` that was handed in.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "date-time")))]
    pub evaluated_at: Timestamp,
    /// The policies that were applied, and the files that their rules name.
    pub policies: Vec<Digested>,
    /// The texts that were read.
    pub inputs: Vec<Digested>,
    /// The environments that were compared, lowest tier first: the columns of the matrix.
    pub environments: Vec<Column>,
    /// The rules that were to run, where not all of the policies were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// The worst of all findings that count.
    pub verdict: Verdict,
    /// How many of what.
    pub summary: Summary,
    /// The rules that ran, in their order: for formats that also list what passed.
    #[serde(skip)]
    pub rules: Vec<RanRule>,
    /// What was found, in the order of the rules and then of the paths.
    pub findings: Vec<Finding>,
}

/// The engine that answered.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema), schemars(rename = "EngineInfo"))]
#[serde(rename_all = "camelCase")]
pub struct Engine {
    /// `paritygate`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// A text by name and digest.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Digested {
    /// The policy's id, or the name of the text.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub name: Arc<str>,
    /// `sha256:` and the digest of the text, with its secrets masked: it says nothing about them.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub digest: LazyDigest,
}

/// The digest of a text, computed when it is asked for.
#[derive(Clone, Debug)]
pub struct LazyDigest(pub Arc<crate::Source>);

impl Serialize for LazyDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.digest())
    }
}

/// A rule that ran.
#[derive(Clone, Debug)]
pub struct RanRule {
    /// Its id.
    pub id: Arc<str>,
    /// The kind behind it.
    pub kind: &'static str,
    /// Whether it met any row: one that met none said nothing, which is not the same as a pass.
    pub met: bool,
    /// Whether it judged any row: of one that judged none, what it would say is not known.
    pub judged: bool,
    /// Whether some of its findings are told by another one, that explains them.
    pub explained: bool,
}

/// One compared environment.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// Its name.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub name: Arc<str>,
    /// Its tier.
    pub tier: &'static str,
    /// Whether it is a contract and not an environment.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub contract: bool,
    /// Whether the others are compared with it, unless a rule or the manifest says otherwise.
    #[serde(skip)]
    pub reference: bool,
    /// Whether it is one view of an environment, compared with another one of the same.
    #[serde(skip)]
    pub view: bool,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Nothing that counts was found.
    Pass,
    /// Warnings only.
    Warn,
    /// Something could not be judged.
    Unknown,
    /// A rule of severity error failed.
    Fail,
    /// Something is wrong with a text that was handed in: what was judged is not the whole.
    Error,
}

impl Verdict {
    /// The word in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Unknown => "unknown",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }

    /// The verdict once it is known what was wrong with the texts. Of an environment that is gone no rule can say anything,
    /// and yet that is a change.
    #[must_use]
    pub fn with(self, diagnostics: &[crate::Diagnostic]) -> Self {
        let gone = || diagnostics.iter().any(|found| found.code == ENVIRONMENT_GONE);
        match self {
            _ if crate::diagnostic::has_errors(diagnostics) => Self::Error,
            Self::Pass if gone() => Self::Warn,
            verdict => verdict,
        }
    }
}

/// The code of the warning that an environment was there before and no longer is.
pub const ENVIRONMENT_GONE: &str = "environment-gone";

/// How much a failed rule weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Worth knowing; does not count.
    Info,
    /// Counts, but does not fail the check.
    Warning,
    /// Fails the check.
    Error,
}

impl Severity {
    /// All of them, from the worst.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Info];

    /// The word in policies and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.word() == word)
    }
}

/// How a finding counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Does not count: severity info.
    Pass,
    /// Counts as a warning.
    Warn,
    /// Fails the check.
    Fail,
    /// Covered by an expected difference or a waiver.
    Waived,
    /// Could not be judged.
    Unknown,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pass, Self::Warn, Self::Fail, Self::Waived, Self::Unknown];

    /// The word in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Waived => "waived",
            Self::Unknown => "unknown",
        }
    }
}

/// How many of what.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Rules that ran.
    pub rules: usize,
    /// Those of them that judged a row: of the others it is not known what they would say.
    pub judged: usize,
    /// Findings in all.
    pub findings: usize,
    /// Findings by status.
    pub by_status: SortedMap<&'static str, usize>,
    /// Findings by severity.
    pub by_severity: SortedMap<&'static str, usize>,
    /// Rows that a rule looked at.
    pub rows: usize,
    /// Rules that met no row at all: they said nothing, which is not the same as a pass.
    pub vacuous: Vec<String>,
    /// Rows that could not be judged, by reason, where the policy asks for a summary (`onUnknown: warn`).
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    pub unknown: SortedMap<String, usize>,
    /// Findings beyond the limit of a rule, by rule: counted, not shown.
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    pub truncated: SortedMap<String, usize>,
}

/// What a rule says about one path.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The rule.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub rule: Arc<str>,
    /// The kind behind the rule.
    pub kind: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// How it counts.
    pub status: Status,
    /// Whether the rule only observes: then it never counts.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub observed: bool,
    /// The path that it is about.
    pub path: String,
    /// The environments that deviate.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub environments: Vec<Arc<str>>,
    /// The environment that they were compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub reference: Option<Arc<str>>,
    /// What each environment has there.
    pub cells: Cells,
    /// Where the exception is written, for findings about exceptions themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Place>,
    /// What is wrong.
    pub message: String,
    /// Why that matters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// A change that a machine can make.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// The exception that covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<WaiverRef>,
    /// The findings that it explains, below it or about the same lines, and that are not listed beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explains: Option<Explains>,
    /// The other paths of which it is true, since the same lines give them.
    #[serde(skip)]
    pub repeats: Vec<String>,
    /// Whether an exception may cover it.
    #[serde(skip)]
    pub coverable: bool,
    /// Whether its environment and the reference deviate alike, as where they share a secret.
    #[serde(skip)]
    pub mutual: bool,
}

/// What a finding explains: where a service is missing, so is everything below it, and what is wrong with a line is wrong
/// wherever it is used.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Explains {
    /// How many findings.
    pub count: usize,
    /// The first of them.
    pub findings: Vec<Explained>,
}

impl Explains {
    /// Counts one more, and lists it where there is room.
    pub fn add(&mut self, rule: &Arc<str>, path: &str) {
        self.count += 1;
        if self.findings.len() < limits::MAX_EXPLAINED {
            self.findings.push(Explained { rule: Arc::clone(rule), path: path.to_owned() });
        }
    }
}

/// A finding that another one explains.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Explained {
    /// The rule.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub rule: Arc<str>,
    /// The path.
    pub path: String,
}

/// A machine-applicable change.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Fix {
    /// Where.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub environment: Arc<str>,
    /// At which path.
    pub path: String,
    /// `add`, `replace` or `remove`.
    pub op: &'static str,
    /// The new value, if it is not secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// In which document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub document: Option<Arc<str>>,
}

/// The exception that covers a finding.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WaiverRef {
    /// `baseline`, `expected`, `inline` or `waiver`.
    pub exception: &'static str,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Why it is allowed.
    pub reason: String,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("format" = "date-time")))]
    pub expires_at: Option<Timestamp>,
}

/// A cell per environment, in the order of the report's columns.
#[derive(Clone, Debug, Default)]
pub struct Cells(pub Vec<(Arc<str>, Cell)>);

impl Serialize for Cells {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, cell) in &self.0 {
            map.serialize_entry(&**name, cell)?;
        }
        map.end()
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Cells {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cells".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let cell = generator.subschema_for::<Cell>();
        schemars::json_schema!({
            "type": "object",
            "description": "A cell per environment, in the order of the report's columns.",
            "additionalProperties": cell,
        })
    }
}

/// What one environment has at a path.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// What is there.
    pub state: State,
    /// The value, cut to a readable length; for a secret its equality class (`secret A`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Why it is unresolved or was not collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why the value is not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masked: Option<&'static str>,
    /// Where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Place>,
}

/// What can be at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// A value.
    Value,
    /// A value without content.
    Empty,
    /// Described as absent.
    Null,
    /// Not there, in a section that is completely described.
    Missing,
    /// There, but it is not known what.
    Unresolved,
    /// Nobody looked.
    NotCollected,
}

impl State {
    /// The word in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Empty => "empty",
            Self::Null => "null",
            Self::Missing => "missing",
            Self::Unresolved => "unresolved",
            Self::NotCollected => "notCollected",
        }
    }
}

/// A place in a document, with the redacted line that stands there.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The document's name.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub document: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column in Unicode scalar values, from 1.
    pub column: u32,
    /// The line in which it ends.
    pub end_line: u32,
    /// The column after its last character.
    pub end_column: u32,
    /// The redacted line that stands there.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schemars(with = "ShownExcerpt"))]
    pub excerpt: LazyExcerpt,
}

/// The redacted line at a place, cut when it is asked for.
#[derive(Clone, Debug)]
pub struct LazyExcerpt(pub crate::Location);

impl LazyExcerpt {
    /// The line.
    pub fn get(&self) -> crate::source::Excerpt {
        self.0.source.excerpt(self.0.span)
    }
}

/// An excerpt as it stands in an answer.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ShownExcerpt {
    /// The line, redacted and cut.
    excerpt: String,
    /// Where the meant part begins in the excerpt, in bytes.
    excerpt_start: usize,
    /// Where the meant part ends in the excerpt, in bytes.
    excerpt_end: usize,
}

impl Serialize for LazyExcerpt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let excerpt = self.get();
        let (excerpt_start, excerpt_end) = (excerpt.highlight.start, excerpt.highlight.end);
        ShownExcerpt { excerpt: excerpt.text, excerpt_start, excerpt_end }.serialize(serializer)
    }
}

impl Place {
    /// The place of a location.
    pub fn of(at: &crate::Location) -> Self {
        let (start, end) = (at.position(), at.source.position(at.span.end));
        Self {
            document: Arc::clone(at.source.name()),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            excerpt: LazyExcerpt(at.clone()),
        }
    }

    /// The place of a secret: it ends where it begins, since its length is nobody's business.
    pub fn of_secret(at: &crate::Location) -> Self {
        let place = Self::of(at);
        Self { end_line: place.line, end_column: place.column, ..place }
    }
}
