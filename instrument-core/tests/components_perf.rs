//! The kernel's counters, where there are any: what they count is what the test does.
#![cfg(all(feature = "perf", target_os = "linux"))]

use instrument_core::component::{
    BranchMisses, CacheMisses, Component, ContextSwitches, CpuMigrations, Cycles, Instructions, Meter, PageFaults,
    TaskClock,
};
use std::hint::black_box;

/// The figure of a lap, or `None` with a line on why there's none.
fn lap<C: Component>(work: impl FnOnce()) -> Option<f64> {
    let mut meter = Meter::<C>::new("lap");
    meter.start();
    work();
    meter.stop();
    match meter.error() {
        None => Some(meter.get()),
        Some(error) => {
            // One clear message: what's missing, and why.
            let text = error.to_string();
            assert!(text.starts_with(&format!("{} isn't available: ", C::NAME)), "{text}");
            eprintln!("skipped: {text}");
            assert_eq!(meter.laps(), 0);
            None
        }
    }
}

#[inline(never)]
fn count(to: u64) {
    let mut sum = 0_u64;
    for number in 0..to {
        sum = black_box(sum + number);
    }
}

#[test]
fn instructions_grow_with_the_work() {
    let Some(one) = lap::<Instructions>(|| count(100_000)) else { return };
    let Some(ten) = lap::<Instructions>(|| count(1_000_000)) else { return };
    assert!(one >= 100_000.0, "{one}");
    assert!((9.0..11.0).contains(&(ten / one)), "{ten} / {one}");
    assert!(lap::<Cycles>(|| count(100_000)).is_none_or(|cycles| cycles > 0.0));
    assert!(lap::<CacheMisses>(|| count(100)).is_none_or(|misses| misses >= 0.0));
    assert!(lap::<BranchMisses>(|| count(100)).is_none_or(|misses| misses >= 0.0));
}

#[test]
fn page_faults_are_those_of_the_pages_touched() {
    const PAGES: usize = 512;
    let touch = || {
        let mut memory = vec![0_u8; PAGES * 4096];
        memory.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
        black_box(memory);
    };
    // Pages may be larger, or come in several at once; none is touched for nothing.
    if let Some(faults) = lap::<PageFaults>(touch) {
        assert!((1.0..PAGES as f64 * 1.5).contains(&faults), "{faults}");
    }
}

#[test]
fn switches_are_those_of_this_thread() {
    let sleeps = || (0..10).for_each(|_| std::thread::sleep(std::time::Duration::from_millis(1)));
    if let Some(switches) = lap::<ContextSwitches>(sleeps) {
        assert!(switches >= 10.0, "{switches}");
    }
    assert!(lap::<CpuMigrations>(sleeps).is_none_or(|migrations| migrations >= 0.0));
    if let Some(seconds) = lap::<TaskClock>(sleeps) {
        assert!((0.0..0.02).contains(&seconds), "asleep: {seconds}");
    }
}
