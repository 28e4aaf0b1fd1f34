//! Views of scripted snapshots: which paths there are, below which others, and what they say.

use super::*;
use crate::script::{Script, spread};
use instrument_model::data::{Amount, Column, Moment, Thread};
use instrument_model::{Spread, Unit};

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
}

fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(14_695_981_039_346_656_037, |hash: u64, &byte| (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211))
}

/// Each entry's label, depth and inclusive figure.
fn shape(snapshot: &Snapshot) -> Vec<(String, usize, f64)> {
    flat(snapshot, "clock", false).into_iter().map(|entry| (entry.prefix, entry.depth, entry.data)).collect()
}

fn exclusive(nodes: &[Node<Entry>]) -> f64 {
    nodes.iter().map(|node| node.exclusive.data + exclusive(&node.children)).sum()
}

/// A script with a component, number 0, in seconds.
fn script() -> Script {
    let mut script = Script::new();
    script.component("clock", Unit::Seconds);
    script.0.process.pid = 4711;
    script
}

/// A node that was pushed, and what was observed there.
fn pushed(script: &mut Script, parent: Option<u32>, label: &str, observations: &[(f64, f64)]) -> u32 {
    let node = script.calls(parent, label, &[]);
    script.observed(node, 0, observations);
    node
}

fn moment(script: &mut Script, node: u32, thread: u64, (id, parent): (u64, u64), (total, own): (f64, f64)) {
    let amount = |sum| Amount { sum, per: 0.0 };
    let (total, own) = (amount(total), amount(own));
    script.0.moments.push(Moment { component: 0, node, id, parent, laps: 1, total, own, thread });
}

/// Threads with these numbers.
fn threads(script: &mut Script, ids: &[u64]) {
    script.0.threads = ids.iter().map(|&id| Thread { name: format!("#{id}"), id }).collect();
}

/// Ten laps of `bar`, two an observation, in one of `foo`.
fn session() -> Script {
    let mut script = script();
    let foo = pushed(&mut script, None, "foo", &[(6.5, 1.0)]);
    let observations: Vec<(f64, f64)> = [0.3, 0.7, 1.1, 1.5, 1.9].map(|pair| (pair, pair)).to_vec();
    let bar = pushed(&mut script, Some(foo), "bar", &observations);
    script.0.nodes[bar as usize].columns[0].laps = 10;
    script
}

#[test]
fn the_documented_session() {
    let tree = tree(&session().snapshot(), "clock", false);
    let [foo] = &tree[..] else { panic!("one root: {tree:?}") };
    let [bar] = &foo.children[..] else { panic!("one child: {foo:?}") };
    close(foo.inclusive.data, 6.5);
    close(foo.exclusive.data, 1.0);
    close(foo.exclusive.stats.sum, 1.0);
    close(foo.exclusive.stats.max, 1.0);
    assert_eq!((foo.inclusive.laps, foo.inclusive.stats.count, foo.is_dummy), (1, 1, false));
    assert_eq!((foo.inclusive.pid, foo.inclusive.unit.clone()), (4711, Unit::Seconds));
    let stats = bar.inclusive.stats;
    close(bar.inclusive.data, 5.5);
    close(bar.exclusive.data, 5.5);
    assert_eq!((bar.inclusive.laps, stats.count), (10, 5));
    close(stats.sum, 5.5);
    close(stats.min, 0.3);
    close(stats.max, 1.9);
    close(stats.sqr, 7.65);
    close(stats.mean, 1.1);
    close(stats.stddev, (7.65_f64 / 5.0 - 1.1 * 1.1).sqrt());
    close(exclusive(&tree), foo.inclusive.data);
}

#[test]
fn trees_and_entries_as_text() {
    let snapshot = session().snapshot();
    let roots = tree(&snapshot, "clock", false);
    let expected = "clock   Laps  Count     Sum     Own    Mean     Min     Max     Dev\n\
                    foo        1      1  6.50 s  1.00 s  6.50 s  6.50 s  6.50 s    0 ns\n\
                    |- bar    10      5  5.50 s  5.50 s  1.10 s  300 ms  1.90 s  566 ms";
    assert_eq!(table("clock", &roots, false), expected);
    assert_eq!(roots[0].to_string(), expected);
    assert_eq!(
        roots[0].children[0].to_string().lines().nth(1),
        Some("bar      10      5  5.50 s  5.50 s  1.10 s  300 ms  1.90 s  566 ms"),
        "a part of a tree begins at its own root"
    );
    let entries = flat(&snapshot, "clock", false);
    assert_eq!(
        entries[1].to_string(),
        "  bar: 5.50 s in 10 laps; 5 observations: mean 1.10 s, min 300 ms, max 1.90 s, dev 566 ms"
    );
    let mut lost = instrument_model::Lost::default();
    (lost.pushes, lost.overwritten, lost.too_deep) = (1_234, 1, 7);
    assert_eq!(
        lost_lines(&lost),
        "\nlost: 7 × a call too deep in the stack, its time now its caller's own; \
         write #[timer(recursion = \"fold\")] on what recurses\
         \nlost: 1,234 × a component's push too deep, or on a new path past the limit: it's in no call tree; \
         set INSTRUMENT_MAX_DEPTH or INSTRUMENT_MAX_NODES\
         \nlost: 1 × an entry of a timeline that made room for a later one; \
         read storage() more often, or write Scope::Tree"
    );
}

