//! No report is lost when a signal ends the program, none is written twice, and the program's own handlers have their way.
#![cfg(target_os = "linux")]

mod child;
mod scenes;

use child::{Started, example, runs, send};
use libc::{SIGINT, SIGTERM, SIGUSR1};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::Duration;

/// Not a test of its own, unless the variable names a scene.
#[test]
fn scene() {
    let Ok(scene) = std::env::var("TEST_SCENE") else { return };
    match scene.as_str() {
        "busy" => scenes::busy::main(),
        "by the environment" => scenes::by_the_environment::main(),
        "without main" => scenes::without_main(),
        "tokio alone" => scenes::tokio_alone::main(),
        "tokio waits" => scenes::tokio_waits::main(),
        "flag before" => scenes::flag_before(),
        "flag after" => scenes::flag_after::main(),
        "exits" => scenes::exits::main(),
        "raises again" => scenes::raises_again::main(),
        "raw before" => scenes::raw_before(),
        "raw once" => scenes::raw_once(),
        "raw after" => scenes::raw_after::main(),
        "raw gives back" => scenes::raw_gives_back(),
        "held up" => scenes::held_up::main(),
        "forks" => scenes::forks::main(),
        _ => unreachable!("no scene {scene}"),
    }
}

fn ready(scene: &str, variables: &[(&str, &str)]) -> Started {
    let mut started = Started::start(child::scene(scene).envs(variables.iter().copied()));
    started.until("ready\n");
    started
}

/// Each signal in turn.
fn each(mut run: impl FnMut(i32)) {
    (0..runs()).for_each(|nth| run([SIGINT, SIGTERM][nth % 2]));
}

#[test]
fn a_program_without_handlers_reports_once_and_ends_by_the_signal() {
    for scene in ["busy", "tokio alone"] {
        each(|signal| {
            let started = ready(scene, &[]);
            started.send(signal);
            let ended = started.end();
            ended.is_reported_once(Some(signal));
            assert_eq!(ended.text.matches("timer \"timed\": ").count(), 1, "{}", ended.text);
        });
    }
}

/// `raw gives back`: its handler raises the signal anew, as does the thread of `raises again`, which finishes before.
#[test]
fn a_handler_that_raises_the_signal_again_ends_the_program_by_it_after_one_report() {
    for scene in ["raw gives back", "raises again"] {
        each(|signal| {
            let started = ready(scene, &[]);
            started.send(signal);
            started.end().is_reported_once(Some(signal));
        });
    }
}

#[test]
fn a_program_whose_handlers_let_it_go_on_reports_once_with_all_that_it_did() {
    for scene in ["tokio waits", "flag before", "flag after", "raw before", "raw after", "exits"] {
        each(|signal| {
            let started = ready(scene, &[]);
            started.send(signal);
            let ended = started.end();
            ended.is_reported_once(None);
            assert!(ended.text.lines().any(|line| line.starts_with("last_work ")), "{scene}: {}", ended.text);
            assert_eq!(ended.status.code(), Some(if scene == "exits" { 7 } else { 0 }), "{scene}");
        });
    }
}

#[test]
fn a_handler_that_is_called_once_is_called_once() {
    let mut started = ready("raw once", &[]);
    started.send(SIGTERM);
    started.until("came\n");
    started.send(SIGTERM);
    started.end().is_reported_once(Some(SIGTERM));
}

#[test]
fn the_environment_asks_for_it_or_forbids_it() {
    for (scene, setting, reports) in [
        ("by the environment", None, 0),
        ("by the environment", Some("on"), 1),
        ("by the environment", Some("report:USR1"), 0),
        ("busy", Some("off"), 0),
        ("busy", Some("report:USR1"), 1),
    ] {
        let set: Vec<_> = setting.into_iter().map(|setting| ("INSTRUMENT_SIGNALS", setting)).collect();
        let started = ready(scene, &set);
        started.send(SIGTERM);
        let ended = started.end();
        assert_eq!(ended.reports(), reports, "{scene}, {setting:?}: {}", ended.text);
        assert_eq!(ended.status.signal(), Some(SIGTERM));
    }
    // Without `#[instrument::main]` there's no report at exit either, but the timers' lines.
    let started = ready("without main", &[("INSTRUMENT_SIGNALS", "on")]);
    started.send(SIGTERM);
    let ended = started.end();
    assert_eq!(
        (ended.status.signal(), ended.text.contains("timer \"timed\": ")),
        (Some(SIGTERM), true),
        "{}",
        ended.text
    );
    // Switched off, nothing is handled.
    let started = ready("busy", &[("INSTRUMENT", "off")]);
    started.send(SIGTERM);
    let ended = started.end();
    assert_eq!((ended.status.signal(), ended.text.as_str()), (Some(SIGTERM), ""));
}

