//! What `#[checkpoints]` adds to a function: a call under way, and a mark after each of its statements.
//!
//! ```text
//! { inner attributes; the user's first items; our items; our call; statement; mark; …; statement; mark; tail }
//! ```
//!
//! Marks stand between statements, never around them, so nothing about lifetimes, types or the order of drops changes.
//! The last statement has none: whatever it is, the call's end ends it.

use proc_macro2::{Group, Ident, Literal, TokenStream};
use quote::quote_spanned;

use super::parse::Checkpoints;
use super::statements::{self, Statement, Wrapped};
use crate::shared::body::{split, with_content};
use crate::shared::function::Function;
use crate::shared::part::numbered;
use crate::shared::runtime::{location, optional, ours, private};

/// What one `#[checkpoints]` adds.
pub struct Marks {
    site: Ident,
    call: Ident,
    declared: TokenStream,
    private: TokenStream,
}

pub fn part(checkpoints: &Checkpoints, function: &Function<'_>, nth: usize) -> Marks {
    let private = private(checkpoints.krate.as_ref());
    let msg = optional(checkpoints.msg.as_ref());
    let threshold = match checkpoints.threshold_ms {
        Some(threshold) => {
            let threshold = Literal::u64_unsuffixed(threshold.0);
            quote_spanned!(ours() => ::core::option::Option::Some(#threshold))
        }
        None => quote_spanned!(ours() => ::core::option::Option::None),
    };
    let location = location(&private, function.name);
    Marks {
        site: numbered("__INSTRUMENT_CHECKPOINTS", nth),
        call: numbered("__instrument_call", nth),
        declared: quote_spanned!(ours() => #msg, #threshold, #location),
        private,
    }
}

impl Marks {
    /// The static that knows the function's lines.
    pub fn declaration(&self, labels: &[Literal]) -> TokenStream {
        let Marks { site, declared, private, .. } = self;
        quote_spanned!(ours() =>
            static #site: #private::CheckpointFunction = #private::CheckpointFunction::new(#declared, &[#(#labels),*]);
            #private::register_checkpoints!(#site);
        )
    }

    /// The statement that begins a call.
    pub fn guard(&self) -> TokenStream {
        let Marks { site, call, .. } = self;
        quote_spanned!(ours() => let #call = #site.begin();)
    }

    /// A call of an async function.
    pub fn layer(&self) -> TokenStream {
        let site = &self.site;
        quote_spanned!(ours() => #site.call())
    }

    /// A mark, of an async function's call that's being polled.
    fn mark(&self, is_async: bool, line: &Literal) -> TokenStream {
        let marked = if is_async { &self.site } else { &self.call };
        // Nor is it ours to say that it's never reached.
        quote_spanned!(ours() => #[allow(unreachable_code)] #marked.mark(#line);)
    }
}

/// A body in parts.
pub struct Marked {
    pub inner_attributes: TokenStream,
    /// A lint wants items first, so ours and the call come behind them.
    pub items: TokenStream,
    pub labels: Vec<Literal>,
    /// The statements, with marks between them.
    pub statements: TokenStream,
}

impl Marked {
    /// The body with the marks of all of them.
    pub fn of(body: &Group, marks: &[&Marks], is_async: bool) -> Self {
        let (inner_attributes, content) = split(body);
        if let Some(Wrapped { before, body, after }) = statements::wrapped(&content) {
            let Marked { inner_attributes: attributes, items, labels, statements } = Marked::of(&body, marks, is_async);
            let body = with_content(&body, quote_spanned!(ours() => #attributes #items #statements));
            let statements = quote_spanned!(ours() => #before #body #after);
            return Marked { inner_attributes, items: TokenStream::new(), labels, statements };
        }
        let all =
            statements::of(content.clone()).unwrap_or_else(|| vec![Statement { tokens: content, is_item: false }]);
        let first = all.iter().take_while(|statement| statement.is_item).count();
        let (items, rest) = all.split_at(first);
        let mut labels = Vec::new();
        let mut statements = TokenStream::new();
        for (index, statement) in rest.iter().enumerate() {
            statements.extend(statement.tokens.clone());
            if statement.is_item {
                continue;
            }
            if index + 1 < rest.len() {
                let line = Literal::usize_unsuffixed(labels.len());
                statements.extend(marks.iter().map(|marks| marks.mark(is_async, &line)));
            }
            labels.push(Literal::string(&statement.label()));
        }
        let items = items.iter().map(|item| item.tokens.clone()).collect();
        Marked { inner_attributes, items, labels, statements }
    }
}
