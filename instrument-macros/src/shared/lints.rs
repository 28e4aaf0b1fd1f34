//! What lints look at: bodies that they know by their shape, and what they'd say of ours.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use quote::quote_spanned;

use super::attribute::Attribute;
use super::function::Function;
use super::item::Item;
use super::runtime::ours;
use super::signature::Signature;
use super::tokens::is_punct;

/// Lets lints that know a function by its body say of the annotated one what they say of the user's, who wrote nothing else.
///
/// Only of functions that they look at: what ends in braces of ours is never called unused by the compiler.
pub fn keep_shape(item: &mut Item) {
    let Some(function) = Function::of(item) else { return };
    let Some(body) = function.runnable() else { return };
    if body.stream().is_empty() {
        // That's whom it would look no further at.
        if function.is_generic {
            push_allow(item, quote_spanned!(ours() => clippy::extra_unused_type_parameters));
        }
    } else if (function.name == "clone" || function.name == "partial_cmp") && is_known_by_shape(body) {
        let mut body = body.clone();
        body.set_span(ours().located_at(body.span()));
        item.body = Some(body);
    }
}

fn push_allow(item: &mut Item, lint: TokenStream) {
    let allow = quote_spanned!(ours() => #[allow(#lint)]);
    item.attributes.push(Attribute { tokens: allow.into_iter().collect() });
}

/// Whether a lint wants a body to be just that: `*self` in a `clone`, `Some(self.cmp(other))` in a `partial_cmp`.
///
/// There are no temporaries in these, so they mean the same in every edition, and their braces can be ours.
fn is_known_by_shape(body: &Group) -> bool {
    let tokens: Vec<_> = body.stream().into_iter().collect();
    match tokens.as_slice() {
        [star, TokenTree::Ident(it)] => is_punct(star, '*') && it == "self",
        tokens => {
            let mut compares = false;
            is_made_of_calls(tokens, &mut compares) && compares
        }
    }
}

/// Whether it's made of names, and of calls of `Some`, `cmp` and `into` only; and whether `cmp` is among them.
fn is_made_of_calls(tokens: &[TokenTree], compares: &mut bool) -> bool {
    let mut before: Option<&TokenTree> = None;
    tokens.iter().all(|token| {
        let fits = match (token, before) {
            (TokenTree::Ident(_), _) => true,
            (TokenTree::Punct(punct), _) => matches!(punct.as_char(), ':' | '.' | ','),
            (TokenTree::Group(group), Some(TokenTree::Ident(called))) => {
                *compares |= called == "cmp";
                let inner: Vec<_> = group.stream().into_iter().collect();
                group.delimiter() == Delimiter::Parenthesis
                    && ["Some", "cmp", "into"].iter().any(|known| called == known)
                    && is_made_of_calls(&inner, compares)
            }
            _ => false,
        };
        before = Some(token);
        fits
    })
}

/// Which parameters a closure or an async block owns.
#[derive(Debug, Clone, Copy)]
pub enum Captured {
    None,
    Receiver,
    All,
}

/// Keeps a parameter that's only written to from being called one, which it isn't if its type has a `Drop`: the compiler
/// doesn't take what a closure or an async block owns to be read when it's dropped.
pub fn keep_quiet_about_drops(item: &mut Item, captured: Captured) {
    let names = Signature::of(&item.head).map(|signature| signature.names());
    let changed: Vec<String> = names
        .into_iter()
        .flatten()
        .filter(|parameter| match captured {
            Captured::None => false,
            Captured::Receiver => parameter.is_mutable && parameter.name == "self",
            Captured::All => parameter.is_mutable,
        })
        .map(|parameter| parameter.name.to_string())
        .collect();
    let body = Function::of(item).and_then(|function| function.runnable().map(Group::stream));
    if !changed.is_empty() && body.is_some_and(|body| assigns_a_field(body, &changed)) {
        push_allow(item, quote_spanned!(ours() => unused_assignments));
    }
}

/// Keeps the block that an `async fn` becomes from being told that it yields what can be awaited, as a function may.
pub fn keep_quiet_about_awaitables(item: &mut Item) {
    let returns = Function::of(item).is_some_and(|function| !function.output.is_empty());
    if returns {
        push_allow(item, quote_spanned!(ours() => clippy::async_yields_async));
    }
}

/// Whether there's a `name.field = …`, or `+=` and so on, for one of the names.
fn assigns_a_field(tokens: TokenStream, names: &[String]) -> bool {
    let tokens: Vec<_> = tokens.into_iter().collect();
    (0..tokens.len()).any(|at| match &tokens[at] {
        TokenTree::Group(group) => assigns_a_field(group.stream(), names),
        TokenTree::Ident(word) if names.iter().any(|name| word == name) => is_assigned(&tokens[at + 1..]),
        _ => false,
    })
}

/// Whether what follows a name goes down to a field, and assigns it.
fn is_assigned(mut rest: &[TokenTree]) -> bool {
    let mut is_field = false;
    loop {
        rest = match rest {
            [dot, TokenTree::Ident(_) | TokenTree::Literal(_), rest @ ..] if is_punct(dot, '.') => rest,
            [TokenTree::Group(index), rest @ ..] if index.delimiter() == Delimiter::Bracket => rest,
            _ => break,
        };
        is_field = true;
    }
    let operator: String = rest
        .iter()
        .map_while(|token| match token {
            TokenTree::Punct(punct) => Some(punct),
            _ => None,
        })
        .scan(Spacing::Joint, |before, punct| {
            let joined = *before == Spacing::Joint;
            *before = punct.spacing();
            joined.then(|| punct.as_char())
        })
        .collect();
    is_field && operator.ends_with('=') && !["==", "<=", ">=", "!="].contains(&operator.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(source: &str) -> TokenStream {
        source.parse().unwrap_or_default()
    }

    #[test]
    fn bodies_that_lints_know_are_known() {
        let known = |source| is_known_by_shape(&Group::new(Delimiter::Brace, tokens(source)));
        for body in [
            "*self",
            "Some(self.cmp(other))",
            "::core::option::Option::Some(Ord::cmp(self, other))",
            "self.cmp(other).into()",
        ] {
            assert!(known(body), "{body}");
        }
        for body in [
            "",
            "1",
            "*other",
            "Some(self.key().cmp(other.key()))",
            "Some(x)",
            "self.cmp(other);",
            "{ *self }",
            "self",
            "f(self)",
        ] {
            assert!(!known(body), "{body}");
        }
    }

    #[test]
    fn assignments_to_fields_are_found_and_others_are_not() {
        let found = |source| assigns_a_field(tokens(source), &["a".to_owned()]);
        for body in ["a.b = 1", "if x { a.0.c += 1; }", "a[0] = 1", "a.b <<= 2"] {
            assert!(found(body), "{body}");
        }
        for body in
            ["a = 1", "a.b == 1", "a.b <= 1", "b.c = 1", "a.b(1)", "match a.b { x => 1 }", "let b = a.c;", "a.b => 1"]
        {
            assert!(!found(body), "{body}");
        }
    }
}
