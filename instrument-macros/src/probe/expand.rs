//! What becomes of a function with `#[probe]`: a call that may be watched, and the body as a closure that it runs.
//!
//! ```text
//! { inner attributes; our items; our call, which captures the arguments; call.run(move || body, how to show the result) }
//! ```
//!
//! A result can only be seen on its way out, and nothing but a closure stops every `return` and `?` there. It's given to a
//! function that takes an `FnOnce`, so that what it borrows from the parameters can leave it as it can leave a function.

use proc_macro2::{Group, Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::token::Paren;
use syn::{Type, TypeTuple};

use super::parse::Probe;
use super::validate::Place;
use crate::shared::body::{Output, after_ours, split, with_content};
use crate::shared::function::Function;
use crate::shared::item::Item;
use crate::shared::lints::keep_quiet_about_drops;
use crate::shared::parameters::{self, Parameter};
use crate::shared::returned::future_output;
use crate::shared::runtime::{location, optional, ours, private};
use crate::shared::tail::{self, AsyncBlock};

pub fn item(mut item: Item, probe: &Probe) -> TokenStream {
    if let Some(function) = Function::of(&item)
        && let Some(body) = function.runnable()
    {
        item.body = Some(Probed::of(&item, &function, probe).body(&item, &function, body));
        keep_quiet_about_drops(&mut item);
    }
    item.into_token_stream()
}

/// What's needed in each of the forms.
struct Probed {
    private: TokenStream,
    items: TokenStream,
    /// The closure that captures the arguments, and what it takes them from.
    capture: TokenStream,
    peeks: TokenStream,
    /// The closure that shows the result.
    show: TokenStream,
    /// The closure that makes a result of what's injected.
    inject: Option<TokenStream>,
    /// The statement that names all parameters.
    named: TokenStream,
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
        let mut peeks = Vec::new();
        for declared in parameters.iter().rev() {
            let Parameter { cfg, name: parameter, .. } = declared;
            // `r#type` is written `type` in an expression.
            let name = parameter.unraw().to_string();
            if redacts(&name) {
                arguments.push(quote_spanned!(ours() => #cfg #private::probe::Argument::redacted(#name)));
            } else if shows(&name) {
                arguments.push(quote_spanned!(ours() => #cfg #private::probe::Argument::shown(#name)));
                // `self` can't have another name; it's a reference, mostly, or too large to matter.
                let peeked = if name == "self" {
                    parameter.clone()
                } else {
                    let peeked = Ident::new(&format!("__instrument_argument_{}", peeks.len()), ours());
                    let used = declared.used();
                    peeks.push(quote_spanned!(ours() => #used let #peeked = #private::peeked!(#parameter);));
                    peeked
                };
                captures.push(quote_spanned!(ours() =>
                    #cfg __instrument_arguments.add(#name, || #private::shown!(#peeked));
                ));
            }
        }
        let capture = if captures.is_empty() {
            quote_spanned!(ours() => |_| {})
        } else {
            quote_spanned!(ours() => |__instrument_arguments| { #(#captures)* })
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
            peeks: peeks.into_iter().collect(),
            show: quote_spanned!(ours() => |__instrument_result, __instrument_wanted| {
                #private::outcome!(__instrument_result, __instrument_wanted)
            }),
            inject: probe.inject.is_present().then(|| {
                quote_spanned!(ours() => |__instrument_injection, __instrument_into| {
                    #private::injected!(__instrument_injection, __instrument_into)
                })
            }),
            named: parameters::named(&parameters),
            private,
        }
    }

    /// The call, as an expression.
    ///
    /// What's needed only while something is attached stands in a branch of its own, and takes copies of what's `Copy`:
    /// a parameter whose address is known elsewhere would have to be in memory, and be read from there.
    fn begun(&self, begin: &str) -> TokenStream {
        let Probed { private, capture, peeks, .. } = self;
        let begin = Ident::new(begin, ours());
        quote_spanned!(ours() =>
            if __INSTRUMENT_PROBE.is_attached() {
                #peeks
                __INSTRUMENT_PROBE.#begin(&#capture)
            } else {
                #private::probe::Calling::NONE
            }
        )
    }

    fn body(&self, item: &Item, function: &Function<'_>, body: &Group) -> Group {
        let output = output_of(&function.output);
        if function.is_async {
            return self.awaited(&output, body);
        }
        let yielded = future_output(&function.output).map(|ty| ty.into_token_stream());
        let in_block = |block: &AsyncBlock| self.in_block(block, yielded.as_ref());
        if function.may_return_future()
            && ends_with_moving_block(body)
            && let Some(rewritten) = tail::rewrite(body, &in_block)
        {
            let (items, begun) = (&self.items, self.begun("begin_async"));
            let (inner_attributes, statements) = split(&rewritten);
            return with_content(
                body,
                quote_spanned!(ours() =>
                    #inner_attributes
                    #items
                    let __instrument_call = #begun;
                    #statements
                ),
            );
        }
        match Place::of(item, function) {
            None => self.closure(&output, body),
            Some(Place::TracksCaller) => self.in_place(Some(&output), body),
            Some(Place::Never | Place::ReturnsClosure) => self.in_place(None, body),
        }
    }

    fn closure(&self, output: &Output, body: &Group) -> Group {
        let Probed { items, show, inject, .. } = self;
        let begun = self.begun("begin");
        let (inner_attributes, statements) = split(body);
        let returned = type_of(output).map(|output| quote_spanned!(ours() => -> #output));
        let block = self.owning(body, statements, None);
        let run = match inject {
            Some(inject) => quote_spanned!(ours() => run_injected(move || #returned #block, #show, #inject)),
            None => quote_spanned!(ours() => run(move || #returned #block, #show)),
        };
        with_content(
            body,
            quote_spanned!(ours() =>
                #inner_attributes
                #items
                let __instrument_call = #begun;
                __instrument_call.#run
            ),
        )
    }

    /// Where a closure would change what the body means. `None`: nothing is to be seen of the result.
    fn in_place(&self, output: Option<&Output>, body: &Group) -> Group {
        let Probed { items, show, .. } = self;
        let begun = self.begun("begin");
        let (inner_attributes, statements) = split(body);
        let rest = match output {
            // Not in braces, which a lint would take for the user's.
            None => statements,
            Some(output) => {
                let statements = with_content(body, statements);
                let of_type = type_of(output).map(|output| quote_spanned!(ours() => : #output));
                // It may never come to its end.
                quote_spanned!(ours() =>
                    #[allow(clippy::diverging_sub_expression)]
                    let __instrument_returned #of_type = #statements;
                    #[allow(unreachable_code)]
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
                let __instrument_call = #begun;
                #rest
            ),
        )
    }

    /// The statements as a block that takes all parameters along, in the order in which a function drops them.
    fn owning(&self, body: &Group, statements: TokenStream, hint: Option<TokenStream>) -> Group {
        let named = &self.named;
        if named.is_empty() && hint.is_none() {
            return with_content(body, statements);
        }
        let statements = after_ours(body, statements);
        with_content(body, quote_spanned!(ours() => #named #hint #statements))
    }

    fn awaited(&self, output: &Output, body: &Group) -> Group {
        let (items, begun) = (&self.items, self.begun("begin_async"));
        let (inner_attributes, statements) = split(body);
        let block = self.owning(body, statements, output.hint());
        let polled = self.polled(&quote_spanned!(ours() => async move #block), output);
        with_content(
            body,
            quote_spanned!(ours() =>
                #inner_attributes
                #items
                let __instrument_call = #begun;
                #polled
            ),
        )
    }

    /// The block that a function's future is, which takes the call along.
    fn in_block(&self, AsyncBlock { capture, body }: &AsyncBlock, yielded: Option<&TokenStream>) -> Group {
        let output = yielded.map_or(Output::Inferred, output_of);
        let body = match output.hint() {
            Some(hint) => {
                let (inner_attributes, statements) = split(body);
                let statements = after_ours(body, statements);
                with_content(body, quote_spanned!(ours() => #inner_attributes #hint #statements))
            }
            None => body.clone(),
        };
        let polled = self.polled(&quote_spanned!(ours() => async #capture #body), &output);
        with_content(&body, polled)
    }

    fn polled(&self, future: &TokenStream, output: &Output) -> TokenStream {
        let Probed { private, show, inject, .. } = self;
        // Where nothing tells the type, what's around the future may do so later, and there's no best way to show it yet.
        let is_unknown = matches!(output, Output::Inferred);
        let blind = quote_spanned!(ours() => |_, _| #private::probe::Outcome::Unknown);
        let show = if is_unknown { &blind } else { show };
        let inject = match inject {
            Some(inject) if !is_unknown => quote_spanned!(ours() => ::core::option::Option::Some(#inject)),
            _ => quote_spanned!(ours() => ::core::option::Option::None),
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

/// The type, also if it's `()`: a body that never comes to its end may be of any type, and the best way to show that is
/// none of its own.
fn output_of(output: &TokenStream) -> Output {
    match Output::of(output) {
        Output::Inferred if output.is_empty() || is_unit(output) => Output::Known(Box::new(Type::Tuple(TypeTuple {
            attrs: Vec::new(),
            paren_token: Paren(ours()),
            elems: Punctuated::new(),
        }))),
        other => other,
    }
}

fn is_unit(output: &TokenStream) -> bool {
    matches!(syn::parse2(output.clone()), Ok(Type::Tuple(tuple)) if tuple.elems.is_empty())
}

fn type_of(output: &Output) -> Option<&Type> {
    match output {
        Output::Known(output) => Some(output),
        _ => None,
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
