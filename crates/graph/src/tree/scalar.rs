//! What an unquoted word means. A manifest is read here and by `kubectl`, which follows YAML 1.1
//! (`on` is a boolean there, `0x1F` and `1_000` are numbers). A word is text only if both say so.

/// A scalar as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    /// Written without quotes, so that its form decides what it means.
    pub(crate) plain: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Meaning {
    Null,
    Flag(bool),
    Whole(i64),
    /// A number that is not a whole one of 64 bits.
    Number(f64),
    Text,
}

impl Scalar {
    pub(crate) fn meaning(&self) -> Meaning {
        if self.plain { meaning(&self.text) } else { Meaning::Text }
    }
}

fn meaning(text: &str) -> Meaning {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Meaning::Null,
        "true" | "True" | "TRUE" | "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => {
            return Meaning::Flag(true);
        }
        "false" | "False" | "FALSE" | "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            return Meaning::Flag(false);
        }
        ".nan" | ".NaN" | ".NAN" => return Meaning::Number(f64::NAN),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Meaning::Number(f64::INFINITY);
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Meaning::Text;
    }
    number(text, unsigned)
}

fn number(text: &str, unsigned: &str) -> Meaning {
    let negative = text.starts_with('-');
    let digits = unsigned.replace('_', "");
    let based = match digits.get(..2) {
        Some("0x" | "0X") => digits.get(2..).map(|rest| (rest, 16)),
        Some("0o" | "0O") => digits.get(2..).map(|rest| (rest, 8)),
        Some("0b" | "0B") => digits.get(2..).map(|rest| (rest, 2)),
        _ if digits.len() > 1 && digits.starts_with('0') => digits.get(1..).map(|rest| (rest, 8)),
        _ => None,
    };
    let (rest, base) = based.unwrap_or((&digits, 10));
    let sign = if negative { "-" } else { "" };
    if rest.starts_with(|c: char| c.is_ascii_hexdigit())
        && let Ok(whole) = i64::from_str_radix(&format!("{sign}{rest}"), base)
    {
        return Meaning::Whole(whole);
    }
    let decimal = digits.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
    match format!("{sign}{digits}").parse::<f64>() {
        Ok(number) if decimal => Meaning::Number(number),
        _ => Meaning::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::{Meaning, meaning};

    #[test]
    fn words_mean_what_they_mean_to_kubectl() {
        let check = |text: &str, expect: Meaning| assert_eq!(meaning(text), expect, "{text:?}");
        for text in ["", "~", "null"] {
            check(text, Meaning::Null);
        }
        for text in ["true", "yes", "on", "Y"] {
            check(text, Meaning::Flag(true));
        }
        check("off", Meaning::Flag(false));
        for (text, whole) in [
            ("0", 0),
            ("-5", -5),
            ("+7", 7),
            ("010", 8),
            ("0x1F", 31),
            ("0b11", 3),
            ("1_000", 1000),
        ] {
            check(text, Meaning::Whole(whole));
        }
        check("1.5", Meaning::Number(1.5));
        check(".5", Meaning::Number(0.5));
        check("1e3", Meaning::Number(1000.0));
        check("99999999999999999999", Meaning::Number(1e20));
        check("-.inf", Meaning::Number(f64::INFINITY));
        for text in [
            "a",
            "4Mi",
            "10s",
            "1.2.3",
            "2001-01-01",
            "1:30",
            "-",
            ".",
            "..",
            "0x",
            "+a",
            "1e",
            "yEs",
            "0b2",
            "127.0.0.1",
        ] {
            check(text, Meaning::Text);
        }
    }
}
