//! What a path leads to: the floor that defines it, whatever re-exports it on the way.

use crate::modules::{Module, Name};
use crate::paths::Named;

/// A crate's modules, to be asked.
#[derive(Debug)]
pub(crate) struct House<'a> {
    modules: &'a [Module],
    /// As Rust writes the crate's own name.
    own: String,
}

/// Where a path leads to.
#[derive(Debug)]
pub(crate) struct Met {
    /// `None` for the crate's root.
    pub(crate) floor: Option<String>,
    pub(crate) file: Option<String>,
}

/// Re-exports of re-exports that are followed.
const DEEPEST: usize = 20;

impl<'a> House<'a> {
    pub(crate) fn new(modules: &'a [Module], own: &str) -> House<'a> {
        House { modules, own: own.to_owned() }
    }

    /// Whether a path that begins so leads into this crate: by a keyword, the crate's name, or the name of a module below.
    pub(crate) fn begins_path(&self, within: &[String], name: &str) -> bool {
        matches!(name, "crate" | "self" | "super") || name == self.own || self.is_module(within, name)
    }

    /// The same beginning, as a keyword says it, or a name below the module at hand.
    pub(crate) fn begin(&self, name: &str) -> String {
        if name == self.own { "crate".to_owned() } else { name.to_owned() }
    }

    fn is_module(&self, within: &[String], name: &str) -> bool {
        self.modules.iter().any(|module| {
            module.path.len() == within.len() + 1
                && module.path.starts_with(within)
                && module.path[within.len()] == name
        })
    }

    fn modules_at(&self, path: &[String]) -> impl Iterator<Item = &'a Module> {
        self.modules.iter().filter(move |module| module.path == *path)
    }

    /// `None` for what's of another crate.
    ///
    /// # Errors
    ///
    /// It can't be told, and so would hide an arrow.
    pub(crate) fn resolve(&self, named: &Named) -> Result<Option<Met>, String> {
        if named.is_macro {
            return Ok(self.macro_of(&named.path[0], &named.within));
        }
        let written = named.path.join("::");
        let Some(full) = absolute(&named.path, &named.within) else {
            return Err(format!("`{written}` leads out of the crate"));
        };
        if full.is_empty() && !named.is_glob && named.path.len() < 2 {
            // `use crate as …` or `use super as …` may stand for anything.
            return Ok(Some(Met { floor: None, file: None }));
        }
        self.follow(&full, 0).map_err(|()| format!("can't tell what `{written}` is, so it may hide an arrow"))
    }

    /// `full` is from the crate's root on.
    fn follow(&self, full: &[String], depth: usize) -> Result<Option<Met>, ()> {
        if depth > DEEPEST {
            return Err(());
        }
        // The innermost module that has the rest.
        let length =
            (0..=full.len()).rev().find(|&length| self.modules_at(&full[..length]).next().is_some()).ok_or(())?;
        let (at, rest) = full.split_at(length);
        let here = || {
            let module = self.modules_at(at).next();
            Met {
                floor: at.first().cloned().filter(|_| !self.is_in_root(at)),
                file: module.map(|module| module.shown.clone()),
            }
        };
        let Some(name) = rest.first() else { return Ok(Some(here())) };
        match self.name(at, name, depth)? {
            Some(met) => Ok(met),
            // Whatever it is, a macro for one, it's on this floor.
            None if !at.is_empty() => Ok(Some(here())),
            None => self.macro_of(name, &[]).map(Some).ok_or(()),
        }
    }

    /// Where a name of a module comes from: `None` if it isn't in there.
    #[expect(clippy::option_option, reason = "not there, or of another crate")]
    fn name(&self, at: &[String], name: &str, depth: usize) -> Result<Option<Option<Met>>, ()> {
        let mut outside = false;
        for module in self.modules_at(at) {
            match module.names.get(name) {
                Some(Name::Here) => {
                    let floor = at.first().cloned().filter(|_| !self.is_in_root(at));
                    return Ok(Some(Some(Met { floor, file: Some(module.shown.clone()) })));
                }
                Some(Name::By(path)) => return self.import(path, at, depth).map(Some),
                None => {}
            }
        }
        for module in self.modules_at(at) {
            for glob in &module.globs {
                match self.local(glob, at) {
                    Some(full) if depth <= DEEPEST && full != at => {
                        if self.modules_at(&full).next().is_none() {
                            outside = true;
                        } else if let Some(met) = self.name(&full, name, depth + 1)? {
                            return Ok(Some(met));
                        }
                    }
                    Some(_) => {}
                    None => outside = true,
                }
            }
        }
        Ok(outside.then_some(None))
    }

    /// What a `use` path of that module leads to.
    fn import(&self, path: &[String], at: &[String], depth: usize) -> Result<Option<Met>, ()> {
        match self.local(path, at) {
            Some(full) => self.follow(&full, depth + 1),
            None => Ok(None),
        }
    }

    /// From the crate's root on, if it isn't of another crate.
    fn local(&self, path: &[String], at: &[String]) -> Option<Vec<String>> {
        let first = path.first()?;
        if matches!(first.as_str(), "crate" | "self" | "super") {
            return absolute(path, at);
        }
        if *first == self.own {
            return Some(path[1..].to_vec());
        }
        let known = self.is_module(at, first) || self.modules_at(at).any(|module| {
            matches!(module.names.get(first), Some(Name::Here))
                || matches!(module.names.get(first), Some(Name::By(by)) if path.len() > 1 && by.first() != Some(first))
        });
        known.then(|| at.iter().chain(path).cloned().collect())
    }

    /// An inline module of the crate's root is the root itself.
    fn is_in_root(&self, at: &[String]) -> bool {
        let Some(first) = at.first() else { return true };
        self.modules_at(std::slice::from_ref(first)).all(|module| module.is_inline)
    }

    /// The floor of a macro by that name, unless this floor has one, or no floor has.
    fn macro_of(&self, name: &str, within: &[String]) -> Option<Met> {
        let mut all = self.modules.iter().filter(|module| module.macros.iter().any(|known| known == name)).peekable();
        let first = *all.peek()?;
        if all.any(|module| module.floor() == within.first().map(String::as_str)) && !within.is_empty() {
            return None;
        }
        Some(Met {
            floor: first.floor().filter(|_| !self.is_in_root(&first.path)).map(str::to_owned),
            file: Some(first.shown.clone()),
        })
    }
}

/// From the crate's root on; `None` if there's a `super` too many.
fn absolute(path: &[String], within: &[String]) -> Option<Vec<String>> {
    let mut full = within.to_vec();
    let mut rest = path.iter().peekable();
    match rest.peek().map(|first| first.as_str()) {
        Some("crate") => {
            full.clear();
            rest.next();
        }
        Some("self") => {
            rest.next();
        }
        _ => {}
    }
    while rest.next_if(|next| *next == "super").is_some() {
        full.pop()?;
    }
    full.extend(rest.cloned());
    Some(full)
}
