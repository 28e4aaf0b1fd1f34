//! `set_enabled` turns all probes off at once. In a process of its own, since it's everybody's.
#![allow(clippy::unwrap_used, reason = "a test that finds an error has failed")]

use instrument::probe;
use instrument::probe::{LogInstrument, Memory};
use instrument::{Switch, set_enabled};

#[probe]
fn switched(number: u32) -> u32 {
    number
}

#[test]
fn probes_are_silent_while_theyre_switched_off() {
    let memory = Memory::default();
    let probe = probe::attach_to("switched").unwrap();
    probe.instrument("log", LogInstrument::new("log", "number").sink(memory.clone())).unwrap();
    probe.start();
    switched(1);
    set_enabled(Switch::Probes, false);
    switched(2);
    set_enabled(Switch::Probes, true);
    switched(3);
    assert_eq!(memory.lines(), ["1", "3"]);
}
