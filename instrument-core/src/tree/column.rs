//! What one component measured in one node: its laps, and one observation a call or push.

use super::epochs::Epochs;
use super::gauge::{F64, Values};
use super::mine::{Mine, Owned};
use super::store;
use crate::base::sync::Sequence;
use Ordering::{Acquire, Relaxed, Release};
use instrument_model::Spread;
use instrument_model::data::Amount;
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// Laps added up.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Laps {
    pub(crate) amount: Amount,
    pub(crate) count: u64,
}

impl Laps {
    /// Adds a lap.
    pub(crate) fn add(&mut self, amount: Amount) {
        self.amount.add(&amount);
        self.count += 1;
    }

    /// Adds others.
    pub(crate) fn merge(&mut self, other: &Laps) {
        self.amount.add(&other.amount);
        self.count += other.count;
    }

    /// The amount without what was measured within.
    pub(crate) fn without(&self, within: &Amount, is_signed: bool) -> Amount {
        let mut own = self.amount;
        own.subtract(within);
        if !is_signed {
            own.sum = own.sum.max(0.0);
        }
        own
    }
}

#[derive(Default)]
struct Sum {
    sum: F64,
    per: F64,
}

impl Sum {
    fn add(&self, amount: &Amount) {
        self.sum.add(amount.sum);
        self.per.add(amount.per);
    }

    fn get(&self) -> Amount {
        Amount { sum: self.sum.get(), per: self.per.get() }
    }
}

/// The column of one component in one node of one thread's tree.
pub(crate) struct Column {
    pub(crate) component: u32,
    next: AtomicPtr<Column>,
    sequence: Sequence,
    laps: AtomicU64,
    /// Of all laps but those of inner levels of recursion, which are part of the outermost's.
    total: Sum,
    /// Observations of inner levels of recursion.
    inner: AtomicU64,
    /// What was observed, without what was observed within.
    own: Sum,
    /// What was observed within, but not below.
    aside: Sum,
    inclusive: Values,
    exclusive: Values,
    /// That part of `total` which stands for calls that weren't measured, too.
    sampled: Sum,
    /// How many pushes are open.
    open: Owned<Cell<u32>>,
}

/// One state of a [`Column`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ColumnReading {
    pub(crate) laps: u64,
    pub(crate) total: Amount,
    pub(crate) inner: u64,
    pub(crate) own: Amount,
    pub(crate) aside: Amount,
    pub(crate) inclusive: Spread,
    pub(crate) exclusive: Spread,
    /// That part of `total` which stands for calls that weren't measured, too.
    pub(crate) sampled: Amount,
}

/// Laps that end, and what of them is what.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ended {
    pub(crate) laps: Laps,
    /// Without what was observed within.
    pub(crate) own: Amount,
    /// What was observed within, but not below.
    pub(crate) aside: Amount,
    /// Whether it's within another one of the same column.
    pub(crate) is_inner: bool,
    /// Whether they stand for calls that aren't measured, too.
    pub(crate) is_sample: bool,
}

impl Column {
    fn new(component: u32) -> Column {
        Column {
            component,
            next: AtomicPtr::new(ptr::null_mut()),
            sequence: Sequence::default(),
            laps: AtomicU64::new(0),
            total: Sum::default(),
            inner: AtomicU64::new(0),
            own: Sum::default(),
            aside: Sum::default(),
            inclusive: Values::default(),
            exclusive: Values::default(),
            sampled: Sum::default(),
            open: Owned::default(),
        }
    }

    /// How many laps there were so far, whoever writes meanwhile.
    pub(crate) fn laps(&self) -> u64 {
        self.laps.load(Relaxed)
    }

    pub(crate) fn read(&self, ended: u32, era: u32) -> ColumnReading {
        self.sequence.read(|| ColumnReading {
            laps: self.laps.load(Relaxed),
            total: self.total.get(),
            inner: self.inner.load(Relaxed),
            own: self.own.get(),
            aside: self.aside.get(),
            inclusive: self.inclusive.load(ended, era),
            exclusive: self.exclusive.load(ended, era),
            sampled: self.sampled.get(),
        })
    }
}

impl Mine<'_, Column> {
    /// Lets readers in again, if the thread that owned it doesn't exist any more.
    pub(crate) fn settle(self) {
        self.sequence.settle();
    }

    /// Notes a push.
    pub(crate) fn opened(self) {
        let open = self.owned(|column| &column.open);
        open.set(open.get() + 1);
    }

    /// Notes that a push ended, and returns whether it was the only one.
    pub(crate) fn closed(self) -> bool {
        let open = self.owned(|column| &column.open);
        let left = open.get().saturating_sub(1);
        open.set(left);
        left == 0
    }

    /// Adds laps, and the observation that they are or complete: inclusive and exclusive.
    pub(crate) fn add(self, ended: &Ended, observation: Option<(Amount, Amount)>, epochs: &Epochs) {
        let Ended { laps, own, aside, is_inner, is_sample } = ended;
        self.sequence.write(|| {
            if let Some((inclusive, exclusive)) = observation {
                self.inclusive.record(inclusive.value(), epochs);
                self.exclusive.record(exclusive.share_of(&inclusive), epochs);
            }
            if *is_inner {
                self.inner.store(self.inner.load(Relaxed) + 1, Relaxed);
            } else {
                self.total.add(&laps.amount);
                if *is_sample {
                    self.sampled.add(&laps.amount);
                }
            }
            self.own.add(own);
            self.aside.add(aside);
            self.laps.store(self.laps.load(Relaxed) + laps.count, Relaxed);
        });
    }
}

/// The columns of a node, the newest first: one for each component that measured there, so few that a list will do.
pub(crate) struct Columns(AtomicPtr<Column>);

impl Columns {
    pub(super) const fn new() -> Columns {
        Columns(AtomicPtr::new(ptr::null_mut()))
    }

    /// All columns, as far as published. Any thread.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'static Column> {
        std::iter::successors(follow(&self.0), |column| follow(&column.next))
    }
}

impl<'l> Mine<'l, Columns> {
    /// Makes the column of a component that has none yet, and publishes it.
    #[cold]
    pub(super) fn add(self, component: u32) -> Mine<'l, Column> {
        let column = self.adopt(store::keep(Column::new(component)));
        column.next.store(self.0.load(Relaxed), Relaxed);
        // Release: a reader that sees the pointer sees the column behind it.
        self.0.store(ptr::from_ref(column.shared()).cast_mut(), Release);
        column
    }
}

#[expect(unsafe_code, reason = "columns are published by pointer")]
fn follow(link: &AtomicPtr<Column>) -> Option<&'static Column> {
    let column = link.load(Acquire);
    // SAFETY: links are null or point to columns that `add` published; columns are never freed.
    (!column.is_null()).then(|| unsafe { &*column })
}
