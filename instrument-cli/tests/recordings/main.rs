//! `show`, `merge`: recordings that were written by the model, shown by the program itself.

mod difference;
mod formats;
mod selecting;
mod wrong;

use instrument_model::data::{Amount, Column, Component, Data, Label, Node, Process};
use instrument_model::{Snapshot, Spread, Times, Unit, histogram};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

/// A folder of the test's own.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Saves a recording, and tells its path.
    fn save(&self, name: &str, snapshot: &Snapshot) -> PathBuf {
        let path = self.path(name);
        snapshot.save(&path).expect("saved");
        path
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_instrument"));
        command.args(arguments).current_dir(self.0.path()).env_remove("COLUMNS");
        command.output().expect("it runs")
    }

    /// What it prints where all goes well.
    fn show(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }
}

fn label(name: &str, line: u32) -> Arc<Label> {
    Arc::new(Label {
        name: name.to_owned().into(),
        path: format!("shop::{name}").into(),
        module: "shop".into(),
        file: "src/shop.rs".into(),
        line,
        column: 1,
        sample: 1,
        ..Label::default()
    })
}

/// So many calls that took as long each.
fn times(count: u64, each: u64) -> Times {
    let (zeros, place) = histogram::locate(each);
    let bucket = histogram::bucket(histogram::octave(zeros), place);
    Times {
        count,
        sum: count * each,
        squares: u128::from(count) * u128::from(each) * u128::from(each),
        extremes: (each, each),
        histogram: [(bucket, count)].into_iter().collect(),
        ..Times::default()
    }
}

/// `a(b(c), d(e))`: own times of 1, 2, 3, 4 and 5 ms, names that formats could break at, and 10 bytes each.
fn example() -> Snapshot {
    let names = ["a", "b; c d", "<Vec<T> as Read>::c", "d \"quoted\" \\n", "e"];
    let parents = [None, Some(0), Some(1), Some(0), Some(3)];
    let (own, total) = ([1, 2, 3, 4, 5], [15, 5, 3, 9, 5]);
    let nodes = (0..5).map(|place| Node {
        label: place as u32,
        parent: parents[place],
        times: times(place as u64 + 1, total[place] * 1_000_000 / (place as u64 + 1)),
        total: total[place] * 1_000_000,
        own: own[place] * 1_000_000,
        columns: vec![Column {
            component: 0,
            laps: 1,
            total: Amount { sum: 10.0 * [5.0, 2.0, 1.0, 2.0, 1.0][place], per: 0.0 },
            own: Amount { sum: 10.0, per: 0.0 },
            inclusive: Spread::of_one(10.0),
            exclusive: Spread::of_one(10.0),
        }],
        ..Node::default()
    });
    Snapshot::new(Data {
        process: Process {
            program: "shop".into(),
            pid: 4711,
            host: "alpha".into(),
            start: 1_767_225_600_000_000_000,
            ..Process::default()
        },
        to: 20_000_000,
        most_threads: 1,
        labels: Arc::new(names.iter().zip(1..).map(|(name, line)| label(name, line)).collect()),
        components: vec![Component { name: "alloc_bytes".into(), unit: Unit::Bytes, ..Component::default() }],
        nodes: nodes.collect(),
        ..Data::default()
    })
    .expect("a snapshot")
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("text")
}
