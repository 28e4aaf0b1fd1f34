//! Meters, bundles and components of one's own: what's in order, and what's not.

use instrument_core::component::{
    Component, FloatTracker, HeapBytes, IntegerTracker, Kind, Meter, PeakRss, ThreadCpu, TripCount, Unavailable, Unit,
    WallClock,
};
use instrument_core::storage;
use std::cell::Cell;
use std::time::Duration;

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(0.0) };
    static FAILS: Cell<bool> = const { Cell::new(false) };
    static READ: Cell<u32> = const { Cell::new(0) };
}

fn pass(seconds: f64) {
    NOW.set(NOW.get() + seconds);
}

/// Declares components by a scripted clock: each test has its own, since storage is of the whole process.
macro_rules! scripted {
    ($($name:ident)*) => { $(
        struct $name;
        impl Component for $name {
            type Reading = f64;
            const NAME: &'static str = stringify!($name);
            const DESCRIPTION: &'static str = "what the test says";
            const UNIT: Unit = Unit::Seconds;
            fn read() -> Result<f64, Unavailable> {
                READ.set(READ.get() + 1);
                if FAILS.get() { Err(Unavailable::new(Self::NAME, "told to fail")) } else { Ok(NOW.get()) }
            }
            fn lap(start: &f64, end: &f64) -> f64 {
                end - start
            }
        }
    )* };
}
scripted! { Plain Doubled Dropped Unwound Crossed Failing Backwards Beside Between Reset Foreign Empty Twice Odd }

#[test]
fn laps_add_up_and_touch_no_call_graph() {
    let mut meter = Plain::new("bar");
    for lap in [0.5, 0.25] {
        meter.start();
        pass(lap);
        meter.stop();
        pass(100.0);
    }
    assert_eq!((meter.get(), meter.laps(), meter.label()), (0.75, 2, "bar"));
    assert_eq!((meter.unit(), meter.description()), (Unit::Seconds, "what the test says"));
    assert_eq!(meter.to_string(), "bar: Plain 750 ms in 2 laps");
    meter.reset();
    assert_eq!((meter.get(), meter.laps()), (0.0, 0));
    drop(meter);
    assert!(storage::<Plain>().flat().is_empty());
}

#[test]
fn a_second_start_and_a_stop_without_one_change_nothing() {
    let mut meter = Doubled::new("bar");
    meter.stop();
    meter.pop();
    assert_eq!(meter.laps(), 0);
    meter.start();
    assert!(meter.is_running());
    pass(1.0);
    meter.start();
    pass(1.0);
    meter.stop();
    meter.stop();
    assert_eq!((meter.get(), meter.laps()), (2.0, 1));
    meter.pop();
    assert!(storage::<Doubled>().flat().is_empty());
}

#[test]
fn a_second_push_enters_no_deeper_and_a_second_pop_observes_nothing() {
    let mut meter = Twice::new("bar");
    meter.push();
    meter.push();
    meter.start();
    pass(1.0);
    meter.pop();
    assert!(!meter.is_running());
    meter.pop();
    let flat = storage::<Twice>().flat();
    assert_eq!(flat.len(), 1);
    assert_eq!((flat[0].depth, flat[0].laps, flat[0].stats.count, flat[0].data), (0, 1, 1, 1.0));
}

#[test]
fn what_is_dropped_in_a_push_is_observed_and_without_one_forgotten() {
    {
        let mut meter = Dropped::new("pushed");
        meter.push();
        meter.start();
        pass(2.0);
    }
    {
        let mut meter = Dropped::new("not pushed");
        meter.start();
    }
    let flat = storage::<Dropped>().flat();
    assert_eq!(flat.len(), 1);
    assert_eq!((flat[0].prefix.as_str(), flat[0].data, flat[0].laps), ("pushed", 2.0, 1));
}

#[test]
fn a_panic_observes_and_leaves() {
    let result = std::panic::catch_unwind(|| {
        let mut meter = Unwound::new("panics");
        meter.push();
        meter.start();
        pass(1.0);
        std::panic::resume_unwind(Box::new(()));
    });
    assert!(result.is_err());
    let mut after = Unwound::new("after");
    after.push();
    after.start();
    after.pop();
    let flat = storage::<Unwound>().flat();
    assert_eq!(
        flat.iter().map(|entry| (entry.prefix.as_str(), entry.depth)).collect::<Vec<_>>(),
        [("panics", 0), ("after", 0)]
    );
}

#[test]
fn pops_in_another_order_observe_in_their_own_place() {
    let [mut a, mut b, mut c] = ["a", "b", "c"].map(Crossed::new);
    for meter in [&mut a, &mut b, &mut c] {
        meter.push();
        meter.start();
        pass(1.0);
    }
    // Leaves `b`, and with it `c`.
    b.pop();
    let mut d = Crossed::new("d");
    d.push();
    d.start();
    d.pop();
    c.pop();
    a.pop();
    let mut e = Crossed::new("e");
    e.push();
    e.start();
    e.pop();
    let flat = storage::<Crossed>().flat();
    let found: Vec<_> = flat.iter().map(|entry| (entry.prefix.as_str(), entry.depth, entry.data)).collect();
    assert_eq!(found, [("a", 0, 3.0), ("b", 1, 2.0), ("c", 2, 1.0), ("d", 1, 0.0), ("e", 0, 0.0)]);
    for node in storage::<Crossed>().tree() {
        assert!(node.exclusive.data >= 0.0);
    }
}

