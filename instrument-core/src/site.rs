//! A site: an annotated place in the program, declared by an expansion as one `static`.

use crate::base::hash::Quick;
use crate::base::inside::Inside;
use crate::base::sync::lock;
use crate::process::fork::Holder;
use instrument_model::data::Label;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

/// Where in the source a site stands. Made by expansions.
#[derive(Debug, Clone, Copy)]
pub struct Location {
    module: &'static str,
    file: &'static str,
    line: u32,
    column: u32,
    here: fn() -> &'static str,
}

impl Location {
    /// `here` returns the type name of a function declared inside the site's static: the only way for stable Rust to
    /// tell a method's full path without help from the user. It's called lazily, since type names are slow to make.
    pub const fn new(
        module: &'static str,
        file: &'static str,
        line: u32,
        column: u32,
        here: fn() -> &'static str,
    ) -> Self {
        Location { module, file, line, column, here }
    }

    /// The module that the site is in.
    pub fn module(&self) -> &'static str {
        self.module
    }

    /// The source file.
    pub fn file(&self) -> &'static str {
        self.file
    }

    /// The line, from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The column, from 1.
    pub fn column(&self) -> u32 {
        self.column
    }

    /// The full path of the function that the site is in, as `krate::module::Type::method`.
    pub fn path(&self) -> String {
        function_path((self.here)())
    }

    /// The path without generics and traits: `krate::module::Type::method`, as a user would write it.
    pub fn plain_path(&self) -> String {
        plain_path(&self.path())
    }

    /// The default label: `Type::method`, or the function's bare name.
    pub fn label(&self) -> String {
        short_label(&self.path(), self.module)
    }
}

/// The name of a value's type. Expansions don't name the standard library's own function: it's younger than the Rust that a
/// user's crate may ask for, which clippy tells them then.
pub fn type_name_of<T: ?Sized>(_: &T) -> &'static str {
    std::any::type_name::<T>()
}

/// What a site captures beyond one timing per call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recursion {
    /// Each level is a node of its own, as in the call stack.
    Nest,
    /// One node; only the outermost call is timed.
    Fold,
}

/// An annotated place in the program.
///
/// Expansions declare it as a `static`; generics share one, and two methods of two types have two.
// Sites are told apart by their addresses, of which tables take the quotient by their size: a shift, with this.
#[derive(Debug)]
#[repr(align(128))]
pub struct Site {
    name: Option<&'static str>,
    location: Location,
    pub(crate) sample: u32,
    pub(crate) recursion: Recursion,
    data: OnceLock<Arc<Label>>,
    /// That of the label among [`labels`], plus one; 0 before it was in a snapshot.
    number: AtomicU32,
    /// Whether, and how, its calls are timed: kept by [`state`](crate::state), which 0 is undecided of.
    pub(crate) timers: AtomicU8,
    /// Of those that were decided the one before; itself, if it's the first; null before it was.
    pub(crate) decided_before: AtomicPtr<Site>,
    /// Whether no filter leaves it out.
    pub(crate) is_always_on: bool,
}

/// Sites that were made while the program ran. They're never freed, so their number is bounded.
struct Made {
    /// By the place of the call and a constant name.
    by_place: Option<HashMap<(usize, &'static str), &'static Site, Quick>>,
    by_name: Option<HashMap<&'static str, &'static Named>>,
}

/// The sites of a name made at run time.
pub(crate) struct Named {
    pub(crate) name: &'static str,
    /// Of what has the name and isn't async.
    pub(crate) span: Site,
    /// Of futures: what's polled and what isn't are counted differently, hence are two nodes, which reports show as one.
    pub(crate) task: Site,
}

static MADE: Mutex<Made> = Mutex::new(Made { by_place: None, by_name: None });

/// Names made at run time beyond this many are dropped and counted.
pub(crate) const MOST_NAMES: usize = 10_000;

/// The site of a place in the program that names itself by a constant when it runs; made at its first use.
pub(crate) fn at(name: &'static str, place: &'static std::panic::Location<'static>) -> &'static Site {
    let key = (ptr::from_ref(place).addr(), name);
    let _inside = Inside::enter();
    lock(&MADE).by_place.get_or_insert_default().entry(key).or_insert_with(|| {
        let location = Location::new("", place.file(), place.line(), place.column(), || "");
        Box::leak(Box::new(Site::new(Some(name), location)))
    })
}

/// The sites of a name made at run time, wherever it's used; made at its first use. `None` past [`MOST_NAMES`].
pub(crate) fn named(name: &str) -> Option<&'static Named> {
    let _inside = Inside::enter();
    let mut made = lock(&MADE);
    let by_name = made.by_name.get_or_insert_default();
    if let Some(&sites) = by_name.get(name) {
        return Some(sites);
    }
    if by_name.len() >= MOST_NAMES {
        return None;
    }
    let name: &'static str = Box::leak(Box::from(name));
    let site = || Site::new(Some(name), Location::new("", "", 0, 0, || ""));
    let sites: &'static Named = Box::leak(Box::new(Named { name, span: site(), task: site() }));
    by_name.insert(name, sites);
    Some(sites)
}

/// Labels of sites that were in a snapshot, by number. Places that share a given name share a label.
struct Labels {
    /// Shared with snapshots; `None` before the first.
    all: Option<Arc<Vec<Arc<Label>>>>,
    given: Option<HashMap<&'static str, u32>>,
}

static LABELS: Mutex<Labels> = Mutex::new(Labels { all: None, given: None });

/// All labels, by the numbers of their sites.
pub(crate) fn labels() -> Arc<Vec<Arc<Label>>> {
    lock(&LABELS).all.clone().unwrap_or_default()
}

// A fork amid the making of a label would leave the child with one that's never ready.
inventory::submit! { Holder::new(55, || Box::new((lock(&MADE), lock(&LABELS)))) }

impl Site {
    /// A site that times every call. Without a name it's labelled `Type::method`.
    pub const fn new(name: Option<&'static str>, location: Location) -> Self {
        Site {
            name,
            location,
            sample: 1,
            recursion: Recursion::Nest,
            data: OnceLock::new(),
            number: AtomicU32::new(0),
            timers: AtomicU8::new(0),
            decided_before: AtomicPtr::new(ptr::null_mut()),
            is_always_on: false,
        }
    }

