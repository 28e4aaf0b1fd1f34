//! Free functions.
#![forbid(unsafe_code)]

use instrument::{checkpoints, perf_timer, print_mem, probe, timer};

/// Nothing in it.
#[probe]
#[checkpoints]
#[timer]
pub fn empty() {}

/// All of them at once.
#[probe]
#[checkpoints]
#[timer("all", sample = 64, recursion = "fold")]
#[perf_timer("all", observer = "histogram", quantiles = [0, 0.5, 1], clock = "thread", log = ignore)]
#[print_mem("all")]
#[must_use]
pub fn all(n: u32) -> u32 {
    if n == 0 { 0 } else { all(n - 1) }
}

/// Public, since nothing names it while timers are off.
pub fn ignore(_: &str) {}

/// Returns nothing, and not even that.
#[probe]
#[checkpoints]
#[timer]
pub fn diverges(next: impl Fn()) {
    loop {
        next();
    }
}

/// A body that begins with items, which have to come before statements.
#[probe]
#[checkpoints]
#[timer]
#[must_use]
pub fn items_first() -> u8 {
    const ONE: u8 = 1;
    fn two() -> u8 {
        ONE + ONE
    }
    let two = two();
    two + ONE
}

/// Early returns, and one at the end of a loop.
#[probe]
#[checkpoints]
#[timer]
#[must_use]
pub fn early(n: u8) -> u8 {
    if n > 3 {
        return 3;
    }
    let mut sum = 0;
    loop {
        sum += n;
        if sum > 10 {
            return sum;
        }
    }
}

/// `?` and conversions of errors.
///
/// # Errors
/// If it isn't a number.
#[probe]
#[checkpoints]
#[timer]
pub fn question_mark(text: &str) -> Result<Box<dyn Fn() -> u8>, Box<dyn std::error::Error>> {
    let number = text.parse::<u8>()?;
    Ok(Box::new(move || number))
}

/// What's borrowed lives as long as it would.
#[probe]
#[checkpoints]
#[timer]
#[must_use]
pub fn lifetimes<'a>(one: &'a str, _: &str) -> &'a str {
    one.trim()
}