#[test]
fn a_component_that_fails_half_way_has_no_lap_and_the_others_have_theirs() {
    let mut meter = Meter::<(Beside, TripCount, Failing)>::new("bar");
    meter.push();
    meter.start();
    pass(1.0);
    FAILS.set(true);
    meter.stop();
    let error = meter.error().cloned().expect("it was told to");
    assert_eq!((error.component, &*error.reason), ("Beside", "told to fail"));
    assert_eq!(error.to_string(), "Beside isn't available: told to fail");
    meter.start();
    FAILS.set(false);
    pass(1.0);
    meter.stop();
    meter.start();
    pass(1.0);
    meter.stop();
    assert_eq!((meter.get(), meter.laps()), ((1.0, 3.0, 1.0), 3));
    meter.pop();
    assert_eq!(storage::<Failing>().flat()[0].laps, 1);
    assert_eq!(storage::<TripCount>().flat()[0].laps, 3);
    meter.reset();
    assert!(meter.error().is_none());
}

#[test]
fn a_total_that_runs_backwards_stood_still_and_no_number_is_no_lap() {
    let mut meter = Backwards::new("bar");
    meter.start();
    pass(-5.0);
    meter.stop();
    assert_eq!((meter.get(), meter.laps()), (0.0, 1));
    meter.start();
    NOW.set(f64::NAN);
    meter.stop();
    NOW.set(0.0);
    assert_eq!((meter.get(), meter.laps()), (0.0, 1));
    assert_eq!(meter.error().map(|error| &*error.reason), Some("a lap's figure was NaN, infinite or beyond ±1e144"));
}

#[test]
fn a_bundle_reads_each_member_once_at_each_end_and_nests_in_bundles() {
    READ.set(0);
    let mut meter = Meter::<((Between, ThreadCpu), (WallClock,), Odd)>::new("bar");
    meter.start();
    assert_eq!(READ.get(), 2);
    pass(1.0);
    meter.stop();
    assert_eq!(READ.get(), 4);
    let ((scripted, cpu), (wall,), other) = meter.get();
    assert_eq!((scripted, other), (1.0, 1.0));
    assert!(wall > 0.0 && cpu >= 0.0);
}

#[test]
fn reset_amid_a_push_leaves_the_push() {
    let mut meter = Reset::new("bar");
    meter.push();
    meter.start();
    pass(1.0);
    meter.reset();
    assert!(!meter.is_running());
    meter.start();
    pass(4.0);
    meter.pop();
    let flat = storage::<Reset>().flat();
    assert_eq!((flat[0].laps, flat[0].data), (1, 4.0));
}

#[test]
fn a_push_without_a_lap_observes_nothing() {
    let mut meter = Empty::new("bar");
    meter.push();
    meter.pop();
    assert!(storage::<Empty>().flat().is_empty());
}

#[test]
fn a_label_may_be_anything() {
    let labels = ["", "\u{202e}\n\u{1b}[31m", "日本", &"x".repeat(10_000)];
    for label in labels {
        let mut meter = Foreign::new(label.to_owned());
        meter.push();
        meter.start();
        meter.pop();
    }
    let flat = storage::<Foreign>().flat();
    assert_eq!(flat.iter().map(|entry| entry.prefix.as_str()).collect::<Vec<_>>(), labels);
    let text = storage::<Foreign>().to_string();
    // What other tests of this process lose on purpose is said below each table.
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("lost: ")).collect();
    assert_eq!(lines.len(), 1 + labels.len(), "{text}");
    assert!(!text.contains('\u{1b}') && lines.iter().all(|line| line.chars().count() <= 120), "{text}");
}

#[test]
fn trackers_keep_what_is_stored() {
    let mut numbers = IntegerTracker::new("integers");
    numbers.push();
    for number in [7, -3, 10] {
        numbers.store(number);
    }
    numbers.start();
    numbers.stop();
    assert_eq!((numbers.get(), numbers.laps()), (14.0, 3));
    numbers.pop();
    let entry = &storage::<IntegerTracker>().flat()[0];
    assert_eq!((entry.data, entry.laps, entry.stats.count, entry.stats.sum), (14.0, 3, 1, 14.0));

    let mut numbers = FloatTracker::new("floats");
    numbers.store(2.5);
    numbers.store(f64::NAN);
    assert_eq!((numbers.get(), numbers.laps(), numbers.error().is_some()), (2.5, 1, true));
}

#[test]
fn what_the_program_did_not_install_says_how() {
    let error = HeapBytes::available().expect_err("this program has no counting allocator");
    assert!(error.to_string().contains("#[global_allocator]"), "{error}");
    assert_eq!(PeakRss::KIND, Kind::Total);
}

#[test]
fn sleep_is_wall_time_and_no_cpu_time() {
    let mut meter = Meter::<(WallClock, ThreadCpu)>::new("sleep");
    meter.start();
    let before = std::time::Instant::now();
    std::thread::sleep(Duration::from_millis(50));
    let truth = before.elapsed().as_secs_f64();
    meter.stop();
    let (wall, cpu) = meter.get();
    assert!(wall >= truth, "{wall} {truth}");
    assert!(cpu < 0.025, "{cpu}");
}
