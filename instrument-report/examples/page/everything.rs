//! A recording with all that there can be: async, parallel, sampled and throttled calls, components of each kind, partings,
//! losses, and names that try to be markup.

use instrument_model::data::{
    Amount, Checkpoints, Column, Component, Data, Label, Line, Measurement, Node, Parting, Probe, Process, Tasks, Timer,
};
use instrument_model::{Invalid, Snapshot, Spread, Times, Unit, histogram};
use std::collections::BTreeMap;
use std::sync::Arc;

const MS: u64 = 1_000_000;

/// Name, module, the place of its parent, own time in ms, calls.
type Place = (&'static str, &'static str, Option<u32>, u64, u64);

const PLACES: [Place; 17] = [
    ("serve", "shop::http", None, 40, 1),
    ("handle_request", "shop::http", Some(0), 160, 400),
    ("parse_headers", "shop::http::headers", Some(1), 95, 400),
    ("Vec<T>::sort_by", "shop::cart", Some(1), 210, 1_200),
    ("<script>alert(1)</script>", "shop::cart", Some(3), 120, 33),
    ("</script><img src=x onerror=alert(2)>", "<b>bold</b>", Some(1), 60, 7),
    ("line\u{2028}separator \u{202e}turned", "shop::cart", Some(1), 45, 12),
    ("Query::run", "shop::store", Some(1), 310, 64_000),
    ("Pool::get", "shop::store", Some(7), 85, 900),
    ("render", "shop::render", Some(1), 130, 400),
    ("render tile", "shop::render", Some(9), 620, 3_200),
    ("deflate", "codec", Some(10), 280, 3_200),
    ("is_free", "shop::store", Some(8), 30, 5_000_000),
    ("upload", "shop::gpu", Some(9), 0, 0),
    ("reload", "shop::config", None, 240, 3),
    ("Query::run", "shop::store", Some(14), 70, 128),
    ("never", "shop::config", Some(14), 0, 0),
];

/// Splitmix, so that it's always the same.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as f64 / u64::MAX as f64
    }

    /// Times with a long tail that add up to about so much.
    fn times(&mut self, sum: u64, calls: u64) -> Times {
        let made = calls.min(4_000);
        let bell = |random: &mut Random| (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
        let shapes: Vec<f64> =
            (0..made).map(|_| (bell(self) * 0.7).exp() * if self.unit() < 0.04 { 9.0 } else { 1.0 }).collect();
        let unit = sum as f64 / shapes.iter().sum::<f64>() * (made as f64 / calls.max(1) as f64);
        let values: Vec<u64> = shapes.iter().map(|shape| (shape * unit) as u64).collect();
        let mut buckets = BTreeMap::new();
        for &value in &values {
            let (zeros, place) = histogram::locate(value);
            *buckets.entry(histogram::bucket(histogram::octave(zeros), place)).or_insert(0) += 1;
        }
        Times {
            count: made,
            sum: values.iter().sum(),
            squares: values.iter().map(|&value| u128::from(value).pow(2)).sum(),
            extremes: values.iter().fold(Times::NONE, |found, &value| Times::both(found, (value, value))),
            histogram: buckets.into_iter().collect(),
            ..Times::default()
        }
    }
}

fn spread(values: &[f64]) -> Spread {
    let mut all = Spread::default();
    values.iter().for_each(|&value| all.merge(&Spread::of_one(value)));
    all
}

fn label(at: usize, (name, module, ..): Place) -> Arc<Label> {
    Arc::new(Label {
        name: name.into(),
        path: format!("{module}::{name}").into(),
        module: module.into(),
        file: if at == 10 {
            "".into()
        } else {
            format!("src/{}.rs", module.rsplit("::").next().unwrap_or(module)).into()
        },
        line: if at == 10 { 0 } else { 12 * at as u32 + 7 },
        column: if at == 10 { 0 } else { 5 },
        sample: if name == "Query::run" { 64 } else { 1 },
        is_given: name == "render tile",
    })
}

