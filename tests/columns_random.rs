//! Random programs of spans, markers and meters, in any order and scope, against simple models of what they come to.

#[macro_use]
#[path = "scripted/components.rs"]
mod parts;
#[path = "scripted/random.rs"]
mod random;
mod scripted;

use instrument::component::{Component, Marker, Meter};
use instrument::storage::Scope;
use instrument::{Guard, NodeRef, Snapshot, scope, snapshot};
use parts::use_up;
use random::Random;
use scripted::{pass, script};
use std::collections::{BTreeMap, HashMap};

components! {
    A = "a" in Count of Total
    B = "b" in Count of Total
}

const NAMES: [&str; 2] = [A::NAME, B::NAME];

enum Live {
    Span { _guard: Guard },
    MarkerA { _marker: Marker<A> },
    MarkerB { _marker: Marker<B> },
    Both { _marker: Marker<(A, B)> },
    MeterA(Meter<A>),
    MeterB(Meter<B>),
}

/// What something open is to the model.
#[derive(Clone)]
struct Open {
    path: Vec<String>,
    /// Where the thread was, for what isn't a span.
    before: Option<Vec<String>>,
    /// The numbers of its pushes, by component.
    pushes: [Option<u32>; 2],
    /// What was used up when the lap began that runs.
    lap: Option<f64>,
    laps: u64,
    sum: f64,
}

fn open(kind: usize, label: &str) -> (Live, [bool; 2], bool) {
    let label = label.to_owned();
    match kind {
        0 => (Live::Span { _guard: scope!(label) }, [false, false], true),
        1 => (Live::MarkerA { _marker: Marker::new(label) }, [true, false], true),
        2 => (Live::MarkerB { _marker: Marker::new(label) }, [false, true], true),
        3 => (Live::Both { _marker: Marker::new(label) }, [true, true], true),
        4 => (Live::MeterA(A::new(label).scope(Scope::Tree)), [true, false], false),
        _ => (Live::MeterB(B::new(label).scope(Scope::Tree)), [false, true], false),
    }
}

/// What a component measures now.
struct Push {
    path: Vec<String>,
    number: u32,
    below: f64,
}

/// One component on one path.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Figures {
    laps: u64,
    /// Of those that aren't within another one on the same path.
    direct: f64,
    /// Of those that are.
    inner: f64,
    /// Without what was observed within each.
    own: f64,
    is_recursive: bool,
    observations: u64,
    least: f64,
    greatest: f64,
}

/// A tree of which everything is known by its path.
#[derive(Default)]
struct Model {
    here: Vec<String>,
    used: f64,
    /// What each component measures now: the path and the number of a push.
    frames: [Vec<Push>; 2],
    pushes: u32,
    timed: BTreeMap<Vec<String>, bool>,
    visits: BTreeMap<Vec<String>, u32>,
    figures: BTreeMap<(Vec<String>, usize), Figures>,
}

impl Model {
    fn open(&mut self, label: &str, measures: [bool; 2], is_span: bool) -> Open {
        let before = self.here.clone();
        self.here.push(label.to_owned());
        let path = self.here.clone();
        if is_span {
            self.timed.insert(path.clone(), true);
        } else {
            *self.visits.entry(path.clone()).or_default() += 1;
        }
        let mut pushes = [None; 2];
        for component in 0..2 {
            if measures[component] {
                self.pushes += 1;
                pushes[component] = Some(self.pushes);
                self.frames[component].push(Push { path: path.clone(), number: self.pushes, below: 0.0 });
            }
        }
        let lap = is_span.then_some(self.used);
        Open { path, before: (!is_span).then_some(before), pushes, lap, laps: 0, sum: 0.0 }
    }

    fn stop(&self, open: &mut Open) {
        if let Some(begun) = open.lap.take() {
            open.laps += 1;
            open.sum += self.used - begun;
        }
    }

    fn close(&mut self, mut open: Open) {
        self.stop(&mut open);
        for component in 0..2 {
            let Some(push) = open.pushes[component] else { continue };
            // What's within it is left with it.
            let frames = &mut self.frames[component];
            let (mut below, mut is_inner) = (0.0, false);
            if let Some(at) = frames.iter().position(|frame| frame.number == push) {
                below = frames[at].below;
                frames.truncate(at);
                if let Some(parent) = frames.last_mut() {
                    parent.below += open.sum;
                }
                is_inner = frames.iter().any(|frame| frame.path == open.path);
            }
            if open.laps > 0 {
                let figures = self.figures.entry((open.path.clone(), component)).or_default();
                let is_first = figures.observations == 0;
                figures.least = if is_first { open.sum } else { figures.least.min(open.sum) };
                figures.greatest = if is_first { open.sum } else { figures.greatest.max(open.sum) };
                figures.laps += open.laps;
                *if is_inner { &mut figures.inner } else { &mut figures.direct } += open.sum;
                figures.own += (open.sum - below).max(0.0);
                figures.is_recursive |= is_inner;
                figures.observations += 1;
            }
        }
        if open.before.is_some() {
            *self.visits.get_mut(&open.path).expect("it was visited") -= 1;
        } else {
            self.timed.insert(open.path.clone(), false);
        }
        if !self.here.starts_with(&open.path) {
            return;
        }
        // Spans that are open within end with it.
        while self.here.len() > open.path.len() {
            self.timed.insert(self.here.clone(), false);
            self.here.pop();
        }
        self.here.pop();
        if let Some(mut before) = open.before {
            while !before.is_empty() && self.has_ended(&before) {
                before.pop();
            }
            self.here = before;
        }
    }

