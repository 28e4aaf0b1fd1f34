//! Merged runs against one run of all work.

use crate::analysis::{merge, subtract};
use crate::script::{Script, given};
use instrument_model::data::{Data, Label, Node, Process, Thread};
use instrument_model::{NodeRef, Scale, Snapshot, Unit};
use std::collections::BTreeMap;

/// Linear congruences, so that each run is the same.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

const RUNS: usize = 7;
const PLACES: [(Option<u32>, &str); 6] =
    [(None, "serve"), (Some(0), "read"), (Some(0), "write"), (Some(2), "read"), (None, "idle"), (Some(3), "serve")];

/// A program's runs, each of which makes some of the calls, and one that makes all of them.
fn runs() -> (Vec<Script>, Script) {
    let mut random = Random(11);
    let mut scripts: Vec<Script> = (0..RUNS).map(|_| Script::new()).collect();
    let mut whole = Script::new();
    let of_each = |scripts: &mut [Script], whole: &mut Script| -> Vec<u32> {
        let all = scripts.iter_mut().chain([whole]);
        all.map(|script| script.component("allocated", Unit::Bytes)).collect()
    };
    of_each(&mut scripts, &mut whole);
    for (parent, name) in PLACES {
        let mut all = Vec::new();
        for script in &mut scripts {
            let times: Vec<u64> = (0..random.below(40)).map(|_| random.below(1 << 30) >> random.below(25)).collect();
            let node = script.calls(parent, name, &times);
            script.observed(node, 0, &times.iter().map(|&time| (time as f64, time as f64 / 2.0)).collect::<Vec<_>>());
            script.measured(name, &[1.0, times.len() as f64]);
            all.push(times);
        }
        let all = all.concat();
        let node = whole.calls(parent, name, &all);
        whole.observed(node, 0, &all.iter().map(|&time| (time as f64, time as f64 / 2.0)).collect::<Vec<_>>());
    }
    (scripts, whole)
}

fn path(node: NodeRef<'_>) -> Vec<&str> {
    let mut path: Vec<&str> = std::iter::successors(Some(node), NodeRef::parent).map(|node| node.name()).collect();
    path.reverse();
    path
}

fn by_path(snapshot: &Snapshot) -> BTreeMap<Vec<&str>, &Node> {
    snapshot.nodes().map(|node| (path(node), node.data())).collect()
}

#[test]
fn merged_runs_are_one_run_of_all_work() {
    let (scripts, whole) = runs();
    let snapshots: Vec<Snapshot> = scripts.iter().map(Script::snapshot).collect();
    let (merged, whole) = (merge(&snapshots).expect("they fit"), whole.snapshot());
    let (found, expected) = (by_path(&merged), by_path(&whole));
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (path, node) in &expected {
        let like = found[path];
        assert_eq!(like.times, node.times, "{path:?}");
        assert_eq!(like.total, node.total, "{path:?}");
        // Of the parts, since a script's parent may be shorter than what's below it.
        let own = snapshots.iter().map(|run| by_path(run)[path].own).sum::<u64>();
        assert_eq!(like.own, own, "{path:?}");
        let ([one], [other]) = (&like.columns[..], &node.columns[..]) else { panic!("{path:?}: a column each") };
        assert_eq!(
            (one.laps, one.inclusive.count, one.inclusive.extremes),
            (other.laps, other.inclusive.count, other.inclusive.extremes)
        );
        assert!((one.total.sum - other.total.sum).abs() <= other.total.sum * 1e-12, "{path:?}");
        assert!((one.inclusive.deviation() - other.inclusive.deviation()).abs() <= other.inclusive.deviation() * 1e-9);
    }
    assert_eq!(merged.elapsed().as_secs(), RUNS as u64, "they were one after the other");
    assert_eq!(
        merged.measurements().iter().map(|one| (one.name(), one.count())).collect::<Vec<_>>(),
        [("idle", 2 * RUNS as u64), ("read", 4 * RUNS as u64), ("serve", 4 * RUNS as u64), ("write", 2 * RUNS as u64)]
    );
}

#[test]
fn what_is_alive_of_several_processes_is_added_up() {
    use instrument_model::data::Live;
    let run = |live| {
        let mut script = Script::new();
        script.calls(None, "main", &[10]);
        script.0.live = live;
        script.snapshot()
    };
    let live = |interval, bytes, variance| {
        Some(Live { interval, bytes, blocks: 2.0, bytes_outside: 1.0, blocks_outside: 1.0, variance })
    };
    let merged = merge(&[run(live(10, 5.0, 16.0)), run(None), run(live(20, 7.0, 9.0))]).expect("they fit");
    let both = Live { interval: 20, bytes: 12.0, blocks: 4.0, bytes_outside: 2.0, blocks_outside: 2.0, variance: 25.0 };
    assert_eq!(merged.data().live, Some(both));
    assert_eq!(merge(&[run(None), run(None)]).expect("they fit").data().live, None);
}

#[test]
fn what_is_taken_from_itself_is_nothing() {
    let (scripts, _) = runs();
    let snapshots: Vec<Snapshot> = scripts.iter().map(Script::snapshot).collect();
    let merged = merge(&snapshots).expect("they fit");
    let nothing = merged.since(&merged);
    for node in nothing.nodes() {
        assert_eq!((node.count(), node.data().total, node.data().own), (0, 0, 0), "{:?}", path(node));
        assert!(node.data().columns.iter().all(|column| column.laps == 0 && column.total.sum == 0.0));
    }
}

