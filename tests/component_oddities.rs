//! Components used as nobody would: the host goes on, figures are right or absent, and what's lost is counted.

#[macro_use]
#[path = "scripted/components.rs"]
mod parts;

use instrument::component::{self, Chosen, Component, Kind, Marker, Meter, Unavailable, Unit};
use instrument::{Snapshot, marker, scope, snapshot, storage};
use parts::use_up;
use std::cell::Cell;
use std::panic::{catch_unwind, resume_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

components! {
    Within = "within" in Count of Total
    Order = "order" in Count of Total
    Forgotten = "forgotten" in Count of Total
    Drops = "drops" in Count of Total
    Extreme = "extreme" in Count of Level
    Swapped = "swapped" in Count of Total
    Beside = "beside" in Count of Total
    Crossed = "crossed" in Count of Total
    Crossing = "crossing" in Count of Total
}

/// What's chosen is chosen for the whole process, and epochs are the process's.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Total, own, observations.
fn column(snapshot: &Snapshot, path: &[&str], name: &str) -> Option<(f64, f64, f64)> {
    let figures = snapshot.find(path)?.column(name)?;
    Some((figures.total(), figures.own(), figures.count()))
}

fn measured<C: Component>(label: &'static str, within: impl FnOnce()) {
    let mut meter = C::new(label);
    meter.push();
    meter.start();
    within();
    meter.pop();
}

#[test]
fn a_bundle_of_nothing_has_its_place_until_it_is_left() {
    let _alone = alone();
    let mut nothing = Meter::<Chosen>::new("nothing");
    nothing.push();
    nothing.start();
    for _ in 0..2 {
        measured::<Within>("in nothing", || use_up(1.0));
        drop(scope!("span in nothing"));
        let _attached = instrument::Context::default().attach();
    }
    {
        let _marker = Marker::<Chosen>::new("marker of nothing");
        measured::<Within>("in nothing", || use_up(1.0));
    }
    nothing.pop();
    drop(scope!("after nothing"));
    assert_eq!((nothing.get().len(), nothing.laps()), (0, 0));
    let snapshot = snapshot();
    assert_eq!(column(&snapshot, &["nothing", "in nothing"], "within"), Some((2.0, 2.0, 2.0)));
    assert_eq!(column(&snapshot, &["nothing", "marker of nothing", "in nothing"], "within"), Some((1.0, 1.0, 1.0)));
    assert_eq!(snapshot.find(&["nothing", "span in nothing"]).map(|node| node.count()), Some(2));
    assert!(snapshot.find(&["in nothing"]).is_none());
    assert!(snapshot.find(&["after nothing"]).is_some());
}

#[test]
fn meters_dropped_in_another_order_observe_in_their_own_place() {
    let _alone = alone();
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut meters: Vec<Option<Meter<Order>>> = ["one", "two", "three"]
            .into_iter()
            .map(|label| {
                let mut meter = Order::new(label);
                meter.push();
                meter.start();
                use_up(1.0);
                Some(meter)
            })
            .collect();
        for at in order {
            use_up(10.0);
            meters[at] = None;
        }
        drop(scope!("after all"));
    }
    let snapshot = snapshot();
    assert_eq!(snapshot.find(&["after all"]).map(|node| node.count()), Some(6), "the top is where it was");
    for (path, least) in [(&["one"][..], 3.0), (&["one", "two"], 2.0), (&["one", "two", "three"], 1.0)] {
        let figures = snapshot.find(path).and_then(|node| node.column("order")).expect("measured");
        // Whenever it's dropped, first, second or third, each twice.
        assert_eq!((figures.count(), figures.min(), figures.max()), (6.0, least + 10.0, least + 30.0));
        assert_eq!(figures.mean(), least + 20.0);
        assert!(figures.own() >= 0.0);
    }
}

