//! Bodies with statements of ours around them. What the user wrote in there stays as it was.
//!
//! ```text
//! { inner attributes; our items; our guard; { what the user wrote } }
//! ```
//!
//! The user's statements get a block of their own, so that items they begin with still come first in it (a lint wants
//! that), and so that what they declare can't meet what we do. Both blocks have the span of the original one, hence its
//! edition, hence its rules for how long temporaries live.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{Type, TypeInfer};

use super::function::Function;
use super::item::is_punct;
use super::runtime::ours;
use super::tail::{self, AsyncBlock};

/// What an attribute adds to a function.
pub struct Additions {
    /// Items of its own.
    pub items: TokenStream,
    /// The statement that starts what ends with the function.
    pub guard: TokenStream,
    /// The function that takes the body as a future and returns one, for guards that must not live across an `.await`.
    pub around_future: Option<TokenStream>,
}

impl Additions {
    /// The body of `function` with these additions; as it was, if it has none that can be run.
    pub fn add_to(&self, function: &Function<'_>) -> Option<Group> {
        let body = function.runnable()?;
        Some(match &self.around_future {
            Some(around) if function.is_async => self.awaited(body, &move_token(), &function.output, around),
            _ if function.may_return_future() => {
                // The future is what takes time, not the function that makes it.
                tail::rewrite(body, &|block: &AsyncBlock| self.to_async_block(block))
                    .unwrap_or_else(|| self.guarded(body))
            }
            _ => self.guarded(body),
        })
    }

    fn to_async_block(&self, block: &AsyncBlock) -> Group {
        match &self.around_future {
            Some(around) => self.awaited(&block.body, &block.capture, &TokenStream::new(), around),
            None => self.guarded(&block.body),
        }
    }

    /// A guard that's dropped after everything the user's statements declare.
    fn guarded(&self, body: &Group) -> Group {
        let (inner_attributes, block) = split(body);
        let Self { items, guard, .. } = self;
        with_content(body, quote_spanned!(ours() => #inner_attributes #items #guard #block))
    }

    /// The user's statements as a future, given to `around` and awaited.
    fn awaited(&self, body: &Group, capture: &TokenStream, output: &TokenStream, around: &TokenStream) -> Group {
        let (inner_attributes, block) = split(body);
        let block = block.unwrap_or_else(|| with_content(body, TokenStream::new()));
        let items = &self.items;
        let content = match Output::of(output) {
            Output::Inferred => quote_spanned!(ours() => #around(async #capture #block).await),
            Output::Known(output) => {
                let hint = return_type_hint(&output);
                quote_spanned!(ours() => #around(async #capture { #hint #block }).await)
            }
            Output::Never => {
                let hint = return_type_hint(&quote_spanned!(ours() => ::core::convert::Infallible));
                quote_spanned!(ours() => match #around(async #capture { #hint #block }).await {})
            }
        };
        with_content(body, quote_spanned!(ours() => #inner_attributes #items #content))
    }
}

/// What an async block has to be told about the type that it returns.
enum Output {
    /// Nothing: it's `()`, or nobody knows.
    Inferred,
    Known(Box<Type>),
    /// `!`, which can't be named as a type yet.
    Never,
}

impl Output {
    fn of(output: &TokenStream) -> Self {
        match syn::parse2::<Type>(output.clone()) {
            Ok(Type::Never(_)) => Output::Never,
            Ok(Type::Tuple(tuple)) if tuple.elems.is_empty() => Output::Inferred,
            Ok(mut output) => {
                ImplTraitToInfer.visit_type_mut(&mut output);
                if matches!(output, Type::Infer(_)) { Output::Inferred } else { Output::Known(Box::new(output)) }
            }
            Err(_) => Output::Inferred,
        }
    }
}

/// A statement that never runs. It's there for the compiler, which takes the type of what an async block returns from
/// the first `return` in it, and needs it for `?` and coercions.
fn return_type_hint(output: &impl ToTokens) -> TokenStream {
    quote_spanned!(ours() =>
        if let ::core::option::Option::Some(__instrument_output) = ::core::option::Option::None::<#output> {
            return __instrument_output;
        }
    )
}

/// `impl Trait` can't be written in a body; there, it's inferred.
struct ImplTraitToInfer;

impl VisitMut for ImplTraitToInfer {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(_) = ty {
            *ty = Type::Infer(TypeInfer { attrs: Vec::new(), underscore_token: syn::token::Underscore(ours()) });
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }
}

/// Inner attributes, which have to stay first in the function, and a block with everything else, if there's anything.
fn split(body: &Group) -> (TokenStream, Option<Group>) {
    let mut tokens = body.stream().into_iter().peekable();
    let mut inner_attributes = TokenStream::new();
    let mut ahead = tokens.clone();
    while let (Some(hash), Some(bang), Some(attribute)) = (ahead.next(), ahead.next(), ahead.next()) {
        if !(is_punct(&hash, '#') && is_punct(&bang, '!') && matches!(attribute, TokenTree::Group(_))) {
            break;
        }
        inner_attributes.extend([hash, bang, attribute]);
        tokens = ahead.clone();
    }
    let block = tokens.peek().is_some().then(|| with_content(body, tokens.collect()));
    (inner_attributes, block)
}

/// Braces with that content and the span, and so the edition, of `body`.
pub fn with_content(body: &Group, content: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Brace, content);
    group.set_span(body.span());
    group
}

fn move_token() -> TokenStream {
    quote_spanned!(ours() => move)
}
