//! The twins have the same public names: what compiles on compiles off.
//!
//! Names are read from the sources, since no stable tool lists them: those that the off twins declare, and, for each
//! that the on twins re-export from the runtime, what the runtime declares of it (methods, variants, fields).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use syn::{Attribute, File, Ident, ImplItem, Item, TraitItem, UseTree, Visibility};

/// Exist only when on, since they read what was recorded; code that's meant to stay when off doesn't name them.
const READING_SIDE: &[&str] = &[
    // Says something of the machine, and nobody would leave it in.
    "clock::tsc_unavailable",
    "Active",
    "ActiveThread",
    // What settings are read by.
    "Column::DEFAULT",
    "Column::NAMES",
    "Column::heading",
    "Column::name",
    "Column::parse",
    "Column::value",
    "Figure::NAMES",
    "Unit::NAMES",
    "Unit::format",
    "component::Unit::of_symbol",
    "Figures",
    "LoadError",
    "Lost",
    "Measurement",
    "NodeRef",
    "OpenSpan",
    "Parting",
    "Report::new",
    "Report::snapshot",
    "Site",
    "Snapshot",
    // Off, a future is what it was: these have nothing to name.
    "InContext",
    "TimeAsync",
    "Timed",
    "WaitingTask",
    "Whole",
    "active",
    "memory",
    // The module; the attribute is there either way.
    "probe",
    "sites",
    "record",
    "snapshot",
    "storage",
    // Guards of expansions, which are gone.
    "component::Measured",
    "component::MeasuredCall",
];

type Names = BTreeSet<String>;

#[test]
fn on_and_off_have_the_same_public_names() {
    let twins = ["timers", "checkpoints", "components", "memory", "switch", "probes", "serve"];
    let mut off = Names::new();
    let mut on = Names::new();
    let mut runtime: Vec<(PathBuf, File)> = sources(&root().join("instrument-core/src"));
    for folder in ["instrument-model/src", "instrument-report/src", "instrument-probe/src/serve"] {
        runtime.extend(sources(&root().join(folder)));
    }
    for twin in twins {
        let folder = root().join("src").join(twin);
        declared(&parse(&folder.join("off.rs")).items, "", &folder, &mut off);
        declared(&parse(&folder.join("on.rs")).items, "", &folder, &mut on);
    }
    let reexported = on.clone();
    for (path, file) in &runtime {
        let mut names = Names::new();
        declared(&file.items, &module_prefix(path), path, &mut names);
        // It's re-exported by another name.
        let names = names.into_iter().map(|name| name.replace("TimeUnit", "Unit"));
        on.extend(names.filter(|name| {
            // Members of what's re-exported, but no further items, which the runtime keeps to itself.
            name.split_once("::").is_some_and(|(item, _)| reexported.contains(item))
        }));
    }

    let reading = |name: &String| {
        READING_SIDE
            .iter()
            .any(|known| name == known || name.strip_prefix(known).is_some_and(|rest| rest.starts_with("::")))
    };
    on.retain(|name| !reading(name));
    assert!(on.len() > 60, "what's compared: {on:#?}");
    let only_on: Vec<_> = on.difference(&off).collect();
    let only_off: Vec<_> = off.difference(&on).collect();
    assert!(only_on.is_empty() && only_off.is_empty(), "only on: {only_on:#?}\nonly off: {only_off:#?}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn parse(path: &Path) -> File {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sources(folder: &Path) -> Vec<(PathBuf, File)> {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let file = parse(&path);
            (path, file)
        })
        .collect()
}

/// For those modules that are public in both twins; members of other types need none, wherever they are.
fn module_prefix(path: &Path) -> String {
    let is_in = |folder: &str| path.components().any(|part| part.as_os_str() == folder);
    match path {
        _ if path.ends_with("time/mod.rs") => "clock::".into(),
        // Not re-exported, but for what has a name of its own.
        _ if path.ends_with("instrument-model/src/data.rs") => "data::".into(),
        // Re-exported there.
        _ if is_in("component") || path.ends_with("options/scope.rs") || path.ends_with("src/unit.rs") => {
            "component::".into()
        }
        _ => String::new(),
    }
}