#[test]
fn two_components_whose_pushes_cross_are_each_right() {
    let _alone = alone();
    let mut a = Crossed::new("a");
    a.push();
    a.start();
    use_up(1.0);
    let mut b = Crossing::new("b");
    b.push();
    b.start();
    use_up(2.0);
    a.pop();
    use_up(4.0);
    // Where the thread is now: at the top.
    measured::<Crossing>("c", || use_up(8.0));
    b.pop();
    let snapshot = snapshot();
    assert_eq!(column(&snapshot, &["a"], "crossed"), Some((3.0, 3.0, 1.0)));
    assert_eq!(column(&snapshot, &["a", "b"], "crossing").map(|(total, _, count)| (total, count)), Some((14.0, 1.0)));
    assert_eq!(column(&snapshot, &["c"], "crossing"), Some((8.0, 8.0, 1.0)));
}

#[test]
fn what_is_forgotten_is_no_observation_and_leaves_the_rest_right() {
    let _alone = alone();
    for _ in 0..3 {
        let _outer = marker!("outer of forgotten", Forgotten);
        use_up(1.0);
        std::mem::forget(marker!("forgotten marker", Forgotten));
        use_up(2.0);
        let mut meter = Forgotten::new("forgotten meter");
        meter.push();
        meter.start();
        std::mem::forget(meter);
        use_up(4.0);
        measured::<Forgotten>("below forgotten", || use_up(8.0));
    }
    measured::<Forgotten>("after forgotten", || use_up(16.0));
    let snapshot = snapshot();
    assert_eq!(column(&snapshot, &["outer of forgotten"], "forgotten"), Some((45.0, 21.0, 3.0)));
    let path = ["outer of forgotten", "forgotten marker", "forgotten meter", "below forgotten"];
    assert_eq!(column(&snapshot, &path, "forgotten"), Some((24.0, 24.0, 3.0)));
    // What's open for ever has what's below it.
    assert_eq!(column(&snapshot, &path[..3], "forgotten"), Some((24.0, 0.0, 0.0)));
    assert_eq!(column(&snapshot, &["after forgotten"], "forgotten"), Some((16.0, 16.0, 1.0)));
}

#[test]
fn markers_in_drops_nest_where_the_drop_runs_also_while_unwinding() {
    struct Noisy(u32);
    impl Drop for Noisy {
        fn drop(&mut self) {
            let _marker = marker!("drop", Drops);
            use_up(1.0);
            if self.0 > 0 {
                drop(Noisy(self.0 - 1));
            }
        }
    }
    let _alone = alone();
    let unwound = catch_unwind(|| {
        let _noisy = Noisy(1);
        let _outer = marker!("unwinds", Drops);
        let _within = Noisy(1);
        resume_unwind(Box::new(()));
    });
    assert!(unwound.is_err());
    let snapshot = snapshot();
    assert_eq!(column(&snapshot, &["unwinds"], "drops"), Some((2.0, 0.0, 1.0)));
    for path in [&["unwinds", "drop"][..], &["drop"]] {
        assert_eq!(column(&snapshot, path, "drops"), Some((2.0, 1.0, 1.0)), "{path:?}");
        assert_eq!(column(&snapshot, &[path, &["drop"]].concat(), "drops"), Some((1.0, 1.0, 1.0)), "{path:?}");
    }
}

#[test]
fn meters_that_are_swapped_end_what_they_began() {
    let _alone = alone();
    let mut a = Swapped::new("swapped a");
    a.push();
    a.start();
    use_up(1.0);
    let mut b = Swapped::new("swapped b");
    b.push();
    b.start();
    use_up(2.0);
    std::mem::swap(&mut a, &mut b);
    a.pop();
    use_up(4.0);
    b.pop();
    let snapshot = snapshot();
    assert_eq!(column(&snapshot, &["swapped a"], "swapped"), Some((7.0, 5.0, 1.0)));
    assert_eq!(column(&snapshot, &["swapped a", "swapped b"], "swapped"), Some((2.0, 2.0, 1.0)));
}

