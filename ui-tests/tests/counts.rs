//! Each annotated function has one row, and the row counts its calls.
//!
//! Every test has functions of its own, since all tests of this file share the process's tree.

use std::future::{Future, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use instrument::timer;

/// The calls counted at exactly that path.
fn count(path: &[&str]) -> Option<u64> {
    instrument::snapshot().find(path).map(|node| node.count())
}

/// Runs a future that's never pending for long.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

/// Pending the first time.
async fn suspend() {
    let mut suspended = false;
    std::future::poll_fn(|_| if std::mem::replace(&mut suspended, true) { Poll::Ready(()) } else { Poll::Pending })
        .await;
}

#[test]
fn generics_share_a_row() {
    #[timer]
    fn generic<T: Default>() -> T {
        T::default()
    }
    let _: (u8, String) = (generic(), generic());
    assert_eq!(count(&["generics_share_a_row::generic"]), Some(2));
}

#[test]
fn methods_of_the_same_name_have_rows_of_their_own() {
    struct Cat;
    struct Dog;
    #[timer]
    impl Cat {
        fn new() -> Self {
            Cat
        }
    }
    #[timer]
    impl Dog {
        fn new() -> Self {
            Dog
        }
    }
    let _ = (Cat::new(), Dog::new(), Dog::new());
    let rows = rows_that_end_with("::new");
    assert_eq!(rows, [("Cat::new".to_owned(), 1), ("Dog::new".to_owned(), 2)]);
}

/// Labels and counts of the roots, in the order of their labels.
fn rows_that_end_with(end: &str) -> Vec<(String, u64)> {
    let snapshot = instrument::snapshot();
    let rows = snapshot.roots().filter(|node| node.name().ends_with(end));
    let last_two =
        |name: &str| name.rsplit("::").take(2).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("::");
    let mut rows: Vec<_> = rows.map(|node| (last_two(node.name()), node.count())).collect();
    rows.sort();
    rows
}

mod in_traits {
    use instrument::timer;

    #[timer]
    pub trait Greet {
        fn greet(&self) {
            self.name();
        }
        fn name(&self);
    }

    pub struct Polite;
    pub struct Rude;

    #[timer]
    impl Greet for Polite {
        fn name(&self) {}
    }

    #[timer]
    impl Greet for Rude {
        fn greet(&self) {}
        #[timer(skip)]
        fn name(&self) {}
    }
}

#[test]
fn a_trait_default_is_one_row_and_an_override_another() {
    use in_traits::{Greet, Polite, Rude};
    Polite.greet();
    Polite.greet();
    Rude.greet();
    Rude.name();
    assert_eq!(count(&["Greet::greet"]), Some(2));
    assert_eq!(count(&["Greet::greet", "Polite::name"]), Some(2));
    assert_eq!(count(&["Rude::greet"]), Some(1));
    assert_eq!(count(&["Rude::name"]), None);
}

#[timer(sample = 3)]
mod whole_module {
    pub fn plain() {
        inner::deep();
    }

    #[timer("its own name")]
    pub fn named() {}

    #[timer(skip)]
    pub fn skipped() {}

    pub const fn constant() {}

    pub struct Thing;

    impl Thing {
        pub fn method(&self) {}
    }

    #[timer(skip)]
    impl Thing {
        pub fn skipped_method(&self) {}
    }

    impl Drop for Thing {
        fn drop(&mut self) {}
    }

    pub mod inner {
        pub fn deep() {}
    }

    use super::timer;
}

#[test]
fn a_module_times_everything_in_it_once() {
    use whole_module::{Thing, constant, named, plain, skipped};
    for _ in 0..7 {
        plain();
        named();
        skipped();
        constant();
        let thing = Thing;
        thing.method();
        thing.skipped_method();
    }
    assert_eq!(count(&["plain"]), Some(7));
    assert_eq!(count(&["plain", "deep"]), Some(7));
    assert_eq!(count(&["its own name"]), Some(7), "timed once, under its own name");
    assert_eq!(count(&["named"]), None);
    assert_eq!(count(&["Thing::method"]), Some(7));
    assert_eq!(count(&["Thing::drop"]), Some(7));
    for untimed in ["skipped", "constant", "Thing::skipped_method"] {
        assert_eq!(count(&[untimed]), None, "{untimed}");
    }
}

#[timer]
fn nested(depth: u32) {
    if depth > 1 {
        nested(depth - 1);
    }
}

#[timer(recursion = "fold")]
fn folded(depth: u32) {
    if depth > 1 {
        folded(depth - 1);
    }
}

#[test]
fn recursion_nests_unless_it_is_folded() {
    nested(3);
    assert_eq!(count(&["nested"]), Some(1));
    assert_eq!(count(&["nested", "nested", "nested"]), Some(1));

    folded(3);
    folded(2);
    assert_eq!(count(&["folded"]), Some(5));
    assert_eq!(count(&["folded", "folded"]), None);
}

#[timer]
async fn asynchronous(text: &str) -> Result<u8, std::num::ParseIntError> {
    suspend().await;
    let number: u8 = text.parse()?;
    Ok(number)
}

#[test]
fn an_async_function_counts_calls_and_not_polls() {
    assert_eq!(block_on(asynchronous("1")), Ok(1));
    assert!(block_on(asynchronous("x")).is_err());
    assert_eq!(count(&["asynchronous"]), Some(2));
}

#[timer]
fn boxed<'a>(text: &'a str) -> Pin<Box<dyn Future<Output = usize> + 'a>> {
    Box::pin(async move {
        suspend().await;
        text.len()
    })
}

