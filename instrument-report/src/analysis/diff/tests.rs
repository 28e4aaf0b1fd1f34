//! Diffs of scripted runs.

use super::*;
use crate::script::{Script, given};
use instrument_model::data::Label;

/// A program of six functions below `main`; `scale` tells how long each call takes, in hundredths of the usual time.
fn run(seed: u64, scale: &dyn Fn(&str) -> u64) -> Snapshot {
    let mut script = Script::new();
    let names = ["parse", "lookup", "render", "escape", "write", "log"];
    let calls = |name: &str, usual: u64| -> Vec<u64> {
        // Noise of up to one percent that's another one in each run and row.
        let mixed = (seed * 7919 + name.len() as u64 * 104_729 + usual).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        let noise = 1_000 + mixed % 10;
        (0..50).map(|call| (usual + call * 10) * noise / 1_000 * scale(name) / 100).collect()
    };
    let of_children: u64 = names.iter().zip(1..).map(|(name, at)| calls(name, at * 10_000).iter().sum::<u64>()).sum();
    let main = script.calls(None, "main", &[of_children + 500_000]);
    for (name, at) in names.iter().zip(1..) {
        script.calls(Some(main), name, &calls(name, at * 10_000));
    }
    script.snapshot()
}

fn runs(from: u64, count: u64, scale: &dyn Fn(&str) -> u64) -> Vec<Snapshot> {
    (from..from + count).map(|seed| run(seed, scale)).collect()
}

fn compare(base: &[Snapshot], new: &[Snapshot]) -> Diff {
    diff(base, new, &DiffOptions::default()).expect("they fit")
}

fn changed(diff: &Diff) -> Vec<&str> {
    diff.rows().filter(RowRef::significant).map(|row| row.name()).collect()
}

#[test]
fn of_the_same_nothing_differs() {
    let base = runs(0, 5, &|_| 100);
    for side in [&base[..], &base[..1], &[]] {
        let diff = compare(side, side);
        for row in diff.rows() {
            assert_eq!((row.own_change(), row.mean_change(), row.call_change()), (0.0, 0.0, 0.0), "{row:?}");
            assert_eq!((row.change_of(|f| f.p99), row.presence(), row.significant()), (0.0, Presence::Both, false));
        }
        assert!(diff.common().is_none() && diff.warnings().is_empty());
    }
}

#[test]
fn a_slower_function_is_blamed_and_its_caller_is_not() {
    let diff = compare(&runs(0, 5, &|_| 100), &runs(5, 5, &|name| if name == "render" { 110 } else { 100 }));
    assert_eq!(changed(&diff), ["render"]);
    let row = diff.find(&["main", "render"]).expect("it's there");
    let evidence = row.evidence().expect("it's judged");
    assert!((0.08..0.12).contains(&evidence.change) && evidence.p <= 2.0 / 252.0 + 1e-9, "{evidence:?}");
    assert!(diff.common().is_none());
    assert_eq!(diff.verdict(), "1 call path is slower");
}

#[test]
fn what_has_changed_makes_nothing_else_look_changed() {
    // All share a noise of up to 8 %, so that each tells how busy the machine was for the others.
    let side = |from: u64, more: u64| -> Vec<Snapshot> {
        let busy = |seed: u64| 100 + seed * 7 % 9;
        let scale = |seed| move |name: &str| busy(seed) * if name == "render" { more } else { 100 } / 100;
        (from..from + 20).map(|seed| run(seed, &scale(seed))).collect()
    };
    let diff = compare(&side(0, 100), &side(20, 110));
    assert_eq!(changed(&diff), ["render"]);
    for row in diff.rows().filter(|row| row.name() != "render" && row.evidence().is_some()) {
        assert!(row.call_change().abs() < 0.005, "{row:?}: {}", row.call_change());
    }
}

#[test]
fn several_that_have_changed_are_all_found() {
    let slower = |name: &str| if ["render", "parse"].contains(&name) { 110 } else { 100 };
    let diff = compare(&runs(0, 5, &|_| 100), &runs(5, 5, &slower));
    assert_eq!(changed(&diff), ["parse", "render"]);
}

#[test]
fn a_function_that_dominates_the_program_is_found_and_not_taken_for_everything() {
    let scale = |more: u64| move |name: &str| if name == "log" { 5_000 * more / 100 } else { 100 };
    let diff = compare(&runs(0, 5, &scale(100)), &runs(5, 5, &scale(112)));
    assert_eq!(changed(&diff), ["log"]);
    assert!(diff.common().is_none());
}

#[test]
fn a_change_of_everything_is_one_line() {
    let diff = compare(&runs(0, 5, &|_| 100), &runs(5, 5, &|_| 112));
    assert_eq!(changed(&diff), [""; 0]);
    let common = diff.common().expect("all are slower");
    assert!((0.11..0.13).contains(&common.change), "{common:?}");
    assert!(diff.verdict().starts_with("everything is 1"), "{}", diff.verdict());
}

#[test]
fn what_stayed_as_it_was_beside_a_change_of_everything_is_not_called_changed() {
    let diff = compare(&runs(0, 5, &|_| 100), &runs(5, 5, &|name| if name == "render" { 100 } else { 112 }));
    assert!(diff.common().is_some());
    let render = diff.find(&["main", "render"]).expect("it's there");
    assert!(render.evidence().is_some_and(|evidence| evidence.change < -0.05), "beside the others: {render:?}");
    assert_eq!(changed(&diff), [""; 0]);
}