#[test]
fn extreme_figures_are_right_or_absent_and_survive_being_saved() {
    let _alone = alone();
    // Of the tests before.
    let lost = snapshot().lost().not_a_number;
    for amount in [1e144, -1e144, 2.5, 1e145, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        // From zero each time, or small figures would drown.
        let level = parts::used();
        use_up(-level);
        measured::<Extreme>("extremes", || use_up(amount));
        use_up(-parts::used());
        if !parts::used().is_finite() {
            parts::set(0.0);
        }
    }
    // An observation of many laps, whose square is no number.
    let mut meter = Extreme::new("sums of extremes");
    meter.push();
    for _ in 0..100_000 {
        parts::set(0.0);
        meter.start();
        parts::set(1e144);
        meter.stop();
    }
    meter.pop();
    parts::set(0.0);
    measured::<Extreme>("sums of extremes", || use_up(1.0));
    let taken = snapshot();
    let extremes = taken.find(&["extremes"]).and_then(|node| node.column("extreme")).expect("measured");
    assert_eq!((extremes.count(), extremes.min(), extremes.max()), (3.0, -1e144, 1e144));
    assert_eq!(taken.lost().not_a_number - lost, 4, "what isn't added up is counted");
    let sums = taken.find(&["sums of extremes"]).and_then(|node| node.column("extreme")).expect("measured");
    assert_eq!((sums.count(), sums.min()), (2.0, 1.0));
    assert!((sums.max() / 1e149 - 1.0).abs() < 1e-9, "{}", sums.max());
    let mut text = Vec::new();
    taken.write_to(&mut text).expect("to memory");
    let again = Snapshot::read_from(&text[..]).expect("it's a recording");
    for path in ["extremes", "sums of extremes"] {
        let figures = |snapshot: &Snapshot| {
            let figures = snapshot.find(&[path]).and_then(|node| node.column("extreme")).expect("measured");
            [figures.total(), figures.own(), figures.min(), figures.max(), figures.mean(), figures.stddev()]
                .map(f64::to_bits)
        };
        assert_eq!(figures(&again), figures(&taken), "{path}");
    }
    let _ = (instrument::report().to_string(), storage::<Extreme>().to_string());
}

thread_local! {
    static PER: Cell<f64> = const { Cell::new(1.0) };
    static FALLS: Cell<&'static str> = const { Cell::new("") };
}

struct Share;

impl Component for Share {
    type Reading = ();
    const NAME: &'static str = "share";
    const DESCRIPTION: &'static str = "a share of what the test says";
    const UNIT: Unit = Unit::Percent;
    fn read() -> Result<(), Unavailable> {
        Ok(())
    }
    fn lap((): &(), (): &()) -> f64 {
        50.0
    }
    fn per((): &(), (): &()) -> Option<f64> {
        Some(PER.get())
    }
}

#[test]
fn ratios_of_next_to_nothing_are_no_infinity() {
    let _alone = alone();
    for per in [0.5, 0.0, 1e-200, f64::MIN_POSITIVE, f64::NAN, -1.0] {
        PER.set(per);
        measured::<Share>("share", || ());
    }
    let taken = snapshot();
    let figures = taken.find(&["share"]).and_then(|node| node.column("share")).expect("measured");
    let all = [figures.total(), figures.own(), figures.mean(), figures.min(), figures.max(), figures.stddev()];
    assert!(all.iter().all(|figure| figure.is_finite()), "{all:?}");
    let mut text = Vec::new();
    taken.write_to(&mut text).expect("to memory");
    assert!(Snapshot::read_from(&text[..]).is_ok());
}

/// Panics where it's told to.
struct Falls;

struct Reading;

fn falls(place: &str) {
    if FALLS.get() == place {
        resume_unwind(Box::new("broken"));
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        falls("drop");
    }
}

impl Component for Falls {
    type Reading = Reading;
    const NAME: &'static str = "falls";
    const DESCRIPTION: &'static str = "a panic, if the test says so";
    const UNIT: Unit = Unit::Count;
    const KIND: Kind = Kind::Event;
    fn read() -> Result<Reading, Unavailable> {
        falls("read");
        Ok(Reading)
    }
    fn lap(_: &Reading, _: &Reading) -> f64 {
        falls("lap");
        1.0
    }
    fn per(_: &Reading, _: &Reading) -> Option<f64> {
        falls("per");
        None
    }
}

