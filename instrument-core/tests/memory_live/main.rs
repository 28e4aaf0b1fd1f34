//! The live profile in a program that installs the allocator: by path, against the tests' own ledgers.

use instrument_core::memory::{self, CountingAllocator, Live, live, start_live_profile, stop_live_profile};
use instrument_core::{Guard, Snapshot, enter_named, reset, snapshot};
use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

mod guarded;
#[cfg(unix)]
mod unix;

#[global_allocator]
static ALLOCATOR: guarded::Guarded = guarded::Guarded(CountingAllocator::new());

const TEST: &str = "INSTRUMENT_TEST_LIVE";

/// Each test is a process: what's switched on once is never as it was before.
fn main() -> ExitCode {
    let tests: &[(&str, &str, fn())] = &[
        ("with_one_byte_each_path_is_exact", "", with_one_byte_each_path_is_exact),
        ("a_leak_is_found_at_its_path_within_the_error", "", a_leak_is_found_at_its_path_within_the_error),
        (
            "estimates_are_right_on_average_for_blocks_of_any_size",
            "",
            estimates_are_right_on_average_for_blocks_of_any_size,
        ),
        ("resized_blocks_count_as_new_ones", "", resized_blocks_count_as_new_ones),
        ("what_was_there_before_is_not_counted", "", what_was_there_before_is_not_counted),
        ("threads_from_before_are_sampled_too", "", threads_from_before_are_sampled_too),
        ("blocks_that_do_not_fit_are_counted_as_lost", "", blocks_that_do_not_fit_are_counted_as_lost),
        ("another_interval_changes_nothing_of_what_is_known", "", another_interval_changes_nothing_of_what_is_known),
        ("a_reset_leaves_alive_what_is", "", a_reset_leaves_alive_what_is),
        ("the_environment_switches_it_on", "live:1", the_environment_switches_it_on),
        ("it_is_off_unless_asked_for", "", it_is_off_unless_asked_for),
        #[cfg(unix)]
        ("a_forked_child_goes_on_with_its_copy", "", unix::a_forked_child_goes_on_with_its_copy),
        #[cfg(unix)]
        ("signal_handlers_may_allocate", "", unix::signal_handlers_may_allocate),
    ];
    if let Some(name) = std::env::var_os(TEST) {
        let test = tests.iter().find(|(known, ..)| name == *known).expect("a test");
        test.2();
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let program = std::env::current_exe().expect("this program");
    let mut failed = 0;
    for (name, setting, _) in tests.iter().filter(|(name, ..)| wanted.iter().all(|word| name.contains(word))) {
        let test =
            Command::new(&program).env(TEST, name).env("INSTRUMENT_MEMORY", setting).output().expect("this program");
        println!("test {name} ... {}", if test.status.success() { "ok" } else { "FAILED" });
        if !test.status.success() {
            failed += 1;
            println!("{}\n{}", test.status, String::from_utf8_lossy(&test.stderr));
        }
    }
    println!("test result: {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn now() -> Live {
    live().expect("it was switched on")
}

/// What a path has alive: bytes and blocks of its own; nothing if it has no such columns.
fn own(snapshot: &Snapshot, path: &[&str]) -> (f64, f64) {
    let node = snapshot.find(path).unwrap_or_else(|| panic!("no {path:?}"));
    let of = |name: &str| node.column(name).map_or(0.0, |figures| figures.own());
    (of("live_bytes"), of("live_blocks"))
}

fn total(snapshot: &Snapshot, path: &[&str]) -> (f64, f64) {
    let node = snapshot.find(path).unwrap_or_else(|| panic!("no {path:?}"));
    let of = |name: &str| node.column(name).map_or(0.0, |figures| figures.total());
    (of("live_bytes"), of("live_blocks"))
}

/// A small generator of random numbers, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

const THREADS: usize = 8;
const PATHS: [&str; 4] = ["bees", "ants", "wasps", "flies"];
/// What's alive of each path: bytes and blocks. Not by an allocation.
static LEDGER: [[AtomicI64; 2]; PATHS.len()] = [const { [const { AtomicI64::new(0) }; 2] }; PATHS.len()];

fn enter(path: usize) -> Guard {
    enter_named(PATHS[path])
}

/// A block, and the path that it's of.
struct Block(Vec<u8>, usize);

impl Block {
    fn note(&self, sign: i64) {
        let size = i64::try_from(self.0.capacity()).expect("small");
        LEDGER[self.1][0].fetch_add(sign * size, Relaxed);
        LEDGER[self.1][1].fetch_add(sign, Relaxed);
    }

    fn new(size: usize, path: usize) -> Block {
        let block = {
            let _span = enter(path);
            Block(Vec::with_capacity(size), path)
        };
        block.note(1);
        block
    }

    fn resize(&mut self, size: usize, path: usize) {
        self.note(-1);
        let same = self.0.capacity() == size;
        {
            let _span = enter(path);
            self.0.reserve_exact(size);
            self.0.shrink_to(size);
        }
        // What's resized to the size that it has isn't resized.
        self.1 = if same { self.1 } else { path };
        self.note(1);
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        self.note(-1);
    }
}

fn churn(seed: u64, neighbour: &SyncSender<Block>, inbox: &Receiver<Block>, kept: &mut Vec<Block>) {
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ seed);
    let most = kept.capacity();
    for _ in 0..if cfg!(debug_assertions) { 40_000 } else { 125_000 } {
        drop(inbox.try_recv());
        let path = random.below(PATHS.len());
        match random.below(4) {
            0 | 1 if kept.len() < most => kept.push(Block::new(1 + random.below(3000), path)),
            2 if !kept.is_empty() => {
                let at = random.below(kept.len());
                kept[at].resize(1 + random.below(3000), path);
            }
            _ if !kept.is_empty() => {
                let at = random.below(kept.len());
                let block = kept.swap_remove(at);
                if random.below(2) == 0 {
                    // Where it's full the block comes back, and is freed here.
                    drop(neighbour.try_send(block));
                }
            }
            _ => {}
        }
    }
}

fn with_one_byte_each_path_is_exact() {
    start_live_profile(1).expect("the allocator is ours");
    let (senders, inboxes): (Vec<_>, Vec<_>) = (0..THREADS).map(|_| sync_channel::<Block>(100)).unzip();
    let is_exact = || {
        let snapshot = snapshot();
        for (path, [bytes, blocks]) in PATHS.iter().zip(&LEDGER) {
            let found = own(&snapshot, &[path]);
            assert_eq!(found, (bytes.load(Relaxed) as f64, blocks.load(Relaxed) as f64), "{path}");
        }
    };
    let left = std::thread::scope(|scope| {
        let threads: Vec<_> = inboxes
            .into_iter()
            .enumerate()
            .map(|(at, inbox)| {
                let neighbour = senders[(at + 1) % THREADS].clone();
                scope.spawn(move || {
                    let mut kept = Vec::with_capacity(500);
                    churn(at as u64, &neighbour, &inbox, &mut kept);
                    // Some end before others do, and what they have goes on.
                    (kept, inbox)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread")).collect::<Vec<_>>()
    });
    assert!(LEDGER.iter().all(|[_, blocks]| blocks.load(Relaxed) > 100), "nothing was tested");
    is_exact();
    assert_eq!((now().lost(), now().standard_error()), (0, 0.0));
    // The threads that allocated them have ended.
    drop(left);
    is_exact();
    assert!(LEDGER.iter().all(|[_, blocks]| blocks.load(Relaxed) == 0));
}

const MIB: usize = 1 << 20;

fn a_leak_is_found_at_its_path_within_the_error() {
    const INTERVAL: u64 = 64 * 1024;
    const LEAK: usize = 32 * MIB;
    start_live_profile(INTERVAL).expect("the allocator is ours");
    let mut random = Random(17);
    let mut leaked = 0;
    while leaked < LEAK {
        let _serve = enter_named("serve");
        for _ in 0..20 {
            let _parse = enter_named("parse");
            drop(black_box(vec![1_u8; 1 + random.below(20_000)]));
        }
        let _cache = enter_named("cache");
        let size = 1 + random.below(2000);
        black_box(Vec::<u8>::with_capacity(size).leak());
        leaked += size;
    }
    let snapshot = snapshot();
    let error = (leaked as f64 * INTERVAL as f64).sqrt();
    let (bytes, blocks) = own(&snapshot, &["serve", "cache"]);
    assert!((bytes - leaked as f64).abs() < 5.0 * error, "{bytes} for {leaked}, standard error {error}");
    assert!(blocks > 1000.0);
    // What has been freed isn't there, however much it was.
    assert_eq!(own(&snapshot, &["serve", "parse"]), (0.0, 0.0));
    assert_eq!(total(&snapshot, &["serve"]), (bytes, blocks));
    let whole = now();
    assert!((whole.bytes() - bytes - whole.bytes_outside()).abs() < 1.0 && whole.interval_bytes() == Some(INTERVAL));
    // Of the whole, by what was found.
    assert!((whole.standard_error() / error - 1.0).abs() < 0.5, "{} for {error}", whole.standard_error());
    assert!((snapshot.column("live_bytes").total() - bytes).abs() < 1.0);
}

fn estimates_are_right_on_average_for_blocks_of_any_size() {
    const INTERVAL: u64 = 10_000;
    start_live_profile(INTERVAL).expect("the allocator is ours");
    for (path, size, number) in [("small", 16, 100_000), ("middle", 5000, 4000), ("large", 50_000, 1000)] {
        let mut blocks: Vec<Box<[u8]>> = Vec::with_capacity(number);
        {
            let _span = enter_named(path);
            blocks.extend((0..number).map(|_| vec![0_u8; size].into_boxed_slice()));
        }
        let (bytes, found) = own(&snapshot(), &[path]);
        let share = -(-(size as f64) / INTERVAL as f64).exp_m1();
        // Of a binomial distribution.
        let error = (number as f64 * (1.0 - share) / share).sqrt();
        assert!(
            (found - number as f64).abs() <= 5.0 * error + 1e-6,
            "{path}: {found} of {number}, standard error {error}"
        );
        assert!((bytes - found * size as f64).abs() < 1.0);
    }
}

fn resized_blocks_count_as_new_ones() {
    const INTERVAL: u64 = 4096;
    let old: Vec<Vec<u8>> = (0..2000).map(|_| Vec::with_capacity(1000)).collect();
    start_live_profile(INTERVAL).expect("the allocator is ours");
    let mut blocks = old;
    let error = |bytes: f64| 5.0 * (bytes * INTERVAL as f64).sqrt();
    for (path, size) in [("grow", 3000), ("shrink", 100), ("grow again", 1500)] {
        let _span = enter_named(path);
        for block in &mut blocks {
            block.reserve_exact(size);
            block.shrink_to(size);
        }
        let (bytes, _) = own(&snapshot(), &[path]);
        let truth = (size * blocks.len()) as f64;
        assert!((bytes - truth).abs() < error(truth), "{path}: {bytes} for {truth}");
    }
    let snapshot = snapshot();
    assert_eq!((own(&snapshot, &["grow"]).0, own(&snapshot, &["shrink"]).0), (0.0, 0.0));
}

fn what_was_there_before_is_not_counted() {
    let mut before = {
        let _span = enter_named("before");
        vec![1_u8; 10_000]
    };
    start_live_profile(1).expect("the allocator is ours");
    assert_eq!(own(&snapshot(), &["before"]), (0.0, 0.0));
    {
        let _span = enter_named("after");
        before.reserve_exact(20_000);
    }
    assert_eq!(own(&snapshot(), &["after"]), (30_000.0, 1.0));
    drop(before);
    assert_eq!(own(&snapshot(), &["after"]), (0.0, 0.0));
}

fn threads_from_before_are_sampled_too() {
    let (tell, told) = sync_channel::<()>(0);
    let (done, is_done) = sync_channel::<Vec<u8>>(0);
    let thread = std::thread::spawn(move || {
        let _span = enter_named("thread");
        drop(black_box(vec![1_u8; 100]));
        told.recv().expect("a word");
        let block = vec![1_u8; 1234];
        done.send(block).expect("somebody waits");
    });
    start_live_profile(1).expect("the allocator is ours");
    tell.send(()).expect("it waits");
    let block = is_done.recv().expect("a block");
    thread.join().expect("a thread");
    let (bytes, _) = own(&snapshot(), &["thread"]);
    assert!(bytes >= 1234.0, "{bytes}");
    drop(block);
    assert_eq!(own(&snapshot(), &["thread"]).0, bytes - 1234.0);
    stop_live_profile();
    assert_eq!(now().interval_bytes(), None);
    let rest = now().sampled();
    let after = black_box(vec![1_u8; 500]);
    assert!(now().sampled() <= rest);
    drop(after);
    // And on again, for all threads.
    start_live_profile(1).expect("the allocator is ours");
    let _block = {
        let _span = enter_named("again");
        vec![1_u8; 321]
    };
    assert_eq!(own(&snapshot(), &["again"]), (321.0, 1.0));
}

fn blocks_that_do_not_fit_are_counted_as_lost() {
    const NUMBER: usize = 100_000;
    start_live_profile(1).expect("the allocator is ours");
    let mut blocks: Vec<Box<u64>> = Vec::with_capacity(NUMBER);
    {
        let _span = enter_named("many");
        blocks.extend((0..NUMBER as u64).map(Box::new));
    }
    let snapshot = snapshot();
    let (_, found) = own(&snapshot, &["many"]);
    let whole = now();
    assert!(whole.lost() > 20_000 && whole.lost_bytes() > 160_000, "{whole:?}");
    assert!(found > 60_000.0 && found + whole.lost() as f64 >= NUMBER as f64, "{found} and {whole:?}");
    // What's asked for in between is the toolkit's own.
    assert!((20_000..=whole.lost()).contains(&snapshot.lost().live_blocks), "{:?} and {whole:?}", snapshot.lost());
    // Those that have been lost are none of those that leave.
    drop(blocks);
    assert_eq!(own(&instrument_core::snapshot(), &["many"]), (0.0, 0.0));
    let _span = enter_named("room again");
    let _block = black_box(vec![1_u8; 77]);
    assert_eq!(own(&instrument_core::snapshot(), &["room again"]).0, 77.0);
}

fn another_interval_changes_nothing_of_what_is_known() {
    start_live_profile(1).expect("the allocator is ours");
    let _known = {
        let _span = enter_named("known");
        vec![1_u8; 4321]
    };
    start_live_profile(1 << 40).expect("the allocator is ours");
    let _unknown = {
        let _span = enter_named("unknown");
        vec![1_u8; 4321]
    };
    let snapshot = snapshot();
    assert_eq!(own(&snapshot, &["known"]), (4321.0, 1.0));
    // But for once in 250 million times.
    assert_eq!(own(&snapshot, &["unknown"]), (0.0, 0.0));
}

fn a_reset_leaves_alive_what_is() {
    start_live_profile(1).expect("the allocator is ours");
    let allocate = |size: usize| {
        let _span = enter_named("kept");
        vec![1_u8; size]
    };
    let first = allocate(1000);
    let change = |snapshot: &Snapshot| total(snapshot, &["kept"]);
    let earlier = snapshot();
    let second = allocate(500);
    let later = snapshot();
    assert_eq!((change(&earlier), change(&later)), ((1000.0, 1.0), (1500.0, 2.0)));
    assert_eq!(change(&later.since(&earlier)), (500.0, 1.0));
    reset();
    let third = allocate(30);
    assert_eq!(change(&snapshot()), (30.0, 1.0));
    drop((first, third));
    // Less than at the reset.
    assert_eq!(change(&snapshot()), (-1000.0, -1.0));
    drop(second);
    assert_eq!(change(&snapshot()), (-1500.0, -2.0));
}

fn the_environment_switches_it_on() {
    drop(enter_named("first"));
    let _span = enter_named("kept");
    let _block = black_box(vec![1_u8; 555]);
    assert_eq!(now().interval_bytes(), Some(1));
    assert_eq!(own(&snapshot(), &["kept"]), (555.0, 1.0));
    let table = instrument_core::report().to_string();
    assert!(table.contains("~555 B"), "{table}");
    let lines = table.split_whitespace().collect::<Vec<_>>().join(" ");
    let whole = "~ what's alive is estimated from all blocks: ";
    let (_, figures) = lines.split_once(whole).expect("a line of the footer");
    assert!(figures.contains(" ± 0 B at the end, of which "), "{figures}");
    assert!(snapshot().data().live.is_some_and(|live| live.interval == 1 && live.variance == 0.0));
}

fn it_is_off_unless_asked_for() {
    let _span = enter_named("kept");
    let _block = black_box(vec![1_u8; 555]);
    assert_eq!(memory::live(), None);
    stop_live_profile();
    assert_eq!(memory::live(), None);
    let snapshot = snapshot();
    assert!(snapshot.components().iter().all(|component| !component.name.starts_with("live")));
}
