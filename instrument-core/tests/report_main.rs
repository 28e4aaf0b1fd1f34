//! What `#[main]` and `log_metrics` print, however the program ends; each case in a process of its own.
#![cfg_attr(unix, expect(unsafe_code, reason = "one case forks, one makes a terminal"))]

use instrument_core::{Location, MainGuard, Site, Switch, log_metrics, report, reset, set_enabled};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Barrier;
use std::time::Duration;

const CHILD: &str = "REPORT_TEST_CHILD";

static WORK: Site = Site::new(Some("work"), Location::new("m", file!(), 1, 1, || "m::work::here"));

/// Runs `work` in this program started again by [`parent`].
#[expect(clippy::exit, reason = "the harness would go on and write to the same streams")]
fn in_child(work: impl FnOnce()) {
    if std::env::var_os(CHILD).is_some() {
        work();
        std::process::exit(0);
    }
}

fn parent(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("INSTRUMENT")) {
        command.env_remove(name);
    }
    command
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// How many reports there are, and that each has the row of what was called.
#[track_caller]
fn reports(text: &str) -> usize {
    let reports = text.lines().filter(|line| line.starts_with("elapsed ")).count();
    assert_eq!(text.lines().filter(|line| line.starts_with("work ")).count(), reports, "{text}");
    reports
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.{}", std::process::id()))
}

#[test]
fn the_guard_reports_once_when_dropped() {
    in_child(|| {
        let _guard = MainGuard::new(None, true, false);
        drop(WORK.enter());
    });
    let output = parent("the_guard_reports_once_when_dropped").output().expect("started");
    assert_eq!(reports(&stderr(&output)), 1);
}

#[test]
#[expect(clippy::exit, reason = "that's the case")]
fn process_exit_reports_once_and_keeps_its_status() {
    in_child(|| {
        let _guard = MainGuard::new(Some(3600), true, false);
        drop(WORK.enter());
        std::process::exit(7);
    });
    let output = parent("process_exit_reports_once_and_keeps_its_status").output().expect("started");
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(reports(&stderr(&output)), 1);
}

#[test]
fn a_main_that_unwinds_reports_once() {
    in_child(|| {
        let _ = std::panic::catch_unwind(|| {
            let _guard = MainGuard::new(None, true, false);
            let _span = WORK.enter();
            std::panic::resume_unwind(Box::new(()));
        });
    });
    let output = parent("a_main_that_unwinds_reports_once").output().expect("started");
    assert_eq!(reports(&stderr(&output)), 1);
}

#[test]
fn without_a_report_asked_for_or_with_timers_off_nothing_is_printed() {
    in_child(|| {
        let _guard = MainGuard::new(None, std::env::var_os("INSTRUMENT").is_some(), false);
        drop(WORK.enter());
    });
    let test = "without_a_report_asked_for_or_with_timers_off_nothing_is_printed";
    assert_eq!(stderr(&parent(test).output().expect("started")), "");
    assert_eq!(stderr(&parent(test).env("INSTRUMENT", "off").output().expect("started")), "");
}

#[test]
fn timers_turned_on_later_are_reported() {
    in_child(|| {
        let _guard = MainGuard::new(None, true, false);
        set_enabled(Switch::Timers, true);
        drop(WORK.enter());
    });
    let output = parent("timers_turned_on_later_are_reported").env("INSTRUMENT", "off").output().expect("started");
    assert_eq!(reports(&stderr(&output)), 1);
}

#[test]
fn the_environments_interval_wins_and_the_guard_waits_for_none() {
    in_child(|| {
        let path = std::env::var_os("INSTRUMENT_OUTPUT").expect("set");
        // An hour would be noticed.
        let _guard = MainGuard::new(Some(3600), false, false);
        drop(WORK.enter());
        while !std::fs::read_to_string(&path).unwrap_or_default().contains("interval of") {
            std::thread::yield_now();
        }
        drop(MainGuard::new(Some(3600), false, false));
    });
    let path = file("interval");
    let output = parent("the_environments_interval_wins_and_the_guard_waits_for_none")
        .env("INSTRUMENT_INTERVAL", "0.01")
        .env("INSTRUMENT_OUTPUT", &path)
        .output()
        .expect("started");
    let printed = std::fs::read_to_string(&path).expect("written");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert!(printed.contains("\nwork "), "{printed}");
}

