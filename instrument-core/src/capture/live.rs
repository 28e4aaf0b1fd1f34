//! The columns of what's alive: what sampled blocks stand for, own figures as nodes have them, and totals over all that's below a
//! path, also what was recorded beside it, by threads that a context was carried to.

use crate::base::hash::Quick;
use crate::heap::live;
use crate::memory::live::Sum;
use crate::tree::components::number_of;
use crate::tree::node::Node;
use instrument_model::Unit;
use instrument_model::data::{self, Amount, Column, Component};
use std::any::TypeId;
use std::collections::HashMap;
use std::ptr;

/// What's alive of each path.
pub(super) struct Live {
    /// The components' numbers.
    components: [u32; 2],
    /// By the nodes' addresses.
    of_nodes: HashMap<usize, Sum, Quick>,
    own: Vec<Sum>,
}

impl Live {
    /// Nothing where it was never switched on.
    pub(super) fn new() -> Option<Live> {
        struct Bytes;
        struct Blocks;
        live::state()?;
        let bytes = || sampled("live_bytes", "bytes that are alive, by a sample", Unit::Bytes);
        let blocks = || sampled("live_blocks", "blocks that are alive, by a sample", Unit::Count);
        let components = [number_of(TypeId::of::<Bytes>(), bytes)?, number_of(TypeId::of::<Blocks>(), blocks)?];
        let mut of_nodes: HashMap<usize, Sum, Quick> = HashMap::default();
        live::each(|sampled| of_nodes.entry(sampled.node.addr()).or_default().add(&sampled));
        Some(Live { components, of_nodes, own: Vec::new() })
    }

    /// Adds one thread's node to the path at `place`.
    pub(super) fn add(&mut self, node: &'static Node, place: u32) {
        let Some(alive) = self.of_nodes.remove(&ptr::from_ref(node).addr()) else { return };
        let place = place as usize;
        if self.own.len() <= place {
            self.own.resize(place + 1, Sum::default());
        }
        add(&mut self.own[place], alive);
    }

    /// Lets each path have what was found.
    pub(super) fn finish(mut self, nodes: &mut [data::Node]) {
        self.own.resize(nodes.len(), Sum::default());
        let mut totals = self.own.clone();
        // Parents come before their children.
        for (place, node) in nodes.iter_mut().enumerate().rev() {
            let (total, own) = (totals[place], self.own[place]);
            if total == Sum::default() {
                continue;
            }
            if let Some(parent) = node.parent {
                add(&mut totals[parent as usize], total);
            }
            let figures = [(total.bytes, own.bytes), (total.blocks, own.blocks)];
            for (component, (total, own)) in self.components.into_iter().zip(figures) {
                let [total, own] = [total, own].map(|sum| Amount { sum, per: 0.0 });
                let before = node.columns.partition_point(|known| known.component < component);
                node.columns.insert(before, Column { component, total, own, ..Column::default() });
            }
        }
    }
}

fn sampled(name: &str, description: &str, unit: Unit) -> Component {
    Component {
        name: name.to_owned(),
        description: description.to_owned(),
        unit,
        is_signed: true,
        is_tally: true,
        is_sampled: true,
        ..Component::default()
    }
}

fn add(sum: &mut Sum, other: Sum) {
    sum.bytes += other.bytes;
    sum.blocks += other.blocks;
}
