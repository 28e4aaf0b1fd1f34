//! What becomes of a function with `#[print_mem]`: something that prints the line when it's dropped.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};

use super::parse::PrintMem;
use crate::shared::body::Additions;
use crate::shared::function::Function;
use crate::shared::item::Item;
use crate::shared::runtime::{location, optional, ours, private};

pub fn item(mut item: Item, print_mem: &PrintMem) -> TokenStream {
    if let Some(function) = Function::of(&item) {
        item.body = additions(&function, print_mem).add_to(&function).or(item.body);
    }
    item.into_token_stream()
}

fn additions(function: &Function<'_>, print_mem: &PrintMem) -> Additions {
    let private = private(print_mem.krate.as_ref());
    let when = optional(print_mem.when.as_ref());
    let location = location(&private, function.name);
    Additions {
        items: TokenStream::new(),
        guard: quote_spanned!(ours() =>
            let __instrument_mem = #private::MemoryLine::on_exit(#when, #location);
        ),
        around_future: None,
        takes_streams: false,
    }
}
