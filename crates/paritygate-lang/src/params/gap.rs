//! What stands in for a required field that is not there, so that the fields after it are read as well.

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::error::{Error, What};
use super::key::Alone;

/// A value of whatever type is asked for. What is read from it is thrown away in the end.
pub(super) struct Gap;

macro_rules! stand_in {
    ($($method:ident => $visit:ident $value:expr,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit($value)
        })*
    };
}

impl<'de> Deserializer<'de> for Gap {
    type Error = Error;

    stand_in! {
        deserialize_bool => visit_bool false,
        deserialize_i8 => visit_i8 0,
        deserialize_i16 => visit_i16 0,
        deserialize_i32 => visit_i32 0,
        deserialize_i64 => visit_i64 0,
        deserialize_i128 => visit_i128 0,
        deserialize_u8 => visit_u8 0,
        deserialize_u16 => visit_u16 0,
        deserialize_u32 => visit_u32 0,
        deserialize_u64 => visit_u64 0,
        deserialize_u128 => visit_u128 0,
        deserialize_f32 => visit_f32 0.0,
        deserialize_f64 => visit_f64 0.0,
        deserialize_char => visit_char ' ',
        deserialize_str => visit_str "",
        deserialize_string => visit_str "",
        deserialize_bytes => visit_bytes b"",
        deserialize_byte_buf => visit_bytes b"",
        deserialize_identifier => visit_str "",
        deserialize_seq => visit_seq Nothing,
        deserialize_map => visit_map Nothing,
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_none()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Nothing)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(Nothing)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(Nothing)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(Alone(variants.first().copied().unwrap_or_default()))
    }
}

/// A list or map without content.
struct Nothing;

impl<'de> SeqAccess<'de> for Nothing {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, _: T) -> Result<Option<T::Value>, Error> {
        Ok(None)
    }
}

impl<'de> MapAccess<'de> for Nothing {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, _: K) -> Result<Option<K::Value>, Error> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, _: V) -> Result<V::Value, Error> {
        Err(Error::new(What::Gap))
    }
}
