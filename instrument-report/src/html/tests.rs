//! What the page is told, against the snapshot that it's made of: as an independent reader of JSON sees it.

use super::{tree, write};
use crate::script::{Script, given};
use instrument_model::data::{Label, Tasks};
use instrument_model::{NodeRef, Snapshot, Unit};
use serde_json::Value;
use std::time::Duration;

/// The page's text.
fn page(snapshot: &Snapshot) -> String {
    let mut page = Vec::new();
    write(snapshot, &mut page).expect("memory takes everything");
    String::from_utf8(page).expect("a page is UTF-8")
}

/// What's embedded in it under an `id`, found as a browser does: up to the next end of a script.
fn embedded(page: &str, id: &str) -> Value {
    let begin = format!("<script type=\"application/json\" id=\"{id}\">");
    let text = page.split(&begin).nth(1).expect("it's there").split("</script").next().expect("it ends");
    serde_json::from_str(text).expect("it's JSON")
}

/// One figure of each node; `None` for what's absent.
fn column(of: &Value) -> Vec<Option<u64>> {
    of.as_array().expect("a column").iter().map(Value::as_u64).collect()
}

fn nanos(snapshot: &Snapshot, figure: impl Fn(&NodeRef<'_>) -> Duration) -> Vec<Option<u64>> {
    snapshot.nodes().map(|node| Some(figure(&node).as_nanos() as u64)).collect()
}

/// Calls of many lengths, of which some are sampled, some ran beside, some are async, and some have no time.
fn script() -> Script {
    let mut script = Script::new();
    let root = script.calls(None, "root", &[7_000, 9_000, 100_000]);
    script.calls(Some(root), "child", &[5, 17, 1_300, 40_000]);
    let sampled = script.calls(Some(root), "sampled", &[80, 90]);
    script.0.nodes[sampled as usize].untimed = 126;
    script.0.nodes[sampled as usize].is_throttled = true;
    script.0.nodes[sampled as usize].estimated = 64 * 170;
    let beside = script.calls(Some(root), "beside", &[70_000]);
    script.0.nodes[beside as usize].is_parallel = true;
    let task = script.calls(Some(root), "task", &[300, 500]);
    let wall = crate::script::times(&[3_000, 9_000]);
    let tasks = Tasks { begun: 3, polls: 11, wall, cancelled: 1, cancelled_wall: 77 };
    script.0.nodes[task as usize].tasks = Some(Box::new(tasks));
    script
}

#[test]
fn each_nodes_figures_are_those_of_the_snapshot() {
    let mut script = script();
    // A scale that doesn't divide: 3 ticks are 1.3 ns.
    script.0.scale = instrument_model::Scale::from_ratio(1.3, 3.0).expect("a plausible ratio");
    let snapshot = script.snapshot();
    let page = page(&snapshot);
    let (tree, details) = (embedded(&page, "tree"), embedded(&page, "details"));
    let nodes = &tree["nodes"];
    for (name, expected) in [
        ("own", nanos(&snapshot, |node| node.own())),
        ("total", nanos(&snapshot, |node| node.total())),
        ("mean", nanos(&snapshot, |node| node.mean())),
        ("count", snapshot.nodes().map(|node| Some(node.count())).collect()),
        ("parent", snapshot.nodes().map(|node| node.parent().map(|parent| parent.place() as u64)).collect()),
    ] {
        assert_eq!(column(&nodes[name]), expected, "{name}");
    }
    for (name, expected) in [
        ("min", nanos(&snapshot, |node| node.min())),
        ("max", nanos(&snapshot, |node| node.max())),
        ("stddev", nanos(&snapshot, |node| node.stddev())),
        ("p50", nanos(&snapshot, |node| node.quantile(0.5))),
        ("p90", nanos(&snapshot, |node| node.quantile(0.9))),
        ("p99", nanos(&snapshot, |node| node.quantile(0.99))),
    ] {
        assert_eq!(column(&details[name]), expected, "{name}");
    }
    let names: Vec<&str> = column(&nodes["label"])
        .into_iter()
        .map(|at| tree["labels"]["name"][at.expect("a label") as usize].as_str().expect("a name"))
        .collect();
    assert_eq!(names, ["root", "child", "sampled", "beside", "task"]);
    assert_eq!(tree["elapsed"].as_u64(), Some(snapshot.elapsed().as_nanos() as u64));
}

#[test]
fn what_is_so_of_a_node_is_a_bit_each() {
    let mut marks = column(&embedded(&page(&script().snapshot()), "tree")["nodes"]["marks"]);
    // Estimated 1, parted 2, async 4, parallel 8, throttled 16, timed 32: as `data.js` has them.
    assert_eq!(marks, [32, 32, 1 + 16 + 32, 8 + 32, 4 + 32].map(Some));
    let mut parted = script();
    parted.0.partings = vec![instrument_model::data::Parting { from: 0, to: 200_000, counted: 100_000, passed: 5_000 }];
    marks = column(&embedded(&page(&parted.snapshot()), "tree")["nodes"]["marks"]);
    assert_eq!(marks[0], Some(2 + 32), "long enough to have been open across it");
    assert_eq!(marks[1], Some(32), "too short");
}

#[test]
fn async_figures_are_those_of_the_snapshot() {
    let snapshot = script().snapshot();
    let tasks = &embedded(&page(&snapshot), "details")["tasks"];
    let node = snapshot.find(&["root", "task"]).expect("it's there");
    let nanos = |time: Duration| vec![Some(time.as_nanos() as u64)];
    assert_eq!(column(&tasks["nodes"]), [Some(node.place() as u64)]);
    assert_eq!(column(&tasks["polls"]), [Some(node.polls())]);
    assert_eq!(column(&tasks["cancelled"]), [Some(1)]);
    assert_eq!(column(&tasks["wall"]), nanos(node.wall()));
    assert_eq!(column(&tasks["mean"]), nanos(node.wall_mean()));
    assert_eq!(column(&tasks["p50"]), nanos(node.wall_quantile(0.5)));
    assert_eq!(column(&tasks["max"]), nanos(node.wall_max()));
    assert_eq!(column(&tasks["cancelledWall"]), nanos(node.cancelled_wall()));
}

#[test]
fn distributions_are_those_of_recordings() {
    let snapshot = script().snapshot();
    let mut recording = Vec::new();
    snapshot.write_to(&mut recording).expect("memory takes everything");
    let recording: Value = serde_json::from_slice(&recording).expect("it's JSON");
    let details = embedded(&page(&snapshot), "details");
    let packed = |at: usize| format!("[{}]", details["histogram"][at].as_str().expect("a text"));
    for (at, node) in recording["nodes"].as_array().expect("nodes").iter().enumerate() {
        assert_eq!(packed(at), node["histogram"].to_string(), "node {at}");
    }
}

#[test]
fn what_is_absent_is_null_and_never_0() {
    let mut script = Script::new();
    script.calls(None, "never", &[]);
    let cpu = script.component("cpu", Unit::Seconds);
    let pushed = script.calls(None, "pushed", &[]);
    script.observed(pushed, cpu, &[(1.5, 0.5), (3.0, 3.0)]);
    let unkept = script.calls(None, "no distribution", &[40, 60]);
    let times = &mut script.0.nodes[unkept as usize].times;
    (times.squares, times.histogram) = (0, Default::default());
    let page = page(&script.snapshot());
    let (tree, details) = (embedded(&page, "tree"), embedded(&page, "details"));
    assert_eq!(column(&tree["nodes"]["total"]), [Some(0), None, Some(100)]);
    assert_eq!(column(&tree["nodes"]["mean"]), [None, None, Some(50)]);
    assert_eq!(column(&tree["nodes"]["count"]), [Some(0), Some(2), Some(2)], "observations, where there's no time");
    assert_eq!(column(&details["min"]), [None, None, Some(40)]);
    assert_eq!(column(&details["stddev"]), [None, None, None]);
    assert_eq!(column(&details["p99"]), [None, None, None]);
    assert_eq!(column(&tree["components"][0]["nodes"]), [Some(1)]);
    assert_eq!(tree["components"][0]["total"], serde_json::json!([4.5]));
    assert_eq!(tree["components"][0]["own"], serde_json::json!([3.5]));
    assert_eq!(details["components"][0]["mean"], serde_json::json!([2.25]));
    assert_eq!(tree["pid"], Value::Null);
}

#[test]
fn what_was_taken_by_chance_is_known_to_be() {
    let mut script = Script::new();
    let node = script.calls(None, "some", &[10]);
    for (name, is_sampled) in [("alloc_bytes", false), ("live_bytes", true)] {
        let component = script.component(name, Unit::Bytes);
        let known = &mut script.0.components[component as usize];
        (known.is_tally, known.is_sampled) = (true, is_sampled);
        script.observed(node, component, &[(50.0, 50.0)]);
    }
    let tree = embedded(&page(&script.snapshot()), "tree");
    let marks = |name: &str| [0, 1].map(|at| tree["components"][at][name].as_bool().expect("true or false"));
    assert_eq!((marks("isSampled"), marks("isTally")), ([false, true], [true, true]));
}

#[test]
fn a_share_of_nothing_is_no_share() {
    let mut script = Script::new();
    let ratio = script.component("busy", Unit::Percent);
    let node = script.calls(None, "some", &[10]);
    script.observed(node, ratio, &[(50.0, 0.0)]);
    let column = &mut script.0.nodes[node as usize].columns[0];
    column.total.per = 2.0;
    let tree = embedded(&page(&script.snapshot()), "tree");
    assert_eq!(tree["components"][0]["isRatio"], Value::Bool(true));
    assert_eq!(tree["components"][0]["total"], serde_json::json!([25]));
    assert_eq!(tree["components"][0]["own"], serde_json::json!([null]));
}

#[test]
fn no_name_ends_the_data_or_becomes_markup() {
    const HOSTILE: &str = "</script><script>alert(1)</script><!--<script>\u{2028}\u{202e}\"\\\n&lt;";
    let mut script = Script::new();
    let label = Label { module: HOSTILE.into(), path: HOSTILE.into(), file: HOSTILE.into(), ..given(HOSTILE) };
    script.site(None, label, &[10]);
    script.measured(HOSTILE, &[1.0]);
    script.0.process.program = HOSTILE.to_owned();
    let page = page(&script.snapshot());
    let tree = embedded(&page, "tree");
    let shown = r#"</script><script>alert(1)</script><!--<script>\u{2028}\u{202e}"\\n&lt;"#;
    assert_eq!(tree["labels"]["name"][0].as_str(), Some(shown));
    assert_eq!(tree["measurements"][0]["name"].as_str(), Some(shown));
    assert_eq!(page.matches("</script").count(), 3, "the page's own");
    assert_eq!(page.matches("<!--").count(), 0);
    let title = page.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("a title");
    assert_eq!(title, shown.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"));
}

#[test]
fn labels_that_no_node_has_stay_out() {
    let mut script = script();
    let unused = std::sync::Arc::new(given("unused"));
    std::sync::Arc::make_mut(&mut script.0.labels).insert(0, unused);
    script.0.nodes.iter_mut().for_each(|node| node.label += 1);
    let mut text = Vec::new();
    tree::write(&script.snapshot(), None, &mut text).expect("memory takes everything");
    let tree: Value = serde_json::from_slice(&text).expect("it's JSON");
    assert_eq!(tree["labels"]["name"], serde_json::json!(["root", "child", "sampled", "beside", "task"]));
    assert_eq!(column(&tree["nodes"]["label"]), [0, 1, 2, 3, 4].map(Some));
}

#[test]
fn a_difference_has_each_path_once_with_the_figures_of_both() {
    let (mut base, mut new) = (Script::new(), Script::new());
    let root = base.calls(None, "root", &[1_000]);
    let gone = base.calls(Some(root), "gone", &[300, 200]);
    base.calls(Some(gone), "below", &[10]);
    base.calls(Some(root), "kept", &[70]);
    let root = new.calls(None, "root", &[2_000]);
    new.calls(Some(root), "added", &[900]);
    new.calls(Some(root), "kept", &[80, 90]);
    let mut page = Vec::new();
    super::write_difference(&base.snapshot(), &new.snapshot(), &mut page).expect("memory takes everything");
    let page = String::from_utf8(page).expect("a page is UTF-8");
    let (tree, details) = (embedded(&page, "tree"), embedded(&page, "details"));
    let labels = column(&tree["nodes"]["label"]);
    let names: Vec<&str> = labels
        .into_iter()
        .map(|at| tree["labels"]["name"][at.expect("a label") as usize].as_str().expect("a name"))
        .collect();
    assert_eq!(names, ["root", "added", "kept", "gone", "below"]);
    assert_eq!(column(&tree["nodes"]["parent"]), [None, Some(0), Some(0), Some(0), Some(3)]);
    assert_eq!(tree["base"]["new"], serde_json::json!([3]));
    assert_eq!(column(&tree["nodes"]["own"])[..3], [930, 900, 170].map(Some));
    assert_eq!(column(&tree["base"]["own"]), [Some(430), None, Some(70), Some(490), Some(10)]);
    assert_eq!(column(&tree["base"]["count"]), [Some(1), None, Some(1), Some(2), Some(1)]);
    assert_eq!(column(&details["base"]["max"]), [Some(1_000), None, Some(70), Some(300), Some(10)]);
}

#[test]
fn a_page_is_whole_and_names_no_other_place() {
    let page = page(&Snapshot::default());
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{page}");
    assert!(!page.contains("{{"), "a part that nobody wrote");
    // The name of the language of pictures is written as an address, and asked for by nobody.
    let addresses: Vec<&str> = page.split("http").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(
        addresses.iter().all(|rest| rest.starts_with("-equiv") || *rest == "://www.w3.org/2000/svg"),
        "{addresses:?}"
    );
    assert_eq!(page.matches("src=").count() + page.matches("@import").count() + page.matches("url(").count(), 0);
}
