//! The async block that a body ends with, as in `Box::pin(async move { … })`.
//!
//! That's what a function that returns a future by hand looks like, and what `async_trait` makes of an async method.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;

use super::body::with_content;
use super::tokens::is_punct;

/// `async move { … }`.
pub struct AsyncBlock {
    /// `move`, or nothing.
    pub capture: TokenStream,
    pub body: Group,
}

/// The body with its async block replaced; `None` if it doesn't end with one.
pub fn rewrite(body: &Group, replace: &dyn Fn(&AsyncBlock) -> TokenStream) -> Option<Group> {
    Some(with_content(body, tail(body.stream(), replace)?))
}

fn tail(tokens: TokenStream, replace: &dyn Fn(&AsyncBlock) -> TokenStream) -> Option<TokenStream> {
    let mut tokens: Vec<_> = tokens.into_iter().collect();
    // The comma after a last argument, `.boxed()` of the futures crate.
    let mut after = Vec::new();
    if tokens.last().is_some_and(|token| is_punct(token, ',')) {
        after.extend(tokens.pop());
    } else if let [.., dot, TokenTree::Ident(name), TokenTree::Group(_)] = tokens.as_slice()
        && is_punct(dot, '.')
        && (name == "boxed" || name == "boxed_local")
    {
        after = tokens.split_off(tokens.len() - 3);
    }

    let Some(TokenTree::Group(last)) = tokens.pop() else { return None };
    let new: TokenStream = match last.delimiter() {
        Delimiter::Brace => match async_block(&tokens, &last) {
            Some((block, start)) if begins_an_expression(&tokens[..start]) => {
                tokens.truncate(start);
                replace(&block)
            }
            None if begins_an_expression(&tokens) => rewrite(&last, replace)?.into_token_stream(),
            _ => return None,
        },
        Delimiter::Parenthesis if begins_an_expression(before_pin(&tokens)?) => {
            let mut arguments = Group::new(Delimiter::Parenthesis, tail(last.stream(), replace)?);
            arguments.set_span(last.span());
            arguments.into_token_stream()
        }
        _ => return None,
    };
    tokens.extend(new);
    tokens.extend(after);
    Some(tokens.into_iter().collect())
}

/// The async block whose braces are `body`, and where it starts in what stands before them.
fn async_block(before: &[TokenTree], body: &Group) -> Option<(AsyncBlock, usize)> {
    let word = |back: usize, word: &str| {
        let token = before.len().checked_sub(back).and_then(|at| before.get(at));
        token.filter(|token| matches!(token, TokenTree::Ident(ident) if ident == word))
    };
    if word(1, "async").is_some() {
        return Some((AsyncBlock { capture: TokenStream::new(), body: body.clone() }, before.len() - 1));
    }
    let capture = word(1, "move")?;
    word(2, "async")?;
    Some((AsyncBlock { capture: capture.clone().into(), body: body.clone() }, before.len() - 2))
}

/// What stands before `Box::pin`, however it's spelled.
fn before_pin(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    let mut rest = tokens.strip_suffix_by(|token| matches!(token, TokenTree::Ident(ident) if ident == "pin"))?;
    while let Some(path) = rest.strip_suffix_by(|token| is_punct(token, ':')) {
        rest = path.strip_suffix_by(|token| is_punct(token, ':'))?;
        rest = rest.strip_suffix_by(|token| matches!(token, TokenTree::Ident(_))).unwrap_or(rest);
    }
    Some(rest)
}

trait StripSuffixBy {
    fn strip_suffix_by(&self, is_suffix: impl Fn(&TokenTree) -> bool) -> Option<&Self>;
}

impl StripSuffixBy for [TokenTree] {
    fn strip_suffix_by(&self, is_suffix: impl Fn(&TokenTree) -> bool) -> Option<&Self> {
        self.split_last().filter(|(last, _)| is_suffix(last)).map(|(_, rest)| rest)
    }
}

/// Whether what follows `before` is an expression of its own: the body's tail, or what it returns.
fn begins_an_expression(before: &[TokenTree]) -> bool {
    match before.last() {
        None => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() == ';',
        Some(TokenTree::Group(group)) => group.delimiter() != Delimiter::Parenthesis,
        Some(TokenTree::Ident(word)) => word == "return",
        Some(TokenTree::Literal(_)) => false,
    }
}
