//! Questions about tokens.

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};

/// How deep in `<…>` we are. Braces and semicolons in there belong to const arguments.
#[derive(Default)]
pub struct Angles {
    depth: usize,
    after_a_stroke: bool,
}

impl Angles {
    pub fn pass(&mut self, token: &TokenTree) {
        match token {
            TokenTree::Punct(punct) => {
                match punct.as_char() {
                    '<' => self.depth += 1,
                    // Not the head of `->` or `=>`.
                    '>' if !self.after_a_stroke => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                self.after_a_stroke = matches!(punct.as_char(), '-' | '=') && punct.spacing() == Spacing::Joint;
            }
            _ => self.after_a_stroke = false,
        }
    }

    pub fn outside(&self) -> bool {
        self.depth == 0
    }
}

pub fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// Whether a word that `wanted` accepts stands anywhere in `tokens`.
pub fn mentions(tokens: TokenStream, wanted: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => wanted(&ident),
        TokenTree::Group(group) => mentions(group.stream(), wanted),
        _ => false,
    })
}

/// The group if it's in braces, also if a `macro_rules` passes it on as `$block`.
pub fn braces(group: &Group) -> Option<Group> {
    match group.delimiter() {
        Delimiter::Brace => Some(group.clone()),
        Delimiter::None => {
            let mut tokens = group.stream().into_iter();
            match (tokens.next(), tokens.next()) {
                (Some(TokenTree::Group(inner)), None) => braces(&inner),
                _ => None,
            }
        }
        _ => None,
    }
}
