//! Any model: made of random numbers, and valid.

use instrument_model::data::{
    Amount, Checkpoints, Column, Component, Data, Filter, Label, Line, Live, Measurement, Moment, Node, Parting, Probe,
    Process, Tasks, Thread, Timer,
};
use instrument_model::histogram::{Histogram, bucket, locate, octave};
use instrument_model::{Lost, Scale, Spread, Times, Unit};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Random numbers, and zeros after the last.
pub struct Source(std::vec::IntoIter<u64>);

impl Source {
    pub fn new(numbers: Vec<u64>) -> Source {
        Source(numbers.into_iter())
    }

    fn any(&mut self) -> u64 {
        self.0.next().unwrap_or(0)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.any() % end.max(1) as u64) as usize
    }

    fn bool(&mut self) -> bool {
        self.any() % 2 == 1
    }

    /// Whole numbers of all sizes, the ends among them.
    fn whole(&mut self) -> u64 {
        match self.below(4) {
            0 => 0,
            1 => self.any() % 1000,
            2 => u64::MAX,
            _ => self.any(),
        }
    }

    fn small(&mut self) -> u32 {
        self.whole() as u32
    }

    /// Everything but what's no number, which isn't equal to itself.
    fn number(&mut self) -> f64 {
        let special =
            [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, f64::MAX, 0.1, 9007199254740993.0];
        match self.below(4) {
            0 => special[self.below(special.len())],
            1 => self.below(100_000) as f64,
            2 => self.below(100_000) as f64 / 1e9,
            _ => Some(f64::from_bits(self.any())).filter(|value| !value.is_nan()).unwrap_or(1e300),
        }
    }

    fn text(&mut self) -> String {
        let parts = ["step", "", "\"", "\\", "\n\r\t", "\u{0}\u{1f}\u{7f}", "é漢🦀", "\u{202e}", " a b", "}],{["];
        (0..self.below(4)).map(|_| parts[self.below(parts.len())]).collect()
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Source, usize) -> T) -> Vec<T> {
        (0..self.below(4)).map(|place| item(self, place)).collect()
    }

    fn times(&mut self) -> Times {
        if self.bool() {
            return Times::default();
        }
        let mut buckets: BTreeMap<u16, u64> = BTreeMap::new();
        for _ in 0..self.below(5) {
            let (zeros, place) = locate(self.whole());
            buckets.insert(bucket(octave(zeros), place) as u16, self.whole().max(1));
        }
        let extremes = (self.whole(), self.whole());
        Times {
            count: self.whole(),
            sum: self.whole(),
            squares: u128::from(self.whole()) << self.below(65),
            extremes,
            interval: [extremes, Times::NONE, (self.whole(), self.whole())][self.below(3)],
            histogram: Histogram::from_buckets(buckets.into_iter().collect()).expect("they ascend"),
        }
    }

    fn spread(&mut self) -> Spread {
        if self.bool() {
            return Spread::default();
        }
        let extremes = (self.number(), self.number());
        Spread {
            count: self.whole(),
            sum: self.number(),
            origin: self.number(),
            squares: self.number(),
            extremes,
            interval: [extremes, Spread::NONE, (self.number(), self.number())][self.below(3)],
        }
    }

    fn amount(&mut self) -> Amount {
        Amount { sum: self.number(), per: if self.bool() { 0.0 } else { self.number() } }
    }

    fn column(&mut self, component: usize) -> Column {
        let mut column = Column { component: component as u32, inclusive: self.spread(), ..Column::default() };
        column.exclusive = if self.bool() { column.inclusive } else { self.spread() };
        column.laps = if self.bool() { column.inclusive.count } else { self.whole() };
        let usual = Amount { sum: column.inclusive.sum, per: 0.0 };
        column.total = if self.bool() { usual } else { self.amount() };
        column.own = if self.bool() { usual } else { self.amount() };
        column
    }

    fn node(&mut self, place: usize, of: &Data) -> Node {
        let times = self.times();
        let estimated = if self.bool() { times.sum } else { self.whole() };
        let total = if self.bool() { estimated } else { self.whole() };
        Node {
            label: self.below(of.labels.len()) as u32,
            parent: (place > 0 && self.bool()).then(|| self.below(place) as u32),
            thread: (!of.threads.is_empty() && self.bool()).then(|| self.below(of.threads.len()) as u32),
            untimed: self.whole(),
            running: self.whole(),
            estimated,
            total,
            own: if self.bool() { total } else { self.whole() },
            tasks: self.bool().then(|| {
                Box::new(Tasks {
                    begun: self.whole().max(1),
                    polls: self.whole(),
                    wall: self.times(),
                    cancelled: self.whole(),
                    cancelled_wall: self.whole(),
                })
            }),
            is_parallel: self.bool(),
            is_throttled: self.bool(),
            columns: (0..self.below(of.components.len() + 1)).map(|at| self.column(at)).collect(),
            times,
        }
    }

    fn label(&mut self) -> Label {
        let (name, module) = (self.text(), self.text());
        let usual = format!("{module}::{name}");
        Label {
            path: if self.bool() { usual } else { self.text() }.into(),
            name: name.into(),
            module: module.into(),
            is_given: self.bool(),
            file: self.text().into(),
            line: self.small(),
            column: self.small(),
            sample: self.small() % 3,
        }
    }

    pub fn data(&mut self) -> Data {
        let mut data = Data {
            process: Process {
                program: self.text(),
                pid: self.small(),
                host: self.text(),
                start: self.whole(),
                clock: self.text(),
                version: self.text(),
                profile: self.text(),
                cpu: self.text(),
                system: self.text(),
            },
            from: self.whole(),
            to: self.whole(),
            scale: Scale::from_bits(self.whole()).unwrap_or_default(),
            partings: self.list(|from, _| Parting {
                from: from.whole(),
                to: from.whole(),
                counted: from.whole(),
                passed: from.whole(),
            }),
            epoch: self.small(),
            era: self.small(),
            labels: Arc::new(self.list(|from, _| Arc::new(from.label()))),
            components: self.list(|from, _| Component {
                name: from.text(),
                description: from.text(),
                unit: Unit::of_symbol(["s", "B", "", "%", "J", "°C"][from.below(6)]),
                is_event: from.bool(),
                is_signed: from.bool(),
                is_tally: from.bool(),
                is_sampled: from.bool(),
            }),
            threads: self.list(|from, _| Thread { name: from.text(), id: from.whole() }),
            most_threads: self.whole() as usize,
            checkpoints: self.list(|from, _| Checkpoints {
                name: from.text(),
                calls: from.whole(),
                lines: from.list(|from, _| Line { label: from.text(), sum: from.whole(), max: from.whole() }),
            }),
            timers: self.list(|from, _| Timer {
                name: from.text(),
                scale: Scale::from_bits(from.whole()).unwrap_or_default(),
                times: from.times(),
                quantiles: from.list(|from, _| from.number()),
            }),
            probes: self.list(|from, _| Probe {
                target: from.text(),
                name: from.text(),
                calls: from.whole(),
                error: from.text(),
            }),
            measurements: self.list(|from, _| Measurement::new(from.text(), from.spread())),
            cost: self.bool().then(|| self.number()),
            counting: self.bool().then(|| self.number()),
            filter: self.bool().then(|| Filter {
                only: self.list(|from, _| from.text()),
                skip: self.list(|from, _| from.text()),
                left_out: self.whole(),
            }),
            live: self.bool().then(|| Live {
                interval: self.whole(),
                bytes: self.number(),
                blocks: self.number(),
                bytes_outside: self.number(),
                blocks_outside: self.number(),
                variance: self.number(),
            }),
            ..Data::default()
        };
        data.lost = self.lost();
        data.measurements.sort_by(|one, other| one.name.cmp(&other.name));
        if !data.labels.is_empty() {
            let nodes: Vec<Node> = (0..self.below(6)).map(|place| self.node(place, &data)).collect();
            data.nodes = nodes;
        }
        if !data.nodes.is_empty() && !data.components.is_empty() {
            let (nodes, components) = (data.nodes.len(), data.components.len());
            data.moments = self.list(|from, _| Moment {
                component: from.below(components) as u32,
                node: from.below(nodes) as u32,
                id: from.whole(),
                parent: from.whole(),
                laps: from.whole(),
                total: from.amount(),
                own: from.amount(),
                thread: from.whole(),
            });
        }
        data
    }

    fn lost(&mut self) -> Lost {
        let mut lost = Lost::default();
        lost.too_deep = self.whole();
        lost.too_many_nodes = self.whole();
        lost.after_exit = self.whole();
        lost.too_many_names = self.whole();
        lost.not_a_number = self.whole();
        lost.pushes = self.whole();
        lost.overwritten = self.whole();
        lost.inside = self.whole();
        lost.live_blocks = self.whole();
        lost
    }
}