#[timer]
fn opaque(n: u8) -> impl Future<Output = u8> {
    let n = n + 1;
    async move {
        suspend().await;
        n
    }
}

#[timer]
fn ready_made() -> std::future::Ready<u8> {
    ready(1)
}

#[test]
fn a_future_that_is_returned_is_timed_when_it_runs() {
    drop(boxed("not run"));
    assert_eq!(count(&["boxed"]), None, "making a future is no call");
    assert_eq!(block_on(boxed("four")), 4);
    assert_eq!(count(&["boxed"]), Some(1));

    assert_eq!(block_on(opaque(1)), 2);
    assert_eq!(count(&["opaque"]), Some(1));

    // Its future isn't ours to wrap, so what's timed is the making.
    drop(ready_made());
    assert_eq!(count(&["ready_made"]), Some(1));
}

mod with_async_trait {
    use std::num::ParseIntError;

    use instrument::timer;

    #[async_trait::async_trait]
    pub trait Load {
        async fn load(&self, text: &str) -> Result<u8, ParseIntError>;
    }

    pub struct Before;
    pub struct After;

    #[timer]
    #[async_trait::async_trait]
    impl Load for Before {
        async fn load(&self, text: &str) -> Result<u8, ParseIntError> {
            super::suspend().await;
            let number: u8 = text.parse()?;
            Ok(number)
        }
    }

    #[async_trait::async_trait]
    #[timer]
    impl Load for After {
        async fn load(&self, text: &str) -> Result<u8, ParseIntError> {
            super::suspend().await;
            let number: u8 = text.parse()?;
            Ok(number)
        }
    }
}

#[test]
fn async_trait_can_come_before_or_after() {
    use with_async_trait::{After, Before, Load};
    drop(Before.load("not run"));
    drop(After.load("not run"));
    assert_eq!((count(&["Before::load"]), count(&["After::load"])), (None, None));
    assert_eq!(block_on(Before.load("1")), Ok(1));
    assert_eq!(block_on(After.load("2")), Ok(2));
    assert_eq!((count(&["Before::load"]), count(&["After::load"])), (Some(1), Some(1)));
}

#[timer]
fn leaves_early(how: u8) -> Option<u8> {
    let some = (how != 1).then_some(how)?;
    assert_ne!(some, 2, "on purpose");
    if some == 3 {
        return None;
    }
    Some(some)
}

#[test]
fn every_way_out_is_counted() {
    assert_eq!(leaves_early(0), Some(0));
    assert_eq!(leaves_early(1), None);
    assert!(catch_unwind(AssertUnwindSafe(|| leaves_early(2))).is_err());
    assert_eq!(leaves_early(3), None);
    assert_eq!(count(&["leaves_early"]), Some(4));
}

mod twice {
    use instrument::{perf_timer, print_mem, timer};

    #[perf_timer]
    #[timer]
    #[print_mem]
    #[must_use]
    pub fn all_three(n: u8) -> u8 {
        n + 1
    }

    /// The name is a macro's parameter, and so are the attributes.
    macro_rules! functions {
        ($($(#[$attribute:meta])* $name:ident => $body:block)*) => {
            $($(#[$attribute])* pub fn $name() -> u8 $body)*
        };
    }
    functions! {
        #[timer] by_macro_one => { 1 }
        #[timer] by_macro_two => { 2 }
    }

    macro_rules! passes_on {
        ($($item:item)*) => {
            #[timer]
            pub mod passed_on {
                use instrument::timer;
                $($item)*
            }
        };
    }
    passes_on! {
        pub fn passed_on_item() {}
        #[timer(skip)]
        pub fn passed_on_and_skipped() {}
    }
}

#[test]
fn attributes_work_together_and_out_of_macros() {
    assert_eq!(twice::all_three(1), 2);
    assert_eq!(count(&["all_three"]), Some(1));
    assert_eq!(twice::by_macro_one() + twice::by_macro_two(), 3);
    assert_eq!((count(&["by_macro_one"]), count(&["by_macro_two"])), (Some(1), Some(1)));
    twice::passed_on::passed_on_item();
    twice::passed_on::passed_on_and_skipped();
    assert_eq!(count(&["passed_on_item"]), Some(1));
    assert_eq!(count(&["passed_on_and_skipped"]), None);
}
