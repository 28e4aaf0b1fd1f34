//! Several snapshots as one: those of a program's runs, its processes, or its test binaries.

use super::add;
use super::rescale::Rescale;
use instrument_model::data::{
    Checkpoints, Component, Data, Filter, Identity, Label, Line, Measurement, Moment, Node, Parting, Probe, Process,
    Thread, Timer,
};
use instrument_model::{Invalid, Scale, Snapshot};
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// What several snapshots have recorded, as one.
///
/// Calls of the same path are one node; two places are the same if they have the same given name, or else the same function,
/// file, line and column. Counts, sums, extremes and distributions add up; of clocks whose ticks differ by more than a
/// thousandth, distributions stay within 1/32. Elapsed time is that in which any of them recorded: processes beside each other
/// count once, and what lies between two runs doesn't. Threads are kept apart only if all snapshots keep them apart.
///
/// Costs a look-up in a hash table a node.
///
/// # Errors
/// [`Invalid`] if there are more nodes than there can be: 2³² - 1.
///
/// ```
/// use instrument_model::Snapshot;
/// use instrument_model::data::{Data, Label, Node};
/// use instrument_report::analysis::merge;
/// use std::sync::Arc;
///
/// let label = Label { name: "load".into(), is_given: true, ..Label::default() };
/// let node = Node { untimed: 3, ..Node::default() };
/// let run = Snapshot::new(Data { labels: Arc::new(vec![Arc::new(label)]), nodes: vec![node], ..Data::default() })?;
///
/// let both = merge([&run, &run])?;
/// assert_eq!(both.find(&["load"]).map(|node| node.count()), Some(6));
/// # Ok::<(), instrument_model::Invalid>(())
/// ```
pub fn merge<'a>(snapshots: impl IntoIterator<Item = &'a Snapshot>) -> Result<Snapshot, Invalid> {
    let all: Vec<&Data> = snapshots.into_iter().map(Snapshot::data).collect();
    if let [one] = all[..] {
        return Snapshot::new(one.clone());
    }
    let by_thread = !all.is_empty() && all.iter().all(|data| !data.threads.is_empty());
    merged(&all, by_thread)
}

/// What a snapshot that keeps threads apart has recorded on all of them: calls of the same path are one node. One that doesn't
/// is returned as it is.
///
/// Costs a look-up in a hash table a node.
///
/// # Errors
/// None: [`Invalid`] is that of [`Snapshot::new`].
///
/// ```
/// use instrument_model::Snapshot;
/// use instrument_model::data::{Data, Label, Node, Thread};
/// use instrument_report::analysis::merge_threads;
/// use std::sync::Arc;
///
/// let label = Label { name: "load".into(), is_given: true, ..Label::default() };
/// let node = |thread| Node { thread: Some(thread), untimed: 3, ..Node::default() };
/// let threads = vec![Thread::default(); 2];
/// let nodes = vec![node(0), node(1)];
/// let apart = Snapshot::new(Data { labels: Arc::new(vec![Arc::new(label)]), threads, nodes, ..Data::default() })?;
///
/// let together = merge_threads(&apart)?;
/// assert_eq!(together.find(&["load"]).map(|node| node.count()), Some(6));
/// # Ok::<(), instrument_model::Invalid>(())
/// ```
pub fn merge_threads(snapshot: &Snapshot) -> Result<Snapshot, Invalid> {
    match snapshot.data().threads.is_empty() {
        true => Snapshot::new(snapshot.data().clone()),
        false => merged(&[snapshot.data()], false),
    }
}

fn merged(all: &[&Data], by_thread: bool) -> Result<Snapshot, Invalid> {
    let scale = all.first().map_or(Scale::default(), |first| first.scale);
    let mut merge = Merge { scale, by_thread, ..Merge::default() };
    all.iter().for_each(|data| merge.add(data));
    Snapshot::new(merge.finish(all))
}

/// Where the first of each sort has its place.
struct Places<K>(HashMap<K, u32>);

impl<K> Default for Places<K> {
    fn default() -> Places<K> {
        Places(HashMap::new())
    }
}

impl<K: Hash + Eq> Places<K> {
    /// The place of the one that's the same; of a new one that of the item which is then made, behind the others.
    fn of<T>(&mut self, key: K, items: &mut Vec<T>, make: impl FnOnce() -> T) -> u32 {
        *self.0.entry(key).or_insert_with(|| {
            items.push(make());
            items.len() as u32 - 1
        })
    }
}

