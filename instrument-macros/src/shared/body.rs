//! Bodies with statements of ours before what the user wrote, which stays as it was.
//!
//! ```text
//! { inner attributes; our items; our guard; what the user wrote }
//! ```
//!
//! If the user's statements begin with items, they get a block of their own, so that those still come first in it: a
//! lint wants that. All blocks have the span of the original one, hence its edition, hence its rules for how long
//! temporaries live.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{Type, TypeInfer};

use super::function::Function;
use super::returned::Returned;
use super::runtime::ours;
use super::tail::{self, AsyncBlock};
use super::tokens::{is_punct, mentions};

/// What an attribute adds to a function.
pub struct Additions {
    /// Items of its own.
    pub items: TokenStream,
    /// The statement that starts what ends with the function.
    pub guard: TokenStream,
    /// The function that takes the body as a future and returns one, for guards that must not live across an `.await`.
    pub around_future: Option<TokenStream>,
    /// Whether that function takes streams, too.
    pub takes_streams: bool,
}

impl Additions {
    /// The body of `function` with these additions; as it was, if it has none that can be run.
    pub fn add_to(&self, function: &Function<'_>) -> Option<Group> {
        let body = function.runnable()?;
        Some(match &self.around_future {
            Some(around) if function.is_async => self.awaited(body, &move_token(), &function.output, around),
            around => {
                // The future is what takes time, not the function that makes it.
                let in_place = function.may_return_future().then(|| {
                    let replace = |block: &AsyncBlock| self.to_async_block(block);
                    tail::rewrite(body, &replace)
                });
                let returned =
                    || Returned::of(&function.output).filter(|returned| self.takes_streams || returned.is_future);
                match (in_place.flatten(), around) {
                    (Some(body), _) => body,
                    (None, Some(around)) => match returned() {
                        Some(returned) => self.wrapped(body, &returned, &function.output, around),
                        None => self.guarded(body),
                    },
                    (None, None) => self.guarded(body),
                }
            }
        })
    }

    /// What the body returns, a future or stream made elsewhere, given to `around`.
    fn wrapped(&self, body: &Group, returned: &Returned, output: &TokenStream, around: &TokenStream) -> Group {
        let (inner_attributes, statements) = split(body);
        let made = with_content(body, statements);
        // Boxes of several types become one only where that type is known. And a `return` has to end the making, not the
        // function.
        let output = returned.is_boxed.then_some(output);
        let made = if mentions(made.stream(), &|word| word == "return") {
            let output = output.map(|output| quote_spanned!(ours() => -> #output));
            quote_spanned!(ours() => (move || #output #made)())
        } else if let Some(output) = output {
            quote_spanned!(ours() => { let __instrument_made: #output = #made; __instrument_made })
        } else {
            made.into_token_stream()
        };
        let items = &self.items;
        let timed = quote_spanned!(ours() => #around(#made));
        let timed = if returned.is_boxed { quote_spanned!(ours() => ::std::boxed::Box::pin(#timed)) } else { timed };
        with_content(body, quote_spanned!(ours() => #inner_attributes #items #timed))
    }

    fn to_async_block(&self, block: &AsyncBlock) -> Group {
        match &self.around_future {
            Some(around) => self.awaited(&block.body, &block.capture, &TokenStream::new(), around),
            None => self.guarded(&block.body),
        }
    }

    /// A guard that's dropped after everything the user's statements declare.
    fn guarded(&self, body: &Group) -> Group {
        let (inner_attributes, statements) = split(body);
        let statements = after_ours(body, statements);
        let Self { items, guard, .. } = self;
        with_content(body, quote_spanned!(ours() => #inner_attributes #items #guard #statements))
    }

    /// The user's statements as a future, given to `around` and awaited.
    fn awaited(&self, body: &Group, capture: &TokenStream, output: &TokenStream, around: &TokenStream) -> Group {
        let (inner_attributes, statements) = split(body);
        let output = Output::of(output);
        let statements = match output.hint() {
            Some(hint) => {
                let statements = after_ours(body, statements);
                quote_spanned!(ours() => #hint #statements)
            }
            None => statements,
        };
        let block = with_content(body, statements);
        let future = quote_spanned!(ours() => #around(async #capture #block).await);
        let items = &self.items;
        let content = match output {
            Output::Never => quote_spanned!(ours() => #inner_attributes #items match #future {}),
            _ => quote_spanned!(ours() => #inner_attributes #items #future),
        };
        with_content(body, content)
    }
}

/// What an async block has to be told about the type that it returns.
pub enum Output {
    /// Nothing: it's `()`, or nobody knows.
    Inferred,
    Known(Box<Type>),
    /// `!`, which can't be named as a type yet.
    Never,
}

impl Output {
    pub fn of(output: &TokenStream) -> Self {
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

    /// A statement that never runs. It's there for the compiler, which takes the type of what an async block returns
    /// from the first `return` in it, and needs it for `?` and coercions.
    pub fn hint(&self) -> Option<TokenStream> {
        let output = match self {
            Output::Inferred => return None,
            Output::Known(output) => output.to_token_stream(),
            Output::Never => quote_spanned!(ours() => ::core::convert::Infallible),
        };
        Some(quote_spanned!(ours() =>
            if let ::core::option::Option::Some(__instrument_output) = ::core::option::Option::None::<#output> {
                return __instrument_output;
            }
        ))
    }
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

/// Inner attributes, which have to stay first in the function, and everything else.
pub fn split(body: &Group) -> (TokenStream, TokenStream) {
    let mut tokens = body.stream().into_iter();
    let mut inner_attributes = TokenStream::new();
    let mut ahead = tokens.clone();
    while let (Some(hash), Some(bang), Some(attribute)) = (ahead.next(), ahead.next(), ahead.next()) {
        if !(is_punct(&hash, '#') && is_punct(&bang, '!') && matches!(attribute, TokenTree::Group(_))) {
            break;
        }
        inner_attributes.extend([hash, bang, attribute]);
        tokens = ahead.clone();
    }
    (inner_attributes, tokens.collect())
}

/// The user's statements in a place where something stands before them.
pub fn after_ours(body: &Group, statements: TokenStream) -> TokenStream {
    if begins_with_an_item(&statements) { with_content(body, statements).into_token_stream() } else { statements }
}

fn begins_with_an_item(statements: &TokenStream) -> bool {
    let mut tokens = statements.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        // Be it on an item or on a statement.
        (Some(token), _) if is_punct(&token, '#') => true,
        (Some(TokenTree::Ident(word)), next) => match word.to_string().as_str() {
            "enum" | "fn" | "impl" | "macro_rules" | "mod" | "pub" | "static" | "struct" | "trait" | "type" | "use" => {
                true
            }
            // Not if it's a block.
            "async" | "const" | "extern" | "unsafe" => {
                matches!(next, Some(TokenTree::Ident(next)) if next != "move")
            }
            _ => false,
        },
        _ => false,
    }
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
