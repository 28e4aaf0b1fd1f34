//! What has changed between runs.

use super::{Folder, example, text};
use instrument_model::Snapshot;

/// The same with as many hundredths of the own time of the last row.
fn scaled(percent: u64) -> Snapshot {
    let mut data = example().into_data();
    let own = data.nodes[4].own;
    let more = own * percent / 100;
    for place in [0, 3, 4] {
        data.nodes[place].total = data.nodes[place].total - own + more;
    }
    let node = &mut data.nodes[4];
    node.own = more;
    let each = more / node.times.count;
    node.times = super::times(node.times.count, each);
    Snapshot::new(data).expect("a snapshot")
}

/// Folders of runs that differ by a little, the second ones also by that factor.
fn runs(folder: &Folder, percent: u64) {
    for (at, noise) in [0, 1, 2, 3, 4].into_iter().enumerate() {
        folder.save(&format!("base/{at}.json"), &scaled(100 + noise));
        folder.save(&format!("new/{at}.json"), &scaled(percent + noise));
    }
}

#[test]
fn the_same_runs_have_no_difference() {
    let folder = Folder::new();
    runs(&folder, 100);
    let json = folder.show(&["diff", "base", "new", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let rows = json["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row["significant"] == false), "{json}");
    folder.show(&["diff", "base", "new", "--fail-if", "significant"]);
    folder.show(&["diff", "base", "base", "--fail-if", "own_change != 0.0 || total_change != 0.0"]);
}

#[test]
fn what_got_slower_is_found_and_its_caller_is_not_blamed() {
    let folder = Folder::new();
    runs(&folder, 150);
    let text_of = folder.show(&["diff", "base", "new"]);
    assert!(text_of.contains('e'), "{text_of}");
    let failed = folder.run(&["diff", "base", "new", "--fail-if", "significant && own_change > 0.1"]);
    let stderr = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert_eq!(failed.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("/e") && !stderr.contains(", "), "the one that changed, and no other: {stderr}");
    for (name, begins) in [("out.md", ""), ("out.html", "<!doctype html>"), ("out.json", "{")] {
        assert_eq!(folder.show(&["diff", "base", "new", "-o", name]), "");
        assert!(text(&folder.path(name)).starts_with(begins), "{name}");
    }
}

#[test]
fn one_run_a_side_says_how_little_that_tells() {
    let folder = Folder::new();
    runs(&folder, 150);
    let one = folder.show(&["diff", "base/0.json", "new/0.json", "--format", "json"]);
    let one: serde_json::Value = serde_json::from_str(&one).expect("JSON");
    assert!(one["rows"].as_array().expect("rows").iter().all(|row| row["significant"] == false), "{one}");
    let shown = folder.show(&["diff", "base/0.json", "new/0.json"]);
    assert!(shown.starts_with("1 run of base and 1 run of new can't tell a change from noise"), "{shown}");
}

#[test]
fn wrong_conditions_and_files_say_so() {
    let folder = Folder::new();
    runs(&folder, 100);
    let code = |arguments: &[&str]| folder.run(arguments).status.code();
    assert_eq!(code(&["diff", "base", "new", "--fail-if", "own_chnge > 1"]), Some(2));
    assert_eq!(code(&["diff", "base", "missing"]), Some(1));
    assert_eq!(code(&["diff", "base"]), Some(2));
}