#[test]
fn a_file_is_appended_to_and_not_made_before_the_first_report() {
    in_child(|| {
        let path = PathBuf::from(std::env::var_os("INSTRUMENT_OUTPUT").expect("set"));
        drop(WORK.enter());
        assert!(!path.exists());
        report().print();
        report().print();
    });
    let path = file("appended");
    let output = parent("a_file_is_appended_to_and_not_made_before_the_first_report")
        .env("INSTRUMENT_OUTPUT", &path)
        .output()
        .expect("started");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert_eq!(reports(&std::fs::read_to_string(&path).expect("written")), 2);
}

#[test]
fn a_file_that_cannot_be_written_is_said_once_and_stderr_used() {
    in_child(|| {
        drop(WORK.enter());
        report().print();
        report().print();
    });
    let output = parent("a_file_that_cannot_be_written_is_said_once_and_stderr_used")
        .env("INSTRUMENT_OUTPUT", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("started");
    let text = stderr(&output);
    assert_eq!(reports(&text), 2);
    assert_eq!(text.matches("instrument: can't write to INSTRUMENT_OUTPUT=").count(), 1, "{text}");
}

#[cfg(unix)]
#[test]
fn what_is_not_the_users_to_write_is_said_once_and_stderr_used() {
    use std::os::unix::fs::PermissionsExt;
    in_child(|| {
        drop(WORK.enter());
        report().print();
        report().print();
    });
    let (pipe, open) = (file("pipe"), file("open"));
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("it runs").success());
    std::fs::write(&open, "").expect("written");
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o666)).expect("ours");
    for (path, why) in [(&pipe, "(it's a pipe that nobody reads)"), (&open, "(others may write to it, ")] {
        let output = parent("what_is_not_the_users_to_write_is_said_once_and_stderr_used")
            .env("INSTRUMENT_OUTPUT", path)
            .output()
            .expect("started");
        let text = stderr(&output);
        assert_eq!((reports(&text), text.matches(why).count()), (2, 1), "{text}");
        std::fs::remove_file(path).expect("it's there");
    }
}

#[test]
fn a_bad_value_is_one_line_and_no_panic() {
    in_child(|| {
        for _ in 0..3 {
            drop(WORK.enter());
            report().print();
        }
    });
    let output =
        parent("a_bad_value_is_one_line_and_no_panic").env("INSTRUMENT_UNIT", "msec").output().expect("started");
    let text = stderr(&output);
    assert!(output.status.success(), "{text}");
    assert_eq!(reports(&text), 3);
    assert_eq!(text.matches("instrument: INSTRUMENT_UNIT=msec: write").count(), 1, "{text}");
}

/// The counts of the row `work` in each interval, which may say `(running)` behind its name.
fn counts(text: &str) -> Vec<u64> {
    let rows = text.lines().filter(|line| line.starts_with("work "));
    rows.map(|row| row.split_whitespace().last().expect("a count").replace(',', "").parse().expect("a number"))
        .collect()
}

#[test]
fn intervals_add_up_and_one_thread_at_a_time_prints() {
    in_child(|| {
        assert!(!log_metrics(Duration::from_secs(3600)));
        let (threads, rounds) = (4, 5);
        let barrier = Barrier::new(threads);
        let printed: usize = std::thread::scope(|scope| {
            let run = || {
                let mut printed = 0;
                for _ in 0..rounds {
                    (0..100).for_each(|_| drop(WORK.enter()));
                    std::thread::sleep(Duration::from_millis(2));
                    barrier.wait();
                    printed += usize::from(log_metrics(Duration::from_millis(1)));
                }
                printed
            };
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            running.into_iter().map(|thread| thread.join().expect("no panic")).sum()
        });
        std::thread::sleep(Duration::from_millis(2));
        assert!(log_metrics(Duration::from_millis(1)));
        println!("\nprinted {}", printed + 1);
    });
    let output = parent("intervals_add_up_and_one_thread_at_a_time_prints")
        .env("INSTRUMENT_COLUMNS", "count")
        .output()
        .expect("started");
    let (text, said) = (stderr(&output), String::from_utf8_lossy(&output.stdout).into_owned());
    assert!(output.status.success(), "{text}{said}");
    let tables = text.lines().filter(|line| line.starts_with("interval of ")).count();
    assert!(said.contains(&format!("\nprinted {tables}\n")), "{tables} tables: {said}");
    assert_eq!(counts(&text).iter().sum::<u64>(), 4 * 5 * 100, "{text}");
}

