//! Generated from the WIT: what this component exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    inline: "
        package fixture:counter;

        interface counter {
            /// The number of calls that this instance has seen, this one included.
            increment: func() -> u64;
        }

        world fixture {
            export counter;
        }
    ",
    generate_all,
});

export!(Counter with_types_in self);

use super::Counter;
