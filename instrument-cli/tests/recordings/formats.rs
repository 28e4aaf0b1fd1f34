//! What other programs read.

use super::{Folder, example, text};
use serde_json::Value;

#[test]
fn each_format_says_what_its_weights_are_in() {
    let folder = Folder::new();
    folder.save("run.json", &example());
    for (format, expected) in [
        ("folded", "# own time, in nanoseconds"),
        ("dot", "own time, in nanoseconds"),
        ("svg", "own time, in nanoseconds"),
        ("speedscope", "\"unit\":\"nanoseconds\""),
        ("chrome", "\"weight\":\"own time, in nanoseconds\""),
        ("firefox", "own time, in nanoseconds"),
    ] {
        let shown = folder.show(&["show", "run.json", "--format", format]);
        assert!(shown.contains(expected), "{format}: {shown}");
        let shown = folder.show(&["show", "run.json", "--format", format, "--metric", "alloc_bytes"]);
        assert!(shown.contains("bytes"), "{format}: {shown}");
        assert_ne!(folder.show(&["show", "run.json", "--format", format, "--metric", "count"]), shown);
    }
}

#[test]
fn a_format_is_chosen_by_what_the_name_ends_in() {
    let folder = Folder::new();
    folder.save("run.json", &example());
    for (name, begin) in [
        ("a.csv", &b"stack,name"[..]),
        ("A.HTML", b"<!doctype html>"),
        ("a.json", b"{\"format\":\"instrument figures\""),
        ("a.speedscope.json", b"{\"$schema\":"),
        ("a.dot", b"digraph"),
        ("a.pb", b"\x1f\x8b"),
        ("a.pb.gz", b"\x1f\x8b"),
        ("a.txt", b"elapsed"),
    ] {
        folder.show(&["show", "run.json", "-o", name]);
        let written = std::fs::read(folder.path(name)).expect(name);
        assert!(written.starts_with(begin), "{name}: {}", String::from_utf8_lossy(&written[..written.len().min(60)]));
    }
}

#[test]
fn folded_weights_are_all_own_time_and_names_survive() {
    let folder = Folder::new();
    folder.save("run.json", &example());
    let folded = folder.show(&["show", "run.json", "--format", "folded"]);
    let lines: Vec<(&str, u64)> = folded
        .lines()
        .filter(|line| !line.starts_with("# "))
        .map(|line| line.rsplit_once(' ').expect("a weight"))
        .map(|(stack, weight)| (stack, weight.parse().expect("a number")))
        .collect();
    assert_eq!(lines.iter().map(|(_, weight)| weight).sum::<u64>(), 15_000_000);
    // U+037E, of which NFC makes a semicolon.
    assert_eq!(lines[2], ("a;b\u{37e} c d;<Vec<T> as Read>::c", 3_000_000));
    let calls = folder.show(&["show", "run.json", "--format", "folded", "--metric", "count"]);
    assert!(calls.ends_with("\\n;e 5\n"), "{calls}");
}

#[test]
fn tables_of_values_have_all_figures() {
    let folder = Folder::new();
    folder.save("run.json", &example());
    let json: Value = serde_json::from_str(&folder.show(&["show", "run.json", "--format", "json"])).expect("JSON");
    assert_eq!(json["components"][0]["unit"], "B");
    let row = &json["rows"][2];
    assert_eq!(row["stack"], serde_json::json!(["a", "b; c d", "<Vec<T> as Read>::c"]));
    assert_eq!((&row["count"], &row["own_ns"], &row["p99_ns"]), (&3.into(), &3_000_000.into(), &1_000_000.into()));
    assert_eq!((&row["alloc_bytes"], &row["wall_mean_ns"]), (&10.into(), &Value::Null));
    let csv = folder.show(&["show", "run.json", "--format", "csv", "--columns", "own,p50,alloc_bytes.own"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "stack,name,depth,path,module,file,line,own_ns,p50_ns,alloc_bytes.own");
    assert_eq!(lines[1], "a,a,0,shop::a,shop,src/shop.rs,1,1000000,15000000,10");
    assert!(lines[4].starts_with("\"a > d \"\"quoted\"\" \\n\","), "{}", lines[4]);
    let markdown = folder.show(&["show", "run.json", "--format", "markdown", "--columns", "own"]);
    assert!(markdown.contains("| \u{2003}\u{2003}`<Vec<T> as Read>::c` | 3.00 ms |\n"), "{markdown}");
}

#[test]
fn a_table_of_values_without_rows_still_says_its_columns() {
    let folder = Folder::new();
    folder.save("run.json", &example());
    for columns in [&[][..], &["--columns", "own,percent,p50,alloc_bytes.own"]] {
        let show = ["show", "run.json", "--format", "csv"];
        let some = folder.show(&[&show, columns].concat());
        let none = folder.show(&[&show, columns, &["--only", "nothing"]].concat());
        assert_eq!(none.trim_end_matches('\n'), some.lines().next().expect("a line"));
    }
}

#[test]
fn the_name_of_the_file_says_the_format() {
    let folder = Folder::new();
    folder.save("run.json", &example());
    for (name, begins) in [
        ("out.svg", "<?xml"),
        ("out.csv", "stack,"),
        ("out.dot", "digraph"),
        ("out.md", "**elapsed"),
        ("out.html", "<!doctype html>"),
    ] {
        assert_eq!(folder.show(&["show", "run.json", "-o", name]), "");
        assert!(text(&folder.path(name)).starts_with(begins), "{name}");
    }
    folder.show(&["show", "run.json", "-o", "out.pb.gz"]);
    assert!(std::fs::read(folder.path("out.pb.gz")).expect("a file").starts_with(b"\x1f\x8b"));
}
