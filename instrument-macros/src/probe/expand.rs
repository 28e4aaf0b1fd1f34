//! What becomes of a function with `#[probe]`: a call that may be watched, and the body as a closure that it runs.
//!
//! ```text
//! { inner attributes; our items; our call, which captures the arguments; call.run(move || body, how to show the result) }
//! ```
//!
//! A result can only be seen on its way out, and nothing but a closure stops every `return` and `?` there. It's given to a
//! function that takes an `FnOnce`, so that what it borrows from the parameters can leave it as it can leave a function.

use proc_macro2::{Group, Literal, TokenStream};
use quote::{ToTokens, quote_spanned};

use super::parse::Probe;
use crate::shared::body::{Output, split, with_content};
use crate::shared::function::Function;
use crate::shared::item::Item;
use crate::shared::parameters;
use crate::shared::runtime::{location, optional, ours, private};
use crate::shared::tail::{self, AsyncBlock};

pub fn item(mut item: Item, probe: &Probe) -> TokenStream {
    if let Some(function) = Function::of(&item)
        && let Some(body) = function.runnable()
    {
        item.body = Some(Probed::of(&item, &function, probe).body(&item, &function, body));
    }
    item.into_token_stream()
}

/// What's needed in each of the forms.
struct Probed {
    private: TokenStream,
    items: TokenStream,
    /// The closure that captures the arguments.
    capture: TokenStream,
    /// The closure that shows the result.
    show: TokenStream,
    /// The closure that makes a result of what's injected.
    inject: Option<TokenStream>,
    /// The parameters, from the last to the first.
    parameters: Vec<TokenStream>,
}

