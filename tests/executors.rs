//! Real executors, threads and pools: the same tree everywhere, nothing counted twice or lost, contexts kept apart.

use instrument::{Context, CountingAllocator, FutureExt, NodeRef, reset, scope, snapshot, timer};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// Every test of this file begins here: they take turns, since a reset is the process's.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    reset();
    turn
}

/// Paths and counts of what was called since the reset.
fn tree() -> BTreeMap<String, u64> {
    fn add(node: NodeRef<'_>, path: &str, tree: &mut BTreeMap<String, u64>) {
        let path = format!("{path}/{}", node.name());
        if node.count() > 0 {
            tree.insert(path.clone(), node.count());
        }
        node.children().for_each(|child| add(child, &path, tree));
    }
    let snapshot = snapshot();
    let mut tree = BTreeMap::new();
    snapshot.roots().for_each(|root| add(root, "", &mut tree));
    tree
}

async fn pause() {
    futures::pending!();
}

#[timer("leaf")]
async fn leaf(pauses: u32) {
    for _ in 0..pauses {
        woken().await;
    }
    drop(scope!("work"));
}

/// Suspends once, and is woken at once.
async fn woken() {
    let mut first = true;
    futures::future::poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if std::mem::take(&mut first) { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
}

#[timer("branch")]
async fn branch() {
    futures::join!(leaf(1), leaf(2));
    leaf(3).await;
}

#[timer("program")]
async fn program() {
    branch().await;
    branch().await;
}

#[test]
fn the_tree_is_the_same_on_every_executor() {
    let _turn = alone();
    let expected: BTreeMap<String, u64> =
        [("/program", 1), ("/program/branch", 2), ("/program/branch/leaf", 6), ("/program/branch/leaf/work", 6)]
            .map(|(path, count)| (path.to_owned(), count))
            .into();
    let tokio = |mut builder: tokio::runtime::Builder| {
        let runtime = builder.enable_all().build().expect("a runtime");
        runtime.block_on(async { tokio::spawn(program()).await.expect("no panic") });
    };
    let executors: [(&str, &dyn Fn()); 5] = [
        ("tokio, one thread", &|| tokio(tokio::runtime::Builder::new_current_thread())),
        ("tokio, many threads", &|| tokio(tokio::runtime::Builder::new_multi_thread())),
        ("smol", &|| smol::block_on(async { smol::spawn(program()).await })),
        ("futures", &|| futures::executor::block_on(program())),
        ("a local pool", &|| {
            use futures::task::LocalSpawnExt;
            let mut pool = futures::executor::LocalPool::new();
            pool.spawner().spawn_local(program()).expect("not shut down");
            pool.run();
        }),
    ];
    for (name, run) in executors {
        reset();
        run();
        assert_eq!(tree(), expected, "{name}");
    }
}

#[test]
fn sleeping_is_wall_time_and_spinning_is_busy_time() {
    const LONG: Duration = Duration::from_millis(20);
    #[timer("sleeps")]
    async fn sleeps() {
        tokio::time::sleep(LONG).await;
    }
    #[timer("spins")]
    async fn spins() {
        let start = Instant::now();
        while start.elapsed() < LONG {
            std::hint::spin_loop();
        }
    }
    #[timer("blocks")]
    async fn blocks() {
        std::thread::sleep(LONG);
    }
    let _turn = alone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { futures::join!(sleeps()) });
    runtime.block_on(spins());
    runtime.block_on(blocks());
    let snapshot = snapshot();
    let of = |name| snapshot.find(&[name]).expect("recorded");
    // Lower bounds are certain, and busy time is never more than wall time; a machine may be slow, but not this slow.
    assert!(of("sleeps").wall() >= LONG && of("sleeps").total() < LONG / 4, "{:?}", of("sleeps").total());
    assert!(of("spins").wall() >= of("spins").total() && of("spins").total() >= LONG, "{:?}", of("spins").total());
    assert!(of("blocks").total() >= LONG, "what blocks the thread is busy: {:?}", of("blocks").total());
}

