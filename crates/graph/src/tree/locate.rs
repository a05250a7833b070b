//! From a field path such as `spec.components[1].imports[0]` to its place in the text. A path that
//! leads beyond the text ends at the nearest parent that exists.

use super::{Kind, Node, Span};

impl Node {
    pub(crate) fn locate(&self, field: &str) -> Span {
        let mut node = self;
        let mut rest = field;
        let mut place = self.mark();
        while let Some((found, mark, after)) = node.step(rest) {
            node = found;
            place = mark;
            rest = after;
        }
        place
    }

    fn step<'a, 'f>(&'a self, field: &'f str) -> Option<(&'a Node, Span, &'f str)> {
        match &self.kind {
            Kind::Mapping(entries) => entries
                .iter()
                .filter_map(|entry| Some((entry, after_key(field, entry.key.text())?)))
                // Keys may hold dots: the longest key that fits is the one that was meant.
                .min_by_key(|(_, after)| after.len())
                .map(|(entry, after)| (&entry.value, entry.mark(), after)),
            Kind::Sequence(items) => {
                let (index, after) = field.strip_prefix('[')?.split_once(']')?;
                let item = items.get(index.parse::<usize>().ok()?)?;
                Some((item, item.mark(), after))
            }
            Kind::Scalar(_) | Kind::Refused => None,
        }
    }
}

/// What follows `key` at the start of `field`, whether written plainly or as `["key"]`.
fn after_key<'f>(field: &'f str, key: &str) -> Option<&'f str> {
    if field.starts_with("[\"") {
        return field.strip_prefix(&format!("[{key:?}]"));
    }
    let field = field.strip_prefix('.').unwrap_or(field);
    let after = field.strip_prefix(key)?;
    (!key.is_empty() && (after.is_empty() || after.starts_with(['.', '[']))).then_some(after)
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_lead_to_their_place_or_the_nearest_parent() {
        let text = "spec:\n  components:\n    - {name: a, imports: [b, c]}\n    - name: d\n      config: {paths.logs: /x, paths: y, \"a b\": z}\n";
        let root = crate::tree::parse(text).root.unwrap();
        let check = |field: &str, expect: &str| {
            assert_eq!(&text[root.locate(field)], expect, "{field}");
        };
        check("spec", "spec");
        check("spec.components", "components");
        check("spec.components[0]", "name: a");
        check("spec.components[0].imports[1]", "c");
        check("spec.components[0].imports[7]", "imports");
        check("spec.components[0].file", "name: a");
        check("spec.components[1].name", "d");
        check("spec.components[1].config.paths.logs", "/x");
        check("spec.components[1].config[\"paths.logs\"]", "/x");
        check("spec.components[1].config.paths", "y");
        check("spec.components[1].config[\"a b\"]", "z");
        check("spec.components[9].name", "components");
        check("spec.components[", "components");
        check("", "spec");
        check("nothing.of.this", "spec");
    }
}
