//! Generated from the WIT: what this component imports and exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    inline: "
        package fixture:grow;

        interface grow {
            /// Takes up to so many MiB and touches them. Returns how many it got before it was refused.
            grow: func(mebibytes: u32) -> u32;
        }

        world fixture {
            export grow;
        }
    ",
    generate_all,
});

export!(Grow with_types_in self);

use super::Grow;
