//! The relations of expected differences, as texts.

use super::{RatioOp, Relation};
use crate::fields::shown;
use crate::selector::Glob;

/// What is wrong with the text of a relation, and what to do.
pub(super) struct BadRelation {
    pub(super) message: String,
    pub(super) help: String,
}

const FORMS: &str = "known relations: `differs`, `absent`, `ratio >= 0.5`, `ratio <= 2`, `matches *.example.com`";

impl Relation {
    /// Reads a relation: `differs`, `absent`, `ratio >= 0.5`, `matches *.example.com`.
    pub(super) fn parse(text: &str) -> Result<Self, BadRelation> {
        let text = text.trim();
        let word_end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (word, rest) = text.split_at(word_end);
        match (word, rest.trim()) {
            ("differs", "") => Ok(Self::Differs),
            ("absent", "") => Ok(Self::Absent),
            ("ratio", rest) => ratio(rest),
            ("matches" | "host", "") => {
                Err(bad(format!("`{word}` needs a pattern"), "write one, such as `matches *.example.com`"))
            }
            ("matches" | "host", pattern) if rest.starts_with(char::is_whitespace) => {
                Ok(Self::Matches(Glob::new(pattern)))
            }
            _ => {
                let near = paritygate_model::suggest::nearest(word, ["differs", "absent", "ratio", "matches", "host"]);
                let help = match near {
                    Some(near) if near != word => format!("did you mean `{near}`?"),
                    _ => FORMS.to_owned(),
                };
                Err(BadRelation { message: format!("unknown relation `{}`", shown(text)), help })
            }
        }
    }
}

fn ratio(text: &str) -> Result<Relation, BadRelation> {
    let forms = [(">=", RatioOp::AtLeast), ("≥", RatioOp::AtLeast), ("<=", RatioOp::AtMost), ("≤", RatioOp::AtMost)];
    let Some((op, number)) =
        forms.into_iter().find_map(|(sign, op)| text.strip_prefix(sign).map(|rest| (op, rest.trim())))
    else {
        return Err(bad("a ratio needs `>=` or `<=`".to_owned(), "write `ratio >= 0.5`"));
    };
    match number.parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Ok(Relation::Ratio { op, value }),
        _ => Err(bad(format!("`{}` is no number to compare a ratio with", shown(number)), "write `ratio >= 0.5`")),
    }
}

fn bad(message: String, help: &str) -> BadRelation {
    BadRelation { message, help: help.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_are_read() {
        for (text, expected) in [
            ("differs", Relation::Differs),
            (" absent ", Relation::Absent),
            ("ratio >= 0.5", Relation::Ratio { op: RatioOp::AtLeast, value: 0.5 }),
            ("ratio≥0.5", Relation::Ratio { op: RatioOp::AtLeast, value: 0.5 }),
            ("ratio <= 2", Relation::Ratio { op: RatioOp::AtMost, value: 2.0 }),
            ("ratio ≤ 2", Relation::Ratio { op: RatioOp::AtMost, value: 2.0 }),
            ("matches *.staging.example.com", Relation::Matches(Glob::new("*.staging.example.com"))),
            ("host *.staging.example.com", Relation::Matches(Glob::new("*.staging.example.com"))),
        ] {
            assert_eq!(Relation::parse(text).ok(), Some(expected), "{text}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (text, expected) in [
            ("", "unknown relation ``"),
            ("difers", "unknown relation `difers`"),
            ("differs a lot", "unknown relation `differs a lot`"),
            ("ratio 0.5", "a ratio needs `>=` or `<=`"),
            ("ratio > 0.5", "a ratio needs `>=` or `<=`"),
            ("ratio >= half", "`half` is no number to compare a ratio with"),
            ("ratio >= NaN", "`NaN` is no number to compare a ratio with"),
            ("matches", "`matches` needs a pattern"),
            ("matches*", "unknown relation `matches*`"),
        ] {
            assert_eq!(Relation::parse(text).err().map(|bad| bad.message).as_deref(), Some(expected), "{text}");
        }
    }
}
