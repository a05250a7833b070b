//! Whether the two ends of a link have the same types, and the first that differs. Versions and
//! names are settled before; resources are compared by name only, their origins elsewhere.

use std::collections::{BTreeMap, HashSet};

use graph::Problem;
use wac_graph::types::{ItemKind, SubtypeChecker, Types};

use crate::resolve::{Source, Wiring};
use crate::roster::{Member, Roster};
use crate::shape::{Item, Kind};
use crate::shared::SharedImports;
use crate::signature::Scope;

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

/// Components that share a host interface must agree about all that they both declare of it.
pub(crate) fn check_shared(
    roster: &Roster<'_>,
    shared: &SharedImports,
    types: &Types,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for import in shared.iter() {
        let declares =
            |item: &Item| item.interface().is_some_and(|id| import.interfaces.contains(&id));
        let mut known: BTreeMap<&str, (&str, ItemKind)> = BTreeMap::new();
        for member in &roster.members {
            let shape = member.shape.as_deref();
            let Some(item) = shape.and_then(|shape| shape.imports.iter().find(|i| declares(i)))
            else {
                continue;
            };
            let Some(id) = item.interface() else { continue };
            for (name, kind) in &types[id].exports {
                let (other, first) = *known.entry(name).or_insert((member.name(), *kind));
                let mut cache = HashSet::new();
                let mut checker = SubtypeChecker::new(&mut cache);
                if let Err(error) = checker.is_subtype(*kind, types, first, types) {
                    let reason = error.root_cause().to_string();
                    problems.push(disagreement(member, other, (&import.name, name), &reason));
                    break;
                }
            }
        }
    }
    problems
}

fn disagreement(
    member: &Member<'_>,
    other: &str,
    (interface, name): (&str, &str),
    reason: &str,
) -> Problem {
    let message = format!(
        "components `{other}` and `{}` share `{interface}`, and declare its `{name}` differently: \
         {reason}",
        member.name()
    );
    Problem::new("shared-type-mismatch", member.field(""), message)
        .fix("build both components against the same declaration of the interface")
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
            let (ours, theirs) = (Scope::new(types, needed), Scope::new(types, offered));
            needed.iter().find_map(|(name, kind)| {
                let Some(other) = offered.get(name) else {
                    return Some(Difference {
                        member: name.clone(),
                        reason: "it is not exported".to_owned(),
                        expected: ours.definition(name, *kind),
                        found: "nothing of that name".to_owned(),
                    });
                };
                member(types, name, (*kind, &ours), (*other, &theirs))
            })
        }
        _ => {
            let scope = Scope::new(types, []);
            let (needed, offered) = (import.item_kind(), export.item_kind());
            member(types, &import.name, (needed, &scope), (offered, &scope))
        }
    }
}

fn member(
    types: &Types,
    name: &str,
    (needed, ours): (ItemKind, &Scope<'_>),
    (offered, theirs): (ItemKind, &Scope<'_>),
) -> Option<Difference> {
    let mut cache = HashSet::new();
    let error = SubtypeChecker::new(&mut cache).is_subtype(offered, types, needed, types).err()?;
    Some(Difference {
        member: name.to_owned(),
        reason: error.root_cause().to_string(),
        expected: ours.definition(name, needed),
        found: theirs.definition(name, offered),
    })
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
