//! Breakpoints give tests the order of events that they want, and say what's wrong if there's none.
#![allow(clippy::unwrap_used, reason = "a test that finds an error has failed")]

use instrument::probe;
use instrument::probe::{Breakpoint, BreakpointError, Event, run};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

const SOON: Duration = Duration::from_millis(50);
const LATE: Duration = Duration::from_secs(20);

static COUNTER: AtomicU32 = AtomicU32::new(0);

#[probe]
fn read_counter() -> u32 {
    COUNTER.load(SeqCst)
}

fn increment() {
    let read = read_counter();
    COUNTER.store(read + 1, SeqCst);
}

#[test]
fn a_lost_update_is_made_to_happen() {
    let read = Breakpoint::new("breakpoints::read_counter").event(Event::Return).block();
    let other = read.spawn(increment);
    assert_eq!(read.wait(LATE), Ok(1));
    increment();
    read.release();
    other.join().unwrap();
    assert_eq!(COUNTER.load(SeqCst), 1);
}

#[probe]
fn lock_second(name: &str) -> String {
    name.to_owned()
}

#[test]
fn a_deadlock_is_told_by_target_event_and_hits() {
    let (a, b) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
    let both = Breakpoint::new("lock_second").condition("name == 'deadlock'").block();
    let (release_a, release_b) = (Arc::clone(&a), Arc::clone(&b));
    let one = both.spawn(move || {
        let _a = release_a.lock().unwrap();
        lock_second("deadlock");
        // With the other lock it would never end.
        drop(release_b.try_lock());
    });
    assert_eq!(both.wait(LATE), Ok(1));
    let error = both.wait_until(2, SOON).unwrap_err();
    assert_eq!(
        error.to_string(),
        "waited 50ms for 2 hits at the call of `breakpoints::lock_second` with `name == 'deadlock'`: it was hit 1 time \
         so far, 1 call is held"
    );
    assert!(a.try_lock().is_err() && b.try_lock().is_ok());
    both.release();
    one.join().unwrap();
}

#[probe]
fn step(number: u32) -> u32 {
    number
}

#[test]
fn several_breakpoints_on_several_threads_take_turns() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let breakpoints: Vec<_> =
        (0..3).map(|id| Breakpoint::new("breakpoints::step").condition(format!("number == {id}")).block()).collect();
    let threads: Vec<_> = breakpoints
        .iter()
        .zip(0..)
        .map(|(breakpoint, id)| {
            let order = Arc::clone(&order);
            breakpoint.spawn(move || {
                step(id);
                order.lock().unwrap().push(id);
            })
        })
        .collect();
    breakpoints.iter().for_each(|breakpoint| assert_eq!(breakpoint.wait(LATE), Ok(1)));
    assert!(order.lock().unwrap().is_empty());
    for (breakpoint, thread) in breakpoints.iter().zip(threads).rev() {
        breakpoint.release();
        thread.join().unwrap();
    }
    assert_eq!(*order.lock().unwrap(), [2, 1, 0]);
}

#[probe]
fn stepped(round: u32) -> u32 {
    round
}

#[test]
fn steps_hold_each_call_in_turn() {
    let breakpoint = Breakpoint::new("stepped").block();
    let thread = breakpoint.spawn(|| (0..3).map(stepped).sum::<u32>());
    for round in 1..=3 {
        assert_eq!(breakpoint.wait(LATE), Ok(round));
        assert_eq!(breakpoint.hits(), round);
        breakpoint.step();
    }
    assert_eq!(thread.join(), Ok(3));
}

#[probe]
fn any_thread() {}

#[test]
fn threads_of_others_are_held_too_unless_told() {
    let breakpoint = Breakpoint::new("any_thread").block();
    let thread = std::thread::spawn(any_thread);
    assert_eq!(breakpoint.wait(LATE), Ok(1));
    breakpoint.release();
    thread.join().unwrap();

    let breakpoint = Breakpoint::new("any_thread").only_spawned().block();
    std::thread::spawn(any_thread).join().unwrap();
    let thread = breakpoint.spawn(any_thread);
    assert_eq!(breakpoint.wait(LATE), Ok(1));
    thread.join().unwrap();
    assert_eq!(breakpoint.hits(), 1);
}

#[probe]
fn fails(a: u8) -> u8 {
    a
}

#[probe(inject)]
fn fails_well(a: u8) -> Result<u8, String> {
    Ok(a)
}

