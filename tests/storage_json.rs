//! What's read of storage is plain data for other tools: its JSON has the documented fields.

use instrument::component::{Component, Meter, Unavailable, Unit};
use instrument::storage;
use serde_json::{Value, json};

struct Fixed;

impl Component for Fixed {
    type Reading = ();
    const NAME: &'static str = "fixed";
    const DESCRIPTION: &'static str = "always 2.5 s";
    const UNIT: Unit = Unit::Seconds;
    fn read() -> Result<(), Unavailable> {
        Ok(())
    }
    fn lap((): &(), (): &()) -> f64 {
        2.5
    }
}

#[test]
fn a_tree_is_json_with_the_documented_fields() {
    let mut meter = Meter::<Fixed>::new("é \"x\"");
    meter.push();
    meter.start();
    meter.pop();
    let mut tree = serde_json::to_value(storage::<Fixed>().tree()).expect("numbers, strings and lists");
    // FNV-1a of the label, and of that hash as eight bytes, computed here once more.
    let fnv = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
    };
    let hash = fnv("é \"x\"".as_bytes());
    let entry = json!({
        "component": "fixed", "unit": "s", "prefix": "é \"x\"", "depth": 0, "hash": hash,
        "rolling_hash": fnv(&hash.to_le_bytes()), "hierarchy": [hash], "tid": tree[0]["inclusive"]["tid"],
        "pid": std::process::id(), "data": 2.5, "laps": 1,
        "stats": {"sum": 2.5, "min": 2.5, "max": 2.5, "sqr": 6.25, "mean": 2.5, "stddev": 0.0, "count": 1},
    });
    assert!(tree[0]["inclusive"]["tid"].as_u64().is_some_and(|tid| tid > 0));
    assert_eq!(tree[0].take(), json!({"inclusive": entry, "exclusive": entry, "children": [], "is_dummy": false}));
    assert_eq!(serde_json::to_value(storage::<Fixed>().flat()).expect("a list"), Value::Array(vec![entry]));
}
