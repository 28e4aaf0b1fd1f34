//! What lines of `#[print_mem]` say of their calls, against a ledger that the allocator of this program keeps around
//! ours.
//!
//! The ledger counts what's done in [`does`], and nothing else: neither what the toolkit allocates meanwhile, nor other
//! threads.
#![expect(unsafe_code, reason = "has an allocator")]

#[path = "../scripted/child.rs"]
mod child;
mod ledger;

use instrument::{Profiler, checkpoints, measure, perf_timer, print_mem, probe, scope, snapshot, timer};
use ledger::{Call, Page, does, ledger, want};
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// A block that's freed by these calls, when it's dropped.
struct Block([usize; 2], Vec<u8>);

impl Block {
    fn new(calls: [usize; 2], bytes: usize) -> Block {
        Block(calls, does(calls, || black_box(vec![1; bytes])))
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        does(self.0, || drop(std::mem::take(&mut self.1)));
    }
}

/// Runs `work` in a process of its own, whose lines have to say of their calls what the ledger does.
fn check(test: &str, work: impl FnOnce()) {
    let text = child::run(test, &[], || {
        work();
        let wanted = ledger(|ledger| ledger.wanted);
        assert!(wanted[0].is_some(), "nothing was tested");
        wanted.iter().flatten().for_each(|(label, page)| eprintln!("wanted {label} call: {}", page.text()));
    });
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut wanted: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("wanted ")).map(str::to_owned).collect();
    let said = |line: &str| {
        let (label, rest) = line.strip_prefix("[mem +")?.split_once("] ")?.1.split_once("resident ")?;
        Some(words(&format!("{label} call: {}", rest.split_once("; call: ")?.1)))
    };
    let mut said: Vec<_> = text.lines().filter_map(said).collect();
    // Threads print when they come to it.
    wanted.sort_unstable();
    said.sort_unstable();
    assert_eq!(said, wanted, "{text}");
}

/// Grows in steps, and shrinks: up to `most` bytes, of which the last are kept.
fn grow(calls: [usize; 2], most: usize) -> Block {
    let mut block = Block::new(calls, 10);
    does(calls, || {
        for bytes in (10..=most).step_by(most / 7) {
            block.1.resize(bytes, 2);
        }
        block.1.truncate(most / 3);
        block.1.shrink_to_fit();
        drop(black_box(vec![1_u8; most / 2]));
    });
    block
}

#[print_mem("inner")]
fn inner(bytes: usize) -> Block {
    let _call = Call::new("inner", 1);
    let _freed = Block::new([1, 0], bytes / 2);
    grow([1, 0], bytes)
}

#[print_mem("outer")]
fn outer() -> Block {
    let _call = Call::new("outer", 0);
    let first = Block::new([0, 0], 5_000);
    drop(inner(300));
    drop(inner(40_000));
    drop(first);
    inner(700_000)
}

#[test]
fn a_call_says_what_it_did_and_nested_ones_what_they_did_of_it() {
    check("a_call_says_what_it_did_and_nested_ones_what_they_did_of_it", || {
        drop(outer());
        drop(outer());
        std::thread::spawn(|| drop(outer())).join().expect("it ends");
    });
}

#[print_mem("levels")]
fn levels(level: usize) {
    let _call = Call::new("levels", level);
    let _block = Block::new([level, level - 1], 1000);
    if level < 2 {
        levels(level + 1);
    }
}

#[test]
fn a_recursive_call_includes_the_calls_within() {
    check("a_recursive_call_includes_the_calls_within", || levels(1));
}

#[print_mem("frees")]
fn frees(block: Block) {
    let _call = Call::new("frees", 3);
    drop(block);
}

#[test]
fn a_call_that_frees_what_others_allocated_keeps_less_than_nothing() {
    check("a_call_that_frees_what_others_allocated_keeps_less_than_nothing", || {
        frees(Block::new([3, 3], 3000));
        let block = std::thread::spawn(|| Block::new([3, 3], 300)).join().expect("it ends");
        frees(block);
    });
}

#[print_mem("unwinds")]
fn unwinds() {
    let _call = Call::new("unwinds", 0);
    let _block = Block::new([0, 0], 20_000);
    // The exception takes memory, too.
    does([0, 0], || resume_unwind(Box::new(())));
}

#[print_mem("around")]
fn around() {
    let _call = Call::new("around", 1);
    let block = Block::new([1, 1], 100);
    does([1, 1], || drop(black_box(vec![1_u8; 30_000])));
    drop(block);
}

#[test]
fn a_call_that_unwinds_says_what_it_did() {
    check("a_call_that_unwinds_says_what_it_did", || {
        assert!(catch_unwind(unwinds).is_err());
        around();
    });
}

#[timer]
#[perf_timer]
#[checkpoints]
#[probe]
fn recorded(of: u32) {
    let name = does([0, 0], || format!("a name of {of}"));
    drop(scope!(&name));
    does([0, 0], || drop(name));
    measure!("of", of);
    drop(Profiler::new("a profiler").immediate());
}

#[print_mem("records")]
fn records() {
    let _call = Call::new("records", 0);
    let _block = Block::new([0, 0], 50_000);
    (0..20).for_each(recorded);
    instrument::log_metrics(std::time::Duration::ZERO);
    print_mem("a line");
}

#[print_mem("reads")]
fn reads() {
    drop((snapshot(), instrument::report(), instrument::active()));
}

#[test]
fn what_the_toolkit_allocates_is_no_part_of_a_call() {
    check("what_the_toolkit_allocates_is_no_part_of_a_call", records);
}

