//! The insides of collections.

use paritygate_model::{Node, Span};
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::error::{Error, What};
use super::gap::Gap;
use super::key::KeyReader;
use super::node::NodeReader;

/// The items of a list.
pub(super) struct Items<'t, 's> {
    pub(super) reader: NodeReader<'t, 's>,
    pub(super) left: std::vec::IntoIter<Node<'t>>,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let reader = self.reader;
        self.left.next().map(|item| reader.child(item).placed(seed.deserialize(reader.child(item)))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// An entry of a map.
pub(super) enum Entry<'t> {
    /// Key, its place, value.
    Written(&'t str, Span, Node<'t>),
    /// What stands in for a field that is not there.
    Gap(&'static str),
}

/// The entries of a map.
pub(super) struct Entries<'t, 's> {
    pub(super) reader: NodeReader<'t, 's>,
    pub(super) left: std::vec::IntoIter<Entry<'t>>,
    /// The value of the key that was read last; `None` for a gap.
    pub(super) value: Option<Node<'t>>,
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        match self.left.next() {
            None => Ok(None),
            Some(Entry::Gap(field)) => {
                self.value = None;
                seed.deserialize(StrDeserializer::new(field)).map(Some)
            }
            Some(Entry::Written(key, span, value)) => {
                self.value = Some(value);
                let result = seed.deserialize(KeyReader { key });
                let (state, node) = (self.reader.state, self.reader.node);
                result.map(Some).map_err(|error| match node {
                    Some(map) => error.through(&state.key_place(map, span, value.id())),
                    None => error,
                })
            }
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match self.value {
            Some(value) => {
                let reader = self.reader.child(value);
                reader.placed(seed.deserialize(reader))
            }
            None => seed.deserialize(Gap).map_err(|_| Error::new(What::Gap)),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// A word of an enum, with the value that stands at it.
pub(super) struct Word<'t, 's> {
    pub(super) reader: NodeReader<'t, 's>,
    pub(super) text: &'t str,
    pub(super) payload: Option<Node<'t>>,
}

impl<'t, 's> Word<'t, 's> {
    fn payload(&self) -> Result<NodeReader<'t, 's>, Error> {
        let needed = || Error::wrong("wrong-type", format!("`{}` needs a value", self.text), None);
        self.payload.map(|node| self.reader.child(node)).ok_or_else(|| needed().through(&self.reader.place()))
    }
}

impl<'de> EnumAccess<'de> for Word<'_, '_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let variant = self.reader.placed(seed.deserialize(StrDeserializer::new(self.text)))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Word<'_, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.payload {
            Some(node) if !node.is_null() => {
                let error = Error::wrong("wrong-type", format!("`{}` takes no value", self.text), None);
                Err(error.through(&self.reader.child(node).place()))
            }
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        let reader = self.payload()?;
        reader.placed(seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.payload()?.tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.payload()?.map(Some(fields), visitor)
    }
}
