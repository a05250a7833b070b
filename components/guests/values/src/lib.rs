//! Fixture: returns what it is given, one function for each WIT type. It imports nothing.

mod bindings;

use bindings::exports::fixture::values::values::{Color, Guest, Permissions, Point, Shape};

struct Values;

/// Writes functions that return their one argument.
macro_rules! echo {
    ($($name:ident: $type:ty;)*) => {
        $(fn $name(value: $type) -> $type {
            value
        })*
    };
}

impl Guest for Values {
    echo! {
        bool: bool;
        u8: u8;
        u16: u16;
        u32: u32;
        u64: u64;
        s8: i8;
        s16: i16;
        s32: i32;
        s64: i64;
        f32: f32;
        f64: f64;
        char: char;
        text: String;
        numbers: Vec<i64>;
        bytes: Vec<u8>;
        points: Vec<Point>;
        record: Point;
        variant: Shape;
        enum_: Color;
        flags: Permissions;
        option: Option<u32>;
        option_option: Option<Option<u32>>;
        result: Result<u32, String>;
        result_empty: Result<(), ()>;
        result_ok: Result<u32, ()>;
        result_error: Result<(), String>;
        tuple: (u8, String, bool);
    }

    fn repeat(word: String, count: u32) -> Result<String, String> {
        match usize::try_from(count) {
            Ok(count @ 0..=1000) => Ok(word.repeat(count)),
            _ => Err(format!("{count} is above 1000")),
        }
    }

    fn nothing() {}
}
