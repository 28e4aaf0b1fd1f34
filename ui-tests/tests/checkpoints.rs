//! Lines are those of the body that runs, wherever it is: in an async function, in a future that's returned by hand, or
//! in what `async_trait` makes of a method.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use instrument::checkpoints;

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

fn sleep() {
    // Longer than a busy machine keeps another line waiting.
    std::thread::sleep(std::time::Duration::from_millis(30));
}

/// The report's row of that function; its worst line is the one that sleeps.
fn row(function: &str) -> String {
    let report = instrument::report().width(200).to_string();
    let row = report.lines().find(|line| line.starts_with(&format!("{function} ")));
    row.unwrap_or_else(|| panic!("no {function} in\n{report}")).to_owned()
}

#[checkpoints]
fn by_hand(n: u8) -> Pin<Box<dyn Future<Output = u8>>> {
    let n = n + 1;
    Box::pin(async move {
        let m = n + 1;
        sleep();
        m
    })
}

#[checkpoints]
fn opaque(n: u8) -> impl Future<Output = u8> {
    let n = n + 1;
    async move {
        sleep();
        n
    }
}

mod with_async_trait {
    use instrument::checkpoints;

    #[async_trait::async_trait]
    pub trait Load {
        async fn load(&self, text: &str) -> Result<u8, std::num::ParseIntError>;
    }

    pub struct Loader;

    #[async_trait::async_trait]
    impl Load for Loader {
        #[checkpoints]
        async fn load(&self, text: &str) -> Result<u8, std::num::ParseIntError> {
            super::sleep();
            let number = text.parse()?;
            Ok(number)
        }
    }
}

#[test]
fn a_future_made_by_hand_is_marked_where_it_runs() {
    drop(by_hand(1));
    assert_eq!((block_on(by_hand(1)), block_on(opaque(2))), (3, 3));
    for function in ["by_hand", "opaque"] {
        let row = row(function);
        assert!(row.contains(": sleep();") && row.split_whitespace().nth(1) == Some("1"), "{row}");
    }
}

#[test]
fn methods_of_async_trait_are_marked() {
    use with_async_trait::{Load, Loader};
    assert_eq!(block_on(Loader.load("7")), Ok(7));
    assert!(block_on(Loader.load("x")).is_err());
    let row = row("Loader::load");
    assert!(row.contains("super::sleep();") && row.split_whitespace().nth(1) == Some("2"), "{row}");
}

/// A future that's `Send` stays so.
#[test]
fn annotated_futures_can_be_sent() {
    #[checkpoints]
    async fn sendable(n: u8) -> u8 {
        let text = String::from("held across the await");
        std::future::ready(()).await;
        n + u8::try_from(text.len()).unwrap_or(0)
    }
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    assert_eq!(block_on(is_send(sendable(1))), 22);
}

mod from_a_macro {
    macro_rules! functions {
        ($($(#[$attribute:meta])* fn $name:ident($argument:ident) $body:block)*) => {
            $($(#[$attribute])* pub fn $name($argument: u8) -> u8 $body)*
        };
    }
    functions! {
        #[instrument::checkpoints]
        fn by_macro(n) {
            let m = n + 1;
            super::sleep();
            m
        }
    }
}

#[test]
fn bodies_that_a_macro_passes_on_are_marked() {
    assert_eq!(from_a_macro::by_macro(1), 2);
    assert!(row("by_macro").contains("super::sleep();"));
}
