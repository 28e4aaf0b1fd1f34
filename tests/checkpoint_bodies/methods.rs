//! Functions whose parameters have something to drop, and methods: plain and annotated ones.

use crate::harness::{D, Log, block_on, outcome, suspend};
use std::pin::Pin;

/// Emits the items twice: `checkpoints!` before a function is an attribute in one of them.
macro_rules! twice {
    ($($(#[$attribute:ident])? $visibility:vis [$($signature:tt)*] $body:tt)*) => {
        #[allow(warnings, unsafe_code, reason = "bodies as odd as they get")]
        mod plain {
            use super::*;
            $($visibility $($signature)* $body)*
        }

        #[allow(warnings, unsafe_code, reason = "as above")]
        mod annotated {
            use super::*;
            $(#[instrument::checkpoints] $visibility $($signature)* $body)*
        }
    };
}

type Two<'a> = (D<'a>, D<'a>);

twice! {
    pub [fn parameters(a: D<'_>, b: D<'_>) -> u32] { let local = D("local", a.1); a.len() + b.len() }
    pub [fn moved(a: D<'_>, b: D<'_>) -> u32] { drop(a); let x = b.len(); x + 1 }
    pub [fn patterns((a, b): Two<'_>, _: D<'_>, D(name, log): &D<'_>) -> u32] { log.say(name); let local = D("local", log); b.len() }
    pub [async fn async_parameters(a: D<'_>, b: D<'_>) -> u32] {
        let local = D("local", a.1);
        suspend(1).await;
        D("tail", b.1).len() + a.len()
    }
    pub [async fn async_reversed(a: D<'_>, b: D<'_>, c: D<'_>) -> u32] {
        let x = c.len();
        suspend(2).await;
        x + b.len()
    }
    pub [async fn async_moved(a: D<'_>, mut b: D<'_>) -> u32] {
        suspend(1).await;
        drop(a);
        b.0 = "changed";
        suspend(1).await;
        b.len()
    }
    pub [async fn async_patterns((a, b): Two<'_>, D(name, log): &D<'_>, _unused: D<'_>) -> u32] {
        suspend(1).await;
        log.say(name);
        let local = D("local", log);
        b.len()
    }
    pub [async fn async_partly_moved(pair: (D<'_>, D<'_>), log: &Log) -> u32] {
        let first = pair.0;
        suspend(1).await;
        drop(first);
        log.say("between");
        pair.1.len()
    }
    pub [async fn async_cancelled(a: D<'_>, b: D<'_>) -> u32] {
        let local = D("local", a.1);
        suspend(u32::MAX - 1).await;
        b.len()
    }
    pub [unsafe extern "C" fn foreign(n: u32) -> u32] { let x = n + 1; x * 2 }
    pub [fn generic<T: Clone + std::fmt::Debug, const N: usize>(value: T) -> [T; N]] {
        let one = value.clone();
        [(); N].map(|()| one.clone())
    }
    pub [fn boxed_future(n: u32) -> Pin<Box<dyn Future<Output = u32>>>] {
        let n = n + 1;
        Box::pin(async move {
            suspend(1).await;
            n
        })
    }
    pub [fn opaque_future<'a>(d: D<'a>) -> impl Future<Output = u32> + use<'a>] {
        async move {
            let local = D("local", d.1);
            suspend(1).await;
            d.len()
        }
    }
}

pub const COUNT: usize = 14;

macro_rules! methods {
    ($module:ident $(#[$attribute:meta])*) => {
        mod $module {
            use super::*;

            pub struct Type<'a>(pub D<'a>);

            impl<'a> Type<'a> {
                $(#[$attribute])*
                pub fn consume(self, other: D<'a>) -> u32 {
                    let both = self.0.len() + other.len();
                    both + 1
                }

                $(#[$attribute])*
                pub async fn consume_async(self, other: D<'a>) -> u32 {
                    suspend(1).await;
                    let both = other.len() + self.0.len();
                    both + 1
                }

                $(#[$attribute])*
                pub async fn change(&mut self) -> &mut D<'a> {
                    self.0.0 = "changed";
                    suspend(1).await;
                    &mut self.0
                }
            }
        }
    };
}
methods!(receivers_plain);
methods!(receivers #[instrument::checkpoints]);

macro_rules! same {
    ($($(#[$attribute:meta])* $name:ident: $plain:ident, $annotated:ident => |$log:ident| $call:expr;)*) => {$(
        #[test]
        $(#[$attribute])*
        fn $name() {
            let expected = { use $plain::*; outcome(&|$log: &Log| format!("{:?}", $call)) };
            let found = { use $annotated::*; outcome(&|$log: &Log| format!("{:?}", $call)) };
            assert_eq!(found, expected);
            assert!(!expected.0.is_empty());
        }
    )*};
}

same! {
    parameters_drop_alike: plain, annotated => |log| parameters(D("a", log), D("b", log));
    moved_drop_alike: plain, annotated => |log| moved(D("a", log), D("b", log));
    patterns_drop_alike: plain, annotated => |log| patterns((D("a", log), D("b", log)), D("ignored", log), &D("named", log));
    async_parameters_drop_alike: plain, annotated => |log| block_on(async_parameters(D("a", log), D("b", log)));
    async_reversed_drop_alike: plain, annotated => |log| block_on(async_reversed(D("a", log), D("b", log), D("c", log)));
    async_moved_drop_alike: plain, annotated => |log| block_on(async_moved(D("a", log), D("b", log)));
    async_patterns_drop_alike: plain, annotated => |log| {
        block_on(async_patterns((D("a", log), D("b", log)), &D("named", log), D("unused", log)))
    };
    async_partly_moved_drop_alike: plain, annotated => |log| {
        block_on(async_partly_moved((D("a", log), D("b", log)), log))
    };
    async_cancelled_drop_alike: plain, annotated => |log| {
        let mut future = Box::pin(async_cancelled(D("a", log), D("b", log)));
        let polled = future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        polled.is_pending()
    };
    #[expect(unsafe_code, reason = "it's declared unsafe, and needs nothing")]
    foreign_alike: plain, annotated => |_log| {
        // SAFETY: it has no preconditions.
        unsafe { foreign(5) }
    };
    generic_alike: plain, annotated => |_log| (generic::<_, 2>("x"), generic::<u8, 0>(1));
    boxed_future_alike: plain, annotated => |_log| block_on(boxed_future(4));
    opaque_future_alike: plain, annotated => |log| block_on(opaque_future(D("captured", log)));
    consumed_alike: receivers_plain, receivers => |log| Type(D("self", log)).consume(D("other", log));
    consumed_async_alike: receivers_plain, receivers => |log| block_on(Type(D("self", log)).consume_async(D("other", log)));
    changed_alike: receivers_plain, receivers => |log| {
        let mut value = Type(D("self", log));
        block_on(value.change()).0.to_owned()
    };
}
