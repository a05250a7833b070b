//! A function as the outside sees it: its parameters and its result.

use serde_json::Value;
use wasmtime::component::{Type, Val};

use super::bind::{Binder, Input};
use super::encode::payload;
use super::{Mismatch, Shape, ValueError, to_json};

/// Parameters and result of a function, ready for conversion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub params: Vec<(String, Shape)>,
    pub result: Option<Shape>,
}

/// What a function returned, apart from traps.
#[derive(Clone, Debug, PartialEq)]
pub enum Returned {
    /// A plain result, or what is in `ok`; null when there is nothing.
    Ok(Value),
    /// What is in `err` of a function whose result type is `result`.
    Error(Value),
}

impl Signature {
    pub fn of(params: &[(String, Type)], result: Option<&Type>) -> Self {
        let params = params.iter().map(|(name, ty)| (name.clone(), Shape::of(ty))).collect();
        Self { params, result: result.map(Shape::of) }
    }

    pub fn bind(&self, input: Input<'_>) -> Result<Vec<Val>, Vec<ValueError>> {
        let mut binder = Binder::new(&self.params);
        match input {
            Input::Named { texts, json } => binder.named(texts, json),
            Input::Positional(texts) => binder.positional(texts),
        }
        binder.finish()
    }

    pub fn returned(&self, val: Option<&Val>) -> Result<Returned, Mismatch> {
        let expected = || self.result.as_ref().map(Shape::to_string).unwrap_or_default();
        let inside = |val: Option<&Val>, shape: Option<&Shape>| {
            payload(val, shape).ok_or_else(|| Mismatch { expected: expected() })
        };
        match (val, &self.result) {
            (Some(Val::Result(Ok(val))), Some(Shape::Result { ok, .. })) => {
                inside(val.as_deref(), ok.as_deref()).map(Returned::Ok)
            }
            (Some(Val::Result(Err(val))), Some(Shape::Result { error, .. })) => {
                inside(val.as_deref(), error.as_deref()).map(Returned::Error)
            }
            (Some(val), Some(shape)) => to_json(val, shape).map(Returned::Ok),
            (val, shape) => inside(val, shape.as_ref()).map(Returned::Ok),
        }
    }
}
