//! JSON → value for the types that hold others. The rules for the rest are in `decode`.

use serde_json::{Map, Value};
use wasmtime::component::Val;

use super::Shape;
use super::decode::{Decoder, Step, contains};
use super::error::{describe, nearest, quoted};

impl<'a> Decoder<'a> {
    /// Items beyond those that `shape_of` knows are left out; the caller compares the count.
    pub(super) fn items(
        &mut self,
        value: &'a Value,
        shape: &'a Shape,
        shape_of: impl Fn(usize) -> Option<&'a Shape>,
    ) -> Option<Vec<Val>> {
        let items = self.or_wrong(value.as_array(), value, shape)?;
        let mut vals = Vec::with_capacity(items.len());
        let mut complete = true;
        for (index, item) in items.iter().enumerate() {
            let Some(shape) = shape_of(index) else { break };
            match self.at(Step::Index(index), |decoder| decoder.decode(item, shape)) {
                Some(val) => vals.push(val),
                None => complete = false,
            }
        }
        complete.then_some(vals)
    }

    pub(super) fn all(
        &mut self,
        vals: Vec<Val>,
        length: usize,
        value: &Value,
        shape: &Shape,
    ) -> Option<Vec<Val>> {
        let given = value.as_array().map_or(0, Vec::len);
        self.or_wrong((given == length).then_some(vals), value, shape)
    }

    /// An option in an option says `{"some": …}`, or null could not be told from null.
    pub(super) fn option(&mut self, value: &'a Value, inner: &'a Shape) -> Option<Val> {
        if value.is_null() {
            return Some(Val::Option(None));
        }
        if !matches!(inner, Shape::Option(_)) {
            return self.decode(value, inner).map(|val| Val::Option(Some(Box::new(val))));
        }
        match value.as_object().filter(|entries| entries.len() == 1).and_then(|e| e.get("some")) {
            Some(some) => {
                let val = self.at(Step::Key("some"), |decoder| decoder.decode(some, inner))?;
                Some(Val::Option(Some(Box::new(val))))
            }
            None => {
                let fix = "give null or an object with \"some\"".to_string();
                self.wrong(format!("option<{inner}>"), describe(value), Some(fix));
                None
            }
        }
    }

    pub(super) fn record(
        &mut self,
        value: &'a Value,
        shape: &'a Shape,
        fields: &'a [(String, Shape)],
    ) -> Option<Val> {
        let entries = self.or_wrong(value.as_object(), value, shape)?;
        let mut complete = self.only_known(
            entries,
            |key| fields.iter().any(|(n, _)| n == key),
            || fields.iter().map(|(name, _)| name.as_str()).collect(),
        );
        let mut vals = Vec::with_capacity(fields.len());
        for (name, shape) in fields {
            let val = self.at(Step::Key(name), |decoder| decoder.field(entries.get(name), shape));
            match val {
                Some(val) => vals.push((name.clone(), val)),
                None => complete = false,
            }
        }
        complete.then_some(Val::Record(vals))
    }

    /// A field that may be missing is one that may be null.
    fn field(&mut self, value: Option<&'a Value>, shape: &'a Shape) -> Option<Val> {
        match (value, shape) {
            (Some(value), shape) => self.decode(value, shape),
            (None, Shape::Option(_)) => Some(Val::Option(None)),
            (None, shape) => {
                self.wrong(shape.to_string(), "nothing".into(), None);
                None
            }
        }
    }

    fn only_known(
        &mut self,
        entries: &'a Map<String, Value>,
        known: impl Fn(&str) -> bool,
        names: impl Fn() -> Vec<&'a str>,
    ) -> bool {
        let mut clean = true;
        for key in entries.keys().filter(|key| !known(key)) {
            clean = false;
            let fix = nearest(key, names().into_iter());
            let expected = "no such field".to_string();
            self.at(Step::Key(key), |decoder| decoder.wrong(expected, quoted(key), fix));
        }
        clean
    }

    pub(super) fn variant(
        &mut self,
        value: &'a Value,
        shape: &'a Shape,
        cases: &'a [(String, Option<Shape>)],
    ) -> Option<Val> {
        let entries = value.as_object();
        let name = entries.and_then(|entries| entries.get("type")).and_then(Value::as_str);
        let (entries, name) = self.or_wrong(entries.zip(name), value, shape)?;
        let Some((_, payload)) = cases.iter().find(|(case, _)| case == name) else {
            let fix = nearest(name, cases.iter().map(|(case, _)| case.as_str()));
            self.at(Step::Key("type"), |d| d.wrong(shape.to_string(), quoted(name), fix));
            return None;
        };
        let known = |key: &str| key == "type" || key == "value";
        let clean = self.only_known(entries, known, || vec!["type", "value"]);
        let inside = self.at(Step::Key("value"), |decoder| {
            decoder.payload(entries.get("value"), payload.as_ref())
        })?;
        clean.then(|| Val::Variant(name.to_string(), inside))
    }

    /// The outer `None` is a mistake, the inner one a case without a value.
    fn payload(
        &mut self,
        value: Option<&'a Value>,
        shape: Option<&'a Shape>,
    ) -> Option<Option<Box<Val>>> {
        match (shape, value) {
            (Some(shape), value) => self.field(value, shape).map(|val| Some(Box::new(val))),
            (None, None | Some(Value::Null)) => Some(None),
            (None, Some(value)) => {
                self.wrong("no value for this case".into(), describe(value), None);
                None
            }
        }
    }

    pub(super) fn result(
        &mut self,
        value: &'a Value,
        shape: &'a Shape,
        ok: Option<&'a Shape>,
        error: Option<&'a Shape>,
    ) -> Option<Val> {
        let entry = value.as_object().filter(|entries| entries.len() == 1);
        let entry = entry.and_then(|entries| entries.iter().next());
        let entry = entry.filter(|(key, _)| *key == "ok" || *key == "error");
        let (key, inner) = self.or_wrong(entry, value, shape)?;
        let is_ok = key == "ok";
        let payload = if is_ok { ok } else { error };
        let val = self.at(Step::Key(key), |decoder| decoder.payload(Some(inner), payload))?;
        Some(Val::Result(if is_ok { Ok(val) } else { Err(val) }))
    }

    /// Flags come back in the order of their declaration, whatever the order given.
    pub(super) fn flags(
        &mut self,
        value: &'a Value,
        shape: &'a Shape,
        names: &'a [String],
    ) -> Option<Val> {
        let items = self.or_wrong(value.as_array(), value, shape)?;
        let mut set: Vec<&str> = Vec::with_capacity(items.len());
        let mut complete = true;
        for (index, item) in items.iter().enumerate() {
            let name = item.as_str().filter(|name| contains(names, name) && !set.contains(name));
            self.at(Step::Index(index), |decoder| decoder.or_wrong(name, item, shape));
            match name {
                Some(name) => set.push(name),
                None => complete = false,
            }
        }
        let in_order = names.iter().filter(|name| set.contains(&name.as_str())).cloned();
        complete.then(|| Val::Flags(in_order.collect()))
    }
}