#[derive(Default)]
struct Merge<'a> {
    scale: Scale,
    by_thread: bool,
    labels: Vec<Arc<Label>>,
    components: Vec<Component>,
    threads: Vec<Thread>,
    nodes: Vec<Node>,
    moments: Vec<Moment>,
    checkpoints: Vec<Checkpoints>,
    timers: Vec<Timer>,
    probes: Vec<Probe>,
    partings: Vec<Parting>,
    measurements: BTreeMap<Arc<str>, Measurement>,
    of_labels: Places<Identity<'a>>,
    of_components: Places<(&'a str, String)>,
    of_nodes: Places<(Option<u32>, u32, Option<u32>)>,
    of_checkpoints: Places<&'a str>,
    of_timers: Places<&'a str>,
    of_probes: Places<(&'a str, &'a str)>,
}

impl<'a> Merge<'a> {
    fn add(&mut self, data: &'a Data) {
        let rescale = Rescale::new(data.scale, self.scale);
        let before = self.threads.len() as u32;
        if self.by_thread {
            self.threads.extend(data.threads.iter().map(|thread| of_process(thread, &data.process)));
        }
        let labels: Vec<u32> = data
            .labels
            .iter()
            .map(|label| self.of_labels.of(label.identity(), &mut self.labels, || Arc::clone(label)))
            .collect();
        let components: Vec<u32> = data
            .components
            .iter()
            .map(|component| {
                let key = (component.name.as_str(), component.unit.to_string());
                self.of_components.of(key, &mut self.components, || component.clone())
            })
            .collect();
        let mut nodes: Vec<u32> = Vec::with_capacity(data.nodes.len());
        for node in &data.nodes {
            let parent = node.parent.map(|parent| nodes[parent as usize]);
            let thread = node.thread.filter(|_| self.by_thread).map(|thread| thread + before);
            let label = labels[node.label as usize];
            let make = || Node { label, parent, thread, ..Node::default() };
            let place = self.of_nodes.of((parent, label, thread), &mut self.nodes, make);
            nodes.push(place);
            let mut node = node.clone();
            rescale.node(&mut node);
            node.columns.iter_mut().for_each(|column| column.component = components[column.component as usize]);
            add::node(&mut self.nodes[place as usize], node);
        }
        self.moments.extend(data.moments.iter().map(|moment| Moment {
            component: components[moment.component as usize],
            node: nodes[moment.node as usize],
            ..moment.clone()
        }));
        self.partings.extend(data.partings.iter().map(|parting| rescale.parting(parting)));
        self.beside(data, rescale);
    }

    /// What refers to no node.
    fn beside(&mut self, data: &'a Data, rescale: Rescale) {
        for measurement in &data.measurements {
            match self.measurements.get_mut(&measurement.name) {
                Some(known) => known.values.merge(&measurement.values),
                None => drop(self.measurements.insert(Arc::clone(&measurement.name), measurement.clone())),
            }
        }
        for function in &data.checkpoints {
            let empty = || Checkpoints { name: function.name.clone(), ..Checkpoints::default() };
            let place = self.of_checkpoints.of(&function.name, &mut self.checkpoints, empty);
            let known = &mut self.checkpoints[place as usize];
            known.calls = known.calls.saturating_add(function.calls);
            function.lines.iter().for_each(|line| add_line(&mut known.lines, line, rescale));
        }
        for timer in &data.timers {
            let empty = || Timer { name: timer.name.clone(), scale: timer.scale, ..Timer::default() };
            let place = self.of_timers.of(&timer.name, &mut self.timers, empty);
            let known = &mut self.timers[place as usize];
            known.times.merge(Rescale::new(timer.scale, known.scale).times(&timer.times));
            let new = timer.quantiles.iter().filter(|q| !known.quantiles.contains(q)).copied().collect::<Vec<_>>();
            known.quantiles.extend(new);
        }
        for probe in &data.probes {
            let empty = || Probe { calls: 0, ..probe.clone() };
            let place = self.of_probes.of((&probe.target, &probe.name), &mut self.probes, empty);
            let known = &mut self.probes[place as usize];
            known.calls = known.calls.saturating_add(probe.calls);
            if known.error.is_empty() {
                known.error.clone_from(&probe.error);
            }
        }
    }

