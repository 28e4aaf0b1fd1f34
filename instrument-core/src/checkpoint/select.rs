//! `INSTRUMENT_PROFILE`: which functions' checkpoints are on, decided once per place.

use super::function::CheckpointFunction;
use super::profiler::Profiler;
use crate::base::inside::Inside;
use crate::process::stderr;
use crate::settings::settings;
use crate::site::Location;
use crate::state::Setup;
use instrument_model::text::nearest;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering};

const UNDECIDED: u8 = 0;
const OFF: u8 = 1;
const ON: u8 = 2;

/// A place with checkpoints that the environment turns on, declared by an expansion as a `static`.
#[doc(hidden)]
#[derive(Debug)]
pub struct CheckpointSite {
    location: Location,
    state: AtomicU8,
}

impl CheckpointSite {
    pub const fn new(location: Location) -> Self {
        CheckpointSite { location, state: AtomicU8::new(UNDECIDED) }
    }

    /// `Type::method`.
    pub fn label(&self) -> String {
        self.location.label()
    }

    /// Whether the environment names its function.
    #[inline(always)]
    pub fn is_selected(&self) -> bool {
        match self.state.load(Ordering::Relaxed) {
            OFF => false,
            ON => true,
            _ => self.decide(),
        }
    }

    /// Starts a run if it's selected, and makes the title only then.
    #[inline(always)]
    pub fn profiler<T: Into<Cow<'static, str>>>(&self, msg: impl FnOnce() -> T) -> Profiler {
        if self.is_selected() { start(msg) } else { Profiler::none() }
    }

    #[cold]
    fn decide(&self) -> bool {
        let Some(_inside) = Inside::to_record() else { return false };
        check_names();
        let path = self.location.plain_path();
        let on = settings().profile.iter().any(|name| names(name, &path));
        self.state.store(if on { ON } else { OFF }, Ordering::Relaxed);
        on
    }
}

#[cold]
#[inline(never)]
fn start<T: Into<Cow<'static, str>>>(msg: impl FnOnce() -> T) -> Profiler {
    Profiler::new(msg())
}

/// A place that's linked into the program, as `inventory` collects them before `main`.
#[doc(hidden)]
#[derive(Debug)]
pub enum RegisteredCheckpoint {
    Site(&'static CheckpointSite),
    Function(&'static CheckpointFunction),
}
inventory::collect!(RegisteredCheckpoint);

/// Whether `name` is the path, or its end: `method`, `Type::method`, `module::function` or all of it.
fn names(name: &str, path: &str) -> bool {
    name == "*" || path.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with("::"))
}

inventory::submit! { Setup(|_| check_names()) }

/// Says, once, which of the names that the environment asks for no function in this program with checkpoints has.
pub(crate) fn check_names() {
    static CHECKED: Once = Once::new();
    let _inside = Inside::enter();
    CHECKED.call_once(|| {
        let paths = inventory::iter::<RegisteredCheckpoint>.into_iter().map(|registered| match registered {
            RegisteredCheckpoint::Site(site) => site.location.plain_path(),
            RegisteredCheckpoint::Function(function) => function.site().location.plain_path(),
        });
        let complaints = complaints(&settings().profile, &paths.collect());
        complaints.iter().for_each(|line| stderr::warn(&format!("INSTRUMENT_PROFILE={line}")));
    });
}

fn complaints(wanted: &[String], paths: &BTreeSet<String>) -> Vec<String> {
    let unknown = wanted.iter().filter(|name| !paths.iter().any(|path| names(name, path)) && *name != "*");
    unknown
        .map(|name| {
            let near = near(name, paths);
            let hint = match near.as_slice() {
                [] if paths.is_empty() => "; no function in this program has any".to_owned(),
                [] => String::new(),
                near => format!("; did you mean {}?", near.join(" or ")),
            };
            format!("{name}: no function of that name has `profiler!` or `#[checkpoints]`{hint}")
        })
        .collect()
}

/// Up to three names that `name` may have been meant to be, as long as it is.
fn near(name: &str, paths: &BTreeSet<String>) -> Vec<String> {
    let segments = name.split("::").count();
    // The function's name alone helps, too, if the type or module is wrong.
    let ends: BTreeSet<&str> = paths.iter().flat_map(|path| [end(path, segments), end(path, 2)]).collect();
    let mut left: BTreeSet<&str> = ends.clone();
    let mut found = Vec::new();
    while let Some(nearest) = nearest(name, left.iter().copied()).filter(|_| found.len() < 3) {
        found.push(nearest.to_owned());
        left.remove(nearest);
    }
    let same_function = ends.iter().filter(|known| end(known, 1) == end(name, 1) && known.contains("::"));
    found.extend(same_function.map(|known| (*known).to_owned()));
    found.dedup();
    found.truncate(3);
    found
}

/// The last so many segments.
fn end(path: &str, segments: usize) -> &str {
    path.rmatch_indices("::").nth(segments.saturating_sub(1)).map_or(path, |(at, sign)| &path[at + sign.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_path_or_its_end() {
        let path = "shop::cart::Cart::add";
        for name in ["*", "add", "Cart::add", "cart::Cart::add", path] {
            assert!(names(name, path), "{name}");
        }
        for name in ["dd", "art::add", "Cart", "cart::add", "hop::cart::Cart::add", "x::shop::cart::Cart::add", ""] {
            assert!(!names(name, path) || name.is_empty(), "{name}");
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_near_ones() {
        let paths: BTreeSet<String> =
            ["shop::cart::Cart::add", "shop::cart::Cart::all", "shop::load_users", "shop::Users::load"]
                .map(Into::into)
                .into();
        let of = |wanted: &[&str]| complaints(&wanted.iter().map(|name| (*name).into()).collect::<Vec<_>>(), &paths);
        assert_eq!(of(&["Cart::add", "*", "load_users"]), Vec::<String>::new());
        let what = "no function of that name has `profiler!` or `#[checkpoints]`";
        assert_eq!(
            of(&["Cart::ad", "Basket::add", "xyz"]),
            [
                format!("Cart::ad: {what}; did you mean Cart::add or Cart::all?"),
                format!("Basket::add: {what}; did you mean Cart::add?"),
                format!("xyz: {what}"),
            ]
        );
        assert_eq!(
            complaints(&["f".into()], &BTreeSet::new()),
            [format!("f: {what}; no function in this program has any")]
        );
    }
}
