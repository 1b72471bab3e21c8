//! Maps and sets whose entries are in the order of their keys: what the standard library's B-trees are, with less code for
//! each type of entry.
//!
//! Entries are kept in the order they came in, and the private `Order` says which order their keys have. It knows no types, so
//! that there is one of it for all maps; it lists nothing where the entries came in order, as they mostly do. To look up and to
//! insert costs what it costs in a B-tree. To remove costs as much as there are entries.

mod iter;
mod order;
mod set;

use std::borrow::Borrow;
use std::cmp::Ordering::Greater;
use std::fmt;

use serde::{Serialize, Serializer};

pub use self::iter::Iter;
use self::order::{Gap, Order};
pub use self::set::SortedSet;

/// A map, in the order of its keys.
///
/// ```
/// let ports: paritygate_model::SortedMap<&str, u16> = [("postgres", 5432), ("http", 80)].into();
/// assert_eq!(ports.get("http"), Some(&80));
/// assert!(ports.keys().eq(&["http", "postgres"]));
/// ```
#[derive(Clone)]
pub struct SortedMap<K, V> {
    // INVARIANT: no key is there twice.
    entries: Vec<(K, V)>,
    order: Order,
}

impl<K, V> SortedMap<K, V> {
    /// A map without entries.
    pub const fn new() -> Self {
        Self { entries: Vec::new(), order: Order::new() }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All entries, in order.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter::new(&self.entries, self.order.places(self.entries.len()))
    }

    /// All entries, in order, with values that can be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&K, &mut V)> + ExactSizeIterator {
        self.settle();
        self.entries.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// All keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// All values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// All values, in the order of their keys.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> + ExactSizeIterator {
        self.iter_mut().map(|(_, value)| value)
    }

    /// All values, in the order of their keys.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> + ExactSizeIterator {
        self.into_iter().map(|(_, value)| value)
    }

    /// Keeps the entries of which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.settle();
        self.entries.retain_mut(|(key, value)| keep(key, value));
    }

    /// Brings the entries themselves into the order of their keys.
    fn settle(&mut self) {
        let (entries, order) = (&mut self.entries, &mut self.order);
        order.settle(entries.len(), &mut |a, b| entries.swap(a, b));
    }

    fn push(&mut self, gap: Gap, key: K, value: V) -> usize {
        let place = self.entries.len();
        self.order.insert(gap, place);
        self.entries.push((key, value));
        place
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, Gap>
    where
        K: Borrow<Q>,
    {
        let known = |place| self.entries.get(place).map(|(known, _): &(K, V)| known.borrow());
        self.order.find(self.entries.len(), &mut |place| known(place).map_or(Greater, |known| known.cmp(key)))
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        self.entries.get(place).map(|(_, value)| value)
    }

    /// The value of a key.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        self.entries.get_mut(place).map(|(_, value)| value)
    }

    /// Whether there is an entry of a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Sets the value of a key; where there was one, it comes back.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(place) => self.entries.get_mut(place).map(|(_, known)| std::mem::replace(known, value)),
            Err(gap) => {
                self.push(gap, key, value);
                None
            }
        }
    }

    /// Removes the entry of a key, and hands its value back.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.settle();
        let place = self.find(key).ok()?;
        Some(self.entries.remove(place).1)
    }

    /// The entry of a key, whether or not it is there.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        let found = self.find(&key);
        Entry { map: self, key, found }
    }
}

/// An entry that may be there.
pub struct Entry<'m, K, V> {
    map: &'m mut SortedMap<K, V>,
    key: K,
    found: Result<usize, Gap>,
}

impl<'m, K, V> Entry<'m, K, V> {
    /// Changes the value, where there is one.
    #[must_use]
    pub fn and_modify(self, change: impl FnOnce(&mut V)) -> Self {
        let known = self.found.as_ref().ok().and_then(|&place| self.map.entries.get_mut(place));
        if let Some((_, value)) = known {
            change(value);
        }
        self
    }

    /// The value, which is the given one where there was none.
    pub fn or_insert(self, value: V) -> &'m mut V {
        self.or_insert_with(|| value)
    }

    /// The value, which is the type's default one where there was none.
    pub fn or_default(self) -> &'m mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// The value, which is made where there was none.
    #[expect(clippy::indexing_slicing, reason = "what was found or pushed is there")]
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'m mut V {
        let Self { map, key, found } = self;
        let place = found.unwrap_or_else(|gap| map.push(gap, key, make()));
        &mut map.entries[place].1
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for SortedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl<K: Eq, V: Eq> Eq for SortedMap<K, V> {}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SortedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: Serialize, V: Serialize> Serialize for SortedMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

#[cfg(feature = "schema")]
impl<K: schemars::JsonSchema, V: schemars::JsonSchema> schemars::JsonSchema for SortedMap<K, V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        std::collections::BTreeMap::<K, V>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        std::collections::BTreeMap::<K, V>::json_schema(generator)
    }
}