#[test]
fn a_signal_asks_for_a_report_while_the_program_goes_on() {
    let file = std::env::temp_dir().join(format!("asked-for-{}", std::process::id()));
    let path = file.to_str().expect("a path");
    let started = ready("busy", &[("INSTRUMENT_SIGNALS", "on, report:SIGUSR1"), ("INSTRUMENT_OUTPUT", path)]);
    let tables = || {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        (text.matches("elapsed ").count(), text.matches("timer \"timed\": ").count())
    };
    for nth in 1..=3 {
        started.send(SIGUSR1);
        while tables() != (nth, nth) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    let pid = started.pid();
    started.send(SIGTERM);
    let ended = started.end();
    assert_eq!((ended.status.signal(), ended.text.as_str()), (Some(SIGTERM), ""));
    assert_eq!(tables(), (4, 4));
    // In a file that others write to as well, each says whose it is.
    let text = std::fs::read_to_string(&file).expect("written");
    let headings: Vec<_> = text.lines().filter(|line| line.starts_with("elapsed ")).collect();
    let now = today();
    for heading in headings {
        assert!(heading.contains(&format!(", {now}")), "{heading} on {now}");
        assert!(heading.contains(" UTC, signals-") && heading.contains(&format!(", pid {pid}")), "{heading}");
    }
    std::fs::remove_file(&file).expect("ours");
}

/// The day in UTC, by the machine's own program.
fn today() -> String {
    let output = Command::new("date").args(["--utc", "+%Y-%m-%d "]).output().expect("coreutils");
    String::from_utf8(output.stdout).expect("text").trim_end_matches('\n').to_owned()
}

#[test]
fn what_the_parent_ignores_stays_ignored() {
    let mut command = Command::new("sh");
    let this = std::env::current_exe().expect("this program");
    command.args(["-c", "trap '' INT; exec \"$0\" \"$@\""]).arg(this);
    command.args(["scene", "--exact", "--nocapture", "--test-threads=1"]).env("TEST_SCENE", "busy");
    let mut started = Started::start(&mut command);
    started.until("ready\n");
    started.send(SIGINT);
    std::thread::sleep(Duration::from_millis(100));
    assert!(!started.has_ended());
    started.send(SIGTERM);
    started.end().is_reported_once(Some(SIGTERM));
}

/// As `timeout` and shells do, which send one to the process and one to its group.
#[test]
fn two_signals_at_once_are_one() {
    each(|signal| {
        let started = ready("busy", &[]);
        started.send(signal);
        started.send(signal);
        started.end().is_reported_once(Some(signal));
    });
}

#[test]
fn a_second_signal_ends_a_program_that_cannot_report() {
    let mut started = ready("held up", &[]);
    started.send(SIGINT);
    std::thread::sleep(Duration::from_secs(1));
    assert!(!started.has_ended(), "it can't be written yet");
    started.send(SIGINT);
    let ended = started.end();
    assert_eq!((ended.status.signal(), ended.reports()), (Some(SIGINT), 0));
}

#[test]
fn a_forked_child_that_nobody_watches_ends_as_ever() {
    let mut started = ready("forks", &[("INSTRUMENT_SIGNALS", "on,report:USR1")]);
    let said = started.until("is there");
    let child = said.split("child ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok()).expect("a number");
    // Nobody writes it, and nobody ends for it.
    send(child, SIGUSR1);
    send(child, SIGTERM);
    started.until(&format!("it ended by {SIGTERM}."));
    started.send(SIGINT);
    started.end().is_reported_once(Some(SIGINT));
}

/// It has no handlers, and ends while it works, or just before.
#[test]
fn the_example_census_reports_once() {
    each(|signal| {
        let folder = env!("CARGO_MANIFEST_DIR");
        let started = Started::start(example("census").arg(folder).env("INSTRUMENT_SIGNALS", "on"));
        started.until_handled(signal);
        started.send(signal);
        let ended = started.end();
        let was_quicker = ended.status.code() == Some(0);
        ended.is_reported_once((!was_quicker).then_some(signal));
        assert!(ended.text.matches("timer \"parse a file\": ").count() <= 1, "{}", ended.text);
    });
}

/// It stops when it's told to, closes connections, and reports then.
#[test]
fn the_example_server_reports_once() {
    each(|signal| {
        let mut command = example("kv_server");
        let mut started = Started::start(command.args(["--port", "0"]).env("INSTRUMENT_SIGNALS", "on"));
        let said = started.until("\n");
        let port =
            said.trim().rsplit(':').next().and_then(|port| port.parse::<u16>().ok()).expect("an address at the end");
        // Several, so that it has come round to waiting for signals.
        for _ in 0..16 {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
            stream.write_all(b"PING\r\n").expect("sent");
            let mut reply = [0; 7];
            stream.read_exact(&mut reply).expect("answered");
            assert_eq!(&reply, b"+PONG\r\n");
        }
        started.send(signal);
        let ended = started.end();
        ended.is_reported_once(None);
        assert_eq!(ended.status.code(), Some(0), "{}", ended.text);
    });
}
