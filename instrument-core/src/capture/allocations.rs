//! The columns of what was allocated: own figures as nodes have them, and totals over all that's below a path, also what was
//! recorded beside it, by threads that a context was carried to.

use crate::heap;
use crate::tree::components::number_of;
use crate::tree::node::Node;
use instrument_model::Unit;
use instrument_model::data::{self, Amount, Column, Component};
use std::any::TypeId;

/// Bytes and blocks that were allocated, and bytes that were freed.
type Sums = [u64; 3];

/// Those of each path.
pub(super) struct Allocations {
    /// The components' numbers.
    components: [u32; 3],
    own: Vec<Sums>,
}

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
        components.map(|components| Allocations { components, own: Vec::new() })
    }

    /// Adds one thread's node to the path at `place`.
    pub(super) fn add(&mut self, node: &Node, place: u32) {
        let Some(blocks) = node.stats.allocated() else { return };
        let place = place as usize;
        if self.own.len() <= place {
            self.own.resize(place + 1, Sums::default());
        }
        add(&mut self.own[place], blocks.sums());
    }

    /// Lets each path have what was found.
    pub(super) fn finish(mut self, nodes: &mut [data::Node]) {
        self.own.resize(nodes.len(), Sums::default());
        let mut totals = self.own.clone();
        // Parents come before their children.
        for (place, node) in nodes.iter_mut().enumerate().rev() {
            let total = totals[place];
            if let Some(parent) = node.parent {
                add(&mut totals[parent as usize], total);
            }
            for (component, (total, own)) in self.components.into_iter().zip(total.into_iter().zip(self.own[place])) {
                if total > 0 {
                    let [total, own] = [total, own].map(|sum| Amount { sum: sum as f64, per: 0.0 });
                    let before = node.columns.partition_point(|known| known.component < component);
                    node.columns.insert(before, Column { component, total, own, ..Column::default() });
                }
            }
        }
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

fn add(sums: &mut Sums, others: Sums) {
    sums.iter_mut().zip(others).for_each(|(sum, other)| *sum = sum.wrapping_add(other));
}
