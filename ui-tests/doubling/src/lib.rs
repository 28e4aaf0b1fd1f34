//! A macro of somebody else's that doubles the attributes of what it's on, as some test frameworks' do.

use proc_macro::{TokenStream, TokenTree};

/// Puts the attributes that follow on the item twice.
#[proc_macro_attribute]
pub fn doubled(_: TokenStream, item: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = item.into_iter().collect();
    let is_hash = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#');
    let attributes = 2 * tokens.chunks(2).take_while(|pair| is_hash(&pair[0])).count();
    tokens[..attributes].iter().chain(&tokens).cloned().collect()
}
