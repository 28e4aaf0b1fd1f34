//! What call paths allocate: exactly what an allocator of the test's own has written down for each, whatever else happens at
//! the same time.
#![expect(unsafe_code, reason = "a global allocator")]

#[path = "../scripted/child.rs"]
mod child;
mod ends;
mod ledger;

use instrument::{Context, Snapshot, scope, snapshot, timer};
use ledger::{at, ledger};
use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Poll, Waker};
use std::thread;

/// Own bytes and blocks that a path allocated, and bytes that it freed.
fn own(snapshot: &Snapshot, path: &[&str]) -> [f64; 3] {
    ["alloc_bytes", "alloc_blocks", "free_bytes"].map(|column| figure(snapshot, path, column).0)
}

/// Own and total.
fn figure(snapshot: &Snapshot, path: &[&str], column: &str) -> (f64, f64) {
    let node = snapshot.find(path).unwrap_or_else(|| panic!("no node at {path:?}"));
    let column = node.column(column).unwrap_or_else(|| panic!("no {column} at {path:?}"));
    (column.own(), column.total())
}

const SHARDS: [&str; 8] = ["0", "1", "2", "3", "4", "5", "6", "7"];

/// Whole numbers that look random.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

#[test]
fn random_blocks_of_eight_threads_are_in_their_paths_exactly() {
    // A million in all; under a sanitizer these would take too long.
    let operations = if std::env::var_os("INSTRUMENT_TEST_CALLS").is_some() { 20_000 } else { 125_000 };
    const IN_TURN: usize = 4;
    static POOL: [Mutex<Option<Vec<u8>>>; 64] = [const { Mutex::new(None) }; 64];

    let work = move |seed: u64| {
        let mut numbers = Numbers(seed);
        let mut kept: [Vec<u8>; 8] = Default::default();
        let _many = scope!("many");
        for _ in 0..operations / IN_TURN {
            let shard = numbers.next(SHARDS.len());
            // Each shard has its own way of working, one of them through a function that's sampled.
            let _shard = scope!(SHARDS[shard]);
            let (size, other) = (1 + numbers.next(3_000), numbers.next(POOL.len()));
            at(shard, || match shard {
                0..3 => kept[shard] = vec![1; size],
                3 => kept[3].resize(size, 2),
                4 => kept[3].shrink_to_fit(),
                5 => kept[numbers.next(8)] = Vec::new(),
                // What another thread has allocated is freed here.
                6 => drop(black_box(POOL[other].lock().expect("nobody panics").replace(vec![3; size]))),
                _ => drop(black_box(POOL[other].lock().expect("nobody panics").take())),
            });
        }
    };
    thread::scope(|threads| {
        for by in 0..8_u64 {
            threads.spawn(move || {
                // Threads end meanwhile, and others begin in their place.
                for turn in 0..IN_TURN as u64 {
                    thread::scope(|inner| inner.spawn(move || work(by * 100 + turn)).join().expect("it doesn't panic"));
                }
            });
        }
    });
    let snapshot = snapshot();
    let mut all = [0.0; 3];
    for (shard, name) in SHARDS.iter().enumerate() {
        let found = own(&snapshot, &["many", name]);
        assert_eq!(found, ledger(shard), "shard {shard}");
        all = [0, 1, 2].map(|at| all[at] + found[at]);
    }
    // What the toolkit allocated, for names and nodes, is nowhere; what's dropped at the end of `many` is freed there.
    assert_eq!(own(&snapshot, &["many"])[..2], [0.0; 2]);
    for (at, column) in ["alloc_bytes", "alloc_blocks"].into_iter().enumerate() {
        assert_eq!(figure(&snapshot, &["many"], column).1, all[at], "{column}");
    }
}

#[test]
fn a_path_has_its_own_while_another_thread_allocates_gigabytes() {
    let (stop, begun) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|threads| {
        threads.spawn(|| {
            while !stop.load(Relaxed) {
                drop(black_box(Vec::<u8>::with_capacity(64 << 20)));
                begun.fetch_add(1, Relaxed);
            }
        });
        while begun.load(Relaxed) < 20 {
            thread::yield_now();
        }
        let beside = begun.load(Relaxed);
        {
            let _kept = scope!("a thousand");
            for _ in 0..1000 {
                drop(black_box(Box::new([1_u8; 1024])));
            }
        }
        while begun.load(Relaxed) < beside + 20 {
            thread::yield_now();
        }
        stop.store(true, Relaxed);
    });
    assert_eq!(own(&snapshot(), &["a thousand"]), [1_024_000.0, 1000.0, 1_024_000.0]);
}