#[test]
fn a_path_hangs_below_the_nearest_that_has_the_component() {
    let mut script = script();
    let main = script.calls(None, "main", &[100]);
    let load = pushed(&mut script, Some(main), "load", &[(3.0, 1.0)]);
    let timed = script.calls(Some(load), "timed", &[50]);
    pushed(&mut script, Some(timed), "parse", &[(2.0, 2.0)]);
    pushed(&mut script, None, "last", &[(1.0, 1.0)]);
    let snapshot = script.snapshot();
    assert_eq!(
        shape(&snapshot),
        [("load".to_owned(), 0, 3.0), ("parse".to_owned(), 1, 2.0), ("last".to_owned(), 0, 1.0)]
    );
    assert!(flat(&snapshot, "another", false).is_empty());
}

#[test]
fn paths_that_are_the_same_in_the_view_are_one_entry() {
    let mut script = script();
    for (caller, observation) in [("one", 1.0), ("another", 3.0)] {
        let caller = script.calls(None, caller, &[100]);
        let load = pushed(&mut script, Some(caller), "load", &[(observation, observation)]);
        let between = script.calls(Some(load), caller.to_string().as_str(), &[7]);
        pushed(&mut script, Some(between), "parse", &[(0.5, 0.5)]);
    }
    let entries = flat(&script.snapshot(), "clock", false);
    let found: Vec<_> = entries.iter().map(|entry| (entry.prefix.as_str(), entry.laps, entry.data)).collect();
    assert_eq!(found, [("load", 2, 4.0), ("parse", 2, 1.0)]);
    let stats = entries[0].stats;
    assert_eq!((stats.count, stats.mean, stats.stddev, stats.sqr), (2, 2.0, 1.0, 10.0));
}

#[test]
fn hashes_are_the_documented_ones_of_the_view() {
    let mut script = script();
    let outer = pushed(&mut script, None, "größe", &[(2.0, 1.0)]);
    let between = script.calls(Some(outer), "timed", &[9]);
    pushed(&mut script, Some(between), "b", &[(1.0, 1.0)]);
    let entries = flat(&script.snapshot(), "clock", false);
    let [a, b] = ["größe", "b"].map(|label| fnv(label.as_bytes()));
    assert_eq!((entries[0].hash, entries[1].hash), (a, b));
    assert_eq!((&entries[0].hierarchy[..], &entries[1].hierarchy[..]), (&[a][..], &[a, b][..]));
    assert_eq!(entries[0].rolling_hash, fnv(&a.to_le_bytes()));
    assert_eq!(entries[1].rolling_hash, fnv(&[a.to_le_bytes(), b.to_le_bytes()].concat()));
}

#[test]
fn what_is_still_open_is_a_dummy_if_anything_was_observed_below() {
    let mut script = script();
    let open = pushed(&mut script, None, "open", &[]);
    script.0.nodes[open as usize].columns[0].total = Amount { sum: 2.0, per: 0.0 };
    let timed = script.calls(Some(open), "timed", &[1]);
    pushed(&mut script, Some(timed), "closed", &[(2.0, 2.0)]);
    let empty = pushed(&mut script, None, "open, and nothing below", &[]);
    pushed(&mut script, Some(empty), "open as well", &[]);
    let snapshot = script.snapshot();
    let tree = tree(&snapshot, "clock", false);
    assert_eq!(tree.len(), 1, "{tree:?}");
    assert!(tree[0].is_dummy && !tree[0].children[0].is_dummy);
    assert_eq!((tree[0].inclusive.laps, tree[0].inclusive.data, tree[0].exclusive.data), (0, 2.0, 0.0));
    assert_eq!(tree[0].inclusive.stats, Statistics::default());
    assert_eq!(
        table("clock", &tree, false),
        "clock      Laps  Count     Sum     Own    Mean     Min     Max   Dev\n\
         open          0      0  2.00 s    0 ns       -       -       -     -\n\
         |- closed     1      1  2.00 s  2.00 s  2.00 s  2.00 s  2.00 s  0 ns"
    );
}