#[test]
fn tasks_that_migrate_and_are_cancelled_at_random_are_counted_exactly() {
    const AWAITS: u64 = 100;
    static BEGUN: AtomicU64 = AtomicU64::new(0);
    static COMPLETED: AtomicU64 = AtomicU64::new(0);

    #[timer("migrant")]
    async fn migrant() {
        BEGUN.fetch_add(1, Ordering::Relaxed);
        for _ in 0..AWAITS {
            step().await;
        }
        COMPLETED.fetch_add(1, Ordering::Relaxed);
    }
    #[timer("step")]
    async fn step() {
        tokio::task::yield_now().await;
    }

    // A sanitizer gets fewer, by the environment.
    let spawned: u64 = if std::env::var_os("INSTRUMENT_TEST_CALLS").is_some() { 300 } else { 10_000 };
    let _turn = alone();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime");
    let mut heap = Vec::new();
    for round in 0..10 {
        reset();
        BEGUN.store(0, Ordering::Relaxed);
        COMPLETED.store(0, Ordering::Relaxed);
        runtime.block_on(async {
            let tasks: Vec<_> = (0..spawned).map(|_| tokio::spawn(migrant())).collect();
            for (number, task) in tasks.iter().enumerate() {
                // A multiplicative hash: a tenth, scattered.
                if (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32 & 0xffff < 6_554 {
                    task.abort();
                }
            }
            for task in tasks {
                let _ = task.await;
            }
        });
        let snapshot = snapshot();
        let node = snapshot.find(&["migrant"]).expect("recorded");
        let (begun, completed) = (BEGUN.load(Ordering::Relaxed), COMPLETED.load(Ordering::Relaxed));
        assert_eq!(node.count(), completed, "round {round}");
        assert_eq!(node.count() + node.cancelled(), begun, "round {round}: completed and cancelled are all that began");
        assert_eq!(node.running(), 0);
        assert!(completed < spawned && completed > spawned / 2, "{completed}");
        let step = snapshot.find(&["migrant", "step"]).expect("recorded");
        assert!(step.count() >= completed * AWAITS, "{} steps", step.count());
        assert_eq!(step.running(), 0);
        assert!(step.total() <= node.total(), "children within their parents");
        assert!(node.wall() >= node.mean() * u32::try_from(completed).expect("few"), "busy time is part of wall time");
        assert!(snapshot.lost().is_empty(), "{:?}", snapshot.lost());
        heap.push((snapshot.len(), live()));
    }
    let ((nodes_before, before), (nodes, after)) = (heap[2], heap[9]);
    assert_eq!(nodes, nodes_before, "as many nodes as call paths");
    let grown = after.saturating_sub(before);
    assert!(grown < 1 << 20, "{grown} bytes more after seven more rounds: {heap:?}");
}

/// Bytes on the heap.
fn live() -> u64 {
    instrument::memory::heap().map_or(0, |heap| heap.live_bytes)
}

#[test]
fn work_elsewhere_hangs_below_the_path_that_asked_for_it() {
    let _turn = alone();
    let job = || {
        let _job = scope!("job");
        std::hint::black_box(());
    };
    for parent in ["parentA", "parentB"] {
        let _parent = if parent == "parentA" { scope!("parentA") } else { scope!("parentB") };
        let _shared = scope!("shared");
        if parent == "parentB" {
            let context = Context::current();
            std::thread::scope(|threads| {
                threads.spawn(context.wrap(job));
                threads.spawn(|| {
                    let _attached = context.attach();
                    job();
                    // Twice on the same thread, and back to where it was in between.
                    drop(context.attach());
                    job();
                });
                threads.spawn(job);
            });
        }
    }
    let expected: BTreeMap<String, u64> = [
        ("/parentA", 1),
        ("/parentA/shared", 1),
        ("/parentB", 1),
        ("/parentB/shared", 1),
        ("/parentB/shared/job", 3),
        ("/job", 1),
    ]
    .map(|(path, count)| (path.to_owned(), count))
    .into();
    assert_eq!(tree(), expected);
    let snapshot = snapshot();
    let shared = snapshot.find(&["parentB", "shared"]).expect("recorded");
    assert!(shared.children().next().expect("the job").is_parallel());
    assert!(!shared.is_parallel() && !snapshot.find(&["job"]).expect("recorded").is_parallel());
    assert_eq!(shared.own(), shared.total(), "what ran beside it is no part of it");
    assert!(instrument::report().to_string().contains("job (parallel)"));
}

#[test]
fn sixty_jobs_from_sixty_regions_land_in_sixty_places() {
    // The regions' names have to be constants.
    macro_rules! region {
        ($index:expr, $($number:literal)*) => {
            match $index {
                $($number => scope!(concat!("region ", $number)),)*
                _ => unreachable!(),
            }
        };
    }
    let region = |index: usize| {
        region!(index, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35
            36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59)
    };
    let _turn = alone();
    let (send, receive) = mpsc::channel::<(Context, usize)>();
    let receive = Mutex::new(receive);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Ok((context, index)) = receive.lock().expect("not poisoned").recv() else { return };
                    let _attached = context.attach();
                    let _job = scope!("pooled job");
                    assert!(index < 60);
                }
            });
        }
        for index in 0..60 {
            let _region = region(index);
            // Twice each: one job may be done by one thread, and the other by another.
            send.send((Context::current(), index)).expect("the pool waits");
            send.send((Context::current(), index)).expect("the pool waits");
        }
        drop(send);
    });
    let tree = tree();
    let places: Vec<_> = tree.iter().filter(|(path, _)| path.ends_with("/pooled job")).collect();
    assert_eq!(places.len(), 60);
    assert!(places.iter().all(|(path, count)| path.starts_with("/region ") && **count == 2), "{places:?}");
    assert_eq!(tree.len(), 120);
}

