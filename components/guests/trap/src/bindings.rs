//! Generated from the WIT: what this component imports and exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    inline: "
        package fixture:trap;

        interface trap {
            /// Never returns.
            trap: func();
        }

        world fixture {
            export trap;
        }
    ",
    generate_all,
});

export!(Trap with_types_in self);

use super::Trap;