    fn finish(mut self, all: &[&'a Data]) -> Data {
        let (elapsed, most_threads) = together(all);
        self.partings.sort_by_key(|parting| parting.from);
        let weighted = |cost: fn(&Data) -> Option<f64>, times: fn(&Node) -> u64| {
            let of = |data: &&Data| {
                let calls = data.nodes.iter().map(times).fold(0, u64::saturating_add) as f64 + 1.0;
                cost(data).map(|cost| (cost * calls, calls))
            };
            let (sum, calls) = all.iter().filter_map(of).fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            (calls > 0.0).then(|| sum / calls)
        };
        Data {
            process: process(all),
            from: 0,
            to: Rescale::new(Scale::NANOSECONDS, self.scale).ticks(elapsed),
            scale: self.scale,
            partings: self.partings,
            labels: Arc::new(self.labels),
            components: self.components,
            threads: self.threads,
            most_threads,
            nodes: self.nodes,
            moments: self.moments,
            measurements: self.measurements.into_values().collect(),
            checkpoints: self.checkpoints,
            timers: self.timers,
            probes: self.probes,
            filter: filter(all),
            live: all.iter().filter_map(|data| data.live).reduce(|sum, live| sum.and(&live)),
            lost: all.iter().map(|data| data.lost).fold(Default::default(), |sum, lost| sum.and(&lost)),
            cost: weighted(|data| data.cost, |node| node.times.count),
            counting: weighted(|data| data.counting, |node| node.untimed),
            ..Data::default()
        }
    }
}

fn add_line(lines: &mut Vec<Line>, line: &Line, rescale: Rescale) {
    let (sum, max) = (rescale.ticks(line.sum), rescale.ticks(line.max));
    match lines.iter_mut().find(|known| known.label == line.label) {
        Some(known) => (known.sum, known.max) = (known.sum.saturating_add(sum), known.max.max(max)),
        None => lines.push(Line { label: line.label.clone(), sum, max }),
    }
}

/// What was chosen, if that's the same in all.
fn filter(all: &[&Data]) -> Option<Filter> {
    let (first, others) = all.split_first()?;
    others.iter().try_fold(first.filter.clone()?, |sum, data| {
        let other = data.filter.as_ref().filter(|other| (&other.only, &other.skip) == (&sum.only, &sum.skip))?;
        Some(Filter { left_out: sum.left_out.max(other.left_out), ..sum })
    })
}

/// A thread's name says of which process it is.
fn of_process(thread: &Thread, process: &Process) -> Thread {
    Thread { name: format!("{}, {} {}", thread.name, process.program, process.pid), id: thread.id }
}

/// How long any of them recorded, in nanoseconds, and how many threads did so at the same time at most. Those whose start isn't
/// known had a time of their own.
fn together(all: &[&Data]) -> (u64, usize) {
    let (mut elapsed, mut most) = (0_u64, 0);
    // When threads began, and when they ended: at the same moment, ends come first.
    let mut steps: Vec<(u64, bool, usize)> = Vec::new();
    for data in all {
        let [from, to] = [data.from, data.to.max(data.from)].map(|ticks| data.scale.nanos(ticks));
        let start = data.process.start;
        // Of no length, it would end before it begins.
        if start == 0 || from == to {
            elapsed = elapsed.saturating_add(to - from);
            most = most.max(data.most_threads);
        } else {
            steps.push((start.saturating_add(from), true, data.most_threads));
            steps.push((start.saturating_add(to), false, data.most_threads));
        }
    }
    steps.sort_unstable();
    let (mut open, mut threads, mut since) = (0_usize, 0, 0);
    for (moment, begins, more) in steps {
        if begins {
            since = if open == 0 { moment } else { since };
            (open, threads) = (open + 1, threads + more);
            most = most.max(threads);
        } else {
            (open, threads) = (open - 1, threads - more);
            elapsed = if open == 0 { elapsed.saturating_add(moment - since) } else { elapsed };
        }
    }
    (elapsed, most)
}

/// What they have in common; else what each has, as far as it fits in a line.
fn process(all: &[&Data]) -> Process {
    let text = |field: fn(&Process) -> &String| {
        let mut different: Vec<&str> = Vec::new();
        for text in all.iter().map(|data| field(&data.process).as_str()).filter(|text| !text.is_empty()) {
            if !different.contains(&text) {
                different.push(text);
            }
        }
        match different.len() {
            0..=3 => different.join(", "),
            more => format!("{}, and {} more", different[..2].join(", "), more - 2),
        }
    };
    let first = all.first().map_or(0, |data| data.process.pid);
    Process {
        program: text(|process| &process.program),
        pid: if all.iter().all(|data| data.process.pid == first) { first } else { 0 },
        host: text(|process| &process.host),
        start: all.iter().map(|data| data.process.start).filter(|&start| start > 0).min().unwrap_or(0),
        clock: text(|process| &process.clock),
        version: text(|process| &process.version),
        profile: text(|process| &process.profile),
        cpu: text(|process| &process.cpu),
        system: text(|process| &process.system),
    }
}
