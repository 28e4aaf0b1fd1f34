//! Parts of bodies with statements of ours before what the user wrote, which stays as it was.
//!
//! If the user's statements begin with items, they get a block of their own, so that those still come first in it: a
//! lint wants that. All blocks have the span of the original one, hence its edition, hence its rules for how long
//! temporaries live.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{Type, TypeInfer};

use super::runtime::ours;
use super::tokens::is_punct;

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
