//! Components as the environment asks for them, each case in a process of its own.

use instrument::{scope, timer};
use std::process::{Command, Output};

const CHILD: &str = "COMPONENTS_TEST_CHILD";

#[timer]
fn outer() {
    (0..3).for_each(|_| inner());
}

#[timer]
fn inner() {
    std::hint::black_box(vec![1_u8; 1 << 16]);
}

fn child() {
    outer();
    std::mem::forget(scope!("open at the end"));
}

/// Runs `work` in this program started again, with these variables.
#[expect(clippy::exit, reason = "the harness would go on and write to the same streams")]
fn run(test: &str, variables: &[(&str, &str)], work: impl FnOnce()) -> Output {
    if std::env::var_os(CHILD).is_some() {
        work();
        std::process::exit(0);
    }
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("INSTRUMENT")) {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied()).output().expect("it starts")
}

fn stderr(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr.clone()).expect("text")
}

#[test]
fn nothing_is_measured_nor_printed_unless_asked_for() {
    let output = run("nothing_is_measured_nor_printed_unless_asked_for", &[], || {
        child();
        assert!(instrument::storage::<instrument::component::WallClock>().flat().is_empty());
    });
    assert_eq!(stderr(&output), "");
}

#[test]
fn chosen_components_are_measured_by_every_span_and_printed_at_exit() {
    let test = "chosen_components_are_measured_by_every_span_and_printed_at_exit";
    let variables = [("INSTRUMENT_COMPONENTS", "trip_count, wall_clock"), ("INSTRUMENT_AUTO_OUTPUT", "tree")];
    let text = stderr(&run(test, &variables, child));
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    let has = |row: &[&str]| rows.iter().any(|found| found.starts_with(row));
    assert!(has(&["trip_count", "Laps", "Count", "Sum"]) && has(&["wall_clock", "Laps"]), "{text}");
    assert!(has(&["outer", "1", "1", "1"]) && has(&["|-", "inner", "3", "3", "3"]), "{text}");
    assert!(!text.contains("open at the end"), "it has no observation yet: {text}");
}

#[test]
fn flat_output_is_a_line_for_each_entry_of_the_chosen_scope() {
    let test = "flat_output_is_a_line_for_each_entry_of_the_chosen_scope";
    for (scope, lines) in [
        ("tree", "trip_count: outer: 1 in 1 lap|trip_count:   inner: 3 in 3 laps"),
        ("flat", "trip_count: outer: 1 in 1 lap|trip_count: inner: 3 in 3 laps"),
        (
            "timeline",
            "trip_count: outer: 1 in 1 lap|trip_count:   inner: 1 in 1 lap|trip_count:   inner: 1 in 1 lap|\
             trip_count:   inner: 1 in 1 lap",
        ),
    ] {
        let variables =
            [("INSTRUMENT_COMPONENTS", "trip_count"), ("INSTRUMENT_AUTO_OUTPUT", "flat"), ("INSTRUMENT_SCOPE", scope)];
        let text = stderr(&run(test, &variables, child));
        let found: Vec<_> =
            text.lines().filter_map(|line| line.split(';').next()).filter(|line| !line.is_empty()).collect();
        assert_eq!(found, lines.split('|').collect::<Vec<_>>(), "{scope}");
    }
}

#[test]
fn a_slip_and_what_is_not_there_are_one_line_each_and_the_rest_is_measured() {
    let test = "a_slip_and_what_is_not_there_are_one_line_each_and_the_rest_is_measured";
    let variables = [
        ("INSTRUMENT_COMPONENTS", "trip_cuont,HeapBytes,integer_tracker,TripCount"),
        ("INSTRUMENT_AUTO_OUTPUT", "flat"),
    ];
    let text = stderr(&run(test, &variables, child));
    let complaints: Vec<_> = text.lines().filter(|line| line.starts_with("instrument: ")).collect();
    assert_eq!(complaints.len(), 3, "{text}");
    assert!(complaints[0].contains("`trip_cuont` (did you mean `trip_count`?)"), "{text}");
    assert!(complaints[1].contains("heap_bytes isn't available: heap figures need the counting allocator"), "{text}");
    assert!(complaints[2].contains("integer_tracker isn't available: it shows what a program stores"), "{text}");
    assert!(text.contains("trip_count:   inner: 3 in 3 laps"), "{text}");
}

#[test]
fn threads_that_begin_together_all_measure_from_their_first_span_on() {
    let test = "threads_that_begin_together_all_measure_from_their_first_span_on";
    // What's decided at the first span takes its time: components are read.
    let variables = [("INSTRUMENT_COMPONENTS", "trip_count,slow")];
    for _ in 0..3 {
        let text = stderr(&run(test, &variables, || {
            instrument::component::register::<Slow>();
            let together = std::sync::Barrier::new(8);
            std::thread::scope(|threads| {
                for _ in 0..8 {
                    threads.spawn(|| {
                        together.wait();
                        (0..10).for_each(|_| inner());
                    });
                }
            });
            let entries = instrument::storage::<instrument::component::TripCount>().flat();
            eprintln!("{} observations", entries.iter().map(|entry| entry.stats.count).sum::<u64>());
        }));
        assert_eq!(text, "80 observations\n");
    }
}

