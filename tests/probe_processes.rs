//! Probes in whole processes: what's printed by the end, forks, and ends that nothing of ours holds up.
#![allow(clippy::exit, reason = "how a program ends is what's tested")]

use instrument::probe;
use instrument::probe::{LogInstrument, Observation, Outlet, Sink, SinkError};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

#[probe]
fn add13(arg: u64) -> u64 {
    arg + 13
}

/// Never takes anything.
struct Stuck;

impl Sink for Stuck {
    fn receive(&self, _: &Observation) -> Result<(), SinkError> {
        loop {
            std::thread::park();
        }
    }
}

fn log(instrument: LogInstrument) {
    let probe = probe::attach_to("probe_processes::add13").expect("a target");
    probe.instrument("foo", instrument).expect("CEL");
    probe.start();
}

/// Not a scene of its own, unless the variable names one.
#[test]
fn scene() {
    let Ok(scene) = std::env::var("TEST_SCENE") else { return };
    match scene.as_str() {
        "ends at once" => {
            log(LogInstrument::new("foo", "[arg, result]").tags("{'size': mag(result)}"));
            (0..100).for_each(|arg| assert_eq!(add13(arg), arg + 13));
            std::process::exit(7);
        }
        "stuck sink" => {
            log(LogInstrument::new("foo", "arg").sink(Outlet::new(Stuck)));
            (0..100).for_each(|arg| assert_eq!(add13(arg), arg + 13));
            std::process::exit(7);
        }
        "fails" => {
            log(LogInstrument::new("foo", "1 / (arg - arg)"));
            (0..100).for_each(|arg| assert_eq!(add13(arg), arg + 13));
            std::process::exit(7);
        }
        "panics" => {
            let panics = probe::Custom::new(probe::Event::Return, |_| panic!("in an instrument"));
            let probe = probe::attach_to("add13").expect("a target");
            probe.instrument("foo", panics).expect("it fits");
            probe.start();
            (0..100).for_each(|arg| assert_eq!(add13(arg), arg + 13));
            std::process::exit(7);
        }
        #[cfg(unix)]
        "forks" => forks(),
        "forks under a manager" => forks_under_a_manager(),
        "drops its manager" => {
            struct Slow;
            impl probe::Instrument for Slow {
                fn prepare(&mut self, _: &probe::Target) -> Result<probe::Plan, probe::InstrumentError> {
                    Ok(probe::Plan::new(probe::Event::Call))
                }
                fn fire(&self, _: &probe::Call<'_>) -> Result<(), probe::InstrumentError> {
                    Ok(())
                }
            }
            let store = std::sync::Arc::new(probe::MemoryStore::new());
            probe::SpecStore::add(&store, probe::Spec::new("probe_processes::add13", "slow", "n")).expect("added");
            let manager = probe::Manager::new(store);
            manager.register("slow", |_| {
                std::thread::sleep(Duration::from_secs(1));
                Ok(Slow)
            });
            drop(manager.applying_every(Duration::from_secs(3600)).expect("a thread"));
            std::process::exit(7);
        }
        other => panic!("no scene {other}"),
    }
}

/// A forked process has no thread behind the queue, and starts one.
#[cfg(unix)]
#[expect(unsafe_code, reason = "std can't fork")]
fn forks() {
    log(LogInstrument::new("foo", "arg"));
    add13(1);
    assert!(probe::flush(Duration::from_secs(20)));
    // SAFETY: the child does nothing that a fork of a process with threads forbids in practice: it calls a function of
    // ours, whose locks nobody holds, and exits.
    let child = unsafe { libc::fork() };
    assert!(child >= 0);
    if child == 0 {
        add13(2);
        std::process::exit(0);
    }
    let mut status = 0;
    // SAFETY: it waits for the child above, and writes a local.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    add13(3);
    std::process::exit(if status == 0 { 7 } else { 1 });
}

/// A child may come amid a round of the manager's thread, which it doesn't have.
#[cfg(unix)]
#[expect(unsafe_code, reason = "std can't fork")]
fn forks_under_a_manager() {
    let store = std::sync::Arc::new(probe::MemoryStore::new());
    let manager = probe::Manager::new(std::sync::Arc::clone(&store)).applying_every(Duration::from_millis(10));
    let manager = manager.expect("a thread");
    for number in 0..300 {
        let spec = probe::Spec::new("probe_processes::add13", "increment", format!("n{number}"));
        probe::SpecStore::add(&store, spec).expect("added");
        // Amid a round, now and then.
        while number % 10 == 0 && manager.apply().is_err() {}
        // SAFETY: the child asks the manager, and ends.
        let child = unsafe { libc::fork() };
        assert!(child >= 0);
        if child == 0 {
            let is_refused = manager.apply().is_err_and(|error| error.to_string().contains("forked from"));
            let is_refused = is_refused && manager.apply_in_background(Duration::from_secs(1)).is_err();
            manager.stop_background();
            let _ = format!("{manager:?}");
            drop(manager);
            // SAFETY: it ends without a word.
            unsafe { libc::_exit(if is_refused { 0 } else { 1 }) };
        }
        let (mut status, start) = (0, std::time::Instant::now());
        // SAFETY: it asks for the child above, and writes a local.
        while unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) } == 0 {
            assert!(start.elapsed() < Duration::from_secs(60), "child {number} hangs");
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(status, 0, "child {number}");
    }
    std::process::exit(7);
}

#[cfg(unix)]
#[test]
fn a_managers_forked_children_get_errors_and_no_hangs() {
    run("forks under a manager");
}

#[test]
fn a_manager_that_is_dropped_at_once_says_so() {
    let (_, errors) = run("drops its manager");
    assert!(errors.contains("is dropped before it has applied anything; keep it in a variable"), "{errors}");
}

fn run(scene: &str) -> (Output, String) {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["scene", "--exact", "--nocapture"])
        .env("TEST_SCENE", scene)
        .env_remove("RUST_BACKTRACE")
        .output()
        .expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(7), "{scene}: {errors}");
    (output, errors)
}

#[test]
fn lines_are_there_when_a_program_ends_at_once() {
    let (_, errors) = run("ends at once");
    assert_eq!(errors.lines().count(), 100, "{errors}");
    assert_eq!(errors.lines().next(), Some("foo: [0, 13] (probe_processes::add13 return, size=1)"));
    assert_eq!(errors.lines().last(), Some("foo: [99, 112] (probe_processes::add13 return, size=2)"));
}

#[test]
fn a_stuck_sink_doesnt_hold_up_the_end() {
    let start = Instant::now();
    let (_, errors) = run("stuck sink");
    // One is with the sink, and the others are in the queue before it.
    assert_eq!(errors, "instrument: probes lost observations: 100 still waiting for their sink at the end\n");
    // Tells an end from none.
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_failing_instrument_says_so_once() {
    let (_, errors) = run("fails");
    assert_eq!(
        errors,
        "instrument: probe `foo` of `probe_processes::add13` is stopped: the value: Division by zero: `1 / 0`\n"
    );
    let (_, errors) = run("panics");
    assert_eq!(errors.matches("in an instrument").count(), 2, "one panic, and one line on it: {errors}");
    assert!(errors.contains("is stopped: it panicked: in an instrument"), "{errors}");
}

#[cfg(unix)]
#[test]
fn forked_processes_have_their_lines() {
    let (_, errors) = run("forks");
    let mut lines: Vec<_> = errors.lines().collect();
    lines.sort_unstable();
    let line = |arg: u32| format!("foo: {arg} (probe_processes::add13 call)");
    assert_eq!(lines, [line(1), line(2), line(3)]);
}