#[test]
fn a_caller_is_not_blamed_for_what_may_be_an_error_of_its_callees_time() {
    let side = |from: u64, below: u64, own: u64| -> Vec<Snapshot> {
        let with_caller = |seed: u64| {
            let mut script = Script(run(seed, &|_| 100).into_data());
            let noise = seed * 3 % 7;
            let callee: Vec<u64> = (0..50).map(|call| below + noise + call).collect();
            let caller: Vec<u64> = callee.iter().map(|time| time + own + noise).collect();
            let caller = script.calls(Some(0), "caller", &caller);
            script.calls(Some(caller), "callee", &callee);
            script.snapshot()
        };
        (from..from + 5).map(with_caller).collect()
    };
    // 150 ns of 10,000.
    let diff = compare(&side(0, 10_000, 1_000), &side(5, 20_000, 1_150));
    let caller = diff.find(&["main", "caller"]).expect("it's there");
    assert!(caller.evidence().is_some_and(|evidence| evidence.p <= 0.01 && evidence.change > 0.1), "{caller:?}");
    assert_eq!(changed(&diff), ["callee"]);
    // As much of it as nobody could mistake for the callee's.
    let diff = compare(&side(0, 10_000, 1_000), &side(5, 10_100, 1_150));
    assert!(changed(&diff).contains(&"caller"), "{:?}", changed(&diff));
}

#[test]
fn so_few_runs_tell_nothing() {
    let slower = |name: &str| if name == "render" { 150 } else { 100 };
    for (olds, news) in [(1, 1), (3, 3), (1, 20)] {
        let diff = compare(&runs(0, olds, &|_| 100), &runs(olds, news, &slower));
        assert_eq!(changed(&diff), [""; 0], "{olds} and {news}");
        assert!(!diff.can_judge() && diff.verdict().contains("can't tell a change from noise"));
        let row = diff.find(&["main", "render"]).expect("it's there");
        assert!((0.4..0.6).contains(&row.call_change()), "it's shown nevertheless");
    }
}

#[test]
fn figures_are_the_medians_of_runs() {
    let side = |times: &[&[u64]]| -> Vec<Snapshot> {
        let run = |times: &&[u64]| {
            let mut script = Script::new();
            let outer = script.calls(None, "outer", &[1_000]);
            if !times.is_empty() {
                script.calls(Some(outer), "inner", times);
            }
            script.snapshot()
        };
        times.iter().map(run).collect()
    };
    let diff = compare(&side(&[&[100, 200], &[300], &[]]), &side(&[&[50]]));
    let row = diff.find(&["outer", "inner"]).expect("it's there");
    let base = row.base().expect("on both sides");
    assert_eq!((base.runs, base.count, base.own, base.total), (2, 1.0, 300.0, 300.0));
    assert_eq!(base.mean, 225.0, "of the runs that called it: 150 and 300");
    assert_eq!(row.change_of(|figures| figures.count), 0.0);
    let outer = diff.find(&["outer"]).expect("it's there");
    assert_eq!(outer.base().map(|figures| figures.own), Some(700.0));
    assert_eq!(outer.new_figures().map(|figures| figures.own), Some(950.0));
}

fn site(name: &str, path: &str, file: &str, line: u32) -> Label {
    Label { is_given: false, path: path.to_owned().into(), file: file.to_owned().into(), line, ..given(name) }
}

#[test]
fn lines_may_move_and_renamed_functions_are_told_from_vanished_ones() {
    let side = |sites: &[(Label, &[&str])]| {
        let mut script = Script::new();
        let main = script.calls(None, "main", &[10_000]);
        for (label, children) in sites {
            let place = script.site(Some(main), label.clone(), &[1_000, 1_000]);
            for child in *children {
                script.calls(Some(place), child, &[100, 100]);
            }
        }
        vec![script.snapshot()]
    };
    let base = side(&[
        (site("moved", "a::moved", "a.rs", 10), &["x"]),
        (site("load", "a::load", "a.rs", 40), &["x", "y"]),
        (site("gone", "a::gone", "a.rs", 200), &["z"]),
    ]);
    let new = side(&[
        (site("moved", "b::moved", "b.rs", 700), &["x"]),
        (site("fetch", "a::fetch", "a.rs", 44), &["x", "y"]),
        (site("fresh", "c::fresh", "c.rs", 1), &["w"]),
    ]);
    let diff = compare(&base, &new);
    let found: Vec<_> = diff.rows().map(|row| (row.path().join("/"), row.presence(), row.old_name())).collect();
    let expected = [
        ("main", Presence::Both, None),
        ("main/moved", Presence::Renamed, Some("moved")),
        ("main/fetch", Presence::Renamed, Some("load")),
        ("main/gone", Presence::Vanished, None),
        ("main/fresh", Presence::New, None),
        ("main/moved/x", Presence::Both, None),
        ("main/fetch/x", Presence::Both, None),
        ("main/fetch/y", Presence::Both, None),
        ("main/gone/z", Presence::Vanished, None),
        ("main/fresh/w", Presence::New, None),
    ];
    assert_eq!(found, expected.map(|(path, presence, old)| (path.to_owned(), presence, old)));
    let gone = diff.find(&["main", "gone"]).expect("it was there");
    assert_eq!((gone.own_change(), gone.new_figures()), (-1.0, None));
}

#[test]
fn another_build_or_program_is_a_warning() {
    let of = |program: &str, profile: &str| {
        let mut script = Script::new();
        script.0.process = Process { program: program.into(), profile: profile.into(), ..Process::default() };
        vec![script.snapshot()]
    };
    assert!(compare(&of("shop", "release"), &of("shop", "release")).warnings().is_empty());
    let diff = compare(&of("shop", "debug"), &of("till", "release"));
    let expected = [
        "program differs: `shop` in base, `till` in new; rows of the same name may be other functions",
        "build differs: `debug` in base, `release` in new; times of debug and release builds have nothing to do with each other",
    ];
    assert_eq!(diff.warnings(), expected);
}