#[test]
fn names_and_places_are_told_apart_as_within_a_process() {
    let at = |line| Label { is_given: false, line, ..given("f") };
    let (mut one, mut other) = (Script::new(), Script::new());
    one.site(None, at(1), &[10]);
    one.site(None, given("f"), &[100]);
    other.site(None, at(2), &[1]);
    other.site(None, at(1), &[20]);
    other.site(None, Label { line: 77, ..given("f") }, &[200]);
    let merged = merge([&one.snapshot(), &other.snapshot()]).expect("they fit");
    let found: Vec<_> =
        merged.nodes().map(|node| (node.label().is_given, node.location().line(), node.data().total)).collect();
    assert_eq!(found, [(false, 1, 30), (true, 1, 300), (false, 2, 1)]);
}

fn run(start: u64, seconds: u64, threads: usize) -> Snapshot {
    let data = Data {
        process: Process { start: start * 1_000_000_000, program: "p".into(), pid: start as u32, ..Process::default() },
        to: seconds * 1_000_000_000,
        most_threads: threads,
        ..Data::default()
    };
    Snapshot::new(data).expect("nothing is wrong with nothing")
}

#[test]
fn time_counts_once_however_many_processes_ran() {
    // 10 to 20 and 15 to 30, then nobody, then 100 to 101, and one of which nobody knows when.
    let merged = merge(&[run(15, 15, 3), run(10, 10, 2), run(100, 1, 4), run(0, 7, 1)]).expect("they fit");
    assert_eq!(merged.elapsed().as_secs(), 20 + 1 + 7);
    assert_eq!(merged.threads(), 5);
    let process = &merged.data().process;
    assert_eq!((process.program.as_str(), process.pid, process.start), ("p", 0, 10_000_000_000));
    assert_eq!(merge(&[run(10, 10, 2), run(20, 10, 2)]).expect("they fit").threads(), 2, "one after the other");
    assert_eq!(merge(&[]).expect("nothing").len(), 0);
}

#[test]
fn clocks_may_tick_differently() {
    let mut slow = Script::new();
    slow.calls(None, "f", &[1_000, 3_000]);
    slow.0.scale = Scale::from_ratio(2.0, 1.0).expect("a scale");
    let mut fast = Script::new();
    fast.calls(None, "f", &[2_000]);
    let merged = merge([&fast.snapshot(), &slow.snapshot()]).expect("they fit");
    let node = merged.find(&["f"]).expect("it was called");
    assert_eq!(
        (node.count(), node.total().as_nanos(), node.min().as_nanos(), node.max().as_nanos()),
        (3, 10_000, 2_000, 6_000)
    );
    assert_eq!(merged.elapsed().as_secs(), 3);
}

#[test]
fn threads_stay_apart_if_all_are() {
    let of_thread = |pid| {
        let mut script = Script::new();
        script.calls(None, "f", &[10]);
        script.0.threads.push(Thread { name: "main #1".into(), id: 1 });
        script.0.nodes[0].thread = Some(0);
        script.0.process = Process { program: "p".into(), pid, ..Process::default() };
        script
    };
    let (one, other) = (of_thread(7).snapshot(), of_thread(8).snapshot());
    let apart = merge([&one, &other]).expect("they fit");
    assert_eq!(apart.len(), 2);
    let names: Vec<&str> = apart.data().threads.iter().map(|thread| thread.name.as_str()).collect();
    assert_eq!(names, ["main #1, p 7", "main #1, p 8"]);
    let mut together = Script::new();
    together.calls(None, "f", &[5]);
    let merged = merge([&one, &together.snapshot()]).expect("they fit");
    assert_eq!((merged.len(), merged.data().threads.len()), (1, 0));
}

#[test]
fn a_part_taken_away_leaves_the_others() {
    let run = |times: &[u64], of_child: &[u64]| {
        let mut script = Script::new();
        let outer = script.calls(None, "outer", times);
        script.calls(Some(outer), "inner", of_child);
        script.snapshot()
    };
    let (one, other) = (run(&[500, 90], &[30, 7]), run(&[400], &[1_000]));
    let both = merge([&one, &other]).expect("they fit");
    for (part, rest) in [(&one, &other), (&other, &one)] {
        let found = subtract(&both, part).expect("they fit");
        for (node, expected) in found.nodes().zip(rest.nodes()) {
            let of = |node: &instrument_model::NodeRef<'_>| {
                let data = node.data();
                let times = &data.times;
                (times.count, times.sum, times.squares, times.histogram.clone(), data.total, data.own)
            };
            assert_eq!((found.len(), of(&node)), (2, of(&expected)), "{}", node.name());
        }
    }
    for x in [&one, &other, &both] {
        let nothing = subtract(x, x).expect("they fit");
        assert_eq!(nothing.len(), 2);
        for node in nothing.nodes() {
            let data = node.data();
            assert_eq!(
                (node.count(), data.total, data.own, node.max().as_nanos(), node.quantile(0.5).as_nanos()),
                (0, 0, 0, 0, 0)
            );
            assert!(data.times.histogram.is_empty() && !data.is_live());
        }
    }
}

#[test]
fn runs_of_no_length_at_a_known_time_can_be_merged() {
    let run = |start| {
        let mut script = Script::new();
        script.0.process.start = start;
        script.0.to = 0;
        script.calls(None, "a", &[1]);
        script.snapshot()
    };
    let both = merge([&run(1_000), &run(1_000)]).expect("a snapshot");
    assert_eq!((both.elapsed().as_nanos(), both.calls()), (0, 2));
}
