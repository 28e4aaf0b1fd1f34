//! What components are measuring now: pushes of a thread that weren't popped yet.
//!
//! What of an observation is its own is known by this stack, so that entries at the root and single observations, which
//! aren't below what they run in, are still taken off it.
#![expect(unsafe_code, reason = "a frame's column is found by pointer")]

use super::cells::Cells;
use super::lost::{LostPush, lost_push};
use crate::options::Scope;
use crate::tree::column::{Column, Ended, Laps};
use crate::tree::components;
use crate::tree::epochs::epochs;
use crate::tree::mine::{Mine, Owned};
use crate::tree::moments::Moment;
use crate::tree::node::Node;
use instrument_model::data::Amount;
use std::cell::RefCell;

/// The stack of one thread, the innermost push last.
#[derive(Default)]
pub(crate) struct Frames(Owned<RefCell<Open>>);

#[derive(Default)]
struct Open {
    frames: Vec<Frame>,
    /// How many there were: numbers ascend, and none is used twice.
    pushes: u64,
}

struct Frame {
    id: u64,
    column: &'static Column,
    scope: Scope,
    /// What was observed right below.
    below: Amount,
    /// That part of it which isn't in nodes below this one.
    aside: Amount,
}

/// Where a component measures: a column, and the push that it's open by.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    id: u64,
    node: &'static Node,
    column: &'static Column,
    /// Those of the thread that pushed.
    cells: &'static Cells,
    scope: Scope,
    is_sample: bool,
}

/// Where something is to be measured: a node of this thread's tree.
#[derive(Clone, Copy)]
pub struct Spot<'l> {
    pub(crate) node: Mine<'l, Node>,
    pub(crate) cells: Mine<'l, Cells>,
    pub(crate) scope: Scope,
    /// Whether it stands for calls that aren't measured, too.
    pub(crate) is_sample: bool,
}

/// What the calling thread has, to tell whether a place is its own; nothing once its locals are being torn down.
#[derive(Clone, Copy)]
pub struct Here<'l>(pub(crate) Option<Mine<'l, Cells>>);

impl Spot<'_> {
    /// Begins to measure a component there.
    pub(crate) fn push(self, component: u32) -> Place {
        let Spot { node, cells, scope, is_sample } = self;
        let column = node.stats().column(component);
        column.opened();
        let (node, column) = (node.shared(), column.shared());
        let open = &mut *cells.frames().borrow_mut();
        open.pushes += 1;
        let id = open.pushes;
        open.frames.push(Frame { id, column, scope, below: Amount::default(), aside: Amount::default() });
        Place { id, node, column, cells: cells.shared(), scope, is_sample }
    }
}

impl<'l> Mine<'l, Cells> {
    fn frames(self) -> &'l RefCell<Open> {
        self.owned(|cells| &cells.frames.0)
    }

    /// The column of a frame that's found in here, or of a place with these cells.
    fn kept_column(self, column: &'static Column) -> Mine<'l, Column> {
        // SAFETY: `push` got both as one thread's own, so they're in one tree.
        unsafe { Mine::new(column) }
    }

    /// Leaves what a thread that ends has left open: nobody else will.
    pub(super) fn abandon_frames(self) {
        for frame in self.frames().borrow_mut().frames.drain(..) {
            self.kept_column(frame.column).closed();
        }
    }
}

/// What the polls of an async call have measured so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallSum {
    total: Laps,
    own: Amount,
}

impl Place {
    /// Ends it, and observes these laps there, if there were any; `here` is what the calling thread has. Whatever the
    /// order in which places are left, those within this one are left with it, and no other.
    ///
    /// Returns false, and changes nothing, on another thread than the one that pushed.
    pub(crate) fn pop(self, here: Here<'_>, laps: Laps) -> bool {
        self.end(here, laps, |ended| Some((ended.laps.amount, ended.own)))
    }

    /// As [`pop`](Self::pop), for a poll: a call is one observation, made when it completes.
    pub(crate) fn pop_poll(
        self,
        here: Here<'_>,
        laps: Laps,
        call: &mut CallSum,
        completes: bool,
    ) -> bool {
        self.end(here, laps, |ended| {
            call.total.merge(&ended.laps);
            call.own.add(&ended.own);
            completes.then_some((call.total.amount, call.own))
        })
    }

    fn end(
        self,
        here: Here<'_>,
        laps: Laps,
        observation: impl FnOnce(&Ended) -> Option<(Amount, Amount)>,
    ) -> bool {
        let Some(cells) = here.0.filter(|here| here.is(self.cells)) else { return false };
        let column = cells.kept_column(self.column);
        let (is_event, is_signed) = components::component(column.component)
            .map_or((false, false), |component| (component.is_event, component.is_signed));
        let frames = &mut cells.frames().borrow_mut().frames;
        // `None` if it was left with one that it's within: what's below is known no more.
        let frame = frames.iter().rposition(|frame| frame.id == self.id).map(|at| leave(frames, at, cells));
        let is_alone = frame.is_none();
        let (below, aside) = frame.map_or_else(Default::default, |frame| (frame.below, frame.aside));
        let is_inner = !is_alone && !column.closed();
        if laps.count == 0 {
            return true;
        }
        let own = if is_event { laps.amount } else { laps.without(&below, is_signed) };
        let ended = Ended { laps, own, aside, is_inner, is_sample: self.is_sample };
        let parent = frames.iter().rposition(|open| open.column.component == column.component && !is_alone);
        let parent_id = parent.map(|at| &frames[at]).filter(|parent| parent.scope == Scope::Timeline);
        let parent_id = parent_id.map_or(0, |parent| parent.id);
        if let Some(at) = parent.filter(|_| !is_event) {
            // What's below something flat, of another component, isn't below what that ran in either.
            let mut between = frames[at + 1..].iter().take_while(|open| open.id < self.id);
            let is_aside = self.scope != Scope::Tree || between.any(|open| open.scope == Scope::Flat);
            let parent = &mut frames[at];
            parent.below.add(&laps.amount);
            if is_aside {
                parent.aside.add(&laps.amount);
            }
        }
        if self.scope == Scope::Timeline {
            self.keep_moment(cells, parent_id, laps, own);
        } else {
            column.add(&ended, observation(&ended), epochs());
        }
        true
    }

    fn keep_moment(self, cells: Mine<'_, Cells>, parent: u64, laps: Laps, own: Amount) {
        let Some(moments) = cells.moments().get_or_add(self.column.component) else { return };
        if moments.add(&Moment { id: self.id, parent, node: self.node, laps, own }, epochs().era()) {
            lost_push(LostPush::Overwritten);
        }
    }
}

/// Takes the frame at `at` off the stack, and those of the same component within it.
fn leave(frames: &mut Vec<Frame>, at: usize, cells: Mine<'_, Cells>) -> Frame {
    let component = frames[at].column.component;
    let mut within = at + 1;
    while within < frames.len() {
        if frames[within].column.component == component {
            cells.kept_column(frames.remove(within).column).closed();
        } else {
            within += 1;
        }
    }
    frames.remove(at)
}