fn nodes() -> Vec<Node> {
    let mut random = Random(11);
    let own: Vec<u64> = PLACES.iter().map(|place| place.3 * MS + place.3 * 137).collect();
    let mut totals = own.clone();
    for at in (0..PLACES.len()).rev() {
        // What's parallel isn't part of the time of what it was called from.
        if let (Some(parent), false) = (PLACES[at].2, at == 10) {
            totals[parent as usize] += totals[at];
        }
    }
    let node = |(at, &(_, _, parent, _, calls)): (usize, &Place)| {
        let times = random.times(totals[at], calls);
        // The second Query::run is the first one's place.
        let label = if at == 15 { 7 } else { at as u32 };
        let untimed = calls - times.count;
        Node {
            label,
            parent,
            untimed,
            estimated: totals[at],
            total: totals[at],
            own: own[at],
            times,
            ..Node::default()
        }
    };
    let mut nodes: Vec<Node> = PLACES.iter().enumerate().map(node).collect();
    nodes[0].running = 1;
    nodes[1].tasks = Some(Box::new(Tasks {
        begun: 412,
        polls: 1_310,
        wall: random.times(9_000 * MS, 400),
        cancelled: 12,
        cancelled_wall: 360 * MS,
    }));
    nodes[10].is_parallel = true;
    nodes[12].is_throttled = true;
    nodes
}

fn column(component: u32, total: (f64, f64), own: (f64, f64), values: &[f64]) -> Column {
    let amount = |(sum, per)| Amount { sum, per };
    let inclusive = spread(values);
    Column { component, laps: inclusive.count, total: amount(total), own: amount(own), inclusive, exclusive: inclusive }
}

fn components(nodes: &mut [Node]) -> Vec<Component> {
    for node in nodes.iter_mut().filter(|node| node.times.count > 0) {
        let (total, own, calls) = (node.total as f64 / 1e9, node.own as f64 / 1e9, node.times.count as f64);
        node.columns.push(column(0, (total * 0.9, 0.0), (own * 0.9, 0.0), &[total * 0.9 / calls, total * 0.2 / calls]));
    }
    for (at, (total, own)) in [(1, (5.5e6, 1e6)), (3, (3.5e6, 3e6)), (4, (5e5, 5e5)), (9, (1e6, 1e6))] {
        nodes[at].columns.push(column(1, (total, 0.0), (own, 0.0), &[total / 2.0, total / 2.0]));
    }
    nodes[9].columns.push(column(2, (150.0, 2.0), (0.0, 0.0), &[75.0]));
    nodes[3].columns.push(column(3, (-64.0 * 1024.0, 0.0), (-64.0 * 1024.0, 0.0), &[-64.0 * 1024.0]));
    nodes[13].columns.push(column(4, (42.0, 0.0), (42.0, 0.0), &[40.0, 2.0]));
    for (at, total, own) in [(0, 3e6, 0.0), (3, 3e6, 3e6)] {
        let tally = Column {
            laps: 0,
            inclusive: spread(&[]),
            exclusive: spread(&[]),
            ..column(5, (total, 0.0), (own, 0.0), &[])
        };
        nodes[at].columns.push(tally);
    }
    let component = |name: &str, description: &str, unit| Component {
        name: name.to_owned(),
        description: description.to_owned(),
        unit,
        is_event: name == "frames",
        is_signed: name == "heap_change",
        is_tally: name == "live_bytes",
        is_sampled: name == "live_bytes",
    };
    vec![
        component("thread_cpu", "CPU time that the thread took", Unit::Seconds),
        component("alloc_bytes", "bytes that were allocated", Unit::Bytes),
        component("cpu_share", "CPU time by time that passed", Unit::Percent),
        component("heap_change", "how much larger the heap was at the end", Unit::Bytes),
        component("frames", "frames & <i>fields</i> that were uploaded", Unit::Count),
        component("live_bytes", "bytes that are alive, by a sample", Unit::Bytes),
    ]
}

