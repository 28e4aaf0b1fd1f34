//! Items, cut out of a token stream without looking into their bodies.
//!
//! Why not syn's items? A body is none of our business: parsing it would cost build time, and would fail on the
//! half-written code that an editor sends for completion. What stands around it is easily told apart by its keywords.
//! Nothing is ever lost: an item's tokens, in order, are those it was cut from.

use core::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};

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

/// `#[path(arguments)]`, or an inner one.
pub struct Attribute {
    tokens: Vec<TokenTree>,
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

    /// What to call it in an error, and where to point.
    pub fn described(&self) -> (String, Span) {
        match (&self.keyword, self.head.first()) {
            (Some(keyword), _) if self.kind != Kind::Other || TYPES.iter().any(|word| keyword == word) => {
                let article = if keyword == "impl" || keyword == "enum" { "an" } else { "a" };
                (format!("{article} `{keyword}`"), keyword.span())
            }
            (_, Some(token)) => ("this".to_owned(), token.span()),
            (_, None) => ("nothing".to_owned(), Span::call_site()),
        }
    }
}

const TYPES: [&str; 3] = ["struct", "enum", "union"];

impl Attribute {
    /// The last segment of its path.
    pub fn name(&self) -> Option<String> {
        last_segment(self.content()?)
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

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attributes);
        tokens.append_all(&self.head);
        self.body.to_tokens(tokens);
    }
}

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

/// The last segment of the path that `tokens` begin with.
fn last_segment(tokens: TokenStream) -> Option<String> {
    let path = tokens.into_iter().take_while(|token| matches!(token, TokenTree::Ident(_)) || is_punct(token, ':'));
    path.filter(|token| matches!(token, TokenTree::Ident(_))).last().map(|name| name.to_string())
}

/// The group if it's in braces, also if a `macro_rules` passes it on as `$block`.
fn braces(group: &Group) -> Option<Group> {
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

/// Not a visibility, which comes in invisible brackets too.
fn holds_an_item(group: &Group) -> bool {
    let ends_like_one = |token: TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(&token, ';'),
    };
    group.delimiter() == Delimiter::None && group.stream().into_iter().last().is_some_and(ends_like_one)
}
