//! Deserializes spanned nodes.

use paritygate_model::{Node, Value, limits, suggest};
use serde::de::{Deserializer, Visitor};

use super::access::{Entries, Entry, Items, Word};
use super::error::{Error, Place, What};
use super::number;
use super::state::State;
use crate::fields::type_mistake;

/// Reads one node.
#[derive(Clone, Copy)]
pub(super) struct NodeReader<'t, 's> {
    /// `None` for parameters that are absent.
    pub(super) node: Option<Node<'t>>,
    pub(super) state: &'s State<'s>,
    depth: usize,
}

impl<'t, 's> NodeReader<'t, 's> {
    pub(super) fn root(node: Option<Node<'t>>, state: &'s State<'s>) -> Self {
        Self { node, state, depth: 0 }
    }

    pub(super) fn child(self, node: Node<'t>) -> Self {
        Self { node: Some(node), depth: self.depth + 1, ..self }
    }

    pub(super) fn place(self) -> Place {
        self.state.place(self.node)
    }

    fn value(self) -> Value<'t> {
        // Absent parameters are an empty map.
        self.node.map_or(Value::Map, Node::value)
    }

    pub(super) fn placed<T>(self, result: Result<T, Error>) -> Result<T, Error> {
        match result {
            Ok(value) => Ok(value),
            Err(error) => Err(self.put(error)),
        }
    }

    #[cold]
    #[inline(never)]
    fn put(self, error: Error) -> Error {
        error.through(&self.place())
    }

    fn expected<T>(self, what: &str) -> Result<T, Error> {
        Err(self.unexpected(what))
    }

    #[cold]
    #[inline(never)]
    fn unexpected(self, what: &str) -> Error {
        let (message, help) = match self.node {
            Some(node) => type_mistake(node, what),
            None => (format!("expected {what}, found nothing"), None),
        };
        Error::wrong("wrong-type", message, help).through(&self.place())
    }

    /// The text of a text or number.
    #[inline(never)]
    fn text(self) -> Result<&'t str, Error> {
        match self.value() {
            Value::String(text) | Value::Number(text) => Ok(text),
            _ => self.expected("a text"),
        }
    }

    #[inline(never)]
    fn whole(self, min: i128, max: i128) -> Result<i128, Error> {
        let Value::Number(text) = self.value() else {
            return self.expected("a whole number");
        };
        let number = number::whole(text).filter(|number| (min..=max).contains(number));
        number.ok_or_else(|| number::not_whole(text, min, max).through(&self.place()))
    }

    #[inline(never)]
    fn float(self) -> Result<f64, Error> {
        match self.value() {
            Value::Number(text) => match number::float(text) {
                Some(number) => Ok(number),
                None => Err(Error::wrong("bad-value", "expected a finite number", None).through(&self.place())),
            },
            _ => self.expected("a number"),
        }
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let left = self.items()?;
        self.placed(visitor.visit_seq(Items { reader: self, left }))
    }

    /// The items of a list that are not passed over. Apart from the types that read them, so that it is compiled once.
    #[inline(never)]
    fn items(self) -> Result<std::vec::IntoIter<Node<'t>>, Error> {
        let Some(node) = self.node.filter(|node| node.is_sequence()) else {
            return self.expected("a list");
        };
        self.shallow()?;
        let items: Vec<Node<'t>> = node.items().filter(|item| !self.state.is_skipped(item.id())).collect();
        Ok(items.into_iter())
    }

    /// A list of a fixed length.
    pub(super) fn tuple<'de, V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.has_length(len)?;
        self.list(visitor)
    }

    #[inline(never)]
    fn has_length(self, len: usize) -> Result<(), Error> {
        let Some(node) = self.node.filter(|node| node.is_sequence()) else {
            return self.expected("a list");
        };
        if node.len() != len {
            let message = format!("expected a list of {len}, found one of {}", node.len());
            return self.placed(Err(Error::wrong("wrong-length", message, None)));
        }
        if node.items().any(|item| self.state.is_skipped(item.id())) {
            return self.placed(Err(Error::new(What::Gap)));
        }
        Ok(())
    }

    /// A map with known fields, or with any.
    pub(super) fn map<'de, V: Visitor<'de>>(
        self,
        fields: Option<&'static [&'static str]>,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let left = self.entries(fields)?;
        self.placed(visitor.visit_map(Entries { reader: self, left, value: None }))
    }

    #[inline(never)]
    fn entries(self, fields: Option<&'static [&'static str]>) -> Result<std::vec::IntoIter<Entry<'t>>, Error> {
        if self.node.is_some_and(|node| !node.is_map()) {
            return self.expected("a map");
        }
        self.shallow()?;
        let id = self.node.map(Node::id);
        let mut entries = Vec::new();
        for (key, span, value) in self.node.into_iter().flat_map(Node::entries) {
            let field = fields.map(|fields| fields.iter().copied().find(|field| *field == key));
            match (field, fields, self.node) {
                (Some(None), Some(fields), Some(node)) => self.state.unknown_field(node, key, span, fields),
                (Some(Some(field)), ..) if self.state.is_skipped(value.id()) => self.state.excuse(id, field),
                _ if self.state.is_skipped(value.id()) => {}
                _ => entries.push(Entry::Written(key, span, value)),
            }
        }
        entries.extend(self.state.gaps(id, fields.unwrap_or_default()).into_iter().map(Entry::Gap));
        Ok(entries.into_iter())
    }

    /// The word of an enum, and the value that stands at it.
    #[inline(never)]
    fn variant(self, variants: &'static [&'static str]) -> Result<(&'t str, Option<Node<'t>>), Error> {
        let what = || {
            if variants.len() <= 8 {
                format!("one of {}", suggest::quoted(variants))
            } else {
                "a known word".to_owned()
            }
        };
        self.shallow()?;
        match (self.value(), self.node) {
            (Value::Map, Some(node)) => match node.entries().next() {
                Some((key, _, value)) if node.len() == 1 => Ok((key, Some(value))),
                _ => {
                    let message = format!("expected {} as the only key, found {} keys", what(), node.len());
                    self.placed(Err(Error::wrong("wrong-type", message, None)))
                }
            },
            (_, Some(node)) => match node.scalar_text() {
                Some(text) => Ok((text, None)),
                None => self.expected(&what()),
            },
            _ => self.expected(&what()),
        }
    }

    fn shallow(self) -> Result<(), Error> {
        if self.depth <= limits::MAX_DEPTH {
            return Ok(());
        }
        let message = format!("maps and lists nest more than {} deep here, which is the limit", limits::MAX_DEPTH);
        self.placed(Err(Error::wrong("too-deep", message, None)))
    }
}

