//! Forks while threads push: the child records on, finds its own figures, and never waits for a thread that it doesn't have.
#![cfg(unix)]

#[macro_use]
#[path = "scripted/components.rs"]
mod parts;
#[path = "scripted/child.rs"]
mod child;

use instrument::component::{self, Component};
use instrument::storage::Scope;
use instrument::{marker, scope, snapshot, storage};
use parts::use_up;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

components! {
    Own = "own" in Count of Total
    Others = "others" in Count of Total
    Later = "later" in Count of Total
}

/// Pushes in all ways and scopes, below new names, without pause.
fn push(round: u32) {
    let _named = scope!(format!("name {}", round % 20));
    let _marker = marker!("other marker", Others, WallClock);
    // Single observations are many: some will do.
    let scopes = [Scope::Tree, Scope::Flat, Scope::Timeline];
    for scope in scopes.into_iter().take(if round < 500 { 3 } else { 2 }) {
        let mut meter = Others::new("other").scope(scope);
        meter.push();
        meter.start();
        use_up(1.0);
        meter.pop();
    }
}

/// What the child does; whether that's what it finds.
fn in_child(run: u32) -> bool {
    // A component that nobody has measured before.
    let _marker = marker!("own within", Own, Later);
    use_up(2.0);
    let threads: Vec<_> = (0..2)
        .map(|_| {
            std::thread::spawn(|| {
                push(0);
                let _marker = marker!("own thread", Own);
                use_up(4.0);
            })
        })
        .collect();
    let joined = threads.into_iter().all(|thread| thread.join().is_ok());
    drop(_marker);
    let snapshot = snapshot();
    let column = |path: &[&str], name| {
        let figures = snapshot.find(path)?.column(name)?;
        Some((figures.total(), figures.count()))
    };
    let _ = storage::<Others>().per_thread().tree();
    let known = f64::from(run);
    joined
        && column(&["own", "own within"], "own") == Some((2.0, 1.0))
        && column(&["own", "own within"], "later") == Some((2.0, 1.0))
        && column(&["own thread"], "own") == Some((8.0, 2.0))
        && column(&["before"], "own") == Some((known, known))
}

#[expect(unsafe_code, reason = "forks, as C libraries do")]
fn forks(runs: u32) {
    let stop = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for first in 0..3 {
            let stop = &stop;
            threads.spawn(move || {
                (first * 1_000..).take_while(|_| !stop.load(Relaxed)).for_each(push);
            });
        }
        threads.spawn(|| {
            while !stop.load(Relaxed) {
                std::hint::black_box(snapshot());
                std::thread::scope(|threads| drop(threads.spawn(|| push(1))));
            }
        });
        let mut statuses = Vec::new();
        for run in 1..=runs {
            {
                let _before = marker!("before", Own);
                use_up(1.0);
            }
            let open = marker!("own", Own);
            // SAFETY: the child only calls into the toolkit, which sees to its own locks, and ends by `_exit`; one that
            // hangs is ended by the alarm.
            let child = unsafe { libc::fork() };
            if child == 0 {
                // SAFETY: both end this process and nothing else.
                unsafe {
                    libc::alarm(30);
                    libc::_exit(i32::from(!in_child(run)));
                }
            }
            drop(open);
            let mut status = 0;
            // SAFETY: `status` is a valid place.
            unsafe { libc::waitpid(child, &raw mut status, 0) };
            statuses.push(status);
        }
        stop.store(true, Relaxed);
        assert_eq!(statuses, vec![0; runs as usize]);
    });
    let snapshot = snapshot();
    let own = snapshot.find(&["own"]).and_then(|node| node.column("own")).expect("measured");
    assert_eq!(own.count(), f64::from(runs), "the parent knows nothing of its children");
    assert!(snapshot.find(&["own", "own within"]).is_none());
}

#[test]
fn a_child_measures_on_whatever_others_pushed_when_it_was_forked() {
    let _ = child::run("a_child_measures_on_whatever_others_pushed_when_it_was_forked", &[], || forks(60));
}

#[test]
fn a_child_measures_on_with_components_that_were_chosen() {
    let _ = child::run("a_child_measures_on_with_components_that_were_chosen", &[], || {
        component::register::<Others>();
        component::choose(&["others", "wall_clock"]).expect("both are known");
        forks(20);
    });
}
