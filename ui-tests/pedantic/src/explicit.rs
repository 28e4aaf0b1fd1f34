//! The same kinds of code as by people who like everything explicit: `return`s, types, one attribute at a time.
#![forbid(unsafe_code)]
// With these, nothing ends in an expression.
#![allow(clippy::needless_return, reason = "other lints want them")]

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, ready};
use std::ops::{Deref, Index};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use instrument::{checkpoints, perf_timer, print_mem, probe, timer};

/// Returns at its end.
#[probe]
#[must_use]
pub fn probed(number: u8) -> u8 {
    let next: u8 = number.saturating_add(1);
    return next;
}

/// Returns at its end, on a line of its own.
#[checkpoints]
#[must_use]
pub fn marked(number: u8) -> u8 {
    let mut sum: u8 = 0;
    for step in 0..number {
        sum = sum.saturating_add(step);
    }
    return sum;
}

/// Keeps the caller's place.
#[probe]
#[track_caller]
#[must_use]
pub fn placed(number: u8) -> u8 {
    return number;
}

/// All of them.
#[timer]
#[perf_timer]
#[print_mem]
#[checkpoints]
#[probe]
#[must_use]
pub fn all(numbers: &[u8]) -> Option<u8> {
    let first: u8 = *numbers.first()?;
    let last: u8 = match numbers {
        [_, .., last] => *last,
        _ => return None,
    };
    return first.checked_add(last);
}

/// Waits, by one attribute at a time.
pub mod waiting {
    use super::{Future, Pin, checkpoints, perf_timer, print_mem, probe, ready, timer};

    /// Timed.
    #[timer]
    pub async fn timed(text: String, mut more: String, _: u8) -> usize {
        more.push_str(&text);
        ready(()).await;
        return more.len();
    }

    /// Measured.
    #[perf_timer]
    pub async fn measured(text: &str) -> usize {
        ready(()).await;
        return text.len();
    }

    /// Printed.
    #[print_mem]
    pub async fn printed(text: &str) -> usize {
        ready(()).await;
        return text.len();
    }

    /// Marked.
    #[checkpoints]
    pub async fn marked((left, right): (u8, u8)) -> u8 {
        ready(()).await;
        let sum: u8 = left.saturating_add(right);
        return sum;
    }

    /// Probed.
    ///
    /// # Errors
    /// If it isn't a number.
    #[probe]
    pub async fn probed(text: &str) -> Result<u8, std::num::ParseIntError> {
        ready(()).await;
        let number: u8 = text.parse::<u8>()?;
        return Ok(number);
    }

    /// Says what it returns.
    #[timer]
    #[perf_timer]
    #[print_mem]
    #[checkpoints]
    #[probe]
    pub fn boxed(number: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
        return Box::pin(async move {
            ready(()).await;
            return number;
        });
    }

    /// Returns what's made elsewhere.
    #[timer]
    pub fn elsewhere(number: u8) -> impl Future<Output = u8> + Send {
        return ready(number);
    }

    /// And boxed.
    #[timer]
    #[probe]
    #[must_use]
    pub fn boxed_elsewhere(number: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
        if number > 1 {
            return Box::pin(ready(1));
        }
        return Box::pin(ready(number));
    }
}

