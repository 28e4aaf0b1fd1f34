//! Attributes of other items, as far as we have to know them.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};

use super::tokens::{is_punct, mentions};

/// `#[path(arguments)]`, or an inner one.
pub struct Attribute {
    pub tokens: Vec<TokenTree>,
}

impl Attribute {
    /// The last segment of its path.
    pub fn name(&self) -> Option<String> {
        self.path().pop()
    }

    /// The segments of its path.
    pub fn path(&self) -> Vec<String> {
        self.content().map(segments).unwrap_or_default()
    }

    /// What stands in its parentheses.
    pub fn arguments(&self) -> TokenStream {
        let arguments = self.content().into_iter().flatten().find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
            _ => None,
        });
        arguments.unwrap_or_default()
    }

    /// Whether `word` stands anywhere in it, as `timer` does in `cfg_attr(test, timer)`.
    pub fn mentions(&self, word: &str) -> bool {
        mentions(self.arguments(), &|ident| ident == word)
    }

    /// Whether it speaks about the block that it's in.
    pub fn is_inner(&self) -> bool {
        self.tokens.get(1).is_some_and(|token| is_punct(token, '!'))
    }

    /// Where it is.
    pub fn span(&self) -> Span {
        self.tokens.last().map_or_else(Span::call_site, TokenTree::span)
    }

    /// Whether it begins where something else does in the source. False outside of the compiler, where nobody knows.
    pub fn begins_where(&self, other: Span) -> bool {
        let start = |span: Span| {
            let start = span.unwrap().start();
            (start.file(), start.line(), start.column())
        };
        let first = self.tokens.first().map(TokenTree::span);
        proc_macro::is_available() && first.is_some_and(|first| start(first) == start(other))
    }

    fn content(&self) -> Option<TokenStream> {
        match self.tokens.last()? {
            TokenTree::Group(group) => Some(match group.stream().into_iter().next() {
                // A `$meta` of a `macro_rules`.
                Some(TokenTree::Group(meta)) if meta.delimiter() == Delimiter::None => meta.stream(),
                _ => group.stream(),
            }),
            _ => None,
        }
    }
}

impl ToTokens for Attribute {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.tokens);
    }
}

/// The segments of the path that `tokens` begin with.
fn segments(tokens: TokenStream) -> Vec<String> {
    let path = tokens.into_iter().take_while(|token| matches!(token, TokenTree::Ident(_)) || is_punct(token, ':'));
    path.filter(|token| matches!(token, TokenTree::Ident(_))).map(|name| name.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::Attribute;
    use crate::shared::item::Item;

    #[test]
    fn attributes_are_known_by_the_last_segment_of_their_path() {
        let item = Item::of(
            "#[::instrument::timer(skip)] #[cfg_attr(test, timer)] #[doc = \"timer\"] fn a() {}"
                .parse()
                .unwrap_or_default(),
        );
        let names: Vec<_> = item.attributes.iter().filter_map(Attribute::name).collect();
        assert_eq!(names, ["timer", "cfg_attr", "doc"]);
        let mention: Vec<_> = item.attributes.iter().map(|attribute| attribute.mentions("timer")).collect();
        assert_eq!(mention, [false, true, false]);
    }
}
