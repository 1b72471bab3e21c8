//! JSON as data: environments and flowcharts are written as it.

use std::fmt;

use paritygate_model::SortedMap;
use serde::{Serialize, Serializer};

/// A value. It is written without blanks where it is displayed, and in any form of serde where it is serialized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number, as JSON writes it.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// A map, in the order of its keys.
    Map(SortedMap<String, Json>),
}

impl Json {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A list of texts.
    pub fn texts(texts: impl IntoIterator<Item: Into<String>>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// A number as it is in a text, where JSON can hold it; the text otherwise.
    pub fn number(text: &str) -> Self {
        let whole = text.parse().map(|whole: i64| whole.to_string());
        let whole = whole.or_else(|_| text.parse().map(|whole: u64| whole.to_string()));
        let float = || text.parse().ok().filter(|float: &f64| float.is_finite());
        let number = whole.ok().or_else(|| float().and_then(|float| serde_json::to_string(&float).ok()));
        number.map_or_else(|| Self::text(text), Self::Number)
    }

    /// A map.
    pub fn map<'k>(fields: impl IntoIterator<Item = (&'k str, Self)>) -> Self {
        Self::Map(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// The value of a key of a map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(fields) => fields.get(key),
            _ => None,
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Number(text) => f.write_str(text),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if at == 0 { '[' } else { ',' })?;
                }
                f.write_str(if items.is_empty() { "[]" } else { "]" })
            }
            Self::Map(fields) => {
                for (at, (key, value)) in fields.iter().enumerate() {
                    write!(f, "{}{}:{value}", if at == 0 { '{' } else { ',' }, quoted(key))?;
                }
                f.write_str(if fields.is_empty() { "{}" } else { "}" })
            }
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => value.serialize(serializer),
            Self::Number(text) => match (text.parse::<i64>(), text.parse::<u64>(), text.parse::<f64>()) {
                (Ok(whole), ..) => whole.serialize(serializer),
                (_, Ok(whole), _) => whole.serialize(serializer),
                (.., Ok(float)) => float.serialize(serializer),
                _ => text.serialize(serializer),
            },
            Self::Text(text) => text.serialize(serializer),
            Self::List(items) => items.serialize(serializer),
            Self::Map(fields) => fields.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_serde_json_writes_it() {
        let numbers =
            ["0", "-0", "17", "-3", "18446744073709551615", "18446744073709551616", "1.50", "1e3", "1e21", "1e-7"];
        let mut list: Vec<Json> = numbers.into_iter().map(Json::number).collect();
        list.extend([
            Json::number("1e999"),
            Json::number("0x1F"),
            Json::Null,
            Json::Bool(true),
            Json::text("a \"b\"\n\u{1}é"),
        ]);
        list.extend([
            Json::List(Vec::new()),
            Json::map([]),
            Json::map([("b", Json::Null), ("a\n", Json::texts(["x", "y"]))]),
        ]);
        let list = Json::List(list);
        let read: serde_json::Value = serde_json::from_str(&list.to_string()).unwrap();
        assert_eq!(list.to_string(), read.to_string());
        assert_eq!(list.to_string(), serde_json::to_string(&list).unwrap());
    }
}
