//! Types as WIT text, and which of them stay inside a composition. What a type is made of is
//! answered by a [`Source`].

use crate::ledger::{Function, Parameter};

/// Longest text of one type; a hostile type may expand to a million nodes.
const LONGEST: usize = 2000;

/// Somebody who knows types by `Id`.
pub(crate) trait Source {
    type Id: Copy;

    /// The name that the scope gives to a type.
    fn name(&self, id: Self::Id) -> Option<&str>;

    fn shape(&self, id: Self::Id) -> TypeShape<'_, Self::Id>;
}

/// One type, one level deep.
pub(crate) enum TypeShape<'a, T> {
    Word(&'a str),
    /// A resource, by its name.
    Own(&'a str),
    Borrow(&'a str),
    Same(T),
    /// `list<u8>`, `result<_, string>`.
    Generic(&'static str, Vec<Option<T>>),
    /// `list<u8, 4>`.
    Sized(T, u32),
    /// `record { a: u8 }`, `variant { a(u8) }`, `enum { a }`.
    Body {
        word: &'static str,
        members: Vec<(&'a str, Option<T>)>,
        open: &'static str,
        close: &'static str,
    },
}

impl<'a, T> TypeShape<'a, T> {
    pub(crate) fn record(fields: impl IntoIterator<Item = (&'a str, T)>) -> Self {
        let members = fields.into_iter().map(|(name, ty)| (name, Some(ty))).collect();
        Self::Body { word: "record", members, open: ": ", close: "" }
    }

    pub(crate) fn variant(cases: impl IntoIterator<Item = (&'a str, Option<T>)>) -> Self {
        let members = cases.into_iter().collect();
        Self::Body { word: "variant", members, open: "(", close: ")" }
    }

    /// `flags` and `enum`.
    pub(crate) fn words(word: &'static str, names: impl IntoIterator<Item = &'a str>) -> Self {
        let members = names.into_iter().map(|name| (name, None)).collect();
        Self::Body { word, members, open: "", close: "" }
    }

    pub(crate) fn result(ok: Option<T>, err: Option<T>) -> Self {
        match (ok, err) {
            (None, None) => Self::Word("result"),
            (ok, None) => Self::Generic("result", vec![ok]),
            (ok, err) => Self::Generic("result", vec![ok, err]),
        }
    }

    /// `stream` and `future`, whose element may be missing.
    pub(crate) fn maybe(word: &'static str, ty: Option<T>) -> Self {
        match ty {
            Some(ty) => Self::Generic(word, vec![Some(ty)]),
            None => Self::Word(word),
        }
    }
}

/// The signature of a function.
pub(crate) fn function<S: Source>(
    source: &S,
    name: &str,
    params: impl IntoIterator<Item = (String, S::Id)>,
    result: Option<S::Id>,
) -> Function {
    let mut search = Search { source, left: PARTS };
    let mut inside = None;
    let mut parameter = |(name, id)| {
        let part = search.foreign(id);
        inside = inside.take().or_else(|| part.map(|p| format!("parameter `{name}` holds {p}")));
        Parameter { name, ty: reference(source, id) }
    };
    let params = params.into_iter().map(&mut parameter).collect();
    let part = result.and_then(|id| search.foreign(id));
    Function {
        name: name.to_owned(),
        params,
        result: result.map(|id| reference(source, id)),
        inside: inside.or_else(|| part.map(|part| format!("the result holds {part}"))),
    }
}

/// The name of a type, or what it is made of when it has none.
pub(crate) fn reference<S: Source>(source: &S, id: S::Id) -> String {
    let mut writer = Writer { source, text: String::new() };
    writer.reference(id);
    writer.finish()
}

/// What a type is made of, even when it has a name.
pub(crate) fn definition<S: Source>(source: &S, id: S::Id) -> String {
    let mut writer = Writer { source, text: String::new() };
    writer.definition(id);
    writer.finish()
}

struct Writer<'a, S> {
    source: &'a S,
    text: String,
}

impl<S: Source> Writer<'_, S> {
    fn finish(mut self) -> String {
        if self.text.len() > LONGEST {
            let fits = |at: &usize| self.text.is_char_boundary(*at);
            let end = (0..=LONGEST).rev().find(fits).unwrap_or_default();
            self.text.truncate(end);
            self.text.push('…');
        }
        self.text
    }

    fn reference(&mut self, id: S::Id) {
        if self.text.len() > LONGEST {
            return;
        }
        match self.source.name(id) {
            Some(name) => self.text.push_str(name),
            None => self.definition(id),
        }
    }

    fn definition(&mut self, id: S::Id) {
        match self.source.shape(id) {
            TypeShape::Word(word) | TypeShape::Own(word) => self.text.push_str(word),
            TypeShape::Borrow(name) => self.text.push_str(&format!("borrow<{name}>")),
            TypeShape::Same(id) => self.reference(id),
            TypeShape::Generic(word, items) => self.generic(word, &items),
            TypeShape::Sized(id, length) => {
                self.text.push_str("list<");
                self.reference(id);
                self.text.push_str(&format!(", {length}>"));
            }
            TypeShape::Body { word, members, open, close } => {
                self.text.push_str(word);
                self.text.push_str(" { ");
                for (index, (name, id)) in members.into_iter().enumerate() {
                    self.comma(index);
                    self.text.push_str(name);
                    if let Some(id) = id {
                        self.text.push_str(open);
                        self.reference(id);
                        self.text.push_str(close);
                    }
                }
                self.text.push_str(" }");
            }
        }
    }

    fn generic(&mut self, word: &str, items: &[Option<S::Id>]) {
        self.text.push_str(word);
        self.text.push('<');
        for (index, item) in items.iter().enumerate() {
            self.comma(index);
            match item {
                Some(id) => self.reference(*id),
                None => self.text.push('_'),
            }
        }
        self.text.push('>');
    }

    fn comma(&mut self, index: usize) {
        if index > 0 {
            self.text.push_str(", ");
        }
    }
}

/// Looks for what cannot be written down outside of a composition.
struct Search<'a, S: Source> {
    source: &'a S,
    left: u32,
}

impl<S: Source> Search<'_, S> {
    /// The first such part of a type.
    fn foreign(&mut self, id: S::Id) -> Option<String> {
        let Some(left) = self.left.checked_sub(1) else {
            return Some("too large a type".to_owned());
        };
        self.left = left;
        match self.source.shape(id) {
            TypeShape::Own(name) | TypeShape::Borrow(name) => Some(format!("resource `{name}`")),
            TypeShape::Word(word) | TypeShape::Generic(word, _) if FOREIGN.contains(&word) => {
                Some(format!("a {word}"))
            }
            TypeShape::Word(_) => None,
            TypeShape::Same(id) | TypeShape::Sized(id, _) => self.foreign(id),
            TypeShape::Generic(_, items) => {
                items.into_iter().flatten().find_map(|id| self.foreign(id))
            }
            TypeShape::Body { members, .. } => {
                members.into_iter().filter_map(|(_, id)| id).find_map(|id| self.foreign(id))
            }
        }
    }
}

/// Most parts of the types of one function that are looked at; a small type may expand to a million.
const PARTS: u32 = 100_000;

/// Types without a form outside, apart from resources.
const FOREIGN: [&str; 4] = ["error-context", "future", "map", "stream"];
