//! Whether the two ends of a link have the same types, and the first that differs. Versions and
//! names are settled before; resources are compared by name only, their origins elsewhere.

use std::collections::HashSet;

use graph::Problem;
use wac_graph::types::{ItemKind, SubtypeChecker, Type, Types};

use crate::resolve::{Source, Wiring};
use crate::roster::{Member, Roster};
use crate::shape::{Item, Kind};
use crate::signature::{self, Names};

pub(crate) fn check(roster: &Roster<'_>, wiring: &Wiring, types: &Types) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut cache = HashSet::new();
    for (member, wires) in roster.members.iter().zip(wiring) {
        for wire in wires {
            let Source::Component { position, export } = &wire.source else { continue };
            let Some(provider) = roster.member(*position) else { continue };
            let shape = provider.shape.as_deref();
            let Some(export) = shape.and_then(|shape| shape.export(export)) else { continue };
            let mut checker = SubtypeChecker::new(&mut cache);
            let (offered, needed) = (export.item_kind(), wire.import.item_kind());
            if checker.is_subtype(offered, types, needed, types).is_err() {
                let difference = difference(types, export, &wire.import);
                problems.push(mismatch(member, provider, &wire.import, export, difference));
            }
        }
    }
    problems
}

/// The first member of an interface that differs, as both sides have it.
struct Difference {
    member: String,
    reason: String,
    expected: String,
    found: String,
}

fn difference(types: &Types, export: &Item, import: &Item) -> Option<Difference> {
    match (export.kind, import.kind) {
        (Kind::Interface { id: offered, .. }, Kind::Interface { id: needed, .. }) => {
            let (offered, needed) = (&types[offered].exports, &types[needed].exports);
            let (ours, theirs) = (Names::of(needed), Names::of(offered));
            needed.iter().find_map(|(name, kind)| {
                let Some(other) = offered.get(name) else {
                    return Some(Difference {
                        member: name.clone(),
                        reason: "it is not exported".to_owned(),
                        expected: text(types, &ours, name, *kind),
                        found: "nothing of that name".to_owned(),
                    });
                };
                member(types, name, (*kind, &ours), (*other, &theirs))
            })
        }
        _ => {
            let names = Names::default();
            let (needed, offered) = (import.item_kind(), export.item_kind());
            member(types, &import.name, (needed, &names), (offered, &names))
        }
    }
}

fn member(
    types: &Types,
    name: &str,
    (needed, ours): (ItemKind, &Names),
    (offered, theirs): (ItemKind, &Names),
) -> Option<Difference> {
    let mut cache = HashSet::new();
    let error = SubtypeChecker::new(&mut cache).is_subtype(offered, types, needed, types).err()?;
    Some(Difference {
        member: name.to_owned(),
        reason: error.root_cause().to_string(),
        expected: text(types, ours, name, needed),
        found: text(types, theirs, name, offered),
    })
}

fn text(types: &Types, names: &Names, name: &str, kind: ItemKind) -> String {
    match kind {
        ItemKind::Func(id) => signature::function(types, names, name, id).to_string(),
        ItemKind::Type(ty @ (Type::Value(_) | Type::Resource(_))) => {
            format!("{name} = {}", signature::definition(types, names, ty))
        }
        other => other.desc(types).to_owned(),
    }
}

fn mismatch(
    member: &Member<'_>,
    provider: &Member<'_>,
    import: &Item,
    export: &Item,
    difference: Option<Difference>,
) -> Problem {
    let place = member.listed.iter().find(|listed| {
        member.spec.imports.get(listed.place).is_some_and(|name| name.as_str() == provider.name())
    });
    let field = match place {
        Some(listed) => member.field(&format!(".imports[{}]", listed.place)),
        None => member.field(".imports"),
    };
    let Some(difference) = difference else {
        let message = format!(
            "component `{}` imports `{}`, but `{}` exports another kind of thing under `{}`",
            member.name(),
            import.name,
            provider.name(),
            export.name
        );
        return Problem::new("type-mismatch", field, message);
    };
    let message = format!(
        "component `{}` imports `{}` from `{}`, and they differ at `{}`: {}",
        member.name(),
        import.name,
        provider.name(),
        difference.member,
        difference.reason
    );
    Problem::new("type-mismatch", field, message)
        .expected(format!("{} (imported by `{}`)", difference.expected, member.name()))
        .found(format!("{} (exported by `{}`)", difference.found, provider.name()))
        .fix("build both against the same declaration of the interface")
}
