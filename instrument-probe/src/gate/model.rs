//! Loom models of the gate: nobody stays behind, nobody is overlooked, whatever the order.

use super::Gate;
use loom::thread;
use std::sync::Arc;

/// One arrives and is held, another waits for it and releases.
#[test]
fn a_released_call_goes_on() {
    loom::model(|| {
        let gate = Arc::<Gate>::default();
        let caller = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || gate.arrive().hold())
        };
        gate.wait_for(|state| (state.hits == 1).then_some(()));
        gate.release(true);
        caller.join().unwrap();
        assert_eq!(gate.read(|state| (state.hits, state.held)), (1, 0));
    });
}

/// It's released without anybody having waited for its arrival.
#[test]
fn a_release_that_comes_first_holds_nobody() {
    loom::model(|| {
        let gate = Arc::<Gate>::default();
        let callers: Vec<_> = (0..2)
            .map(|_| {
                let gate = Arc::clone(&gate);
                thread::spawn(move || gate.arrive().hold())
            })
            .collect();
        gate.release(true);
        callers.into_iter().for_each(|caller| caller.join().unwrap());
        assert_eq!(gate.read(|state| (state.hits, state.held)), (2, 0));
    });
}

/// A call that arrives twice is held twice, and each step lets it go once.
#[test]
fn each_step_lets_go_what_has_arrived() {
    loom::model(|| {
        let gate = Arc::<Gate>::default();
        let caller = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || (0..2).for_each(|_| gate.arrive().hold()))
        };
        for hits in 1..=2 {
            gate.wait_for(|state| (state.hits == hits).then_some(()));
            assert_eq!(gate.read(|state| state.hits), hits, "it can't have gone on");
            gate.release(false);
        }
        caller.join().unwrap();
        assert_eq!(gate.read(|state| state.held), 0);
    });
}

/// A future is woken if it was pending when the gate opened, and isn't pending afterwards.
#[test]
fn a_pending_future_is_woken() {
    loom::model(|| {
        let gate = Arc::<Gate>::default();
        let poller = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || loom::future::block_on(async move { gate.arrive().held().await }))
        };
        gate.release(true);
        poller.join().unwrap();
        assert_eq!(gate.read(|state| state.held), 0);
    });
}

/// A future that waits for calls hears of each.
#[test]
fn a_watcher_hears_of_an_arrival() {
    loom::model(|| {
        let gate = Arc::<Gate>::default();
        let caller = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || drop((gate.arrive(), gate.arrive())))
        };
        let hits = loom::future::block_on(gate.watch(|state| (state.hits == 2).then_some(state.hits)));
        assert_eq!(hits, 2);
        caller.join().unwrap();
    });
}
