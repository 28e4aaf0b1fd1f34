//! The columns of what's alive: what sampled blocks stand for.

use super::tallies::Tallies;
use crate::base::hash::Quick;
use crate::heap::live;
use crate::memory::live::Sum;
use crate::tree::components::number_of;
use crate::tree::node::Node;
use instrument_model::Unit;
use instrument_model::data::{self, Component};
use std::any::TypeId;
use std::collections::HashMap;
use std::ptr;

/// What's alive of each path.
pub(super) struct Live {
    /// By the nodes' addresses.
    of_nodes: HashMap<usize, Sum, Quick>,
    of_paths: Tallies<2>,
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
        Some(Live { of_nodes, of_paths: Tallies::new(components) })
    }

    /// Adds one thread's node to the path at `place`.
    pub(super) fn add(&mut self, node: &'static Node, place: u32) {
        let Some(alive) = self.of_nodes.remove(&ptr::from_ref(node).addr()) else { return };
        self.of_paths.add(place, [alive.bytes, alive.blocks]);
    }

    /// Lets each path have what was found.
    pub(super) fn finish(self, nodes: &mut [data::Node]) {
        self.of_paths.finish(nodes);
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
