//! Async calls by the machine's own clock: the same counts as by a scripted one, by the way that has no time to lose.

use instrument::{Context, FutureExt, scope, snapshot, timer};
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, Waker};

/// Pending so many times.
struct Pending(u32);

impl Future for Pending {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut task::Context<'_>) -> Poll<()> {
        match self.0 {
            0 => Poll::Ready(()),
            _ => {
                self.0 -= 1;
                Poll::Pending
            }
        }
    }
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut task::Context::from_waker(Waker::noop()))
}

#[test]
fn a_call_is_running_until_it_ends_or_is_cancelled() {
    for (name, ends) in [("fast, ends", true), ("fast, cancelled", false)] {
        let mut call = Box::pin(Pending(1).timed(name));
        assert!(poll(call.as_mut()).is_pending());
        let during = snapshot();
        let node = during.find(&[name]).expect("begun");
        assert_eq!((node.count(), node.running(), node.polls(), node.cancelled()), (0, 1, 1, 0), "{name}");
        if ends {
            assert!(poll(call.as_mut()).is_ready());
        }
        drop(call);
        let after = snapshot();
        let node = after.find(&[name]).expect("ended");
        assert_eq!((node.count(), node.running(), node.cancelled()), (u64::from(ends), 0, u64::from(!ends)), "{name}");
    }
}

/// A call of a function that may wait for another call of it.
#[timer("fast, folded", recursion = "fold")]
async fn folded(other: Option<Pin<Box<dyn Future<Output = ()>>>>) {
    match other {
        Some(other) => other.await,
        None => Pending(2).await,
    }
}

#[test]
fn a_call_that_folds_stays_one_row_also_if_it_goes_on_inside_another() {
    let mut first: Pin<Box<dyn Future<Output = ()>>> = Box::pin(folded(None));
    assert!(poll(first.as_mut()).is_pending());
    let mut second = Box::pin(folded(Some(first)));
    assert!(poll(second.as_mut()).is_pending());
    assert!(poll(second.as_mut()).is_ready());
    let snapshot = snapshot();
    let node = snapshot.find(&["fast, folded"]).expect("recorded");
    assert_eq!((node.count(), node.running(), node.cancelled()), (2, 0, 0));
    // One of the first call alone, and two of the second one, of which those of the first one inside are a part.
    assert_eq!((node.polls(), node.children().count()), (3, 0));
}

#[test]
fn attaching_again_and_again_takes_no_more_room() {
    let asked = |name: &'static str| {
        let _outer = scope!("fast, asked");
        let _one = (name == "one").then(|| scope!("fast, one"));
        Context::current()
    };
    // In turn, so that it's not the last one each time.
    let contexts = [asked("one"), asked("other")];
    // More often than there may be nodes.
    for context in contexts.iter().cycle().take(600_000) {
        let _attached = context.attach();
        drop(scope!("fast, answered"));
    }
    let snapshot = snapshot();
    assert_eq!(snapshot.lost().too_many_nodes, 0);
    let count = |path: &[&str]| snapshot.find(path).expect("below the asker").count();
    assert_eq!(count(&["fast, asked", "fast, answered"]), 300_000);
    assert_eq!(count(&["fast, asked", "fast, one", "fast, answered"]), 300_000);
}
