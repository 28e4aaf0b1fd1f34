//! Items, cut out of a token stream without looking into their bodies.
//!
//! Why not syn's items? A body is none of our business: parsing it would cost build time, and would fail on the
//! half-written code that an editor sends for completion. What stands around it is easily told apart by its keywords.
//! Nothing is ever lost: an item's tokens, in order, are those it was cut from.

use core::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};

use super::attribute::Attribute;
use super::tokens::{Angles, braces, is_punct};

/// One item.
pub struct Item {
    /// Its attributes, and inner ones of the block around it if it's the first there.
    pub attributes: Vec<Attribute>,
    /// What kind of item it is.
    pub kind: Kind,
    /// The keyword that tells the kind.
    keyword: Option<Ident>,
    /// Everything between the attributes and the body.
    pub head: Vec<TokenTree>,
    /// The braces at its end.
    pub body: Option<Group>,
}

/// What kind of item it is, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Function,
    Impl,
    Trait,
    Module,
    /// Ends at a semicolon, whatever braces it has: `const`, `static`, `type`, `use`, `extern crate`.
    Declaration,
    Other,
}

impl Item {
    /// The item that an attribute is given.
    pub fn of(tokens: TokenStream) -> Self {
        let mut tokens = tokens.into_iter().peekable();
        let mut item = Item::cut(&mut tokens);
        if tokens.peek().is_some() {
            // Not one item, so none that we know how to change.
            item.kind = Kind::Other;
            item.head.extend(item.body.take().map(TokenTree::Group));
            item.head.extend(tokens);
        }
        item
    }

    /// The items of a block of items.
    pub fn all_in(block: &Group) -> Vec<Item> {
        let mut tokens = block.stream().into_iter().peekable();
        let mut items = Vec::new();
        while tokens.peek().is_some() {
            items.push(Item::cut(&mut tokens));
        }
        items
    }

    /// Takes one item.
    fn cut(tokens: &mut Peekable<IntoIter>) -> Self {
        let mut attributes = Vec::new();
        while let Some(hash) = tokens.next_if(|token| is_punct(token, '#')) {
            let mut attribute = vec![hash];
            attribute.extend(tokens.next_if(|token| is_punct(token, '!')));
            attribute.extend(tokens.next());
            attributes.push(Attribute { tokens: attribute });
        }

        let mut item = Item { attributes, kind: Kind::Other, keyword: None, head: Vec::new(), body: None };
        let mut decided = false;
        let mut angles = Angles::default();
        while let Some(token) = tokens.next() {
            decided = decided || item.decide(&token, tokens.peek());
            angles.pass(&token);
            match token {
                TokenTree::Group(group) if item.head.is_empty() && holds_an_item(&group) => {
                    // The `$item` of a `macro_rules`.
                    let mut passed_on = Item::of(group.stream());
                    passed_on.attributes.splice(0..0, item.attributes);
                    return passed_on;
                }
                TokenTree::Group(group) if angles.outside() && item.kind != Kind::Declaration => match braces(&group) {
                    Some(body) => {
                        item.body = Some(body);
                        break;
                    }
                    None => item.head.push(group.into()),
                },
                token => {
                    let semicolon = is_punct(&token, ';');
                    item.head.push(token);
                    if semicolon {
                        break;
                    }
                }
            }
        }
        item
    }

    /// Looks at one more token of the head; whether it tells what kind of item this is.
    fn decide(&mut self, token: &TokenTree, next: Option<&TokenTree>) -> bool {
        let TokenTree::Ident(word) = token else {
            // Visibilities and ABI names come before the keyword, a `!` or `::` in macro calls.
            return matches!(token, TokenTree::Punct(_));
        };
        let followed_by =
            |words: &[&str]| matches!(next, Some(TokenTree::Ident(next)) if words.iter().any(|word| next == word));
        self.kind = match word.to_string().as_str() {
            "fn" => Kind::Function,
            "impl" => Kind::Impl,
            "trait" => Kind::Trait,
            "mod" => Kind::Module,
            "static" | "type" | "use" => Kind::Declaration,
            "const" if followed_by(&["fn", "async", "unsafe", "extern", "trait", "impl"]) => return false,
            "const" => Kind::Declaration,
            "extern" if followed_by(&["crate"]) => Kind::Declaration,
            "extern" => return false,
            "pub" | "default" | "unsafe" | "safe" | "async" | "auto" => return false,
            _ => Kind::Other,
        };
        self.keyword = Some(word.clone());
        true
    }

