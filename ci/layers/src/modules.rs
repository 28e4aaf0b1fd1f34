//! The modules of a crate: its files, found as the compiler finds them, but for those that are for tests alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, Token, UseTree, punctuated::Punctuated};

/// A module, with what can be named in it.
#[derive(Debug)]
pub(crate) struct Module {
    /// Below the crate's root, which has none.
    pub(crate) path: Vec<String>,
    /// The file that it's in, from the workspace's root.
    pub(crate) shown: String,
    pub(crate) source: String,
    /// Whether it's written within another module's file.
    pub(crate) is_inline: bool,
    pub(crate) names: BTreeMap<String, Name>,
    /// Modules of which all names are named here.
    pub(crate) globs: Vec<Vec<String>>,
    /// `macro_rules!` that are defined here.
    pub(crate) macros: Vec<String>,
}

/// What stands behind a name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Name {
    /// It's defined here.
    Here,
    /// It's imported by that path.
    By(Vec<String>),
}

impl Module {
    /// `None` for the crate's root.
    pub(crate) fn floor(&self) -> Option<&str> {
        self.path.first().map(String::as_str)
    }
}

/// All modules of the crate whose sources are in `folder`.
pub(crate) fn load(folder: &Path, root: &Path) -> Result<Vec<Module>, String> {
    let roots: Vec<PathBuf> = ["lib.rs", "main.rs"].map(|name| folder.join(name)).into_iter().collect();
    let mut loader = Loader { root, modules: Vec::new() };
    let file = roots.iter().find(|file| file.exists()).ok_or_else(|| format!("{}: no crate", folder.display()))?;
    loader.file(file, Vec::new(), folder)?;
    Ok(loader.modules)
}

struct Loader<'a> {
    root: &'a Path,
    modules: Vec<Module>,
}

impl Loader<'_> {
    /// `children` is the folder of the module's own modules.
    fn file(&mut self, file: &Path, path: Vec<String>, children: &Path) -> Result<(), String> {
        let shown = file.strip_prefix(self.root).unwrap_or(file).display().to_string();
        let source = std::fs::read_to_string(file).map_err(|error| format!("{shown}: {error}"))?;
        let parsed =
            syn::parse_file(&source).map_err(|error| format!("{shown}:{}: {error}", error.span().start().line))?;
        if parsed.attrs.iter().any(is_for_tests) {
            return Ok(());
        }
        self.items(&parsed.items, path, &shown, Some(source), (file.parent().unwrap_or(file), children))
    }

    fn items(
        &mut self,
        items: &[Item],
        path: Vec<String>,
        shown: &str,
        source: Option<String>,
        (beside, children): (&Path, &Path),
    ) -> Result<(), String> {
        let mut module = Module {
            path: path.clone(),
            shown: shown.to_owned(),
            is_inline: source.is_none(),
            source: source.unwrap_or_default(),
            names: BTreeMap::new(),
            globs: Vec::new(),
            macros: Vec::new(),
        };
        for item in &expanded(items) {
            match item {
                Item::Use(item) => uses(&item.tree, Vec::new(), &mut module),
                Item::Macro(item) => {
                    module.macros.extend(item.ident.iter().map(ToString::to_string));
                }
                Item::Mod(item) => {
                    let name = plain(&item.ident.to_string());
                    let inner: Vec<String> = path.iter().cloned().chain([name.clone()]).collect();
                    if let Some((_, items)) = &item.content {
                        let folder = children.join(&name);
                        self.items(items, inner, shown, None, (&folder, &folder))?;
                        module.names.insert(name, Name::Here);
                        continue;
                    }
                    // Each of those that some system or feature has.
                    let by_attribute: Vec<PathBuf> =
                        item.attrs.iter().filter_map(path_of).map(|path| beside.join(path)).collect();
                    let by_name = [children.join(format!("{name}.rs")), children.join(&name).join("mod.rs")];
                    let found: Vec<&PathBuf> =
                        by_attribute.iter().chain(&by_name).filter(|file| file.exists()).collect();
                    if found.is_empty() {
                        return Err(format!("{shown}: no file of the module `{name}`"));
                    }
                    for file in found {
                        let folder = file.parent().unwrap_or(file);
                        let own = by_attribute.contains(file) || file.ends_with("mod.rs");
                        self.file(file, inner.clone(), &if own { folder.to_owned() } else { folder.join(&name) })?;
                    }
                }
                other => {
                    module.names.extend(defined(other).map(|name| (plain(&name), Name::Here)));
                }
            }
        }
        self.modules.push(module);
        Ok(())
    }
}

/// The items but for those of tests, with those that a macro is given and hands on, as `cfg_if!` does.
fn expanded(items: &[Item]) -> Vec<Item> {
    let mut all = Vec::new();
    for item in items.iter().filter(|item| !attributes(item).iter().any(is_for_tests)) {
        let within = match item {
            Item::Macro(item) if item.ident.is_none() => item.mac.parse_body::<syn::File>().ok(),
            _ => None,
        };
        match within {
            Some(within) => all.extend(expanded(&within.items)),
            None => all.push(item.clone()),
        }
    }
    all
}

/// Without what makes a keyword a name.
pub(crate) fn plain(name: &str) -> String {
    name.trim_start_matches("r#").to_owned()
}

fn uses(tree: &UseTree, mut path: Vec<String>, module: &mut Module) {
    match tree {
        UseTree::Path(tree) => {
            path.push(plain(&tree.ident.to_string()));
            uses(&tree.tree, path, module);
        }
        UseTree::Group(tree) => tree.items.iter().for_each(|tree| uses(tree, path.clone(), module)),
        UseTree::Glob(_) => module.globs.push(path),
        UseTree::Name(tree) => {
            let name = plain(&tree.ident.to_string());
            let own = if name == "self" { path.last().cloned().unwrap_or_default() } else { name.clone() };
            if name != "self" {
                path.push(name);
            }
            module.names.entry(own).or_insert(Name::By(path));
        }
        UseTree::Rename(tree) => {
            let name = plain(&tree.ident.to_string());
            if name != "self" {
                path.push(name);
            }
            module.names.entry(plain(&tree.rename.to_string())).or_insert(Name::By(path));
        }
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn defined(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// The file that `#[path = "…"]` names, or `#[cfg_attr(…, path = "…")]`.
fn path_of(attribute: &Attribute) -> Option<String> {
    fn named(meta: &Meta) -> Option<String> {
        match meta {
            Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            },
            Meta::List(list) if list.path.is_ident("cfg_attr") => {
                let inner = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
                inner.iter().skip(1).find_map(named)
            }
            _ => None,
        }
    }
    named(&attribute.meta)
}

/// Whether it's `#[cfg(…)]` of something that's never true without `test`.
fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.parse_args::<Meta>().is_ok_and(|meta| needs_test(&meta))
}

pub(crate) fn needs_test(meta: &Meta) -> bool {
    let inner = |meta: &syn::MetaList| {
        meta.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default()
    };
    match meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => inner(list).iter().any(needs_test),
        Meta::List(list) if list.path.is_ident("any") => {
            let inner = inner(list);
            !inner.is_empty() && inner.iter().all(needs_test)
        }
        _ => false,
    }
}
