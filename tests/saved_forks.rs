//! Recordings of forked processes: together they have what was recorded, each thing once. This program runs itself as a child
//! for each scene.
#![cfg(unix)]
#![expect(unsafe_code, reason = "forks")]

use instrument::{Context, FutureExt, PerfTimer, Snapshot, checkpoints, marker, measure, scope, timer};
use instrument_report::analysis::merge;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::process::Command;
use std::task::{Poll, Waker};

#[timer]
fn work() {
    std::hint::black_box(1);
}

#[timer(components(WallClock))]
fn measured() {
    let _part = marker!("part", WallClock);
    work();
}

static TIMED: PerfTimer = PerfTimer::new("timed");

#[checkpoints]
fn steps() {
    std::hint::black_box(1);
    std::hint::black_box(2);
}

/// Each kind of thing so often.
fn all(times: usize) {
    for _ in 0..times {
        work();
        measured();
        steps();
        TIMED.time(|| measure!("length", 7.0));
    }
}

/// Runs something in a forked child, and waits for its end.
fn in_child(run: impl FnOnce()) {
    // SAFETY: the child calls what may be called between fork and exec, and this toolkit, which sees to its locks.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            run();
            leave();
        }
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
}

#[expect(clippy::exit, reason = "as programs end")]
fn leave() -> ! {
    std::process::exit(0)
}

fn poll(future: Pin<&mut impl Future<Output = ()>>) -> bool {
    future.poll(&mut std::task::Context::from_waker(Waker::noop())).is_ready()
}

/// Pending once.
fn turn() -> impl Future<Output = ()> {
    let mut is_begun = false;
    std::future::poll_fn(move |_| if std::mem::replace(&mut is_begun, true) { Poll::Ready(()) } else { Poll::Pending })
}

#[timer]
async fn waits() {
    turn().await;
    work();
}

/// Not a scene of its own, unless the variable names one.
#[test]
fn scene() {
    let Ok(scene) = std::env::var("TEST_SCENE") else { return };
    match scene.as_str() {
        "only a timer" => {
            all(1);
            in_child(|| TIMED.time(|| ()));
        }
        "only a measurement" => {
            all(1);
            in_child(|| measure!("length", 7.0));
        }
        "only checkpoints" => {
            all(1);
            in_child(steps);
        }
        "nothing before" => {
            in_child(|| all(2));
            in_child(|| all(1));
        }
        "generations" => {
            all(1);
            in_child(|| {
                all(2);
                in_child(|| {
                    all(4);
                    in_child(|| all(8));
                    in_child(|| all(16));
                });
                all(32);
            });
            all(64);
        }
        "amid spans" => {
            let _outer = scope!("outer");
            all(1);
            {
                let _inner = marker!("inner", WallClock);
                in_child(|| all(2));
                all(4);
            }
            all(8);
        }
        "exits amid a span" => in_child(|| {
            let _outer = scope!("outer");
            work();
            leave();
        }),
        "from a thread" => {
            let together = std::sync::Barrier::new(3);
            std::thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        let _open = scope!("open");
                        all(1);
                        together.wait();
                        together.wait();
                    });
                }
                together.wait();
                scope.spawn(|| {
                    in_child(|| {
                        all(2);
                        std::thread::spawn(|| all(4)).join().expect("it ends");
                        in_child(|| all(8));
                    })
                });
                all(16);
                together.wait();
            });
        }
        "async" => {
            let mut future = pin!(waits());
            assert!(!poll(future.as_mut()));
            in_child(|| {
                assert!(poll(future.as_mut()));
            });
            assert!(poll(future.as_mut()));
            let _outer = scope!("outer");
            let mut task = pin!(
                async {
                    waits().await;
                }
                .timed("task")
                .in_context(Context::current())
            );
            assert!(!poll(task.as_mut()));
            in_child(|| {
                assert!(poll(task.as_mut()));
            });
            assert!(poll(task.as_mut()));
        }
        "reset in the child" => {
            all(1);
            in_child(|| {
                all(64);
                instrument::reset();
                all(2);
            });
            all(4);
        }
        "reset in the parent" => {
            all(64);
            instrument::reset();
            all(1);
            in_child(|| {
                all(2);
                in_child(|| all(4));
            });
        }
        "reset in the parent later" => {
            all(64);
            in_child(|| all(2));
            instrument::reset();
            all(1);
        }
        "goes on, and forks" => {
            all(1);
            // SAFETY: as in `in_child`.
            unsafe {
                let child = libc::fork();
                if child == 0 {
                    instrument::after_fork();
                    all(2);
                    in_child(|| all(4));
                    leave();
                }
                libc::waitpid(child, std::ptr::null_mut(), 0);
                libc::_exit(0);
            }
        }
        _ => unreachable!("no scene {scene}"),
    }
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The recordings of a scene's processes.
fn recordings(scene: &str, apart: &str) -> Vec<Snapshot> {
    let name = format!("instrument-saved-forks-{}-{apart}-{}", scene.replace(' ', "-"), std::process::id());
    let folder = Folder(std::env::temp_dir().join(name));
    std::fs::create_dir_all(&folder.0).expect("made");
    let output = Command::new(std::env::current_exe().expect("it has a path"))
        .args(["--exact", "scene", "--nocapture"])
        .current_dir(&folder.0)
        .env("TEST_SCENE", scene)
        .env("INSTRUMENT_SAVE", "%p.json")
        .env("INSTRUMENT_SAVE_THREADS", apart)
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{output:?}");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("instrument:") && !stderr.contains("panicked"), "{scene}: {stderr}");
    let files = std::fs::read_dir(&folder.0).expect("it's there").map(|entry| entry.expect("read").path());
    files.map(|file| Snapshot::load(file).expect("a recording")).collect()
}