impl Probed {
    fn of(item: &Item, function: &Function<'_>, probe: &Probe) -> Self {
        let private = private(probe.krate.as_ref());
        let parameters = parameters::last_to_first(&item.head);
        let redacts = |name: &str| probe.redact.iter().flat_map(|names| &names.0).any(|redacted| redacted == name);
        let shows = |name: &str| match &probe.args {
            Some(names) => names.0.iter().any(|shown| shown == name),
            // An object is often large, and its `Debug` may lock.
            None => name != "self",
        };

        let mut arguments = Vec::new();
        let mut captures = Vec::new();
        for parameter in parameters.iter().rev() {
            let name = parameter.to_string();
            if redacts(&name) {
                arguments.push(quote_spanned!(ours() => #private::probe::Argument::redacted(#name)));
            } else if shows(&name) {
                let index = Literal::usize_unsuffixed(arguments.len());
                arguments.push(quote_spanned!(ours() => #private::probe::Argument::shown(#name)));
                captures.push(quote_spanned!(ours() =>
                    __instrument_arguments.add(#index, || #private::shown!(#parameter));
                ));
            }
        }
        let capture = if captures.is_empty() {
            quote_spanned!(ours() => &|_| {})
        } else {
            quote_spanned!(ours() => &|__instrument_arguments| { #(#captures)* })
        };

        let name = optional(probe.name.as_ref());
        let location = location(&private, function.name);
        let redacting = redacts("result").then(|| quote_spanned!(ours() => .redacting_result()));
        let injecting = probe.inject.is_present().then(|| quote_spanned!(ours() => .injecting()));
        Probed {
            items: quote_spanned!(ours() =>
                static __INSTRUMENT_PROBE: #private::probe::ProbeSite =
                    #private::probe::ProbeSite::new(#name, #location, &[#(#arguments),*]) #redacting #injecting;
                #private::register_probe!(__INSTRUMENT_PROBE);
            ),
            capture,
            show: quote_spanned!(ours() => |__instrument_result, __instrument_wanted| {
                #private::outcome!(__instrument_result, __instrument_wanted)
            }),
            inject: probe.inject.is_present().then(|| {
                quote_spanned!(ours() => |__instrument_injection, __instrument_into| {
                    #private::injected!(__instrument_injection, __instrument_into)
                })
            }),
            parameters,
            private,
        }
    }

    fn body(&self, item: &Item, function: &Function<'_>, body: &Group) -> Group {
        let output = Output::of(&function.output);
        if function.is_async {
            return self.awaited(&output, body);
        }
        let in_block = |block: &AsyncBlock| self.in_block(block);
        if function.may_return_future()
            && ends_with_moving_block(body)
            && let Some(rewritten) = tail::rewrite(body, &in_block)
        {
            let Probed { items, capture, .. } = self;
            let (inner_attributes, statements) = split(&rewritten);
            return with_content(
                body,
                quote_spanned!(ours() =>
                    #inner_attributes
                    #items
                    let __instrument_call = __INSTRUMENT_PROBE.begin_async(#capture);
                    #statements
                ),
            );
        }
        let tracks_caller = item
            .attributes
            .iter()
            .any(|attribute| attribute.name().as_deref() == Some("track_caller") || attribute.mentions("track_caller"));
        match output {
            Output::Never => self.in_place(None, body),
            output if tracks_caller => self.in_place(Some(&output), body),
            output => self.closure(&output, body),
        }
    }

    fn closure(&self, output: &Output, body: &Group) -> Group {
        let Probed { items, capture, show, inject, parameters, .. } = self;
        let (inner_attributes, statements) = split(body);
        let returned = match output {
            Output::Known(output) => Some(quote_spanned!(ours() => -> #output)),
            _ => None,
        };
        let statements = with_content(body, statements);
        let block = with_content(
            body,
            quote_spanned!(ours() =>
                if false {
                    #(let _ = &#parameters;)*
                }
                #statements
            ),
        );
        let run = match inject {
            Some(inject) => quote_spanned!(ours() => run_injected(move || #returned #block, #show, #inject)),
            None => quote_spanned!(ours() => run(move || #returned #block, #show)),
        };
        with_content(
            body,
            quote_spanned!(ours() =>
                #inner_attributes
                #items
                __INSTRUMENT_PROBE.begin(#capture).#run
            ),
        )
    }

    /// Where a closure would change what the body means. `None`: it never returns.
    fn in_place(&self, output: Option<&Output>, body: &Group) -> Group {
        let Probed { items, capture, show, .. } = self;
        let (inner_attributes, statements) = split(body);
        let statements = with_content(body, statements);
        let rest = match output {
            None => statements.into_token_stream(),
            Some(output) => {
                let of_type = match output {
                    Output::Known(output) => Some(quote_spanned!(ours() => : #output)),
                    _ => None,
                };
                quote_spanned!(ours() =>
                    let __instrument_returned #of_type = #statements;
                    __instrument_call.returned(&__instrument_returned, #show);
                    __instrument_returned
                )
            }
        };
        with_content(
            body,
            quote_spanned!(ours() =>
                #inner_attributes
                #items
                let __instrument_call = __INSTRUMENT_PROBE.begin(#capture);
                #rest
            ),
        )
    }

    fn awaited(&self, output: &Output, body: &Group) -> Group {
        let Probed { items, capture, parameters, .. } = self;
        let (inner_attributes, statements) = split(body);
        let hint = output.hint();
        let statements = with_content(body, statements);
        let block = with_content(
            body,
            quote_spanned!(ours() =>
                if false {
                    #(let _ = &#parameters;)*
                }
                #hint
                #statements
            ),
        );
        let polled = self.polled(&quote_spanned!(ours() => async move #block), output);
        with_content(
            body,
            quote_spanned!(ours() =>
                #inner_attributes
                #items
                let __instrument_call = __INSTRUMENT_PROBE.begin_async(#capture);
                #polled
            ),
        )
    }

    /// The block that a function's future is, which takes the call along.
    fn in_block(&self, block: &AsyncBlock) -> Group {
        let polled = self.polled(
            &{
                let (capture, body) = (&block.capture, &block.body);
                quote_spanned!(ours() => async #capture #body)
            },
            &Output::Inferred,
        );
        with_content(&block.body, polled)
    }

    fn polled(&self, future: &TokenStream, output: &Output) -> TokenStream {
        let Probed { private, show, inject, .. } = self;
        let inject = match inject {
            Some(inject) => quote_spanned!(ours() => ::core::option::Option::Some(#inject)),
            None => quote_spanned!(ours() => ::core::option::Option::None),
        };
        let result = match output {
            Output::Never => quote_spanned!(ours() => match __instrument_output {}),
            _ => quote_spanned!(ours() => __instrument_output),
        };
        quote_spanned!(ours() =>
            let __instrument_body = ::core::pin::pin!(#future);
            let __instrument_output =
                #private::polled!(__instrument_call, __instrument_body, #show, #inject).await;
            #result
        )
    }
}

/// Whether the future owns what it uses; else it couldn't take the call along.
fn ends_with_moving_block(body: &Group) -> bool {
    let moves = std::cell::Cell::new(false);
    let look = |block: &AsyncBlock| {
        moves.set(!block.capture.is_empty());
        block.body.clone()
    };
    tail::rewrite(body, &look).is_some() && moves.get()
}