/// Adds the public names among `items`: those of modules and types with what's in them.
fn declared(items: &[Item], prefix: &str, folder: &Path, names: &mut Names) {
    for item in items {
        if let Item::Mod(item) = item
            && shown(&item.vis, &item.attrs)
        {
            let elsewhere = item.attrs.iter().find_map(path_of);
            let inner = match (&item.content, elsewhere) {
                (Some((_, inner)), _) => inner.clone(),
                (None, Some(file)) => parse(&folder.join(file)).items,
                (None, None) => continue,
            };
            names.insert(format!("{prefix}{}", item.ident));
            declared(&inner, &format!("{prefix}{}::", item.ident), folder, names);
        }
        // What a macro is given and hands on.
        if let Item::Macro(item) = item
            && item.ident.is_none()
            && let Ok(within) = item.mac.parse_body::<File>()
        {
            declared(&within.items, prefix, folder, names);
        }
        names.extend(names_of(item).into_iter().map(|name| format!("{prefix}{name}")));
    }
}

/// `#[path = "file"]`
fn path_of(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(literal) => match &literal.lit {
                syn::Lit::Str(file) => Some(file.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn names_of(item: &Item) -> Vec<String> {
    match item {
        Item::Fn(item) if shown(&item.vis, &item.attrs) => vec![item.sig.ident.to_string()],
        Item::Const(item) if shown(&item.vis, &item.attrs) => vec![item.ident.to_string()],
        Item::Static(item) if shown(&item.vis, &item.attrs) => vec![item.ident.to_string()],
        Item::Type(item) if shown(&item.vis, &item.attrs) => vec![item.ident.to_string()],
        Item::Use(item) if shown(&item.vis, &item.attrs) => used(&item.tree),
        Item::Macro(item) if exported(&item.attrs) => item.ident.iter().map(|name| format!("{name}!")).collect(),
        Item::Struct(item) if shown(&item.vis, &item.attrs) => {
            let fields = item.fields.iter().filter(|field| shown(&field.vis, &field.attrs));
            members(&item.ident, fields.filter_map(|field| field.ident.as_ref()))
        }
        Item::Enum(item) if shown(&item.vis, &item.attrs) => {
            let variants = item.variants.iter().filter(|variant| !hidden(&variant.attrs));
            members(&item.ident, variants.map(|variant| &variant.ident))
        }
        Item::Trait(item) if shown(&item.vis, &item.attrs) => {
            let functions = item.items.iter().filter_map(|member| match member {
                TraitItem::Fn(member) if !hidden(&member.attrs) => Some(&member.sig.ident),
                _ => None,
            });
            members(&item.ident, functions)
        }
        Item::Impl(item) if item.trait_.is_none() => {
            let syn::Type::Path(of) = &*item.self_ty else { return Vec::new() };
            let Some(of) = of.path.segments.last() else { return Vec::new() };
            let functions = item.items.iter().filter_map(|member| match member {
                ImplItem::Fn(member) if shown(&member.vis, &member.attrs) => Some(&member.sig.ident),
                ImplItem::Const(member) if shown(&member.vis, &member.attrs) => Some(&member.ident),
                _ => None,
            });
            members(&of.ident, functions).split_off(1)
        }
        _ => Vec::new(),
    }
}

/// The item's name, and behind it those of its members.
fn members<'a>(item: &Ident, members: impl Iterator<Item = &'a Ident>) -> Vec<String> {
    std::iter::once(item.to_string()).chain(members.map(|member| format!("{item}::{member}"))).collect()
}

fn used(tree: &UseTree) -> Vec<String> {
    match tree {
        UseTree::Path(path) => used(&path.tree),
        UseTree::Name(name) => vec![name.ident.to_string()],
        UseTree::Rename(rename) => vec![rename.rename.to_string()],
        UseTree::Group(group) => group.items.iter().flat_map(used).collect(),
        _ => Vec::new(),
    }
}

fn shown(visibility: &Visibility, attributes: &[Attribute]) -> bool {
    matches!(visibility, Visibility::Public(_)) && !hidden(attributes)
}

fn exported(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("macro_export")) && !hidden(attributes)
}

fn hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("doc") && attribute.parse_args::<Ident>().is_ok_and(|argument| argument == "hidden")
    })
}
