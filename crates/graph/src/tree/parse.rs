//! Text to tree. Everything YAML allows and a manifest must not use (anchors, aliases, tags,
//! several documents, keys that are not scalars) is reported here, and reading goes on.

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError};

use super::{Entry, Key, Kind, Node, Scalar, Span, push_key};
use crate::problem::{Problem, show};

/// Deeper manifests are refused, so that nothing that walks the tree can run out of stack.
const DEPTH: usize = 64;

/// More problems than anybody reads are not collected.
const MOST: usize = 256;

pub(crate) struct Parsed {
    /// `None` when the text is empty or not YAML.
    pub(crate) root: Option<Node>,
    pub(crate) problems: Vec<(Problem, Span)>,
}

pub(crate) fn parse(text: &str) -> Parsed {
    let options = granit_parser::options! {
        // Long comments are common at the head of a file, and the parser would count them.
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    };
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or_default();
                let tag = span.tag_span().and_then(|tag| tag.byte_range());
                if !builder.event(event, range, tag) {
                    break;
                }
            }
            Err(error) => {
                builder.problems.push(syntax(text, &error));
                return Parsed { root: None, problems: builder.problems };
            }
        }
    }
    Parsed { root: builder.root, problems: builder.problems }
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    problems: Vec<(Problem, Span)>,
}

/// A collection that is not finished yet.
enum Open {
    Mapping { start: usize, entries: Vec<Entry>, key: Option<Key> },
    Sequence { start: usize, items: Vec<Node> },
}

impl Builder {
    /// Takes one event; `false` when nothing more is wanted.
    fn event(&mut self, event: Event<'_>, span: Span, tag: Option<Span>) -> bool {
        match event {
            Event::DocumentStart(..) => self.documents += 1,
            // A lone `---` at the end is no second document.
            Event::Scalar(_, ScalarStyle::Plain, ..) if self.documents > 1 && span.is_empty() => {}
            event if self.documents > 1 && event.is_node() => {
                self.report(several_documents(), span);
                return false;
            }
            Event::Scalar(text, style, anchor, _) => {
                self.properties(anchor, tag, &span);
                let plain = style == ScalarStyle::Plain;
                let absent = plain && span.is_empty();
                let text = if absent { String::new() } else { text.into_owned() };
                self.close(Node { kind: Kind::Scalar(Scalar { text, plain }), span });
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.report(alias(), span.clone());
                self.close(Node { kind: Kind::Refused, span });
            }
            Event::MappingStart(_, anchor, _) => {
                self.properties(anchor, tag, &span);
                self.open.push(Open::Mapping { start: span.start, entries: vec![], key: None });
            }
            Event::SequenceStart(_, anchor, _) => {
                self.properties(anchor, tag, &span);
                self.open.push(Open::Sequence { start: span.start, items: vec![] });
            }
            Event::MappingEnd | Event::SequenceEnd => self.end(span.end),
            _ => {}
        }
        true
    }

    fn end(&mut self, end: usize) {
        let (kind, start) = match self.open.pop() {
            Some(Open::Mapping { start, entries, .. }) => (Kind::Mapping(entries), start),
            Some(Open::Sequence { start, items }) => (Kind::Sequence(items), start),
            None => return,
        };
        self.close(Node { kind, span: start..end.max(start) });
    }

    /// Hands a finished node to the collection it belongs to.
    fn close(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { entries, key, .. }) => match key.take() {
                Some(key) => entries.push(Entry { key, value: node }),
                None => self.key(node),
            },
        }
    }

    fn key(&mut self, node: Node) {
        let span = node.mark();
        let scalar = match node.kind {
            Kind::Scalar(scalar) => scalar,
            Kind::Refused => Scalar { text: String::new(), plain: false },
            Kind::Mapping(_) | Kind::Sequence(_) => {
                self.report(key_not_text(), span.clone());
                Scalar { text: String::new(), plain: false }
            }
        };
        if let Some(Open::Mapping { key, .. }) = self.open.last_mut() {
            *key = Some(Key { scalar, span });
        }
    }

    fn properties(&mut self, anchor: usize, tag: Option<Span>, span: &Span) {
        if anchor != 0 {
            self.report(self::anchor(), span.clone());
        }
        if let Some(tag) = tag {
            self.report(self::tag(), tag);
        }
    }

    fn report(&mut self, mut problem: Problem, span: Span) {
        if self.problems.len() < MOST {
            problem.field = self.field();
            self.problems.push((problem, span));
        }
    }

    fn field(&self) -> String {
        let mut path = String::new();
        for open in &self.open {
            match open {
                Open::Mapping { key: Some(key), .. } => push_key(&mut path, key.text()),
                Open::Mapping { key: None, .. } => {}
                Open::Sequence { items, .. } => path.push_str(&format!("[{}]", items.len())),
            }
        }
        path
    }
}

fn several_documents() -> Problem {
    Problem::new("several-documents", "", "the manifest holds more than one document")
        .expected("one document")
        .found("another one after `---`")
        .fix("move each graph into a file of its own")
}

fn alias() -> Problem {
    Problem::new("alias", "", "aliases (`*name`) are not supported in a manifest")
        .expected("the value itself")
        .fix("write the value out here")
}

fn anchor() -> Problem {
    Problem::new("anchor", "", "anchors (`&name`) are not supported in a manifest")
        .expected("a value without an anchor")
        .fix("remove the anchor and write the value out wherever it is used")
}

fn tag() -> Problem {
    Problem::new("tag", "", "tags (`!name`) are not supported in a manifest")
        .expected("a value without a tag")
        .fix("remove the tag; put quotes around text that looks like a number")
}

fn key_not_text() -> Problem {
    Problem::new("key-not-text", "", "a key must be one word, not a list or a mapping")
        .expected("a key such as `name:`")
        .fix("write `key: value`")
}

fn syntax(text: &str, error: &ScanError) -> (Problem, Span) {
    let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let span = at..at.saturating_add(1);
    if error.kind() == &ErrorKind::RecursionLimitExceeded {
        let problem = Problem::new("too-deep", "", "the manifest is nested too deeply")
            .expected(format!("at most {DEPTH} levels"))
            .fix("remove levels");
        return (problem, span);
    }
    if let Some(tab) = tab_in_indentation(text, at) {
        let problem = Problem::new("tab", "", "the line is indented with a tab")
            .expected("spaces; YAML does not allow tabs here")
            .found("a tab")
            .fix("replace the tab by spaces");
        return (problem, tab..tab.saturating_add(1));
    }
    let mut problem =
        Problem::new("syntax", "", format!("the manifest is not YAML: {}", error.kind()));
    if let ErrorKind::UnexpectedCharacter { character } = error.kind() {
        problem = problem.found(show(&character.to_string())).fix(if character.is_control() {
            "remove this character; in double quotes it can be written as `\\u…`"
        } else {
            "put quotes around text that begins with a special character"
        });
    } else {
        problem = problem.fix("correct this line or the one above it");
    }
    (problem, span)
}

/// The parser notices a tab late, and by various names: the line it complains about and the next
/// one are looked at for a tab before the first word.
fn tab_in_indentation(text: &str, at: usize) -> Option<usize> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let mut offset = start;
    for line in text.get(start..)?.split_inclusive('\n').take(2) {
        let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line.get(..indentation)?.find('\t') {
            return Some(offset + tab);
        }
        offset += line.len();
    }
    None
}