    fn has_ended(&self, path: &Vec<String>) -> bool {
        !self.timed.get(path).is_some_and(|timed| *timed) && self.visits.get(path).is_none_or(|visits| *visits == 0)
    }
}

/// Runs a random program below a span of its own, and says what it comes to.
fn run(random: &mut Random, root: &str) -> Model {
    let mut model = Model::default();
    let mut live = vec![(Some(Live::Span { _guard: scope!(root) }), model.open(root, [false; 2], true))];
    for _ in 0..random.below(60) {
        match random.below(10) {
            0..4 if live.len() < 20 => {
                let label = ["x", "y", "z"][random.below(3)];
                let (mut now, measures, is_span) = open(random.below(6), label);
                let mut known = model.open(label, measures, is_span);
                match &mut now {
                    Live::MeterA(meter) => meter.push(),
                    Live::MeterB(meter) => meter.push(),
                    _ => {}
                }
                if random.below(4) > 0 {
                    start(&mut now, &model, &mut known);
                }
                live.push((Some(now), known));
            }
            4 => {
                let at = random.below(live.len());
                let (Some(now), known) = &mut live[at] else { continue };
                if known.lap.is_some() {
                    stop(now, &model, known);
                } else {
                    start(now, &model, known);
                }
            }
            5..8 => {
                let amount = 1 << random.below(8);
                use_up(f64::from(amount));
                pass(10);
                model.used += f64::from(amount);
            }
            _ if live.len() > 1 => {
                // Mostly the innermost; and never the root, but that's closed or leaked by what's around it.
                let at = if random.below(4) > 0 { live.len() - 1 } else { 1 + random.below(live.len() - 1) };
                let (now, known) = live.remove(at);
                if random.below(20) == 0 {
                    std::mem::forget(now);
                } else {
                    drop(now);
                    model.close(known);
                }
            }
            _ => {}
        }
    }
    while live.len() > 1 {
        let (now, known) = live.remove(1 + random.below(live.len() - 1));
        drop(now);
        model.close(known);
    }
    let (now, known) = live.remove(0);
    drop(now);
    model.close(known);
    drop(scope!("the top"));
    model
}

fn start(now: &mut Live, model: &Model, known: &mut Open) {
    match now {
        Live::MeterA(meter) => meter.start(),
        Live::MeterB(meter) => meter.start(),
        _ => return,
    }
    known.lap.get_or_insert(model.used);
}

fn stop(now: &mut Live, model: &Model, known: &mut Open) {
    match now {
        Live::MeterA(meter) => meter.stop(),
        Live::MeterB(meter) => meter.stop(),
        _ => return,
    }
    model.stop(known);
}

/// All nodes by path.
fn by_path(snapshot: &Snapshot) -> HashMap<Vec<String>, NodeRef<'_>> {
    let mut paths: Vec<Vec<String>> = Vec::new();
    for node in snapshot.nodes() {
        let mut path = node.parent().map_or_else(Vec::new, |parent| paths[parent.place()].clone());
        path.push(node.name().to_owned());
        paths.push(path);
    }
    paths.into_iter().zip(snapshot.nodes()).collect()
}

/// Checks a component's figures from a node on down against the model's; returns what its parents have below them by it,
/// and the sum of what's own.
fn check(node: &NodeRef<'_>, above: &[String], model: &Model, component: usize) -> (f64, f64) {
    let path = [above, &[node.name().to_owned()]].concat();
    let (mut below, mut owns) = (0.0, 0.0);
    for child in node.children() {
        let (nearest, own) = check(&child, &path, model, component);
        below += nearest;
        owns += own;
    }
    let known = model.figures.get(&(path.clone(), component));
    let column = node.column(NAMES[component]);
    let Some(known) = known else {
        // What's open for ever, or was left without a lap, has what's below.
        if let Some(column) = column {
            assert_eq!((column.total(), column.own(), column.count()), (below, 0.0, 0.0), "{path:?}");
        }
        return (below, owns);
    };
    let column = column.unwrap_or_else(|| panic!("{path:?} has no column"));
    // What was popped before what's within it is no less than that.
    let total = known.direct.max(if known.is_recursive { known.own } else { below });
    let own = if known.is_recursive { known.own } else { total - below };
    assert_eq!((column.total(), column.own()), (total, own), "total and own of {path:?}");
    let observed = (column.laps(), column.count(), column.min(), column.max());
    assert_eq!(observed, (known.laps, known.observations as f64, known.least, known.greatest), "{path:?}");
    assert_eq!(column.mean(), (known.direct + known.inner) / known.observations as f64, "{path:?}");
    (total, owns + own)
}

