//! What `#[probe]` adds to a function: a call that may be watched, which runs the body, or has it polled.
//!
//! ```text
//! { inner attributes; our items; our call, which captures the arguments; call.run(move || body, how to show the result) }
//! ```
//!
//! A result can only be seen on its way out, and nothing but a closure stops every `return` and `?` there. It's given to a
//! function that takes an `FnOnce`, so that what it borrows from the parameters can leave it as it can leave a function.

use proc_macro2::{Group, Ident, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::token::Paren;
use syn::{Type, TypeTuple};

use super::parse::Probe;
use super::validate::Place;
use crate::shared::body::{Output, with_content};
use crate::shared::function::Function;
use crate::shared::item::Item;
use crate::shared::part::numbered;
use crate::shared::runtime::{location, optional, ours, private};
use crate::shared::signature::{Name, Signature};

/// What one `#[probe]` adds.
pub struct Probed<'probe> {
    probe: &'probe Probe,
    private: TokenStream,
    /// The static.
    site: Ident,
    call: Ident,
    /// Its items.
    pub items: TokenStream,
    /// Where a closure would change what the body means.
    pub place: Option<Place>,
    /// The closure that shows the result.
    show: TokenStream,
    /// The closure that makes a result of what's injected.
    inject: Option<TokenStream>,
}

