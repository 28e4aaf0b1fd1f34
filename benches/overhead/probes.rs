//! Cases of probes: a function that has none, and some whose instruments do as little as they can.

use crate::harness::Case;
use instrument::probe;
use instrument::probe::{Event, HistogramInstrument, Instrument, InstrumentError, LogInstrument, Null, Plan};
use std::hint::black_box;

macro_rules! probed {
    ($($name:ident)*) => { $(
        #[inline(never)]
        #[probe]
        fn $name(x: u64) -> u64 {
            black_box(x) + 1
        }
    )* };
}
probed! { unattached empty refused logged counted }

/// One that does nothing, so that what's left is what every instrument costs.
struct Empty;

impl Instrument for Empty {
    fn prepare(&mut self, _: &probe::Target) -> Result<Plan, InstrumentError> {
        Ok(Plan::new(Event::Return))
    }

    fn fire(&self, _: &probe::Call<'_>) -> Result<(), InstrumentError> {
        Ok(())
    }
}

fn attached(path: &str, instrument: impl Instrument, function: fn(u64) -> u64) -> Box<dyn FnMut(u64)> {
    let probe = probe::attach_to(&format!("probes::{path}")).expect("a target");
    probe.instrument("bench", instrument).expect("it fits");
    probe.start();
    crate::cases::repeat(function)
}

pub fn all() -> impl Iterator<Item = Case> {
    let case = |name, run| Case { name, plain: Some("plain call"), longer: 1, run };
    let log = || LogInstrument::new("bench", "x").sink(Null);
    [
        case("probe, unattached", crate::cases::repeat(unattached)),
        case("probe, empty", attached("empty", Empty, empty)),
        case("probe, false condition", attached("refused", log().condition("x > 1000000000"), refused)),
        case("probe, log to null", attached("logged", log(), logged)),
        case("probe, histogram", attached("counted", HistogramInstrument::new("bench", "result"), counted)),
    ]
    .into_iter()
}
