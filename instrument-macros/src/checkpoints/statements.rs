//! A body cut into its top-level statements, as tokens.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::{Block, Stmt};

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