#[test]
fn errors_are_returned_if_they_can_be_and_panicked_with_if_not() {
    let breakpoint = Breakpoint::new("fails").condition("a == 2").error("boom");
    assert_eq!(fails(1), 1);
    let thread = breakpoint.spawn(|| fails(2));
    assert_eq!(thread.join(), Err(BreakpointError::Panicked { message: "boom".to_owned() }));
    let panic = catch_unwind(|| fails(2)).unwrap_err();
    assert_eq!(*panic.downcast::<String>().unwrap(), "boom");
    assert_eq!(breakpoint.hits(), 2);
    drop(breakpoint);
    assert_eq!(fails(2), 2);

    let breakpoint = Breakpoint::new("fails_well").event(Event::Return).error("boom");
    assert_eq!(fails_well(1), Err("boom".to_owned()));
    assert_eq!(breakpoint.wait(LATE), Ok(1));
}

#[probe]
#[expect(dead_code, reason = "that's the point")]
fn never_called() {}

#[test]
fn what_never_fired_is_an_error() {
    let breakpoint = Breakpoint::new("never_called").block();
    let error = breakpoint.wait(SOON).unwrap_err().to_string();
    assert_eq!(
        error,
        "waited 50ms for the call of `breakpoints::never_called`: it was hit 0 times so far, no call is held"
    );
    assert!(matches!(breakpoint.spawn(|| 1).join(), Err(BreakpointError::NeverFired { .. })));
    // Whoever asked knows already.
    drop(breakpoint);

    let unasked = Breakpoint::new("never_called").block();
    let panic = catch_unwind(AssertUnwindSafe(|| drop(unasked))).unwrap_err();
    assert!(panic.downcast::<String>().unwrap().contains("never fired"));
    // Amid a panic it's silent.
    let panic = catch_unwind(|| {
        let _breakpoint = Breakpoint::new("never_called").block();
        panic!("first")
    });
    assert_eq!(*panic.unwrap_err().downcast::<&str>().unwrap(), "first");
}

#[test]
fn what_cant_be_armed_is_said_when_its_waited_for() {
    let breakpoint = Breakpoint::new("breakpoints::nevr_called").block();
    let error = breakpoint.wait(LATE).unwrap_err().to_string();
    assert!(error.contains("did you mean `breakpoints::never_called`?"), "{error}");
    assert!(matches!(breakpoint.spawn(|| ()).join(), Err(BreakpointError::Target(_))));
    assert_eq!(breakpoint.hits(), 0);
    let breakpoint = Breakpoint::new("fails").condition("a ==").block();
    assert!(matches!(breakpoint.wait(LATE), Err(BreakpointError::Condition(_))));
    let breakpoint = Breakpoint::new("fails").condition("result == 1").block();
    let error = breakpoint.wait(LATE).unwrap_err().to_string();
    assert!(error.contains("`result` is known at the event return alone"), "{error}");
}

#[probe]
fn dividend(number: i64) -> i64 {
    number
}

#[test]
fn a_condition_that_fails_fails_the_wait() {
    let breakpoint = Breakpoint::new("dividend").condition("1 / number == 1").block();
    let thread = breakpoint.spawn(|| dividend(0));
    let error = breakpoint.wait(LATE).unwrap_err().to_string();
    assert!(error.contains("Division by zero"), "{error}");
    assert!(matches!(thread.join(), Err(BreakpointError::Failed { .. })));
}

#[probe]
fn held_when_dropped(done: Arc<AtomicU32>) {
    done.fetch_add(1, SeqCst);
}

#[test]
fn dropping_lets_go_and_joins() {
    let done = Arc::new(AtomicU32::new(0));
    let breakpoint = Breakpoint::new("held_when_dropped").block();
    let _threads: Vec<_> = (0..4)
        .map(|_| {
            let done = Arc::clone(&done);
            breakpoint.spawn(move || held_when_dropped(done))
        })
        .collect();
    assert_eq!(breakpoint.wait_until(4, LATE), Ok(4));
    assert_eq!(done.load(SeqCst), 0);
    drop(breakpoint);
    assert_eq!(done.load(SeqCst), 4);
}

#[probe]
fn sentence(number: u32) -> Result<u32, String> {
    if number > 5 { Err("too large".to_owned()) } else { Ok(number) }
}

#[test]
fn sentences_read_as_such() {
    let seen = Arc::new(AtomicU32::new(0));
    let sets = |number| {
        let seen = Arc::clone(&seen);
        move || {
            let result = sentence(number);
            seen.store(number, SeqCst);
            result
        }
    };
    let paused = run(sets(1)).until("sentence").with("result == 1").returns().unwrap();
    assert_eq!(seen.load(SeqCst), 0);
    assert_eq!(paused.finish(), Ok(Ok(1)));
    assert_eq!(seen.load(SeqCst), 1);
    let paused = run(sets(7)).until("sentence").fails().unwrap();
    assert_eq!(paused.breakpoint().hits(), 1);
    drop(paused);
    assert_eq!(seen.load(SeqCst), 7);
    let paused = run(sets(2)).until("sentence").is_called().unwrap();
    assert_eq!(paused.finish(), Ok(Ok(2)));
    let error = run(sets(2)).until("sentence").within(SOON).fails().unwrap_err();
    assert!(matches!(error, BreakpointError::TimedOut { hits: 0, all_ended: true, .. }), "{error}");
}