#[test]
fn each_intervals_heading_says_when_and_where_it_was_and_so_does_a_shared_files() {
    in_child(|| {
        let _guard = MainGuard::new(None, true, false);
        drop(WORK.enter());
        assert!(log_metrics(Duration::ZERO));
        drop(WORK.enter());
    });
    let test = "each_intervals_heading_says_when_and_where_it_was_and_so_does_a_shared_files";
    let headings = |text: &str| -> Vec<String> {
        let lines =
            text.lines().filter(|line| ["elapsed ", "interval of "].iter().any(|start| line.starts_with(start)));
        lines.map(str::to_owned).collect()
    };
    let says = |heading: &String| {
        let (before, pid) = heading.rsplit_once(", pid ").unwrap_or_default();
        let (moment, program) = before.rsplit_once(", ").unwrap_or_default();
        program.starts_with("report_main-") && moment.ends_with(" UTC") && pid.parse::<u32>().is_ok()
    };
    let alone = headings(&stderr(&parent(test).output().expect("started")));
    assert_eq!(alone.iter().map(says).collect::<Vec<_>>(), [true, false], "{alone:?}");
    let path = file("headings");
    let output = parent(test).env("INSTRUMENT_OUTPUT", &path).output().expect("started");
    assert!(output.stderr.is_empty(), "{output:?}");
    let shared = headings(&std::fs::read_to_string(&path).expect("written"));
    assert_eq!(shared.iter().map(says).collect::<Vec<_>>(), [true, true], "{shared:?}");
}

#[test]
#[cfg(unix)]
fn a_terminal_programs_display_is_not_written_over_and_the_next_interval_has_it_all() {
    in_child(|| {
        let mode = |set: fn(&mut libc::termios)| {
            // SAFETY: all of it may be zero, and the places are valid.
            unsafe {
                let mut mode: libc::termios = std::mem::zeroed();
                assert_eq!(libc::tcgetattr(2, &raw mut mode), 0);
                set(&mut mode);
                assert_eq!(libc::tcsetattr(2, libc::TCSANOW, &raw const mode), 0);
            }
        };
        (0..3).for_each(|_| drop(WORK.enter()));
        // SAFETY: it writes to the mode.
        mode(|mode| unsafe { libc::cfmakeraw(mode) });
        assert!(!log_metrics(Duration::ZERO));
        (0..4).for_each(|_| drop(WORK.enter()));
        mode(|mode| mode.c_lflag |= libc::ICANON);
        std::thread::sleep(Duration::from_millis(1));
        assert!(log_metrics(Duration::ZERO));
    });
    let test = "a_terminal_programs_display_is_not_written_over_and_the_next_interval_has_it_all";
    let mut command = parent(test);
    let text = on_terminal(150, command.env("INSTRUMENT_COLUMNS", "count").env("NO_COLOR", "1"));
    assert_eq!(counts(&text.replace('\r', "")), [7], "{text}");
}