/// Generic over types, lifetimes and constants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<'text, Value, const ROWS: usize> {
    rows: [Option<(&'text str, Value)>; ROWS],
}

#[timer]
impl<'text, Value: Copy, const ROWS: usize> Table<'text, Value, ROWS> {
    /// Empty.
    #[must_use]
    pub fn new() -> Self {
        return Table { rows: [None; ROWS] };
    }

    /// Takes a closure.
    #[probe]
    pub fn fill<Make>(&mut self, name: &'text str, mut make: Make)
    where
        Make: FnMut(usize) -> Value,
    {
        for (at, row) in self.rows.iter_mut().enumerate() {
            *row = Some((name, make(at)));
        }
    }

    /// Takes and returns `impl Trait`.
    #[checkpoints]
    pub fn values(&self, keep: impl Fn(&Value) -> bool) -> impl Iterator<Item = Value> {
        let kept: Vec<Value> = self.rows.iter().flatten().map(|row| return row.1).filter(|value| keep(value)).collect();
        return kept.into_iter();
    }

    /// Borrowed by a pointer that's counted.
    #[probe]
    #[must_use]
    pub fn shared(self: Rc<Self>, other: &Arc<Self>) -> usize {
        return Rc::strong_count(&self).saturating_add(Arc::strong_count(other));
    }
}

impl<Value: Copy, const ROWS: usize> Default for Table<'_, Value, ROWS> {
    #[timer]
    #[probe]
    fn default() -> Self {
        return Self::new();
    }
}

impl<'text, Value, const ROWS: usize> Index<usize> for Table<'text, Value, ROWS> {
    type Output = Option<(&'text str, Value)>;

    #[perf_timer]
    #[checkpoints]
    fn index(&self, row: usize) -> &Self::Output {
        return &self.rows[row];
    }
}

impl<Value: fmt::Display, const ROWS: usize> fmt::Display for Table<'_, Value, ROWS> {
    #[print_mem]
    #[probe]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.rows.iter().flatten() {
            writeln!(formatter, "{name}: {value}")?;
        }
        return Ok(());
    }
}

/// Behind another.
#[derive(Debug)]
pub struct Behind<Inner>(Box<Inner>);

#[timer]
impl<Inner> Deref for Behind<Inner> {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        return &self.0;
    }
}

impl<Inner> From<Inner> for Behind<Inner> {
    #[timer]
    #[perf_timer]
    #[print_mem]
    #[checkpoints]
    #[probe]
    fn from(inner: Inner) -> Self {
        return Behind(Box::new(inner));
    }
}

impl<Inner: Iterator> Iterator for Behind<Inner> {
    type Item = Inner::Item;

    #[probe]
    fn next(&mut self) -> Option<Self::Item> {
        return self.0.next();
    }

    #[checkpoints]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let (least, most): (usize, Option<usize>) = self.0.size_hint();
        return (least, most);
    }
}

/// Functions by a `macro_rules`.
macro_rules! counters {
    ($(#[$attribute:meta] $name:ident: $Number:ty = $first:literal;)*) => {$(
        /// Counts the words.
        #[$attribute]
        #[must_use]
        pub fn $name(text: &str) -> BTreeMap<&str, $Number> {
            let mut counts: BTreeMap<&str, $Number> = BTreeMap::new();
            'words: for word in text.split(' ') {
                if word.is_empty() {
                    continue 'words;
                }
                let count: &mut $Number = counts.entry(word).or_insert($first);
                *count = count.saturating_add(1);
            }
            return counts;
        }
    )*};
}
counters! {
    #[timer] timed: u8 = 0;
    #[perf_timer] measured: u16 = 0;
    #[print_mem] printed: u32 = 0;
    #[checkpoints] counted: u64 = 0;
    #[probe] watched: u128 = 0;
}

/// Takes patterns apart, and leaves early.
#[timer]
#[perf_timer]
#[print_mem]
#[checkpoints]
#[probe]
#[must_use]
pub fn apart(&(left, ref right): &(u8, String), [first, .., last]: [u8; 4]) -> Option<usize> {
    let Some(digit) = right.chars().next() else {
        return Some(0);
    };
    let spread: u8 = if digit == '0' { last } else { first };
    return Some(usize::from(left.max(spread)));
}

/// What a closure returns is the closure's.
#[checkpoints]
#[probe]
pub fn closures(numbers: &[u8]) -> impl Fn(u8) -> u8 + use<> {
    let sum: u8 = numbers.iter().fold(0, |sum: u8, number: &u8| {
        return sum.wrapping_add(*number);
    });
    return move |number: u8| {
        return number.wrapping_mul(sum);
    };
}