#[test]
fn ratios_are_those_of_all_laps_together() {
    let mut script = script();
    script.component("cpu_util", Unit::Percent);
    let mut node = |parent, label: &str, total: (f64, f64), own: (f64, f64)| {
        let at = script.calls(parent, label, &[]);
        let amount = |(sum, per)| Amount { sum, per };
        script.0.nodes[at as usize].columns.push(Column {
            component: 1,
            laps: 2,
            total: amount(total),
            own: amount(own),
            inclusive: spread(&[75.0, 25.0]),
            exclusive: spread(&[50.0, 0.0]),
        });
        at
    };
    let outer = node(None, "outer", (300.0, 4.0), (1e-9, 0.0));
    node(Some(outer), "inner", (300.0, 3.0), (300.0, 3.0));
    let tree = tree(&script.snapshot(), "cpu_util", false);
    assert_eq!((tree[0].inclusive.data, tree[0].exclusive.data), (75.0, 0.0), "a share of nothing is 0");
    assert_eq!(tree[0].children[0].exclusive.data, 100.0);
    assert_eq!((tree[0].inclusive.stats.mean, tree[0].exclusive.stats.mean), (50.0, 25.0));
}

/// Two threads that did the same: `work`, in it `part` three times. Their nodes are apart.
fn apart() -> Script {
    let mut script = script();
    threads(&mut script, &[77, 78]);
    // As they come, not thread by thread.
    let roots = [0, 1].map(|thread| (thread, pushed(&mut script, None, "work", &[(3.0, 0.0)])));
    for (thread, root) in roots {
        let part = pushed(&mut script, Some(root), "part", &[(1.0, 1.0); 3]);
        script.0.nodes[root as usize].thread = Some(thread);
        script.0.nodes[part as usize].thread = Some(thread);
    }
    let late = pushed(&mut script, None, "late", &[(9.0, 9.0)]);
    script.0.nodes[late as usize].thread = Some(0);
    script
}

#[test]
fn threads_are_merged_and_each_counts_once_or_they_are_apart() {
    let snapshot = apart().snapshot();
    let merged = flat(&snapshot, "clock", false);
    let found: Vec<_> =
        merged.iter().map(|e| (e.prefix.as_str(), e.depth, e.laps, e.stats.count, e.data, e.tid)).collect();
    assert_eq!(found, [("work", 0, 2, 2, 6.0, 77), ("part", 1, 6, 6, 6.0, 77), ("late", 0, 1, 1, 9.0, 77)]);
    let apart = flat(&snapshot, "clock", true);
    let found: Vec<_> = apart.iter().map(|e| (e.prefix.as_str(), e.laps, e.data, e.tid)).collect();
    assert_eq!(
        found,
        [("work", 1, 3.0, 77), ("part", 3, 3.0, 77), ("late", 1, 9.0, 77), ("work", 1, 3.0, 78), ("part", 3, 3.0, 78)],
        "thread by thread"
    );
    assert_eq!(apart[0].rolling_hash, apart[3].rolling_hash);
    let roots = tree(&snapshot, "clock", true);
    let text = table("clock", &roots, true);
    let names: Vec<_> = text.lines().skip(1).filter_map(|line| line.split("  ").next()).collect();
    assert_eq!(names[0], "work (thread 77)", "{text}");
    assert_eq!(names[3], "work (thread 78)", "{text}");
    assert_eq!(text.matches("(thread ").count(), 3, "{text}");
    assert!(!table("clock", &tree(&snapshot, "clock", false), false).contains("thread"));
}

#[test]
fn siblings_keep_their_order_and_a_deep_chain_its_depth() {
    let mut script = script();
    let root = pushed(&mut script, None, "root", &[(1.0, 1.0)]);
    for child in (0..1000).rev() {
        pushed(&mut script, Some(root), &child.to_string(), &[(0.0, 0.0)]);
    }
    let nodes = tree(&script.snapshot(), "clock", false);
    let names: Vec<_> = nodes[0].children.iter().map(|child| child.inclusive.prefix.clone()).collect();
    assert_eq!(names, (0..1000).rev().map(|child| child.to_string()).collect::<Vec<_>>());

    let mut script = self::script();
    let mut parent = None;
    for _ in 0..1024 {
        parent = Some(pushed(&mut script, parent, "fib", &[(1.0, 1.0)]));
    }
    let entries = flat(&script.snapshot(), "clock", false);
    assert!(entries.iter().map(|entry| entry.depth).eq(0..1024));
    assert!(entries.iter().all(|entry| entry.hierarchy == vec![entry.hash; entry.depth + 1]));
}

