//! The outermost object: what the text is, of which version, and all lists.

use crate::Snapshot;
use crate::data::Data;
use crate::json::{Fault, Reader, Saved, Writer};
use std::sync::Arc;

/// What `format` says, so that a file tells what it is.
const FORMAT: &str = "instrument recording";
/// Grows where a reader of the one before would misunderstand the text.
pub(in crate::recording) const MAJOR: u64 = 1;
/// Grows where fields are added, which older readers pass over.
const MINOR: u64 = 3;

pub(in crate::recording) fn write(data: &Data, out: &mut Writer<'_>) {
    out.object(&mut |out| {
        out.line();
        out.key("format");
        out.string(FORMAT);
        out.line();
        out.key("version");
        out.array(&mut |out| [MAJOR, MINOR].iter().for_each(|&number| out.whole(number)));
        field(out, "process", &data.process);
        out.line();
        out.key("clock");
        out.object(&mut |out| {
            out.key("scale");
            data.scale.write(out);
            out.field("from", &data.from);
            out.field("to", &data.to);
            out.field("cost", &data.cost);
            out.field("counting", &data.counting);
        });
        list(out, "partings", &data.partings);
        field(out, "epoch", &data.epoch);
        field(out, "era", &data.era);
        field(out, "most_threads", &data.most_threads);
        field(out, "live", &data.live);
        field(out, "filter", &data.filter);
        field(out, "lost", &data.lost);
        list(out, "labels", &data.labels);
        list(out, "components", &data.components);
        list(out, "threads", &data.threads);
        list(out, "nodes", &data.nodes);
        list(out, "moments", &data.moments);
        list(out, "measurements", &data.measurements);
        list(out, "checkpoints", &data.checkpoints);
        list(out, "timers", &data.timers);
        list(out, "probes", &data.probes);
        out.last_line();
    });
}

fn field<T: Saved>(out: &mut Writer<'_>, name: &str, value: &T) {
    if !value.is_blank() {
        out.line();
        out.field(name, value);
    }
}

fn list<T: Saved>(out: &mut Writer<'_>, name: &str, items: &[T]) {
    if !items.is_empty() {
        out.line();
        out.key(name);
        out.lines(items);
    }
}

pub(in crate::recording) fn read(text: &[u8]) -> Result<Snapshot, Fault> {
    // First of all: what follows may mean something else in another version.
    check_version(&mut Reader::new(text))?;
    let mut from = Reader::new(text);
    let mut data = Data::default();
    from.object("an object, the recording,", &mut |field, from| {
        match field {
            "process" => data.process = Saved::read(from)?,
            "clock" => clock(&mut data, from)?,
            "partings" => data.partings = Saved::read(from)?,
            "epoch" => data.epoch = Saved::read(from)?,
            "era" => data.era = Saved::read(from)?,
            "most_threads" => data.most_threads = Saved::read(from)?,
            "live" => data.live = Saved::read(from)?,
            "filter" => data.filter = Saved::read(from)?,
            "lost" => data.lost = Saved::read(from)?,
            "labels" => data.labels = Arc::new(Saved::read(from)?),
            "components" => data.components = Saved::read(from)?,
            "threads" => data.threads = Saved::read(from)?,
            "nodes" => data.nodes = Saved::read(from)?,
            "moments" => data.moments = Saved::read(from)?,
            "measurements" => data.measurements = Saved::read(from)?,
            "checkpoints" => data.checkpoints = Saved::read(from)?,
            "timers" => data.timers = Saved::read(from)?,
            "probes" => data.probes = Saved::read(from)?,
            _ => from.skip()?,
        }
        Ok(())
    })?;
    from.end()?;
    // They're found by halving, which would miss some of those that somebody has put elsewhere.
    data.measurements.sort_by(|one, other| one.name.cmp(&other.name));
    Snapshot::new(data).map_err(|invalid| {
        let at = Reader::new(text).place_of(invalid.path()).unwrap_or(0);
        Fault::new(format!("{invalid}: name one that there is"), at).in_path(invalid.path())
    })
}

fn clock(data: &mut Data, from: &mut Reader<'_>) -> Result<(), Fault> {
    from.object("an object, the clock,", &mut |field, from| {
        match field {
            "scale" => data.scale = Saved::read(from)?,
            "from" => data.from = Saved::read(from)?,
            "to" => data.to = Saved::read(from)?,
            "cost" => data.cost = Saved::read(from)?,
            "counting" => data.counting = Saved::read(from)?,
            _ => from.skip()?,
        }
        Ok(())
    })
}

/// Reads up to `format` and `version`, wherever they are.
fn check_version(from: &mut Reader<'_>) -> Result<(), Fault> {
    const NEITHER: &str =
        "this is no recording of `instrument`, which has `format` and `version`: save one by `Snapshot::save`";
    let (mut is_recording, mut version) = (false, None);
    from.search("an object, the recording,", &mut |field, from| {
        match field {
            "format" => {
                let place = from.fork();
                if from.string()? != FORMAT {
                    return Err(place.fault(NEITHER));
                }
                is_recording = true;
            }
            "version" => version = Some(numbers(from)?),
            _ => from.skip()?,
        }
        Ok(is_recording && version.is_some())
    })?;
    match version.filter(|_| is_recording) {
        None => Err(from.fault(NEITHER)),
        Some((MAJOR, _)) => Ok(()),
        Some((major, minor)) => Err(Fault::of_version(major, minor)),
    }
}

fn numbers(from: &mut Reader<'_>) -> Result<(u64, u64), Fault> {
    let (mut major, mut minor) = (None, None);
    from.array("a list, of the version's two numbers,", &mut |index, from| {
        match index {
            0 => major = Some(Saved::read(from)?),
            1 => minor = Some(Saved::read(from)?),
            _ => from.skip()?,
        }
        Ok(())
    })?;
    major.zip(minor).ok_or_else(|| from.fault("a version has two numbers: write [1,2]"))
}
