//! The words for imports that could not be resolved: what is missing, what comes near, and what
//! would help. Decides nothing.

use graph::Problem;

use crate::host::{self, Class};
use crate::interface::{Fit, InterfaceName};
use crate::offer::offer;
use crate::resolve::Candidate;
use crate::roster::{Entry, Listed, Member, Roster};
use crate::shape::{Item, Kind};

/// An import that nothing listed provides.
pub(crate) fn import(
    roster: &Roster<'_>,
    member: &Member<'_>,
    import: &Item,
    near: &[Candidate<'_>],
) -> Problem {
    match near.iter().min_by_key(|candidate| candidate.offer.fit as u8) {
        Some(nearest) => {
            let provider = roster.entry_name(nearest.listed.entry);
            let field = member.field(&format!(".imports[{}]", nearest.listed.place));
            let what = match nearest.listed.entry {
                Entry::Component(_) => format!("component `{provider}` exports"),
                Entry::Capability(_) => format!("capability `{provider}` provides"),
            };
            version(member, import, field, &what, &nearest.offer.name, nearest.offer.fit)
        }
        None if host::class(&import.name) == Class::Shim => shim(member, import),
        None => elsewhere(roster, member, import),
    }
}

/// A shared host interface in a version that the node does not have.
pub(crate) fn node(member: &Member<'_>, import: &Item, offered: &str, fit: Fit) -> Problem {
    version(member, import, member.field(".imports"), "the node provides", offered, fit)
}

fn version(
    member: &Member<'_>,
    import: &Item,
    field: String,
    what: &str,
    offered: &str,
    fit: Fit,
) -> Problem {
    let (code, fix) = match fit {
        Fit::TooOld => ("version-too-old", "provide that version or a later one of the same track"),
        Fit::PrereleaseDiffers => {
            ("prerelease-differs", "pre-releases match exactly: build both against the same one")
        }
        Fit::Fits | Fit::OtherTrack => {
            ("version-differs", "build both against the same major version (0.x: minor version)")
        }
    };
    let message = format!(
        "component `{}` imports `{}`, but {what} a version that does not fit",
        member.name(),
        import.name
    );
    Problem::new(code, field, message).expected(import.name.as_str()).found(offered).fix(fix)
}

/// Nothing listed comes near; perhaps something in the graph does.
fn elsewhere(roster: &Roster<'_>, member: &Member<'_>, import: &Item) -> Problem {
    let what = described(import);
    let fits = |entry: &Entry<'_>| {
        offer(roster, *entry, import).is_some_and(|offer| offer.fit == Fit::Fits)
            && roster.entry_name(*entry) != member.name()
    };
    let providers: Vec<_> = roster.entries().filter(fits).collect();
    let Some(first) = providers.first() else {
        return absent(member, import);
    };
    let names: Vec<_> =
        providers.iter().map(|entry| format!("`{}`", roster.entry_name(*entry))).collect();
    let field = member.field(".imports");
    let fix = format!("add `{}` to the imports of `{}`", roster.entry_name(*first), member.name());
    let holder = roster.members.iter().find(|other| {
        let name = roster.entry_name(*first);
        other.name() != member.name()
            && other.listed.iter().any(|listed| roster.entry_name(listed.entry) == name)
    });
    let found = format!("provided by {}, which `{}` does not list", or(&names), member.name());
    match holder {
        Some(holder) => {
            let message = format!(
                "component `{}` imports {what}, which is granted to `{}` only; a component gets \
                 what it lists itself, nothing is inherited",
                member.name(),
                holder.name()
            );
            Problem::new("not-inherited", field, message).found(found).fix(fix)
        }
        None => {
            let message = format!(
                "component `{}` imports {what}, and lists nothing that provides it",
                member.name()
            );
            Problem::new("unsatisfied-import", field, message).found(found).fix(fix)
        }
    }
}

fn absent(member: &Member<'_>, import: &Item) -> Problem {
    let message = format!(
        "component `{}` imports {}, and nothing in the graph provides it",
        member.name(),
        described(import)
    );
    let kinds = host::capability_types(&import.name);
    let fix = match (kinds.first(), import.kind) {
        (Some(kind), Kind::Interface { .. }) => format!(
            "add a capability of type `{}`, or a component that exports it, and list it in the \
             imports of `{}`",
            kind.as_str(),
            member.name()
        ),
        _ => format!(
            "add a component that exports it, and list it in the imports of `{}`",
            member.name()
        ),
    };
    Problem::new("unsatisfied-import", member.field(".imports"), message).fix(fix)
}

