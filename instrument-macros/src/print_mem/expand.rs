//! What `#[print_mem]` adds to a function: something that prints the line when it's dropped.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::parse::PrintMem;
use crate::shared::function::Function;
use crate::shared::part::{Around, Made, Rank, numbered};
use crate::shared::runtime::{location, optional, ours, private};

pub fn part(print_mem: &PrintMem, function: &Function<'_>, nth: usize) -> Around {
    let (site, line) = (numbered("__INSTRUMENT_MEM", nth), numbered("__instrument_mem", nth));
    let private = private(print_mem.krate.as_ref());
    let when = optional(print_mem.when.as_ref());
    let location = location(&private, function.name);
    let declaration: TokenStream = quote_spanned!(ours() =>
        static #site: #private::MemorySite = #private::MemorySite::new(#when, #location);
    );
    Around {
        rank: Rank::Printing,
        items: declaration,
        guard: quote_spanned!(ours() => let #line = #site.on_exit();),
        layer: Some(quote_spanned!(ours() => #site.call())),
        made: Made::Neither,
    }
}