#[test]
fn each_single_observation_is_an_entry_below_the_one_that_it_was_made_in() {
    let mut script = script();
    let root = pushed(&mut script, None, "root", &[(9.0, 1.0)]);
    let timed = script.calls(Some(root), "timed", &[1]);
    let outer = script.calls(Some(timed), "outer", &[]);
    let inner = script.calls(Some(outer), "inner", &[]);
    // As they end: those within first. The numbers are those of the pushes.
    moment(&mut script, inner, 7, (2, 1), (1.0, 1.0));
    moment(&mut script, inner, 7, (3, 1), (2.0, 2.0));
    moment(&mut script, outer, 7, (1, 0), (4.0, 1.0));
    // Below one that made room for others.
    moment(&mut script, inner, 7, (6, 5), (0.5, 0.5));
    // Another thread's number 1 is another one.
    moment(&mut script, inner, 8, (2, 1), (0.25, 0.25));
    moment(&mut script, inner, 8, (4, 3), (0.125, 0.125));
    moment(&mut script, outer, 8, (3, 0), (0.5, 0.375));
    let snapshot = script.snapshot();
    let tree = tree(&snapshot, "clock", false);
    let figures = |node: &Node<Entry>| (node.inclusive.prefix.clone(), node.inclusive.data, node.exclusive.data);
    assert_eq!(tree.iter().map(figures).collect::<Vec<_>>(), [("root".to_owned(), 9.0, 1.0)]);
    let below: Vec<_> = tree[0].children.iter().map(figures).collect();
    assert_eq!(
        below,
        [
            ("outer".to_owned(), 4.0, 1.0),
            ("inner".to_owned(), 0.5, 0.5),
            ("inner".to_owned(), 0.25, 0.25),
            ("outer".to_owned(), 0.5, 0.375)
        ]
    );
    assert_eq!(tree[0].children[3].children.len(), 1);
    let within: Vec<_> = tree[0].children[0].children.iter().map(figures).collect();
    assert_eq!(within, [("inner".to_owned(), 1.0, 1.0), ("inner".to_owned(), 2.0, 2.0)]);
    let entry = &tree[0].children[0].inclusive;
    assert_eq!((entry.laps, entry.stats.count, entry.stats.max, entry.depth, entry.tid), (1, 1, 4.0, 1, 7));
    assert_eq!(tree[0].children[0].exclusive.stats.max, 1.0);
    assert_eq!(tree[0].children[2].inclusive.tid, 8);
    assert!(!tree[0].children[0].is_dummy);
}

#[test]
fn single_observations_follow_the_paths_of_their_thread() {
    let mut script = script();
    threads(&mut script, &[77, 78]);
    let mut nodes = Vec::new();
    for thread in [0, 1] {
        let node = script.calls(None, "moment", &[]);
        script.0.nodes[node as usize].thread = Some(thread);
        nodes.push(node);
    }
    moment(&mut script, nodes[1], 78, (1, 0), (1.0, 1.0));
    moment(&mut script, nodes[0], 77, (1, 0), (2.0, 2.0));
    moment(&mut script, nodes[1], 78, (2, 0), (3.0, 3.0));
    let last = pushed(&mut script, None, "path", &[(4.0, 4.0)]);
    script.0.nodes[last as usize].thread = Some(1);
    let entries = flat(&script.snapshot(), "clock", true);
    let found: Vec<_> = entries.iter().map(|e| (e.prefix.as_str(), e.data, e.tid)).collect();
    assert_eq!(found, [("moment", 2.0, 77), ("path", 4.0, 78), ("moment", 1.0, 78), ("moment", 3.0, 78)]);
}

#[test]
fn an_entry_of_a_component_without_statistics_has_zeros() {
    let mut script = script();
    let node = script.calls(None, "laps only", &[]);
    let total = Amount { sum: 1.0, per: 0.0 };
    script.0.nodes[node as usize].columns.push(Column { laps: 3, total, ..Column::default() });
    let nodes = tree(&script.snapshot(), "clock", false);
    assert_eq!((nodes[0].inclusive.laps, nodes[0].is_dummy), (3, true));
    assert_eq!(nodes[0].inclusive.stats, Statistics::default());
    assert_eq!(nodes[0].inclusive.to_string(), "laps only: 1.00 s in 3 laps");
    assert_eq!(Spread::default().min(), 0.0);
}