#[test]
fn spawned_tasks_stay_in_their_context_on_whatever_thread() {
    let _turn = alone();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime");
    let tasks: Vec<_> = {
        let _request = scope!("request");
        let context = Context::current();
        (0..200).map(|_| runtime.spawn(program().in_context(context))).collect()
    };
    // The context outlives the span, and would outlive its thread.
    runtime.block_on(async {
        for task in tasks {
            task.await.expect("no panic");
        }
        let aborted = tokio::spawn(pause().timed("never").in_context(Context::current()));
        tokio::task::yield_now().await;
        aborted.abort();
        let _ = aborted.await;
    });
    let tree = tree();
    assert_eq!(tree.get("/request/program/branch/leaf"), Some(&1_200), "{tree:?}");
    assert!(tree.keys().all(|path| path.starts_with("/request")), "{tree:?}");
    let snapshot = snapshot();
    let request = snapshot.find(&["request"]).expect("recorded");
    assert_eq!((request.count(), request.own()), (1, request.total()));
}

#[test]
fn the_same_thread_goes_back_to_a_path_that_is_open() {
    let _turn = alone();
    {
        let _outer = scope!("same outer");
        let context = Context::current();
        let _inner = scope!("same inner");
        let _attached = context.attach();
        drop(scope!("same work"));
    }
    let expected: BTreeMap<String, u64> =
        [("/same outer", 1), ("/same outer/same inner", 1), ("/same outer/same work", 1)]
            .map(|(path, count)| (path.to_owned(), count))
            .into();
    assert_eq!(tree(), expected);
    assert!(!snapshot().find(&["same outer", "same work"]).expect("recorded").is_parallel());
    // Detached, it's back where it was before.
    {
        let _here = scope!("back here");
        let elsewhere = Context::default().attach();
        drop(scope!("at the top"));
        drop(elsewhere);
        drop(scope!("back below"));
    }
    assert_eq!((tree().get("/back here/back below"), tree().get("/at the top")), (Some(&1), Some(&1)), "{:?}", tree());
    // Guards that go in any order leave nobody astray.
    let outer = scope!("astray outer");
    let elsewhere = Context::current();
    let inner = scope!("astray inner");
    let attached = elsewhere.attach();
    let top = Context::default().attach();
    drop(outer);
    drop(inner);
    drop(attached);
    drop(top);
    drop(scope!("astray after"));
    assert_eq!(tree().get("/astray after"), Some(&1), "{:?}", tree());
}

#[test]
fn guards_held_across_an_await_on_one_thread_do_not_corrupt_the_tree() {
    let _turn = alone();
    #[timer("local")]
    async fn local() {
        let _held = scope!("held");
        woken().await;
        drop(scope!("below"));
    }
    futures::executor::block_on(async { futures::join!(local(), local(), local()) });
    drop(scope!("afterwards"));
    let tree = tree();
    assert_eq!((tree.get("/local"), tree.get("/local/held"), tree.get("/afterwards")), (Some(&3), Some(&3), Some(&1)));
    assert_eq!(tree.iter().filter(|(path, _)| path.ends_with("/below")).map(|(_, count)| count).sum::<u64>(), 3);
    assert!(tree.keys().all(|path| path.starts_with("/local") || path == "/afterwards"), "{tree:?}");
}
