//! pprof: what Go's tools, and many services, read.

use super::metric::{Metric, Weights, nanoseconds};
use super::{exporter, path, run};
use flate2::Compression;
use flate2::write::GzEncoder;
use instrument_model::Snapshot;
use prost::Message;
use std::collections::HashMap;
use std::io::{self, Write};

/// Writes a profile for `pprof`, compressed: protocol buffers by its published description. Each stack has its own time, its
/// calls, and the own figure of each component whose figures add up; `metric` is the one that's shown first.
///
/// # Errors
/// Those of `out`.
///
/// ```
/// use instrument_report::export::{Metric, pprof};
///
/// # let snapshot = instrument_model::Snapshot::default();
/// let mut bytes = Vec::new();
/// pprof(&snapshot, &Metric::Own, &mut bytes)?;
/// assert!(bytes.starts_with(b"\x1f\x8b"), "it's what gzip writes");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn pprof(snapshot: &Snapshot, metric: &Metric, out: &mut dyn Write) -> io::Result<()> {
    let mut encoder = GzEncoder::new(out, Compression::fast());
    encoder.write_all(&profile(snapshot, metric).encode_to_vec())?;
    encoder.finish()?.flush()
}

fn profile(snapshot: &Snapshot, metric: &Metric) -> Profile {
    let mut strings = Strings::default();
    let metric = if *metric == Metric::Total { &Metric::Own } else { metric };
    let metrics = Metric::all(snapshot);
    let weights: Vec<Weights> = metrics.iter().map(|metric| Weights::new(snapshot, metric)).collect();
    let kind = |metric: &Metric| match metric {
        Metric::Own | Metric::Total => "time".to_owned(),
        Metric::Count => "calls".to_owned(),
        Metric::Component(name) => name.clone(),
    };
    let types = metrics.iter().zip(&weights).map(|(metric, weights)| {
        let unit = if *metric == Metric::Count { "count" } else { &weights.unit };
        ValueType { kind: strings.of(&kind(metric)), unit: strings.of(unit) }
    });
    let sample_type = types.collect();
    let threads = &snapshot.data().threads;
    let thread = strings.of("thread");
    let sample = snapshot.nodes().filter(|node| weights.iter().any(|weights| weights.of(node) > 0)).map(|node| {
        let named = node.data().thread.and_then(|thread| threads.get(thread as usize));
        Sample {
            // The innermost first.
            location_id: path(node).iter().rev().map(|node| u64::from(node.data().label) + 1).collect(),
            value: weights.iter().map(|weights| i64::try_from(weights.of(&node)).unwrap_or(i64::MAX)).collect(),
            label: named.map(|named| Tag { key: thread, text: strings.of(&named.name) }).into_iter().collect(),
        }
    });
    let sample = sample.collect();
    let labels = snapshot.data().labels.iter().enumerate();
    let (location, function) = labels
        .map(|(place, label)| {
            let id = place as u64 + 1;
            let line = i64::from(label.line);
            let function = Function {
                id,
                name: strings.of(&label.name),
                system_name: strings.of(&label.path),
                filename: strings.of(&label.file),
                start_line: line,
            };
            (Location { id, line: vec![Line { function_id: id, line }] }, function)
        })
        .unzip();
    let process = &snapshot.data().process;
    let comments = weights.iter().map(|weights| format!("weight: {}", weights.description()));
    let facts = [&process.host, &process.cpu, &process.system, &process.profile].map(String::clone);
    let lines: Vec<String> = [exporter(), run(snapshot)].into_iter().chain(facts).chain(comments).collect();
    Profile {
        sample_type,
        sample,
        location,
        function,
        time_nanos: i64::try_from(process.start).unwrap_or(0),
        duration_nanos: i64::try_from(nanoseconds(snapshot.elapsed())).unwrap_or(i64::MAX),
        comment: lines.iter().filter(|line| !line.is_empty()).map(|line| strings.of(line)).collect(),
        default_sample_type: strings.of(&kind(metric)),
        string_table: strings.into_table(),
    }
}

/// Each text once; the first is empty.
struct Strings {
    known: HashMap<String, i64>,
    table: Vec<String>,
}

impl Default for Strings {
    fn default() -> Strings {
        Strings { known: HashMap::from([(String::new(), 0)]), table: vec![String::new()] }
    }
}

impl Strings {
    fn of(&mut self, text: &str) -> i64 {
        if let Some(&place) = self.known.get(text) {
            return place;
        }
        let place = self.table.len() as i64;
        self.known.insert(text.to_owned(), place);
        self.table.push(text.to_owned());
        place
    }

    fn into_table(self) -> Vec<String> {
        self.table
    }
}

// The messages of pprof's `profile.proto`, as far as they're used here.

#[derive(Clone, PartialEq, Message)]
struct Profile {
    #[prost(message, repeated, tag = "1")]
    sample_type: Vec<ValueType>,
    #[prost(message, repeated, tag = "2")]
    sample: Vec<Sample>,
    #[prost(message, repeated, tag = "4")]
    location: Vec<Location>,
    #[prost(message, repeated, tag = "5")]
    function: Vec<Function>,
    #[prost(string, repeated, tag = "6")]
    string_table: Vec<String>,
    #[prost(int64, tag = "9")]
    time_nanos: i64,
    #[prost(int64, tag = "10")]
    duration_nanos: i64,
    #[prost(int64, repeated, tag = "13")]
    comment: Vec<i64>,
    #[prost(int64, tag = "14")]
    default_sample_type: i64,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct ValueType {
    #[prost(int64, tag = "1")]
    kind: i64,
    #[prost(int64, tag = "2")]
    unit: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(uint64, repeated, tag = "1")]
    location_id: Vec<u64>,
    #[prost(int64, repeated, tag = "2")]
    value: Vec<i64>,
    #[prost(message, repeated, tag = "3")]
    label: Vec<Tag>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Tag {
    #[prost(int64, tag = "1")]
    key: i64,
    #[prost(int64, tag = "2")]
    text: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Location {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(message, repeated, tag = "4")]
    line: Vec<Line>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Line {
    #[prost(uint64, tag = "1")]
    function_id: u64,
    #[prost(int64, tag = "2")]
    line: i64,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Function {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(int64, tag = "2")]
    name: i64,
    #[prost(int64, tag = "3")]
    system_name: i64,
    #[prost(int64, tag = "4")]
    filename: i64,
    #[prost(int64, tag = "5")]
    start_line: i64,
}
