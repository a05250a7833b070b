//! JSON text → `AnyValue`. Knows nothing of records.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

use super::Flaws;
use super::attributes::unique;
use crate::otlp::any_value::Value;
use crate::otlp::{AnyValue, ArrayValue, KeyValue, KeyValueList};

/// How deep lists and objects may be nested.
const MAX_DEPTH: u32 = 32;

/// How bytes begin, which JSON has no form for.
const BYTES: &str = "data:application/octet-stream;base64,";

/// Reads one value. Text that is no JSON, or nested too deep, is kept as it is.
pub(crate) fn convert(json: String, flaws: &mut Flaws) -> AnyValue {
    if let Some(plain) = plain(&json) {
        return text(plain.to_owned());
    }
    let mut duplicates = 0;
    let mut reader = serde_json::Deserializer::from_str(&json);
    let seed = Nested { depth: 0, duplicates: &mut duplicates };
    let value = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    match value {
        Ok(value) => {
            flaws.duplicate_key += duplicates;
            value
        }
        Err(_) => {
            flaws.invalid_json += 1;
            text(json)
        }
    }
}

/// What a JSON string says that is spelled as it reads, which most are.
fn plain(json: &str) -> Option<&str> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    let is_itself = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    (inner.bytes().all(is_itself) && !inner.starts_with(BYTES)).then_some(inner)
}

/// A string that is not JSON to begin with.
pub(crate) fn text(text: String) -> AnyValue {
    AnyValue { value: Some(Value::String(text)) }
}

/// Reads a value straight into its final form, which keeps the order of objects.
struct Nested<'a> {
    depth: u32,
    duplicates: &'a mut u64,
}

impl Nested<'_> {
    fn inner<E: Error>(&mut self) -> Result<Nested<'_>, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom("nested too deep"));
        }
        Ok(Nested { depth: self.depth + 1, duplicates: self.duplicates })
    }
}

