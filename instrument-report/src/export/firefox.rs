//! The Firefox profiler's format.

use super::metric::{Metric, Weights};
use super::{exporter, on_the_way_down, run};
use fxprof_processed_profile::{
    CategoryColor, CategoryHandle, CpuDelta, Frame, FrameFlags, FrameInfo, Profile, ReferenceTimestamp,
    SamplingInterval, StackHandle, ThreadHandle, Timestamp, WeightType,
};
use instrument_model::Snapshot;
use serde_json::Value;
use std::collections::HashMap;
use std::io::{self, Write};
use std::time::Duration;

/// Writes a profile for the [Firefox profiler](https://profiler.firefox.com). Each call path is one sample that weighs as much as its
/// own figure: milliseconds, bytes, or calls. They stand in the order of the tree: when each call happened isn't known. Functions have
/// their modules as categories.
///
/// Where the snapshot keeps threads apart, each thread is one of the profile's.
///
/// # Errors
/// Those of `out`.
///
/// ```
/// use instrument_report::export::{Metric, firefox};
///
/// # let snapshot = instrument_model::Snapshot::default();
/// let mut text = Vec::new();
/// firefox(&snapshot, &Metric::Own, &mut text)?;
/// assert!(text.starts_with(b"{"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn firefox(snapshot: &Snapshot, metric: &Metric, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    serde_json::to_writer(&mut out, &profile(snapshot, metric)?)?;
    out.flush()
}

/// What samples of one thread weigh, and when the next one begins.
#[derive(Default)]
struct Samples {
    weights: Vec<Value>,
    end: u64,
}

fn profile(snapshot: &Snapshot, metric: &Metric) -> io::Result<Value> {
    let weights = Weights::new(snapshot, metric);
    let process = &snapshot.data().process;
    let start = ReferenceTimestamp::from_duration_since_unix_epoch(Duration::from_nanos(process.start));
    let product = format!("{} ({})", run(snapshot), weights.description());
    let mut profile = Profile::new(&product, start, SamplingInterval::from_millis(1));
    profile.set_os_name(&process.system);
    let zero = Timestamp::from_nanos_since_reference(0);
    let owner = profile.add_process(&process.program, process.pid, zero);
    let names = match &snapshot.data().threads[..] {
        [] => vec![process.program.clone()],
        threads => threads.iter().map(|thread| thread.name.clone()).collect(),
    };
    let kind = match () {
        () if weights.are_times => WeightType::TracingMs,
        () if weights.unit == "bytes" => WeightType::Bytes,
        () => WeightType::Samples,
    };
    let threads: Vec<ThreadHandle> = (0_u32..)
        .zip(&names)
        .map(|(place, name)| {
            let thread = profile.add_thread(owner, place, zero, place == 0);
            profile.set_thread_name(thread, name);
            profile.set_thread_samples_weight_type(thread, kind.clone());
            thread
        })
        .collect();
    let mut categories: HashMap<&str, CategoryHandle> = HashMap::new();
    let mut samples: Vec<Samples> = names.iter().map(|_| Samples::default()).collect();
    let mut stacks: Vec<StackHandle> = Vec::new();
    for (depth, node) in on_the_way_down(snapshot) {
        let place = node.data().thread.unwrap_or(0) as usize;
        let module = node.label().module.as_ref();
        let next = COLOURS[categories.len() % COLOURS.len()];
        let category = *categories.entry(module).or_insert_with(|| profile.add_category(module, next));
        let name = profile.intern_string(node.name());
        let frame = FrameInfo { frame: Frame::Label(name), category_pair: category.into(), flags: FrameFlags::empty() };
        let frame = profile.intern_frame(threads[place], frame);
        stacks.truncate(depth);
        stacks.push(profile.intern_stack(threads[place], stacks.last().copied(), frame));
        let weight = weights.of(&node);
        if weight == 0 {
            continue;
        }
        let of_thread = &mut samples[place];
        let at = Timestamp::from_nanos_since_reference(of_thread.end);
        profile.add_sample(threads[place], at, stacks.last().copied(), CpuDelta::ZERO, 1);
        of_thread.weights.push(if weights.are_times { Value::from(weight as f64 / 1e6) } else { Value::from(weight) });
        of_thread.end = of_thread.end.saturating_add(if weights.are_times { weight } else { 1_000_000 });
    }
    let mut value = serde_json::to_value(&profile)?;
    value["meta"]["importedFrom"] = Value::from(exporter());
    // The crate's weights are whole and of 32 bits, the format's aren't.
    for thread in value["threads"].as_array_mut().into_iter().flatten() {
        let place = thread["tid"].as_str().and_then(|tid| tid.parse::<usize>().ok());
        if let Some(samples) = place.and_then(|place| samples.get_mut(place)) {
            thread["samples"]["weight"] = Value::from(std::mem::take(&mut samples.weights));
        }
    }
    Ok(value)
}

const COLOURS: [CategoryColor; 8] = [
    CategoryColor::Blue,
    CategoryColor::Orange,
    CategoryColor::Green,
    CategoryColor::Purple,
    CategoryColor::Yellow,
    CategoryColor::LightBlue,
    CategoryColor::Red,
    CategoryColor::Magenta,
];