fn checkpoints() -> Vec<Checkpoints> {
    let line = |label: &str, sum, max| Line { label: label.to_owned(), sum: sum * MS, max: max * MS };
    let load = vec![
        line("31: let text = fs::read_to_string(path)?;", 32, 19),
        line("32: let table = text.parse::<Table<'_>>()?;", 171, 80),
        line("34: table.check()", 37, 15),
    ];
    let checkout = vec![line("88: let <b>sum</b> = cart.sum();", 3, 1), line("91: pay(sum).await?", 210, 61)];
    vec![
        Checkpoints { name: "reload".to_owned(), calls: 3, lines: load },
        Checkpoints { name: "checkout".to_owned(), calls: 29, lines: checkout },
        Checkpoints { name: "never".to_owned(), calls: 0, lines: vec![line("1: ()", 0, 0)] },
    ]
}

/// A later run: `Vec<T>::sort_by` takes half as long again, and what was called in it is another function.
pub(crate) fn changed() -> Result<Snapshot, Invalid> {
    let mut data = snapshot()?.into_data();
    let longer = data.nodes[3].own / 2;
    data.nodes[3].own += longer;
    for place in [0, 1, 3] {
        data.nodes[place].total += longer;
    }
    Arc::make_mut(&mut Arc::make_mut(&mut data.labels)[4]).path = "shop::cart::successor".into();
    Arc::make_mut(&mut Arc::make_mut(&mut data.labels)[4]).name = "successor".into();
    Snapshot::new(data)
}

pub(crate) fn snapshot() -> Result<Snapshot, Invalid> {
    let mut random = Random(5);
    let mut nodes = nodes();
    let components = components(&mut nodes);
    let measured = |name: &str, values: &[f64]| Measurement::new(name, spread(values));
    let timer = |name: &str, times, quantiles: &[f64]| Timer {
        name: name.to_owned(),
        times,
        quantiles: quantiles.to_vec(),
        ..Timer::default()
    };
    let probe = |target: &str, name: &str, calls, error: &str| Probe {
        target: target.to_owned(),
        name: name.to_owned(),
        calls,
        error: error.to_owned(),
    };
    let mut data = Data {
        process: Process {
            program: "shop <server>".to_owned(),
            pid: 4711,
            host: "till-3".to_owned(),
            start: 1_795_730_376_000_000_000,
            clock: "tsc".to_owned(),
            version: "0.1.0".to_owned(),
            profile: "release".to_owned(),
            cpu: "A processor".to_owned(),
            system: "linux x86_64".to_owned(),
        },
        to: 2_400 * MS,
        labels: Arc::new(PLACES.iter().enumerate().map(|(at, &place)| label(at, place)).collect()),
        partings: vec![Parting { from: 900 * MS, to: 1_100 * MS, counted: 200 * MS, passed: 60 * MS }],
        most_threads: 4,
        components,
        nodes,
        measurements: vec![
            measured("basket <b>size</b>", &[1.0, 4.0, 11.0]),
            measured("discount", &[-2.5, -1.0]),
            measured("queue length", &[0.0, 0.0, 123_456.7, 1e12]),
        ],
        checkpoints: checkpoints(),
        timers: vec![
            timer("thumbnail", random.times(900 * MS, 292), &[0.5, 0.999]),
            timer("idle", Times::default(), &[]),
        ],
        probes: vec![
            probe("shop::cart::add", "log", 29, ""),
            probe("shop::store::Query::run", "count", 64_128, "its condition isn't a truth value: `args.id + 1`"),
        ],
        cost: Some(22.4),
        counting: Some(2.31),
        ..Data::default()
    };
    (data.lost.too_deep, data.lost.inside) = (3, 1_204);
    Snapshot::new(data)
}
