//! What becomes of a function with `#[checkpoints]`: a call under way, and a mark after each of its statements.
//!
//! ```text
//! { inner attributes; the user's first items; our items; our call; statement; mark; …; statement; mark; tail }
//! ```
//!
//! Marks stand between statements, never around them, so nothing about lifetimes, types or the order of drops changes.
//! The last statement has none: whatever it is, the call's drop ends it.

use proc_macro2::{Group, Literal, TokenStream};
use quote::{ToTokens, quote_spanned};

use super::parse::Checkpoints;
use super::statements::{self, Statement, Wrapped};
use crate::shared::body::{Output, split, with_content};
use crate::shared::function::Function;
use crate::shared::item::Item;
use crate::shared::lints::keep_quiet_about_drops;
use crate::shared::parameters::{self, Parameter};
use crate::shared::runtime::{location, optional, ours, private};
use crate::shared::tail::{self, AsyncBlock};

pub fn item(mut item: Item, checkpoints: &Checkpoints) -> TokenStream {
    if let Some(function) = Function::of(&item)
        && let Some(body) = function.runnable()
    {
        let is_async = function.is_async;
        item.body = Some(marked(&item, &function, body, checkpoints));
        if is_async {
            keep_quiet_about_drops(&mut item);
        }
    }
    item.into_token_stream()
}

fn marked(item: &Item, function: &Function<'_>, body: &Group, checkpoints: &Checkpoints) -> Group {
    let declaration = |labels: &[Literal]| declaration(function, checkpoints, labels);
    let in_async_block = |block: &AsyncBlock| {
        let marked = Marked::of(&block.body);
        with_content(&block.body, marked.polled(&declaration, &[], &TokenStream::new(), &block.body))
    };
    if function.is_async {
        let parameters = parameters::last_to_first(&item.head);
        return with_content(body, Marked::of(body).polled(&declaration, &parameters, &function.output, body));
    }
    // What's told is the future's story, not that of making it.
    let future = function.may_return_future().then(|| tail::rewrite(body, &in_async_block)).flatten();
    future.unwrap_or_else(|| with_content(body, Marked::of(body).called(&declaration)))
}

/// The static that knows the function's lines.
fn declaration(function: &Function<'_>, checkpoints: &Checkpoints, labels: &[Literal]) -> TokenStream {
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
    quote_spanned!(ours() =>
        static __INSTRUMENT_CHECKPOINTS: #private::CheckpointFunction =
            #private::CheckpointFunction::new(#msg, #threshold, #location, &[#(#labels),*]);
        #private::register_checkpoints!(__INSTRUMENT_CHECKPOINTS);
    )
}

/// A body in parts.
struct Marked {
    inner_attributes: TokenStream,
    /// A lint wants items first, so ours and the call come behind them.
    items: TokenStream,
    labels: Vec<Literal>,
    /// The statements, with marks between them.
    statements: TokenStream,
}

impl Marked {
    fn of(body: &Group) -> Self {
        let (inner_attributes, content) = split(body);
        if let Some(Wrapped { before, body, after }) = statements::wrapped(&content) {
            let Marked { inner_attributes: attributes, items, labels, statements } = Marked::of(&body);
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
                // Nor is it ours to say that it's never reached.
                statements.extend(quote_spanned!(ours() => #[allow(unreachable_code)] __instrument_call.mark(#line);));
            }
            labels.push(Literal::string(&statement.label()));
        }
        let items = items.iter().map(|item| item.tokens.clone()).collect();
        Marked { inner_attributes, items, labels, statements }
    }

    fn called(self, declaration: &dyn Fn(&[Literal]) -> TokenStream) -> TokenStream {
        let Marked { inner_attributes, items, labels, statements } = self;
        let declaration = declaration(&labels);
        quote_spanned!(ours() =>
            #inner_attributes
            #items
            #declaration
            let __instrument_call = __INSTRUMENT_CHECKPOINTS.begin();
            #statements
        )
    }

    /// The statements as a future of their own, which the call polls.
    fn polled(
        self,
        declaration: &dyn Fn(&[Literal]) -> TokenStream,
        parameters: &[Parameter],
        output: &TokenStream,
        body: &Group,
    ) -> TokenStream {
        let Marked { inner_attributes, items, labels, statements } = self;
        let declaration = declaration(&labels);
        let output = Output::of(output);
        let hint = output.hint();
        let named = parameters::named(parameters);
        let block = with_content(
            body,
            quote_spanned!(ours() =>
                #named
                #hint
                #statements
            ),
        );
        let result = match output {
            Output::Never => quote_spanned!(ours() => match __instrument_output {}),
            _ => quote_spanned!(ours() => __instrument_output),
        };
        quote_spanned!(ours() =>
            #inner_attributes
            #items
            #declaration
            let __instrument_owned = __INSTRUMENT_CHECKPOINTS.begin_async();
            let __instrument_call = &__instrument_owned;
            let __instrument_body = ::core::pin::pin!(async move #block);
            let __instrument_output = __instrument_call.polled(__instrument_body).await;
            #result
        )
    }
}
