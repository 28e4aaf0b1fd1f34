//! What formats have in common. Each is read by a program of its kind in `ci/84-exports.sh`.

use super::{Listing, Metric, folded, json};
use crate::analysis::Selected;
use crate::script::Script;
use instrument_model::Unit;

#[test]
fn what_is_estimated_from_a_sample_says_so() {
    let mut script = Script::new();
    let node = script.calls(None, "main", &[10]);
    for (name, is_sampled) in [("alloc_bytes", false), ("live_bytes", true)] {
        let component = script.component(name, Unit::Bytes);
        script.0.components[component as usize].is_sampled = is_sampled;
        script.observed(node, component, &[(50.0, 50.0)]);
    }
    let snapshot = script.snapshot();
    let first_line = |name: &str| {
        let mut text = Vec::new();
        folded(&snapshot, &Metric::Component(name.to_owned()), &mut text).expect("memory has room");
        String::from_utf8(text).expect("it's text").lines().next().expect("a line").to_owned()
    };
    assert!(first_line("alloc_bytes").starts_with("# own alloc_bytes, in bytes: "));
    assert!(first_line("live_bytes").starts_with("# own live_bytes, in bytes, estimated from a sample: "));
    let mut text = Vec::new();
    json(&Selected::whole(snapshot), &Listing::default(), &mut text).expect("memory has room");
    let json: serde_json::Value = serde_json::from_slice(&text).expect("it's JSON");
    let marks = [0, 1].map(|at| json["components"][at]["estimated"].as_bool());
    assert_eq!(marks, [Some(false), Some(true)]);
}
