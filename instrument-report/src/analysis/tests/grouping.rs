//! Call paths put together.

use super::figures;
use crate::analysis::{GroupError, Grouping, Selected, group, merge_threads};
use crate::functions;
use crate::script::{Script, given};
use instrument_model::Unit;
use instrument_model::data::{Label, Thread};

/// A recursive function below a caller, and a callee on two levels.
fn recursive() -> Script {
    let mut script = Script::new();
    let of = |name: &'static str, module: &'static str, file: &'static str| Label {
        module: module.into(),
        file: file.into(),
        ..given(name)
    };
    let main = script.site(None, of("main", "app", "main.rs"), &[100]);
    let walk = script.site(Some(main), of("walk", "tree", "tree.rs"), &[80]);
    let inner = script.site(Some(walk), of("walk", "tree", "tree.rs"), &[50]);
    script.site(Some(inner), of("read", "tree", "io.rs"), &[20]);
    script.site(Some(main), of("read", "tree", "io.rs"), &[7]);
    script
}

#[test]
fn recursion_counts_once_and_own_times_add_up() {
    let mut script = recursive();
    let bytes = script.component("bytes", Unit::Bytes);
    script.observed(1, bytes, &[(8.0, 3.0)]);
    script.observed(2, bytes, &[(5.0, 5.0)]);
    let snapshot = script.snapshot();
    let of = |by| figures(&group(&snapshot, by).expect("it can be grouped"));
    let row = |name: &str, total, own| (name.to_owned(), total, own);
    assert_eq!(of(Grouping::Function), [row("main", 100, 13), row("walk", 80, 60), row("read", 27, 27)]);
    assert_eq!(of(Grouping::Module), [row("app", 100, 13), row("tree", 87, 87)]);
    assert_eq!(of(Grouping::File), [row("main.rs", 100, 13), row("tree.rs", 80, 60), row("io.rs", 27, 27)]);
    let grouped = group(&snapshot, Grouping::Function).expect("it can be grouped");
    let walk = grouped.find(&["walk"]).expect("a function");
    assert_eq!((walk.count(), walk.max().as_nanos()), (2, 80));
    assert_eq!(walk.column("bytes").map(|figures| (figures.total(), figures.own())), Some((8.0, 8.0)));
    let ranked: Vec<_> = functions(&snapshot).into_iter().map(|row| (row.name, row.total, row.own)).collect();
    let grouped: Vec<_> = grouped.nodes().map(|node| (node.name().to_owned(), node.total(), node.own())).collect();
    assert_eq!(grouped, ranked, "as the table's ranking of functions");
}

#[test]
fn threads_stand_above_their_call_paths_if_they_are_kept_apart() {
    let mut script = recursive();
    let missing = group(&script.snapshot(), Grouping::Thread).expect_err("they aren't");
    assert_eq!(missing, GroupError::NoThreads);
    script.site(None, given("main"), &[9]);
    script.0.threads = ["main #1", "worker #2"].map(|name| Thread { name: name.to_owned(), id: 0 }).to_vec();
    for (place, node) in script.0.nodes.iter_mut().enumerate() {
        node.thread = Some(u32::from(place == 5));
    }
    let snapshot = script.snapshot();
    let grouped = Selected::whole(snapshot.clone()).group(Grouping::Thread).expect("they are").snapshot;
    let roots: Vec<_> = grouped.roots().map(|root| (root.name().to_owned(), root.total().as_nanos())).collect();
    assert_eq!(roots, [("main #1".to_owned(), 100), ("worker #2".to_owned(), 9)]);
    assert!(grouped.find(&["main #1", "main", "walk", "walk"]).is_some());
    let together = merge_threads(&snapshot).expect("a snapshot");
    let mains: Vec<_> = together.roots().map(|root| (root.count(), root.total().as_nanos())).collect();
    assert_eq!(mains, [(2, 109)], "one name is one node");
    assert!(together.data().threads.is_empty());
}
