//! A recording of many call paths, whose totals are what the own times in them and below add up to.

use instrument_model::{Invalid, Snapshot};
use std::sync::Arc;

#[path = "../../../instrument-model/tests/recording/plausible.rs"]
mod plausible;

const MODULES: [&str; 7] = ["server::jobs", "server::http", "store::index", "store::log", "codec", "net::tls", "plan"];

pub(crate) fn snapshot(nodes: u32) -> Result<Snapshot, Invalid> {
    let mut data = plausible::snapshot(nodes).into_data();
    data.nodes.iter_mut().for_each(|node| node.total = node.own);
    for place in (0..data.nodes.len()).rev() {
        if let Some(parent) = data.nodes[place].parent {
            data.nodes[parent as usize].total += data.nodes[place].total;
        }
    }
    for (place, label) in Arc::make_mut(&mut data.labels).iter_mut().enumerate() {
        Arc::make_mut(label).module = MODULES[place % MODULES.len()].into();
    }
    Snapshot::new(data)
}
