//! The bytes of the sites: decided at a site's first call, and written again whenever something is switched or chosen.
//!
//! ```text
//!   first call ── undecided ──▶ into the list, with the state of all, or off where the filter leaves it out
//!   a switch, a filter ───────▶ over the list
//! ```
//! A first call locks and allocates nothing, as signal handlers make such calls. Only where there's a filter it has to know what the
//! site is called, unless the filter came later, and knows already. The filter's lock is the last of all.
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
use std::sync::Mutex;
use std::sync::atomic::Ordering::{Acquire, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicPtr};

/// The sites that were decided, the last one first.
static LAST: AtomicPtr<Site> = AtomicPtr::new(ptr::null_mut());
static FILTER: Mutex<Filter> = Mutex::new(Filter::new());
/// Whether that leaves out anything.
static IS_FILTERED: AtomicBool = AtomicBool::new(false);

inventory::submit! { Holder::new(100, || Box::new(lock(&FILTER))) }
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
    if timers() == State::Undecided {
        return is_on;
    }
    let is_new = add(site);
    // Whoever chooses says so first, and then looks at the list: one of both sees the other.
    if IS_FILTERED.load(SeqCst) {
        if is_on {
            site.data();
        }
        let filter = lock(&FILTER);
        write(site, timers(), &filter);
    } else if !is_new {
        // Another thread is about to decide it, and may not have it in the list yet, where others look that switch.
        return is_on;
    } else {
        // Unless somebody has written to it since it's in the list.
        let _ = site.timers.compare_exchange(State::Undecided as u8, TIMERS.load(SeqCst), SeqCst, Relaxed);
    }
    of(site) != State::Off
}

/// Has all sites be in a state, but those that are left out.
pub(super) fn turn(state: State) {
    // A signal handler that comes amid it may enter a site.
    let _inside = Inside::enter();
    let filter = lock(&FILTER);
    TIMERS.store(state as u8, SeqCst);
    all().for_each(|site| write(site, state, &filter));
}

/// Chooses what's recorded from here on.
pub(crate) fn choose(filter: Filter) {
    let _inside = Inside::enter();
    if !filter.is_empty() {
        for site in site::sites() {
            site.data();
            add(site);
        }
        all().for_each(|site| _ = site.data());
    }
    let mut chosen = lock(&FILTER);
    *chosen = filter;
    IS_FILTERED.store(!chosen.is_empty(), SeqCst);
    all().for_each(|site| write(site, timers(), &chosen));
}

/// What's chosen, and how many sites it leaves out; `None` where that's none.
pub(crate) fn chosen() -> Option<data::Filter> {
    let _inside = Inside::enter();
    let filter = lock(&FILTER).clone();
    if filter.is_empty() {
        return None;
    }
    let left_out = all().filter(|site| leaves_out(&filter, site) == Some(true)).count() as u64;
    let [only, skip] = filter.patterns().map(<[String]>::to_vec);
    Some(data::Filter { only, skip, left_out })
}

/// For each pattern that fits no site of the program, what to say about it. Names that are made while the program runs are known
/// once they were used.
pub(crate) fn unmatched(filter: &Filter) -> Vec<String> {
    let _inside = Inside::enter();
    let labels: Vec<&Label> = site::sites().chain(all()).map(|site| &**site.data()).collect();
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

/// Adds a site to the list; false if that's done, or being done, already.
fn add(site: &'static Site) -> bool {
    let this = ptr::from_ref(site).cast_mut();
    // Before it's in the list the one before it is itself, which also is so of the first one.
    if site.decided_before.compare_exchange(ptr::null_mut(), this, SeqCst, Relaxed).is_err() {
        return false;
    }
    let mut last = LAST.load(Relaxed);
    loop {
        site.decided_before.store(if last.is_null() { this } else { last }, Relaxed);
        match LAST.compare_exchange_weak(last, this, SeqCst, Relaxed) {
            Ok(_) => return true,
            Err(other) => last = other,
        }
    }
}

/// The sites in the list.
fn all() -> impl Iterator<Item = &'static Site> {
    // SAFETY: null, or what `add` got as `&'static`.
    let last = unsafe { LAST.load(SeqCst).as_ref::<'static>() };
    std::iter::successors(last, |site| {
        let before = site.decided_before.load(Acquire);
        // SAFETY: as above.
        (!ptr::eq(before, *site)).then(|| unsafe { &*before })
    })
}

/// Writes a site's byte; with the filter locked.
fn write(site: &Site, state: State, filter: &Filter) {
    let state = match leaves_out(filter, site) {
        _ if matches!(state, State::Off | State::Undecided) => state,
        Some(false) => state,
        Some(true) => State::Off,
        // To be decided anew at its next call.
        None => State::Undecided,
    };
    site.timers.store(state as u8, SeqCst);
}

/// Whether a filter leaves a site out; `None` if it has no label yet.
fn leaves_out(filter: &Filter, site: &Site) -> Option<bool> {
    if site.is_always_on || filter.is_empty() {
        return Some(false);
    }
    site.known_data().map(|label| !filter.fits(&texts(label)))
}
