//! What a process prints when it ends, however it ends: this program runs itself again as a child for each scene.

use instrument::{PerfTimer, scope, snapshot, timer};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

static STATIC_TIMER: PerfTimer = PerfTimer::new("static timer");

#[timer]
fn work() {
    STATIC_TIMER.time(|| std::hint::black_box(1));
}

/// Mains of programs; each in a module, since a main can only be called `main`.
mod exits {
    #[instrument::main]
    pub fn main() {
        super::work();
        std::process::exit(7);
    }
}

mod returns {
    #[instrument::main(interval_seconds = 1)]
    pub fn main() {
        let _span = instrument::scope!("outer");
        super::work();
    }
}

mod without_report {
    #[instrument::main(report = false)]
    pub fn main() {
        super::work();
    }
}

mod panics {
    #[instrument::main]
    pub fn main() {
        super::work();
        panic!("on purpose");
    }
}

#[cfg(unix)]
extern "C" fn late() {
    let _span = scope!("at exit");
    work();
}

/// Not a scene of its own, unless the variable names one.
#[test]
fn scene() {
    let Ok(scene) = std::env::var("TEST_SCENE") else { return };
    match scene.as_str() {
        "exits" => exits::main(),
        "returns" => returns::main(),
        "without report" => without_report::main(),
        "panics" => panics::main(),
        "task clock" => task_clock(),
        #[cfg(unix)]
        "at exit" => at_exit(),
        #[cfg(unix)]
        "forks" => forks(),
        #[cfg(unix)]
        "forks amid first uses" => forks_amid_first_uses(),
        #[cfg(unix)]
        "forked among threads" => forked_among_threads(),
        _ => unreachable!("no scene {scene}"),
    }
}

/// Two timers of the same call, which is suspended for a while.
fn task_clock() {
    use std::future::Future;
    #[instrument::perf_timer("by the wall")]
    #[instrument::perf_timer("by the task", clock = "task")]
    async fn suspended() {
        let mut polls = 0;
        std::future::poll_fn(|_| {
            polls += 1;
            std::thread::sleep(Duration::from_millis(10));
            if polls == 2 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }
    let mut future = std::pin::pin!(suspended());
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    while future.as_mut().poll(&mut cx).is_pending() {
        std::thread::sleep(Duration::from_secs(2));
    }
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "registers a handler, as C libraries do")]
fn at_exit() {
    // SAFETY: `late` doesn't unwind.
    unsafe { libc::atexit(late) };
    work();
}

#[cfg(unix)]
#[instrument::checkpoints]
fn told(number: u64) -> u64 {
    let doubled = std::hint::black_box(number) * 2;
    doubled + 1
}

/// A timer that another thread is about to use for the first time can be used by a child.
#[cfg(unix)]
#[expect(unsafe_code, reason = "forks, as C libraries do")]
fn forks_amid_first_uses() {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    static TIMERS: [PerfTimer; 20_000] = [const { PerfTimer::new("one of many") }; 20_000];
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    std::thread::spawn(|| {
        for (place, timer) in TIMERS.iter().enumerate() {
            NEXT.store(place, SeqCst);
            timer.time(|| ());
        }
    });
    while NEXT.load(SeqCst) == 0 {}
    while NEXT.load(SeqCst) < TIMERS.len() - 1 {
        // SAFETY: the child only calls into the toolkit, which sees to its own locks, and ends by a signal or `_exit`.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: they take no pointers.
            unsafe { libc::alarm(10) };
            TIMERS[NEXT.load(SeqCst)].time(|| ());
            // SAFETY: ends this process and nothing else.
            unsafe { libc::_exit(0) };
        }
        let mut status = 0;
        // SAFETY: `status` is a valid place.
        unsafe { libc::waitpid(child, &raw mut status, 0) };
        assert_eq!(status, 0, "the child waits for a thread that it doesn't have");
    }
    // SAFETY: ends this process and nothing else; its timers needn't print 20,000 lines.
    unsafe { libc::_exit(0) };
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "forks, as C libraries do")]
fn forks() {
    let _span = scope!("parent");
    work();
    // Threads that hold our locks most of the time: without care the child would wait for them forever.
    std::thread::spawn(|| {
        loop {
            std::hint::black_box(snapshot());
        }
    });
    std::thread::spawn(|| {
        for name in 0.. {
            instrument::measure(&format!("name {}", name % 5_000), name);
            instrument::log_metrics(Duration::ZERO);
            instrument::print_mem("other thread");
        }
    });
    std::thread::spawn(|| {
        loop {
            std::thread::spawn(|| told(1)).join().expect("no panic");
        }
    });
    for _ in 0..50 {
        // SAFETY: the child only calls into the toolkit, which sees to its own locks, and ends by `_exit`.
        let child = unsafe { libc::fork() };
        if child == 0 {
            work();
            instrument::measure("in the child", 1);
            instrument::log_metrics(Duration::ZERO);
            instrument::print_mem("child");
            told(2);
            let calls = snapshot().find(&["parent", "work"]).map_or(0, |node| node.count());
            // SAFETY: ends this process and nothing else.
            unsafe { libc::_exit(i32::from(calls != 2)) };
        }
        let mut status = 0;
        // SAFETY: `status` is a valid place.
        unsafe { libc::waitpid(child, &raw mut status, 0) };
        assert_eq!(status, 0, "the child's tree is its parent's plus one call");
    }
}

