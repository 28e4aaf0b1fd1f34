//! What one attribute adds to a function. All attributes of a function are expanded together, see `stack`.

use proc_macro2::{Ident, TokenStream};

use super::runtime::ours;

/// What begins before the user's statements and ends after them.
pub struct Around {
    pub rank: Rank,
    /// Items of its own.
    pub items: TokenStream,
    /// The statement that starts what ends with the function.
    pub guard: TokenStream,
    /// The same for a future, as an expression; `None` if a guard will do.
    pub layer: Option<TokenStream>,
    /// What it times where it's made elsewhere and only returned.
    pub made: Made,
}

/// What lies around what, from the outside to the inside, in whatever order the attributes are written: what one of them
/// costs is no part of what the next one measures, and that which costs the most is outermost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    Program,
    Printing,
    Timing,
}

/// Futures and streams made elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// Their making is what counts.
    Neither,
    Futures,
    FuturesAndStreams,
}

/// A name of ours, told apart from those of the same attribute further up.
pub fn numbered(name: &str, nth: usize) -> Ident {
    match nth {
        0 => Ident::new(name, ours()),
        nth => Ident::new(&format!("{name}_{nth}"), ours()),
    }
}
