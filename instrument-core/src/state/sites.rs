//! The bytes of the sites: decided at a site's first call, and written again whenever something is switched or chosen.
//!
//! ```text
//!   first call ── undecided ──▶ into the list, with the state of all, or off where the filter leaves it out
//!   a switch, a filter ───────▶ over the list
//! ```
//! Nothing is locked, and no label made, while the list is: it's the last of the locks.
#![expect(unsafe_code, reason = "the list is linked by pointers")]

use super::{Relaxed, State, TIMERS, timers};
use crate::base::inside::Inside;
use crate::base::sync::lock;
use crate::options::{Filter, fits};
use crate::process::fork::Holder;
use crate::process::stderr;
use crate::site::{self, Site};
use crate::state::Setup;
use instrument_model::data::{self, Label};
use instrument_model::text::{nearest, printable};
use std::ptr;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::Mutex;

/// The sites that were decided, the last one first, and what's chosen of them.
struct Sites {
    last: Option<&'static Site>,
    filter: Filter,
}

static SITES: Mutex<Sites> = Mutex::new(Sites { last: None, filter: Filter::new() });

inventory::submit! { Holder::new(100, || Box::new(lock(&SITES))) }
inventory::submit! {
    Setup(|settings| {
        if !settings.filter.is_empty() {
            choose(settings.filter.clone());
            for complaint in unmatched(&settings.filter) {
                stderr::warn(&format!("INSTRUMENT_ONLY or INSTRUMENT_SKIP: {complaint}"));
            }
        }
    })
}

/// What a site's byte says.
#[inline(always)]
pub(crate) fn of(site: &Site) -> State {
    State::of(site.timers.load(Relaxed))
}

/// Whether calls of a site are recorded, which is decided if it isn't yet.
pub(crate) fn decide(site: &'static Site) -> bool {
    match of(site) {
        State::Undecided => decide_now(site),
        state => state != State::Off,
    }
}

#[cold]
fn decide_now(site: &'static Site) -> bool {
    let is_on = super::decide();
    // Inside the toolkit nothing is recorded, nor may be locked: whoever was interrupted may have it.
    let Some(_inside) = Inside::enter() else { return is_on };
    if is_on {
        site.data();
    }
    let mut sites = lock(&SITES);
    if timers() == State::Undecided {
        return is_on;
    }
    sites.add(site);
    sites.write(site, timers());
    of(site) != State::Off
}

/// Has all sites be in a state, but those that are left out.
pub(super) fn turn(state: State) {
    // A signal handler that comes amid it may enter a site.
    let _inside = Inside::enter();
    let sites = lock(&SITES);
    TIMERS.store(state as u8, Relaxed);
    sites.write_all();
}

/// Chooses what's recorded from here on.
pub(crate) fn choose(filter: Filter) {
    let _inside = Inside::enter();
    let mut sites = lock(&SITES);
    sites.filter = filter;
    sites.write_all();
}

/// What's chosen, and how many sites that were reached it leaves out; `None` where that's all.
pub(crate) fn chosen() -> Option<data::Filter> {
    let _inside = Inside::enter();
    let sites = lock(&SITES);
    if sites.filter.is_empty() {
        return None;
    }
    let [only, skip] = sites.filter.patterns().map(<[String]>::to_vec);
    let left_out = sites.all().filter(|site| sites.leaves_out(site) == Some(true)).count() as u64;
    Some(data::Filter { only, skip, left_out })
}

/// For each pattern that fits no site of the program, what to say about it. Names that are made while the program runs are known
/// once they were used.
pub(crate) fn unmatched(filter: &Filter) -> Vec<String> {
    let _inside = Inside::enter();
    let decided: Vec<&Site> = lock(&SITES).all().collect();
    let labels: Vec<&Label> = site::sites().chain(decided).map(|site| &**site.data()).collect();
    let patterns = filter.patterns().into_iter().flatten();
    let unknown = patterns.filter(|pattern| !labels.iter().any(|label| fits(pattern, &texts(label))));
    unknown
        .map(|pattern| {
            let near = match nearest_text(pattern, &labels) {
                Some(near) => format!("; the nearest is `{}`", printable(near)),
                None => String::new(),
            };
            format!(
                "`{}` fits the name, path or module of nothing that's annotated{near}; it stays, for names made \
                 while the program runs",
                printable(pattern)
            )
        })
        .collect()
}

/// The name, path or module that ends with what's most like a pattern.
fn nearest_text<'a>(pattern: &str, labels: &[&'a Label]) -> Option<&'a str> {
    let bare = pattern.replace(['*', '?'], "");
    let bare = bare.trim_matches(':');
    let parts = bare.matches("::").count();
    let tail = |text: &'a str| text.rmatch_indices("::").nth(parts).map_or(text, |(at, _)| &text[at + 2..]);
    let all = || labels.iter().flat_map(|label| texts(label)).filter(|text| !text.is_empty());
    let near = nearest(bare, all().map(tail))?;
    all().find(|text| tail(text) == near)
}

/// What a place is known by.
fn texts(label: &Label) -> [&str; 3] {
    [&label.name, &label.path, &label.module]
}

impl Sites {
    /// Adds a site, if it isn't there.
    fn add(&mut self, site: &'static Site) {
        if site.decided_before.load(Relaxed).is_null() {
            let before = self.last.unwrap_or(site);
            site.decided_before.store(ptr::from_ref(before).cast_mut(), Release);
            self.last = Some(site);
        }
    }

    fn all(&self) -> impl Iterator<Item = &'static Site> {
        std::iter::successors(self.last, |site| {
            let before = site.decided_before.load(Acquire);
            // SAFETY: it's what `add` got as `&'static`.
            (!ptr::eq(before, *site)).then(|| unsafe { &*before })
        })
    }

    fn write_all(&self) {
        let state = timers();
        self.all().for_each(|site| self.write(site, state));
    }

    fn write(&self, site: &Site, state: State) {
        let state = match self.leaves_out(site) {
            _ if matches!(state, State::Off | State::Undecided) => state,
            Some(false) => state,
            Some(true) => State::Off,
            // To be decided anew at its next call.
            None => State::Undecided,
        };
        site.timers.store(state as u8, Relaxed);
    }

    /// Whether the filter leaves a site out; `None` if it has no label yet.
    fn leaves_out(&self, site: &Site) -> Option<bool> {
        if site.is_always_on || self.filter.is_empty() {
            return Some(false);
        }
        site.known_data().map(|label| !self.filter.fits(&texts(label)))
    }
}