macro_rules! whole_numbers {
    ($($method:ident $visit:ident $type:ty,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let bound = |bound: Result<i128, _>| bound.unwrap_or(i128::MAX);
            let number = self.whole(bound(<$type>::MIN.try_into()), bound(<$type>::MAX.try_into()))?;
            // INVARIANT: inside the bounds of the type.
            self.placed(visitor.$visit(<$type>::try_from(number).unwrap_or_default()))
        })*
    };
}

impl<'de> Deserializer<'de> for NodeReader<'_, '_> {
    type Error = Error;

    whole_numbers! {
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128,
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value() {
            Value::Null => self.placed(visitor.visit_unit()),
            Value::Bool(value) => self.placed(visitor.visit_bool(value)),
            Value::Number(text) => {
                match number::whole(text).map(|number| (i64::try_from(number), u64::try_from(number))) {
                    Some((Ok(number), _)) => self.placed(visitor.visit_i64(number)),
                    Some((_, Ok(number))) => self.placed(visitor.visit_u64(number)),
                    _ => self.deserialize_f64(visitor),
                }
            }
            Value::String(text) => self.placed(visitor.visit_str(text)),
            Value::Sequence => self.list(visitor),
            Value::Map => self.map(None, visitor),
            Value::Unresolved(_) | Value::Secret(_) | Value::Variable(_) => self.expected("a plain value"),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value() {
            Value::Bool(value) => self.placed(visitor.visit_bool(value)),
            _ => self.expected("a boolean"),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let number = self.float()?;
        self.placed(visitor.visit_f64(number))
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut chars = self.text()?.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => self.placed(visitor.visit_char(c)),
            _ => self.expected("a single character"),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.text()?;
        self.placed(visitor.visit_str(text))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.text()?;
        self.placed(visitor.visit_bytes(text.as_bytes()))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_none_or(Node::is_null) { self.placed(visitor.visit_none()) } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_none_or(Node::is_null) { self.placed(visitor.visit_unit()) } else { self.expected("null") }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        match self.node {
            // A type without fields can be written as an empty map.
            Some(node) if node.is_map() => {
                for (key, span, _) in node.entries() {
                    self.state.unknown_field(node, key, span, &[]);
                }
                self.placed(visitor.visit_unit())
            }
            _ => self.deserialize_unit(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.placed(visitor.visit_newtype_struct(self))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.list(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.tuple(len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.map(None, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.map(Some(fields), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (word, payload) = self.variant(variants)?;
        self.placed(visitor.visit_enum(Word { reader: self, text: word, payload }))
    }
}
