//! How much of its thread's time an instrument may take: what one call may take is bounded elsewhere, but calls add up.
//!
//! Each thread keeps an account of each instrument that fires there. It holds some time to begin with, so that what's seldom or
//! short is never limited; firing takes off it, and time that passes adds the instrument's share. Who's below nothing looks at
//! no call until that has changed.
//!
//! Time is counted in ticks of the cheapest clock that there is, which is never one of the program's own; how long a tick is
//! matters to nothing but to what an account holds.

use instrument_core::shared::{cheap_ticks, cheap_ticks_a_second, ignores_variables, warn};
use instrument_model::text::printable;
use std::cell::RefCell;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Unless the variable or the instrument says otherwise.
const USUAL: f64 = 0.05;

/// What an account holds at most: a second, in ticks. A float, since earnings are fractions.
fn full() -> f64 {
    cheap_ticks_a_second() as f64
}

/// Accounts of a thread.
const MOST: usize = 64;

/// Which instrument an account is of, whatever its memory is used for later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder(u64);

impl Holder {
    pub(super) fn new() -> Holder {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Holder(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// What was done between two readings of the clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lap {
    begin: u64,
    end: u64,
}

/// Pieces of work in turn: the end of one is the beginning of the next one, and needs no second reading.
#[derive(Debug, Default)]
pub(crate) struct Laps(Option<u64>);

impl Laps {
    /// What follows is to be timed.
    pub(crate) fn begin(&mut self) {
        self.0.get_or_insert_with(cheap_ticks);
    }

    /// What followed the beginning, or the last lap.
    pub(crate) fn end(&mut self) -> Lap {
        let end = cheap_ticks();
        Lap { begin: self.0.replace(end).unwrap_or(end), end }
    }

    /// Something else comes between, whose time is nobody's.
    pub(crate) fn interrupt(&mut self) {
        self.0 = None;
    }
}

struct Account {
    holder: Holder,
    /// Ticks.
    left: f64,
    seen: u64,
}

thread_local! {
    static ACCOUNTS: RefCell<Vec<Account>> = const { RefCell::new(Vec::new()) };
}

impl Account {
    fn earn(&mut self, share: f64, now: u64) {
        // None, where this processor's counter is behind another's, or began anew.
        let passed = now.saturating_sub(self.seen) as f64;
        (self.left, self.seen) = ((self.left + passed * share).min(full()), now);
    }
}

/// Whether it may look at a call of this thread.
pub(super) fn has_left(holder: Holder, share: f64) -> bool {
    let look = |accounts: &RefCell<Vec<Account>>| {
        let mut accounts = accounts.try_borrow_mut().ok()?;
        let account = accounts.iter_mut().find(|account| account.holder == holder)?;
        if account.left < 0.0 {
            account.earn(share, cheap_ticks());
        }
        Some(account.left >= 0.0)
    };
    // At a thread's very end there are no accounts any more.
    ACCOUNTS.try_with(look).ok().flatten().unwrap_or(true)
}

/// It took that long on this thread.
pub(super) fn took(holder: Holder, share: f64, lap: Lap) {
    let _ = ACCOUNTS.try_with(|accounts| {
        let Ok(mut accounts) = accounts.try_borrow_mut() else { return };
        let at = accounts.iter().position(|account| account.holder == holder).unwrap_or_else(|| {
            if accounts.len() >= MOST {
                // One that's full is as good as none; so is the fullest, nearly.
                let fullest =
                    accounts.iter().enumerate().max_by(|(_, one), (_, other)| one.left.total_cmp(&other.left));
                if let Some(at) = fullest.map(|(at, _)| at) {
                    accounts.swap_remove(at);
                }
            }
            accounts.push(Account { holder, left: full(), seen: lap.begin });
            accounts.len() - 1
        });
        accounts[at].earn(share, lap.end);
        accounts[at].left -= lap.end.saturating_sub(lap.begin) as f64;
    });
}

/// Finds out how fast the clock goes, so that no call has to.
pub(super) fn prepare() {
    cheap_ticks_a_second();
}

/// What instruments have that don't say: of the variable, or the usual one.
pub(super) fn usual() -> f64 {
    static SHARE: LazyLock<f64> = LazyLock::new(|| {
        let value = std::env::var("INSTRUMENT_PROBE_SHARE").unwrap_or_default();
        if value.trim().is_empty() || ignores_variables() {
            return USUAL;
        }
        parsed(&value).unwrap_or_else(|| {
            let value: String = printable(&value).chars().take(60).collect();
            warn(&format!(
                "INSTRUMENT_PROBE_SHARE={value}: write a percentage above 0, such as `5%` or `100%`; staying with 5%"
            ));
            USUAL
        })
    });
    *SHARE
}

fn parsed(value: &str) -> Option<f64> {
    let percent: f64 = value.trim().strip_suffix('%')?.trim_end().parse().ok()?;
    (percent > 0.0 && percent <= 100.0).then_some(percent / 100.0)
}

/// A share that means something: none is a mistake, and all is the most.
pub(super) fn bounded(share: f64) -> f64 {
    if share > 0.0 { share.min(1.0) } else { usual() }
}

/// As people read it.
pub(super) fn shown(share: f64) -> String {
    format!("{} %", (share * 1000.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(holder: Holder) -> Option<f64> {
        ACCOUNTS.with_borrow(|accounts| accounts.iter().find(|one| one.holder == holder).map(|one| one.left))
    }

    /// Up to now.
    fn seconds(seconds: u64) -> Lap {
        let end = cheap_ticks();
        Lap { begin: end.checked_sub(seconds * cheap_ticks_a_second()).expect("the machine runs for longer"), end }
    }

    #[test]
    fn who_takes_more_than_its_share_waits_until_it_has_earned_it() {
        let (greedy, modest) = (Holder::new(), Holder::new());
        assert!(has_left(greedy, 0.05) && has_left(modest, 0.05), "nobody has an account to begin with");
        // It has earned a twentieth of them, and no more than it may have was there.
        took(greedy, 0.05, seconds(2));
        assert_eq!(account(greedy), Some(-full()));
        took(modest, 0.05, seconds(0));
        assert!(!has_left(greedy, 0.05) && has_left(modest, 0.05));
        // It's as if enough time had passed.
        ACCOUNTS.with_borrow_mut(|accounts| {
            let account = accounts.iter_mut().find(|account| account.holder == greedy).expect("it's there");
            (account.left, account.seen) = (-0.04 * full(), seconds(2).begin);
        });
        assert!(has_left(greedy, 0.05));
        for _ in 0..2 * MOST {
            took(Holder::new(), 0.05, seconds(0));
        }
        assert!(ACCOUNTS.with_borrow(Vec::len) <= MOST);
    }

    #[test]
    fn a_counter_that_begins_anew_costs_nobody_anything() {
        let holder = Holder::new();
        took(holder, 0.05, Lap { begin: u64::MAX - 1, end: 10 });
        took(holder, 0.05, Lap { begin: 20, end: 30 });
        assert_eq!(account(holder), Some(full() - 10.0), "ten ticks of the second lap");
    }

    #[test]
    fn each_lap_begins_where_the_last_one_ended_unless_something_came_between() {
        let mut laps = Laps::default();
        laps.begin();
        let (one, other) = (laps.end(), laps.end());
        assert_eq!(one.end, other.begin);
        laps.begin();
        assert_eq!(laps.end().begin, other.end, "it has begun already");
        laps.interrupt();
        let between = cheap_ticks();
        laps.begin();
        assert!(laps.end().begin >= between);
    }

    #[test]
    fn a_share_is_a_percentage() {
        assert_eq!(["5%", " 0.5 % ", "100%"].map(parsed), [Some(0.05), Some(0.005), Some(1.0)]);
        assert_eq!(["", "5", "0%", "101%", "-1%", "NaN%", "x%"].map(parsed), [None; 7]);
        assert_eq!([0.05, 0.005, 1.0].map(shown), ["5 %", "0.5 %", "100 %"]);
        assert_eq!((bounded(7.0), bounded(f64::NAN)), (1.0, usual()));
    }
}
