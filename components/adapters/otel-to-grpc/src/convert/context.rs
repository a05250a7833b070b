//! Ids, flags and states of traces. Knows nothing of records.

use super::Flaws;
use crate::bindings::tracing::TraceFlags;

/// Members that a trace state may have.
const MAX_STATE_MEMBERS: usize = 32;

/// Flags of OTLP beside the one of W3C: remoteness is known, and it is remote.
const REMOTE_KNOWN: u32 = 0x100;
const REMOTE: u32 = 0x200;

/// An id of `N` bytes. Short ones are padded, since some SDKs leave leading zeros out; an id of
/// zeros means none, and so does what cannot be read.
pub(crate) fn id<const N: usize>(text: &str, flaws: &mut Flaws) -> Vec<u8> {
    if text.bytes().all(|byte| byte == b'0') {
        return Vec::new();
    }
    if text.len() > 2 * N || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        flaws.invalid_id += 1;
        return Vec::new();
    }
    let mut bytes = vec![0; N];
    for (place, digit) in text.bytes().rev().enumerate() {
        let value = char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        if let (Some(value), Some(byte)) = (value, bytes.iter_mut().rev().nth(place / 2)) {
            *byte |= if place % 2 == 0 { value } else { value << 4 };
        }
    }
    bytes
}

/// The flags of W3C.
pub(crate) fn flags(flags: TraceFlags) -> u32 {
    u32::from(flags.contains(TraceFlags::SAMPLED))
}

/// The flags of spans and links.
pub(crate) fn flags_with_remoteness(trace: TraceFlags, is_remote: bool) -> u32 {
    flags(trace) | REMOTE_KNOWN | if is_remote { REMOTE } else { 0 }
}

/// The header form, `k=v` joined by commas. One entry that would break it makes the list empty.
pub(crate) fn state(members: &[(String, String)]) -> String {
    if !members.iter().all(|(key, value)| is_key(key) && is_value(value)) {
        return String::new();
    }
    let kept: Vec<_> = members
        .iter()
        .take(MAX_STATE_MEMBERS)
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    kept.join(",")
}

fn is_key(key: &str) -> bool {
    let allowed =
        |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@');
    (1..=256).contains(&key.len()) && key.bytes().all(allowed)
}

fn is_value(value: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b' '..=b'~') && byte != b',' && byte != b'=';
    value.len() <= 256 && value.bytes().all(allowed) && !value.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span_id(text: &str) -> (Vec<u8>, u64) {
        let mut flaws = Flaws::default();
        let bytes = id::<8>(text, &mut flaws);
        (bytes, flaws.invalid_id)
    }

    #[test]
    fn ids_are_padded_on_the_left() {
        assert_eq!(
            span_id("00f067aa0ba902b7"),
            (vec![0, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 2, 0xb7], 0)
        );
        assert_eq!(span_id("f067aa0ba902b7"), span_id("00f067aa0ba902b7"));
        assert_eq!(span_id("067AA0BA902B7"), span_id("00067aa0ba902b7"));
        assert_eq!(span_id("1"), (vec![0, 0, 0, 0, 0, 0, 0, 1], 0));
    }

    #[test]
    fn nothing_and_zeros_are_no_id() {
        for text in ["", "0", "0000000000000000", "00000000000000000000"] {
            assert_eq!(span_id(text), (Vec::new(), 0), "{text}");
        }
    }

    #[test]
    fn what_is_no_id_is_left_out_and_counted() {
        for text in ["xyz", "0x12", "12 34", "1234567890abcdef0", "ü"] {
            assert_eq!(span_id(text), (Vec::new(), 1), "{text}");
        }
    }

    #[test]
    fn flags_are_bits() {
        let none = TraceFlags::empty();
        assert_eq!(flags(none), 0);
        assert_eq!(flags(TraceFlags::SAMPLED), 1);
        assert_eq!(flags_with_remoteness(TraceFlags::SAMPLED, false), 0x101);
        assert_eq!(flags_with_remoteness(none, true), 0x300);
    }

    fn joined(members: &[(&str, &str)]) -> String {
        let members: Vec<_> =
            members.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        state(&members)
    }

    #[test]
    fn states_are_joined() {
        assert_eq!(joined(&[]), "");
        assert_eq!(joined(&[("a", "1"), ("t@v", "x y")]), "a=1,t@v=x y");
    }

    #[test]
    fn one_bad_member_empties_the_state() {
        for bad in
            [("", "1"), ("A", "1"), ("a b", "1"), ("b", "1,2"), ("b", "x=y"), ("b", "\u{7f}")]
        {
            assert_eq!(joined(&[("a", "1"), bad]), "", "{bad:?}");
        }
    }

    #[test]
    fn a_state_has_at_most_32_members() {
        let members: Vec<_> = (0..40).map(|n| (format!("k{n}"), "v".to_owned())).collect();
        assert_eq!(state(&members).split(',').count(), 32);
    }

    proptest! {
        #[test]
        fn unpadded_ids_are_the_number_they_spell(number in 1u128..) {
            let bytes = id::<16>(&format!("{number:x}"), &mut Flaws::default());
            prop_assert_eq!(bytes, number.to_be_bytes().to_vec());
        }
    }
}
