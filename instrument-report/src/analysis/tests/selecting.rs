//! Parts of trees, whose figures stay right.

use super::figures;
use crate::analysis::{Selected, select};
use crate::script::Script;
use instrument_model::data::Amount;
use instrument_model::{Snapshot, Unit};

/// `a(b(c), d(e))`, each with an own time of 1.
fn example() -> Script {
    let mut script = Script::new();
    let a = script.calls(None, "a", &[5]);
    let b = script.calls(Some(a), "b", &[2]);
    script.calls(Some(b), "c", &[1]);
    let d = script.calls(Some(a), "d", &[2]);
    script.calls(Some(d), "e", &[1]);
    script
}

fn keeping(snapshot: &Snapshot, names: &[&str]) -> Selected {
    select(snapshot, |node| names.contains(&node.name())).expect("a snapshot")
}

fn path(path: &str, total: u64, own: u64) -> (String, u64, u64) {
    (path.to_owned(), total, own)
}

#[test]
fn a_callers_figures_contain_what_is_left_out_below_it() {
    let snapshot = example().snapshot();
    let inclusive = [path("a", 5, 1), path("a b", 2, 1), path("a b c", 1, 1), path("a d", 2, 1), path("a d e", 1, 1)];
    assert_eq!(figures(&snapshot), inclusive);
    let kept = keeping(&snapshot, &["a", "c", "e"]);
    assert_eq!(figures(&kept.snapshot), [path("a", 5, 3), path("a c", 1, 1), path("a e", 1, 1)]);
    assert_eq!((kept.omitted, kept.gone.as_nanos()), (2, 0));
    let moved: Vec<u128> = (0..3).map(|place| kept.moved(place).as_nanos()).collect();
    assert_eq!(moved, [2, 0, 0], "two of a's own are b's and d's");
}

#[test]
fn what_has_nothing_above_it_is_gone_and_counted() {
    let kept = keeping(&example().snapshot(), &["b", "e"]);
    assert_eq!(figures(&kept.snapshot), [path("b", 2, 2), path("e", 1, 1)]);
    assert_eq!((kept.omitted, kept.gone.as_nanos()), (3, 2), "a's own and d's");
}

#[test]
fn selecting_again_is_selecting_both_at_once() {
    let snapshot = example().snapshot();
    let twice = keeping(&snapshot, &["a", "b", "e"]).select(|node| node.name() != "b").expect("a snapshot");
    let once = keeping(&snapshot, &["a", "e"]);
    assert_eq!(figures(&twice.snapshot), figures(&once.snapshot));
    assert_eq!((twice.omitted, twice.gone, twice.moved(0)), (once.omitted, once.gone, once.moved(0)));
    assert_eq!(once.moved(0).as_nanos(), 3);
}

#[test]
fn what_ran_beside_its_caller_is_no_part_of_it() {
    let mut script = example();
    script.0.nodes[3].is_parallel = true;
    let kept = keeping(&script.snapshot(), &["a", "b", "e"]);
    assert_eq!(kept.snapshot.find(&["a"]).map(|node| node.data().own), Some(1), "nothing of d's");
    assert_eq!(kept.gone.as_nanos(), 1);
    let e = kept.snapshot.find(&["a", "e"]).expect("it's kept");
    assert!(e.is_parallel(), "neither is what d calls");
}

#[test]
fn what_components_measured_moves_with_the_time_but_of_events() {
    let mut script = example();
    let bytes = script.component("bytes", Unit::Bytes);
    let event = script.component("event", Unit::Count);
    script.0.components[event as usize].is_event = true;
    for (node, total, own) in [(0, 50.0, 10.0), (1, 20.0, 10.0), (2, 10.0, 10.0)] {
        script.observed(node, bytes, &[(total, own)]);
        script.observed(node, event, &[(1.0, 1.0)]);
    }
    let kept = keeping(&script.snapshot(), &["a", "c"]);
    let a = kept.snapshot.find(&["a"]).expect("it's kept");
    let figures = |name: &str| a.column(name).map(|figures| (figures.total(), figures.own()));
    assert_eq!(figures("bytes"), Some((50.0, 20.0)));
    assert_eq!(figures("event"), Some((1.0, 1.0)));
    assert_eq!(a.data().columns[0].own, Amount { sum: 20.0, per: 0.0 });
}
