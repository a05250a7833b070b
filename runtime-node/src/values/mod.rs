//! Component values to and from JSON and text. Shapes are taken from the types of a function once,
//! at start-up; every call converts by shape. This room does not know where a value came from, nor
//! who is told about a mistake.

mod bind;
mod compound;
mod decode;
mod encode;
mod error;
mod shape;
mod signature;
mod text;
mod wit;

#[cfg(test)]
mod tests;

pub use bind::Input;
pub use decode::from_json;
pub use encode::to_json;
pub use error::{Mismatch, ValueError};
pub use shape::Shape;
pub use signature::{Returned, Signature};
pub use text::from_text;
pub use wit::wit_text;
