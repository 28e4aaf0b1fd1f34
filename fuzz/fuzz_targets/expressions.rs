//! Whatever is written as an expression: it's refused, it fails, or it has a value; within its bounds, and without a panic, also
//! not one that's caught.
#![no_main]

use instrument::probe;
use instrument::probe::{Bounds, Event, HistogramInstrument, InstrumentStatus, LogInstrument, Memory};
use libfuzzer_sys::fuzz_target;
use std::hint::black_box;

#[probe]
fn subject(user_id: Option<u64>, name: &str, sizes: &[i32], ratio: f32, huge: u64) -> Vec<i32> {
    black_box((user_id, name, ratio, huge));
    sizes.iter().map(|size| size * 2).collect()
}

/// Bytes of a line.
const LONGEST: usize = 10_000;

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = std::str::from_utf8(bytes) else { return };
    let probe = probe::attach_to("expressions::subject").expect("a target");
    let memory = Memory::default();
    let log =
        LogInstrument::new("log", source).event(Event::Return).share(1.0).max_length(LONGEST).sink(memory.clone());
    let number = HistogramInstrument::new("number", "1").condition(source).event(Event::Return).share(1.0);
    let tagged = HistogramInstrument::new("tagged", "1").tags(source).event(Event::Return).share(1.0);
    let added = [
        probe.instrument("log", log),
        probe.instrument("number", number.sink(memory.clone())),
        probe.instrument("tagged", tagged.sink(memory.clone())),
    ];
    // What can be a value can be a condition.
    assert_eq!(added[0].is_ok(), added[1].is_ok());
    assert!(added[0].is_err() || source.len() <= Bounds::EXPRESSION);
    added.iter().filter_map(|added| added.as_ref().err()).for_each(|error| in_one_line(&error.to_string()));
    if added.iter().any(Result::is_ok) {
        probe.start();
        black_box(subject(Some(42), "Ann", &[1, 20, 300], 0.1, u64::MAX));
        for name in ["log", "number", "tagged"] {
            if let Some(InstrumentStatus::Failed { error }) = probe.status(name) {
                in_one_line(&error);
            }
            probe.remove(name);
        }
        // A mark may follow what was cut.
        assert!(memory.lines().iter().all(|line| line.len() <= LONGEST + 100));
    }
});

fn in_one_line(error: &str) {
    assert!(error.len() < 2_000 && !error.contains(char::is_control), "{error:?}");
}
