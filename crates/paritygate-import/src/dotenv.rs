//! `.env` texts: lines that set variables, and the references in them. Compose shares both.

mod interpolate;
mod lexer;

use paritygate_model::Span;

pub use interpolate::{Interpolated, Lookup, interpolate};
pub use lexer::lex;

/// Whose reading of a `.env` text counts. There is no standard.
///
/// Both accept `export`, blanks around `=`, `KEY: value`, quotes over several lines, CRLF and a byte-order mark, skip lines
/// that begin with `#` or `;`, take single quotes literally, and join lines at a backslash, as a shell does. They differ in:
///
/// | | [`Compose`](Self::Compose) | [`Dotenv`](Self::Dotenv) |
/// |---|---|---|
/// | comment behind a bare value | from ` #` | from `#` |
/// | backticks | are part of the value | are quotes, and literal |
/// | escapes in double quotes | `\n` `\r` `\t` `\"` `\\` `\$` and C's others | `\n` `\r` `\$`; other backslashes stay |
/// | escapes in single quotes | `\'` | none |
/// | a dollar sign | `$$`; in double quotes also `\$` | `\$`, `$$` (stays as it is), or any `$` that begins no reference |
/// | text behind a closing quote | is an error | makes the quotes part of a bare value |
/// | `KEY:value` without a blank | is an assignment | is none |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `compose-go` of Docker Compose v2: `.env` beside a Compose file, and `env_file`.
    Compose,
    /// `dotenv` and `dotenv-expand` of Node.js.
    Dotenv,
}

/// How a value was quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// Not at all.
    None,
    /// `'…'`.
    Single,
    /// `"…"`.
    Double,
    /// `` `…` ``.
    Backtick,
}

/// A line that sets a variable, or that names one.
#[derive(Clone)]
pub struct Line {
    /// The variable's name.
    pub key: String,
    /// Where the name stands.
    pub key_span: Span,
    /// The value **with** secrets: unquoted and unescaped. A template has references in it, and `$$` for a dollar sign.
    pub text: String,
    /// Whether `text` may hold references.
    pub is_template: bool,
    /// How the value was quoted.
    pub quote: Quote,
    /// Where the value stands, with its quotes. Empty, and behind the sign, where nothing is written.
    pub value_span: Span,
    /// Whether `export` stands before the name.
    pub exported: bool,
    /// Whether there is a sign. A name alone takes its value from the process environment.
    pub has_value: bool,
    /// Why the value can't be read, though it is there.
    pub unreadable: Option<&'static str>,
}

/// Never prints the value: it may be secret.
impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("key", &self.key).field("value_span", &self.value_span).finish_non_exhaustive()
    }
}

impl Line {
    /// The value with its references resolved.
    pub fn resolve<'v>(&self, lookup: &dyn Fn(&str) -> Lookup<'v>) -> Interpolated {
        if let Some(reason) = self.unreadable {
            return Interpolated::Unresolved { reason: reason.to_owned() };
        }
        if !self.has_value {
            let reason = format!("`{}` is taken from the process environment", self.key);
            return Interpolated::Unresolved { reason };
        }
        if self.is_template { interpolate(&self.text, lookup, 0) } else { Interpolated::Text(self.text.clone()) }
    }
}