/// The child ends as programs do, and has nothing of threads that it doesn't have.
#[cfg(unix)]
#[expect(unsafe_code, reason = "forks, as C libraries do")]
fn forked_among_threads() {
    work();
    let (here, there) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let _span = scope!("of another thread");
            here.wait();
            there.wait();
        });
        here.wait();
        let running = || snapshot().find(&["of another thread"]).map_or(0, |node| node.running());
        assert_eq!(running(), 1);
        // SAFETY: the child only calls into the toolkit, which sees to its own locks, and ends.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: ends this process, with what's to be done at exit.
            unsafe { libc::exit(i32::try_from(running()).unwrap_or(99)) };
        }
        let mut status = 0;
        // SAFETY: `status` is a valid place.
        unsafe { libc::waitpid(child, &raw mut status, 0) };
        there.wait();
        assert_eq!(status, 0, "a thread that isn't there has a span that's open");
    });
}

fn run(scene: &str, variables: &[(&str, &str)]) -> Output {
    Command::new(std::env::current_exe().expect("this program has a path"))
        .args(["scene", "--exact", "--nocapture", "--test-threads=1"])
        .env("TEST_SCENE", scene)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("this program can be run")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn reports_are_printed_once_also_after_process_exit() {
    for (scene, code) in [("exits", Some(7)), ("returns", Some(0)), ("panics", Some(101))] {
        let output = run(scene, &[]);
        let text = stderr(&output);
        assert_eq!(output.status.code(), code, "{text}");
        // There `process::exit`, by which the harness ends if a test has failed, runs no exit handlers.
        let [tables, lines] =
            [&["exits"][..], &["exits", "panics"]].map(|without| !(cfg!(windows) && without.contains(&scene)));
        assert_eq!(text.matches("Stack").count(), usize::from(tables), "{scene}: one table in\n{text}");
        assert_eq!(text.matches("timer \"static timer\"").count(), usize::from(lines), "{scene}: one line in\n{text}");
        assert!(
            !tables || text.lines().any(|line| line.contains("work") && line.contains(" ns") || line.contains(" µs")),
            "{text}"
        );
    }
    assert!(!stderr(&run("without report", &[])).contains("Stack"));
}

#[test]
fn the_environment_decides() {
    let off = stderr(&run("returns", &[("INSTRUMENT", "off")]));
    assert!(!off.contains("Stack") && !off.contains("static timer"), "{off}");
    let bad = stderr(&run("returns", &[("INSTRUMENT_UNIT", "hours"), ("INSTRUMENT_INTERVAL", "soon")]));
    assert_eq!(bad.lines().filter(|line| line.starts_with("instrument: ")).count(), 2, "{bad}");
    assert_eq!(bad.matches("Stack").count(), 1, "bad values lose nothing:\n{bad}");

    let file = std::env::temp_dir().join(format!("instrument-report-{}.txt", std::process::id()));
    let output = run("returns", &[("INSTRUMENT_OUTPUT", &file.to_string_lossy()), ("INSTRUMENT_COLUMNS", "own,p99")]);
    let text = std::fs::read_to_string(&file).expect("the report was written");
    std::fs::remove_file(&file).expect("it was there");
    assert!(text.contains("Own") && text.contains("P99") && !text.contains("Avg"), "{text}");
    assert!(!stderr(&output).contains("Stack"));

    let unwritable = stderr(&run("returns", &[("INSTRUMENT_OUTPUT", "/nonexistent/folder/report.txt")]));
    assert_eq!(unwritable.matches("instrument: can't write to").count(), 1, "{unwritable}");
    assert_eq!(unwritable.matches("Stack").count(), 1, "the report isn't lost:\n{unwritable}");
}

#[test]
fn a_timer_by_the_tasks_clock_leaves_suspension_out_and_blocking_in() {
    let text = stderr(&run("task clock", &[]));
    let time = |name: &str| {
        let start = format!("timer \"{name}\": ");
        let line =
            text.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_else(|| panic!("{name} in {text}"));
        let (number, unit) = line.split_once(' ').expect("a unit");
        number.parse::<f64>().expect("a number") * if unit == "s" { 1e3 } else { 1.0 }
    };
    // In milliseconds: two polls that block for 10, and 2,000 between them.
    assert!(time("by the wall") >= 2_020.0, "{text}");
    assert!((20.0..1_500.0).contains(&time("by the task")), "{text}");
}

#[test]
#[cfg(unix)]
fn a_forked_child_leaves_its_parents_reports_and_threads_alone() {
    let output = run("forked among threads", &[]);
    let text = stderr(&output);
    assert!(output.status.success(), "{text}");
    let lines: Vec<_> = text.lines().filter(|line| line.contains("static timer")).collect();
    assert_eq!(lines.len(), 1, "{text}");
}

#[test]
#[cfg(unix)]
fn spans_at_exit_and_after_fork_do_no_harm() {
    for scene in ["at exit", "forks", "forks amid first uses"] {
        // Not stderr: std has a lock of its own for that, which a forked child finds as it was.
        let output = run(scene, &[("INSTRUMENT_OUTPUT", "/dev/null")]);
        assert!(output.status.success(), "{scene}: {}", stderr(&output));
    }
}