pub fn part<'probe>(probe: &'probe Probe, item: &Item, function: &Function<'_>, nth: usize) -> Probed<'probe> {
    let private = private(probe.krate.as_ref());
    let names = Signature::of(&item.head).map(|signature| signature.names()).unwrap_or_default();
    let arguments = names.iter().filter_map(|Name { cfg, name, .. }| {
        let text = name.unraw().to_string();
        let seen = seen(probe, &text)?;
        Some(match seen {
            Seen::Redacted => quote_spanned!(ours() => #cfg #private::probe::Argument::redacted(#text)),
            Seen::Shown => quote_spanned!(ours() => #cfg #private::probe::Argument::shown(#text)),
        })
    });
    let site = numbered("__INSTRUMENT_PROBE", nth);
    let name = optional(probe.name.as_ref());
    let location = location(&private, function.name);
    let hides = probe.redact.iter().flat_map(|names| &names.0).any(|redacted| redacted == "result");
    let redacting = hides.then(|| quote_spanned!(ours() => .redacting_result()));
    let injecting = probe.inject.is_present().then(|| quote_spanned!(ours() => .injecting()));
    let items = quote_spanned!(ours() =>
        static #site: #private::probe::ProbeSite =
            #private::probe::ProbeSite::new(#name, #location, &[#(#arguments),*]) #redacting #injecting;
        #private::register_probe!(#site);
    );
    Probed {
        items,
        site,
        call: numbered("__instrument_probed", nth),
        place: Place::of(item, function),
        show: quote_spanned!(ours() => |__instrument_result, __instrument_wanted| {
            #private::outcome!(__instrument_result, __instrument_wanted)
        }),
        inject: probe.inject.is_present().then(|| {
            quote_spanned!(ours() => |__instrument_injection, __instrument_into| {
                #private::injected!(__instrument_injection, __instrument_into)
            })
        }),
        private,
        probe,
    }
}

enum Seen {
    Redacted,
    Shown,
}

/// What instruments see of an argument; `None`: not even its name.
fn seen(probe: &Probe, name: &str) -> Option<Seen> {
    if probe.redact.iter().flat_map(|names| &names.0).any(|redacted| redacted == name) {
        return Some(Seen::Redacted);
    }
    let is_shown = match &probe.args {
        Some(names) => names.0.iter().any(|shown| shown == name),
        // An object is often large, and its `Debug` may lock.
        None => name != "self",
    };
    is_shown.then_some(Seen::Shown)
}

impl Probed<'_> {
    /// The statements before, and the closure that captures the arguments.
    ///
    /// It takes copies of what's `Copy`: a parameter whose address is known elsewhere would have to be in memory, and be read
    /// from there.
    fn capture(&self, names: &[Name]) -> (TokenStream, TokenStream) {
        let Probed { private, probe, .. } = self;
        let mut captures = Vec::new();
        let mut peeks = TokenStream::new();
        for (at, declared) in names.iter().enumerate() {
            let Name { cfg, name, held, .. } = declared;
            // `r#type` is written `type` in an expression.
            let text = name.unraw().to_string();
            if !matches!(seen(probe, &text), Some(Seen::Shown)) {
                continue;
            }
            // `self` can't have another name; it's a reference, mostly, or too large to matter.
            let peeked = if text == "self" {
                held.clone()
            } else {
                let peeked = Ident::new(&format!("__instrument_argument_{at}"), ours());
                let used = declared.used();
                peeks.extend(quote_spanned!(ours() => #used let #peeked = #private::peeked!(#held);));
                peeked
            };
            captures.push(quote_spanned!(ours() =>
                #cfg __instrument_arguments.add(#text, || #private::shown!(#peeked));
            ));
        }
        let capture = if captures.is_empty() {
            quote_spanned!(ours() => |_| {})
        } else {
            quote_spanned!(ours() => |__instrument_arguments| { #(#captures)* })
        };
        (peeks, capture)
    }

    /// The statement that begins the call: in an async function that makes its future, or in one that isn't async.
    ///
    /// What's needed only while something is attached stands in a branch of its own.
    pub fn begun(&self, names: &[Name], is_async: bool) -> TokenStream {
        let Probed { private, site, call, .. } = self;
        let (peeks, capture) = self.capture(names);
        let begin = Ident::new(if is_async { "begin_async" } else { "begin" }, ours());
        quote_spanned!(ours() =>
            let #call = if #site.is_attached() {
                #peeks
                #site.#begin(&#capture)
            } else {
                #private::probe::Calling::NONE
            };
        )
    }

    /// The statement by which an async body begins the call, if it's asked to.
    pub fn asked(&self, names: &[Name]) -> TokenStream {
        let Probed { private, site, .. } = self;
        let (peeks, capture) = self.capture(names);
        quote_spanned!(ours() =>
            if #site.begins() {
                {
                    #peeks
                    #site.begin_asked(&#capture);
                }
                #private::probe::pause().await;
            }
        )
    }

    /// The body as a closure that the call runs.
    pub fn run(&self, output: &TokenStream, body: &Group) -> TokenStream {
        let Probed { show, inject, call, .. } = self;
        let returned = type_of(&output_of(output)).map(|output| quote_spanned!(ours() => -> #output));
        let run = match inject {
            Some(inject) => quote_spanned!(ours() => run_injected(move || #returned #body, #show, #inject)),
            None => quote_spanned!(ours() => run(move || #returned #body, #show)),
        };
        quote_spanned!(ours() => #call.#run)
    }

    /// The body in its place, where a closure would change what it means. `place` isn't [`Place::TracksCaller`]: nothing is
    /// to be seen of the result.
    pub fn in_place(&self, place: Place, output: &TokenStream, body: &Group, statements: TokenStream) -> TokenStream {
        let Probed { show, call, .. } = self;
        if place != Place::TracksCaller {
            // Not in braces, which a lint would take for the user's.
            return statements;
        }
        let statements = with_content(body, statements);
        let of_type = type_of(&output_of(output)).map(|output| quote_spanned!(ours() => : #output));
        // It may never come to its end.
        quote_spanned!(ours() =>
            #[allow(clippy::diverging_sub_expression)]
            let __instrument_returned #of_type = #statements;
            #[allow(unreachable_code)]
            #call.returned(&__instrument_returned, #show);
            return __instrument_returned
        )
    }

    /// The call as a layer of the future that `body` names, which begins as `made` says.
    pub fn layer(&self, body: &Ident, output: &Output, made: bool) -> TokenStream {
        let Probed { private, show, inject, site, call, .. } = self;
        let begin = if made {
            quote_spanned!(ours() => #private::probe::Begin::Made(#call))
        } else {
            quote_spanned!(ours() => #private::probe::Begin::Polled(&#site))
        };
        // Where nothing tells the type, what's around the future may do so later, and there's no best way to show it yet.
        let is_unknown = matches!(output, Output::Inferred);
        let blind = quote_spanned!(ours() => |_, _| #private::probe::Outcome::Unknown);
        let show = if is_unknown { &blind } else { show };
        let inject = match inject {
            Some(inject) if !is_unknown => quote_spanned!(ours() => ::core::option::Option::Some(#inject)),
            _ => quote_spanned!(ours() => ::core::option::Option::None),
        };
        quote_spanned!(ours() => #private::probe_call!(#body, #begin, #show, #inject))
    }
}

/// The type, also if it's `()`: a body that never comes to its end may be of any type, and the best way to show that is
/// none of its own.
pub fn output_of(output: &TokenStream) -> Output {
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
