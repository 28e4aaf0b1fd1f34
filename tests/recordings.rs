//! A recording of a real run: whatever was measured, it's loaded as it was, and reads the same.

#[macro_use]
#[path = "scripted/components.rs"]
mod parts;

use instrument::component::Component;
use instrument::storage::Scope;
use instrument::{
    Context, FutureExt, Observer, PerfTimer, Report, Snapshot, checkpoints, marker, measure, reset, scope, snapshot,
    timer,
};
use parts::use_up;
use std::pin::pin;
use std::task::{Poll, Waker};

components! {
    Spent = "spent" in Seconds of Total
    Level = "level \"of\"\n it" in Bytes of Level
    Rate = "rate" in Percent of Total
}

static TIMER: PerfTimer = PerfTimer::new("timer of the run");

#[timer("sampled", sample = 3, components(Spent, Level, ThreadCpuUtil))]
fn sampled(levels: u32) {
    use_up(0.1);
    TIMER.time(|| std::hint::black_box(7));
    if levels > 0 {
        sampled(levels - 1);
    }
}

#[checkpoints]
fn told(number: u64) -> u64 {
    let doubled = std::hint::black_box(number) * 2;
    doubled + 1
}

fn run(timer: &PerfTimer) {
    let _run = scope!(format!("run {}", "\u{202e}of names\t"));
    for number in 0..20 {
        sampled(number % 3);
        told(u64::from(number));
        measure("queue", f64::from(number) / 3.0);
        timer.time(|| std::hint::black_box(number));
        let _marker = marker!("marker", Level, Rate);
        use_up(-1.5);
        let mut meter = Spent::new("flat").scope(Scope::Flat);
        meter.push();
        for _ in 0..3 {
            meter.start();
            use_up(0.3);
            meter.stop();
        }
        let mut moment = Spent::new("moment").scope(Scope::Timeline);
        moment.push();
        moment.start();
        use_up(0.7);
    }
    let mut cx = std::task::Context::from_waker(Waker::noop());
    let mut pending = pin!(std::future::poll_fn(|_| Poll::<()>::Pending).timed("cancelled".to_owned()));
    let mut ready = pin!(async { use_up(0.2) }.timed("ready"));
    assert!(pending.as_mut().poll(&mut cx).is_pending() && ready.as_mut().poll(&mut cx).is_ready());
    let context = Context::current();
    std::thread::scope(|threads| {
        threads.spawn(move || {
            let _attached = context.attach();
            let _marker = marker!("elsewhere", Spent);
            use_up(0.1);
        });
    });
    measure("no number", f64::NAN);
    std::mem::forget(marker!("open for ever", Spent));
}

/// Without what a report says of itself.
fn text(snapshot: Snapshot) -> String {
    let text = Report::new(snapshot).width(400).to_string();
    text.lines().filter(|line| !line.starts_with("report made in")).collect::<Vec<_>>().join("\n")
}

fn same(live: &Snapshot, loaded: &Snapshot) {
    assert_eq!(loaded.data(), live.data());
    assert_eq!(text(loaded.clone()), text(live.clone()));
    for (live, loaded) in live.nodes().zip(loaded.nodes()) {
        for (live, loaded) in live.columns().zip(loaded.columns()) {
            let figures = |of: instrument::component::Unit, all: [f64; 8]| (of, all.map(f64::to_bits));
            let all = |of: &instrument::Figures<'_>| {
                figures(
                    of.unit().clone(),
                    [of.total(), of.own(), of.mean(), of.min(), of.max(), of.stddev(), of.count(), of.laps() as f64],
                )
            };
            assert_eq!(all(&loaded), all(&live), "{}", live.name());
        }
    }
}

#[test]
fn a_run_is_loaded_as_it_was_and_reads_the_same() {
    let folder = std::env::temp_dir().join(format!("instrument-recordings-{}", std::process::id()));
    let timer =
        PerfTimer::builder("with quantiles").observer(Observer::histogram(&[0.5, 0.9])).build().expect("a timer");
    run(&timer);
    let first = snapshot();
    run(&timer);
    let second = snapshot();
    let interval = second.since(&first);
    reset();
    run(&timer);
    let after = snapshot();
    for (name, live) in [("first", &first), ("second", &second), ("interval", &interval), ("after", &after)] {
        let path = folder.join(name);
        live.save(&path).expect("it can be written");
        same(live, &Snapshot::load(&path).expect("it's a recording"));
    }
    // An interval of what's loaded is the loaded interval.
    let load = |name| Snapshot::load(folder.join(name)).expect("it's a recording");
    same(&interval, &load("second").since(&load("first")));
    std::fs::remove_dir_all(&folder).expect("it was made");

    // All of it was there.
    let data = second.data();
    assert!(data.moments.len() == 40 && !data.checkpoints.is_empty() && data.timers.len() >= 2);
    assert!(data.measurements.len() == 1 && data.lost.not_a_number == 2);
    assert!(second.nodes().any(|node| node.data().is_parallel) && second.nodes().any(|node| node.data().untimed > 0));
    assert!(second.nodes().any(|node| node.cancelled() > 0 || node.data().running > 0));
    let text = text(second);
    for part in ["spent", "marker", "elsewhere", "queue", "told", "~"] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
}
