//! Whatever bytes are loaded: no panic, no overflowing stack, no memory beyond a few times their length; and what's let in
//! is a snapshot as any other.
#![no_main]

use instrument_model::Snapshot;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(snapshot) = Snapshot::read_from(bytes) else { return };
    let mut saved = Vec::new();
    snapshot.write_to(&mut saved).expect("memory takes everything");
    let again = Snapshot::read_from(&saved[..]).expect("what was saved");
    let mut twice = Vec::new();
    again.write_to(&mut twice).expect("memory takes everything");
    assert_eq!(saved, twice, "what's loaded is what was saved");
    assert_eq!(snapshot.since(&again).len(), snapshot.len());
    for node in snapshot.nodes() {
        std::hint::black_box((node.mean(), node.stddev(), node.quantile(0.5), node.columns().count()));
    }
});