#[probe]
fn unwinds(number: u32) -> u32 {
    assert!(number < 5, "too large");
    number
}

#[test]
fn a_call_is_held_while_it_unwinds() {
    let paused = run(|| unwinds(9)).until("unwinds").fails().unwrap();
    let error = paused.finish().unwrap_err();
    assert_eq!(error, BreakpointError::Panicked { message: "too large".to_owned() });
}

#[probe]
async fn fetch(id: u32) -> u32 {
    id * 2
}

#[tokio::test(flavor = "current_thread")]
async fn futures_stay_pending_and_the_executor_goes_on() {
    let breakpoint = Breakpoint::new("fetch").event(Event::Return).condition("id == 1").block();
    let held = tokio::spawn(fetch(1));
    // The same thread polls it, and goes on.
    assert_eq!(breakpoint.reached(1).await, Ok(1));
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert!(!held.is_finished());
    assert_eq!(breakpoint.hits(), 1);
    assert_eq!(fetch(2).await, 4);
    breakpoint.release();
    assert_eq!(held.await.unwrap(), 2);
    assert_eq!(breakpoint.wait(Duration::ZERO), Ok(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_futures_are_held_at_once() {
    let breakpoint = Arc::new(Breakpoint::new("fetch").condition("id >= 100").block());
    let tasks: Vec<_> = (100..200).map(|id| tokio::spawn(fetch(id))).collect();
    let waiting = Arc::clone(&breakpoint);
    let all = tokio::task::spawn_blocking(move || waiting.wait_until(100, LATE)).await.unwrap();
    assert_eq!(all, Ok(100));
    assert!(tasks.iter().all(|task| !task.is_finished()));
    // A future that's held can be dropped.
    tasks[0].abort();
    breakpoint.release();
    for (task, id) in tasks.into_iter().zip(100..).skip(1) {
        assert_eq!(task.await.unwrap(), id * 2);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn waiting_for_what_fails_ends() {
    let breakpoint = Breakpoint::new("fetch").condition("id == 7 && 1 / (id - 7) == 0").block();
    let failing = tokio::spawn(fetch(7));
    let error = breakpoint.reached(1).await.unwrap_err();
    assert!(error.to_string().contains("Division by zero"), "{error}");
    assert_eq!(failing.await.unwrap(), 14);
    assert!(Breakpoint::new("fecth").reached(1).await.is_err());
}

async fn not_send() -> std::rc::Rc<u32> {
    std::rc::Rc::new(fetch_rc(1).await)
}

#[probe]
async fn fetch_rc(id: u32) -> u32 {
    id
}

#[probe]
async fn returns_rc(id: u32) -> std::rc::Rc<u32> {
    std::rc::Rc::new(id + *not_send().await)
}

#[tokio::test(flavor = "current_thread")]
async fn a_result_that_cant_be_sent_isnt_held() {
    let breakpoint = Breakpoint::new("returns_rc").event(Event::Return).block();
    assert_eq!(*returns_rc(1).await, 2);
    let error = breakpoint.wait_until(2, SOON).unwrap_err();
    assert!(matches!(&error, BreakpointError::Failed { error, .. } if error.contains("use `Event::Call`")), "{error}");
}

#[test]
fn all_threads_meet() {
    #[probe]
    fn meets() {}
    let breakpoint = Breakpoint::new("all_threads_meet::meets").block();
    let barrier = Arc::new(Barrier::new(4));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let barrier = Arc::clone(&barrier);
            breakpoint.spawn(move || {
                barrier.wait();
                meets();
            })
        })
        .collect();
    assert_eq!(breakpoint.wait_until(4, LATE), Ok(4));
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn a_sentence_whose_thread_is_over_waits_no_longer_and_tells_its_panic() {
    let ages = std::time::Duration::from_secs(24 * 3600);
    let error = run(|| 5).until("sentence").within(ages).is_called().unwrap_err();
    assert!(matches!(error, BreakpointError::TimedOut { hits: 0, all_ended: true, .. }), "{error}");
    let panics = || -> u32 { std::panic::resume_unwind(Box::new("on its way there")) };
    let error = run(panics).until("sentence").within(ages).returns().unwrap_err();
    assert_eq!(error.to_string(), "the thread panicked: on its way there");
}
