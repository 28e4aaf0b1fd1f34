//! Async functions, and functions that return futures.
#![forbid(unsafe_code)]

use std::convert::Infallible;
use std::future::{Future, ready};
use std::num::ParseIntError;
use std::pin::Pin;

use instrument::{checkpoints, perf_timer, print_mem, probe, timer};

/// Nothing in it.
#[probe]
#[checkpoints]
#[timer]
pub async fn empty() {}

/// All of them at once, on something that can't be told without its return type.
///
/// # Errors
/// If it isn't a number.
#[probe]
#[checkpoints]
#[timer]
#[perf_timer]
#[print_mem]
pub async fn question_mark(text: &str) -> Result<Box<dyn Fn() -> u8 + Send>, Box<dyn std::error::Error + Send + Sync>> {
    const ONE: u8 = 1;
    let number = ready(text).await.parse::<u8>()?;
    if number > ONE {
        return Err("too much".into());
    }
    Ok(Box::new(move || number))
}

/// What it returns can be awaited, and isn't.
#[probe]
#[checkpoints]
#[timer]
pub async fn yields_a_future(number: u8) -> std::future::Ready<u8> {
    ready(number)
}

/// As above, with nothing but a timer.
#[timer]
pub async fn yields_another(number: u8) -> std::future::Ready<u8> {
    ready(number)
}

/// An opaque type within another.
///
/// # Errors
/// If it isn't a number.
#[probe]
#[checkpoints]
#[timer]
pub async fn opaque(text: &str) -> Result<impl Iterator<Item = u8>, ParseIntError> {
    let number: u8 = ready(text).await.parse()?;
    Ok(std::iter::once(number))
}

/// What's borrowed, by reference and by type.
#[probe]
#[checkpoints]
#[timer]
pub async fn lifetimes<'a>(one: &'a str, _: &str) -> std::borrow::Cow<'a, str> {
    ready(one).await.into()
}

/// Never returns.
#[probe]
#[checkpoints]
#[timer]
#[perf_timer]
pub async fn never(next: impl Fn()) -> ! {
    loop {
        next();
        ready(()).await;
    }
}

/// Returns nothing, and not even that.
#[probe]
#[checkpoints]
#[timer]
pub async fn diverges(next: impl Fn()) {
    loop {
        next();
        ready(()).await;
    }
}

/// Can't return.
///
/// # Errors
/// Never.
#[probe]
#[checkpoints]
#[timer]
pub async fn infallible() -> Result<Infallible, Infallible> {
    std::future::pending().await
}

/// A parameter that's moved, one that's changed, and one that isn't used.
#[probe]
#[checkpoints]
#[timer]
pub async fn parameters(moved: String, mut changed: Vec<u8>, _: u8) -> (String, Vec<u8>) {
    changed.push(1);
    ready(()).await;
    (moved, changed)
}

/// A cell isn't `Sync`, but the future can move between threads all the same.
#[probe]
#[checkpoints]
#[timer]
pub async fn send(cell: std::cell::Cell<u8>) -> u8 {
    cell.set(1);
    ready(()).await;
    cell.get()
}

/// Fails to compile if one of these futures isn't `Send`.
pub fn are_send() {
    fn check(_: impl Send) {}
    check(empty());
    check(question_mark("1"));
    check(opaque("1"));
    check(parameters(String::new(), Vec::new(), 1));
    check(send(std::cell::Cell::new(1)));
    check(boxed(&1));
    check(without_move(String::new()));
}

/// A boxed future.
#[must_use]
#[probe]
#[checkpoints]
#[timer]
#[perf_timer]
#[print_mem]
pub fn boxed(n: &u8) -> Pin<Box<dyn Future<Output = Result<u8, ParseIntError>> + Send + '_>> {
    let text = n.to_string();
    Box::pin(async move {
        let m: u8 = ready(text).await.parse()?;
        Ok(m + *n)
    })
}

/// A block that takes what it needs, without `move`.
#[probe]
#[checkpoints]
#[timer]
pub fn without_move(text: String) -> impl Future<Output = usize> + Send {
    let text = text + "!";
    async {
        let text = text;
        ready(()).await;
        text.len()
    }
}

/// One that's made by somebody else: only the making is timed.
#[probe]
#[checkpoints]
#[timer]
pub fn made_elsewhere() -> std::future::Ready<u8> {
    ready(1)
}

/// Something whose methods are async.
#[async_trait::async_trait]
pub trait Load {
    /// Without a body.
    async fn load(&self, text: &str) -> Result<u8, ParseIntError>;

    /// With one.
    #[probe]
    #[checkpoints]
    #[timer]
    async fn load_twice(&self) -> Result<u8, ParseIntError> {
        Ok(self.load("1").await? + self.load("2").await?)
    }
}

/// Timed before `async_trait` sees it.
#[derive(Debug)]
pub struct Before;

#[timer]
#[async_trait::async_trait]
impl Load for Before {
    async fn load(&self, text: &str) -> Result<u8, ParseIntError> {
        let number: u8 = ready(text).await.parse()?;
        Ok(number)
    }
}

/// Timed after `async_trait` has seen it.
#[derive(Debug)]
pub struct After;

#[async_trait::async_trait]
#[timer]
impl Load for After {
    async fn load(&self, text: &str) -> Result<u8, ParseIntError> {
        let number: u8 = ready(text).await.parse()?;
        Ok(number)
    }
}

/// A future's own `poll`.
#[derive(Debug)]
pub struct Once;

#[timer]
impl Future for Once {
    type Output = u8;

    fn poll(self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<u8> {
        std::task::Poll::Ready(1)
    }
}
