//! What `print_mem` writes, and that nothing comes of it where it can't be written.

use instrument_core::memory::{MemorySite, print_mem};
use instrument_core::{Location, Switch, set_enabled};
use std::process::{Command, Output, Stdio};

const CHILD: &str = "INSTRUMENT_TEST_CHILD";

const HERE: Location = Location::new("krate::module", file!(), 1, 1, || "krate::module::Type::method::here");
static UNSEEN: MemorySite = MemorySite::new(Some("unseen"), HERE);
static NAMED: MemorySite = MemorySite::new(Some("named"), HERE);
static NAMELESS: MemorySite = MemorySite::new(None, HERE);

/// Runs `work` in this program started again by [`parent`]; says whether this is that one.
#[expect(clippy::exit, reason = "the harness would go on and write to the same streams")]
fn in_child(work: impl FnOnce()) -> bool {
    let child = std::env::var_os(CHILD).is_some();
    if child {
        work();
        std::process::exit(0);
    }
    child
}

fn parent(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1");
    command
}

/// The lines that `print_mem` wrote.
fn lines(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{output:?}");
    let all = String::from_utf8(output.stderr.clone()).expect("text");
    all.lines().filter(|line| line.starts_with("[mem +")).map(str::to_owned).collect()
}

#[test]
fn each_call_is_one_line_with_label_resident_bytes_and_difference() {
    in_child(|| {
        print_mem("first of all");
        let block = std::hint::black_box(vec![1_u8; 32 << 20]);
        print_mem("second");
        drop(block);
    });
    let output = parent("each_call_is_one_line_with_label_resident_bytes_and_difference").output().expect("started");
    let lines = lines(&output);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains(" ms] first of all ") && lines[0].contains("#[global_allocator]"), "{lines:?}");
    assert!(lines[1].contains(" ms] second ") && !lines[1].contains("#[global_allocator]"), "{lines:?}");
    if cfg!(target_os = "linux") {
        assert!(lines[1].contains("(  +32.") || lines[1].contains("(  +31."), "{lines:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_first_line_tells_the_difference_from_the_programs_start_and_each_what_is_free() {
    const TEST: &str = "the_first_line_tells_the_difference_from_the_programs_start_and_each_what_is_free";
    in_child(|| {
        print_mem("first of all");
        drop(NAMED.on_exit());
    });
    let lines = lines(&parent(TEST).output().expect("started"));
    let resident = |line: &str| {
        let figures = line.split_once("resident ").and_then(|(_, rest)| rest.split_once(", peak")).expect("both").0;
        figures
            .split_once(" (")
            .map(|(now, change)| (now.trim().to_owned(), change.trim_end_matches(')').trim().to_owned()))
    };
    let (now, change) = resident(&lines[0]).expect("both");
    assert_eq!(change, format!("+{now}"), "{lines:?}");
    for line in &lines {
        let free = line.split_once("; free ").expect("a figure").1;
        assert!(free.trim_start().starts_with(|digit: char| digit.is_ascii_digit()), "{line}");
        // Nobody counts here.
        assert!(!line.contains("call:"), "{line}");
    }
}

#[test]
fn switched_off_nothing_is_printed() {
    in_child(|| {
        print_mem("seen");
        set_enabled(Switch::Memory, false);
        print_mem("unseen");
        drop(UNSEEN.on_exit());
        set_enabled(Switch::Memory, true);
        print_mem("seen");
    });
    let lines = lines(&parent("switched_off_nothing_is_printed").output().expect("started"));
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("] seen ")), "{lines:?}");
}

#[test]
fn the_environment_switches_lines_off_and_the_program_has_the_last_word() {
    in_child(|| {
        print_mem("unseen");
        set_enabled(Switch::Memory, true);
        print_mem("seen");
    });
    let test = "the_environment_switches_lines_off_and_the_program_has_the_last_word";
    let lines = lines(&parent(test).env("INSTRUMENT", "off").output().expect("started"));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("] seen "), "{lines:?}");
}

#[test]
fn the_guard_prints_its_name_or_place_when_left_also_by_unwinding_and_on_another_thread() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    in_child(|| {
        let named = assert_send(NAMED.on_exit());
        std::thread::spawn(move || drop(named)).join().expect("a thread");
        let unwound = std::panic::catch_unwind(|| {
            let _line = NAMELESS.on_exit();
            std::panic::resume_unwind(Box::new(()));
        });
        assert!(unwound.is_err());
    });
    let test = "the_guard_prints_its_name_or_place_when_left_also_by_unwinding_and_on_another_thread";
    let lines = lines(&parent(test).output().expect("started"));
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("] named ") && lines[1].contains("] Type::method "), "{lines:?}");
}

#[test]
fn lines_of_many_threads_are_whole() {
    in_child(|| {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..50).for_each(|_| print_mem("a label")));
            }
        });
    });
    let output = parent("lines_of_many_threads_are_whole").output().expect("started");
    let lines = lines(&output);
    assert_eq!(lines.len(), 400);
    // All but the first, which says how to install the allocator, are of one form and so of one length.
    let lengths: std::collections::BTreeSet<_> =
        lines.iter().filter(|line| !line.contains("#[global_allocator]")).map(String::len).collect();
    assert_eq!(lengths.len(), 1, "{lengths:?}");
}

#[cfg(unix)]
#[test]
fn a_stderr_that_cannot_be_written_is_no_reason_to_panic() {
    const TEST: &str = "a_stderr_that_cannot_be_written_is_no_reason_to_panic";
    in_child(|| {
        // Until whoever reads has surely gone.
        for _ in 0..2000 {
            print_mem("nobody reads this");
        }
        println!("still alive");
    });

    // Nobody at the other end of the pipe.
    let mut child = parent(TEST).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    drop(child.stderr.take());
    let gone = child.wait_with_output().expect("waited for");

    // No file at all, and one that takes nothing.
    let shell = |redirect: &str| {
        let program = std::env::current_exe().expect("this program");
        let script = format!("exec \"$0\" --exact {TEST} --nocapture {redirect}");
        Command::new("sh").arg("-c").arg(script).arg(program).env(CHILD, "1").output().expect("a shell")
    };
    let mut outputs = vec![gone, shell("2>&-")];
    if cfg!(target_os = "linux") {
        outputs.push(shell("2>/dev/full"));
    }
    for output in outputs {
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("still alive"), "{output:?}");
    }
}