#[test]
fn tasks_have_theirs_wherever_they_are_polled_and_however_they_end() {
    const TASKS: usize = 400;
    // The runtime's own way may allocate, within the task's poll.
    async fn elsewhere() {
        let mut is_over = false;
        std::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::replace(&mut is_over, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
    #[timer("task")]
    async fn task(number: usize) -> usize {
        let mut kept = Vec::new();
        for step in 0..10 {
            at(10, || kept.push(vec![1_u8; 100 * step + number]));
            elsewhere().await;
            inner(step).await;
        }
        if number.is_multiple_of(4) {
            std::future::pending::<()>().await;
        }
        kept.len()
    }
    #[timer("inner")]
    async fn inner(step: usize) {
        let block = at(11, || vec![1_u8; 10 + step]);
        elsewhere().await;
        at(11, || drop(block));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().expect("a runtime");
    runtime.block_on(async {
        let tasks: Vec<_> = (0..TASKS).map(|number| tokio::spawn(task(number))).collect();
        for (number, task) in tasks.into_iter().enumerate() {
            if number % 4 > 0 {
                task.await.expect("it doesn't panic");
                continue;
            }
            // Those that wait for ever are cancelled when they've done all the rest.
            while ledger(11)[1] < (TASKS * 10) as f64 {
                tokio::task::yield_now().await;
            }
            task.abort();
            task.await.expect_err("it was cancelled");
        }
    });
    drop(runtime);
    let snapshot = snapshot();
    let node = snapshot.find(&["task"]).expect("it ran");
    assert_eq!(node.cancelled(), TASKS as u64 / 4);
    assert_eq!(own(&snapshot, &["task"])[..2], ledger(10)[..2]);
    assert_eq!(own(&snapshot, &["task", "inner"]), ledger(11));
    assert_eq!(figure(&snapshot, &["task"], "alloc_blocks").1, ledger(10)[1] + ledger(11)[1]);
}

#[test]
fn calls_that_are_not_timed_have_theirs_as_well() {
    #[timer("sampled", sample = 64)]
    fn sampled() {
        drop(black_box(Box::new([1_u8; 32])));
    }
    #[timer("folded", recursion = "fold")]
    fn folded(levels: u32) {
        drop(black_box(Box::new([1_u8; 32])));
        if levels > 0 {
            folded(levels - 1);
        }
    }
    (0..1000).for_each(|_| sampled());
    folded(9);
    let snapshot = snapshot();
    for (path, blocks) in [("sampled", 1000.0), ("folded", 10.0)] {
        assert_eq!(own(&snapshot, &[path]), [32.0 * blocks, blocks, 32.0 * blocks], "{path}");
    }
    let sampled = snapshot.find(&["sampled"]).and_then(|node| node.column("alloc_bytes")).expect("counted");
    assert_eq!((sampled.count(), sampled.mean()), (1000.0, 32.0));
    assert!(sampled.max().is_nan(), "a single call's isn't known");
    let text = instrument::report().to_string();
    let row = text.lines().find(|line| line.starts_with("sampled")).expect("a row");
    assert!(row.ends_with("31.2 KiB   1,000"), "nothing of it is estimated: {row}");
}

#[test]
fn a_box_of_the_toolkits_is_not_the_callers() {
    fn make() -> Pin<Box<dyn Future<Output = u8> + Send>> {
        Box::pin(async { *black_box(Box::new(7_u8)) })
    }
    // A box that was made elsewhere, with more around what's in it, is another box.
    #[timer("boxed")]
    fn boxed() -> Pin<Box<dyn Future<Output = u8> + Send>> {
        make()
    }
    {
        let _span = scope!("makes a box");
        let result = pin!(boxed()).poll(&mut std::task::Context::from_waker(Waker::noop()));
        assert_eq!(result, Poll::Ready(7));
    }
    let snapshot = snapshot();
    let blocks = |path: &[&str]| own(&snapshot, path)[1];
    assert_eq!((blocks(&["makes a box"]), blocks(&["makes a box", "boxed"])), (1.0, 1.0));
}

#[test]
fn what_a_context_is_carried_to_is_part_of_its_path() {
    let caller = scope!("caller");
    let context = Context::current();
    // Its thread's closure is allocated here.
    let _elsewhere = scope!("spawns");
    thread::spawn(move || {
        let _attached = context.attach();
        drop(black_box(Box::new([1_u8; 100])));
        let _callee = scope!("callee");
        drop(black_box(Box::new([1_u8; 1000])));
    })
    .join()
    .expect("it doesn't panic");
    drop(_elsewhere);
    drop(caller);
    let snapshot = snapshot();
    assert_eq!(own(&snapshot, &["caller", "callee"]), [1000.0, 1.0, 1000.0]);
    let blocks = |path: &[&str]| figure(&snapshot, path, "alloc_blocks");
    assert_eq!(blocks(&["caller"]).0, 1.0);
    assert_eq!(blocks(&["caller"]).1, 2.0 + blocks(&["caller", "spawns"]).1);
}

#[test]
fn intervals_and_resets_have_what_is_theirs() {
    let test = "intervals_and_resets_have_what_is_theirs";
    child::run(test, &[], || {
        let call = |blocks: usize| {
            let _call = scope!("call");
            (0..blocks).for_each(|_| drop(black_box(Box::new([1_u8; 16]))));
        };
        call(3);
        let first = snapshot();
        call(4);
        assert_eq!(own(&snapshot().since(&first), &["call"]), [64.0, 4.0, 64.0]);
        instrument::reset();
        assert!(
            snapshot().find(&["call"]).is_none_or(|node| node.column("alloc_blocks").is_none_or(|c| c.total() == 0.0))
        );
        call(5);
        assert_eq!(own(&snapshot(), &["call"]), [80.0, 5.0, 80.0]);
    });
}
