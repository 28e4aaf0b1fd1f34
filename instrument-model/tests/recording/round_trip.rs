//! What's saved is loaded again, exactly.

use crate::any::Source;
use crate::{load, plausible, text};
use instrument_model::data::{Data, Measurement};
use instrument_model::{Snapshot, Spread};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_snapshot_is_loaded_as_it_was_saved(numbers in prop::collection::vec(any::<u64>(), 0..1200)) {
        let data = Source::new(numbers).data();
        let snapshot = Snapshot::new(data.clone()).expect("a valid model");
        let saved = text(&snapshot);
        let loaded = match load(&saved) {
            Ok(loaded) => loaded,
            Err(error) => panic!("{error}\n{saved}"),
        };
        prop_assert_eq!(loaded.data(), &data);
        // To the bit, which equality doesn't tell of zeros.
        prop_assert_eq!(text(&loaded), saved);
    }
}

#[test]
fn what_is_no_number_is_saved_and_loaded() {
    let mut values = Spread::of_one(f64::INFINITY);
    values.merge(&Spread::of_one(f64::NEG_INFINITY));
    assert!(values.sum.is_nan());
    let measurements = vec![Measurement::new("balance", values)];
    let snapshot = Snapshot::new(Data { measurements, ..Data::default() }).expect("a valid model");
    let loaded = load(text(&snapshot)).expect("what was saved");
    let again = &loaded.measurements()[0];
    assert!(again.sum().is_nan());
    assert_eq!((again.count(), again.min(), again.max()), (2, f64::NEG_INFINITY, f64::INFINITY));
}

#[test]
fn an_interval_of_a_loaded_recording_is_that_of_the_live_one() {
    let (before, after) = (Source::new((0..900).collect()).data(), Source::new((7..999).collect()).data());
    let [before, after] = [before, after].map(|data| Snapshot::new(data).expect("a valid model"));
    let live = after.since(&before);
    let [before, after] = [before, after].map(|snapshot| load(text(&snapshot)).expect("what was saved"));
    assert_eq!(after.since(&before).data(), live.data());
}

#[test]
fn a_node_with_two_columns_takes_at_most_four_hundred_bytes() {
    let snapshot = plausible::snapshot(2_000);
    let labels = Data { nodes: Vec::new(), ..snapshot.data().clone() };
    let without = text(&Snapshot::new(labels).expect("a valid model")).len();
    let saved = text(&snapshot);
    assert!((saved.len() - without) / snapshot.len() <= 400, "100,000 of them have to be less than 40 MB");
    assert_eq!(load(saved).expect("what was saved").data(), snapshot.data());
}
