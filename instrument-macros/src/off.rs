//! What stands in for the attributes when all of them are off.

use proc_macro::TokenStream;

/// The item, token for token.
pub fn attribute(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    item
}