    /// Times one call in `every`, and counts all.
    #[must_use]
    pub const fn sampled(mut self, every: u32) -> Self {
        self.sample = if every == 0 { 1 } else { every };
        self
    }

    /// Keeps one node for all levels of recursion.
    #[must_use]
    pub const fn folded(mut self) -> Self {
        self.recursion = Recursion::Fold;
        self
    }

    /// Has it recorded whatever a filter leaves out.
    #[must_use]
    pub(crate) const fn always_on(mut self) -> Self {
        self.is_always_on = true;
        self
    }

    /// Lets futures of it be polled as if they weren't timed.
    #[must_use]
    pub(crate) const fn disabled(mut self) -> Self {
        self.sample = 0;
        self
    }

    pub(crate) fn is_disabled(&self) -> bool {
        self.sample == 0
    }

    /// Whether each call is timed in a node of its own.
    #[inline(always)]
    pub(crate) fn is_simple(&self) -> bool {
        self.sample == 1 && self.recursion == Recursion::Nest
    }

    /// What's known of it, as snapshots have it. Made at the first call, which allocates and takes a lock.
    pub(crate) fn data(&self) -> &Arc<Label> {
        self.data.get().unwrap_or_else(|| {
            let _inside = Inside::enter();
            self.make_data(&lock(&LABELS))
        })
    }

    /// The same, if it was made.
    pub(crate) fn known_data(&self) -> Option<&Arc<Label>> {
        self.data.get()
    }

    fn make_data(&self, _: &MutexGuard<'_, Labels>) -> &Arc<Label> {
        self.data.get_or_init(|| {
            let Location { module, file, line, column, .. } = self.location;
            let path = self.location.path();
            let name = self.name.map_or_else(|| Cow::Owned(short_label(&path, module)), Cow::Borrowed);
            Arc::new(Label {
                name,
                is_given: self.name.is_some(),
                path: path.into(),
                module: module.into(),
                file: file.into(),
                line,
                column,
                sample: self.sample,
            })
        })
    }

    /// The number of its label among [`labels`]. Costs a load but for the first call.
    pub(crate) fn number(&self) -> u32 {
        match self.number.load(Ordering::Relaxed) {
            0 => self.take_number(),
            number => number - 1,
        }
    }

    #[cold]
    fn take_number(&self) -> u32 {
        let _inside = Inside::enter();
        let mut labels = lock(&LABELS);
        let data = Arc::clone(self.make_data(&labels));
        let next = labels.all.as_ref().map_or(0, |all| all.len()) as u32;
        let number = match self.name {
            Some(name) => *labels.given.get_or_insert_default().entry(name).or_insert(next),
            None if self.number.load(Ordering::Relaxed) > 0 => self.number.load(Ordering::Relaxed) - 1,
            None => next,
        };
        if number == next {
            // Copied if a snapshot has it: then and no more often, however many follow.
            Arc::make_mut(labels.all.get_or_insert_default()).push(data);
        }
        self.number.store(number + 1, Ordering::Relaxed);
        number
    }

    /// The name given by the user, if any.
    pub fn explicit_name(&self) -> Option<&'static str> {
        self.name
    }

    /// What tables call it: the given name, else `Type::method`.
    pub fn label(&self) -> &str {
        &self.data().name
    }

    /// The full path of the function it stands in.
    pub fn path(&self) -> &str {
        &self.data().path
    }

