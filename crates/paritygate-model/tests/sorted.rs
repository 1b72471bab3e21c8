//! Sorted maps and sets against the standard library's.

use std::collections::{BTreeMap, BTreeSet};

use paritygate_model::{SortedMap, SortedSet};
use proptest::prelude::*;

/// What can be done to a map.
#[derive(Clone, Debug)]
enum Step {
    Insert(u16, u8),
    Add(u16),
    Put(u16, u8),
    Remove(u16),
    Retain(u8),
    DoubleAll,
}

fn step() -> impl Strategy<Value = Step> {
    // Few keys, so that they are met again.
    let key = || 0_u16..2_000;
    prop_oneof![
        20 => (key(), any::<u8>()).prop_map(|(key, value)| Step::Insert(key, value)),
        10 => key().prop_map(Step::Add),
        10 => (key(), any::<u8>()).prop_map(|(key, value)| Step::Put(key, value)),
        4 => key().prop_map(Step::Remove),
        1 => (200_u8..).prop_map(Step::Retain),
        1 => Just(Step::DoubleAll),
    ]
}

fn alike(map: &SortedMap<u16, u8>, model: &BTreeMap<u16, u8>) {
    assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
    assert_eq!(map.iter().len(), model.len());
    assert!(map.iter().eq(model) && map.iter().rev().eq(model.iter().rev()), "{map:?} {model:?}");
    assert!(map.keys().eq(model.keys()) && map.values().eq(model.values()));
    assert_eq!(format!("{map:?}"), format!("{model:?}"));
    for key in 0..2_000 {
        assert_eq!((map.get(&key), map.contains_key(&key)), (model.get(&key), model.contains_key(&key)), "{key}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_map_is_what_a_b_tree_is(steps in proptest::collection::vec(step(), 0..400)) {
        let (mut map, mut model) = (SortedMap::new(), BTreeMap::new());
        for step in steps {
            match step {
                Step::Insert(key, value) => assert_eq!(map.insert(key, value), model.insert(key, value)),
                Step::Add(key) => {
                    let (of_map, of_model): (&mut u8, &mut u8) = (map.entry(key).or_default(), model.entry(key).or_default());
                    (*of_map, *of_model) = (of_map.wrapping_add(1), of_model.wrapping_add(1));
                }
                Step::Put(key, value) => {
                    let of_map = *map.entry(key).and_modify(|known| *known /= 2).or_insert(value);
                    assert_eq!(of_map, *model.entry(key).and_modify(|known| *known /= 2).or_insert(value));
                }
                Step::Remove(key) => assert_eq!(map.remove(&key), model.remove(&key)),
                Step::Retain(most) => {
                    map.retain(|_, value| *value < most);
                    model.retain(|_, value| *value < most);
                }
                Step::DoubleAll => {
                    for value in map.values_mut() {
*value = value.wrapping_mul(2);
}
                    for value in model.values_mut() {
*value = value.wrapping_mul(2);
}
                }
            }
        }
        alike(&map, &model);
        assert!(map.into_iter().eq(model));
    }

    #[test]
    fn a_set_is_what_a_b_tree_is(members in proptest::collection::vec(any::<u8>(), 0..400), others in any::<[u8; 64]>()) {
        let (set, model): (SortedSet<u8>, BTreeSet<u8>) = (members.iter().copied().collect(), members.into_iter().collect());
        let other = SortedSet::from(others);
        assert!(set.iter().eq(&model));
        assert_eq!((set.len(), set.first(), set.last()), (model.len(), model.first(), model.last()));
        assert_eq!(set.is_subset(&other), model.is_subset(&BTreeSet::from(others)));
        assert_eq!(set == other, model == BTreeSet::from(others));
        assert!(set.into_iter().eq(model));
    }
}

#[test]
fn many_keys_are_sorted_however_they_come() {
    const KEYS: u32 = 100_000;
    let up: Vec<u32> = (0..KEYS).collect();
    let down = up.iter().rev().copied();
    // A prime, so that each key comes once.
    let mixed = up.iter().map(|key| (u64::from(*key) * 61_681 % u64::from(KEYS)) as u32);
    for keys in [up.clone(), down.collect(), mixed.collect()] {
        let map: SortedMap<u32, u32> = keys.into_iter().map(|key| (key, key * 2)).collect();
        assert_eq!(map.get(&70_000), Some(&140_000));
        assert!(map.keys().eq(&up));
        assert!(map.into_iter().map(|(key, _)| key).eq(up.iter().copied()));
    }
}
