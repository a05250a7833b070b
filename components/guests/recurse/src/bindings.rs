//! Generated from the WIT: what this component imports and exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    inline: "
        package fixture:recurse;

        interface recurse {
            /// Calls itself so many levels deep and returns the number of levels.
            recurse: func(levels: u64) -> u64;
        }

        world fixture {
            export recurse;
        }
    ",
    generate_all,
});

export!(Recurse with_types_in self);

use super::Recurse;
