//! Diagnostics: what is wrong with a text that was handed in.

use std::ops::{Deref, DerefMut};

use crate::Note;
use crate::secret::{redacted, redacted_note};
use crate::source::Location;

/// How bad it is. An error means that the text could not be used as it stands; a warning that it was read with a doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The text was used, and something in it deserves a look.
    Warning,
    /// The text can't be used as it stands.
    Error,
}

impl Level {
    /// The word in messages and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A text that was handed in is wrong: policy, manifest or input. Says what, where, why, and what to do.
///
/// Its sentences may quote the text: what is secret in them by its shape is masked as they come in.
///
/// It is rare, and moved through many hands: so it is one pointer to its content.
#[derive(Clone, Debug)]
pub struct Diagnostic(Box<Content>);

/// The content of a diagnostic.
#[derive(Clone, Debug)]
pub struct Content {
    /// Which mistake this is, stable across versions: `yaml-syntax`, `unknown-field`.
    pub code: &'static str,
    /// Error or warning.
    pub level: Level,
    /// What is wrong: lower case, no full stop, the user's words in backticks.
    pub message: String,
    /// Where. Absent when no text is at fault (a file that is missing from the command line).
    pub location: Option<Location>,
    /// Other places that explain this one, each with a label.
    pub related: Vec<(Location, String)>,
    /// Why it is wrong.
    pub notes: Vec<Note>,
    /// What to do.
    pub help: Option<String>,
}

impl Deref for Diagnostic {
    type Target = Content;

    fn deref(&self) -> &Content {
        &self.0
    }
}

impl DerefMut for Diagnostic {
    fn deref_mut(&mut self) -> &mut Content {
        &mut self.0
    }
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, location: Location, message: impl Into<String>) -> Self {
        Self::new(code, Level::Error, Some(location), message.into())
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, location: Location, message: impl Into<String>) -> Self {
        Self::new(code, Level::Warning, Some(location), message.into())
    }

    /// An error that no place in a text explains.
    pub fn nowhere(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Level::Error, None, message.into())
    }

    #[inline(never)]
    fn new(code: &'static str, level: Level, location: Option<Location>, message: String) -> Self {
        let message = redacted(message);
        Self(Box::new(Content { code, level, message, location, related: Vec::new(), notes: Vec::new(), help: None }))
    }

    /// Adds why.
    #[must_use]
    pub fn note(mut self, note: impl Into<Note>) -> Self {
        self.notes.push(redacted_note(note.into()));
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(redacted(help.into()));
        self
    }

    /// Adds what to do, when there is something to say.
    #[must_use]
    pub fn maybe_help(self, help: Option<String>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// Adds another place that explains this one.
    #[must_use]
    pub fn related(mut self, location: Location, label: impl Into<String>) -> Self {
        self.related.push((location, redacted(label.into())));
        self
    }
}

/// Whether any of them is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error)
}

/// Puts diagnostics in the order of their files and places; those without a place come first.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| d.location.as_ref().map(|at| (at.source.name().clone(), at.span.start));
        key(a).cmp(&key(b)).then_with(|| a.code.cmp(b.code)).then_with(|| a.message.cmp(&b.message))
    });
}
