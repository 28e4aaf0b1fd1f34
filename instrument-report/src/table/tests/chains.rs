//! Tables of more call paths than rows: what folds, what doesn't, and what's said of both.

use super::*;

/// A worker that reads by way of three calls without time of their own, and many small ones.
fn server(own: u64) -> Script {
    let mut script = Script::new();
    let run = script.calls(None, "Worker::run", &[600_000_000]);
    let serve = script.calls(Some(run), "serve", &[300_000_000 - own / 2, 300_000_000 - own / 2]);
    let handle = script.calls(Some(serve), "handle", &[599_000_000 - own]);
    let read = script.calls(Some(handle), "read", &[149_000_000 - own / 4; 4]);
    (0..4).for_each(|place| _ = script.calls(Some(read), &format!("parse {place}"), &[1_000_000 * (4 - place)]));
    script.calls(None, "idle", &[1_000]);
    script
}

#[test]
fn chains_fold_only_where_rows_would_be_left_out() {
    let columns = vec![Column::Count, Column::Sum, Column::Own];
    assert_tables(
        server(0).report().rows(9).columns(Some(columns.clone())),
        80,
        "
elapsed 1.00 s

Stack                Count      Sum      Own
Worker::run              1   600 ms     0 ns
|- serve                 2   600 ms  1.00 ms
|  |- handle             1   599 ms  3.00 ms
|  |  |- read            4   596 ms   586 ms
|  |  |  |- parse 0      1  4.00 ms  4.00 ms
|  |  |  |- parse 1      1  3.00 ms  3.00 ms
|  |  |  |- parse 2      1  2.00 ms  2.00 ms
|  |  |  |- parse 3      1  1.00 ms  1.00 ms
idle                     1  1.00 µs  1.00 µs

",
    );
    assert_tables(
        server(0).report().rows(3).columns(Some(columns)),
        80,
        "
elapsed 1.00 s

Stack                   Count      Sum      Own
Worker::run > … > read      4   596 ms   586 ms
|- parse 0                  1  4.00 ms  4.00 ms
|- parse 1                  1  3.00 ms  3.00 ms
|- … 2 more below read      2  3.00 ms  3.00 ms
idle                        1  1.00 µs  1.00 µs
a > … > b: 3 call paths folded into the row of the only one below, whose figures
  it has; own time of those before it is at most 5 % of the sum
5 of 9 call paths without a row; INSTRUMENT_ROWS=9 or report().rows(9) shows all

Function      Own   % own      Sum      Max  Count  Paths
read       586 ms  58.6 %   596 ms   149 ms      4      1
parse 0   4.00 ms   0.4 %  4.00 ms  4.00 ms      1      1
handle    3.00 ms   0.3 %   599 ms   599 ms      1      1
3 of 9 functions, by own time; recursive calls count once in Sum

",
    );
}

#[test]
fn own_time_in_a_chain_is_never_hidden() {
    // `Worker::run` has a sixth of its sum as own time, what's below it next to none.
    let text = server(100_000_000).report().rows(3).columns(Some(vec![Column::Own])).parts().0;
    assert!(text.contains("\nWorker::run                 100 ms\n|- serve > … > read "), "{text}");
    // Each has a fiftieth: three of them are more than can be hidden in one row.
    let mut script = Script::new();
    let mut parent = None;
    for level in 0..12 {
        parent = Some(script.calls(parent, &format!("level {level}"), &[1_000_000 - 20_000 * level]));
    }
    let text = script.report().rows(4).columns(Some(vec![Column::Sum])).parts().0;
    assert!(text.contains("\nlevel 0 > … > level 2 ") && text.contains("\n|- level 3 > "), "{text}");
}

#[test]
fn what_runs_or_was_measured_on_the_way_keeps_its_row() {
    let mut script = server(0);
    script.0.nodes[1].running = 1;
    let names = |script: &Script| script.report().rows(3).columns(Some(vec![Column::Count])).parts().0;
    let text = names(&script);
    assert!(text.contains("\nWorker::run > serve (running)  ") && text.contains("\n|- handle > read  "), "{text}");
    let mut script = server(0);
    let heap = script.component("alloc_bytes", instrument_model::Unit::Bytes);
    script.observed(2, heap, &[(90.0, 50.0)]);
    script.observed(3, heap, &[(40.0, 40.0)]);
    let text = names(&script);
    assert!(text.contains("\nWorker::run > … > handle  ") && text.contains("\n|- read"), "{text}");
}

#[test]
fn shares_above_the_whole_are_explained_where_threads_added_up() {
    let mut script = Script::new();
    script.calls(None, "work", &[800_000_000; 4]);
    assert!(script.report().parts().0.starts_with("elapsed 1.00 s\n"), "one thread has none to add up");
    script.0.most_threads = 4;
    let text = script.report().parts().0;
    assert!(text.starts_with("elapsed 1.00 s (above 100 %: the time of up to 4 threads added up)\n\n"), "{text}");
    let text = script.report().columns(Some(vec![Column::Sum])).parts().0;
    assert!(text.starts_with("elapsed 1.00 s\n"), "no share is shown: {text}");
}
