//! Method and path → target. The segments form a tree, so that the answer depends on the routes
//! alone and not on their order: a literal segment wins over a capture. It knows no requests.

use std::collections::BTreeMap;

use graph::{Method, capture};

/// Routes to targets of any kind.
pub(super) struct Router<T> {
    root: Node<T>,
}

struct Node<T> {
    literals: BTreeMap<String, Node<T>>,
    capture: Option<Box<Node<T>>>,
    leaves: BTreeMap<Method, Leaf<T>>,
}

struct Leaf<T> {
    /// Names of the captures in the order of the path. Routes may name the same segment
    /// differently.
    captures: Vec<String>,
    target: T,
}

/// What a method and path lead to.
pub(super) enum Found<'a, T> {
    Target {
        target: &'a T,
        captures: Vec<(String, String)>,
    },
    /// The path exists, with these methods.
    OtherMethods(Vec<Method>),
    Nothing,
}

impl<T> Default for Router<T> {
    fn default() -> Self {
        Self { root: Node::default() }
    }
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self { literals: BTreeMap::new(), capture: None, leaves: BTreeMap::new() }
    }
}

impl<T> Router<T> {
    /// Of routes that answer the same requests, which the check refuses, the first stays.
    pub(super) fn insert(&mut self, method: Method, path: &str, target: T) {
        let mut node = &mut self.root;
        let mut captures = Vec::new();
        for segment in segments(path) {
            node = match capture(segment) {
                Some(name) => {
                    captures.push(name.to_owned());
                    node.capture.get_or_insert_default()
                }
                None => node.literals.entry(segment.to_owned()).or_default(),
            };
        }
        node.leaves.entry(method).or_insert(Leaf { captures, target });
    }

    /// `path` is split before its segments are decoded: `%2F` is text, not a separator. `method`
    /// is `None` for one that no route can have.
    pub(super) fn find(&self, method: Option<Method>, path: &[String]) -> Found<'_, T> {
        let mut walk = Walk { method, others: Vec::new(), captured: Vec::new() };
        if let Some(leaf) = walk.down(&self.root, path) {
            let values = walk.captured.into_iter().cloned();
            let captures = leaf.captures.iter().cloned().zip(values).collect();
            return Found::Target { target: &leaf.target, captures };
        }
        walk.others.sort_unstable();
        walk.others.dedup();
        if walk.others.is_empty() { Found::Nothing } else { Found::OtherMethods(walk.others) }
    }
}

/// The parts between slashes. A slash at the end is a part of its own: `/a/` is not `/a`.
pub(super) fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

struct Walk<'p> {
    method: Option<Method>,
    others: Vec<Method>,
    captured: Vec<&'p String>,
}

impl<'p> Walk<'p> {
    /// Visits each node of the tree at most once, so no path can make it slow.
    fn down<'n, T>(&mut self, node: &'n Node<T>, path: &'p [String]) -> Option<&'n Leaf<T>> {
        let Some((segment, rest)) = path.split_first() else {
            let leaf = self.method.and_then(|method| node.leaves.get(&method));
            if leaf.is_none() {
                self.others.extend(node.leaves.keys());
            }
            return leaf;
        };
        if let Some(leaf) = node.literals.get(segment).and_then(|next| self.down(next, rest)) {
            return Some(leaf);
        }
        let next = node.capture.as_deref().filter(|_| !segment.is_empty())?;
        self.captured.push(segment);
        let leaf = self.down(next, rest);
        if leaf.is_none() {
            self.captured.pop();
        }
        leaf
    }
}