/// How often each was recorded: `work`, `measured`, its component, the part's, `steps`, `timed`, `length`.
fn figures(all: &Snapshot) -> [u64; 7] {
    let nodes = |name: &'static str| all.nodes().filter(move |node| node.name() == name);
    let observed = |name| nodes(name).flat_map(|node| &node.data().columns).map(|column| column.inclusive.count).sum();
    let data = all.data();
    [
        nodes("work").map(|node| node.count()).sum(),
        nodes("measured").map(|node| node.count()).sum(),
        observed("measured"),
        observed("part"),
        data.checkpoints.iter().map(|function| function.calls).sum(),
        data.timers.iter().map(|timer| timer.times.count).sum(),
        all.measurements().iter().map(|values| values.count()).sum(),
    ]
}

/// What's own adds up to what's at the roots or runs beside its caller, but for so many ticks.
fn adds_up(snapshot: &Snapshot, scene: &str, rounded: u64) {
    let own: u64 = snapshot.nodes().map(|node| node.data().own).sum();
    let outermost = snapshot.nodes().filter(|node| node.parent().is_none() || node.is_parallel());
    let total: u64 = outermost.map(|node| node.data().total).sum();
    assert!(own.abs_diff(total) <= rounded, "{scene}: {own} of {total}");
}

fn check(scene: &str, processes: usize, times: [u64; 7]) {
    for apart in ["off", "on"] {
        let found = recordings(scene, apart);
        assert_eq!(found.len(), processes, "{scene}");
        let merged = merge(&found).expect("they can be merged");
        assert_eq!(figures(&merged), times, "{scene}, threads apart: {apart}");
        for one in &found {
            adds_up(one, scene, 0);
        }
        // Each process has its own idea of how long a tick is.
        adds_up(&merged, scene, merged.len() as u64);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_span_that_the_first_thread_exits_from_is_running() {
    let found = recordings("exits amid a span", "off");
    let [child] = &found[..] else { panic!("one has recorded something: {found:?}") };
    let outer = child.find(&["outer"]).expect("it had begun");
    assert!(outer.running() == 1 && outer.data().own > 0, "{outer:?}");
}

fn each(times: u64) -> [u64; 7] {
    [2 * times, times, times, times, times, times, times]
}

macro_rules! scenes {
    ($($name:ident: $scene:literal, $processes:literal, $times:expr;)*) => {
        $(#[test] fn $name() { check($scene, $processes, $times); })*
    };
}
scenes! {
    a_child_that_only_ran_a_timer: "only a timer", 2, [2, 1, 1, 1, 1, 2, 1];
    a_child_that_only_measured: "only a measurement", 2, [2, 1, 1, 1, 1, 1, 2];
    a_child_that_only_passed_checkpoints: "only checkpoints", 2, [2, 1, 1, 1, 2, 1, 1];
    children_of_who_recorded_nothing: "nothing before", 2, each(3);
    children_of_children: "generations", 5, each(127);
    forks_amid_spans: "amid spans", 2, each(15);
    forks_of_many_threads: "from a thread", 3, each(32);
    calls_that_end_on_both_sides: "async", 3, [4, 0, 0, 0, 0, 0, 0];
    a_child_begins_anew: "reset in the child", 2, [14, 7, 7, 7, 7, 71, 7];
    a_parent_has_begun_anew: "reset in the parent", 3, [14, 7, 7, 7, 7, 71, 7];
    a_parent_begins_anew: "reset in the parent later", 2, [6, 3, 3, 3, 3, 67, 3];
    who_goes_on_forks: "goes on, and forks", 2, each(7);
}