#[test]
fn whatever_a_thread_does_its_columns_are_those_of_the_model() {
    let _turn = script();
    let (mut models, mut odd) = (Vec::new(), 0);
    for seed in 1..=600 {
        let root = format!("program {seed}");
        let model = run(&mut Random::new(seed), &root);
        models.push((root, model));
    }
    let snapshot = snapshot();
    let nodes = by_path(&snapshot);
    for (root, model) in &models {
        for component in 0..2 {
            let outermost = &nodes[std::slice::from_ref(root)];
            let (total, owns) = check(outermost, &[], model, component);
            // A place that's entered again while a push there is open, since it was left out of order, is an exception.
            let is_odd = model.figures.iter().any(|((_, of), figures)| *of == component && figures.is_recursive);
            odd += u32::from(is_odd);
            assert!(is_odd || owns == total, "what's own adds up to the roots' totals, in {root}");
        }
        for (path, component) in model.figures.keys() {
            assert!(nodes[path].column(NAMES[*component]).is_some(), "{path:?} in {root}");
        }
    }
    assert_eq!(snapshot.find(&["the top"]).map(|node| node.count()), Some(600));
    assert!(snapshot.lost().is_empty());
    assert!((1..100).contains(&odd), "{odd} programs");
}

/// Pushes in order, flat and in the tree; notes whose what's used up is: the innermost push's alone, and for each
/// component all that are open, each place once. Returns what was used within any.
fn nest(random: &mut Random, root: &str, stack: &mut Vec<Frame>, known: &mut Known) {
    for _ in 0..1 + random.below(3) {
        let amount = f64::from(1 << random.below(8));
        use_up(amount);
        known.note(stack, amount);
        if stack.len() >= 6 {
            continue;
        }
        let component = random.below(2);
        let is_flat = random.below(3) == 0;
        // Each place is of one component: what's below it is within it.
        let name = NAMES[component];
        let label = if is_flat { format!("{root} flat {name} {}", random.below(2)) } else { format!("tree {name}") };
        let mut path = if is_flat { Vec::new() } else { stack.last().map_or_else(Vec::new, |top| top.path.clone()) };
        if !is_flat && stack.is_empty() {
            path.push(root.to_owned());
        }
        path.push(label.clone());
        stack.push(Frame { path, component });
        let scope = if is_flat { Scope::Flat } else { Scope::Tree };
        if component == 0 {
            let mut meter = A::new(label).scope(scope);
            meter.push();
            meter.start();
            nest(random, root, stack, known);
        } else {
            let mut meter = B::new(label).scope(scope);
            meter.push();
            meter.start();
            nest(random, root, stack, known);
        }
        stack.pop();
    }
}

struct Frame {
    path: Vec<String>,
    component: usize,
}

/// Total and own by path and component.
#[derive(Default)]
struct Known(BTreeMap<(Vec<String>, usize), (f64, f64)>);

impl Known {
    fn note(&mut self, stack: &[Frame], amount: f64) {
        for component in 0..2 {
            let mut seen: Vec<&Vec<String>> = Vec::new();
            for frame in stack.iter().rev().filter(|frame| frame.component == component) {
                let (total, own) = self.0.entry((frame.path.clone(), component)).or_default();
                if seen.is_empty() {
                    *own += amount;
                }
                if !seen.contains(&&frame.path) {
                    *total += amount;
                }
                seen.push(&frame.path);
            }
        }
    }
}

#[test]
fn whatever_the_scopes_each_amount_is_the_own_of_one_push() {
    let _turn = script();
    let mut all = Vec::new();
    for seed in 1..=150 {
        let root = format!("scopes {seed}");
        let mut known = Known::default();
        // Threads together: what each does is its own, and adds up.
        let parts: Vec<Known> = std::thread::scope(|threads| {
            let run = |part: u64| {
                let root = &root;
                move || {
                    let mut known = Known::default();
                    let _root = scope!(root.clone());
                    nest(&mut Random::new(seed * 3 + part), root, &mut Vec::new(), &mut known);
                    known
                }
            };
            let threads: Vec<_> = (0..2).map(|part| threads.spawn(run(part))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        for (key, (total, own)) in parts.into_iter().flat_map(|part| part.0) {
            let sums = known.0.entry(key).or_default();
            *sums = (sums.0 + total, sums.1 + own);
        }
        all.push((root, known));
    }
    let snapshot = snapshot();
    let nodes = by_path(&snapshot);
    for (root, known) in all {
        for ((path, component), expected) in &known.0 {
            let figures = nodes[path].column(NAMES[*component]).expect("measured");
            assert_eq!((figures.total(), figures.own()), *expected, "{path:?} in {root}");
        }
    }
}
