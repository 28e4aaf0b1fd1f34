//! A body cut into its top-level statements, as tokens.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::{Block, Expr, Local, LocalInit, Pat, Stmt};

use super::words::first_words;

/// A top-level statement.
pub struct Statement {
    pub tokens: TokenStream,
    /// Items don't run.
    pub is_item: bool,
}

impl Statement {
    /// What a line about it says: where it is, and how it begins.
    pub fn label(&self) -> String {
        let span = self.tokens.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
        // Our own unit tests run outside of a compiler, where there are no files.
        let line = if proc_macro::is_available() { span.unwrap().line() } else { 0 };
        let without_attributes = {
            let mut tokens = self.tokens.clone().into_iter().peekable();
            while tokens.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#')).is_some() {
                tokens.next();
            }
            tokens.collect()
        };
        format!("{line}: {}", first_words(without_attributes))
    }
}

/// The statements, in order; `None` of a body that's half-written, or in a syntax that we don't know.
pub fn of(statements: TokenStream) -> Option<Vec<Statement>> {
    let statements = Block::parse_within.parse2(statements).ok()?;
    let cut = statements.into_iter().map(|statement| Statement {
        is_item: matches!(statement, Stmt::Item(_)),
        tokens: statement.into_token_stream(),
    });
    Some(cut.collect())
}

/// What stands around the user's statements where `async_trait` has made them one, as `let __ret: T = { … };`.
pub struct Wrapped {
    pub before: TokenStream,
    pub body: Group,
    pub after: TokenStream,
}

pub fn wrapped(statements: &TokenStream) -> Option<Wrapped> {
    let statements = Block::parse_within.parse2(statements.clone()).ok()?;
    // Behind it stands `__ret`, or nothing: else it's somebody's own statement.
    let at = statements.iter().position(is_wrapper).filter(|at| at + 2 >= statements.len())?;
    let tokens = |statements: &[Stmt]| statements.iter().map(ToTokens::to_token_stream).collect::<TokenStream>();
    let mut before: Vec<TokenTree> = tokens(&statements[..=at]).into_iter().collect();
    let (semicolon, body) = (before.pop()?, before.pop()?);
    let TokenTree::Group(body) = body else { return None };
    let after = [TokenStream::from(semicolon), tokens(&statements[at + 1..])];
    Some(Wrapped { before: before.into_iter().collect(), body, after: after.into_iter().collect() })
}

fn is_wrapper(statement: &Stmt) -> bool {
    let Stmt::Local(Local { pat, init: Some(LocalInit { expr, diverge: None, .. }), .. }) = statement else {
        return false;
    };
    let name = match pat {
        Pat::Type(typed) => &typed.pat,
        pat => pat,
    };
    let is_named = match name {
        Pat::Ident(name) => name.ident == "__ret",
        Pat::Tuple(unit) => unit.elems.is_empty(),
        _ => false,
    };
    is_named && matches!(&**expr, Expr::Block(block) if block.label.is_none() && block.attrs.is_empty())
}
