//! The runs of one side, as one tree that knows where each row is in each run.

use super::super::merge_threads;
use instrument_model::data::{Data, Identity, Label, Node};
use instrument_model::{Invalid, Snapshot};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Where a row has no node.
const NOWHERE: u32 = u32::MAX;

/// A call path of any run.
pub(super) struct Path {
    pub(super) label: Arc<Label>,
    pub(super) children: Vec<u32>,
}

/// The runs of a side.
pub(super) struct Side<'a> {
    pub(super) runs: Vec<Cow<'a, Snapshot>>,
    /// Parents before their children.
    pub(super) paths: Vec<Path>,
    pub(super) roots: Vec<u32>,
    /// By run, where each path's node is.
    places: Vec<Vec<u32>>,
}

impl<'a> Side<'a> {
    /// Paths are the same where labels stand for the same place. Threads that are kept apart are put together.
    pub(super) fn new(snapshots: &'a [Snapshot]) -> Result<Side<'a>, Invalid> {
        let together = |snapshot: &'a Snapshot| match snapshot.data().threads.is_empty() {
            true => Ok(Cow::Borrowed(snapshot)),
            false => merge_threads(snapshot).map(Cow::Owned),
        };
        let runs: Vec<Cow<'a, Snapshot>> = snapshots.iter().map(together).collect::<Result<_, _>>()?;
        let (mut paths, mut roots, mut places) = (Vec::new(), Vec::new(), Vec::new());
        {
            let mut known: HashMap<(u32, Identity<'_>, u32), u32> = HashMap::new();
            for run in &runs {
                places.push(add(run.data(), &mut known, &mut paths, &mut roots));
            }
        }
        for of_run in &mut places {
            of_run.resize(paths.len(), NOWHERE);
        }
        Ok(Side { runs, paths, roots, places })
    }

    /// The node of a path in a run, if it has one.
    pub(super) fn node(&self, run: usize, path: u32) -> Option<&Node> {
        let place = self.places[run][path as usize];
        self.runs[run].data().nodes.get(place as usize)
    }

    /// The same with links.
    pub(super) fn node_ref(&self, run: usize, path: u32) -> Option<instrument_model::NodeRef<'_>> {
        self.runs[run].node(self.places[run][path as usize] as usize)
    }
}

fn add<'b>(
    data: &'b Data,
    known: &mut HashMap<(u32, Identity<'b>, u32), u32>,
    paths: &mut Vec<Path>,
    roots: &mut Vec<u32>,
) -> Vec<u32> {
    let mut of_nodes: Vec<u32> = Vec::with_capacity(data.nodes.len());
    let mut places = vec![NOWHERE; paths.len()];
    for (place, node) in data.nodes.iter().enumerate() {
        let label = &data.labels[node.label as usize];
        let parent = node.parent.map_or(NOWHERE, |parent| of_nodes[parent as usize]);
        // A foreign recording may have a path twice.
        for again in 0.. {
            let path = *known.entry((parent, label.identity(), again)).or_insert_with(|| {
                let path = paths.len() as u32;
                paths.push(Path { label: Arc::clone(label), children: Vec::new() });
                match parent {
                    NOWHERE => roots.push(path),
                    parent => paths[parent as usize].children.push(path),
                }
                path
            });
            places.resize(paths.len(), NOWHERE);
            if places[path as usize] == NOWHERE {
                places[path as usize] = place as u32;
                of_nodes.push(path);
                break;
            }
        }
    }
    places
}