    /// Whether it's a statement, or an expression, as far as it can be told: what the compiler doesn't allow there either.
    pub fn is_no_item(&self) -> bool {
        const STATEMENTS: [&str; 9] = ["let", "if", "match", "loop", "while", "for", "return", "move", "async"];
        match (self.head.first(), self.head.get(1)) {
            _ if self.kind != Kind::Other => false,
            (None, _) => self.body.is_some(),
            (Some(TokenTree::Punct(punct)), _) => punct.as_char() == '|',
            (Some(TokenTree::Group(group)), _) => group.delimiter() != Delimiter::None,
            (Some(TokenTree::Ident(word)), _) if STATEMENTS.iter().any(|known| word == known) => true,
            (Some(TokenTree::Ident(_)), Some(TokenTree::Group(call))) => call.delimiter() == Delimiter::Parenthesis,
            (Some(TokenTree::Ident(_)), Some(dot)) => is_punct(dot, '.'),
            _ => false,
        }
    }

    /// What to call it in an error, and where to point.
    pub fn described(&self) -> (String, Span) {
        match (&self.keyword, self.head.first()) {
            (Some(keyword), _) if self.kind != Kind::Other || TYPES.iter().any(|word| keyword == word) => {
                let article = if ["impl", "enum", "extern"].iter().any(|word| keyword == word) { "an" } else { "a" };
                (format!("{article} `{keyword}`"), keyword.span())
            }
            _ if self.is_no_item() => {
                let at = self.head.first().map(TokenTree::span).or(self.body.as_ref().map(Group::span));
                ("a statement or an expression".to_owned(), at.unwrap_or_else(Span::call_site))
            }
            (_, Some(TokenTree::Ident(word))) if word == "macro_rules" => ("a `macro_rules!`".to_owned(), word.span()),
            (_, Some(TokenTree::Ident(word))) if word == "extern" || word == "unsafe" => {
                ("an `extern` block".to_owned(), word.span())
            }
            (_, Some(token)) if self.head.iter().any(|token| is_punct(token, '!')) => {
                ("a macro call".to_owned(), token.span())
            }
            (_, Some(token)) => ("this".to_owned(), token.span()),
            (_, None) => ("nothing".to_owned(), Span::call_site()),
        }
    }
}

const TYPES: [&str; 3] = ["struct", "enum", "union"];

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attributes);
        tokens.append_all(&self.head);
        self.body.to_tokens(tokens);
    }
}

/// Not a visibility, which comes in invisible brackets too.
fn holds_an_item(group: &Group) -> bool {
    let ends_like_one = |token: TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(&token, ';'),
    };
    group.delimiter() == Delimiter::None && group.stream().into_iter().last().is_some_and(ends_like_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The items of `source`, as their kinds and whether they have a body.
    fn cut(source: &str) -> Vec<(Kind, bool)> {
        let block = Group::new(Delimiter::Brace, source.parse().unwrap_or_default());
        let items = Item::all_in(&block);
        let together: TokenStream = items.iter().map(ToTokens::to_token_stream).collect();
        assert_eq!(together.to_string(), block.stream().to_string(), "nothing is lost");
        items.iter().map(|item| (item.kind, item.body.is_some())).collect()
    }

    #[test]
    fn items_end_where_they_end() {
        use Kind::{Declaration, Function, Impl, Module, Other, Trait};
        for (source, items) in [
            ("fn a() {} fn b();", vec![(Function, true), (Function, false)]),
            ("pub(crate) const unsafe extern \"C\" fn a() -> A<{ B }> {}", vec![(Function, true)]),
            (
                "fn a<F: Fn(u8) -> u8>(f: F) -> [u8; { 1 }] where F: A<{ 2 }> {} type A = fn(u8) -> u8;",
                vec![(Function, true), (Declaration, false)],
            ),
            (
                "const A: bool = { 1 < 2 }; const _: () = {}; const fn a() {}",
                vec![(Declaration, false), (Declaration, false), (Function, true)],
            ),
            ("use a::{b, c}; static A: u8 = 1 >> 2; extern crate a;", vec![(Declaration, false); 3]),
            (
                "struct A; struct B(u8); struct C<const N: usize = { 1 }> {} enum D {} union E {}",
                vec![(Other, false), (Other, false), (Other, true), (Other, true), (Other, true)],
            ),
            (
                "unsafe impl<T> A<{ 1 }> for B<T> {} impl C {} pub unsafe trait D: E<F = G> {} mod f {} mod g;",
                vec![(Impl, true), (Impl, true), (Trait, true), (Module, true), (Module, false)],
            ),
            (
                "#[a] macro_rules! b { () => {} } a::b!(c); d! {} extern \"C\" { fn e(); } fn f() {}",
                vec![(Other, true), (Other, false), (Other, true), (Other, true), (Function, true)],
            ),
            ("#![a] #[b] fn c() {} #[d]", vec![(Function, true), (Other, false)]),
        ] {
            assert_eq!(cut(source), items, "{source}");
        }
    }
}
