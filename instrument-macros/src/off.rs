//! What stands in for the attributes when all of them are off.

use proc_macro::TokenStream;

/// One of the attributes.
pub enum Kind {
    Timer,
    PerfTimer,
    PrintMem,
    Checkpoints,
    Probe,
    Main,
}

/// The item, token for token.
pub fn attribute(_kind: Kind, _arguments: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// The item, token for token.
pub fn carried(_carried: TokenStream, item: TokenStream) -> TokenStream {
    item
}
