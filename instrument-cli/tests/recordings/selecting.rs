//! Which rows there are, and in what order.

use super::{Folder, example};

/// The names in the first column, without the lines of the tree.
fn names(table: &str) -> Vec<String> {
    let rows = table.lines().skip_while(|line| !line.starts_with("Stack")).skip(1).take_while(|line| !line.is_empty());
    rows.map(|row| {
        let name = row.trim_start_matches(['|', ' ', '-']);
        name.split("  ").next().unwrap_or_default().to_owned()
    })
    .collect()
}

#[test]
fn what_is_left_out_is_in_the_own_time_of_what_calls_it() {
    let folder = Folder::new();
    folder.save("run.json", &example());
    let text = folder.show(&[
        "show",
        "run.json",
        "--only",
        "a",
        "--only",
        "*Read>::c",
        "--only",
        "e",
        "--columns",
        "own,total",
    ]);
    assert!(text.starts_with("elapsed 20.0 ms, shop 4711, alpha, 2026-01-01 00:00:00 UTC\n"), "{text}");
    let rows: Vec<&str> = text.lines().skip(2).take(4).collect();
    let expected = [
        "Stack                        Own      Sum",
        "a                        7.00 ms  15.0 ms",
        "|- e                     5.00 ms  5.00 ms",
        "|- <Vec<T> as Read>::c   3.00 ms  3.00 ms",
    ];
    let squeezed = |lines: &[&str]| -> Vec<Vec<String>> {
        lines.iter().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
    };
    assert_eq!(squeezed(&rows), squeezed(&expected), "{text}");
    let note = "2 call paths left out; their own time, 6.00 ms, is in that of the nearest call path above: a 6.00 ms";
    assert!(text.contains(note), "{text}");
}

#[test]
fn rows_are_chosen_by_pattern_expression_condition_and_depth() {
    let folder = Folder::new();
    folder.save("run.json", &example());
    let all = ["a", "d \"quoted\" \\n", "e", "b; c d", "<Vec<T> as Read>::c"];
    for (options, expected) in [
        (&[][..], &all[..]),
        (&["--skip", "e", "--skip", "*Vec*"], &["a", "d \"quoted\" \\n", "b; c d"]),
        (&["--only", "shop::?"], &["a", "e"]),
        (&["--only", "a > d* > *"], &["e"]),
        (&["--search", "^(a|shop::e)$"], &["a", "e"]),
        (&["--where", "own_ms >= 2 && count < 4 && alloc_bytes_own == 10.0"], &["b; c d", "<Vec<T> as Read>::c"]),
        (&["--where", "stack.exists(s, s == 'b; c d')"], &["b; c d", "<Vec<T> as Read>::c"]),
        (&["--where", "wall_mean_ms < 1.0 || wall_mean_ms > 0.0"], &[]),
        (&["--depth", "2"], &["a", "d \"quoted\" \\n", "b; c d"]),
        (&["--sort", "name"], &["a", "b; c d", "<Vec<T> as Read>::c", "d \"quoted\" \\n", "e"]),
        (&["--sort", "own"], &all),
        (&["--sort", "count", "--group", "function"], &["e", "d \"quoted\" \\n", "<Vec<T> as Read>::c", "b; c d", "a"]),
        (&["--sort", "mean", "--group", "function"], &["a", "b; c d", "d \"quoted\" \\n", "<Vec<T> as Read>::c", "e"]),
        (&["--group", "module"], &["shop"]),
        (&["--group", "file"], &["src/shop.rs"]),
    ] {
        let text = folder.show(&[&["show", "run.json"], options].concat());
        assert_eq!(names(&text), expected, "{options:?}:\n{text}");
    }
}

#[test]
fn several_recordings_are_shown_as_one_which_merge_writes() {
    let folder = Folder::new();
    let run = example();
    folder.save("runs/1.json", &run);
    folder.save("runs/2.json", &run);
    let shown = folder.show(&["show", "runs", "--columns", "count,own,sum"]);
    assert!(shown.contains("2 recordings together"), "{shown}");
    folder.show(&["merge", "runs/1.json", "runs/2.json", "-o", "both.json"]);
    let merged = folder.show(&["show", "both.json", "--columns", "count,own,sum"]);
    assert_eq!(shown.replace("2 recordings together\n", ""), merged);
    let row = merged.lines().find(|line| line.starts_with("a ")).expect("a row").split_whitespace().collect::<Vec<_>>();
    assert_eq!(row, ["a", "2", "2.00", "ms", "30.0", "ms"]);
}

#[test]
fn rows_past_the_limit_are_those_with_the_smallest_figures() {
    let folder = Folder::new();
    folder.save("run.json", &example());
    let text = folder.show(&["show", "run.json", "--limit", "3", "--sort", "own"]);
    assert!(names(&text).iter().any(|name| name.contains('e')), "e has the most:\n{text}");
    assert!(text.contains("--limit 5 shows all"), "{text}");
    let rows = folder.show(&["show", "run.json", "--format", "csv", "--limit", "3", "--sort", "own"]);
    let rows: Vec<&str> = rows.lines().skip(1).map(|line| line.split(',').next().unwrap_or_default()).collect();
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(rows.iter().any(|row| row.ends_with("> e\"")), "{rows:?}");
}
