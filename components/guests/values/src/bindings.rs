//! Generated from the WIT: what this component imports and exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    inline: "
        package fixture:values;

        /// One function for each type, which returns what it is given.
        interface values {
            record point {
                x: s32,
                y: s32,
                label: option<string>,
            }

            variant shape {
                nothing,
                circle(f64),
                polygon(list<point>),
            }

            enum color {
                red,
                green,
                deep-blue,
            }

            flags permissions {
                read,
                write,
                run-it,
            }

            %bool: func(value: bool) -> bool;
            %u8: func(value: u8) -> u8;
            %u16: func(value: u16) -> u16;
            %u32: func(value: u32) -> u32;
            %u64: func(value: u64) -> u64;
            %s8: func(value: s8) -> s8;
            %s16: func(value: s16) -> s16;
            %s32: func(value: s32) -> s32;
            %s64: func(value: s64) -> s64;
            %f32: func(value: f32) -> f32;
            %f64: func(value: f64) -> f64;
            %char: func(value: char) -> char;
            text: func(value: string) -> string;
            numbers: func(value: list<s64>) -> list<s64>;
            bytes: func(value: list<u8>) -> list<u8>;
            points: func(value: list<point>) -> list<point>;
            %record: func(value: point) -> point;
            %variant: func(value: shape) -> shape;
            %enum: func(value: color) -> color;
            %flags: func(value: permissions) -> permissions;
            %option: func(value: option<u32>) -> option<u32>;
            option-option: func(value: option<option<u32>>) -> option<option<u32>>;
            %result: func(value: result<u32, string>) -> result<u32, string>;
            result-empty: func(value: result) -> result;
            result-ok: func(value: result<u32>) -> result<u32>;
            result-error: func(value: result<_, string>) -> result<_, string>;
            %tuple: func(value: tuple<u8, string, bool>) -> tuple<u8, string, bool>;
            /// Several parameters: returns `count` times the `word`, or fails if `count` is above 1000.
            repeat: func(word: string, count: u32) -> result<string, string>;
            /// Neither parameters nor a result.
            nothing: func();
        }

        world fixture {
            export values;
        }
    ",
    generate_all,
});

export!(Values with_types_in self);

use super::Values;