#[test]
fn wherever_a_component_panics_it_is_missing_and_the_program_goes_on() {
    let _alone = alone();
    for place in ["read", "lap", "per", "drop"] {
        let whole = catch_unwind(|| {
            let _marker = marker!("falls", Beside, Falls, TripCount);
            use_up(1.0);
            FALLS.set(place);
        });
        FALLS.set("");
        assert!(whole.is_ok(), "{place}");
        // Also one that's dropped amid a lap, or reset.
        let whole = catch_unwind(|| {
            let mut meter = Meter::<Falls>::new("falls");
            meter.start();
            FALLS.set(place);
            meter.reset();
            meter.start();
            meter.push();
            drop(meter);
        });
        FALLS.set("");
        assert!(whole.is_ok(), "{place}");
    }
    measured::<Falls>("falls", || ());
    let snapshot = snapshot();
    assert_eq!(column(&snapshot, &["falls"], "beside"), Some((4.0, 4.0, 4.0)));
    assert_eq!(column(&snapshot, &["falls"], "trip_count"), Some((4.0, 4.0, 4.0)));
    // A reading that can't be dropped was one all the same.
    assert_eq!(column(&snapshot, &["falls"], "falls"), Some((3.0, 3.0, 3.0)));
}

/// Whose own code is timed, measured and read.
struct Timed;

impl Component for Timed {
    type Reading = f64;
    const NAME: &'static str = "timed";
    const DESCRIPTION: &'static str = "what the test says";
    const UNIT: Unit = Unit::Count;
    fn read() -> Result<f64, Unavailable> {
        let _span = scope!("reads");
        let _marker = marker!("measures itself", Within);
        let _ = (snapshot(), storage::<Timed>().flat());
        Ok(parts::used())
    }
    fn lap(start: &f64, end: &f64) -> f64 {
        end - start
    }
}

#[test]
fn a_component_may_be_timed_itself() {
    let _alone = alone();
    component::register::<Timed>();
    component::choose(&["timed"]).expect("it's registered");
    {
        let _marker = marker!("measured by both", Timed);
        use_up(1.0);
        let _span = scope!("by choice");
        use_up(2.0);
    }
    component::choose(&[]).expect("none is known");
    let snapshot = snapshot();
    assert_eq!(column(&snapshot, &["measured by both"], "timed"), Some((3.0, 1.0, 1.0)));
    assert_eq!(column(&snapshot, &["measured by both", "by choice"], "timed"), Some((2.0, 2.0, 1.0)));
}

mod elsewhere {
    components! { Alike = "within" in Bytes of Level }
    pub fn measure(label: &'static str, amount: f64) {
        super::measured::<Alike>(label, || super::use_up(amount));
    }
    pub fn stored() -> Vec<instrument::storage::Entry> {
        instrument::storage::<Alike>().flat()
    }
}

#[test]
fn components_named_alike_are_told_apart() {
    let _alone = alone();
    measured::<Within>("alike", || use_up(1.0));
    elsewhere::measure("alike", 100.0);
    let before = snapshot();
    measured::<Within>("alike", || use_up(2.0));
    elsewhere::measure("alike", 200.0);
    let now = snapshot();
    let of = |snapshot: &Snapshot| -> Vec<(f64, String)> {
        let node = snapshot.find(&["alike"]).expect("measured");
        node.columns().map(|figures| (figures.total(), figures.unit().to_string())).collect()
    };
    let both = |a: f64, b: f64| {
        let mut both = vec![(a, String::new()), (b, "B".to_owned())];
        both.sort_by(|a, b| a.0.total_cmp(&b.0));
        both
    };
    let sorted = |mut of: Vec<(f64, String)>| {
        of.sort_by(|a, b| a.0.total_cmp(&b.0));
        of
    };
    assert_eq!(sorted(of(&now)), both(3.0, 300.0));
    assert_eq!(sorted(of(&now.since(&before))), both(2.0, 200.0));
    let stored = |entries: Vec<instrument::storage::Entry>| -> Vec<f64> {
        entries.iter().filter(|entry| entry.prefix == "alike").map(|entry| entry.data).collect()
    };
    assert_eq!(stored(storage::<Within>().flat()), [3.0]);
    assert_eq!(stored(elsewhere::stored()), [300.0]);
    let mut names: Vec<&str> = now.components().iter().map(|component| component.name.as_str()).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "columns of tables and recordings are found by name");
}
