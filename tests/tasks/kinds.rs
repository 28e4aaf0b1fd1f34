//! Futures and streams of every kind that `#[timer]` takes.

use super::{Step, figures, ns, pass, run, script, step};
use futures::StreamExt as _;
use instrument::snapshot;
use std::future::Future;
use std::pin::Pin;

#[instrument::timer("hand-written")]
pub fn by_hand(busy: u64) -> impl Future<Output = u64> {
    async move {
        step(busy).await;
        busy
    }
}

#[instrument::timer("boxed")]
pub fn boxed(busy: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move {
        step(busy).await;
        busy
    })
}

async fn elsewhere(busy: u64) -> u64 {
    step(busy).await;
    busy
}

#[instrument::timer("made elsewhere")]
pub fn made_elsewhere<'a>(busy: &'a u64) -> impl Future<Output = u64> + 'a {
    elsewhere(*busy)
}

#[instrument::timer("made early")]
pub fn made_early(busy: u64) -> futures::future::BoxFuture<'static, u64> {
    if busy > 1 {
        return Box::pin(elsewhere(busy));
    }
    Box::pin(std::future::ready(busy))
}

#[instrument::timer("returned stream")]
pub fn stream(busy: u64) -> impl futures::Stream<Item = u64> {
    futures::stream::once(elsewhere(busy))
}

#[instrument::timer("boxed stream")]
pub fn boxed_stream(busy: u64) -> Pin<Box<dyn futures::Stream<Item = u64> + Send>> {
    Box::pin(futures::stream::once(elsewhere(busy)))
}

/// A future's own type can't be wrapped: it's the making that's timed.
#[instrument::timer("concrete")]
pub fn concrete(busy: u64) -> std::future::Ready<u64> {
    pass(busy);
    std::future::ready(busy)
}

pub trait Native {
    fn go(&self, busy: u64) -> impl Future<Output = u64> + Send;
}

#[async_trait::async_trait]
pub trait Dynamic {
    async fn above(&self, busy: u64) -> u64;
    async fn below(&self, busy: u64) -> u64;
    #[instrument::timer("trait default")]
    async fn default(&self, busy: u64) -> u64 {
        step(busy).await;
        busy
    }
}

pub struct Unit;

impl Native for Unit {
    #[instrument::timer("native")]
    async fn go(&self, busy: u64) -> u64 {
        step(busy).await;
        busy
    }
}

#[async_trait::async_trait]
impl Dynamic for Unit {
    #[instrument::timer("async_trait above")]
    async fn above(&self, busy: u64) -> u64 {
        step(busy).await;
        busy
    }

    async fn below(&self, busy: u64) -> u64 {
        below::run(busy).await
    }
}

mod below {
    use super::*;

    pub async fn run(busy: u64) -> u64 {
        Inner.go(busy).await
    }

    #[async_trait::async_trait]
    trait Go {
        async fn go(&self, busy: u64) -> u64;
    }

    struct Inner;

    // The attribute of the whole block runs before `async_trait`.
    #[instrument::timer]
    #[async_trait::async_trait]
    impl Go for Inner {
        #[instrument::timer("async_trait below")]
        async fn go(&self, busy: u64) -> u64 {
            step(busy).await;
            busy
        }
    }
}

pub async fn block(busy: u64) -> u64 {
    use instrument::FutureExt;
    async move {
        let step: Step = step(busy);
        step.await;
        pass(0);
        busy
    }
    .timed("block")
    .await
}

#[test]
fn futures_of_every_kind_are_timed() {
    let _turn = script();
    let sum = run(
        async {
            by_hand(7).await
                + boxed(7).await
                + Unit.go(7).await
                + Unit.above(7).await
                + Unit.below(7).await
                + Unit.default(7).await
                + block(7).await
                + made_elsewhere(&7).await
                + made_early(7).await
                + concrete(7).await
        },
        20,
    );
    assert_eq!(sum, 70);
    let collected: Vec<u64> = run(boxed_stream(7).chain(Box::pin(stream(7))).collect(), 20);
    assert_eq!(collected, [7, 7]);
    let snapshot = snapshot();
    for name in [
        "hand-written",
        "boxed",
        "native",
        "async_trait above",
        "async_trait below",
        "trait default",
        "block",
        "made elsewhere",
        "made early",
    ] {
        assert_eq!(figures(&snapshot, &[name]), (1, ns(7), ns(7), ns(27), 2, 0), "{name}");
    }
    for name in ["returned stream", "boxed stream"] {
        // Suspended, the item, the end.
        assert_eq!(figures(&snapshot, &[name]), (1, ns(7), ns(7), ns(27), 3, 0), "{name}");
    }
    let concrete = snapshot.find(&["concrete"]).expect("recorded");
    assert_eq!((concrete.count(), concrete.total(), concrete.is_async()), (1, ns(7), false));
}
