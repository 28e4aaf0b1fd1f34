//! What can't be done, and what's said of it.

use super::{Folder, example};

#[test]
fn each_bad_file_is_a_line_and_the_others_are_shown() {
    let folder = Folder::new();
    folder.save("good.json", &example());
    let whole = std::fs::read(folder.path("good.json")).expect("a file");
    std::fs::write(folder.path("cut.json"), &whole[..whole.len() / 2]).expect("written");
    std::fs::write(folder.path("foreign.json"), "{\"traceEvents\":[]}").expect("written");
    let newer = r#"{"format":"instrument recording","version":[9,0]}"#;
    std::fs::write(folder.path("newer.json"), newer).expect("written");
    let files = ["cut.json", "foreign.json", "newer.json", "missing.json", "."];
    let output = folder.run(&[&["show"], &files[..], &["good.json"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).expect("text");
    // The folder has the good one, and the three bad ones again.
    assert_eq!(stderr.lines().count(), 7, "{stderr}");
    assert!(stderr.lines().all(|line| line.starts_with("instrument: ")), "{stderr}");
    for file in &files[..4] {
        assert!(stderr.contains(&format!("instrument: {file}: ")), "{file}: {stderr}");
    }
    assert!(stderr.contains("foreign.json: no recording: line 1, column "), "{stderr}");
    let stdout = String::from_utf8(output.stdout).expect("text");
    assert!(stdout.contains("\na ") && stdout.contains("2 recordings together"), "{stdout}");
    let output = folder.run(&["show", "cut.json"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
}

#[test]
fn wrong_usage_says_where_and_ends_with_2() {
    let folder = Folder::new();
    folder.save("run.json", &example());
    for (options, expected) in [
        (&["--where", "own_ms > > 2"][..], "  own_ms > > 2\n           ^\n"),
        (
            &["--where", "count > 1 && onw_ms > 2"],
            "there's no `onw_ms`; did you mean `own_ms`?\n  count > 1 && onw_ms > 2\n               ^",
        ),
        (&["--where", "own_ms >"], "the condition ends where a value is expected\n  own_ms >\n          ^"),
        (&["--where", "own_ms = 5"], "write `==` for equal"),
        (&["--where", "own_ms > 5 and count < 10"], "write `&&` for and"),
        (&["--where", "own_ms > 5;"], "`;` can't be here"),
        (&["--where", "own > 5"], "there's no `own`; times have a unit behind them: write `own_ms`"),
        (&["--where", "count"], "this is a number, where a condition is expected"),
        (&["--where", "name > 3"], "--where: found no matching overload"),
        (&["--only", "a[", "--depth", "1"], "--only: error parsing glob 'a['"),
        (&["--search", "a("], "unclosed group"),
        (&["--columns", "onw"], "did you mean `own`?"),
        (&["--metric", "alloc_bites", "--format", "dot"], "did you mean `alloc_bytes`?"),
        (&["--metric", "own"], "--metric is for dot"),
        (&["--columns", "own", "--format", "dot"], "--columns is for table"),
        (&["--metric", "own", "--format", "html"], "the page has all metrics"),
        (&["--limit", "0"], "0 is not in 1.."),
        (&["--depth", "-1"], "-1 is not in 1.."),
        (&["-o", "./run.json"], "-o ./run.json: that's one of the files to be shown"),
    ] {
        let output = folder.run(&[&["show", "run.json"], options].concat());
        let stderr = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{options:?}: {stderr}");
        assert!(stderr.contains(expected), "{options:?}: {stderr}");
    }
    for command in [&["show", "."][..], &["diff", "run.json", "run.json"]] {
        let output = folder.run(&[command, &["-o", "run.json"]].concat());
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
    instrument_model::Snapshot::load(folder.path("run.json")).expect("it is there still");
    let output = folder.run(&["show", "run.json", "--group", "thread"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("INSTRUMENT_SAVE_THREADS=on"));
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let folder = Folder::new();
    folder.save("run.json", &example());
    for format in
        ["table", "json", "csv", "folded", "svg", "dot", "chrome", "firefox", "speedscope", "markdown", "pprof", "html"]
    {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_instrument"))
            .args(["show", "run.json", "--format", format])
            .current_dir(folder.0.path())
            .stdout(writer)
            .stderr(std::process::Stdio::piped())
            .output()
            .expect("it runs");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
        assert!(output.status.success(), "{format}: {output:?}");
    }
}