/// An opaque type that borrows.
#[probe]
#[checkpoints]
#[timer]
#[perf_timer]
pub fn opaque<'a>(words: &'a [&'a str]) -> impl Iterator<Item = usize> + 'a {
    words.iter().map(|word| word.len())
}

/// Constants as parameters, in braces too.
#[probe]
#[checkpoints]
#[timer]
#[must_use]
pub fn const_generics<const N: usize, T: Copy + Into<u64>>(values: [T; N]) -> Wrapped<{ 1 + 1 }>
where
    Wrapped<{ 1 + 1 }>: Default,
{
    let _: u64 = values.iter().map(|&value| value.into()).sum();
    Wrapped
}

/// Holds a number in its type.
#[derive(Default)]
pub struct Wrapped<const N: usize>;

/// Patterns as parameters.
#[probe]
#[checkpoints]
#[timer]
#[must_use]
pub fn patterns((a, b): (u8, u8), [c, ..]: [u8; 3], mut sum: u8) -> u8 {
    sum += a;
    sum + b + c
}

/// Functions as parameters, whose arrows are no angle brackets.
#[probe]
#[checkpoints]
#[timer]
pub fn arrows<F: Fn(u8) -> u8, G>(f: F, g: G) -> impl Fn(u8) -> u8
where
    G: Fn(u8) -> u8,
{
    move |x| g(f(x))
}

/// Never returns.
#[probe]
#[checkpoints]
#[timer]
#[perf_timer]
#[print_mem]
pub fn never(mut next: impl FnMut()) -> ! {
    loop {
        next();
    }
}

/// Ends in a panic, and would never have returned what it says.
///
/// # Panics
/// Always.
#[track_caller]
#[probe]
#[timer]
#[perf_timer]
#[print_mem]
#[must_use]
#[allow(clippy::panic, reason = "it's the test")]
pub fn panics() -> u8 {
    panic!("on purpose")
}

/// Returns nothing, and doesn't come to that.
#[track_caller]
#[checkpoints]
#[probe]
#[timer]
pub fn spins() {
    loop {
        std::hint::spin_loop();
    }
}

/// A parameter whose name says that nothing uses it.
#[probe]
#[checkpoints]
#[timer]
#[must_use]
pub fn unused_by_name(_guard: Vec<u8>, used: u8) -> u8 {
    used
}

/// Only asks whether a type can be sent.
#[probe]
#[checkpoints]
#[timer]
pub fn is_send<T: AsRef<[Item]>, Item>() {}

/// Temporaries of the last expression are dropped when they would be.
#[probe]
#[checkpoints]
#[timer]
#[must_use]
pub fn temporaries(cell: &std::sync::Mutex<Vec<u8>>) -> usize {
    cell.lock().map_or(0, |values| values.len())
}

/// C's way of calling.
#[probe]
#[checkpoints]
#[timer]
pub extern "C" fn foreign(n: u8) -> u8 {
    n
}

/// Names of ours, used by somebody else.
#[probe]
#[checkpoints]
#[timer]
#[must_use]
pub fn same_names() -> u8 {
    let __instrument_guard = 1;
    let here = 2;
    __instrument_guard_of(__instrument_guard) + here
}

fn __instrument_guard_of(n: u8) -> u8 {
    n
}

/// A function in a function, both timed.
#[probe]
#[checkpoints]
#[timer]
#[must_use]
pub fn outer() -> u8 {
    #[probe]
    #[checkpoints]
    #[timer]
    fn inner() -> u8 {
        1
    }
    inner()
}

macro_rules! passed_on {
    ($(#[$attribute:meta])* $visibility:vis fn $name:ident($argument:ident: $Argument:ty) -> $Output:ty $body:block) => {
        $(#[$attribute])*
        #[probe]
        #[checkpoints]
        #[timer]
        $visibility fn $name($argument: $Argument) -> $Output $body
    };
}
passed_on! {
    /// Comes out of a `macro_rules`.
    #[inline]
    #[must_use]
    pub fn from_a_macro(n: u8) -> Option<u8> {
        n.checked_add(1)
    }
}

/// Bodies on one line, whose braces nobody should find superfluous.
#[rustfmt::skip]
pub mod one_line {
    use instrument::{checkpoints, perf_timer, print_mem, probe, timer};

    /// One value.
    #[probe]
    #[checkpoints]
    #[timer]
    #[perf_timer]
    #[print_mem]
    #[must_use]
    pub fn literal() -> u8 { 1 }

    /// One block.
    #[probe]
    #[checkpoints]
    #[timer]
    #[must_use]
    pub fn block(n: u8) -> u8 { if n > 1 { 1 } else { n } }

    /// One value, later.
    #[probe]
    #[checkpoints]
    #[timer]
    #[perf_timer]
    #[print_mem]
    pub async fn asynchronous() -> u8 { std::future::ready(1).await }
}

/// What nothing calls is told to be unused, whatever is in it.
mod unused {
    use instrument::{checkpoints, perf_timer, print_mem, probe, timer};

    struct Unused;

    #[timer]
    impl Unused {
        #[expect(dead_code, reason = "that's the test")]
        fn in_a_block() {}
    }

    #[timer]
    #[expect(dead_code, reason = "that's the test")]
    fn timed() {}

    #[perf_timer]
    #[expect(dead_code, reason = "that's the test")]
    fn measured() {}

    #[print_mem]
    #[expect(dead_code, reason = "that's the test")]
    fn printed() {}

    #[checkpoints]
    #[expect(dead_code, reason = "that's the test")]
    fn marked() {}

    #[probe]
    #[expect(dead_code, reason = "that's the test")]
    fn probed() {}

    #[probe]
    #[expect(dead_code, reason = "that's the test")]
    async fn awaited() {}
}
