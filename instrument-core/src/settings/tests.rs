//! Which values of which variables are taken, and how the others are answered.

use super::*;
use instrument_report::Figure;

fn parse(variables: &[(&str, &str)]) -> (Settings, Vec<String>) {
    let mut complaints = Vec::new();
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    (Settings::parse(variables, &mut complaints), complaints)
}

#[test]
fn good_values_are_taken() {
    let (settings, complaints) = parse(&[
        ("INSTRUMENT", "OFF"),
        ("INSTRUMENT_OUTPUT", "target/report.txt"),
        ("INSTRUMENT_SAVE", "target/%n.json"),
        ("INSTRUMENT_SAVE_THREADS", "On"),
        ("INSTRUMENT_INTERVAL", "0.5"),
        #[cfg(unix)]
        ("INSTRUMENT_SIGNALS", "On, report:SigUsr1"),
        #[cfg(not(unix))]
        ("INSTRUMENT_SIGNALS", "Off"),
        ("INSTRUMENT_COLUMNS", "Own, P99.9,count,instructions,thread_cpu.own,Mine_Too"),
        ("INSTRUMENT_ROWS", "1_000"),
        ("INSTRUMENT_UNIT", "ms"),
        ("INSTRUMENT_PROFILE", " Cart::add ,, shop::load,*"),
        ("INSTRUMENT_TASKS", "on"),
        ("INSTRUMENT_TESTS", "1"),
        ("INSTRUMENT_SCOPE", "Timeline"),
        ("INSTRUMENT_THROTTLE", "1_000, 0.5 us"),
        ("INSTRUMENT_MAX_DEPTH", "64"),
        ("INSTRUMENT_MAX_NODES", "10_000"),
        ("INSTRUMENT_COMPONENTS", "thread_cpu, page_rss,"),
        ("INSTRUMENT_AUTO_OUTPUT", "flat"),
        ("INSTRUMENT_SKIP", "*::fmt"),
        ("INSTRUMENT_ONLY", "shop::*, parse ,"),
        ("INSTRUMENT_MEMORY", "Live: 256 KiB"),
        ("COLUMNS", "90"),
        ("PATH", "x"),
    ]);
    assert_eq!(complaints, Vec::<String>::new());
    assert_eq!(
        settings,
        Settings {
            enabled: false,
            output: Output::File(FileName::new("target/report.txt".as_ref())),
            save: Some(FileName::new("target/%n.json".as_ref())),
            save_threads: true,
            interval: Some(Duration::from_millis(500)),
            #[cfg(unix)]
            signals: Signals { ends: Some(true), report: signals::NAMES.first().map(|(_, number)| *number) },
            #[cfg(not(unix))]
            signals: Signals::default(),
            columns: Some(vec![
                Column::Own,
                Column::Quantile(0.999),
                Column::Count,
                Column::component("instructions", Figure::Sum),
                Column::component("thread_cpu", Figure::Own),
                Column::component("Mine_Too", Figure::Sum),
            ]),
            unit: TimeUnit::Milliseconds,
            rows: 1000,
            profile: ["Cart::add", "shop::load", "*"].map(str::to_owned).to_vec(),
            tasks: true,
            tests: true,
            throttle: Some(Throttle::new(1000, Duration::from_nanos(500))),
            max_depth: 64,
            max_nodes: 10_000,
            filter: Filter::new().only("shop::*").only("parse").skip("*::fmt"),
            components: ["thread_cpu", "page_rss"].map(str::to_owned).to_vec(),
            auto_output: Some(AutoOutput::Flat),
            live_memory: Some(256 * 1024),
            scope: Scope::Timeline,
            width: Some(90),
        }
    );
}

