//! Generated from the WIT: what this component imports and exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    inline: "
        package fixture:spin;

        interface spin {
            /// Never returns.
            spin: func();
        }

        world fixture {
            export spin;
        }
    ",
    generate_all,
});

export!(Spin with_types_in self);

use super::Spin;