/// What a child prints on a terminal of so many columns.
#[cfg(unix)]
fn on_terminal(columns: u16, command: &mut Command) -> String {
    use std::io::Read;
    use std::os::fd::{FromRawFd, OwnedFd};
    let (mut ours, mut theirs) = (-1, -1);
    let mut size = libc::winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the places are valid; name and settings aren't asked for.
    let opened = unsafe {
        libc::openpty(&raw mut ours, &raw mut theirs, std::ptr::null_mut(), std::ptr::null_mut(), &raw mut size)
    };
    assert_eq!(opened, 0, "a pseudo terminal");
    // SAFETY: `openpty` has just opened both, for us alone.
    let (ours, theirs) = unsafe { (OwnedFd::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs)) };
    let mut child = command.stdout(std::process::Stdio::null()).stderr(theirs).spawn().expect("started");
    // It holds the other end as well.
    command.stderr(std::process::Stdio::null());
    let mut text = Vec::new();
    // Ends with an error when the child has closed its end.
    let _ = std::fs::File::from(ours).read_to_end(&mut text);
    assert!(child.wait().expect("a status").success());
    String::from_utf8(text).expect("text").replace("\r\n", "\n")
}

#[test]
#[cfg(unix)]
fn a_terminal_gets_colour_and_its_own_width() {
    in_child(|| {
        drop(WORK.enter());
        report().print();
    });
    let of = |columns, variables: &[(&str, &str)]| {
        let mut command = parent("a_terminal_gets_colour_and_its_own_width");
        for name in ["NO_COLOR", "COLUMNS", "TERM"] {
            command.env_remove(name);
        }
        on_terminal(columns, command.envs(variables.iter().copied()))
    };
    let bold = |text: &str| text.lines().any(|line| line.starts_with("\x1b[1mStack "));
    let plain = |text: &str| !text.contains('\x1b') && text.contains("\nStack ");
    let wide = of(100, &[]);
    assert!(bold(&wide) && wide.contains("Min"), "{wide}");
    let narrow = of(40, &[]);
    assert!(bold(&narrow) && !narrow.contains("Min"), "{narrow}");
    assert!(bold(&of(100, &[("NO_COLOR", "")])), "empty is as good as unset");
    for variable in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        assert!(plain(&of(100, &[variable])), "{variable:?}");
    }
    let told = of(100, &[("COLUMNS", "40")]);
    assert!(bold(&told) && !told.contains("Min"), "{told}");
    let redirected = parent("a_terminal_gets_colour_and_its_own_width").output().expect("started");
    assert!(plain(&stderr(&redirected)), "{redirected:?}");
}

#[test]
fn the_first_interval_begins_with_the_first_span() {
    in_child(|| {
        drop(WORK.enter());
        std::thread::sleep(Duration::from_millis(5));
        assert!(log_metrics(Duration::from_millis(5)));
    });
    let output = parent("the_first_interval_begins_with_the_first_span").output().expect("started");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn the_interval_after_a_reset_begins_with_it() {
    in_child(|| {
        let next = || {
            std::thread::sleep(Duration::from_millis(2));
            assert!(log_metrics(Duration::from_millis(1)));
        };
        (0..50).for_each(|_| drop(WORK.enter()));
        next();
        reset();
        (0..7).for_each(|_| drop(WORK.enter()));
        next();
        drop(WORK.enter());
        next();
    });
    let output = parent("the_interval_after_a_reset_begins_with_it")
        .env("INSTRUMENT_COLUMNS", "count")
        .output()
        .expect("started");
    assert_eq!(counts(&stderr(&output)), [50, 7, 1]);
}

#[test]
#[cfg(unix)]
fn a_forked_child_leaves_the_report_to_its_parent() {
    in_child(|| {
        let guard = MainGuard::new(Some(3600), true, false);
        drop(WORK.enter());
        // SAFETY: the child calls nothing that another thread may have been in the middle of, and leaves at once.
        unsafe {
            match libc::fork() {
                0 => {
                    drop(guard);
                    libc::_exit(0);
                }
                child => {
                    let mut status = -1;
                    assert_eq!((libc::waitpid(child, &raw mut status, 0), status), (child, 0));
                }
            }
        }
    });
    let output = parent("a_forked_child_leaves_the_report_to_its_parent").output().expect("started");
    let text = stderr(&output);
    assert!(output.status.success() && !text.contains("panicked"), "{output:?}");
    assert_eq!(reports(&text), 1);
}
