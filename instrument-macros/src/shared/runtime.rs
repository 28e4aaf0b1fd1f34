//! How expansions name what they need at run time.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Path;

use super::values::{PlainPath, Text};

/// Names of ours that no code of the user's can see or shadow.
pub fn ours() -> Span {
    Span::mixed_site()
}

/// The hidden module that expansions name, below the path that the user gave as `crate = path`, or `::instrument`.
pub fn private(krate: Option<&PlainPath>) -> TokenStream {
    let krate = krate.map_or_else(
        || quote_spanned!(ours() => ::instrument),
        |PlainPath(path): &PlainPath| Path::to_token_stream(path),
    );
    quote_spanned!(ours() => #krate::__private)
}

/// `Some("name")`, or `None`.
pub fn optional(text: Option<&Text>) -> TokenStream {
    match text {
        Some(Text(text)) => quote_spanned!(ours() => ::core::option::Option::Some(#text)),
        None => quote_spanned!(ours() => ::core::option::Option::None),
    }
}

/// Where the function is.
///
/// Line and column are those of its name: the attribute's own would be the same for all methods of an `impl`. The type
/// name of a function in here is the only way for stable Rust to tell a method's full path.
pub fn location(private: &TokenStream, name: &Ident) -> TokenStream {
    let (line, column) = position(name.span());
    let (line, column) = (Literal::usize_unsuffixed(line), Literal::usize_unsuffixed(column));
    quote_spanned!(ours() =>
        #private::Location::new(::core::module_path!(), ::core::file!(), #line, #column, || {
            fn here() {}
            #private::type_name_of(&here)
        })
    )
}

fn position(span: Span) -> (usize, usize) {
    // Our own unit tests run outside of a compiler, where there are no files.
    if proc_macro::is_available() { (span.unwrap().line(), span.unwrap().column()) } else { (0, 0) }
}
