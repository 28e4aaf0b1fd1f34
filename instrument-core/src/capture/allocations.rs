//! The columns of what was allocated, of nodes as they have it.

use super::tallies::Tallies;
use crate::heap;
use crate::tree::components::number_of;
use crate::tree::node::Node;
use instrument_model::Unit;
use instrument_model::data::{self, Component};
use std::any::TypeId;

/// Bytes and blocks that were allocated, and bytes that were freed, of each path.
pub(super) struct Allocations(Tallies<3>);

impl Allocations {
    /// Nothing where nobody counts.
    pub(super) fn new() -> Option<Allocations> {
        struct Bytes;
        struct Blocks;
        struct Freed;
        let bytes = || tally("alloc_bytes", "bytes that were allocated", Unit::Bytes);
        let blocks = || tally("alloc_blocks", "blocks that were allocated", Unit::Count);
        let freed = || tally("free_bytes", "bytes that were freed", Unit::Bytes);
        let components = || {
            Some([
                number_of(TypeId::of::<Bytes>(), bytes)?,
                number_of(TypeId::of::<Blocks>(), blocks)?,
                number_of(TypeId::of::<Freed>(), freed)?,
            ])
        };
        let components = if heap::counts_by_thread() { components() } else { None };
        components.map(|components| Allocations(Tallies::new(components)))
    }

    /// Adds one thread's node to the path at `place`.
    pub(super) fn add(&mut self, node: &Node, place: u32) {
        let Some(blocks) = node.stats.allocated() else { return };
        // Sums of less than 2⁵³ are whole.
        self.0.add(place, blocks.sums().map(|sum| sum as f64));
    }

    /// Lets each path have what was found.
    pub(super) fn finish(self, nodes: &mut [data::Node]) {
        self.0.finish(nodes);
    }
}

fn tally(name: &str, description: &str, unit: Unit) -> Component {
    Component {
        name: name.to_owned(),
        description: description.to_owned(),
        unit,
        is_tally: true,
        ..Component::default()
    }
}