#[test]
fn each_bad_value_is_one_line_that_says_what_to_write() {
    for (name, value, complaint) in [
        ("INSTRUMENT", "maybe", "INSTRUMENT=maybe: write `on` or `off`; staying on"),
        ("INSTRUMENT_ROWS", "0", "INSTRUMENT_ROWS=0: write a number above 0; staying with 100"),
        ("INSTRUMENT_TESTS", "all", "INSTRUMENT_TESTS=all: write `on` or `off`; staying off"),
        ("INSTRUMENT_TASKS", "all", "INSTRUMENT_TASKS=all: write `on` or `off`; staying off"),
        #[cfg(not(unix))]
        (
            "INSTRUMENT_SIGNALS",
            "on",
            "INSTRUMENT_SIGNALS=on: there are no such signals on this system; reports are written at exit only",
        ),
        #[cfg(unix)]
        (
            "INSTRUMENT_SIGNALS",
            "term",
            "INSTRUMENT_SIGNALS=term: write `on` or `off`, or a signal for a report while the program runs, as in \
             `on,report:USR1`; handling none",
        ),
        #[cfg(unix)]
        (
            "INSTRUMENT_SIGNALS",
            "on,report:KILL",
            "INSTRUMENT_SIGNALS=on,report:KILL: there's no report by that signal; write one of `report:USR1`, \
             `report:USR2`, `report:HUP`, `report:QUIT`; handling none",
        ),
        ("INSTRUMENT_MAX_DEPTH", "0", "INSTRUMENT_MAX_DEPTH=0: write a number from 1 to 1024; staying with 1024"),
        ("INSTRUMENT_MAX_DEPTH", "9999", "INSTRUMENT_MAX_DEPTH=9999: write a number from 1 to 1024; staying with 1024"),
        ("INSTRUMENT_MAX_NODES", "many", "INSTRUMENT_MAX_NODES=many: write a number above 0; staying with 262144"),
        (
            "INSTRUMENT_MEMORY",
            "life",
            "INSTRUMENT_MEMORY=life: write `live`, `off`, or of how many bytes one is to be sampled, such as `live:256KiB` (did \
             you mean `live`?); profiling nothing",
        ),
        (
            "INSTRUMENT_MEMORY",
            "live:0",
            "INSTRUMENT_MEMORY=live:0: write `live`, `off`, or of how many bytes one is to be sampled, such as `live:256KiB`; \
             profiling nothing",
        ),
        (
            "INSTRUMENT_MEMORY",
            "live:256KB",
            "INSTRUMENT_MEMORY=live:256KB: write `live`, `off`, or of how many bytes one is to be sampled, such as \
             `live:256KiB`; profiling nothing",
        ),
        (
            "INSTRUMENT_AUTO_OUTPUT",
            "tre",
            "INSTRUMENT_AUTO_OUTPUT=tre: write `tree`, `flat` or `off` (did you mean `tree`?); printing nothing",
        ),
        (
            "INSTRUMENT_THROTTLE",
            "10",
            "INSTRUMENT_THROTTLE=10: write `on`, `off`, or a number of calls and the mean below which they're too short, \
             such as `10000,1us`; throttling nothing",
        ),
        (
            "INSTRUMENT_SCOPE",
            "time",
            "INSTRUMENT_SCOPE=time: write `tree`, `flat` or `timeline` (did you mean `timeline`?); staying with `tree`",
        ),
        ("INSTRUMENT", "offf", "INSTRUMENT=offf: write `on` or `off` (did you mean `off`?); staying on"),
        (
            "INSTRUMENT_INTERVAL",
            "-1",
            "INSTRUMENT_INTERVAL=-1: write a number of seconds above 0, such as `10` or `0.5`; ignored",
        ),
        (
            "INSTRUMENT_INTERVAL",
            "10 s",
            "INSTRUMENT_INTERVAL=10 s: write a number of seconds above 0, such as `10` or `0.5` \
             (did you mean `10`?); ignored",
        ),
        (
            "INSTRUMENT_INTERVAL",
            "500ms",
            "INSTRUMENT_INTERVAL=500ms: write a number of seconds above 0, such as `10` or `0.5`; ignored",
        ),
        (
            "INSTRUMENT_COLUMNS",
            "avg,median",
            "INSTRUMENT_COLUMNS=avg,median: there's no column `median` (did you mean `p50`?); write some of \
             `avg,min,max,count,sum,percent,own,dev,timing`, percentiles such as `p99.9`, or components such as \
             `thread_cpu`, `thread_cpu.own`; printing the usual ones",
        ),
        (
            "INSTRUMENT_COLUMNS",
            "p101",
            "INSTRUMENT_COLUMNS=p101: there's no column `p101`; write some of \
             `avg,min,max,count,sum,percent,own,dev,timing`, percentiles such as `p99.9`, or components such as \
             `thread_cpu`, `thread_cpu.own`; printing the usual ones",
        ),
        ("INSTRUMENT_COLUMNS", ",", "INSTRUMENT_COLUMNS=,: names no column; printing the usual ones"),
        (
            "INSTRUMENT_UNIT",
            "hours",
            "INSTRUMENT_UNIT=hours: write `auto`, `ns`, `us`, `ms` or `s`; choosing fitting ones",
        ),
        (
            "INSTRUMENT_UNIT",
            "Millis",
            "INSTRUMENT_UNIT=Millis: write `auto`, `ns`, `us`, `ms` or `s` (did you mean `ms`?); \
             choosing fitting ones",
        ),
        ("INSTRUMENT_UNITS", "ms", "INSTRUMENT_UNITS=ms: no such variable; did you mean INSTRUMENT_UNIT?"),
        ("INSTRUMENT_OUT", "x", "INSTRUMENT_OUT=x: no such variable; did you mean INSTRUMENT_OUTPUT?"),
        (
            "INSTRUMENT_UNIT",
            "two\nlines\x1b",
            "INSTRUMENT_UNIT=two\\nlines\\u{1b}: write `auto`, `ns`, `us`, `ms` or `s`; choosing fitting ones",
        ),
    ] {
        let (settings, complaints) = parse(&[(name, value)]);
        assert_eq!(complaints, [complaint]);
        assert_eq!(settings, Settings::default(), "a bad value changes nothing");
    }
    for infinite in ["inf", "nan", "1e400"] {
        assert_eq!(parse(&[("INSTRUMENT_INTERVAL", infinite)]).1.len(), 1);
    }
}

