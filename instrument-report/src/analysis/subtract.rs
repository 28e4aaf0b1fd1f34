//! What one snapshot has recorded beyond another one.

use super::merge_threads;
use super::rescale::Rescale;
use instrument_model::data::{Amount, Column, Identity, Node, Tasks};
use instrument_model::{Invalid, Snapshot};
use std::collections::HashMap;

/// What `from` has recorded beyond `part`, path by path: of recordings that were [merged](super::merge()), taking one away leaves the
/// others. Nothing gets below 0; of a snapshot without itself all figures are 0. Paths that only `part` has aren't there.
///
/// Counts, sums and distributions are taken away; extremes are as exact as the distributions. Elapsed time, measurements, and what
/// else isn't of a path stay `from`'s. Of two snapshots of one process [`Snapshot::since`] knows more.
///
/// Costs a look-up in a hash table a node.
///
/// # Errors
/// [`Invalid`] if there are more nodes than there can be: 2³² - 1.
///
/// ```
/// use instrument_model::Snapshot;
/// use instrument_model::data::{Data, Label, Node};
/// use instrument_report::analysis::{merge, subtract};
/// use std::sync::Arc;
///
/// let label = Label { name: "load".into(), is_given: true, ..Label::default() };
/// let node = Node { untimed: 3, ..Node::default() };
/// let run = Snapshot::new(Data { labels: Arc::new(vec![Arc::new(label)]), nodes: vec![node], ..Data::default() })?;
///
/// let rest = subtract(&merge([&run, &run])?, &run)?;
/// assert_eq!(rest.find(&["load"]).map(|node| node.count()), Some(3));
/// # Ok::<(), instrument_model::Invalid>(())
/// ```
pub fn subtract(from: &Snapshot, part: &Snapshot) -> Result<Snapshot, Invalid> {
    // Threads that are kept apart are put together, since a thread of one process is none of another's.
    let (from, part) = (merge_threads(from)?, merge_threads(part)?);
    let mut data = from.into_data();
    let part = part.data();
    let rescale = Rescale::new(part.scale, data.scale);
    let mut paths: HashMap<(Option<u32>, Identity<'_>), u32> = HashMap::new();
    let labels = std::sync::Arc::clone(&data.labels);
    for (place, node) in data.nodes.iter().enumerate() {
        paths.insert((node.parent, labels[node.label as usize].identity()), place as u32);
    }
    let names: HashMap<(&str, String), u32> = (0..)
        .zip(&data.components)
        .map(|(place, component)| ((component.name.as_str(), component.unit.to_string()), place))
        .collect();
    let components: Vec<Option<u32>> = part
        .components
        .iter()
        .map(|component| names.get(&(component.name.as_str(), component.unit.to_string())).copied())
        .collect();
    let mut places: Vec<Option<u32>> = Vec::with_capacity(part.nodes.len());
    for node in &part.nodes {
        // Below what isn't there nothing is.
        let parent = match node.parent {
            None => Some(None),
            Some(parent) => places[parent as usize].map(Some),
        };
        let place =
            parent.and_then(|parent| paths.get(&(parent, part.labels[node.label as usize].identity())).copied());
        places.push(place);
        if let Some(place) = place {
            let mut node = node.clone();
            rescale.node(&mut node);
            take(&mut data.nodes[place as usize], &node, &components);
        }
    }
    Snapshot::new(data)
}

fn take(node: &mut Node, part: &Node, components: &[Option<u32>]) {
    for (rest, less) in [
        (&mut node.untimed, part.untimed),
        (&mut node.running, part.running),
        (&mut node.estimated, part.estimated),
        (&mut node.total, part.total),
        (&mut node.own, part.own),
    ] {
        *rest = rest.saturating_sub(less);
    }
    node.times.subtract(&part.times, false);
    if let (Some(tasks), Some(less)) = (node.tasks.as_deref_mut(), part.tasks.as_deref()) {
        take_tasks(tasks, less);
    }
    for less in &part.columns {
        let component = components[less.component as usize];
        let column = node.columns.iter_mut().find(|column| Some(column.component) == component);
        if let Some(column) = column {
            take_column(column, less);
        }
    }
}

fn take_tasks(tasks: &mut Tasks, part: &Tasks) {
    for (rest, less) in [
        (&mut tasks.begun, part.begun),
        (&mut tasks.polls, part.polls),
        (&mut tasks.cancelled, part.cancelled),
        (&mut tasks.cancelled_wall, part.cancelled_wall),
    ] {
        *rest = rest.saturating_sub(less);
    }
    tasks.wall.subtract(&part.wall, false);
}

fn take_column(column: &mut Column, part: &Column) {
    let take = |rest: &mut Amount, less: &Amount| rest.subtract(less);
    column.laps = column.laps.saturating_sub(part.laps);
    take(&mut column.total, &part.total);
    take(&mut column.own, &part.own);
    column.inclusive.subtract(&part.inclusive, false);
    column.exclusive.subtract(&part.exclusive, false);
}
