//! Types of Rust, as texts write them.

use crate::SortedMap;

use super::{Read, Reader};

/// A value of any form, of which nothing is kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anything;

impl Read for Anything {
    fn read(_: &Reader<'_>) -> Self {
        Self
    }
}

impl Read for String {
    fn read(reader: &Reader<'_>) -> Self {
        reader.text().unwrap_or_default().to_owned()
    }
}

impl Read for bool {
    fn read(reader: &Reader<'_>) -> Self {
        reader.bool()
    }
}

impl Read for f64 {
    fn read(reader: &Reader<'_>) -> Self {
        reader.float()
    }
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {
        $(impl Read for $type {
            fn read(reader: &Reader<'_>) -> Self {
                let bound = |bound: Result<i128, _>| bound.unwrap_or(i128::MAX);
                let number = reader.whole(bound(Self::MIN.try_into()), bound(Self::MAX.try_into()));
                number.and_then(|number| Self::try_from(number).ok()).unwrap_or_default()
            }
        })*
    };
}

whole_numbers!(i8, i16, i32, i64, u8, u16, u32, u64, usize);

impl<T: Read> Read for Option<T> {
    const MAY_BE_ABSENT: bool = true;

    fn read(reader: &Reader<'_>) -> Self {
        if reader.is_null() { None } else { Some(T::read(reader)) }
    }
}

impl<T: Read> Read for Box<T> {
    fn read(reader: &Reader<'_>) -> Self {
        Self::new(T::read(reader))
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(reader: &Reader<'_>) -> Self {
        let mut items = reader.items();
        let mut all = Self::with_capacity(items.len());
        while let Some(item) = items.item() {
            all.push(T::read(&item));
        }
        all
    }
}

impl<K: Read + Ord, V: Read> Read for SortedMap<K, V> {
    fn read(reader: &Reader<'_>) -> Self {
        let mut entries = reader.entries();
        let mut all = Self::new();
        while let Some((key, value)) = entries.entry() {
            if let Some(key) = key.sound() {
                all.insert(key, V::read(&value));
            }
        }
        all
    }
}
