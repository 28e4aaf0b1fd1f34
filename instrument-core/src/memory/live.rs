//! Which blocks are alive, by call path: switched on by the environment or by the program, and read as a whole.
#![expect(unsafe_code, reason = "nodes are known to the allocator as pointers")]

use crate::heap::{self, live};
use crate::process::stderr;
use crate::state::Setup;
use crate::tree::node::Node;
use core::fmt;
use instrument_model::data;

inventory::submit! {
    Setup(|settings| {
        let asked = settings.live_memory.filter(|_| settings.enabled);
        if let Some(Err(error)) = asked.map(start_live_profile) {
            stderr::warn(&format!("INSTRUMENT_MEMORY=live: {error}"));
        }
    })
}

/// Has a sample of the heap's blocks kept with the call paths that they were allocated in, so that snapshots tell which of
/// them are still alive: the columns `live_bytes` and `live_blocks` of each node, own and total, and [`live()`] of the whole.
///
/// Of `interval_bytes` bytes that are allocated one is sampled on average, by chance, and the block that it's in with it, which
/// stands for as many as it was to be expected from. 524,288 is a good choice, and what `INSTRUMENT_MEMORY=live` takes; with 1,
/// which 0 is taken for, each block is kept and all figures are exact. Asked for again, another interval holds from then on.
///
/// Blocks from before aren't in there, until they're resized: a block is at the path that resized it last, as if it had been
/// freed and allocated there. A [`reset`](crate::reset) leaves alive what is, and later snapshots say what has changed since.
///
/// # Error
/// The standard error of an estimate of B bytes is about √(B × interval) where blocks are smaller than the interval, as of a
/// leak of 64 MiB with an interval of 512 KiB some 5.7 MiB, and less where they're larger. [`Live::standard_error`] is that of
/// the whole.
///
/// # Cost
/// There's room for 65,536 sampled blocks, some 2.6 MiB of the system's memory, of which what's used is touched. What doesn't
/// fit is counted by [`Live::lost`]. An allocation costs what it costs without, unless it's sampled; a free looks at a byte of
/// a filter of 64 KiB. `cargo bench --bench live` measures a program with it and without.
///
/// # Errors
/// Where [`CountingAllocator`](super::CountingAllocator) isn't the global allocator, and where the system has no memory left.
///
/// # Examples
/// ```
/// use instrument_core::memory;
///
/// #[global_allocator]
/// static ALLOCATOR: memory::CountingAllocator = memory::CountingAllocator::new();
///
/// memory::start_live_profile(1)?;
/// let block = vec![0_u8; 5000];
/// assert!(memory::live().is_some_and(|live| live.bytes() >= 5000.0));
/// # drop(block);
/// # Ok::<(), memory::LiveProfileError>(())
/// ```
pub fn start_live_profile(interval_bytes: u64) -> Result<(), LiveProfileError> {
    if !heap::installed() {
        return Err(LiveProfileError::NoAllocator);
    }
    if live::start(interval_bytes) { Ok(()) } else { Err(LiveProfileError::NoMemory) }
}

/// Samples no more blocks. Those that were sampled stay in the figures until they're freed.
///
/// Does nothing where [`start_live_profile`] wasn't called.
pub fn stop_live_profile() {
    live::stop();
}

/// Why there's no live profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LiveProfileError {
    /// The program's global allocator is another one.
    NoAllocator,
    /// There's no memory for the table of sampled blocks.
    NoMemory,
}

impl fmt::Display for LiveProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LiveProfileError::NoAllocator => {
                "nobody counts this program's blocks; write `#[global_allocator] static ALLOCATOR: \
                 instrument::CountingAllocator = instrument::CountingAllocator::new();`"
            }
            LiveProfileError::NoMemory => "the system has no memory for the table of sampled blocks, some 2.6 MiB",
        })
    }
}

impl std::error::Error for LiveProfileError {}

/// What's alive of the blocks that were allocated since [`start_live_profile`], by all of the program; see [`live()`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Live {
    whole: Sum,
    outside: Sum,
    variance: f64,
    sampled: u64,
    state: live::State,
}

/// What blocks add up to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Sum {
    pub(crate) bytes: f64,
    pub(crate) blocks: f64,
}

impl Sum {
    pub(crate) fn add(&mut self, sampled: &live::Sampled) {
        self.bytes += sampled.bytes();
        self.blocks += sampled.blocks();
    }
}

impl Live {
    /// Bytes that are alive, estimated; exact with an interval of 1.
    pub fn bytes(&self) -> f64 {
        self.whole.bytes
    }

    /// Blocks that are alive, likewise.
    pub fn blocks(&self) -> f64 {
        self.whole.blocks
    }

    /// How many of these bytes belong to no call path: allocated outside of spans, or by the toolkit itself.
    pub fn bytes_outside(&self) -> f64 {
        self.outside.bytes
    }

    /// How many of these blocks belong to no call path.
    pub fn blocks_outside(&self) -> f64 {
        self.outside.blocks
    }

    /// The standard error of [`bytes`](Self::bytes), in bytes: two times in three the truth is no further away.
    pub fn standard_error(&self) -> f64 {
        self.variance.sqrt()
    }

    /// How many blocks these figures are made of.
    pub fn sampled(&self) -> u64 {
        self.sampled
    }

    /// Of how many bytes one is sampled now; `None` after [`stop_live_profile`].
    pub fn interval_bytes(&self) -> Option<u64> {
        (self.state.interval > 0).then_some(self.state.interval)
    }

    /// How many sampled blocks weren't kept, since the table had no room. The figures lack those of them that are still alive.
    pub fn lost(&self) -> u64 {
        self.state.lost
    }

    /// As recordings have it.
    pub(crate) fn data(&self) -> data::Live {
        data::Live {
            interval: self.state.interval,
            bytes: self.whole.bytes,
            blocks: self.whole.blocks,
            bytes_outside: self.outside.bytes,
            blocks_outside: self.outside.blocks,
            variance: self.variance,
        }
    }

    /// How many bytes the lost ones stood for when they were allocated.
    pub fn lost_bytes(&self) -> u64 {
        self.state.lost_bytes
    }
}

/// What's alive of the blocks that were allocated since [`start_live_profile`]; `None` if that was never called.
///
/// Of blocks that are allocated or freed meanwhile some are in it, and some aren't. Costs a look at each of the table's 65,536
/// places, and no allocation.
#[must_use]
pub fn live() -> Option<Live> {
    let state = live::state()?;
    let mut all = Live { whole: Sum::default(), outside: Sum::default(), variance: 0.0, sampled: 0, state };
    live::each(|sampled| {
        all.whole.add(&sampled);
        all.variance += sampled.variance();
        all.sampled += 1;
        if is_outside(&sampled) {
            all.outside.add(&sampled);
        }
    });
    Some(all)
}

/// Whether no span was open.
fn is_outside(sampled: &live::Sampled) -> bool {
    // SAFETY: null, or a node, which is never freed; what's read of it doesn't change.
    let node = unsafe { sampled.node.cast::<Node>().as_ref::<'static>() };
    !node.is_some_and(|node| std::iter::successors(Some(node), |node| node.parent()).any(|node| node.site().is_some()))
}
