//! What's watched, against ledgers.

use super::{Block, Random, THREADS, alone};
use crate::base::inside::{Inside, outside};
use crate::heap::{Asked, Watch};
use std::alloc::Layout;
use std::sync::mpsc::channel;

/// What a watch has to tell.
#[derive(Default, Clone, Copy)]
struct Page {
    asked: Asked,
    highest: i64,
}

impl Page {
    fn note(&mut self, blocks: u64, old: usize, new: usize) {
        self.asked.blocks += blocks;
        self.asked.allocated += new.saturating_sub(old) as u64;
        self.asked.freed += old.saturating_sub(new) as u64;
        let kept = i64::try_from(self.asked.allocated).expect("small") - i64::try_from(self.asked.freed).expect("small");
        self.highest = self.highest.max(kept);
    }

    fn asked(&self) -> Asked {
        Asked { peak: self.highest.unsigned_abs(), ..self.asked }
    }
}

/// Blocks, and a page for each open watch.
struct Ledger {
    random: Random,
    blocks: Vec<Block>,
    pages: Vec<Page>,
}

impl Ledger {
    fn new(seed: u64) -> Ledger {
        Ledger { random: Random(0x9E37_79B9_7F4A_7C15 ^ (seed << 32)), blocks: Vec::new(), pages: Vec::new() }
    }

    /// Allocates, resizes or frees a block.
    fn step(&mut self, counts: bool) {
        let at = self.random.below(self.blocks.len().max(1));
        let (blocks, old, new) = match self.random.below(4) {
            0 | 1 => {
                let block = Block::new(self.random.layout(), 7, false);
                let size = block.layout.size();
                self.blocks.push(block);
                (1, 0, size)
            }
            2 if !self.blocks.is_empty() => {
                let size = self.random.layout().size();
                let old = self.blocks[at].layout.size();
                self.blocks[at].resize(size);
                (0, old, size)
            }
            _ if !self.blocks.is_empty() => (0, self.blocks.swap_remove(at).free(), 0),
            _ => return,
        };
        if counts {
            self.pages.iter_mut().for_each(|page| page.note(blocks, old, new));
        }
    }

    /// Watches within watches, and within each now and then a while inside the toolkit.
    fn nest(&mut self, depth: usize) {
        let watch = Watch::begin();
        self.pages.push(Page::default());
        for _ in 0..self.random.below(30) {
            match self.random.below(20) {
                0 if depth < 10 => self.nest(depth + 1),
                1 => {
                    let _inside = Inside::enter();
                    assert!(Watch::begin().is_none(), "inside the toolkit nobody watches");
                    (0..8).for_each(|_| self.step(false));
                    outside(|| (0..3).for_each(|_| self.step(true)));
                    (0..8).for_each(|_| self.step(false));
                }
                _ => self.step(true),
            }
        }
        let page = self.pages.pop().expect("it was pushed");
        assert_eq!(watch.and_then(Watch::end), Some(page.asked()), "at depth {depth}");
    }
}

fn small(size: usize) -> Block {
    Block::new(Layout::from_size_align(size, 1).expect("small"), 7, false)
}

/// What `work` asks for.
fn asked(work: impl FnOnce()) -> Option<Asked> {
    let watch = Watch::begin();
    work();
    watch.and_then(Watch::end)
}

#[test]
fn nested_watches_of_eight_threads_tell_what_their_ledgers_say() {
    let _alone = alone();
    std::thread::scope(|scope| {
        for seed in 0..THREADS as u64 {
            scope.spawn(move || {
                let mut ledger = Ledger::new(seed);
                small(1).free();
                (0..200).for_each(|_| ledger.nest(0));
                ledger.blocks.drain(..).for_each(|block| _ = block.free());
            });
        }
    });
}

#[test]
fn a_call_that_moves_between_threads_adds_up_to_what_its_ledger_says() {
    let _alone = alone();
    // Each thread passes it on to the next, again and again.
    let (senders, inboxes): (Vec<_>, Vec<_>) = (0..THREADS).map(|_| channel::<(Ledger, Asked)>()).unzip();
    let mut ledger = Ledger::new(99);
    ledger.pages.push(Page::default());
    senders[0].send((ledger, Asked::default())).expect("its inbox is there");
    let threads: Vec<_> = inboxes
        .into_iter()
        .enumerate()
        .map(|(at, inbox)| {
            let next = senders[(at + 1) % THREADS].clone();
            std::thread::spawn(move || {
                small(1).free();
                for _ in 0..100 {
                    let (mut ledger, so_far) = inbox.recv().expect("the one before goes on");
                    let poll = asked(|| (0..30).for_each(|_| ledger.step(true)));
                    // What it does beside is no part of the call.
                    small(100_000).free();
                    let so_far = so_far.and_then(&poll.expect("it's on one thread"));
                    assert_eq!(so_far, ledger.pages[0].asked());
                    next.send((ledger, so_far)).expect("inboxes outlive the calls");
                }
                inbox
            })
        })
        .collect();
    // So that a thread that fails ends the others, which would wait for it.
    drop(senders);
    let inboxes: Vec<_> = threads.into_iter().map(|thread| thread.join().expect("its checks")).collect();
    let (ledger, so_far) = inboxes[0].try_recv().expect("it came back");
    assert!(so_far.peak > 1 << 20 && so_far.freed > 1 << 20, "nothing was tested: {so_far:?}");
    ledger.blocks.into_iter().for_each(|block| _ = block.free());
}

#[test]
fn what_ends_on_another_thread_or_out_of_order_tells_nothing_and_disturbs_nobody() {
    let _alone = alone();
    small(1).free();
    let moved = Watch::begin().expect("it has allocated");
    // Whoever gets the counters of a thread that's gone doesn't get its watch.
    let told = std::thread::spawn(move || (asked(|| _ = small(10).free()), moved.end())).join().expect("a thread");
    assert_eq!(told, (None, None));
    let left = std::thread::spawn(|| {
        small(1).free();
        Watch::begin()
    });
    let left = left.join().expect("a thread");
    let told = std::thread::spawn(move || {
        small(1).free();
        (left.and_then(Watch::end), asked(|| _ = small(10).free()))
    });
    let ten = Asked { allocated: 10, blocks: 1, freed: 10, peak: 10 };
    assert_eq!(told.join().expect("a thread"), (None, Some(ten)));

    let (outer, inner) = (Watch::begin(), Watch::begin());
    assert_eq!(outer.and_then(Watch::end), None);
    assert_eq!(asked(|| _ = small(10).free()), Some(ten));
    assert_eq!(inner.and_then(Watch::end), Some(ten));
}

#[test]
fn a_thread_that_is_watched_no_more_has_its_window_back() {
    let _alone = alone();
    small(1).free();
    let before = crate::heap::window();
    assert_eq!(asked(|| assert_ne!(crate::heap::window(), before)), Some(Asked::default()));
    assert_eq!(crate::heap::window(), before);
}
