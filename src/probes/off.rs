//! Probes, off: `#[probe]` gives the function back, and there is no module `probe`, which reads what's running.
