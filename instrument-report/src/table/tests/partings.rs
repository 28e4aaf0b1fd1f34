//! What clocks that parted do to tables and their footer.

use super::assert_tables;
use crate::script::{Script, given, times};
use crate::table::footer;
use instrument_model::Unit;
use instrument_model::data::{Checkpoints, Line, Node, Parting, Tasks};

const MS: u64 = 1_000_000;

/// A second, in which the machine slept for 400 ms.
fn slept() -> Script {
    let mut script = Script::new();
    let whole = script.calls(None, "whole", &[900 * MS]);
    script.calls(Some(whole), "step", &[30 * MS, 40 * MS, 50 * MS]);
    let (cpu, bytes) = (script.component("thread_cpu", Unit::Seconds), script.component("taken_bytes", Unit::Bytes));
    script.observed(whole, cpu, &[(0.5, 0.5)]);
    script.observed(whole, bytes, &[(2048.0, 2048.0)]);
    let parting = Parting { from: 200 * MS, to: 700 * MS, counted: 500 * MS, passed: 100 * MS };
    script.0.partings.push(parting);
    script
}

fn footer(script: &Script) -> Vec<String> {
    let lines = footer::lines(&script.snapshot(), None, Vec::new());
    lines.into_iter().filter(|line| line.contains("parted")).collect()
}

#[test]
fn what_may_have_been_open_is_marked_and_what_is_too_short_is_not() {
    assert_tables(
        slept().report(),
        120,
        "
elapsed ~1.00 s

Stack        Avg      Min      Max  Count      Sum  % of elapsed  thread_cpu      own  taken_bytes       own
whole    ~900 ms  ~900 ms  ~900 ms      1  ~900 ms       ~90.0 %     ~500 ms  ~500 ms     2.00 KiB  2.00 KiB
|- step  40.0 ms  30.0 ms  50.0 ms      3   120 ms        12.0 %           -        -            -         -

",
    );
}

#[test]
fn a_gap_that_three_digits_do_not_show_marks_nothing() {
    let mut script = slept();
    script.0.partings[0].passed = 500 * MS - 1_000;
    let text = script.report().to_string();
    assert!(!text.replace("~ the clocks", "").contains('~'), "{text}");
}

#[test]
fn a_span_under_way_is_marked_if_it_began_before() {
    let mut script = slept();
    let running = |script: &mut Script, since: u64| {
        let node = &mut script.0.nodes[0];
        *node = Node { running: 1, total: 1_000 * MS - since, own: 1_000 * MS - since, ..Node::default() };
        script.snapshot().roots().next().expect("a root").may_contain_parting()
    };
    assert!(running(&mut script, 100 * MS) && !running(&mut script, 600 * MS));
}

#[test]
fn rows_of_async_sites_and_of_checkpoints_are_marked_too() {
    let mut script = slept();
    let tasks = |wall| Tasks { begun: 1, polls: 2, wall: times(&[wall]), ..Tasks::default() };
    for (name, wall) in [("long", 600 * MS), ("short", 300 * MS)] {
        let site = script.site(None, given(name), &[10 * MS]);
        script.0.nodes[site as usize].tasks = Some(Box::new(tasks(wall)));
    }
    let line = |label: &str, max| Line { label: label.to_owned(), sum: 2 * max, max };
    let lines = vec![line("1: wait()", 450 * MS), line("2: go()", 3 * MS)];
    script.0.checkpoints.push(Checkpoints { name: "parted".to_owned(), calls: 2, lines });
    let text = script.report().to_string();
    let row = |name: &str| text.lines().rfind(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{text}"));
    assert!(row("long ").contains("~600 ms") && !row("short ").contains('~'), "{text}");
    assert!(row("parted").contains("~900 ms") && row("parted").contains("~450 ms"), "{text}");
}

#[test]
fn the_footer_says_when_by_how_much_and_which_way() {
    let mut script = slept();
    let apart = |from, to, counted, passed| Parting { from, to, counted, passed };
    script.0.partings.push(apart(750 * MS, 760 * MS, 10 * MS, 250 * MS));
    script.0.partings.push(apart(800 * MS, 900 * MS, 0, 100 * MS));
    let said = [
        "~ the clocks parted between 200 ms and 700 ms: the system's stood still for 400 ms, as where a machine sleeps, which \
         what was open across it may count in",
        "~ the clocks parted between 750 ms and 760 ms: the system's went ahead by 240 ms, as where a machine was paused, \
         which what was open across it lacks",
        "~ the clocks parted between 800 ms and 900 ms: the one that times spans began anew within 100 ms, which what was \
         open across it may lack",
    ];
    assert_eq!(footer(&script), said);
    // Of an interval's beginning, and of many no more than four lines.
    (0..7).for_each(|at| script.0.partings.push(apart((900 + at) * MS, (901 + at) * MS, MS, 11 * MS)));
    script.0.from = 100 * MS;
    let lines = footer(&script);
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("~ the clocks parted between 100 ms and 600 ms: "), "{}", lines[0]);
    assert_eq!(lines[3], "~ the clocks parted 7 times more between 800 ms and 807 ms, by 70.0 ms together");
}

#[test]
fn nothing_of_partings_is_said_where_there_are_none() {
    let mut script = slept();
    script.0.partings.clear();
    assert!(!script.report().to_string().contains('~'));
}