impl<'de> DeserializeSeed<'de> for Nested<'_> {
    type Value = AnyValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<AnyValue, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested<'_> {
    type Value = AnyValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<AnyValue, E> {
        Ok(AnyValue { value: None })
    }

    fn visit_bool<E>(self, value: bool) -> Result<AnyValue, E> {
        Ok(AnyValue { value: Some(Value::Bool(value)) })
    }

    fn visit_i64<E>(self, value: i64) -> Result<AnyValue, E> {
        Ok(AnyValue { value: Some(Value::Int(value)) })
    }

    fn visit_u64<E>(self, value: u64) -> Result<AnyValue, E> {
        let value = match i64::try_from(value) {
            Ok(value) => Value::Int(value),
            Err(_) => Value::Double(value as f64),
        };
        Ok(AnyValue { value: Some(value) })
    }

    fn visit_f64<E>(self, value: f64) -> Result<AnyValue, E> {
        Ok(AnyValue { value: Some(Value::Double(value)) })
    }

    fn visit_str<E>(self, value: &str) -> Result<AnyValue, E> {
        let bytes = value.strip_prefix(BYTES).and_then(|encoded| STANDARD.decode(encoded).ok());
        let value = bytes.map_or_else(|| Value::String(value.to_owned()), Value::Bytes);
        Ok(AnyValue { value: Some(value) })
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<AnyValue, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self.inner()?)? {
            values.push(value);
        }
        Ok(AnyValue { value: Some(Value::Array(ArrayValue { values })) })
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<AnyValue, A::Error> {
        let mut values = Vec::new();
        while let Some(key) = object.next_key::<String>()? {
            let value = Some(object.next_value_seed(self.inner()?)?);
            values.push(KeyValue { key, value });
        }
        let (values, duplicates) = unique(values);
        *self.duplicates += u64::from(duplicates);
        Ok(AnyValue { value: Some(Value::KeyValueList(KeyValueList { values })) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(json: &str, expected: Value) {
        let mut flaws = Flaws::default();
        assert_eq!(convert(json.to_owned(), &mut flaws).value, Some(expected), "{json}");
        assert_eq!(flaws, Flaws::default(), "{json}");
    }

    fn kept_as_text(json: &str) {
        let mut flaws = Flaws::default();
        assert_eq!(convert(json.to_owned(), &mut flaws), text(json.to_owned()), "{json}");
        assert_eq!(flaws, Flaws { invalid_json: 1, ..Flaws::default() }, "{json}");
    }

    #[test]
    fn scalars() {
        check("true", Value::Bool(true));
        check("0", Value::Int(0));
        check("-7", Value::Int(-7));
        check("9223372036854775807", Value::Int(i64::MAX));
        check("-9223372036854775808", Value::Int(i64::MIN));
        check("\"hi\"", Value::String("hi".into()));
        check("\"\\u00fc\\n\"", Value::String("ü\n".into()));
        check("\"\"", Value::String(String::new()));
    }

    #[test]
    fn a_point_an_exponent_or_the_range_makes_a_double() {
        check("1.0", Value::Double(1.0));
        check("1e3", Value::Double(1000.0));
        check("-0.5", Value::Double(-0.5));
        check("9223372036854775808", Value::Double(9_223_372_036_854_775_808.0));
        check("18446744073709551616", Value::Double(18_446_744_073_709_551_616.0));
        check("-9223372036854775809", Value::Double(-9_223_372_036_854_775_809.0));
    }

    #[test]
    fn null_is_a_value_without_a_case() {
        let mut flaws = Flaws::default();
        assert_eq!(convert("null".to_owned(), &mut flaws), AnyValue { value: None });
        assert_eq!(flaws, Flaws::default());
    }

    #[test]
    fn bytes_have_a_prefix_and_strict_base64() {
        let with = |rest: &str| format!("\"{BYTES}{rest}\"");
        check(&with("AAEC/w=="), Value::Bytes(vec![0, 1, 2, 255]));
        check(&with(""), Value::Bytes(Vec::new()));
        for rest in ["AAEC/w", "AAEC/w=", "not base64", "AAEC_w=="] {
            check(&with(rest), Value::String(format!("{BYTES}{rest}")));
        }
    }

    #[test]
    fn lists_and_objects_keep_their_order() {
        let int = |number| AnyValue { value: Some(Value::Int(number)) };
        let values = vec![int(1), AnyValue { value: None }, text("x".into())];
        check("[1, null, \"x\"]", Value::Array(ArrayValue { values }));
        let values = [("z", 1), ("a", 2)]
            .map(|(key, number)| KeyValue { key: key.into(), value: Some(int(number)) })
            .to_vec();
        check("{\"z\": 1, \"a\": 2}", Value::KeyValueList(KeyValueList { values }));
    }

    #[test]
    fn a_key_given_twice_has_its_last_value() {
        let mut flaws = Flaws::default();
        let value = convert("{\"a\": 1, \"b\": 2, \"a\": 3}".to_owned(), &mut flaws);
        assert_eq!(value, convert("{\"a\": 3, \"b\": 2}".to_owned(), &mut Flaws::default()));
        assert_eq!(flaws.duplicate_key, 1);
    }

    #[test]
    fn what_is_not_json_stays_text() {
        for json in ["", "hello", "NaN", "-Infinity", "{\"a\":", "1 2", "01", "'x'", "\"\u{1}\""] {
            kept_as_text(json);
        }
    }

    #[test]
    fn depth_is_limited() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        let mut flaws = Flaws::default();
        convert(nested(32), &mut flaws);
        assert_eq!(flaws, Flaws::default());
        kept_as_text(&nested(33));
        kept_as_text(&nested(100_000));
        kept_as_text(&"[".repeat(100_000));
    }

    proptest! {
        #[test]
        fn any_text_survives_as_json(text in ".*") {
            prop_assume!(!text.starts_with(BYTES));
            let json = serde_json::to_string(&text).unwrap();
            let value = convert(json, &mut Flaws::default());
            prop_assert_eq!(value, super::text(text));
        }

        #[test]
        fn any_integer_is_exact(number: i64) {
            let value = convert(number.to_string(), &mut Flaws::default());
            prop_assert_eq!(value.value, Some(Value::Int(number)));
        }

        #[test]
        fn no_text_panics(text in "[\\[\\]{}\":,0-9eE.+-ntfu\\\\ ]*") {
            convert(text, &mut Flaws::default());
        }
    }
}
