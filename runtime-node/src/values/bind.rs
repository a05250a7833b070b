//! Arguments of a call: by name from text and JSON, by position from a command line. All mistakes
//! are told at once. It knows no HTTP and no terminal.

use serde_json::{Map, Value};
use wasmtime::component::Val;

use super::error::{describe, nearest, quoted};
use super::{Shape, ValueError, from_json, from_text};

/// Where the arguments come from.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Text by parameter name, and a JSON value for the parameters that are left: an object by
    /// parameter name or, if one is left, its bare value. An object that has the name of the one
    /// parameter is by name.
    Named { texts: &'a [(String, String)], json: Option<&'a Value> },
    /// Text by position. Trailing options may be left out. One text that is a JSON object by
    /// parameter name is taken as that.
    Positional(&'a [String]),
}

pub(super) struct Binder<'a> {
    slots: Vec<Slot<'a>>,
    errors: Vec<ValueError>,
}

struct Slot<'a> {
    name: &'a str,
    shape: &'a Shape,
    /// Given, rightly or not: a wrong value is not a missing one as well.
    given: bool,
    val: Option<Val>,
}

impl<'a> Binder<'a> {
    pub(super) fn new(params: &'a [(String, Shape)]) -> Self {
        let slot =
            |(name, shape): &'a (String, Shape)| Slot { name, shape, given: false, val: None };
        Self { slots: params.iter().map(slot).collect(), errors: Vec::new() }
    }

    pub(super) fn named(&mut self, texts: &[(String, String)], json: Option<&Value>) {
        for (name, text) in texts {
            self.give(name, &quoted(text), |slot| from_text(text, slot.shape, slot.name));
        }
        let Some(json) = json else { return };
        let mut left = self.slots.iter().filter(|slot| !slot.given);
        match (left.next(), left.next(), json) {
            (Some(only), None, json) if !is_by_name(json, only.name, only.shape) => {
                let name = only.name;
                self.give(name, "", |slot| from_json(json, slot.shape, slot.name));
            }
            (_, _, Value::Object(entries)) => self.entries(entries),
            (first, _, other) => {
                let expected =
                    if first.is_some() { "an object by parameter name" } else { "no value" };
                let fix = self.names();
                self.errors.push(ValueError::new("", expected, describe(other)).fix(fix));
            }
        }
    }

    fn entries(&mut self, entries: &Map<String, Value>) {
        for (name, value) in entries {
            self.give(name, &describe(value), |slot| from_json(value, slot.shape, slot.name));
        }
    }

    pub(super) fn positional(&mut self, texts: &[String]) {
        if let [text] = texts
            && let Some(entries) = self.by_name(text)
        {
            return self.entries(&entries);
        }
        if texts.len() > self.slots.len() {
            let expected = match self.slots.len() {
                1 => "1 argument".to_owned(),
                many => format!("{many} arguments"),
            };
            let found = texts.len().to_string();
            self.errors.push(ValueError::new("", expected, found).fix(self.names()));
            // Which of them are too many nobody knows, so none of the others is missing.
            self.slots.iter_mut().for_each(|slot| slot.given = true);
            return;
        }
        for (slot, text) in self.slots.iter_mut().zip(texts) {
            slot.fill(from_text(text, slot.shape, slot.name), &mut self.errors);
        }
    }

    /// With one parameter the object must hold nothing else: the text could be meant as it is.
    fn by_name(&self, text: &str) -> Option<Map<String, Value>> {
        let Ok(Value::Object(entries)) = serde_json::from_str(text) else { return None };
        let named = |slot: &Slot<'_>| entries.contains_key(slot.name);
        let by_name = match self.slots.as_slice() {
            [only] => named(only) && entries.len() == 1,
            several => several.iter().any(named),
        };
        by_name.then_some(entries)
    }

    fn give(
        &mut self,
        name: &str,
        found: &str,
        read: impl FnOnce(&Slot<'_>) -> Result<Val, Vec<ValueError>>,
    ) {
        match self.slots.iter_mut().find(|slot| slot.name == name) {
            Some(slot) if slot.given => {
                self.errors.push(ValueError::new(name, "one value", format!("another, {found}")));
            }
            Some(slot) => {
                let read = read(slot);
                slot.fill(read, &mut self.errors);
            }
            None => {
                let fix = nearest(name, self.slots.iter().map(|slot| slot.name));
                self.errors.push(ValueError::new(name, "no such parameter", found).fix(fix));
            }
        }
    }

    fn names(&self) -> Option<String> {
        let params: Vec<String> =
            self.slots.iter().map(|slot| format!("{}: {}", slot.name, slot.shape)).collect();
        (!params.is_empty()).then(|| format!("the parameters are {}", params.join(", ")))
    }

    pub(super) fn finish(mut self) -> Result<Vec<Val>, Vec<ValueError>> {
        let mut vals = Vec::with_capacity(self.slots.len());
        for slot in self.slots {
            match (slot.val, slot.shape) {
                (Some(val), _) => vals.push(val),
                (None, _) if slot.given => {}
                (None, Shape::Option(_)) => vals.push(Val::Option(None)),
                (None, shape) => {
                    self.errors.push(ValueError::new(slot.name, shape.to_string(), "nothing"));
                }
            }
        }
        if self.errors.is_empty() { Ok(vals) } else { Err(self.errors) }
    }
}

impl Slot<'_> {
    fn fill(&mut self, read: Result<Val, Vec<ValueError>>, errors: &mut Vec<ValueError>) {
        self.given = true;
        match read {
            Ok(val) => self.val = Some(val),
            Err(wrong) => errors.extend(wrong),
        }
    }
}

/// Whether the JSON for one parameter names it. An object where the type takes none is by name as
/// well, so that a misspelt name is reported as that.
fn is_by_name(json: &Value, name: &str, shape: &Shape) -> bool {
    json.as_object().is_some_and(|entries| entries.contains_key(name) || !shape.takes_object())
}