/// Takes its time when it's read for the first time.
struct Slow;

impl instrument::component::Component for Slow {
    type Reading = ();
    const NAME: &'static str = "slow";
    const DESCRIPTION: &'static str = "one, always";
    const UNIT: instrument::component::Unit = instrument::component::Unit::Count;
    fn read() -> Result<(), instrument::component::Unavailable> {
        static FIRST: std::sync::Once = std::sync::Once::new();
        FIRST.call_once(|| std::thread::sleep(std::time::Duration::from_millis(100)));
        Ok(())
    }
    fn lap((): &(), (): &()) -> f64 {
        1.0
    }
}

struct Late;

impl instrument::component::Component for Late {
    type Reading = ();
    const NAME: &'static str = "late";
    const DESCRIPTION: &'static str = "one, always";
    const UNIT: instrument::component::Unit = instrument::component::Unit::Count;
    fn read() -> Result<(), instrument::component::Unavailable> {
        Ok(())
    }
    fn lap((): &(), (): &()) -> f64 {
        1.0
    }
}

#[test]
fn a_main_with_a_report_may_register_components_before_its_first_span() {
    let test = "a_main_with_a_report_may_register_components_before_its_first_span";
    let variables = [("INSTRUMENT_COMPONENTS", "late"), ("INSTRUMENT_AUTO_OUTPUT", "flat")];
    let text = stderr(&run(test, &variables, || {
        #[instrument::main(report = false)]
        fn main() {
            instrument::component::register::<Late>();
            inner();
        }
        main();
    }));
    assert_eq!(
        text.lines().next(),
        Some("late: inner: 1 in 1 lap; 1 observation: mean 1, min 1, max 1, dev 0"),
        "{text}"
    );
}

#[test]
fn what_did_not_fit_is_said_where_components_are_printed() {
    let test = "what_did_not_fit_is_said_where_components_are_printed";
    let text = stderr(&run(test, &[("INSTRUMENT_MAX_DEPTH", "2")], || {
        let markers: Vec<_> = (0..5).map(|_| instrument::marker!("m", TripCount)).collect();
        markers.into_iter().rev().for_each(drop);
        eprintln!("{}", instrument::storage::<instrument::component::TripCount>());
    }));
    let last = text.lines().last().unwrap_or_default();
    assert!(last.starts_with("lost: 3 × a call too deep in the stack"), "{text}");
}

#[test]
fn timers_that_are_off_measure_no_component() {
    let variables =
        [("INSTRUMENT", "off"), ("INSTRUMENT_COMPONENTS", "trip_count"), ("INSTRUMENT_AUTO_OUTPUT", "tree")];
    assert_eq!(stderr(&run("timers_that_are_off_measure_no_component", &variables, child)), "");
}

#[timer("down")]
fn down(levels: u32) {
    if levels > 0 {
        down(levels - 1);
    }
}

#[test]
fn depth_and_nodes_can_be_limited_and_what_is_over_is_counted() {
    let test = "depth_and_nodes_can_be_limited_and_what_is_over_is_counted";
    let variables = [
        ("INSTRUMENT_MAX_DEPTH", "3"),
        ("INSTRUMENT_MAX_NODES", "5"),
        ("INSTRUMENT_COMPONENTS", "trip_count"),
        ("INSTRUMENT_AUTO_OUTPUT", "flat"),
    ];
    let text = stderr(&run(test, &variables, || {
        down(9);
        outer();
        let lost = instrument::snapshot().lost();
        // Of ten levels, three fit: seven spans, which push nothing. Then there's room for two nodes, which `outer` takes.
        eprintln!("lost {} {}", lost.too_deep, lost.too_many_nodes);
        plain_scope();
        eprintln!("lost {}", instrument::snapshot().lost().too_many_nodes);
    }));
    assert!(text.contains("lost 7 0\nlost 1\n"), "{text}");
    let downs =
        text.lines().filter(|line| line.trim_start_matches("trip_count:").trim_start().starts_with("down:")).count();
    assert_eq!(downs, 3, "{text}");
}

fn plain_scope() {
    let _span = scope!("one too many");
}

#[test]
fn throttling_can_be_asked_for() {
    let variables = [("INSTRUMENT_THROTTLE", "10,1s")];
    let text = stderr(&run("throttling_can_be_asked_for", &variables, || {
        (0..1000).for_each(|_| inner());
        eprintln!("{}", instrument::report());
    }));
    assert!(text.contains("throttled: 1 call path"), "{text}");
    assert!(text.lines().any(|line| line.starts_with("inner") && line.contains("1,000")), "{text}");
}
