//! The crate as its users see it: manifests with mistakes and without, and properties that hold
//! for any manifest.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod good;
#[cfg(test)]
mod properties;
