//! Message templates: `pin {key} to {reference.value} in {environment}`.

use std::ops::Range;

use paritygate_model::suggest;

/// A text with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The template as it was written.
    pub text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Placeholder(Placeholder),
}

/// What a template leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placeholder {
    /// The last key of the path: `{key}`.
    Key,
    /// The whole path: `{path}`.
    Path,
    /// The component that the path belongs to: `{component}`.
    Component,
    /// The rule's id: `{rule}`.
    Rule,
    /// The environment that deviates: `{environment}`.
    Environment,
    /// The value there: `{value}`.
    Value,
    /// The environment that it is compared with: `{reference}`.
    Reference,
    /// The value there: `{reference.value}`.
    ReferenceValue,
}

impl Placeholder {
    /// All of them, in the order of their documentation.
    pub const ALL: [Self; 8] = [
        Self::Key,
        Self::Path,
        Self::Component,
        Self::Rule,
        Self::Environment,
        Self::Value,
        Self::Reference,
        Self::ReferenceValue,
    ];

    /// The word between the braces.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Path => "path",
            Self::Component => "component",
            Self::Rule => "rule",
            Self::Environment => "environment",
            Self::Value => "value",
            Self::Reference => "reference",
            Self::ReferenceValue => "reference.value",
        }
    }
}

/// What is wrong with a template, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// What is wrong.
    pub message: String,
    /// The bytes of the template that are meant.
    pub at: Range<usize>,
    /// What to do.
    pub help: Option<String>,
}

/// How many mistakes of one template are told.
const MAX_ERRORS: usize = 16;

impl Template {
    /// Reads a template. `{{` and `}}` stand for single braces.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, Vec<TemplateError>> {
        let (mut parts, mut errors) = (Vec::new(), Vec::new());
        let mut plain = String::new();
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty() && errors.len() < MAX_ERRORS) {
            let until = rest.find(['{', '}']).unwrap_or(rest.len());
            plain.push_str(rest.get(..until).unwrap_or_default());
            at += until;
            let rest = rest.get(until..).unwrap_or_default();
            if rest.starts_with("{{") || rest.starts_with("}}") {
                plain.push_str(rest.get(..1).unwrap_or_default());
                at += 2;
            } else if rest.starts_with('}') {
                errors.push(error("`}` closes nothing", at..at + 1, "write `}}` for a brace in the text"));
                at += 1;
            } else if rest.starts_with('{') {
                let inside = rest.get(1..).unwrap_or_default();
                let end = inside.find(['{', '}']).unwrap_or(inside.len());
                let word = inside.get(..end).unwrap_or_default();
                let closed = inside.get(end..).is_some_and(|rest| rest.starts_with('}'));
                let range = at..at + 1 + end + usize::from(closed);
                at = range.end;
                match Placeholder::ALL.into_iter().find(|known| known.word() == word.trim()) {
                    _ if !closed => {
                        errors.push(error("`{` is never closed", range, "write `{{` for a brace in the text"));
                    }
                    Some(placeholder) => {
                        if !plain.is_empty() {
                            parts.push(Part::Text(std::mem::take(&mut plain)));
                        }
                        parts.push(Part::Placeholder(placeholder));
                    }
                    None => errors.push(unknown(word.trim(), range)),
                }
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        if errors.is_empty() { Ok(Self { text: text.to_owned(), parts }) } else { Err(errors) }
    }

    /// The placeholders, in the order of the text.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.parts.iter().filter_map(|part| match part {
            Part::Placeholder(placeholder) => Some(*placeholder),
            Part::Text(_) => None,
        })
    }

    /// The text with every placeholder filled in by `fill`, which appends to the text so far. What it appends must be
    /// redacted.
    pub fn render(&self, fill: &mut dyn FnMut(Placeholder, &mut String)) -> String {
        let mut out = String::with_capacity(self.text.len() + 32);
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Placeholder(placeholder) => fill(*placeholder, &mut out),
            }
        }
        out
    }
}

fn error(message: &str, at: Range<usize>, help: &str) -> TemplateError {
    TemplateError { message: message.to_owned(), at, help: Some(help.to_owned()) }
}

fn unknown(word: &str, at: Range<usize>) -> TemplateError {
    let known = Placeholder::ALL.map(Placeholder::word);
    let message = if word.is_empty() {
        "a placeholder needs a name".to_owned()
    } else {
        format!("unknown placeholder `{{{}}}`", crate::fields::shown(word))
    };
    TemplateError { message, at, help: suggest::did_you_mean(word, known) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn renders(text: &str, expected: &str) {
        let template = Template::parse(text).expect(text);
        assert_eq!(template.render(&mut |placeholder, out| out.push_str(&placeholder.word().to_uppercase())), expected);
    }

    #[track_caller]
    fn fails(text: &str, expected: &[&str]) {
        let errors = Template::parse(text).expect_err(text);
        let lines = errors.into_iter().map(|error| {
            let help = error.help.map(|help| format!("; {help}")).unwrap_or_default();
            format!("{}..{} {}{help}", error.at.start, error.at.end, error.message)
        });
        assert_eq!(lines.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn placeholders_are_filled_in() {
        renders("pin {key} to {reference.value} in {environment}", "pin KEY to REFERENCE.VALUE in ENVIRONMENT");
        renders("{path}{rule}", "PATHRULE");
        renders("write {{key}} as { key }", "write {key} as KEY");
        renders("", "");
        renders("é{value}é", "éVALUEé");
    }

    #[test]
    fn every_mistake_is_told() {
        fails(
            "{kye} } {zebra} {",
            &[
                "0..5 unknown placeholder `{kye}`; did you mean `key`?",
                "6..7 `}` closes nothing; write `}}` for a brace in the text",
                "8..15 unknown placeholder `{zebra}`; known here: `component`, `environment`, `key`, `path`, `reference`, \
                 `reference.value`, `rule`, `value`",
                "16..17 `{` is never closed; write `{{` for a brace in the text",
            ],
        );
        fails(
            "{}",
            &[
                "0..2 a placeholder needs a name; known here: `component`, `environment`, `key`, `path`, `reference`, `reference.value`, `rule`, `value`",
            ],
        );
        fails("{key {path}", &["0..5 `{` is never closed; write `{{` for a brace in the text"]);
    }
}
