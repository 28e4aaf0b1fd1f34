//! Spans that measure components: `components(…)`, `marker!`, and those chosen by name.

use instrument::component::{self, Component, Unavailable, Unit};
use instrument::storage::Entry;
use instrument::{FutureExt, marker, scope, storage, timer};
use std::cell::Cell;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(0.0) };
}

fn pass(seconds: f64) {
    NOW.set(NOW.get() + seconds);
}

macro_rules! scripted {
    ($($name:ident = $label:literal)*) => { $(
        struct $name;
        impl Component for $name {
            type Reading = f64;
            const NAME: &'static str = $label;
            const DESCRIPTION: &'static str = "what the test says";
            const UNIT: Unit = Unit::Seconds;
            fn read() -> Result<f64, Unavailable> {
                Ok(NOW.get())
            }
            fn lap(start: &f64, end: &f64) -> f64 {
                end - start
            }
        }
    )* };
}
scripted! { Gpu = "gpu" Sampled = "sampled" Folded = "folded" Polled = "polled" Marked = "marked" Every = "every" Leaked = "leaked" Other = "other" Both = "both" Falls = "falls" Wakes = "wakes" }

/// What's chosen is chosen for the whole process.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Path, sum, observations.
fn entries<C: Component>() -> Vec<(String, f64, u64)> {
    let mut above: Vec<String> = Vec::new();
    let path = |entry: &Entry| {
        above.truncate(entry.depth);
        above.push(entry.prefix.clone());
        (above.join("/"), entry.data, entry.stats.count)
    };
    storage::<C>().flat().iter().map(path).collect()
}

fn found<C: Component>(path: &str) -> Option<(f64, u64)> {
    entries::<C>().into_iter().find(|(found, ..)| found == path).map(|(_, sum, count)| (sum, count))
}

struct Device;

#[timer(components(Gpu, WallClock))]
impl Device {
    fn outer(&self, fails: bool) -> Result<u32, std::num::ParseIntError> {
        pass(1.0);
        self.inner(1_u8);
        self.inner(1_u16);
        let number = if fails { "x" } else { "7" }.parse()?;
        pass(1.0);
        Ok(number)
    }

    fn inner<T>(&self, _: T) {
        pass(4.0);
    }
}

#[test]
fn a_block_with_components_measures_each_function_by_its_path() {
    let _alone = alone();
    assert!(Device.outer(false).is_ok_and(|number| number == 7));
    assert!(Device.outer(true).is_err());
    let expected = [("Device::outer".into(), 19.0, 2), ("Device::outer/Device::inner".into(), 16.0, 4)];
    let device: Vec<_> = entries::<Gpu>().into_iter().filter(|(path, ..)| path.starts_with("Device")).collect();
    assert_eq!(device, expected);
    assert!(found::<component::WallClock>("Device::outer/Device::inner").is_some_and(|(_, count)| count == 4));
    let timed = instrument::snapshot();
    let node = timed.find(&["Device::outer", "Device::inner"]).expect("the same path");
    assert_eq!(node.count(), 4);
}

#[test]
fn only_calls_that_are_timed_are_measured_and_stand_for_all() {
    let _alone = alone();
    #[timer("often", sample = 10, components(Sampled))]
    fn often() {
        pass(1.0);
    }
    (0..25).for_each(|_| often());
    // Three are measured, and stand for all.
    assert_eq!(entries::<Sampled>(), [("often".into(), 25.0, 3)]);
    let snapshot = instrument::snapshot();
    let node = snapshot.find(&["often"]).expect("timed");
    let column = node.column("sampled").expect("measured");
    assert_eq!((column.total(), column.own(), column.mean(), column.count()), (25.0, 25.0, 1.0, 3.0));
    assert!(node.is_estimated());
}

#[test]
fn of_a_recursion_that_folds_the_outermost_call_is_measured() {
    let _alone = alone();
    #[timer("down", recursion = "fold", components(Folded))]
    fn down(levels: u32) {
        pass(1.0);
        if levels > 0 {
            down(levels - 1);
        }
    }
    down(9);
    assert_eq!(entries::<Folded>(), [("down".into(), 10.0, 1)]);
    let timed = instrument::snapshot();
    assert_eq!(timed.find(&["down"]).map(|node| node.count()), Some(10), "all levels are counted");
}

