//! How much a spec, or a list of specs, may take.

/// What specs may take at most; more is refused, and said.
#[derive(Debug, Clone, Copy)]
pub struct Bounds(());

impl Bounds {
    /// Bytes of a target's path.
    pub const TARGET: usize = 1024;
    /// Bytes of an instrument's name or type.
    pub const NAME: usize = 128;
    /// Bytes of an expression, in a spec or not.
    pub const EXPRESSION: usize = 4096;
    /// Bytes of `custom` as JSON.
    pub const CUSTOM: usize = 16 * 1024;
    /// Minutes of a lifespan: a year.
    pub const LIFESPAN: f64 = 366.0 * 24.0 * 60.0;
    /// Specs of a store.
    pub const SPECS: usize = 1000;
    /// Bytes of a store's specs as JSON.
    pub const STORE: usize = 1024 * 1024;
}