    /// Where it stands.
    pub fn location(&self) -> &Location {
        &self.location
    }
}

/// A registered site, as `inventory` collects them before `main`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Registered(pub &'static Site);
inventory::collect!(Registered);

/// All sites that are linked into this program, called or not, in no particular order.
///
/// ```
/// let labels: Vec<_> = instrument_core::sites().map(|site| site.label()).collect();
/// # let _ = labels;
/// ```
pub fn sites() -> impl Iterator<Item = &'static Site> {
    inventory::iter::<Registered>.into_iter().map(|registered| registered.0)
}

/// `a::b::Bar::bar::__SITE::{{closure}}::here` → `a::b::Bar::bar`.
///
/// What follows the function are the static, the closure in it and the marker function; inside async functions and
/// closures of the user there are more `{{closure}}`s, which say nothing to a reader.
fn function_path(here: &str) -> String {
    let mut path = here.strip_suffix("::here").unwrap_or(here);
    while let Some(shorter) = path.strip_suffix("::{{closure}}") {
        path = shorter;
    }
    if let Some((function, item)) = path.rsplit_once("::")
        && item.starts_with("__INSTRUMENT")
    {
        path = function;
    }
    while let Some(shorter) = path.strip_suffix("::{{closure}}") {
        path = shorter;
    }
    path.to_owned()
}

/// The last two segments without generics if the one before the last is a type, else the last one.
///
/// A segment is a type if the path has it beyond the module's own path.
fn short_label(path: &str, module: &str) -> String {
    if let Some((subject, method)) = of_a_trait(path) {
        return format!("{}::{method}", last_segment(&subject));
    }
    let plain = strip_generics(path);
    match plain.strip_prefix(module).and_then(|rest| rest.strip_prefix("::")) {
        Some(rest) => rest.to_owned(),
        None => last_segment(&plain).to_owned(),
    }
}

fn plain_path(path: &str) -> String {
    match of_a_trait(path) {
        Some((subject, method)) => format!("{subject}::{method}"),
        None => strip_generics(path),
    }
}

/// `<a::Bar<T> as b::Trait>::method` → `a::Bar` and `method`: the type is what stands before ` as `.
fn of_a_trait(path: &str) -> Option<(String, String)> {
    let rest = path.strip_prefix('<')?;
    let end = closing(rest)?;
    let subject = &rest[..end];
    let subject = split_as(subject).unwrap_or(subject);
    let method = rest[end + 1..].trim_start_matches("::");
    Some((strip_generics(subject), strip_generics(method)))
}

/// Where the bracket that was opened just before `text` closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
        before = c;
    }
    None
}

/// The part before a top-level ` as `.
fn split_as(subject: &str) -> Option<&str> {
    let mut depth = 0usize;
    for (at, c) in subject.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 && subject[at..].starts_with(" as ") => return Some(&subject[..at]),
            _ => {}
        }
    }
    None
}

fn strip_generics(path: &str) -> String {
    let mut depth = 0usize;
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out.replace("::::", "::").trim_end_matches("::").to_owned()
}

fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_ends_at_the_function() {
        for (here, path) in [
            ("a::m::f::__INSTRUMENT_SITE::{{closure}}::here", "a::m::f"),
            ("a::m::f::{{closure}}::__INSTRUMENT_SITE::{{closure}}::here", "a::m::f"),
            ("<a::m::Bar as a::m::Tr>::imp::__INSTRUMENT_SITE::{{closure}}::here", "<a::m::Bar as a::m::Tr>::imp"),
        ] {
            assert_eq!(function_path(here), path);
        }
    }

    #[test]
    fn the_plain_path_is_what_a_user_would_write() {
        for (path, plain) in [
            ("a::m::f", "a::m::f"),
            ("a::m::Bar<alloc::vec::Vec<T>>::bar", "a::m::Bar::bar"),
            ("<a::m::Bar<T> as core::iter::Iterator<Item = U>>::next", "a::m::Bar::next"),
        ] {
            assert_eq!(plain_path(path), plain);
        }
    }

    #[test]
    fn the_label_is_type_and_method() {
        for (path, label) in [
            ("a::m::f", "f"),
            ("a::m::Bar::bar", "Bar::bar"),
            ("a::m::Bar<T>::bar", "Bar::bar"),
            ("a::m::Bar<alloc::vec::Vec<T>>::bar", "Bar::bar"),
            ("<a::m::Bar as a::m::Tr>::imp", "Bar::imp"),
            ("<a::m::Bar<T> as core::iter::Iterator<Item = U>>::next", "Bar::next"),
            ("<alloc::vec::Vec<u8> as a::m::Tr>::imp", "Vec::imp"),
            ("a::m::outer::inner", "outer::inner"),
            ("elsewhere::g", "g"),
        ] {
            assert_eq!(short_label(path, "a::m"), label, "{path}");
        }
    }
}