#[test]
fn a_call_of_an_async_function_is_one_observation_of_all_its_polls_wherever_they_ran() {
    let _alone = alone();
    #[timer("waits", components(Polled))]
    async fn waits() -> u32 {
        pass(2.0);
        let mut polled = false;
        std::future::poll_fn(|cx| {
            cx.waker().wake_by_ref();
            if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        pass(3.0);
        7
    }
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let mut future = Box::pin(is_send(waits()));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut cx).is_pending());
    pass(100.0);
    let ready = std::thread::spawn(move || future.as_mut().poll(&mut Context::from_waker(Waker::noop())));
    assert_eq!(ready.join().expect("no panic"), Poll::Ready(7));
    assert_eq!(entries::<Polled>(), [("waits".into(), 5.0, 1)]);
    let snapshot = instrument::snapshot();
    let column = snapshot.find(&["waits"]).and_then(|node| node.column("polled")).expect("measured");
    assert_eq!((column.total(), column.max(), column.laps()), (5.0, 5.0, 2));
}

#[test]
fn a_marker_measures_until_it_is_dropped_whatever_its_name() {
    let _alone = alone();
    for number in 0..2 {
        let _outer = marker!(format!("number {number}"), Marked, PeakRss);
        pass(1.0);
        {
            let _inner = marker!("inner", crate::Marked);
            pass(2.0);
        }
    }
    let expected: Vec<_> = [("number 0", 3.0), ("number 0/inner", 2.0), ("number 1", 3.0), ("number 1/inner", 2.0)]
        .map(|(path, sum)| (path.to_owned(), sum, 1))
        .into();
    assert_eq!(entries::<Marked>(), expected);
    // Nothing was chosen: nothing is measured.
    let _none = marker!("of those that were chosen");
}

#[timer]
fn plain(levels: u32) {
    pass(1.0);
    let _scope = scope!("part");
    pass(1.0);
    if levels > 0 {
        plain(levels - 1);
    }
}

