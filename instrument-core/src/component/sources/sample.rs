//! One moment: what the members of a bundle read together, each source asked at most once.

use super::system::{self, Usage};
use crate::process::bare::IS_BARE;
use crate::time::{Clock, ThreadCpu};
use std::cell::OnceCell;
use std::time::Instant;

/// Why there's no figure.
type Answer<T> = Result<T, &'static str>;

/// Readings of one moment, made when the first member asks.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Sample {
    wall: OnceCell<Instant>,
    thread: OnceCell<u64>,
    process: OnceCell<Answer<u64>>,
    usage: OnceCell<Answer<Usage>>,
    io: OnceCell<Answer<system::Io>>,
    pages: OnceCell<Answer<system::Pages>>,
}

impl Sample {
    pub(in crate::component) fn new() -> Self {
        Sample::default()
    }

    pub(super) fn wall(&self) -> Answer<Instant> {
        if IS_BARE { Err("this system has no clock") } else { Ok(*self.wall.get_or_init(Instant::now)) }
    }

    /// CPU time of this thread, in nanoseconds.
    pub(super) fn thread(&self) -> Answer<u64> {
        if cfg!(unix) { Ok(*self.thread.get_or_init(|| ThreadCpu.now())) } else { Err(system::NO_CPU_CLOCK) }
    }

    /// CPU time of all threads, in nanoseconds.
    pub(super) fn process(&self) -> Answer<u64> {
        *self.process.get_or_init(system::process_cpu)
    }

    pub(super) fn usage(&self) -> Answer<&Usage> {
        self.usage.get_or_init(system::usage).as_ref().map_err(|&reason| reason)
    }

    pub(super) fn io(&self) -> Answer<&system::Io> {
        self.io.get_or_init(system::io).as_ref().map_err(|&reason| reason)
    }

    pub(super) fn pages(&self) -> Answer<&system::Pages> {
        self.pages.get_or_init(system::pages).as_ref().map_err(|&reason| reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_asked_once_for_all_members() {
        let sample = Sample::new();
        let first = sample.wall();
        std::thread::sleep(std::time::Duration::from_millis(1));
        assert_eq!(sample.wall(), first);
        if let (Ok(first), Ok(again)) = (sample.usage(), sample.usage()) {
            assert!(std::ptr::eq(first, again));
        }
    }
}