#[test]
fn what_the_toolkit_is_asked_for_is_the_calls_whose_it_is() {
    let text = child::run("what_the_toolkit_is_asked_for_is_the_calls_whose_it_is", &[], || {
        records();
        // What's made once for all isn't dropped.
        (0..3).for_each(|_| reads());
    });
    let last = text.lines().rfind(|line| line.contains("] reads ")).expect("three");
    let words = last.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("kept +0 B") && !words.contains("allocated 0 B"), "{text}");
}

/// The toolkit makes a box of its own around this one.
#[timer]
fn boxed() -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async {})
}

#[print_mem("boxes")]
fn boxes() {
    assert!(boxed().as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
}

#[test]
fn what_a_dropped_future_frees_had_been_allocated() {
    let text = child::run("what_a_dropped_future_frees_had_been_allocated", &[], || (0..3).for_each(|_| boxes()));
    let lines: Vec<_> = text.lines().filter(|line| line.contains("] boxes ")).collect();
    assert!(lines.len() == 3 && lines.iter().all(|line| line.contains("kept      +0   B")), "{text}");
}

#[print_mem("spawns")]
fn spawns(work: &(dyn Fn() + Sync)) {
    let _call = Call::new("spawns", 0);
    let _block = Block::new([0, 0], 10_000);
    work();
}

#[test]
fn what_other_threads_do_meanwhile_is_no_part_of_a_call() {
    use std::sync::Barrier;
    check("what_other_threads_do_meanwhile_is_no_part_of_a_call", || {
        let [begin, end] = [Barrier::new(2), Barrier::new(2)];
        std::thread::scope(|scope| {
            scope.spawn(|| {
                begin.wait();
                (1..200).for_each(|size| drop(black_box(vec![1_u8; size * 1000])));
                end.wait();
            });
            spawns(&|| {
                begin.wait();
                end.wait();
            });
        });
    });
}

/// Suspends once, and is woken at once.
async fn woken(calls: [usize; 2]) {
    let mut is_first = true;
    poll_fn(|cx| {
        // What the executor allocates for that.
        does(calls, || cx.waker().wake_by_ref());
        if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

#[print_mem("step")]
async fn step(call: usize, around: usize) {
    let _call = Call::new("step", call);
    let block = grow([call, around], 3_000);
    woken([call, around]).await;
    drop(block);
}

#[print_mem("task")]
async fn task(number: usize) {
    let calls = [number, number];
    let _call = Call::new("task", number);
    let _held = Block::new(calls, number * 10_000 + 1);
    for round in 0..3 {
        let block = grow(calls, 7_000 * (round + 1));
        woken(calls).await;
        step(number + 1, number).await;
        drop(block);
        woken(calls).await;
    }
}

#[test]
fn async_calls_add_up_their_polls_wherever_they_ran() {
    check("async_calls_add_up_their_polls_wherever_they_ran", || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().expect("a runtime");
        runtime.block_on(async {
            let tasks: Vec<_> = (0..32).map(|number| tokio::spawn(task(number * 2))).collect();
            for task in tasks {
                task.await.expect("it ends");
            }
        });
    });
}

#[test]
fn each_poll_may_be_on_a_thread_of_its_own() {
    check("each_poll_may_be_on_a_thread_of_its_own", || {
        let mut future: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(task(4));
        let mut polls = 0;
        loop {
            let poll = std::thread::scope(|scope| {
                let poll = scope.spawn(|| {
                    drop(black_box(vec![1_u8; 123_456]));
                    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
                });
                poll.join().expect("it only polls")
            });
            polls += 1;
            if poll.is_ready() {
                break;
            }
        }
        assert_eq!(polls, 10);
    });
}

#[print_mem("cancelled")]
async fn cancelled(unwinds: bool) {
    let _call = Call::new("cancelled", 0);
    let _held = Block::new([0, 0], 40_000);
    woken([0, 0]).await;
    if unwinds {
        does([0, 0], || resume_unwind(Box::new(())));
    }
    std::future::pending::<()>().await;
}

#[test]
fn what_is_freed_with_a_cancelled_call_is_a_part_of_it() {
    check("what_is_freed_with_a_cancelled_call_is_a_part_of_it", || {
        let cx = &mut Context::from_waker(Waker::noop());
        {
            let mut future = pin!(cancelled(false));
            assert!(future.as_mut().poll(cx).is_pending());
            // Between its polls others do what they like.
            drop(black_box(vec![1_u8; 123_456]));
            assert!(future.as_mut().poll(cx).is_pending());
        }
        let mut future = Box::pin(cancelled(true));
        assert!(future.as_mut().poll(cx).is_pending());
        assert!(catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))).is_err());
        drop(future);
        around();
    });
}

#[cfg(unix)]
#[test]
fn a_forked_child_goes_on_with_the_calls_that_it_is_in() {
    check("a_forked_child_goes_on_with_the_calls_that_it_is_in", || {
        spawns(&|| {
            // SAFETY: the child calls into the toolkit, which sees to its own locks, and ends by `_exit`.
            let child = unsafe { libc::fork() };
            if child == 0 {
                // It's in none of the parent's pages.
                around();
                // SAFETY: ends this process and nothing else.
                unsafe { libc::_exit(0) };
            }
            let mut status = 0;
            // SAFETY: `status` is a valid place.
            unsafe { libc::waitpid(child, &raw mut status, 0) };
            assert_eq!(status, 0);
            // What `around` does, in the child as well.
            want("around", Page::EMPTY.note(1, 0, 100).note(1, 0, 30_000).note(0, 30_100, 0));
        });
    });
}

#[test]
fn without_a_call_a_line_says_nothing_of_one() {
    let text = child::run("without_a_call_a_line_says_nothing_of_one", &[], || {
        print_mem("first");
        drop(snapshot());
    });
    assert!(text.contains("] first ") && !text.contains("call:"), "{text}");
}
