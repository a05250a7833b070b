//! Lists of attributes, whose keys OTLP wants to be unique. Knows nothing of where they stand.

use std::collections::BTreeMap;

use super::{Flaws, value};
use crate::bindings::types;
use crate::otlp::KeyValue;

/// Attributes with unique keys.
pub(crate) struct Attributes {
    pub(crate) kept: Vec<KeyValue>,
    /// How many gave way to a later one of the same key.
    pub(crate) dropped: u32,
}

pub(crate) fn convert(attributes: Vec<types::KeyValue>, flaws: &mut Flaws) -> Attributes {
    let converted = attributes
        .into_iter()
        .map(|types::KeyValue { key, value }| KeyValue {
            key,
            value: Some(value::convert(value, flaws)),
        })
        .collect();
    let (kept, dropped) = unique(converted);
    flaws.duplicate_key += u64::from(dropped);
    Attributes { kept, dropped }
}

/// Keeps the last value of each key, in the place of the first, and counts the others.
pub(crate) fn unique(attributes: Vec<KeyValue>) -> (Vec<KeyValue>, u32) {
    if attributes.len() < 2 {
        return (attributes, 0);
    }
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, attribute) in attributes.iter().enumerate() {
        last.insert(&attribute.key, place);
    }
    if last.len() == attributes.len() {
        return (attributes, 0);
    }
    let dropped = u32::try_from(attributes.len() - last.len()).unwrap_or(u32::MAX);
    let mut kept: Vec<KeyValue> = Vec::with_capacity(attributes.len());
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for attribute in attributes {
        match places.get(&attribute.key).and_then(|place| kept.get_mut(*place)) {
            Some(earlier) => *earlier = attribute,
            None => {
                places.insert(attribute.key.clone(), kept.len());
                kept.push(attribute);
            }
        }
    }
    (kept, dropped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<types::KeyValue> {
        list.iter()
            .map(|(key, value)| types::KeyValue { key: (*key).into(), value: (*value).into() })
            .collect()
    }

    #[test]
    fn the_last_value_stands_in_the_first_place() {
        let mut flaws = Flaws::default();
        let list = pairs(&[("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")]);
        let attributes = convert(list, &mut flaws);
        let expected = convert(pairs(&[("a", "4"), ("b", "2")]), &mut Flaws::default());
        assert_eq!(attributes.kept, expected.kept);
        assert_eq!(attributes.dropped, 2);
        assert_eq!(flaws.duplicate_key, 2);
    }

    #[test]
    fn order_stays() {
        let attributes =
            convert(pairs(&[("z", "1"), ("", "2"), ("a", "3")]), &mut Flaws::default());
        let keys: Vec<_> = attributes.kept.iter().map(|pair| pair.key.as_str()).collect();
        assert_eq!(keys, ["z", "", "a"]);
        assert_eq!(attributes.dropped, 0);
    }
}