#[test]
fn variables_of_others_and_of_later_parts_are_left_alone() {
    let names = RESERVED.into_iter().chain(["INSTRUMENT_KEY", "INSTRUMENTS", "INSTRUMENT_TUNING", "MY_INSTRUMENT"]);
    for name in names {
        assert_eq!(parse(&[(name, "x")]), (Settings::default(), vec![]), "{name}");
    }
    assert_eq!(parse(&[("INSTRUMENT", " "), ("COLUMNS", "wide")]), (Settings::default(), vec![]));
}

#[test]
fn an_output_that_looks_like_a_slip_is_a_file_and_a_line() {
    let (settings, complaints) = parse(&[("INSTRUMENT_OUTPUT", "stdrr")]);
    assert_eq!(settings.output, Output::File(FileName::new("stdrr".as_ref())));
    assert_eq!(
        complaints,
        ["INSTRUMENT_OUTPUT=stdrr: did you mean `stderr`? writing to the file; \
             write `./stdrr` if that's what you want"]
    );
    for file in ["./stdrr", "stdout.txt", "report", "/dev/stderr"] {
        assert_eq!(parse(&[("INSTRUMENT_OUTPUT", file)]).1, Vec::<String>::new(), "{file}");
    }
}

#[test]
fn what_is_no_placeholder_is_a_line() {
    for name in ["INSTRUMENT_OUTPUT", "INSTRUMENT_SAVE"] {
        let (_, complaints) = parse(&[(name, "%n/%d.txt")]);
        let [complaint] = &complaints[..] else { panic!("{name}: {complaints:?}") };
        assert!(complaint.starts_with(&format!("{name}=%n/%d.txt: `%d` is no placeholder: write `%p` for")), "{complaint}");
    }
}

#[test]
#[cfg(unix)]
fn only_a_path_may_be_something_else_than_unicode() {
    use std::os::unix::ffi::OsStringExt;
    let bad = || OsString::from_vec(b"a\xffb".to_vec());
    let mut complaints = Vec::new();
    let variables = ["INSTRUMENT_UNIT", "INSTRUMENT_OUTPUT", "COLUMNS", "INSTRUMENT_UNIX"].map(|n| (n.into(), bad()));
    let settings = Settings::parse(variables.into_iter(), &mut complaints);
    assert_eq!(settings, Settings { output: Output::File(FileName::new(&bad())), ..Settings::default() });
    assert_eq!(
        complaints,
        [
            "INSTRUMENT_UNIT=a\u{fffd}b: not UTF-8; ignored",
            "INSTRUMENT_UNIX=a\u{fffd}b: no such variable; did you mean INSTRUMENT_UNIT?"
        ]
    );
}

#[test]
fn a_long_value_is_not_repeated_in_full() {
    let (_, complaints) = parse(&[("INSTRUMENT_UNIT", &"é".repeat(1000))]);
    assert!(complaints[0].len() < 300, "{complaints:?}");
}

/// Who reads what a variable may do reads of all of them, here and in the guide.
#[cfg(unix)]
#[test]
fn each_variable_is_in_every_list_of_them() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let read = |path: &str| std::fs::read_to_string(format!("{folder}/{path}")).expect(path);
    let variables: std::collections::BTreeSet<&str> = KNOWN.into_iter().chain(RESERVED).collect();
    for (path, before) in [
        ("docs/guide/security.md", "\n## Variables\n"),
        ("README.md", "\n## While it runs\n"),
        ("instrument-core/src/settings/mod.rs", "//!\n//! | variable"),
    ] {
        let text = read(path);
        let (_, table) = text.split_once(before).expect(path);
        let rows = table.lines().map(|line| line.trim_start_matches("//! "));
        let rows = rows.skip_while(|line| !line.starts_with("|---")).skip(1).take_while(|line| line.starts_with('|'));
        let first_cells = rows.filter_map(|row| row.split('|').nth(1)).collect::<String>();
        let listed = first_cells.split('`').filter(|word| word.starts_with("INSTRUMENT"));
        assert_eq!(listed.collect::<std::collections::BTreeSet<_>>(), variables, "{path}");
    }
}

#[test]
fn the_live_profile_has_its_usual_interval_or_the_one_that_is_said() {
    for (value, interval) in [
        ("live", Some(512 << 10)),
        ("LIVE", Some(512 << 10)),
        ("live:1", Some(1)),
        ("live:1_000", Some(1000)),
        ("live:4096B", Some(4096)),
        ("live:64k", Some(64 << 10)),
        ("live : 2MiB", Some(2 << 20)),
        ("live:1GiB", Some(1 << 30)),
        ("off", None),
        ("0", None),
    ] {
        let (settings, complaints) = parse(&[("INSTRUMENT_MEMORY", value)]);
        assert_eq!((settings.live_memory, complaints), (interval, vec![]), "{value}");
    }
    for value in ["live:", "live:-1", "live:99999999999GiB", "off:1KiB", "on", "live:1.5MiB"] {
        let (settings, complaints) = parse(&[("INSTRUMENT_MEMORY", value)]);
        assert_eq!((settings.live_memory, complaints.len()), (None, 1), "{value}");
    }
}
