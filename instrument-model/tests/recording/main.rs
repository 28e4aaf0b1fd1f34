//! Recordings: what's saved is loaded again, exactly, and what isn't a recording is a clear error.

mod any;
mod example;
mod files;
mod hostile;
mod plausible;
mod round_trip;

use instrument_model::{LoadError, Snapshot};

/// The text of a snapshot.
fn text(snapshot: &Snapshot) -> String {
    let mut text = Vec::new();
    snapshot.write_to(&mut text).expect("memory takes everything");
    String::from_utf8(text).expect("recordings are UTF-8")
}

fn load(text: impl AsRef<[u8]>) -> Result<Snapshot, LoadError> {
    Snapshot::read_from(text.as_ref())
}

/// A recording with these further fields.
fn with(fields: &str) -> String {
    format!("{{\"format\":\"instrument recording\",\"version\":[1,0],{fields}}}")
}