#[test]
fn what_was_chosen_is_measured_by_every_span() {
    let _alone = alone();
    component::register::<Every>();
    let unknown = component::choose(&["every", "WallClok"]).expect_err("a slip");
    assert!(unknown.to_string().contains("`WallClok` (did you mean `wall_clock`?)"), "{unknown}");
    plain(1);
    assert!(entries::<Every>().is_empty(), "a wrong choice changes nothing");

    component::choose(&["every", "every", "trip_count"]).expect("both are known");
    plain(1);
    let mut polls = pin!(async { pass(8.0) }.timed("future"));
    assert!(polls.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    {
        let _marker = marker!("marker");
        pass(16.0);
    }
    component::choose(&[]).expect("none is known");
    plain(1);
    // Another choice is another one from the first span on.
    component::register::<Other>();
    component::choose(&["other"]).expect("it's registered");
    plain(0);
    component::choose(&[]).expect("none is known");
    assert_eq!(entries::<Other>(), [("plain".into(), 2.0, 1), ("plain/part".into(), 1.0, 1)]);
    let expected: Vec<_> = [
        ("plain", 4.0),
        ("plain/part", 3.0),
        ("plain/part/plain", 2.0),
        ("plain/part/plain/part", 1.0),
        ("future", 8.0),
        ("marker", 16.0),
    ]
    .map(|(path, sum)| (path.to_owned(), sum, 1))
    .into();
    assert_eq!(entries::<Every>(), expected);
    assert_eq!(found::<component::TripCount>("plain/part"), Some((1.0, 1)));
}

#[test]
fn what_was_chosen_observes_an_async_call_once_whatever_is_chosen_between_its_polls() {
    let _alone = alone();
    component::register::<Wakes>();
    component::choose(&["wakes", "trip_count"]).expect("both are known");
    let mut polled = false;
    let body = std::future::poll_fn(|_| {
        pass(2.0);
        if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
    });
    let mut call = pin!(body.timed("wakes twice"));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(call.as_mut().poll(&mut cx).is_pending());
    assert_eq!(found::<Wakes>("wakes twice"), Some((2.0, 0)), "its time counts already");
    component::choose(&["trip_count", "wakes"]).expect("both are known");
    assert!(call.as_mut().poll(&mut cx).is_ready());
    component::choose(&[]).expect("none is known");
    assert_eq!(found::<Wakes>("wakes twice"), Some((4.0, 1)));
    assert_eq!(found::<component::TripCount>("wakes twice"), Some((2.0, 1)));
}

#[test]
fn guards_out_of_order_and_leaked_leave_the_rest_right() {
    let _alone = alone();
    component::register::<Leaked>();
    component::choose(&["leaked"]).expect("it's registered");
    {
        let _outer = scope!("outer");
        std::mem::forget(scope!("leaked"));
        pass(1.0);
    }
    let first = scope!("first");
    let second = scope!("second");
    pass(2.0);
    drop(first);
    pass(4.0);
    drop(second);
    // A choice in the midst of a span holds from the next one on.
    let around = scope!("around");
    component::choose(&[]).expect("none is known");
    let _within = scope!("within");
    drop(around);
    let roots: Vec<_> = entries::<Leaked>().into_iter().filter(|(path, ..)| !path.contains('/')).collect();
    assert_eq!(roots, [("outer".into(), 1.0, 1), ("first".into(), 2.0, 1), ("around".into(), 0.0, 1)]);
    assert_eq!(found::<Leaked>("outer/leaked"), None);
}

#[test]
fn a_panic_ends_the_span_and_its_components() {
    let _alone = alone();
    #[timer("falls", components(Gpu))]
    fn falls() {
        pass(5.0);
        std::panic::resume_unwind(Box::new(()));
    }
    assert!(std::panic::catch_unwind(falls).is_err());
    assert_eq!(found::<Gpu>("falls"), Some((5.0, 1)));
}

#[test]
fn what_a_span_measures_by_itself_is_not_measured_twice() {
    let _alone = alone();
    component::register::<Both>();
    component::choose(&["Both", "trip_count"]).expect("also as it's written in Rust");
    #[timer("both", components(Both))]
    fn both(levels: u32) {
        pass(1.0);
        if levels > 0 {
            both(levels - 1);
        }
    }
    #[timer("both later", components(Both))]
    async fn later() {
        pass(1.0);
        let _scope = scope!("by choice");
    }
    both(1);
    assert!(pin!(later()).as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    component::choose(&[]).expect("none is known");
    let expected: Vec<_> = [("both", 2.0), ("both/both", 1.0), ("both later", 1.0), ("both later/by choice", 0.0)]
        .map(|(path, sum)| (path.to_owned(), sum, 1))
        .into();
    assert_eq!(entries::<Both>(), expected);
    assert_eq!(found::<component::TripCount>("both/both"), Some((1.0, 1)));
}

thread_local! {
    static PANICS: Cell<bool> = const { Cell::new(false) };
}

struct Panics;

impl Component for Panics {
    type Reading = ();
    const NAME: &'static str = "panics";
    const DESCRIPTION: &'static str = "a panic, if the test says so";
    const UNIT: Unit = Unit::Count;
    fn read() -> Result<(), Unavailable> {
        if PANICS.get() {
            // Without a word: the hook of the tests is loud.
            std::panic::resume_unwind(Box::new("broken"));
        }
        Ok(())
    }
    fn lap((): &(), (): &()) -> f64 {
        1.0
    }
}

#[test]
fn a_component_that_panics_is_missing_and_nothing_else_is() {
    let _alone = alone();
    #[timer("beside a panic", components(Panics, Falls))]
    fn beside() -> u32 {
        pass(1.0);
        7
    }
    assert_eq!(beside(), 7);
    PANICS.set(true);
    // Also while another panic unwinds, which two at once would turn into an abort.
    let unwound = std::panic::catch_unwind(|| {
        let _marker = marker!("unwinds", Panics);
        PANICS.set(true);
        assert_eq!(beside(), 7);
        std::panic::resume_unwind(Box::new(()));
    });
    assert!(unwound.is_err());
    let mut meter = component::Meter::<Panics>::new("meter");
    meter.start();
    meter.stop();
    assert_eq!(meter.to_string(), "meter: panics unavailable in 0 laps");
    assert!(meter.error().is_some_and(|error| error.reason.contains("panicked")));
    PANICS.set(false);
    drop(scope!("after the panics"));
    assert_eq!(entries::<Panics>(), [("beside a panic".into(), 1.0, 1)]);
    assert_eq!(entries::<Falls>(), [("beside a panic".into(), 2.0, 2)]);
    let snapshot = instrument::snapshot();
    assert!(snapshot.find(&["after the panics"]).is_some(), "at the top");
    for path in [&["beside a panic"][..], &["unwinds", "beside a panic"]] {
        assert_eq!(snapshot.find(path).map(|node| node.count()), Some(1), "{path:?}");
    }
}
