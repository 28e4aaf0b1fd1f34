//! A user whose manifest gives the dependency another name, and one who gets it through another crate.

/// Passes the toolkit on, as a company's prelude does.
pub mod prelude {
    pub use stopwatch as timing;
}

/// Each attribute finds the runtime below `crate = …`.
#[stopwatch::timer(crate = ::stopwatch)]
#[stopwatch::perf_timer(crate = stopwatch)]
#[stopwatch::print_mem("left", crate = crate::prelude::timing)]
#[stopwatch::checkpoints(crate = prelude::timing)]
#[stopwatch::probe(crate = prelude::timing, inject)]
#[must_use]
pub fn renamed() -> u8 {
    1
}

/// A block hands the path down.
#[stopwatch::timer(crate = prelude::timing)]
pub mod inner {
    use super::prelude;

    /// Finds it too.
    pub async fn renamed() {}
}

/// Not the program's, but it would do.
#[stopwatch::main(crate = stopwatch, report = false)]
pub fn main() {
    let _ = renamed();
}
