//! A part of a snapshot's call paths, with figures that stay right.

use instrument_model::data::{Column, Component, Node};
use instrument_model::{Invalid, NodeRef, Snapshot};
use std::time::Duration;

/// A snapshot of which [`select`] kept some nodes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Selected {
    /// What was kept.
    pub snapshot: Snapshot,
    /// How many nodes weren't.
    pub omitted: usize,
    /// Own time of these that's in no node's any more: they had none above them that was kept, or ran beside it.
    pub gone: Duration,
    /// For each node of `snapshot`, how many ticks of its own time are those of nodes that were left out.
    moved: Vec<u64>,
}

impl Selected {
    /// A snapshot of which all was kept.
    pub fn whole(snapshot: Snapshot) -> Selected {
        let moved = vec![0; snapshot.len()];
        Selected { snapshot, omitted: 0, gone: Duration::ZERO, moved }
    }

    /// How much of a node's own time is that of nodes which were left out below it, as [`select`] says. `place` is
    /// [`NodeRef::place`] of a node of [`snapshot`](Self::snapshot).
    pub fn moved(&self, place: usize) -> Duration {
        self.snapshot.data().scale.duration(self.moved.get(place).copied().unwrap_or(0))
    }

    /// Leaves out further nodes.
    ///
    /// # Errors
    /// None: [`Invalid`] is that of [`Snapshot::new`].
    pub fn select(&self, keep: impl FnMut(&NodeRef<'_>) -> bool) -> Result<Selected, Invalid> {
        let (mut selected, origins) = reduce(&self.snapshot, keep)?;
        for (place, own) in self.moved.iter().enumerate() {
            // What had been moved to a node that's left out now was counted with that one's own time.
            if let Some((kept, true)) = origins[place] {
                selected.moved[kept] = selected.moved[kept].saturating_add(*own);
            }
        }
        selected.omitted += self.omitted;
        selected.gone = selected.gone.saturating_add(self.gone);
        Ok(selected)
    }
}

/// The nodes that `keep` holds for. What was below one that's left out comes below the nearest kept one above it.
///
/// Counts, totals and distributions of kept nodes are what they were. The own time of what's left out goes to the nearest
/// kept node above, whose total has contained it all along, and so does what components measured there; how much that is,
/// [`Selected::moved`] says. What ran beside its parent isn't part of the parent's time, and what has no kept node above it
/// has nowhere to go: that's [`Selected::gone`]. Single observations of what's left out are left out, too.
///
/// Costs a copy of the snapshot.
///
/// # Errors
/// None: [`Invalid`] is that of [`Snapshot::new`].
///
/// ```
/// use instrument_model::data::{Data, Label, Node};
/// use instrument_model::Snapshot;
/// use instrument_report::analysis::select;
/// use std::sync::Arc;
///
/// let label = |name: &'static str| Arc::new(Label { name: name.into(), ..Label::default() });
/// let node = |label, parent, total, own| Node { label, parent, total, own, untimed: 1, ..Node::default() };
/// let snapshot = Snapshot::new(Data {
///     labels: Arc::new(vec![label("main"), label("parse"), label("read")]),
///     nodes: vec![node(0, None, 10, 2), node(1, Some(0), 8, 5), node(2, Some(1), 3, 3)],
///     ..Data::default()
/// })?;
/// let selected = select(&snapshot, |node| node.name() != "parse")?;
/// let main = selected.snapshot.find(&["main"]).expect("it's kept");
/// assert_eq!((main.total().as_nanos(), main.own().as_nanos()), (10, 7));
/// assert_eq!(selected.moved(main.place()).as_nanos(), 5);
/// assert!(selected.snapshot.find(&["main", "read"]).is_some());
/// # Ok::<(), instrument_model::Invalid>(())
/// ```
pub fn select(snapshot: &Snapshot, keep: impl FnMut(&NodeRef<'_>) -> bool) -> Result<Selected, Invalid> {
    reduce(snapshot, keep).map(|(selected, _)| selected)
}

/// For each old node the place of the kept one that has its time, if any has, and whether that's itself.
type Origins = Vec<Option<(usize, bool)>>;

fn reduce(snapshot: &Snapshot, mut keep: impl FnMut(&NodeRef<'_>) -> bool) -> Result<(Selected, Origins), Invalid> {
    let data = snapshot.data();
    let mut nodes: Vec<Node> = Vec::new();
    let mut moved: Vec<u64> = Vec::new();
    let mut origins: Origins = Vec::with_capacity(data.nodes.len());
    // The nearest kept node at or above each, and whether all between runs in it.
    let mut above: Vec<(Option<usize>, bool)> = Vec::with_capacity(data.nodes.len());
    let mut gone = 0_u64;
    for node in snapshot.nodes() {
        let (parent, runs_in_it) = node.data().parent.map_or((None, true), |parent| above[parent as usize]);
        if keep(&node) {
            let mut kept = node.data().clone();
            kept.parent = parent.map(|parent| parent as u32);
            kept.is_parallel |= parent.is_some() && !runs_in_it;
            origins.push(Some((nodes.len(), true)));
            above.push((Some(nodes.len()), true));
            nodes.push(kept);
            moved.push(0);
            continue;
        }
        let runs_in_it = runs_in_it && !node.is_parallel();
        above.push((parent, runs_in_it));
        let own = node.data().own;
        match parent.filter(|_| runs_in_it) {
            Some(kept) => {
                nodes[kept].own = nodes[kept].own.saturating_add(own);
                moved[kept] = moved[kept].saturating_add(own);
                move_columns(&mut nodes[kept].columns, &node.data().columns, &data.components);
                origins.push(Some((kept, false)));
            }
            None => {
                gone = gone.saturating_add(own);
                origins.push(None);
            }
        }
    }
    let omitted = data.nodes.len() - nodes.len();
    let place = |node: u32| origins[node as usize].filter(|(_, is_itself)| *is_itself).map(|(kept, _)| kept as u32);
    let moments = data.moments.iter().filter_map(|moment| {
        let node = place(moment.node)?;
        Some(instrument_model::data::Moment { node, ..moment.clone() })
    });
    let moments = moments.collect();
    let kept = instrument_model::data::Data { nodes, moments, ..copy_without_nodes(snapshot) };
    let snapshot = Snapshot::new(kept)?;
    let gone = snapshot.data().scale.duration(gone);
    Ok((Selected { snapshot, omitted, gone, moved }, origins))
}

/// What isn't measured above, or has nothing to do with what's above, has nowhere to go.
fn move_columns(into: &mut [Column], from: &[Column], components: &[Component]) {
    for column in from.iter().filter(|column| !components[column.component as usize].is_event) {
        if let Some(above) = into.iter_mut().find(|above| above.component == column.component) {
            above.own.add(&column.own);
        }
    }
}

/// All but the nodes and what refers to them.
pub(super) fn copy_without_nodes(snapshot: &Snapshot) -> instrument_model::data::Data {
    let data = snapshot.data();
    instrument_model::data::Data {
        process: data.process.clone(),
        partings: data.partings.clone(),
        filter: data.filter.clone(),
        labels: data.labels.clone(),
        components: data.components.clone(),
        threads: data.threads.clone(),
        nodes: Vec::new(),
        moments: Vec::new(),
        measurements: data.measurements.clone(),
        checkpoints: data.checkpoints.clone(),
        timers: data.timers.clone(),
        probes: data.probes.clone(),
        ..*data
    }
}