/// Several listed providers.
pub(crate) fn ambiguous(
    roster: &Roster<'_>,
    member: &Member<'_>,
    import: &Item,
    candidates: &[Candidate<'_>],
) -> Problem {
    let name = |candidate: &Candidate<'_>| roster.entry_name(candidate.listed.entry).to_owned();
    let mut names: Vec<_> = candidates.iter().map(name).collect();
    names.sort();
    let first = names.first().cloned().unwrap_or_default();
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    let message = format!(
        "component `{}` imports {}, and {} of its imports provide it",
        member.name(),
        described(import),
        names.len()
    );
    Problem::new("ambiguous-import", member.field(".imports"), message)
        .expected("one provider")
        .found(quoted.join(", "))
        .fix(format!(
            "decide with `links: [{{import: \"{}\", from: {first}}}]` on `{}`",
            InterfaceName::parse(&import.name).path,
            member.name()
        ))
}

/// A hint whose `from` does not provide the import.
pub(crate) fn hint(member: &Member<'_>, import: &Item, place: usize, from: &str) -> Problem {
    let message = format!(
        "component `{}` takes {} from `{from}`, which does not provide it",
        member.name(),
        described(import)
    );
    Problem::new("link-not-provided", member.field(&format!(".links[{place}]")), message)
        .fix("name a listed component or capability that provides it, or remove the line")
}

/// A hint for something that the component does not import.
pub(crate) fn unused_hint(member: &Member<'_>, place: usize, import: &str) -> Problem {
    let shape = member.shape.as_deref();
    let imports = shape.map(|shape| names(&shape.imports)).unwrap_or_default();
    let message =
        format!("component `{}` does not import `{import}` with functions", member.name());
    Problem::new("unused-link", member.field(&format!(".links[{place}].import")), message)
        .expected(format!("one of its imports: {imports}"))
        .fix("correct the name, or remove the line")
}

/// A listed provider of which nothing is used.
pub(crate) fn unused(roster: &Roster<'_>, member: &Member<'_>, listed: &Listed<'_>) -> Problem {
    let name = roster.entry_name(listed.entry);
    let provides = match listed.entry {
        Entry::Component(position) => {
            let shape = roster.member(position).and_then(|member| member.shape.as_deref());
            shape.map(|shape| names(&shape.exports)).unwrap_or_default()
        }
        Entry::Capability(capability) => host::interfaces(capability.kind).join(", "),
    };
    let imports = member.shape.as_deref().map(|shape| names(&shape.imports)).unwrap_or_default();
    let message = format!("component `{}` lists `{name}`, which gives it nothing", member.name());
    let field = member.field(&format!(".imports[{}]", listed.place));
    Problem::new("unused-import", field, message)
        .expected(format!("something that `{}` imports: {imports}", member.name()))
        .found(format!("`{name}` provides {provides}"))
        .fix(format!("remove `{name}` from the imports of `{}`", member.name()))
}

/// An interface that can only be kept apart through a shim.
pub(crate) fn shim(member: &Member<'_>, import: &Item) -> Problem {
    let message = format!(
        "component `{}` imports `{}`, which cannot be granted to single components yet: it opens \
         a resource that other interfaces share",
        member.name(),
        import.name
    );
    Problem::new("unsupported-interface", member.field(".imports"), message)
        .fix("let a component of the graph export it instead")
}

fn described(import: &Item) -> String {
    match import.kind {
        Kind::Interface { .. } => format!("`{}`", import.name),
        Kind::Type(_) => format!("the type `{}`", import.name),
        Kind::Function(_) => format!("the function `{}`", import.name),
    }
}

fn names(items: &[Item]) -> String {
    if items.is_empty() {
        return "nothing".to_owned();
    }
    items.iter().map(|item| item.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn or(names: &[String]) -> String {
    match names {
        [first, middle @ .., last] => {
            let head = std::iter::once(first).chain(middle).cloned().collect::<Vec<_>>().join(", ");
            format!("{head} or {last}")
        }
        _ => names.concat(),
    }
}
